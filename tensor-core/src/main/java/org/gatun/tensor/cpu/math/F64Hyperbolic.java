package org.gatun.tensor.cpu.math;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.DoubleVector;

/** Hyperbolic functions and their inverses on vectors of doubles. */
public final class F64Hyperbolic {
    /** Above this tanh rounds to 1. */
    private static final DoubleVector TANH_ONE = F64.of(20);

    // (sinh(x) / x - 1) / x^2 in powers of x^2, error 2^-63 up to x = 1
    private static final DoubleVector S0 = F64.of(0.16666666666666669);
    private static final DoubleVector S1 = F64.of(0.008333333333333139);
    private static final DoubleVector S2 = F64.of(0.00019841269841437678);
    private static final DoubleVector S3 = F64.of(2.755731915533766e-06);
    private static final DoubleVector S4 = F64.of(2.505212339840952e-08);
    private static final DoubleVector S5 = F64.of(1.6057240353181863e-10);
    private static final DoubleVector S6 = F64.of(7.759311842391483e-13);
    /** Above this sinh and cosh overflow. */
    private static final DoubleVector LARGEST = F64.of(710.5);

    private static final DoubleVector QUARTER = F64.of(0.25);
    /** From here on asinh(x) and acosh(x) are log(2x). */
    private static final DoubleVector LOGARITHMIC = F64.of(0x1p28);

    private static final DoubleVector LN2 = F64.of(0.6931471805599453);

    private F64Hyperbolic() {}

    /** {@code e^2|x| - 1}, the second operand of {@link #tanh}; of x above 20 that of 20. */
    public static DoubleVector expOfTwice(DoubleVector x) {
        DoubleVector a = x.abs();
        DoubleVector c = a.blend(TANH_ONE, a.compare(GT, TANH_ONE));
        return F64Exp.expm1(c.add(c));
    }

    /** The hyperbolic tangent, at most 2 ulp: {@code m / (m + 2)} with {@code m = e^2|x| - 1}. */
    public static DoubleVector tanh(DoubleVector x, DoubleVector m) {
        DoubleVector divisor = m.add(F64.TWO);
        DoubleVector inverse = F64.ONE.div(divisor);
        DoubleVector y = m.mul(inverse);
        // what the quotient and the divisor lost
        DoubleVector divisorLow = divisor.sub(m.max(F64.TWO)).sub(m.min(F64.TWO));
        DoubleVector lost = y.fma(divisorLow, y.neg().fma(divisor, m));
        return F64.withSign(lost.fma(inverse, y).abs(), x);
    }

    /** The hyperbolic sine, at most 1.5 ulp: a polynomial up to 1, {@code (e^x - e^-x) / 2} above. */
    public static DoubleVector sinh(DoubleVector x) {
        DoubleVector a = x.abs();
        DoubleVector z = x.mul(x);
        DoubleVector small = S6.fma(z, S5)
                .fma(z, S4)
                .fma(z, S3)
                .fma(z, S2)
                .fma(z, S1)
                .fma(z, S0)
                .mul(z)
                .fma(a, a);
        DoubleVector half = F64Exp.expHalf(a.blend(LARGEST, a.compare(GT, LARGEST)));
        DoubleVector large = half.sub(QUARTER.div(half));
        return F64.withSign(large.blend(small, a.compare(LT, F64.ONE)), x);
    }

    /** The hyperbolic cosine {@code (e^x + e^-x) / 2}, at most 1.5 ulp. */
    public static DoubleVector cosh(DoubleVector x) {
        DoubleVector a = x.abs();
        DoubleVector half = F64Exp.expHalf(a.blend(LARGEST, a.compare(GT, LARGEST)));
        return half.add(QUARTER.div(half));
    }

    /** The inverse hyperbolic sine, at most 2 ulp. */
    public static DoubleVector asinh(DoubleVector x) {
        DoubleVector a = x.abs();
        var large = a.compare(GT, LOGARITHMIC);
        DoubleVector square = a.mul(a);
        DoubleVector near = square.div(square.add(F64.ONE).sqrt().add(F64.ONE)).add(a);
        // log 2x = log1p(x - 1) + log 2
        DoubleVector y = F64Log.log1p(near.blend(a.sub(F64.ONE), large));
        return F64.withSign(y.blend(y.add(LN2), large), x);
    }

    /** The inverse hyperbolic cosine, at most 2 ulp: {@code log(1 + t + sqrt(t (t + 2)))} with {@code t = x - 1}; NaN below 1. */
    public static DoubleVector acosh(DoubleVector x) {
        DoubleVector t = x.sub(F64.ONE);
        var large = x.compare(GT, LOGARITHMIC);
        DoubleVector root = t.fma(t, t.add(t)).sqrt();
        DoubleVector near = root.add(t);
        DoubleVector nearLow = root.sub(near).add(t);
        // log 2x = log1p(x - 1) + log 2
        DoubleVector y = F64Log.log1p(near.blend(t, large), nearLow.blend(F64.ZERO, large));
        return y.blend(y.add(LN2), large).blend(F64.NAN, x.compare(LT, F64.ONE));
    }

    /** The inverse hyperbolic tangent, at most 2 ulp: infinite at -1 and 1, NaN beyond. */
    public static DoubleVector atanh(DoubleVector x) {
        DoubleVector a = x.abs();
        DoubleVector y = F64Log.log1p(a.add(a).div(F64.ONE.sub(a)));
        return F64.withSign(y.mul(F64.HALF).abs(), x);
    }
}
