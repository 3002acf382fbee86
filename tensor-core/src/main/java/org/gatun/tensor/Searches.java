package org.gatun.tensor;

/** Binary searches in sorted values, all values at once: one comparison of all with an element each per bit of the size. */
final class Searches {
    private Searches() {}

    static Tensor bucketize(Tensor values, Tensor boundaries, boolean right) {
        if (boundaries.rank() != 1) {
            throw new ShapeException("bucketize: the boundaries are a vector, not of shape " + boundaries.shape()
                    + ", for elements of shape " + values.shape()
                    + ": give one axis, or use searchsorted for boundaries of each row");
        }
        return searchsorted("bucketize", boundaries, values, right);
    }

    static Tensor searchsorted(String name, Tensor sorted, Tensor values, boolean right) {
        check(name, sorted, values);
        long n = sorted.size(-1);
        Tensor places = Tensors.zeros(DType.I64, values.shape(), values.device());
        if (values.elements() == 0) {
            return places;
        }
        for (long step = Long.highestOneBit(n); step > 0; step >>= 1) {
            Tensor next = places.add(step);
            Tensor element = elements(sorted, next.minimum(n).sub(1));
            Tensor before = next.le(n).and(before(element, values, right));
            places = before.where(next, places);
        }
        return places;
    }

    static Tensor isin(Tensor x, Tensor elements) {
        if (elements.elements() == 0) {
            return Tensors.zeros(DType.BOOL, x.shape(), x.device());
        }
        DType common = DType.promote(x.dtype(), elements.dtype());
        Tensor values = x.to(common);
        Tensor sorted = elements.to(common).flatten().sort(0).values();
        Tensor place = searchsorted("isin", sorted, values, false).minimum(sorted.size(0) - 1);
        return sorted.take(place).eq(values);
    }

    private static Tensor elements(Tensor sorted, Tensor index) {
        return sorted.rank() == 1 ? sorted.take(index) : sorted.gather(-1, index);
    }

    /** Whether an element stands before the place of a value, where NaN is larger than all numbers. */
    private static Tensor before(Tensor element, Tensor value, boolean right) {
        if (!value.dtype().isFloating()) {
            return right ? element.le(value) : element.lt(value);
        }
        return right
                ? element.le(value).or(value.isNan())
                : element.lt(value).or(value.isNan().and(element.isNan().not()));
    }

    private static void check(String name, Tensor sorted, Tensor values) {
        if (sorted.dtype() != values.dtype()) {
            throw new DTypeException(name + ": the sorted values are " + sorted.dtype() + " and those to place "
                    + values.dtype() + ": convert one of them with to(...)");
        }
        boolean fits = sorted.rank() == 1 || (sorted.rank() > 1 && sorted.rank() == values.rank());
        for (int i = 0; fits && sorted.rank() > 1 && i < sorted.rank() - 1; i++) {
            fits = sorted.size(i) == values.size(i);
        }
        if (!fits) {
            throw new ShapeException(name + ": sorted values of shape " + sorted.shape()
                    + " have no row for each row of shape " + values.shape()
                    + ": give a vector, or equal sizes but for the last axis");
        }
    }
}
