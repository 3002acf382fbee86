package org.gatun.tensor.cpu.math;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.DoubleVector;

/**
 * The error function, its complement and the normal distribution function on vectors of doubles, each in three steps: what a step takes
 * besides x is what the one before gave.
 */
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

    // (1 + 2x) e^(x^2) erfc(x) - 5/4 in powers of (x - 4) / (x + 4), error 2^-56 of the whole from 0.5 on
    private static final DoubleVector G0 = F64.of(-0.01700488137444749);
    private static final DoubleVector G1 = F64.of(-0.1396211168405625);
    private static final DoubleVector G2 = F64.of(0.015379652102619884);
    private static final DoubleVector G3 = F64.of(0.06809705425468875);
    private static final DoubleVector G4 = F64.of(-0.10103906603631306);
    private static final DoubleVector G5 = F64.of(0.09373283499852214);
    private static final DoubleVector G6 = F64.of(-0.066330365812005);
    private static final DoubleVector G7 = F64.of(0.03716751553402437);
    private static final DoubleVector G8 = F64.of(-0.01619773406049114);
    private static final DoubleVector G9 = F64.of(0.00503197001619697);
    private static final DoubleVector G10 = F64.of(-0.0007577732685684664);
    private static final DoubleVector G11 = F64.of(-0.00019925695092427674);
    private static final DoubleVector G12 = F64.of(0.00015062158407125643);
    private static final DoubleVector G13 = F64.of(-2.4398113706890203e-05);
    private static final DoubleVector G14 = F64.of(-1.1221769226204889e-05);
    private static final DoubleVector G15 = F64.of(5.706631632697629e-06);
    private static final DoubleVector G16 = F64.of(2.9336072037548933e-07);
    private static final DoubleVector G17 = F64.of(-8.197118704318532e-07);
    private static final DoubleVector G18 = F64.of(7.508104584231185e-08);
    private static final DoubleVector G19 = F64.of(1.034253504648148e-07);
    private static final DoubleVector G20 = F64.of(-1.8148570361331108e-08);
    private static final DoubleVector G21 = F64.of(-9.712058383942141e-09);
    private static final DoubleVector G22 = F64.of(1.8830509767409798e-09);
    private static final DoubleVector FIVE_QUARTERS = F64.of(1.25);
    private static final DoubleVector FOUR = F64.of(4);
    private static final DoubleVector MINUS_TWO_BY_SQRT_PI = F64.of(-1.1283791670955126);
    private static final DoubleVector MINUS_SQRT_HALF = F64.of(-0.7071067811865476);
    private static final DoubleVector MINUS_SQRT_HALF_LOW = F64.of(4.833646656726457e-17);

    // sqrt(pi) x e^(x^2) erfc(x) in powers of 1 / x^2: 1, -1/2, (1 3)/4, -(1 3 5)/8, ...
    private static final DoubleVector S2 = F64.of(0.75);
    private static final DoubleVector S3 = F64.of(-1.875);
    private static final DoubleVector S4 = F64.of(6.5625);
    private static final DoubleVector S5 = F64.of(-29.53125);
    private static final DoubleVector S6 = F64.of(162.421875);
    private static final DoubleVector ONE_BY_SQRT_PI = F64.of(0.5641895835477563);
    private static final DoubleVector ASYMPTOTIC = F64.of(26);
    /** Above this erfc is less than half the smallest double. */
    private static final DoubleVector ERFC_ZERO = F64.of(27.3);
    /** Above this erf rounds to 1. */
    private static final DoubleVector ERF_ONE = F64.of(6);

    private F64Erf() {}

    /** The error function of x, at most 1.5 ulp: a polynomial up to 1, {@code 1 - erfc(x)} above, given {@link #roughTail}. */
    public static DoubleVector erf(DoubleVector x, DoubleVector tail) {
        DoubleVector a = x.abs();
        DoubleVector large = F64.ONE.sub(tail);
        return F64.withSign(large.blend(nearZero(a), a.compare(LT, F64.ONE)), x);
    }

    /**
     * The complementary error function of x, at most 2 ulp: {@code 1 - erf(x)} up to 0.5, {@code e^(-x^2)} times a polynomial above, given
     * {@link #tail}.
     */
    public static DoubleVector erfc(DoubleVector x, DoubleVector tail) {
        DoubleVector large = tail.blend(F64.TWO.sub(tail), x.compare(LT, F64.ZERO));
        return large.blend(F64.ONE.sub(nearZero(x)), x.abs().compare(LT, F64.HALF));
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

    /** The normal distribution function {@code erfc(-x / sqrt 2) / 2}, at most 2 ulp, given {@link #tailOfNormal}. */
    public static DoubleVector ndtr(DoubleVector x, DoubleVector tail) {
        DoubleVector w = x.mul(MINUS_SQRT_HALF);
        DoubleVector half = tail.mul(F64.HALF);
        DoubleVector large = half.blend(F64.ONE.sub(half), w.compare(LT, F64.ZERO));
        return large.blend(F64.MINUS_HALF.fma(nearZero(w), F64.HALF), w.abs().compare(LT, F64.HALF));
    }

    /**
     * {@code e^(x^2) erfc(x)} of x, at most 2 ulp: beyond the polynomial an asymptotic series, below 0 {@code 2 e^(x^2)} less that, given
     * {@link #scaled}.
     */
    public static DoubleVector erfcx(DoubleVector x, DoubleVector scaled) {
        DoubleVector square = x.mul(x);
        DoubleVector e = F64Exp.exp(square);
        DoubleVector exact = e.fma(x.fma(x, square.neg()), e).blend(e, e.compare(EQ, F64.INFINITY));
        DoubleVector y = scaled.blend(exact.add(exact).sub(scaled), x.compare(LT, F64.ZERO));
        return y.blend(exact.mul(F64.ONE.sub(nearZero(x))), x.abs().compare(LT, F64.HALF));
    }

    /** {@code e^(x^2) erfc(|x|)} for |x| from 0.5 on, given {@link #polynomial}. */
    public static DoubleVector scaled(DoubleVector x, DoubleVector polynomial) {
        DoubleVector a = x.abs();
        DoubleVector inverse = F64.ONE.div(a);
        DoubleVector z = inverse.mul(inverse);
        DoubleVector series = S6.fma(z, S5)
                .fma(z, S4)
                .fma(z, S3)
                .fma(z, S2)
                .fma(z, F64.MINUS_HALF)
                .fma(z, F64.ONE);
        DoubleVector far = ONE_BY_SQRT_PI.div(a).mul(series);
        DoubleVector c = a.blend(ASYMPTOTIC, a.compare(GT, ASYMPTOTIC));
        DoubleVector near = polynomial.add(FIVE_QUARTERS).div(c.add(c).add(F64.ONE));
        return near.blend(far, a.compare(GT, ASYMPTOTIC));
    }

    /**
     * {@code erfc(|x|)} for |x| from 1 on, given {@link #polynomial}, as 1 less it needs it: within 5 ulp up to 2, 32 up to 6, and above,
     * where the difference rounds to 1, anything small.
     */
    public static DoubleVector roughTail(DoubleVector x, DoubleVector polynomial) {
        DoubleVector a = x.abs();
        DoubleVector c = a.blend(ERF_ONE, a.compare(GT, ERF_ONE));
        DoubleVector quotient = polynomial.add(FIVE_QUARTERS).div(c.add(c).add(F64.ONE));
        return F64Exp.expBounded(c.mul(c.neg())).mul(quotient);
    }

    /** {@code erfc(|x|)} for |x| from 0.5 on, given {@link #polynomial}. */
    public static DoubleVector tail(DoubleVector x, DoubleVector polynomial) {
        return tail(x.abs(), F64.ZERO, polynomial);
    }

    /** {@code erfc(|x| / sqrt 2)} from 0.5 on, given {@link #polynomialOfNormal}: the rounding of the quotient is put back. */
    public static DoubleVector tailOfNormal(DoubleVector x, DoubleVector polynomial) {
        DoubleVector w = x.mul(MINUS_SQRT_HALF);
        DoubleVector low = x.fma(MINUS_SQRT_HALF_LOW, x.fma(MINUS_SQRT_HALF, w.neg()));
        DoubleVector a = w.abs();
        // far out there are no digits to keep, and low may be infinite
        low = F64.ZERO.blend(low, a.compare(LT, ERFC_ZERO));
        return tail(a, low, polynomial);
    }

    /** {@code 1 - erf(x + low)} for x from 0.5 on and a small {@code low}. */
    private static DoubleVector tail(DoubleVector x, DoubleVector xLow, DoubleVector polynomial) {
        DoubleVector c = x.blend(ERFC_ZERO, x.compare(GT, ERFC_ZERO));
        DoubleVector g = polynomial.add(FIVE_QUARTERS);
        DoubleVector gLow = FIVE_QUARTERS.sub(g).add(polynomial);
        // the quotient by 1 + 2x, with what it and its operands lost
        DoubleVector twice = c.add(c);
        DoubleVector divisor = twice.add(F64.ONE);
        DoubleVector divisorLow = twice.sub(divisor.sub(F64.ONE));
        DoubleVector quotient = g.div(divisor);
        DoubleVector lost = quotient.neg().fma(divisorLow, quotient.neg().fma(divisor, g));
        DoubleVector low = lost.add(gLow).div(divisor);
        DoubleVector square = c.mul(c);
        DoubleVector squareLow = c.fma(c, square.neg());
        DoubleVector rest = MINUS_TWO_BY_SQRT_PI.fma(xLow, quotient.neg().fma(squareLow, low));
        return F64Exp.expTimes(square.neg(), quotient, rest);
    }

    /** {@link #polynomial} of {@code x / sqrt 2}. */
    public static DoubleVector polynomialOfNormal(DoubleVector x) {
        return polynomial(x.mul(MINUS_SQRT_HALF));
    }

    /** {@code (1 + 2|x|) e^(x^2) erfc(|x|) - 5/4}, from {@code |x| = 27.3} on that of 27.3. */
    public static DoubleVector polynomial(DoubleVector x) {
        DoubleVector a = x.abs();
        DoubleVector c = a.blend(ERFC_ZERO, a.compare(GT, ERFC_ZERO));
        return tailPolynomial(c.sub(FOUR).div(c.add(FOUR)));
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
