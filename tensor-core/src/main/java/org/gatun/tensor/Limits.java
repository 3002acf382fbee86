package org.gatun.tensor;

/** Limiting elements to a range, by numbers and by tensors. */
final class Limits {
    private Limits() {}

    static Tensor clamp(String name, Tensor x, double min, double max) {
        if (Double.isNaN(min) || Double.isNaN(max)) {
            throw new IllegalArgumentException(name + ": the bounds " + min + " and " + max
                    + " must be numbers; use -infinity or infinity for none");
        }
        if (!x.dtype().isFloating() && min == Math.rint(min) && max == Math.rint(max)) {
            if (Math.min(min, max) >= 0x1p63 || max < -0x1p63) {
                throw beyond(name, DType.I64, min, max);
            }
            // Beyond the longs there is no integer to limit: the conversion stops at the last.
            return clamp(name, x, (long) min, (long) max);
        }
        DType dtype = x.dtype().toFloating();
        Tensor t = Arithmetic.cast(x, dtype);
        if (min == Double.NEGATIVE_INFINITY && max == Double.POSITIVE_INFINITY) {
            return t == x ? x.view() : t;
        }
        return Pointwise.CLAMP.apply(t, Arithmetic.constant(t, dtype, min), Arithmetic.constant(t, dtype, max));
    }

    static Tensor clamp(String name, Tensor x, long min, long max) {
        if (x.dtype().isFloating()) {
            return clamp(name, x, (double) min, (double) max);
        }
        DType dtype = x.dtype().promoteWithScalar(DType.Kind.INTEGER);
        long low = Math.min(min, max);
        if (low > Scalars.greatest(dtype) || max < Scalars.least(dtype)) {
            throw beyond(name, dtype, min, max);
        }
        Tensor t = Arithmetic.cast(x, dtype);
        if (low > Scalars.least(dtype)) {
            t = t.lt(low).where(Arithmetic.constant(t, dtype, low), t);
        }
        if (max < Scalars.greatest(dtype)) {
            t = t.gt(max).where(Arithmetic.constant(t, dtype, max), t);
        }
        return t == x ? x.view() : t;
    }

    private static DTypeException beyond(String name, DType dtype, Number min, Number max) {
        return Scalars.outside(name, dtype, "every number from " + min + " to " + max);
    }

    /** A lower bound alone; of a floating tensor, whose upper bound is not the largest long. */
    static Tensor clampMin(Tensor x, long min) {
        return x.dtype().isFloating()
                ? clamp("clampMin", x, min, Double.POSITIVE_INFINITY)
                : clamp("clampMin", x, min, Long.MAX_VALUE);
    }

    /** An upper bound alone. */
    static Tensor clampMax(Tensor x, long max) {
        return x.dtype().isFloating()
                ? clamp("clampMax", x, Double.NEGATIVE_INFINITY, max)
                : clamp("clampMax", x, Long.MIN_VALUE, max);
    }

    static Tensor clamp(Tensor x, Tensor min, Tensor max) {
        Arithmetic.requireCommonShape("clamp", x, min, max);
        DType dtype = Arithmetic.common(x, min, max);
        Tensor t = Arithmetic.cast(x, dtype);
        Tensor low = Arithmetic.cast(min, dtype);
        Tensor high = Arithmetic.cast(max, dtype);
        return dtype.isFloating()
                ? Pointwise.CLAMP.apply(t, low, high)
                : t.maximum(low).minimum(high);
    }

    static Tensor clampMin(Tensor x, Tensor min) {
        Arithmetic.requireCommonShape("clampMin", x, min);
        DType dtype = Arithmetic.common(x, min);
        Tensor t = Arithmetic.cast(x, dtype);
        Tensor low = Arithmetic.cast(min, dtype);
        return dtype.isFloating() ? Pointwise.CLAMP_MIN.apply(t, low) : t.maximum(low);
    }

    static Tensor clampMax(Tensor x, Tensor max) {
        Arithmetic.requireCommonShape("clampMax", x, max);
        DType dtype = Arithmetic.common(x, max);
        Tensor t = Arithmetic.cast(x, dtype);
        Tensor high = Arithmetic.cast(max, dtype);
        return dtype.isFloating() ? Pointwise.CLAMP_MAX.apply(t, high) : t.minimum(high);
    }
}
