package org.gatun.tensor.shape;

import java.util.Arrays;
import java.util.List;
import org.gatun.tensor.ShapeException;
import org.jspecify.annotations.Nullable;

/**
 * The sizes of a tensor along its axes, immutable. The rank is the number of axes; rank 0 is a scalar with one element. A size
 * may be 0, which makes the tensor empty.
 */
public final class Shape {
    /** The shape of a 0-d tensor. */
    public static final Shape SCALAR = new Shape(new long[0]);

    private final long[] sizes;
    private final long elements;

    /** The layout row by row, once it was asked for. Without a lock: two threads may make it twice. */
    private @Nullable Layout rowMajor;

    private Shape(long[] sizes) {
        this("", sizes);
    }

    private Shape(String prefix, long[] sizes) {
        this.sizes = sizes;
        long n = 1;
        boolean empty = false;
        for (long s : sizes) {
            if (s < 0) {
                throw new ShapeException(prefix + "shape " + Arrays.toString(sizes) + " has a negative size " + s
                        + ": every size must be 0 or more");
            }
            empty |= s == 0;
        }
        if (!empty) {
            try {
                for (long s : sizes) {
                    n = Math.multiplyExact(n, s);
                }
            } catch (ArithmeticException e) {
                throw new ShapeException(
                        prefix + "shape " + Arrays.toString(sizes) + " has more than 2^63 - 1 elements", e);
            }
        }
        this.elements = empty ? 0 : n;
    }

    /** A shape with the given sizes; none gives the scalar shape. */
    public static Shape of(long... sizes) {
        return sizes.length == 0 ? SCALAR : new Shape(sizes.clone());
    }

    /**
     * A shape with sizes that were given to an operation.
     *
     * @throws ShapeException naming {@code operation} when a size is negative or there are more than 2^63 - 1 elements
     */
    public static Shape of(String operation, long... sizes) {
        return new Shape(operation + ": ", sizes.clone());
    }

    /** See {@link Layout#contiguous}. */
    Layout rowMajor() {
        Layout known = rowMajor;
        if (known == null) {
            known = Layout.strided(this, rowMajorStrides(), 0);
            rowMajor = known;
        }
        return known;
    }

    /** The number of axes. */
    public int rank() {
        return sizes.length;
    }

    /** The size along {@code axis}; a negative axis counts from the end. */
    public long size(int axis) {
        return sizes[Axes.normalise("size", axis, sizes.length)];
    }

    /** The number of elements: the product of the sizes, 1 for a scalar. */
    public long elements() {
        return elements;
    }

    /** Whether there are no elements. */
    public boolean isEmpty() {
        return elements == 0;
    }

    /** A copy of the sizes. */
    public long[] toArray() {
        return sizes.clone();
    }

    /** This shape with the size of one axis replaced; a negative axis counts from the end. */
    public Shape withSize(int axis, long size) {
        long[] s = sizes.clone();
        s[Axes.normalise("withSize", axis, sizes.length)] = size;
        return new Shape(s);
    }

    /**
     * The shape of tensors of the given shapes, equal outside one axis (0 to rank - 1), one after the other along it.
     *
     * @throws ShapeException when the sizes along the axis add up to more than the longs hold
     */
    public static Shape joined(int axis, List<Shape> shapes) {
        long size = 0;
        try {
            for (Shape shape : shapes) {
                size = Math.addExact(size, shape.sizes[axis]);
            }
        } catch (ArithmeticException e) {
            throw new ShapeException(
                    "cat: the sizes of " + shapes + " along axis " + axis
                            + " add up to more than 2^63 - 1: join fewer at once",
                    e);
        }
        return shapes.get(0).withSize(axis, size);
    }

    /** This shape without the given axes. */
    public Shape without(Axes axes) {
        long[] s = new long[sizes.length - axes.count()];
        int k = 0;
        for (int i = 0; i < sizes.length; i++) {
            if (!axes.contains(i)) {
                s[k++] = sizes[i];
            }
        }
        return of(s);
    }

    /** This shape with size 1 along the given axes: the shape of a reduction that keeps them. */
    public Shape reduced(Axes axes) {
        long[] s = sizes.clone();
        for (int i = 0; i < axes.count(); i++) {
            s[axes.get(i)] = 1;
        }
        return new Shape(s);
    }

    /** This shape with an axis of the given size inserted before {@code axis} (0 to rank). */
    public Shape inserted(int axis, long size) {
        long[] s = new long[sizes.length + 1];
        System.arraycopy(sizes, 0, s, 0, axis);
        s[axis] = size;
        System.arraycopy(sizes, axis, s, axis + 1, sizes.length - axis);
        return new Shape(s);
    }

    /**
     * This shape with the size of {@code axis} (0 to rank - 1) replaced by the number of windows of {@code size} elements, {@code step}
     * apart, that fit into it, and a new last axis of that size.
     */
    public Shape windowed(int axis, long size, long step) {
        return inserted(sizes.length, size).withSize(axis, (sizes[axis] - size) / step + 1);
    }

    /** The axes of this shape in another order: axis {@code i} of the result is axis {@code order.get(i)} of this one. */
    public Shape permuted(Axes order) {
        long[] s = new long[sizes.length];
        for (int i = 0; i < s.length; i++) {
            s[i] = sizes[order.get(i)];
        }
        return of(s);
    }

    /** The strides, in elements, of this shape laid out row by row (C order). */
    public long[] rowMajorStrides() {
        long[] strides = new long[sizes.length];
        long step = 1;
        for (int i = sizes.length - 1; i >= 0; i--) {
            strides[i] = step;
            step *= Math.max(sizes[i], 1);
        }
        return strides;
    }

    @Override
    public boolean equals(Object o) {
        return this == o || (o instanceof Shape other && Arrays.equals(sizes, other.sizes));
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sizes);
    }

    /** The sizes in brackets, such as {@code [2, 3]}; {@code []} for a scalar. */
    @Override
    public String toString() {
        return Arrays.toString(sizes);
    }
}
