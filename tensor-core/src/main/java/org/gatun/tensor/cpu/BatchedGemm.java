package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;

/**
 * Matrix products over batch axes: {@code C[i..] = A[i..] B[i..]}. A stride of 0 along a batch axis repeats a matrix.
 *
 * <p>Axes that can be walked as one are merged. Where all products of an axis have the same right operand and the left ones
 * lie below each other, they are one product with more rows. Then either the products run in parallel, each on one thread,
 * or, if they are large, one after the other, each in parallel.
 */
final class BatchedGemm {

    /** Multiply-adds from which on a product is cut over the threads itself. */
    private static final double LARGE_MACS = 16.0 * GemmTiling.GRAIN_MACS;

    private final DType dtype;
    private final long[] sizes;
    private final long[][] strides;
    private int axes;
    private Matrix a;
    private Matrix b;
    private Matrix c;

    private BatchedGemm(DType dtype, long[] sizes, long[][] strides, Matrix a, Matrix b, Matrix c) {
        this.dtype = dtype;
        this.sizes = sizes;
        this.strides = strides;
        this.a = a;
        this.b = b;
        this.c = c;
        this.axes = sizes.length;
    }

    /**
     * Computes all products.
     *
     * @param dtype the dtype of all operands: F32, F64 or an integer dtype; callers widen F16 and BF16
     * @param sizes the sizes of the batch axes
     * @param aStrides the distances along them in A, in elements
     * @param bStrides the same in B
     * @param cStrides the same in C
     * @param a the first left operand, m x k
     * @param b the first right operand, k x n
     * @param c the first result, m x n, row by row
     */
    static void multiply(
            DType dtype,
            long[] sizes,
            long[] aStrides,
            long[] bStrides,
            long[] cStrides,
            Matrix a,
            Matrix b,
            Matrix c) {
        long[][] strides = {aStrides.clone(), bStrides.clone(), cStrides.clone()};
        for (long size : sizes) {
            if (size == 0) {
                return;
            }
        }
        var batch = new BatchedGemm(dtype, sizes.clone(), strides, a, b, c);
        batch.mergeAxes();
        batch.foldRows();
        batch.run();
    }

    private void mergeAxes() {
        int kept = 0;
        for (int axis = 0; axis < axes; axis++) {
            if (sizes[axis] == 1) {
                continue;
            }
            if (kept > 0 && continues(kept - 1, axis)) {
                sizes[kept - 1] *= sizes[axis];
            } else {
                sizes[kept] = sizes[axis];
                kept++;
            }
            for (long[] of : strides) {
                of[kept - 1] = of[axis];
            }
        }
        axes = kept;
    }

    /** Whether one step along {@code outer} is, in all three operands, as far as all steps along {@code inner}. */
    private boolean continues(int outer, int inner) {
        for (long[] of : strides) {
            if (of[outer] != of[inner] * sizes[inner]) {
                return false;
            }
        }
        return true;
    }

    private void foldRows() {
        int last = axes - 1;
        if (axes == 0 || strides[1][last] != 0) {
            return;
        }
        long m = a.rows();
        long aStep = m == 1 ? strides[0][last] : a.rowStride();
        long cStep = m == 1 ? strides[2][last] : c.rowStride();
        boolean below = strides[0][last] == m * aStep && strides[2][last] == m * cStep;
        if (below && cStep >= c.columns()) {
            long rows = m * sizes[last];
            a = new Matrix(a.address(), rows, a.columns(), aStep, a.columnStride());
            c = new Matrix(c.address(), rows, c.columns(), cStep, 1);
            axes--;
        }
    }

    private void run() {
        long count = 1;
        for (int axis = 0; axis < axes; axis++) {
            count *= sizes[axis];
        }
        double macs = (double) a.rows() * a.columns() * b.columns();
        if (count == 1 || macs >= LARGE_MACS) {
            run(0, count);
        } else {
            long grain = (long) Math.max(1, Math.ceil(GemmTiling.GRAIN_MACS / Math.max(1, macs)));
            WorkerPool.parallelFor(count, grain, this::run);
        }
    }

    private void run(long begin, long end) {
        int bytes = dtype.bytes();
        for (long i = begin; i < end; i++) {
            long[] offsets = new long[3];
            long rest = i;
            for (int axis = axes - 1; axis >= 0; axis--) {
                long at = rest % sizes[axis];
                rest /= sizes[axis];
                for (int operand = 0; operand < 3; operand++) {
                    offsets[operand] += at * strides[operand][axis];
                }
            }
            Gemm.multiply(
                    dtype,
                    a.at(a.address() + offsets[0] * bytes),
                    b.at(b.address() + offsets[1] * bytes),
                    c.address() + offsets[2] * bytes,
                    c.rowStride(),
                    false,
                    null);
        }
    }
}
