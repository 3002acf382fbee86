package org.gatun.tensor.cuda;

import java.util.Arrays;
import org.gatun.tensor.shape.Layout;

/**
 * Some axes of a layout in the order in which they lie in memory, with those left out that have one element, and those joined that can
 * be walked as one.
 *
 * @param sizes the sizes, the nearest elements' axis first
 * @param strides the strides in elements, in the same order
 */
@SuppressWarnings("ArrayRecordComponent") // made, read and dropped within a launch
record StridedAxes(long[] sizes, long[] strides) {
    /** The numbers that {@link #put} writes. */
    static final int ARGUMENTS = 13;

    /** The most axes that kernels take. */
    static final int MOST = (ARGUMENTS - 1) / 2;

    /** Axes of a layout, given outermost first. */
    static StridedAxes of(Layout layout, int[] axes) {
        long[] sizes = new long[axes.length];
        long[] strides = new long[axes.length];
        int count = 0;
        for (int i = axes.length - 1; i >= 0; i--) {
            long size = layout.shape().size(axes[i]);
            long stride = layout.stride(axes[i]);
            if (size == 1) {
                continue;
            }
            if (count > 0 && stride == strides[count - 1] * sizes[count - 1]) {
                sizes[count - 1] *= size;
            } else {
                sizes[count] = size;
                strides[count] = stride;
                count++;
            }
        }
        return new StridedAxes(Arrays.copyOf(sizes, count), Arrays.copyOf(strides, count));
    }

    /** The axes in the order of falling distances between their elements; of equal ones, as they are. */
    static int[] inMemoryOrder(Layout layout, int[] axes) {
        int[] order = axes.clone();
        for (int i = 1; i < order.length; i++) {
            int axis = order[i];
            int j = i;
            while (j > 0 && Math.abs(layout.stride(order[j - 1])) < Math.abs(layout.stride(axis))) {
                order[j] = order[j - 1];
                j--;
            }
            order[j] = axis;
        }
        return order;
    }

    int rank() {
        return sizes.length;
    }

    /** The number of elements. */
    long elements() {
        long n = 1;
        for (long size : sizes) {
            n *= size;
        }
        return n;
    }

    /** The distance between neighbours of the first axis; none if there is no axis. */
    long nearest() {
        return rank() == 0 ? Long.MAX_VALUE : Math.abs(strides[0]);
    }

    /** All axes but the first. */
    StridedAxes butFirst() {
        return rank() == 0
                ? this
                : new StridedAxes(Arrays.copyOfRange(sizes, 1, rank()), Arrays.copyOfRange(strides, 1, rank()));
    }

    /** Whether all strides but the first axis' are multiples of a number. */
    boolean outerStridesDivideBy(long width) {
        for (int i = 1; i < rank(); i++) {
            if (strides[i] % width != 0) {
                return false;
            }
        }
        return true;
    }

    /** Writes the structure {@code FoldAxes} of {@code reduce.cuh}. */
    void put(long[] arguments, int at) {
        arguments[at] = rank();
        System.arraycopy(sizes, 0, arguments, at + 1, rank());
        System.arraycopy(strides, 0, arguments, at + 1 + MOST, rank());
    }
}
