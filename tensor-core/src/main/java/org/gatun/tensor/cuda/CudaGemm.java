package org.gatun.tensor.cuda;

import org.gatun.bindings.cuda.CuBlas;
import org.gatun.bindings.cuda.CublasCompute;
import org.gatun.bindings.cuda.CudaType;
import org.gatun.tensor.DType;
import org.gatun.tensor.MatmulPrecision;
import org.jspecify.annotations.Nullable;

/**
 * Products of matrices in a device's memory by cuBLAS. It takes matrices column by column, which for ours, row by row, are their
 * transposes: it is asked for {@code C' = B' A'}.
 */
final class CudaGemm {
    /** As many products are asked for at once: what a grid holds along its third axis. */
    private static final int MOST_PRODUCTS = 65535;

    private CudaGemm() {}

    /**
     * Matrices of a batch.
     *
     * @param address the first element of the first
     * @param rows rows of each
     * @param columns columns of each
     * @param rowStride elements from row to row
     * @param columnStride elements from column to column
     * @param step elements from matrix to matrix; 0 if it is the same for all
     */
    record Matrices(long address, long rows, long columns, long rowStride, long columnStride, long step) {
        /** Matrices row by row, one after the other. */
        static Matrices contiguous(long address, long rows, long columns) {
            return new Matrices(address, rows, columns, columns, 1, rows * columns);
        }

        Matrices transposed() {
            return new Matrices(address, columns, rows, columnStride, rowStride, step);
        }

        Matrices at(long otherAddress) {
            return new Matrices(otherAddress, rows, columns, rowStride, columnStride, step);
        }

        /** Elements from row to row, if rows lie without gaps and apart; otherwise 0. */
        private long leading() {
            if (columns > 1 && columnStride != 1) {
                return 0;
            }
            if (rows <= 1) {
                return Math.max(1, columns);
            }
            return rowStride >= Math.max(1, columns) ? rowStride : 0;
        }

        /** Whether cuBLAS takes them as they lie, as themselves or transposed. */
        boolean isTaken() {
            return fits(rows)
                    && fits(columns)
                    && (takes(leading()) || takes(transposed().leading()));
        }

        /** Elements from row to row, or from column to column if it is the transpose that cuBLAS takes. */
        long distance() {
            return takes(leading()) ? leading() : transposed().leading();
        }

        private static boolean takes(long leading) {
            return leading > 0 && fits(leading);
        }
    }

    /** Whether a size or stride is one that cuBLAS counts in. */
    static boolean fits(long size) {
        return size <= Integer.MAX_VALUE;
    }

    /** cuBLAS's name of a floating dtype; null for the others. */
    static @Nullable CudaType type(DType dtype) {
        return switch (dtype) {
            case F32 -> CudaType.F32;
            case F64 -> CudaType.F64;
            case BF16 -> CudaType.BF16;
            case F16 -> CudaType.F16;
            case I64, I32, I16, I8, U8, BOOL -> null;
        };
    }

    /** The precision of products: single for the 16-bit types, and for F32 what {@link MatmulPrecision} says. */
    static CublasCompute compute(CudaType type) {
        return switch (type) {
            case F64 -> CublasCompute.F64;
            case F32 ->
                switch (MatmulPrecision.current()) {
                    case FULL -> CublasCompute.F32;
                    case TF32 -> CublasCompute.F32_TF32;
                };
            case F16, BF16 -> CublasCompute.F32;
            case I8, I32 -> CublasCompute.I32;
        };
    }

    /**
     * {@code C = A B}, or if {@code accumulate} {@code C += A B}, for each pair of a batch.
     *
     * @param type the type of A and B
     * @param left A, {@linkplain Matrices#isTaken taken} by cuBLAS
     * @param right B, as A
     * @param resultType the type of C: that of A and B, or F32; I32 if they are I8
     * @param result C, row by row
     */
    static void multiply(
            Gpu gpu,
            CudaType type,
            Matrices left,
            Matrices right,
            CudaType resultType,
            Matrices result,
            long count,
            boolean accumulate) {
        for (long first = 0; first < count; first += MOST_PRODUCTS) {
            some(
                    gpu,
                    type,
                    left.at(left.address + first * left.step * type.bytes()),
                    right.at(right.address + first * right.step * type.bytes()),
                    resultType,
                    result.at(result.address + first * result.step * resultType.bytes()),
                    (int) Math.min(MOST_PRODUCTS, count - first),
                    accumulate);
        }
    }

    private static void some(
            Gpu gpu,
            CudaType type,
            Matrices left,
            Matrices right,
            CudaType resultType,
            Matrices result,
            int count,
            boolean accumulate) {
        boolean leftTurned = !Matrices.takes(left.leading());
        boolean rightTurned = !Matrices.takes(right.leading());
        int leftLeading = (int) (leftTurned ? left.transposed() : left).leading();
        int rightLeading = (int) (rightTurned ? right.transposed() : right).leading();
        int m = (int) result.rows;
        int n = (int) result.columns;
        int k = (int) left.columns;
        int leading = (int) result.leading();
        double beta = accumulate ? 1 : 0;
        long handle = gpu.blas();
        if (count == 1) {
            CuBlas.gemm(
                    handle,
                    compute(type),
                    rightTurned,
                    leftTurned,
                    n,
                    m,
                    k,
                    1,
                    right.address,
                    type,
                    rightLeading,
                    left.address,
                    type,
                    leftLeading,
                    beta,
                    result.address,
                    resultType,
                    leading);
        } else {
            CuBlas.gemmBatched(
                    handle,
                    compute(type),
                    rightTurned,
                    leftTurned,
                    n,
                    m,
                    k,
                    1,
                    right.address,
                    type,
                    rightLeading,
                    right.step,
                    left.address,
                    type,
                    leftLeading,
                    left.step,
                    beta,
                    result.address,
                    resultType,
                    leading,
                    result.step,
                    count);
        }
    }
}
