package org.gatun.tensor.cpu;

import java.util.Arrays;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.memory.Allocators;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Sorting along an axis, and picking the first few of what sorting would give: values and their indices. Stable in both directions;
 * NaN is the largest, all NaNs are equal, and so are the two zeros.
 */
final class Sorting {
    /** The fewest elements worth a thread. */
    private static final long GRAIN = 1 << 12;

    // Filled without a lock: a reader that two threads make at once is the same twice, and has no state.
    private static final @Nullable KeyReader[] ASCENDING = new KeyReader[DType.values().length];
    private static final @Nullable KeyReader[] DESCENDING = new KeyReader[DType.values().length];

    /** Rows of fewer elements of four bytes or less are sorted as single numbers, of key and index. */
    private static final long PACKED = PairSort.RADIX;

    private Sorting() {}

    static ConcreteTensor[] sort(Op.Sort op, ConcreteTensor x) {
        return first(x, op.axis(), x.shape().size(op.axis()), op.descending());
    }

    static ConcreteTensor[] topK(Op.TopK op, ConcreteTensor x) {
        return first(x, op.axis(), op.k(), op.largest());
    }

    /** The first {@code k} elements in sorted order along an axis, and their indices. */
    private static ConcreteTensor[] first(ConcreteTensor x, int axis, long k, boolean descending) {
        // With the axis put last, lanes are rows. The results stay in that order in memory.
        Axes order =
                Rows.last(Axes.listed("sort", x.shape().rank(), axis), x.shape().rank());
        Layout layout = x.layout().permuted(order);
        Shape sorted = layout.shape().withSize(-1, k);
        Layout result = Layout.contiguous(sorted).permuted(order.inverse());
        DType[] dtypes = {x.dtype(), DType.I64};
        ConcreteTensor[] results = Results.allocate(
                2,
                i -> ConcreteTensor.over(
                        Allocators.of(x.device()).allocate(sorted.elements() * dtypes[i].bytes()), result, dtypes[i]));
        if (!sorted.isEmpty()) {
            try (Scratch scratch = Scratch.open()) {
                long n = layout.shape().size(-1);
                long in = Rows.of(x.address(), layout, x.dtype(), scratch);
                rows(
                        x.dtype(),
                        in,
                        results[0].address(),
                        results[1].address(),
                        sorted.elements() / k,
                        n,
                        k,
                        descending);
            }
        }
        return results;
    }

    private static void rows(
            DType dtype, long in, long values, long indices, long rows, long n, long k, boolean descending) {
        KeyReader reader = reader(dtype, descending);
        int bytes = dtype.bytes();
        if (bytes <= Integer.BYTES && n < PACKED) {
            packed(dtype, reader, in, values, indices, rows, (int) n, k);
            return;
        }
        WorkerPool.parallelFor(rows, Math.max(1, GRAIN / n), (from, to) -> {
            for (long r = from; r < to; r++) {
                try (Scratch scratch = Scratch.open()) {
                    long row = in + r * n * bytes;
                    long places = indices + r * k * 8;
                    long keys = scratch.allocate(8 * n);
                    reader.read(row, n, keys);
                    if (k < n / 4) {
                        Selection.first(keys, n, places, k, scratch);
                    } else {
                        sorted(keys, n, bytes, places, k, scratch);
                    }
                    pick(row, places, k, values + r * k * bytes, dtype);
                }
            }
        });
    }

    /** Sorts short rows: with the index below the key in one number, equal keys keep their order. */
    private static void packed(
            DType dtype, KeyReader reader, long in, long values, long indices, long rows, int n, long k) {
        int bytes = dtype.bytes();
        WorkerPool.parallelFor(rows, Math.max(1, GRAIN / n), (from, to) -> {
            try (Scratch scratch = Scratch.open()) {
                long keys = scratch.allocate(8L * n);
                long[] packed = new long[n];
                for (long r = from; r < to; r++) {
                    long row = in + r * n * bytes;
                    long places = indices + r * k * 8;
                    reader.read(row, n, keys);
                    for (int i = 0; i < n; i++) {
                        packed[i] = (Ram.getLong(keys + 8L * i) << Integer.SIZE | i) ^ Long.MIN_VALUE;
                    }
                    Arrays.sort(packed);
                    for (int i = 0; i < k; i++) {
                        Ram.putLong(places + 8L * i, packed[i] & Integer.MAX_VALUE);
                    }
                    pick(row, places, k, values + r * k * bytes, dtype);
                }
            }
        });
    }

    private static void sorted(long keys, long n, int bytes, long places, long k, Scratch scratch) {
        long all = k == n ? places : scratch.allocate(8 * n);
        for (long i = 0; i < n; i++) {
            Ram.putLong(all + 8 * i, i);
        }
        PairSort.sort(keys, all, n, bytes, scratch);
        if (k != n) {
            Ram.copy(all, places, 8 * k);
        }
    }

    private static void pick(long row, long places, long k, long values, DType dtype) {
        switch (Word.of(dtype)) {
            case BYTE -> {
                for (long i = 0; i < k; i++) {
                    Ram.putByte(values + i, Ram.getByte(row + Ram.getLong(places + 8 * i)));
                }
            }
            case SHORT -> {
                for (long i = 0; i < k; i++) {
                    Ram.putShort(values + 2 * i, Ram.getShort(row + 2 * Ram.getLong(places + 8 * i)));
                }
            }
            case INT -> {
                for (long i = 0; i < k; i++) {
                    Ram.putInt(values + 4 * i, Ram.getInt(row + 4 * Ram.getLong(places + 8 * i)));
                }
            }
            case LONG -> {
                for (long i = 0; i < k; i++) {
                    Ram.putLong(values + 8 * i, Ram.getLong(row + 8 * Ram.getLong(places + 8 * i)));
                }
            }
        }
    }

    private static KeyReader reader(DType dtype, boolean descending) {
        KeyReader[] readers = descending ? DESCENDING : ASCENDING;
        KeyReader reader = readers[dtype.ordinal()];
        if (reader == null) {
            boolean signed = dtype != DType.U8 && dtype != DType.BOOL;
            long signBit = signed ? 1L << (8 * dtype.bytes() - 1) : 0;
            reader = KernelTemplate.specialise(
                    KeyLoop.class,
                    KeyReader.class,
                    new KeyLoop.Of(OrderKeys.ascending(dtype), dtype.bytes(), descending ? ~signBit : signBit));
            readers[dtype.ordinal()] = reader;
        }
        return reader;
    }
}
