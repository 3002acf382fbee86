package org.gatun.tensor.cpu.math;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

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
    /** Slightly above the logarithm of the smallest normal number. */
    private static final FloatVector SMALLEST_NORMAL = F32.of(-87.33f);
    /** 2^x overflows above the first and is less than half the smallest float below the second. */
    private static final FloatVector LARGEST_BASE_2 = F32.of(129);

    private static final FloatVector SMALLEST_BASE_2 = F32.of(-151);
    /** Below this e^x - 1 rounds to -1. */
    private static final FloatVector SMALLEST_MINUS_1 = F32.of(-18);
    /** Below this e^x - 1 rounds to x. */
    private static final FloatVector TINY = F32.of(0x1p-26f);

    /** From here on the power of two in e^(-x^2 / 2) is 2^-127, whose bits are those of 0. */
    private static final FloatVector GAUSSIAN_ZERO = F32.of(13.26f);

    private static final IntVector INT_ONE = F32.bits(1);
    private static final IntVector INT_TWO = F32.bits(2);

    // (e^r - 1 - r) / r^2, error 2^-28 of e^r
    private static final FloatVector E0 = F32.of(4.9999994e-01f);
    private static final FloatVector E1 = F32.of(1.666652e-01f);
    private static final FloatVector E2 = F32.of(4.16684e-02f);
    private static final FloatVector E3 = F32.of(8.368851e-03f);
    private static final FloatVector E4 = F32.of(1.3814335e-03f);

    // (2^r - 1) / r, error 2^-29 of 2^r
    private static final FloatVector P0 = F32.of(6.931472e-01f);
    private static final FloatVector P1 = F32.of(2.4022648e-01f);
    private static final FloatVector P2 = F32.of(5.5503324e-02f);
    private static final FloatVector P3 = F32.of(9.618437e-03f);
    private static final FloatVector P4 = F32.of(1.3398875e-03f);
    private static final FloatVector P5 = F32.of(1.5353358e-04f);

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

    /**
     * {@code e^x} for x up to 0, or above it by what a difference was rounded, at most 1 ulp; 0 below -87.33, where it is 2^-126. For shares
     * of a sum that holds an e^0.
     */
    public static FloatVector expOfNegative(FloatVector x) {
        VectorMask<Float> below = x.compare(LT, SMALLEST_NORMAL);
        return expBounded(x.blend(SMALLEST_NORMAL, below)).blend(F32.ZERO, below);
    }

    /** {@code e^x} for x from -87.33 to 88. */
    static FloatVector expBounded(FloatVector x) {
        FloatVector rounded = x.fma(LOG2_E, F32.ROUNDER);
        FloatVector k = rounded.sub(F32.ROUNDER);
        FloatVector p = expReduced(k.fma(MINUS_LN2_LOW, k.fma(MINUS_LN2_HIGH, x)));
        return p.mul(F32.powerOfRounded(rounded));
    }

    /** {@code e^x / 2} for x from 0 to 89.5, where e^x may overflow but its half does not. */
    static FloatVector expHalf(FloatVector x) {
        FloatVector rounded = x.fma(LOG2_E, F32.ROUNDER);
        FloatVector k = rounded.sub(F32.ROUNDER);
        FloatVector p = expReduced(k.fma(MINUS_LN2_LOW, k.fma(MINUS_LN2_HIGH, x)));
        FloatVector quarter = p.mul(
                F32.powerOfTwo(rounded.reinterpretAsInts().sub(F32.ROUNDER_BITS).sub(INT_TWO)));
        return quarter.add(quarter);
    }

    /** {@code e^(-x^2 / 2)}, at most 1 ulp: what the square lost in rounding is put back; 0 where it is less than 2^-126. */
    static FloatVector gaussian(FloatVector x) {
        FloatVector a = x.abs();
        a = a.blend(GAUSSIAN_ZERO, a.compare(GT, GAUSSIAN_ZERO));
        FloatVector h = a.mul(F32.MINUS_HALF);
        FloatVector c = a.mul(h);
        FloatVector lost = a.fma(h, c.neg());
        FloatVector rounded = c.fma(LOG2_E, F32.ROUNDER);
        FloatVector k = rounded.sub(F32.ROUNDER);
        FloatVector r = k.fma(MINUS_LN2_LOW, k.fma(MINUS_LN2_HIGH, c)).add(lost);
        return expReduced(r).mul(F32.powerOfRounded(rounded));
    }

    private static FloatVector expReduced(FloatVector r) {
        FloatVector q = E4.fma(r, E3).fma(r, E2).fma(r, E1).fma(r, E0);
        // 1 + r + q r^2 with the rounding error of 1 + r put back
        FloatVector s = r.add(F32.ONE);
        return q.fma(r.mul(r), F32.ONE.sub(s).add(r)).add(s);
    }

    /** {@code 2^x}, at most 1 ulp; exact for integers. */
    public static FloatVector exp2(FloatVector x) {
        FloatVector c = x.blend(LARGEST_BASE_2, x.compare(GT, LARGEST_BASE_2));
        c = c.blend(SMALLEST_BASE_2, c.compare(LT, SMALLEST_BASE_2));
        FloatVector rounded = c.add(F32.ROUNDER);
        FloatVector r = c.sub(rounded.sub(F32.ROUNDER));
        FloatVector p =
                P5.fma(r, P4).fma(r, P3).fma(r, P2).fma(r, P1).fma(r, P0).fma(r, F32.ONE);
        IntVector n = rounded.reinterpretAsInts().sub(F32.ROUNDER_BITS);
        IntVector half = n.lanewise(ASHR, 1);
        return p.mul(F32.powerOfTwo(half)).mul(F32.powerOfTwo(n.sub(half)));
    }

    /** {@code e^x - 1}, at most 1.5 ulp: {@code 2^k (e^r - 1) + (2^k - 1)}. */
    public static FloatVector expm1(FloatVector x) {
        FloatVector c = x.blend(LARGEST, x.compare(GT, LARGEST));
        c = c.blend(SMALLEST_MINUS_1, c.compare(LT, SMALLEST_MINUS_1));
        FloatVector rounded = c.fma(LOG2_E, F32.ROUNDER);
        FloatVector k = rounded.sub(F32.ROUNDER);
        FloatVector r = k.fma(MINUS_LN2_LOW, k.fma(MINUS_LN2_HIGH, c));
        FloatVector q = E4.fma(r, E3).fma(r, E2).fma(r, E1).fma(r, E0);
        FloatVector p = q.fma(r.mul(r), r);
        // half of it, because 2^k itself may overflow
        IntVector n = rounded.reinterpretAsInts().sub(F32.ROUNDER_BITS);
        FloatVector scale = F32.powerOfTwo(n.sub(INT_ONE));
        FloatVector half = p.fma(scale, scale.sub(F32.HALF));
        return half.add(half).blend(x, x.abs().compare(LT, TINY));
    }

    /** {@code 1 / (1 + e^-x)}, at most 2 ulp, from {@code e^-|x|}, which cannot overflow. */
    public static FloatVector sigmoid(FloatVector x) {
        FloatVector e = exp(F32.withSignBit(x));
        VectorMask<Float> negative = x.compare(LT, F32.ZERO);
        FloatVector above = F32.ONE.blend(e, negative);
        FloatVector below = e.add(F32.ONE);
        FloatVector y = above.div(below);
        // what the quotient and the sum below it lost, divided by that sum, whose inverse is y or 1 - y
        FloatVector lost = y.fma(below.sub(F32.ONE).sub(e), y.neg().fma(below, above));
        return lost.fma(y.blend(F32.ONE.sub(y), negative), y);
    }
}
