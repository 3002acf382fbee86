package org.gatun.tensor;

/** The methods of {@link Tensor} that limit, choose and replace elements. */
public abstract sealed class ElementwiseMethods extends ComparisonMethods permits ReductionMethods {
    ElementwiseMethods() {}

    /**
     * Elements limited to the range from {@code min} to {@code max}, as {@code torch.clamp}; NaN stays. The gradient passes at
     * the bounds. Where min is above max, every element becomes max.
     *
     * <p>Integers stay integers when both bounds are whole: a bound beyond their dtype's range then limits nothing. With a
     * fraction, they are taken as F32.
     *
     * @throws DTypeException when no integer of this dtype lies within the bounds
     */
    public final Tensor clamp(double min, double max) {
        return Limits.clamp("clamp", self(), min, max);
    }

    /** As {@link #clamp(double, double)}, exact for every {@code long} where this is of integers. */
    public final Tensor clamp(long min, long max) {
        return Limits.clamp("clamp", self(), min, max);
    }

    /**
     * {@code this ? a : b}, elementwise with broadcasting, as {@code torch.where}; this is BOOL and {@code a} and {@code b} are
     * promoted to one dtype.
     */
    public final Tensor where(Tensor a, Tensor b) {
        return Arithmetic.where(self(), a, b);
    }

    /**
     * Elements limited to the range from {@code min} to {@code max}, elementwise with broadcasting, as {@code torch.clamp} with tensors.
     * NaN in any of them gives NaN. The gradient passes to this at the bounds, beyond them to the bound; where min is above max, the
     * result is max.
     */
    public final Tensor clamp(Tensor min, Tensor max) {
        return Limits.clamp(self(), min, max);
    }

    /** Elements not below {@code min}, as {@code torch.clamp_min}: {@link #clamp(double, double)} without an upper bound. */
    public final Tensor clampMin(double min) {
        return Limits.clamp("clampMin", self(), min, Double.POSITIVE_INFINITY);
    }

    /** As {@link #clampMin(double)}, exact for every {@code long} where this is of integers. */
    public final Tensor clampMin(long min) {
        return Limits.clampMin(self(), min);
    }

    /** Elements not below those of {@code min}, as {@code torch.clamp_min}; the gradient passes to this at a tie. */
    public final Tensor clampMin(Tensor min) {
        return Limits.clampMin(self(), min);
    }

    /** Elements not above {@code max}, as {@code torch.clamp_max}: {@link #clamp(double, double)} without a lower bound. */
    public final Tensor clampMax(double max) {
        return Limits.clamp("clampMax", self(), Double.NEGATIVE_INFINITY, max);
    }

    /** As {@link #clampMax(double)}, exact for every {@code long} where this is of integers. */
    public final Tensor clampMax(long max) {
        return Limits.clampMax(self(), max);
    }

    /** Elements not above those of {@code max}, as {@code torch.clamp_max}; the gradient passes to this at a tie. */
    public final Tensor clampMax(Tensor max) {
        return Limits.clampMax(self(), max);
    }

    /**
     * 0 in place of NaN, and the dtype's largest and least number in place of the infinities, as {@code torch.nan_to_num}. The derivative
     * is 0 there. Integers stay as they are.
     */
    public final Tensor nanToNum() {
        return nanToNum(0);
    }

    /** As {@link #nanToNum()}, with a number in place of NaN. */
    public final Tensor nanToNum(double nan) {
        double largest = Scalars.largest(self().dtype());
        return nanToNum(nan, largest, -largest);
    }

    /** As {@link #nanToNum()}, with the given numbers in place of NaN, infinity and -infinity. */
    public final Tensor nanToNum(double nan, double positive, double negative) {
        return Pointwise.nanToNum(self(), nan, positive, negative);
    }
}
