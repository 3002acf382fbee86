package org.gatun.tensor.cpu.math;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;

/**
 * The exponential function and its relatives on vectors of doubles.
 *
 * <p>{@code e^x = 2^k e^r} with {@code k = round(x / ln 2)} and {@code |r| <= ln(2)/2}; {@code e^r} is a minimax polynomial.
 */
public final class F64Exp {
    private static final DoubleVector LOG2_E = F64.of(1.4426950408889634);
    /** The upper bits of -ln 2: its product with k is exact. */
    private static final DoubleVector MINUS_LN2_HIGH = F64.of(-6.93147180369123816490e-01);

    private static final DoubleVector MINUS_LN2_LOW = F64.of(-1.90821492927058770002e-10);
    /** e^x overflows above the first and is less than half the smallest double below the second. */
    private static final DoubleVector LARGEST = F64.of(710);

    private static final DoubleVector SMALLEST = F64.of(-746);
    /** 2^x overflows above the first and is less than half the smallest double below the second. */
    private static final DoubleVector LARGEST_BASE_2 = F64.of(1025);

    private static final DoubleVector SMALLEST_BASE_2 = F64.of(-1076);
    /** Below this e^x - 1 rounds to -1. */
    private static final DoubleVector SMALLEST_MINUS_1 = F64.of(-38);
    /** Below this e^x - 1 rounds to x. */
    private static final DoubleVector TINY = F64.of(0x1p-54);

    private static final LongVector LONG_ONE = F64.bits(1);
    private static final LongVector LONG_TWO = F64.bits(2);

    // (e^r - 1 - r) / r^2, error 2^-64 of e^r
    private static final DoubleVector E0 = F64.of(0.5);
    private static final DoubleVector E1 = F64.of(0.16666666666666682);
    private static final DoubleVector E2 = F64.of(0.04166666666666608);
    private static final DoubleVector E3 = F64.of(0.008333333333316787);
    private static final DoubleVector E4 = F64.of(0.001388888888911889);
    private static final DoubleVector E5 = F64.of(0.0001984126989700945);
    private static final DoubleVector E6 = F64.of(2.4801586922665517e-05);
    private static final DoubleVector E7 = F64.of(2.7557234223483514e-06);
    private static final DoubleVector E8 = F64.of(2.7557583616344874e-07);
    private static final DoubleVector E9 = F64.of(2.5112263555946817e-08);
    private static final DoubleVector E10 = F64.of(2.0826498745965526e-09);

    // (2^r - 1) / r, error 2^-58 of 2^r
    private static final DoubleVector P0 = F64.of(0.6931471805599453);
    private static final DoubleVector P1 = F64.of(0.2402265069591013);
    private static final DoubleVector P2 = F64.of(0.055504108664820084);
    private static final DoubleVector P3 = F64.of(0.009618129107594122);
    private static final DoubleVector P4 = F64.of(0.0013333558146774586);
    private static final DoubleVector P5 = F64.of(0.00015403530457110451);
    private static final DoubleVector P6 = F64.of(1.5252733493130577e-05);
    private static final DoubleVector P7 = F64.of(1.3215435282994068e-06);
    private static final DoubleVector P8 = F64.of(1.0178199577769851e-07);
    private static final DoubleVector P9 = F64.of(7.073783150994522e-09);
    private static final DoubleVector P10 = F64.of(4.4347696738211786e-10);

    private F64Exp() {}

    /** {@code e^x}, at most 1 ulp. */
    public static DoubleVector exp(DoubleVector x) {
        DoubleVector c = x.blend(LARGEST, x.compare(GT, LARGEST));
        c = c.blend(SMALLEST, c.compare(LT, SMALLEST));
        DoubleVector rounded = c.fma(LOG2_E, F64.ROUNDER);
        DoubleVector k = rounded.sub(F64.ROUNDER);
        DoubleVector p = expReduced(k.fma(MINUS_LN2_LOW, k.fma(MINUS_LN2_HIGH, c)));
        return scale(p, rounded);
    }

    /** {@code e^x} for x from -708 to 709, at most 1.5 ulp. */
    static DoubleVector expBounded(DoubleVector x) {
        DoubleVector rounded = x.fma(LOG2_E, F64.ROUNDER);
        DoubleVector k = rounded.sub(F64.ROUNDER);
        DoubleVector r = k.fma(MINUS_LN2_LOW, k.fma(MINUS_LN2_HIGH, x));
        DoubleVector p = quadratic(r).fma(r.mul(r), r).add(F64.ONE);
        return p.mul(F64.powerOfTwo(rounded.reinterpretAsLongs().sub(F64.ROUNDER_BITS)));
    }

    /** {@code e^x / 2} for x from 0 to 710.5, where e^x may overflow but its half does not. */
    static DoubleVector expHalf(DoubleVector x) {
        DoubleVector rounded = x.fma(LOG2_E, F64.ROUNDER);
        DoubleVector k = rounded.sub(F64.ROUNDER);
        DoubleVector p = expReduced(k.fma(MINUS_LN2_LOW, k.fma(MINUS_LN2_HIGH, x)));
        DoubleVector quarter = p.mul(F64.powerOfTwo(
                rounded.reinterpretAsLongs().sub(F64.ROUNDER_BITS).sub(LONG_TWO)));
        return quarter.add(quarter);
    }

    /** {@code e^x (factor + factorLow)} with one rounding of the product, for x from -746 to 0. */
    static DoubleVector expTimes(DoubleVector x, DoubleVector factor, DoubleVector factorLow) {
        DoubleVector rounded = x.fma(LOG2_E, F64.ROUNDER);
        DoubleVector k = rounded.sub(F64.ROUNDER);
        DoubleVector r = k.fma(MINUS_LN2_LOW, k.fma(MINUS_LN2_HIGH, x));
        DoubleVector head = r.add(F64.ONE);
        DoubleVector tail = expTail(r);
        DoubleVector p = head.add(tail);
        DoubleVector pLow = head.sub(p).add(tail);
        DoubleVector product = p.mul(factor);
        DoubleVector low = p.fma(factor, product.neg()).add(p.fma(factorLow, pLow.mul(factor)));
        return scale(product.add(low), rounded);
    }

    /** {@code p 2^k}, k standing in the low bits of {@code rounded}. */
    static DoubleVector scale(DoubleVector p, DoubleVector rounded) {
        LongVector n = rounded.reinterpretAsLongs().sub(F64.ROUNDER_BITS);
        // in two steps, so that overflow and gradual underflow happen in the last multiplication
        LongVector half = n.lanewise(ASHR, 1);
        return p.mul(F64.powerOfTwo(half)).mul(F64.powerOfTwo(n.sub(half)));
    }

    private static DoubleVector expReduced(DoubleVector r) {
        return expTail(r).add(r.add(F64.ONE));
    }

    /** {@code e^r} less the rounded {@code 1 + r}. */
    static DoubleVector expTail(DoubleVector r) {
        DoubleVector q = quadratic(r);
        DoubleVector s = r.add(F64.ONE);
        return q.fma(r.mul(r), F64.ONE.sub(s).add(r));
    }

    /** {@code (e^r - 1 - r) / r^2}. */
    private static DoubleVector quadratic(DoubleVector r) {
        return E10.fma(r, E9)
                .fma(r, E8)
                .fma(r, E7)
                .fma(r, E6)
                .fma(r, E5)
                .fma(r, E4)
                .fma(r, E3)
                .fma(r, E2)
                .fma(r, E1)
                .fma(r, E0);
    }

    /** {@code 2^x}, at most 1 ulp; exact for integers. */
    public static DoubleVector exp2(DoubleVector x) {
        DoubleVector c = x.blend(LARGEST_BASE_2, x.compare(GT, LARGEST_BASE_2));
        c = c.blend(SMALLEST_BASE_2, c.compare(LT, SMALLEST_BASE_2));
        DoubleVector rounded = c.add(F64.ROUNDER);
        DoubleVector r = c.sub(rounded.sub(F64.ROUNDER));
        DoubleVector p = P10.fma(r, P9)
                .fma(r, P8)
                .fma(r, P7)
                .fma(r, P6)
                .fma(r, P5)
                .fma(r, P4)
                .fma(r, P3)
                .fma(r, P2)
                .fma(r, P1)
                .fma(r, P0)
                .fma(r, F64.ONE);
        return scale(p, rounded);
    }

    /** {@code e^x - 1}, at most 1.5 ulp: {@code 2^k (e^r - 1) + (2^k - 1)}. */
    public static DoubleVector expm1(DoubleVector x) {
        DoubleVector c = x.blend(LARGEST, x.compare(GT, LARGEST));
        c = c.blend(SMALLEST_MINUS_1, c.compare(LT, SMALLEST_MINUS_1));
        DoubleVector rounded = c.fma(LOG2_E, F64.ROUNDER);
        DoubleVector k = rounded.sub(F64.ROUNDER);
        DoubleVector whole = k.fma(MINUS_LN2_HIGH, c);
        DoubleVector r = k.fma(MINUS_LN2_LOW, whole);
        DoubleVector square = r.mul(r);
        DoubleVector q = quadratic(r);
        // e^r - 1 = p + low: what the roundings of p and of r lost
        DoubleVector p = q.fma(square, r);
        DoubleVector low = q.fma(square, r.sub(p)).add(k.fma(MINUS_LN2_LOW, whole.sub(r)));
        // half of it, because 2^k itself may overflow
        LongVector n = rounded.reinterpretAsLongs().sub(F64.ROUNDER_BITS);
        DoubleVector scale = F64.powerOfTwo(n.sub(LONG_ONE));
        DoubleVector offset = scale.sub(F64.HALF);
        DoubleVector sum = p.fma(scale, offset);
        DoubleVector half = low.fma(scale, p.fma(scale, offset.sub(sum))).add(sum);
        return half.add(half).blend(x, x.abs().compare(LT, TINY));
    }

    /** {@code 1 / (1 + e^-x)}, at most 2 ulp, from {@code e^-|x|}, which cannot overflow. */
    public static DoubleVector sigmoid(DoubleVector x) {
        DoubleVector e = exp(F64.withSignBit(x));
        VectorMask<Double> negative = x.compare(LT, F64.ZERO);
        DoubleVector above = F64.ONE.blend(e, negative);
        DoubleVector below = e.add(F64.ONE);
        DoubleVector y = above.div(below);
        // what the quotient and the sum below it lost, divided by that sum, whose inverse is y or 1 - y
        DoubleVector lost = y.fma(below.sub(F64.ONE).sub(e), y.neg().fma(below, above));
        return lost.fma(y.blend(F64.ONE.sub(y), negative), y);
    }
}
