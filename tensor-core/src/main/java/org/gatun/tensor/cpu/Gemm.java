package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products {@code C = A B} over raw addresses, for operands with any strides and a row-major result, in parallel over
 * the {@link WorkerPool}.
 *
 * <p>F32 and F64 run on OpenBLAS, cut as {@link GemmTiling} says; an operand that BLAS cannot read in place (neither its rows
 * nor its columns are contiguous), or reads slowly, is copied first. The integer dtypes run in plain Java, modulo 2^bits.
 */
final class Gemm {

    /** Elements of a vector product's matrix worth handing to another thread: 2 us of reading. */
    private static final long GRAIN_VECTOR = 64 * 1024;

    /** Multiply-adds up to which a product is one call on the calling thread. */
    private static final double SERIAL_MACS = GemmTiling.GRAIN_MACS;

    /** The largest result, in elements, whose partial sums along a long inner dimension are worth keeping apart. */
    private static final long SPLIT_RESULT = 64 * 1024;

    /** The least part of an inner dimension: shorter ones spend their time on the partial sums. */
    private static final long SPLIT_DEPTH = 256;

    private Gemm() {}

    /**
     * Computes {@code C = A B}, or {@code C += A B}.
     *
     * @param dtype the dtype of all three: F32, F64 or an integer dtype; callers widen F16 and BF16
     * @param a the left operand, m x k
     * @param b the right operand, k x n
     * @param c the address of the result, m x n, row by row; it overlaps neither operand
     * @param ldc the distance between the result's rows, in elements, at least n
     * @param accumulate whether the product is added to what C holds; otherwise that is not read, not even a NaN
     * @param epilogue what to do with each finished block of the result
     */
    static void multiply(
            DType dtype, Matrix a, Matrix b, long c, long ldc, boolean accumulate, @Nullable Epilogue epilogue) {
        long m = a.rows();
        long k = a.columns();
        long n = b.columns();
        if (dtype == DType.BOOL) {
            throw new IllegalArgumentException(
                    "matmul: not defined for BOOL: convert the operands, for instance to F32");
        }
        if (b.rows() != k || ldc < n) {
            throw new IllegalArgumentException(
                    "matmul: " + m + " x " + k + " by " + b.rows() + " x " + n + " with rows of the result " + ldc
                            + " apart: the inner sizes must be equal and rows must not overlap");
        }
        if (m == 0 || n == 0) {
            return;
        }
        if (k == 0) {
            if (!accumulate) {
                zero(c, m, n, ldc, dtype.bytes());
            }
            if (epilogue != null) {
                epilogue.apply(c, m, n, ldc, 0, 0);
            }
            return;
        }
        if (dtype.isFloating()) {
            floating(dtype, a, b, c, ldc, accumulate, epilogue);
        } else {
            IntegerGemm.multiply(dtype, a, b, c, ldc, accumulate, epilogue);
        }
    }

    private static void zero(long c, long rows, long columns, long ldc, int bytes) {
        for (long i = 0; i < rows; i++) {
            Ram.zero(c + i * ldc * bytes, columns * bytes);
        }
    }

    private static void floating(
            DType dtype, Matrix a, Matrix b, long c, long ldc, boolean accumulate, @Nullable Epilogue epilogue) {
        boolean directA = a.isRowMajor() || a.isColumnMajor();
        boolean copyB = a.isRowMajor() && GemmTiling.wantsRows(a.rows(), b.columns(), a.columns());
        boolean directB = b.isRowMajor() || (b.isColumnMajor() && !copyB);
        boolean directC = ldc <= Integer.MAX_VALUE;
        if (directA && directB && directC) {
            direct(dtype, a, b, c, ldc, accumulate, epilogue);
            return;
        }
        if (!directC) {
            throw new IllegalArgumentException(
                    "matmul: rows of the result are " + ldc + " elements apart, more than 2^31 - 1");
        }
        try (Scratch scratch = Scratch.open()) {
            Matrix readyA = directA ? a : a.packed(dtype, scratch);
            Matrix readyB = directB ? b : b.packed(dtype, scratch);
            direct(dtype, readyA, readyB, c, ldc, accumulate, epilogue);
        }
    }

    /** The product of operands that BLAS reads in place. */
    private static void direct(
            DType dtype, Matrix a, Matrix b, long c, long ldc, boolean accumulate, @Nullable Epilogue epilogue) {
        double macs = (double) a.rows() * a.columns() * b.columns();
        if (macs <= SERIAL_MACS) {
            serial(dtype, a, b, c, ldc, accumulate, epilogue);
        } else if (b.columns() == 1
                && a.rows() <= Integer.MAX_VALUE
                && a.columns() <= Integer.MAX_VALUE
                && isVector(b.rowStride())) {
            vector(dtype, a, b.address(), (int) b.rowStride(), accumulate, c, (int) ldc);
            finish(epilogue, c, a.rows(), 1, ldc);
        } else if (a.rows() == 1
                && b.rows() <= Integer.MAX_VALUE
                && b.columns() <= Integer.MAX_VALUE
                && isVector(a.columnStride())) {
            vector(dtype, b.transposed(), a.address(), (int) a.columnStride(), accumulate, c, 1);
            finish(epilogue, c, 1, b.columns(), ldc);
        } else {
            matrix(dtype, a, b, c, ldc, accumulate, epilogue);
        }
    }

    /** A small product: one call, nothing else. */
    private static void serial(
            DType dtype, Matrix a, Matrix b, long c, long ldc, boolean accumulate, @Nullable Epilogue epilogue) {
        boolean transA = !a.isRowMajor();
        boolean transB = !b.isRowMajor();
        int lda = (transA ? a.transposed() : a).rowMajorLeading();
        int ldb = (transB ? b.transposed() : b).rowMajorLeading();
        long m = a.rows();
        long n = b.columns();
        Blas.gemm(
                dtype, transA, transB, m, n, a.columns(), a.address(), lda, b.address(), ldb, accumulate, c, (int) ldc);
        finish(epilogue, c, m, n, ldc);
    }

    private static boolean isVector(long stride) {
        return stride >= 1 && stride <= Integer.MAX_VALUE;
    }

    private static void finish(@Nullable Epilogue epilogue, long c, long m, long n, long ldc) {
        if (epilogue != null) {
            epilogue.apply(c, m, n, ldc, 0, 0);
        }
    }

    /**
     * {@code y = A x}: bound by reading A, so A is cut, and each thread reads its own part. It is cut along the result or, if that is
     * short, along the inner dimension.
     */
    private static void vector(DType dtype, Matrix a, long x, int incx, boolean accumulate, long y, int incy) {
        int bytes = dtype.bytes();
        int parts = WorkerPool.parts(a.rows(), Math.max(16, GRAIN_VECTOR / a.columns()));
        int splits = WorkerPool.parts(a.columns(), Math.max(GRAIN_VECTOR / 16, GRAIN_VECTOR / a.rows()));
        if (parts == 1 && splits > 1 && !WorkerPool.insideLoop()) {
            splitVector(dtype, a, x, incx, splits, accumulate, y, incy);
            return;
        }
        WorkerPool.forParts(parts, a.rows(), (part, begin, end) -> {
            Matrix rows = a.part(begin, end, 0, a.columns(), bytes);
            vectorPart(dtype, rows, x, incx, accumulate, y + begin * incy * bytes, incy);
        });
    }

    /** {@code y = A x} as so many sums over parts of the inner dimension, which are then added in order. */
    private static void splitVector(
            DType dtype, Matrix a, long x, int incx, int splits, boolean accumulate, long y, int incy) {
        int bytes = dtype.bytes();
        long m = a.rows();
        try (Scratch scratch = Scratch.open()) {
            long sums = scratch.allocate(splits * m * bytes);
            WorkerPool.forParts(splits, a.columns(), (part, begin, end) -> {
                Matrix columns = a.part(0, m, begin, end, bytes);
                vectorPart(dtype, columns, x + begin * incx * bytes, incx, false, sums + part * m * bytes, 1);
            });
            BinaryKernel add = ElementwiseKernels.binary(BinaryFn.ADD, dtype);
            for (int part = 1; part < splits; part++) {
                add.apply(sums, sums + part * m * bytes, sums, m);
            }
            for (long i = 0; i < m; i++) {
                long sum = sums + i * bytes;
                long at = y + i * incy * bytes;
                if (accumulate) {
                    add.apply(at, sum, at, 1);
                } else {
                    Ram.copy(sum, at, bytes);
                }
            }
        }
    }

    private static void vectorPart(DType dtype, Matrix a, long x, int incx, boolean accumulate, long y, int incy) {
        boolean rowMajor = a.isRowMajor();
        Matrix stored = rowMajor ? a : a.transposed();
        int lda = stored.rowMajorLeading();
        Blas.gemv(dtype, !rowMajor, stored.rows(), stored.columns(), a.address(), lda, x, incx, accumulate, y, incy);
    }

    private static void matrix(
            DType dtype, Matrix a, Matrix b, long c, long ldc, boolean accumulate, @Nullable Epilogue epilogue) {
        boolean transA = !a.isRowMajor();
        boolean transB = !b.isRowMajor();
        int lda = (transA ? a.transposed() : a).rowMajorLeading();
        int ldb = (transB ? b.transposed() : b).rowMajorLeading();
        long m = a.rows();
        long n = b.columns();
        long k = a.columns();
        int threads = WorkerPool.insideLoop() ? 1 : WorkerPool.threads();
        int bytes = dtype.bytes();
        GemmTiling tiling = GemmTiling.choose(bytes, transA, transB, m, n, k, lda, ldb, threads);
        var product = new TiledGemm(
                dtype, bytes, transA, transB, m, n, k, a.address(), lda, b.address(), ldb, c, (int) ldc, tiling);
        int splits = splits(product.tiles(), m, n, k, threads);
        if (splits > 1) {
            product.runSplit(splits, accumulate);
            finish(epilogue, c, m, n, ldc);
        } else {
            product.run(accumulate, epilogue);
        }
    }

    /** Into how many sums over parts of the inner dimension a product of few tiles is split: 1 for none. */
    static int splits(long tiles, long m, long n, long k, int threads) {
        if (m * n > SPLIT_RESULT) {
            return 1;
        }
        double worth = (double) m * n * k / (4 * GemmTiling.GRAIN_MACS);
        return (int) Math.clamp(Math.min(worth, (double) k / SPLIT_DEPTH), 1, Math.max(1, threads / tiles));
    }
}
