package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;
import org.jspecify.annotations.Nullable;

/**
 * Products of integer matrices, modulo 2^bits as all integer arithmetic here. Rows of the result are summed up from multiples
 * of rows of the right operand, a band of columns at a time that stays in the first-level cache; those loops run over
 * contiguous memory and are vectorised by the compiler.
 */
final class IntegerGemm {

    /** Columns of a band. */
    private static final int BAND = 512;

    private IntegerGemm() {}

    /** As {@link Gemm#multiply}, for integer dtypes and an inner size of at least 1. */
    static void multiply(
            DType dtype, Matrix a, Matrix b, long c, long ldc, boolean accumulate, @Nullable Epilogue epilogue) {
        try (Scratch scratch = Scratch.open()) {
            int bytes = dtype.bytes();
            Matrix right = b.columnStride() == 1 ? b : b.packed(dtype, scratch);
            long grain = Math.max(1, GemmTiling.GRAIN_MACS / Math.max(1, a.columns() * b.columns()));
            WorkerPool.parallelFor(a.rows(), grain, (begin, end) -> {
                for (long i = begin; i < end; i++) {
                    row(dtype, a, i, right, c + i * ldc * bytes, accumulate);
                }
                if (epilogue != null) {
                    epilogue.apply(c + begin * ldc * bytes, end - begin, b.columns(), ldc, begin, 0);
                }
            });
        }
    }

    private static void row(DType dtype, Matrix a, long i, Matrix b, long target, boolean accumulate) {
        int bytes = dtype.bytes();
        for (long j = 0; j < b.columns(); j += BAND) {
            int count = (int) Math.min(BAND, b.columns() - j);
            long to = target + j * bytes;
            if (!accumulate) {
                Ram.zero(to, (long) count * bytes);
            }
            for (long p = 0; p < a.columns(); p++) {
                long factor = a.address() + (i * a.rowStride() + p * a.columnStride()) * bytes;
                long from = b.address() + (p * b.rowStride() + j) * bytes;
                // Modulo 2^bits, signed and unsigned integers are the same.
                switch (Word.of(dtype)) {
                    case LONG -> addLongs(Ram.getLong(factor), from, to, count);
                    case INT -> addInts(Ram.getInt(factor), from, to, count);
                    case SHORT -> addShorts(Ram.getShort(factor), from, to, count);
                    case BYTE -> addBytes(Ram.getByte(factor), from, to, count);
                }
            }
        }
    }

    private static void addLongs(long factor, long from, long to, int count) {
        for (int j = 0; j < count; j++) {
            long at = to + 8L * j;
            Ram.putLong(at, Ram.getLong(at) + factor * Ram.getLong(from + 8L * j));
        }
    }

    private static void addInts(int factor, long from, long to, int count) {
        for (int j = 0; j < count; j++) {
            long at = to + 4L * j;
            Ram.putInt(at, Ram.getInt(at) + factor * Ram.getInt(from + 4L * j));
        }
    }

    private static void addShorts(short factor, long from, long to, int count) {
        for (int j = 0; j < count; j++) {
            long at = to + 2L * j;
            Ram.putShort(at, (short) (Ram.getShort(at) + factor * Ram.getShort(from + 2L * j)));
        }
    }

    private static void addBytes(byte factor, long from, long to, int count) {
        for (int j = 0; j < count; j++) {
            Ram.putByte(to + j, (byte) (Ram.getByte(to + j) + factor * Ram.getByte(from + j)));
        }
    }
}
