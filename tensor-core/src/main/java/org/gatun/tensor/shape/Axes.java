package org.gatun.tensor.shape;

import java.util.Arrays;
import org.gatun.tensor.ShapeException;

/**
 * An immutable list of distinct axes, none negative. For reductions and flips it is sorted; for permutations the order is the
 * meaning.
 */
public final class Axes {
    /** No axes. */
    public static final Axes NONE = new Axes(new int[0]);

    private final int[] axes;

    private Axes(int[] axes) {
        this.axes = axes;
    }

    /**
     * The axis as a number from 0 to {@code rank - 1}; a negative axis counts from the end.
     *
     * @throws ShapeException naming {@code operation} when the axis does not exist
     */
    public static int normalise(String operation, int axis, int rank) {
        int a = axis < 0 ? axis + rank : axis;
        if (a < 0 || a >= rank) {
            throw new ShapeException(operation + ": axis " + axis + " does not exist in a tensor of rank " + rank
                    + (rank == 0 ? " (a scalar has no axes)" : ": give an axis from " + -rank + " to " + (rank - 1)));
        }
        return a;
    }

    /**
     * The place of a new axis as a number from 0 to {@code rank}; a negative one counts from the end, where -1 is behind all
     * others.
     *
     * @throws ShapeException naming {@code operation} when a tensor of the given rank has no such place
     */
    public static int insertion(String operation, int axis, int rank) {
        int a = axis < 0 ? axis + rank + 1 : axis;
        if (a < 0 || a > rank) {
            throw new ShapeException(operation + ": a new axis " + axis + " has no place in a tensor of rank " + rank
                    + ": give one from " + (-rank - 1) + " to " + rank);
        }
        return a;
    }

    /**
     * A sorted set of axes of a tensor of the given rank, for reductions; none given means all of them. For a scalar see {@link
     * #ofScalar}.
     *
     * @throws ShapeException naming {@code operation} when an axis does not exist or stands twice
     */
    public static Axes reduction(String operation, int rank, int... axes) {
        if (rank == 0) {
            return ofScalar(operation, axes);
        }
        if (axes.length == 0) {
            return all(rank);
        }
        Axes result = listed(operation, rank, axes);
        Arrays.sort(result.axes);
        return result;
    }

    /**
     * The axes in the order given, for permutations and flips.
     *
     * @throws ShapeException naming {@code operation} when an axis does not exist or stands twice
     */
    public static Axes listed(String operation, int rank, int... axes) {
        int[] a = new int[axes.length];
        for (int i = 0; i < a.length; i++) {
            a[i] = normalise(operation, axes[i], rank);
            for (int j = 0; j < i; j++) {
                if (a[j] == a[i]) {
                    throw new ShapeException(operation + ": axis " + axes[i] + " is named twice in "
                            + Arrays.toString(axes) + ": name each axis once");
                }
            }
        }
        return new Axes(a);
    }

    /**
     * The axes of a scalar, of which there are none. What works along axes takes a scalar for one element along axis 0, as
     * PyTorch does, so 0 and -1 may be given.
     *
     * @throws ShapeException naming {@code operation} when another axis is given, or that one twice
     */
    public static Axes ofScalar(String operation, int... axes) {
        for (int axis : axes) {
            if (axis != 0 && axis != -1) {
                throw new ShapeException(operation + ": axis " + axis
                        + " does not exist in a scalar, which counts as one element along axis 0: give 0 or -1");
            }
        }
        listed(operation, 1, axes);
        return NONE;
    }

    /** All axes of a tensor of the given rank, in order. */
    public static Axes all(int rank) {
        int[] a = new int[rank];
        Arrays.setAll(a, i -> i);
        return new Axes(a);
    }

    /** The number of axes in the list. */
    public int count() {
        return axes.length;
    }

    /** The {@code i}-th axis of the list. */
    public int get(int i) {
        return axes[i];
    }

    /** Whether {@code axis} is in the list. */
    public boolean contains(int axis) {
        for (int a : axes) {
            if (a == axis) {
                return true;
            }
        }
        return false;
    }

    /** For a permutation of all axes: the one that undoes it. */
    public Axes inverse() {
        int[] inverse = new int[axes.length];
        for (int i = 0; i < axes.length; i++) {
            inverse[axes[i]] = i;
        }
        return new Axes(inverse);
    }

    /** A copy of the axes. */
    public int[] toArray() {
        return axes.clone();
    }

    @Override
    public boolean equals(Object o) {
        return this == o || (o instanceof Axes other && Arrays.equals(axes, other.axes));
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(axes);
    }

    @Override
    public String toString() {
        return Arrays.toString(axes);
    }
}
