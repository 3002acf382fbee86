package org.gatun.tensor.shape;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Where the elements of a tensor lie in its storage: element {@code (i, j, ...)} is at position {@code offset + i * stride(0) +
 * j * stride(1) + ...}, counted in elements. A stride may be 0 (a broadcast axis) or negative (a flipped one). Immutable; every
 * view operation is a function from layout to layout.
 */
public final class Layout {
    private final Shape shape;
    private final long[] strides;
    private final long offset;
    private final boolean contiguous;

    private Layout(Shape shape, long[] strides, long offset) {
        this.shape = shape;
        this.strides = strides;
        this.offset = offset;
        this.contiguous = isRowMajor(shape, strides);
    }

    /** The row-by-row (C order) layout of {@code shape} from position 0. */
    public static Layout contiguous(Shape shape) {
        return shape.rowMajor();
    }

    /** A layout with explicit strides and offset, in elements. The caller vouches that it stays inside its storage. */
    public static Layout strided(Shape shape, long[] strides, long offset) {
        if (strides.length != shape.rank()) {
            throw new IllegalArgumentException(
                    "layout: " + strides.length + " strides for a shape of rank " + shape.rank() + " " + shape);
        }
        return new Layout(shape, strides.clone(), offset);
    }

    private static boolean isRowMajor(Shape shape, long[] strides) {
        if (shape.isEmpty()) {
            return true;
        }
        long step = 1;
        for (int i = strides.length - 1; i >= 0; i--) {
            long size = shape.size(i);
            if (size != 1) {
                if (strides[i] != step) {
                    return false;
                }
                step *= size;
            }
        }
        return true;
    }

    /** The shape. */
    public Shape shape() {
        return shape;
    }

    /** The distance, in elements, between neighbours along {@code axis} (0 to rank - 1). */
    public long stride(int axis) {
        return strides[axis];
    }

    /** A copy of the strides, in elements. */
    public long[] strides() {
        return strides.clone();
    }

    /** The position of the first element in the storage, in elements. */
    public long offset() {
        return offset;
    }

    /** Whether all elements lie from position 0 to {@code elements - 1}. */
    public boolean fits(long elements) {
        if (shape.isEmpty()) {
            return true;
        }
        try {
            return first() >= 0 && last() < elements;
        } catch (ArithmeticException e) {
            return false;
        }
    }

    /** The lowest position of an element, if there is one. */
    public long first() {
        long at = offset;
        for (int i = 0; i < strides.length; i++) {
            at = strides[i] < 0 ? Math.addExact(at, Math.multiplyExact(strides[i], shape.size(i) - 1)) : at;
        }
        return at;
    }

    /** The highest position of an element, if there is one. */
    public long last() {
        long at = offset;
        for (int i = 0; i < strides.length; i++) {
            at = strides[i] > 0 ? Math.addExact(at, Math.multiplyExact(strides[i], shape.size(i) - 1)) : at;
        }
        return at;
    }

    /**
     * Whether this and another layout of the same storage and dtype are known to have no element in common: one ends before the other
     * begins, or they take turns, as the columns of a matrix do. False does not say that they have one.
     */
    public boolean isApartFrom(Layout other) {
        if (shape.isEmpty() || other.shape.isEmpty() || last() < other.first() || other.last() < first()) {
            return true;
        }
        long period = 0;
        for (Layout layout : new Layout[] {this, other}) {
            for (int i = 0; i < layout.strides.length; i++) {
                period = layout.shape.size(i) == 1 ? period : gcd(period, Math.abs(layout.strides[i]));
            }
        }
        return period > 1 && Math.floorMod(offset - other.offset, period) != 0;
    }

    private static long gcd(long a, long b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    /** Whether the elements lie row by row without gaps (axes of size 1 do not count; an empty layout is contiguous). */
    public boolean isContiguous() {
        return contiguous;
    }

    /** The layout with axes in another order. */
    public Layout permuted(Axes order) {
        long[] s = new long[strides.length];
        for (int i = 0; i < s.length; i++) {
            s[i] = strides[order.get(i)];
        }
        return new Layout(shape.permuted(order), s, offset);
    }

    /**
     * The layout repeated to {@code target} by stride 0: {@code target} has at least this rank, and this shape, aligned at the
     * last axis, has either the same size or 1 along every axis (see {@link Broadcasting}).
     */
    public Layout broadcast(Shape target) {
        if (target.equals(shape)) {
            return this;
        }
        int lead = target.rank() - shape.rank();
        long[] s = new long[target.rank()];
        for (int i = 0; i < shape.rank(); i++) {
            s[lead + i] = shape.size(i) == 1 && target.size(lead + i) != 1 ? 0 : strides[i];
        }
        return new Layout(target, s, offset);
    }

    /** Every {@code step}-th element from {@code start} along each axis, {@code target} of them. Steps may be negative. */
    public Layout sliced(long[] start, long[] step, Shape target) {
        long[] s = new long[strides.length];
        long o = offset;
        for (int i = 0; i < s.length; i++) {
            s[i] = strides[i] * step[i];
            o += strides[i] * start[i];
        }
        return new Layout(target, s, target.isEmpty() ? offset : o);
    }

    /** The layout with the order of elements reversed along the given axes. */
    public Layout flipped(Axes axes) {
        long[] start = new long[strides.length];
        long[] step = new long[strides.length];
        Arrays.fill(step, 1);
        for (int i = 0; i < axes.count(); i++) {
            int a = axes.get(i);
            start[a] = Math.max(shape.size(a) - 1, 0);
            step[a] = -1;
        }
        return sliced(start, step, shape);
    }

    /** The windows of {@code size} elements, {@code step} apart, along an axis; a new last axis holds the elements of each. */
    public Layout windowed(int axis, long size, long step) {
        long[] s = Arrays.copyOf(strides, strides.length + 1);
        s[strides.length] = strides[axis];
        s[axis] = strides[axis] * step;
        return new Layout(shape.windowed(axis, size, step), s, offset);
    }

    /** The layout of the same elements in the same order under another shape of equal element count, or null if it needs a copy. */
    public @Nullable Layout reshaped(Shape target) {
        if (contiguous) {
            return new Layout(target, target.rowMajorStrides(), offset);
        }
        // Split both shapes into the smallest runs of axes with equal products; each run of ours must be one stride
        // apart.
        int n = shape.rank();
        int m = target.rank();
        long[] s = new long[m];
        int i = 0;
        int j = 0;
        while (i < n && j < m) {
            int i0 = i;
            int j0 = j;
            long p = shape.size(i++);
            long q = target.size(j++);
            while (p != q) {
                if (p < q) {
                    p *= shape.size(i++);
                } else {
                    q *= target.size(j++);
                }
            }
            Long stride = runStride(i0, i);
            if (stride == null) {
                return null;
            }
            long step = stride;
            for (int k = j - 1; k >= j0; k--) {
                s[k] = step;
                step *= target.size(k);
            }
        }
        // What is left on either side has size 1; any stride will do.
        for (int k = j; k < m; k++) {
            s[k] = 1;
        }
        return new Layout(target, s, offset);
    }

    /** The innermost stride of axes from..to-1 when they can be walked as one axis, otherwise null. */
    private @Nullable Long runStride(int from, int to) {
        long inner = 0;
        long next = 0;
        boolean first = true;
        for (int a = to - 1; a >= from; a--) {
            long size = shape.size(a);
            if (size == 1) {
                continue;
            }
            if (first) {
                inner = strides[a];
                first = false;
            } else if (strides[a] != next) {
                return null;
            }
            next = strides[a] * size;
        }
        return first ? 1L : inner;
    }

    /**
     * Whether two different indices may share an element, as along a broadcast axis or in windows that overlap. True for some layouts
     * without shared elements whose axes are interlocked; false only if there are none.
     */
    public boolean isOverlapping() {
        if (contiguous) {
            return false;
        }
        // From the smallest stride up, each must step over all that the smaller ones reach.
        int[] order = IntStream.range(0, strides.length)
                .filter(i -> shape.size(i) > 1)
                .boxed()
                .sorted(Comparator.comparingLong(i -> Math.abs(strides[i])))
                .mapToInt(Integer::intValue)
                .toArray();
        long reach = 0;
        for (int i : order) {
            long stride = Math.abs(strides[i]);
            if (stride <= reach) {
                return true;
            }
            reach += stride * (shape.size(i) - 1);
        }
        return false;
    }

    @Override
    public boolean equals(Object o) {
        return this == o
                || (o instanceof Layout other
                        && shape.equals(other.shape)
                        && offset == other.offset
                        && Arrays.equals(strides, other.strides));
    }

    @Override
    public int hashCode() {
        return (shape.hashCode() * 31 + Arrays.hashCode(strides)) * 31 + Long.hashCode(offset);
    }

    @Override
    public String toString() {
        return shape + " strides " + Arrays.toString(strides) + " offset " + offset;
    }
}
