package org.gatun.tensor.cuda;

import java.util.Arrays;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/**
 * The axes of several layouts of one shape, with those left out that have one element and those joined that every layout walks as one.
 *
 * @param sizes the sizes, the last axis first
 * @param strides for each layout the strides in elements, the last axis first
 */
@SuppressWarnings("ArrayRecordComponent") // made, read and dropped within a launch
record MergedAxes(long[] sizes, long[][] strides) {
    static MergedAxes of(Shape shape, Layout... layouts) {
        int rank = shape.rank();
        long[] sizes = new long[rank];
        long[][] strides = new long[layouts.length][rank];
        int merged = 0;
        for (int a = rank - 1; a >= 0; a--) {
            long size = shape.size(a);
            if (size == 1) {
                continue;
            }
            if (merged > 0 && joins(layouts, a, sizes[merged - 1], strides, merged - 1)) {
                sizes[merged - 1] *= size;
            } else {
                sizes[merged] = size;
                for (int k = 0; k < layouts.length; k++) {
                    strides[k][merged] = layouts[k].stride(a);
                }
                merged++;
            }
        }
        long[][] cut = new long[layouts.length][];
        for (int k = 0; k < layouts.length; k++) {
            cut[k] = Arrays.copyOf(strides[k], merged);
        }
        return new MergedAxes(Arrays.copyOf(sizes, merged), cut);
    }

    private static boolean joins(Layout[] layouts, int axis, long size, long[][] strides, int inner) {
        for (int k = 0; k < layouts.length; k++) {
            if (layouts[k].stride(axis) != strides[k][inner] * size) {
                return false;
            }
        }
        return true;
    }

    int rank() {
        return sizes.length;
    }

    /** Whether a layout's elements lie one after the other. */
    boolean isDense(int layout) {
        return rank() == 0 || (rank() == 1 && strides[layout][0] == 1);
    }

    /** Whether all elements of a layout are one in memory. */
    boolean isSingle(int layout) {
        for (long stride : strides[layout]) {
            if (stride != 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether a layout has elements in several places of the shape. */
    boolean repeats(int layout) {
        for (long stride : strides[layout]) {
            if (stride == 0) {
                return true;
            }
        }
        return false;
    }

    /** The axis along which a layout's neighbours are nearest in memory; -1 if all its elements are one. */
    int nearest(int layout) {
        int nearest = -1;
        for (int a = 0; a < rank(); a++) {
            long stride = Math.abs(strides[layout][a]);
            if (stride != 0 && (nearest < 0 || stride < Math.abs(strides[layout][nearest]))) {
                nearest = a;
            }
        }
        return nearest;
    }
}
