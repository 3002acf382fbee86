package org.gatun.tensor.cpu.math;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;

/** Hyperbolic functions on vectors of floats. */
public final class F32Hyperbolic {
    // (tanh(x) / x - 1) / x^2 in powers of x^2, error 2^-32 up to x = 0.625
    private static final FloatVector T0 = F32.of(-3.333333e-01f);
    private static final FloatVector T1 = F32.of(1.333321e-01f);
    private static final FloatVector T2 = F32.of(-5.394721e-02f);
    private static final FloatVector T3 = F32.of(2.1702996e-02f);
    private static final FloatVector T4 = F32.of(-8.182747e-03f);
    private static final FloatVector T5 = F32.of(2.1476063e-03f);
    private static final FloatVector TANH_POLYNOMIAL = F32.of(0.625f);
    /** Above this tanh rounds to 1. */
    private static final FloatVector TANH_ONE = F32.of(9.1f);

    // (sinh(x) / x - 1) / x^2 in powers of x^2, error 2^-34 up to x = 1
    private static final FloatVector S0 = F32.of(1.6666667e-01f);
    private static final FloatVector S1 = F32.of(8.3333505e-03f);
    private static final FloatVector S2 = F32.of(1.9836066e-04f);
    private static final FloatVector S3 = F32.of(2.8174397e-06f);
    /** Above this sinh and cosh overflow. */
    private static final FloatVector LARGEST = F32.of(89.5f);

    private static final FloatVector QUARTER = F32.of(0.25f);

    private F32Hyperbolic() {}

    /** The hyperbolic tangent, at most 2 ulp: a polynomial up to 0.625, {@code 1 - 2 / (e^2x + 1)} above. */
    public static FloatVector tanh(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector z = x.mul(x);
        FloatVector p = T5.fma(z, T4).fma(z, T3).fma(z, T2).fma(z, T1).fma(z, T0);
        FloatVector small = p.mul(z).fma(a, a);
        FloatVector c = a.blend(TANH_ONE, a.compare(GT, TANH_ONE));
        FloatVector large = F32.ONE.sub(F32.TWO.div(F32Exp.expBounded(c.add(c)).add(F32.ONE)));
        return F32.withSign(large.blend(small, a.compare(LT, TANH_POLYNOMIAL)), x);
    }

    /** The hyperbolic sine, at most 2 ulp: a polynomial up to 1, {@code (e^x - e^-x) / 2} above. */
    public static FloatVector sinh(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector z = x.mul(x);
        FloatVector small = S3.fma(z, S2).fma(z, S1).fma(z, S0).mul(z).fma(a, a);
        FloatVector half = F32Exp.expHalf(a.blend(LARGEST, a.compare(GT, LARGEST)));
        FloatVector large = half.sub(QUARTER.div(half));
        return F32.withSign(large.blend(small, a.compare(LT, F32.ONE)), x);
    }

    /** The hyperbolic cosine {@code (e^x + e^-x) / 2}, at most 1.5 ulp. */
    public static FloatVector cosh(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector half = F32Exp.expHalf(a.blend(LARGEST, a.compare(GT, LARGEST)));
        return half.add(QUARTER.div(half));
    }
}
