package org.gatun.tensor.cuda;

import java.util.Arrays;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/**
 * {@code Op.Sort} and {@code Op.TopK} on a GPU: values and their indices along an axis. Stable in both directions; NaN is the largest, all
 * NaNs are equal, and so are the two zeros.
 */
public final class CudaSorting {
    /** As in {@code sort.cuh}: what a block sorts at once, and the threads for it. */
    private static final int SHORT_ROW = 2048;

    private static final int THREADS = 256;
    private static final int BLOCKS_EACH = 16;

    /** Of longer rows, up to one in so many elements are selected, and only these sorted. */
    private static final long FEWER = 4;

    private CudaSorting() {}

    private record Key(String name, DType dtype) {}

    static ConcreteTensor[] sort(Gpu gpu, Op.Sort op, ConcreteTensor x) {
        return first(gpu, x, op.axis(), x.shape().size(op.axis()), op.descending());
    }

    static ConcreteTensor[] topK(Gpu gpu, Op.TopK op, ConcreteTensor x) {
        return first(gpu, x, op.axis(), op.k(), op.largest());
    }

    /** The kernel of {@link org.gatun.tensor.composite.PlaceInOrder}. */
    public static Composite.Kernel placeInOrder(long place, int axis) {
        return in -> {
            ConcreteTensor x = in[0];
            return new ConcreteTensor[] {placeInOrder(CudaDevice.of((Device.Cuda) x.device()), place, axis, x)};
        };
    }

    private static ConcreteTensor placeInOrder(Gpu gpu, long place, int axis, ConcreteTensor x) {
        Axes order = last(axis, x.shape().rank());
        Layout layout = x.layout().permuted(order);
        Shape lines = layout.shape().withSize(-1, 1);
        long n = layout.shape().size(-1);
        if (n <= SHORT_ROW) {
            ConcreteTensor[] first = first(gpu, x, axis, place + 1, false);
            try (ConcreteTensor values = first[0];
                    ConcreteTensor indices = first[1]) {
                long[] start = new long[lines.rank()];
                start[axis] = place;
                long[] step = new long[lines.rank()];
                Arrays.fill(step, 1);
                return indices.view(
                        indices.layout().sliced(start, step, x.shape().withSize(axis, 1)));
            }
        }
        ConcreteTensor out = permuted(gpu.allocate(DType.I64, lines), order.inverse());
        boolean done = false;
        try (ConcreteTensor view = x.view(layout)) {
            ConcreteTensor rows = gpu.contiguous(view);
            try {
                if (!lines.isEmpty()) {
                    Selection.place(gpu, x.dtype(), rows.address(), out.address(), lines.elements(), n, place + 1);
                }
            } finally {
                if (rows != view) {
                    rows.close();
                }
            }
            done = true;
            return out;
        } finally {
            if (!done) {
                out.close();
            }
        }
    }

    /** The first {@code k} elements in sorted order along an axis, and their indices. */
    private static ConcreteTensor[] first(Gpu gpu, ConcreteTensor x, int axis, long k, boolean descending) {
        // With the axis put last, lanes are rows. The results stay in that order in memory.
        Axes order = last(axis, x.shape().rank());
        Layout layout = x.layout().permuted(order);
        Shape sorted = layout.shape().withSize(-1, k);
        Axes back = order.inverse();
        ConcreteTensor values = permuted(gpu.allocate(x.dtype(), sorted), back);
        ConcreteTensor indices = null;
        boolean done = false;
        try {
            indices = permuted(gpu.allocate(DType.I64, sorted), back);
            if (!sorted.isEmpty()) {
                try (ConcreteTensor lanes = x.view(layout)) {
                    ConcreteTensor rows = gpu.contiguous(lanes);
                    try {
                        long n = layout.shape().size(-1);
                        rows(
                                gpu,
                                x.dtype(),
                                rows.address(),
                                values.address(),
                                indices.address(),
                                sorted.elements() / k,
                                n,
                                k,
                                descending);
                    } finally {
                        if (rows != lanes) {
                            rows.close();
                        }
                    }
                }
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

    /** The axes with one put last. */
    private static Axes last(int axis, int rank) {
        int[] order = new int[rank];
        for (int a = 0; a < rank; a++) {
            order[a] = a < axis ? a : a < rank - 1 ? a + 1 : axis;
        }
        return Axes.listed("sort", rank, order);
    }

    /** The view with its axes in another order, in place of the tensor. */
    private static ConcreteTensor permuted(ConcreteTensor x, Axes order) {
        try (x) {
            return x.view(x.layout().permuted(order));
        }
    }

    /** Puts the first {@code k} elements of rows of {@code n} in order, and their places in the rows, at two addresses. */
    static void rows(
            Gpu gpu, DType dtype, long from, long values, long indices, long rows, long n, long k, boolean descending) {
        SortKeys keys = SortKeys.of(dtype);
        long flip = flip(dtype, descending);
        if (n <= SHORT_ROW) {
            long room = n == 1 ? 1 : Long.highestOneBit(n - 1) * 2;
            long blocks = (rows + SHORT_ROW / room - 1) / (SHORT_ROW / room);
            gpu.launch(
                    kernel(gpu, "sortShortRows", "ShortRows", dtype, CType.of(dtype) + ", " + keys.type()),
                    Math.min(blocks, (long) gpu.multiprocessors() * BLOCKS_EACH),
                    THREADS,
                    0,
                    from,
                    values,
                    indices,
                    rows,
                    n,
                    k,
                    room,
                    flip);
            return;
        }
        if (k < n / FEWER) {
            Selection.first(gpu, dtype, from, values, indices, rows, n, k, descending);
            return;
        }
        long items = rows * n;
        try (Temporary places = gpu.temporary(k == n ? 0 : items * Long.BYTES)) {
            long order = k == n ? indices : places.address();
            try (Temporary numbers = gpu.temporary(items * keys.bytes())) {
                gpu.launch(
                        kernel(gpu, "rowKeys", "RowKeys", dtype, CType.of(dtype) + ", " + keys.type()),
                        items,
                        from,
                        numbers.address(),
                        items,
                        flip);
                new RadixSort(gpu, keys, rows, n).sort(numbers.address(), order, 0, dtype.bytes());
            }
            gpu.launch(
                    kernel(gpu, "pickRows", "PickedRows", dtype, CType.of(dtype)),
                    rows * k,
                    from,
                    order,
                    values,
                    indices,
                    rows,
                    n,
                    k);
        }
    }

    /** What is added to keys, bit by bit, for an order: they have the element's bits at the low end, and those above stay 0. */
    static long flip(DType dtype, boolean descending) {
        return !descending ? 0 : -1L >>> (Long.SIZE - Byte.SIZE * dtype.bytes());
    }

    private static Kernel kernel(Gpu gpu, String name, String structure, DType dtype, String types) {
        return gpu.kernel(new Key(name, dtype), name + "Kernel", () -> """
                #include "sort.cuh"
                extern "C" __global__ void %1$sKernel(%2$s a) {
                    %1$s<%3$s>(a);
                }
                """.formatted(name, structure, types));
    }
}
