package org.gatun.tensor.cpu.math;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.DoubleVector;

/** The error function and its complement on vectors of doubles. */
public final class F64Erf {
    // erf(x) / x in powers of x^2, less 1 in the first; error 2^-62 up to x = 1
    private static final DoubleVector P0 = F64.of(0.12837916709551256);
    private static final DoubleVector P1 = F64.of(-0.3761263890318375);
    private static final DoubleVector P2 = F64.of(0.11283791670954857);
    private static final DoubleVector P3 = F64.of(-0.026866170645072907);
    private static final DoubleVector P4 = F64.of(0.005223977624780965);
    private static final DoubleVector P5 = F64.of(-0.0008548326978747702);
    private static final DoubleVector P6 = F64.of(0.00012055331037093965);
    private static final DoubleVector P7 = F64.of(-1.4925593511401867e-05);
    private static final DoubleVector P8 = F64.of(1.6460972886829844e-06);
    private static final DoubleVector P9 = F64.of(-1.6350025936209924e-07);
    private static final DoubleVector P10 = F64.of(1.4657884472637242e-08);
    private static final DoubleVector P11 = F64.of(-1.1365683248456953e-09);
    private static final DoubleVector P12 = F64.of(5.945290031037285e-11);

    // (1 + 2x) e^(x^2) erfc(x) in powers of (x - 4) / (x + 4), error 2^-57 from 0.5 on
    private static final DoubleVector G0 = F64.of(1.2329951186255526);
    private static final DoubleVector G1 = F64.of(-0.1396211168405625);
    private static final DoubleVector G2 = F64.of(0.01537965210262021);
    private static final DoubleVector G3 = F64.of(0.06809705425468858);
    private static final DoubleVector G4 = F64.of(-0.10103906603634742);
    private static final DoubleVector G5 = F64.of(0.09373283499851863);
    private static final DoubleVector G6 = F64.of(-0.06633036581087434);
    private static final DoubleVector G7 = F64.of(0.03716751553423657);
    private static final DoubleVector G8 = F64.of(-0.016197734077877748);
    private static final DoubleVector G9 = F64.of(0.0050319700130714105);
    private static final DoubleVector G10 = F64.of(-0.0007577731198845029);
    private static final DoubleVector G11 = F64.of(-0.00019925692900828166);
    private static final DoubleVector G12 = F64.of(0.0001506208125905374);
    private static final DoubleVector G13 = F64.of(-2.4398198695781975e-05);
    private static final DoubleVector G14 = F64.of(-1.1219239450968377e-05);
    private static final DoubleVector G15 = F64.of(5.706822301859325e-06);
    private static final DoubleVector G16 = F64.of(2.880833478272064e-07);
    private static final DoubleVector G17 = F64.of(-8.199551611794782e-07);
    private static final DoubleVector G18 = F64.of(8.187721285705348e-08);
    private static final DoubleVector G19 = F64.of(1.0358588303681392e-07);
    private static final DoubleVector G20 = F64.of(-2.30775672736564e-08);
    private static final DoubleVector G21 = F64.of(-9.752941425191894e-09);
    private static final DoubleVector G22 = F64.of(3.4238599655102397e-09);
    private static final DoubleVector FOUR = F64.of(4);
    /** Above this erfc is less than half the smallest double. */
    private static final DoubleVector ERFC_ZERO = F64.of(27.3);

    private F64Erf() {}

    /** The error function, at most 1.5 ulp: a polynomial up to 1, {@code 1 - erfc(x)} above. */
    public static DoubleVector erf(DoubleVector x) {
        DoubleVector a = x.abs();
        DoubleVector large = F64.ONE.sub(tail(a));
        return F64.withSign(large.blend(nearZero(a), a.compare(LT, F64.ONE)), x);
    }

    /** The complementary error function, at most 3 ulp: {@code 1 - erf(x)} up to 0.5, {@code e^(-x^2)} times a polynomial above. */
    public static DoubleVector erfc(DoubleVector x) {
        DoubleVector a = x.abs();
        DoubleVector tail = tail(a);
        DoubleVector large = tail.blend(F64.TWO.sub(tail), x.compare(LT, F64.ZERO));
        return large.blend(F64.ONE.sub(nearZero(x)), a.compare(LT, F64.HALF));
    }

    private static DoubleVector nearZero(DoubleVector x) {
        DoubleVector z = x.mul(x);
        return P12.fma(z, P11)
                .fma(z, P10)
                .fma(z, P9)
                .fma(z, P8)
                .fma(z, P7)
                .fma(z, P6)
                .fma(z, P5)
                .fma(z, P4)
                .fma(z, P3)
                .fma(z, P2)
                .fma(z, P1)
                .fma(z, P0)
                .fma(x, x);
    }

    /** {@code 1 - erf(x)} for x from 0.5 on. */
    private static DoubleVector tail(DoubleVector x) {
        DoubleVector c = x.blend(ERFC_ZERO, x.compare(GT, ERFC_ZERO));
        DoubleVector square = c.mul(c);
        DoubleVector e = F64Exp.exp(square.neg());
        DoubleVector squareLow = c.fma(c, square.neg());
        // the quotient by 1 + 2x, whose own rounding error is put back
        DoubleVector g = tailPolynomial(c.sub(FOUR).div(c.add(FOUR)));
        DoubleVector twice = c.add(c);
        DoubleVector divisor = twice.add(F64.ONE);
        DoubleVector divisorLow = twice.sub(divisor.sub(F64.ONE));
        DoubleVector quotient = g.div(divisor);
        DoubleVector low =
                quotient.neg().fma(divisor, g).sub(quotient.mul(divisorLow)).div(divisor);
        return quotient.neg().fma(squareLow, low).add(quotient).mul(e);
    }

    private static DoubleVector tailPolynomial(DoubleVector q) {
        return G22.fma(q, G21)
                .fma(q, G20)
                .fma(q, G19)
                .fma(q, G18)
                .fma(q, G17)
                .fma(q, G16)
                .fma(q, G15)
                .fma(q, G14)
                .fma(q, G13)
                .fma(q, G12)
                .fma(q, G11)
                .fma(q, G10)
                .fma(q, G9)
                .fma(q, G8)
                .fma(q, G7)
                .fma(q, G6)
                .fma(q, G5)
                .fma(q, G4)
                .fma(q, G3)
                .fma(q, G2)
                .fma(q, G1)
                .fma(q, G0);
    }
}
