package org.gatun.tensor.cuda;

import java.util.Arrays;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/** Sorting along an axis, stable: tiles are sorted in shared memory and then merged, by keys of 64 bits in the wanted order. */
final class CudaSorting {
    private static final int AXES = 6;

    /** The {@code tileSize} of {@code sort.cuh}. */
    private static final int TILE = 256;

    private static final int BLOCKS_EACH = 16;

    private CudaSorting() {}

    private record TilesKey(DType dtype) {}

    private record TakeKey(DType dtype) {}

    private record MergeKey() {}

    static ConcreteTensor[] sort(CudaDevice gpu, Op.Sort op, ConcreteTensor x) {
        return best(gpu, x, op.axis(), x.shape().size(op.axis()), op.descending());
    }

    static ConcreteTensor[] topK(CudaDevice gpu, Op.TopK op, ConcreteTensor x) {
        return best(gpu, x, op.axis(), op.k(), op.largest());
    }

    /** The first {@code count} of each row in order, and their indices. */
    private static ConcreteTensor[] best(CudaDevice gpu, ConcreteTensor x, int axis, long count, boolean descending) {
        Shape shape = x.shape().withSize(axis, count);
        ConcreteTensor values = gpu.allocate(x.dtype(), shape);
        ConcreteTensor indices = null;
        boolean done = false;
        try {
            indices = gpu.allocate(DType.I64, shape);
            if (!shape.isEmpty()) {
                sorted(gpu, x, axis, descending, values, indices);
            }
            done = true;
            return new ConcreteTensor[] {values, indices};
        } finally {
            if (!done) {
                values.close();
                if (indices != null) {
                    indices.close();
                }
            }
        }
    }

    private static void sorted(
            CudaDevice gpu,
            ConcreteTensor x,
            int axis,
            boolean descending,
            ConcreteTensor values,
            ConcreteTensor indices) {
        Shape rows = x.shape().withSize(axis, 1);
        long[] strides = x.layout().strides();
        strides[axis] = 0;
        MergedAxes axes = MergedAxes.of(rows, Layout.strided(rows, strides, 0));
        if (axes.rank() > AXES) {
            try (ConcreteTensor copy = CudaCopies.copy(gpu, x)) {
                sorted(gpu, copy, axis, descending, values, indices);
            }
            return;
        }
        long length = x.size(axis);
        long n = x.elements();
        long bytes = n * Long.BYTES;
        try (Temporary keys = gpu.temporary(bytes);
                Temporary places = gpu.temporary(bytes);
                Temporary otherKeys = gpu.temporary(length > TILE ? bytes : 0);
                Temporary otherPlaces = gpu.temporary(length > TILE ? bytes : 0)) {
            tiles(gpu, x, axis, descending, axes, keys, places);
            Temporary[] from = {keys, places};
            Temporary[] to = {otherKeys, otherPlaces};
            for (long run = TILE; run < length; run *= 2) {
                merge(gpu, n, length, run, from, to);
                Temporary[] sorted = to;
                to = from;
                from = sorted;
            }
            take(gpu, x, axis, axes, from[1], values, indices);
        }
    }

    private static void tiles(
            CudaDevice gpu,
            ConcreteTensor x,
            int axis,
            boolean descending,
            MergedAxes axes,
            Temporary keys,
            Temporary places) {
        Kernel kernel = gpu.kernel(new TilesKey(x.dtype()), "sortRows", () -> """
                #include "sort.cuh"
                extern "C" __global__ void sortRows(const SortTiles<%s, %d> a) {
                    sortTiles(a);
                }
                """.formatted(CType.of(x.dtype()), AXES));
        long length = x.size(axis);
        long rows = x.elements() / length;
        long[] arguments = new long[7 + 2 * AXES];
        arguments[0] = rows;
        arguments[1] = length;
        arguments[2] = x.address();
        arguments[3] = keys.address();
        arguments[4] = places.address();
        arguments[5] = descending ? 1 : 0;
        arguments[6] = x.layout().stride(axis);
        places(arguments, 7, axes);
        long blocks = Math.min(rows * Math.ceilDiv(length, TILE), (long) gpu.multiprocessors() * BLOCKS_EACH);
        gpu.launch(kernel, blocks, TILE, 0, arguments);
    }

    private static void merge(CudaDevice gpu, long n, long length, long run, Temporary[] from, Temporary[] to) {
        Kernel kernel = gpu.kernel(new MergeKey(), "mergeRows", () -> """
                #include "sort.cuh"
                extern "C" __global__ void mergeRows(const MergeRuns a) {
                    mergeRuns(a);
                }
                """);
        gpu.launch(kernel, n, n, length, run, from[0].address(), from[1].address(), to[0].address(), to[1].address());
    }

    private static void take(
            CudaDevice gpu,
            ConcreteTensor x,
            int axis,
            MergedAxes axes,
            Temporary sorted,
            ConcreteTensor values,
            ConcreteTensor indices) {
        Kernel kernel = gpu.kernel(new TakeKey(x.dtype()), "takeRows", () -> """
                #include "sort.cuh"
                extern "C" __global__ void takeRows(const TakeSorted<%s, %d> a) {
                    takeSorted(a);
                }
                """.formatted(CType.of(x.dtype()), AXES));
        Shape shape = values.shape();
        long inner = 1;
        for (int a = axis + 1; a < shape.rank(); a++) {
            inner *= shape.size(a);
        }
        long[] arguments = new long[9 + 2 * AXES];
        arguments[0] = shape.elements();
        arguments[1] = x.size(axis);
        arguments[2] = shape.size(axis);
        arguments[3] = inner;
        arguments[4] = x.address();
        arguments[5] = sorted.address();
        arguments[6] = values.address();
        arguments[7] = indices.address();
        arguments[8] = x.layout().stride(axis);
        places(arguments, 9, axes);
        gpu.launch(kernel, shape.elements(), arguments);
    }

    private static void places(long[] arguments, int at, MergedAxes axes) {
        Arrays.fill(arguments, at, at + AXES, 1);
        System.arraycopy(axes.sizes(), 0, arguments, at, axes.rank());
        System.arraycopy(axes.strides()[0], 0, arguments, at + AXES, axes.rank());
    }
}
