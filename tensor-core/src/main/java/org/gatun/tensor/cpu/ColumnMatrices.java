package org.gatun.tensor.cpu;

import org.gatun.bindings.LapackException;
import org.gatun.bindings.Real;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.linalg.LinalgException;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/**
 * Batches of matrices for LAPACK: column by column without gaps, one after the other. Many matrices are shared out among the workers,
 * and each factorisation runs on one thread of OpenBLAS. Its own threads are not used: they wait by spinning, which makes them hundreds of
 * times slower on a busy machine, are set for the whole process, and keep tables on the stack which overflow that of a Java thread.
 */
final class ColumnMatrices {
    /** Work, in floating operations, that is worth a hand-over to another thread. */
    private static final double GRAIN = 100_000;

    /** Work on one matrix, in floating operations, that is worth sharing out. */
    static final double LARGE = 1e7;

    /** Codes from here down tell of memory that LAPACK did not get. */
    private static final int NO_MEMORY = -1000;

    private ColumnMatrices() {}

    /** What is done with matrix i; the code is 0, or a LAPACK code to report. */
    @FunctionalInterface
    interface Work {
        int run(long i);
    }

    /** What a code means for matrix i of a batch. */
    @FunctionalInterface
    interface Complaint {
        String of(int code);
    }

    static Real real(DType dtype) {
        return dtype == DType.F32 ? Real.F32 : Real.F64;
    }

    /** A fresh tensor whose matrices lie column by column. */
    static ConcreteTensor allocate(DType dtype, Shape shape, Device device) {
        Shape swapped = shape.withSize(-2, shape.size(-1)).withSize(-1, shape.size(-2));
        try (ConcreteTensor base = ConcreteTensor.allocate(dtype, swapped, device)) {
            return base.view(layout(shape));
        }
    }

    /** The layout of matrices column by column. */
    static Layout layout(Shape shape) {
        int rank = shape.rank();
        int[] order = new int[rank];
        for (int a = 0; a < rank; a++) {
            order[a] = a < rank - 2 ? a : 2 * rank - 3 - a;
        }
        Shape swapped = shape.withSize(-2, shape.size(-1)).withSize(-1, shape.size(-2));
        return Layout.contiguous(swapped).permuted(Axes.listed("columns", rank, order));
    }

    /** Copies the matrices of a tensor of any layout to an address, column by column. */
    static void copy(ConcreteTensor x, long to) {
        StridedCopy.copy(x.address(), x.layout(), to, layout(x.shape()), x.dtype());
    }

    /** The number of matrices. */
    static long count(Shape shape) {
        long count = 1;
        for (int a = 0; a < shape.rank() - 2; a++) {
            count *= shape.size(a);
        }
        return count;
    }

    /** The distance, in elements, from the first matrix of a tensor to matrix i. */
    static long offset(Layout layout, long i) {
        long offset = 0;
        long rest = i;
        for (int a = layout.shape().rank() - 3; a >= 0; a--) {
            offset += rest % layout.shape().size(a) * layout.stride(a);
            rest /= layout.shape().size(a);
        }
        return offset;
    }

    /**
     * Does the work for every matrix, several at a time.
     *
     * @param shape the shape of the batch and of its matrices, for messages
     * @param flops the work on one matrix, in floating operations
     * @param complaint what a code means
     * @throws LinalgException for the first matrix whose code is not 0
     */
    static void each(Shape shape, double flops, Work work, Complaint complaint) {
        each(shape, flops, false, work, complaint);
    }

    /**
     * As above, with matrices one after the other when they are large, few, and shared out themselves.
     *
     * @param divisible whether the work on a large matrix is a parallel loop, which runs on several threads unless it is inside of another
     */
    static void each(Shape shape, double flops, boolean divisible, Work work, Complaint complaint) {
        long count = count(shape);
        var failure = new Failure();
        Blas.prepare();
        boolean inTurn = divisible && flops >= LARGE && count < WorkerPool.threads();
        long grain = inTurn ? Math.max(1, count) : (long) Math.max(1, GRAIN / Math.max(1, flops));
        WorkerPool.parallelFor(count, grain, (begin, end) -> run(begin, end, work, failure));
        if (failure.code != 0) {
            throw new LinalgException(which(shape, failure.matrix) + " " + complaint.of(failure.code));
        }
    }

    private static void run(long begin, long end, Work work, Failure failure) {
        for (long i = begin; i < end; i++) {
            int code = code(work, i);
            if (code != 0) {
                failure.report(i, code);
            }
        }
    }

    /** The first matrix with a code, whichever thread comes first. */
    private static final class Failure {
        private long matrix = Long.MAX_VALUE;
        private int code;

        synchronized void report(long newMatrix, int newCode) {
            if (newMatrix < matrix) {
                matrix = newMatrix;
                code = newCode;
            }
        }
    }

    private static int code(Work work, long i) {
        try {
            return work.run(i);
        } catch (LapackException e) {
            if (e.info() <= NO_MEMORY) {
                throw e;
            }
            return e.info();
        }
    }

    private static String which(Shape shape, long i) {
        int leading = shape.rank() - 2;
        if (leading == 0) {
            return "the matrix of shape " + shape;
        }
        long[] index = new long[leading];
        long rest = i;
        for (int a = leading - 1; a >= 0; a--) {
            index[a] = rest % shape.size(a);
            rest /= shape.size(a);
        }
        return "matrix " + Shape.of(index) + " of the batch of shape " + shape;
    }

    // ---- elements ----

    static double get(DType dtype, long address, long i) {
        return dtype == DType.F32 ? Ram.getFloat(address + 4 * i) : Ram.getDouble(address + 8 * i);
    }

    static void put(DType dtype, long address, long i, double value) {
        if (dtype == DType.F32) {
            Ram.putFloat(address + 4 * i, (float) value);
        } else {
            Ram.putDouble(address + 8 * i, value);
        }
    }

    static void fill(DType dtype, long address, long count, double value) {
        for (long i = 0; i < count; i++) {
            put(dtype, address, i, value);
        }
    }

    static boolean isFinite(DType dtype, long address, long count) {
        double sum = 0;
        for (long i = 0; i < count; i++) {
            sum += 0 * get(dtype, address, i);
        }
        return sum == 0;
    }

    /** Writes the identity, n by n. */
    static void identity(DType dtype, long address, long n) {
        fill(dtype, address, n * n, 0);
        for (long i = 0; i < n; i++) {
            put(dtype, address, i * (n + 1), 1);
        }
    }

    /**
     * Makes the first of a vector's elements that are not small positive, and says whether that took a change of sign. So vectors that
     * are defined up to their sign come out the same from every LAPACK. Not the largest: two may be equally large.
     */
    static boolean orient(DType dtype, long address, long stride, long count) {
        double largest = 0;
        for (long i = 0; i < count; i++) {
            largest = Math.max(largest, Math.abs(get(dtype, address, i * stride)));
        }
        for (long i = 0; i < count; i++) {
            double x = get(dtype, address, i * stride);
            if (Math.abs(x) > 0.37 * largest) {
                if (x < 0) {
                    negate(dtype, address, stride, count);
                }
                return x < 0;
            }
        }
        return false;
    }

    static void negate(DType dtype, long address, long stride, long count) {
        for (long i = 0; i < count; i++) {
            put(dtype, address, i * stride, -get(dtype, address, i * stride));
        }
    }
}
