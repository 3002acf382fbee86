package org.gatun.tensor.cpu.math;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * The exponential function and its relatives on vectors of floats.
 *
 * <p>{@code e^x = 2^k e^r} with {@code k = round(x / ln 2)} and {@code |r| <= ln(2)/2}; {@code e^r} is a minimax polynomial.
 */
public final class F32Exp {
    private static final FloatVector LOG2_E = F32.of(1.44269504f);
    /** The upper bits of -ln 2: its product with k is exact. */
    private static final FloatVector MINUS_LN2_HIGH = F32.of(-0.693359375f);

    private static final FloatVector MINUS_LN2_LOW = F32.of(2.12194440e-4f);
    /** e^x overflows above the first and is less than half the smallest float below the second. */
    private static final FloatVector LARGEST = F32.of(89);

    private static final FloatVector SMALLEST = F32.of(-104);

    // (e^r - 1 - r) / r^2, error 2^-28 of e^r
    private static final FloatVector E0 = F32.of(4.9999994e-01f);
    private static final FloatVector E1 = F32.of(1.666652e-01f);
    private static final FloatVector E2 = F32.of(4.16684e-02f);
    private static final FloatVector E3 = F32.of(8.368851e-03f);
    private static final FloatVector E4 = F32.of(1.3814335e-03f);

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

    private F32Exp() {}

    /** {@code e^x}, at most 1 ulp. */
    public static FloatVector exp(FloatVector x) {
        FloatVector c = x.blend(LARGEST, x.compare(GT, LARGEST));
        c = c.blend(SMALLEST, c.compare(LT, SMALLEST));
        FloatVector rounded = c.fma(LOG2_E, F32.ROUNDER);
        FloatVector k = rounded.sub(F32.ROUNDER);
        FloatVector p = expReduced(k.fma(MINUS_LN2_LOW, k.fma(MINUS_LN2_HIGH, c)));
        IntVector n = rounded.reinterpretAsInts().sub(F32.ROUNDER_BITS);
        // in two steps, so that overflow and gradual underflow happen in the last multiplication
        IntVector half = n.lanewise(ASHR, 1);
        return p.mul(F32.powerOfTwo(half)).mul(F32.powerOfTwo(n.sub(half)));
    }

    /** {@code e^x} for x from -87 to 88. */
    static FloatVector expBounded(FloatVector x) {
        FloatVector rounded = x.fma(LOG2_E, F32.ROUNDER);
        FloatVector k = rounded.sub(F32.ROUNDER);
        FloatVector p = expReduced(k.fma(MINUS_LN2_LOW, k.fma(MINUS_LN2_HIGH, x)));
        return p.mul(F32.powerOfTwo(rounded.reinterpretAsInts().sub(F32.ROUNDER_BITS)));
    }

    private static FloatVector expReduced(FloatVector r) {
        FloatVector q = E4.fma(r, E3).fma(r, E2).fma(r, E1).fma(r, E0);
        // 1 + r + q r^2 with the rounding error of 1 + r put back
        FloatVector s = r.add(F32.ONE);
        return q.fma(r.mul(r), F32.ONE.sub(s).add(r)).add(s);
    }

    /** {@code 1 / (1 + e^-x)}, at most 2.5 ulp, from {@code e^-|x|}, which cannot overflow. */
    public static FloatVector sigmoid(FloatVector x) {
        FloatVector e = exp(F32.withSignBit(x));
        return F32.ONE.blend(e, x.compare(LT, F32.ZERO)).div(e.add(F32.ONE));
    }

    /** The hyperbolic tangent, at most 2 ulp: a polynomial up to 0.625, {@code 1 - 2 / (e^2x + 1)} above. */
    public static FloatVector tanh(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector z = x.mul(x);
        FloatVector p = T5.fma(z, T4).fma(z, T3).fma(z, T2).fma(z, T1).fma(z, T0);
        FloatVector small = p.mul(z).fma(a, a);
        FloatVector c = a.blend(TANH_ONE, a.compare(GT, TANH_ONE));
        FloatVector large = F32.ONE.sub(F32.TWO.div(expBounded(c.add(c)).add(F32.ONE)));
        return F32.withSign(large.blend(small, a.compare(LT, TANH_POLYNOMIAL)), x);
    }
}
