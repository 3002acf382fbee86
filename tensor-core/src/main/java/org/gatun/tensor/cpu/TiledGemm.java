package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;
import org.jspecify.annotations.Nullable;

/**
 * One floating-point product, cut into tiles.
 *
 * @param dtype F32 or F64
 * @param bytes the bytes of an element
 * @param transA whether A is stored k x m
 * @param transB whether B is stored n x k
 * @param m rows of the result
 * @param n columns of the result
 * @param k the inner size, at least 1
 * @param a address of A
 * @param lda distance between A's rows as stored
 * @param b address of B
 * @param ldb distance between B's rows as stored
 * @param c address of the result
 * @param ldc distance between the result's rows
 * @param tiling how it is cut
 */
record TiledGemm(
        DType dtype,
        int bytes,
        boolean transA,
        boolean transB,
        long m,
        long n,
        long k,
        long a,
        int lda,
        long b,
        int ldb,
        long c,
        int ldc,
        GemmTiling tiling) {

    /** The number of tiles. */
    long tiles() {
        return tiling.tilesDown(m) * tiling.tilesAcross(n);
    }

    /** Computes all tiles in parallel. */
    void run(boolean accumulate, @Nullable Epilogue epilogue) {
        WorkerPool.parallelFor(tiles(), tiling.grain(), (begin, end) -> {
            for (long tile = begin; tile < end; tile++) {
                runTile(tile, accumulate, epilogue);
            }
        });
    }

    private void runTile(long tile, boolean accumulate, @Nullable Epilogue epilogue) {
        long down = tiling.tilesDown(m);
        long across = tiling.tilesAcross(n);
        long row = (tiling.columnsFirst() ? tile % down : tile / across) * tiling.rows();
        long column = (tiling.columnsFirst() ? tile / down : tile % across) * tiling.columns();
        long rows = Math.min(tiling.rows(), m - row);
        long columns = Math.min(tiling.columns(), n - column);
        long target = c + (row * ldc + column) * bytes;
        steps(row, rows, column, columns, 0, k, accumulate, target, ldc);
        if (epilogue != null) {
            epilogue.apply(target, rows, columns, ldc, row, column);
        }
    }

    /** The sum over the inner indices from {@code begin} to {@code end} for one tile, step by step. */
    private void steps(
            long row,
            long rows,
            long column,
            long columns,
            long begin,
            long end,
            boolean accumulate,
            long target,
            int targetLeading) {
        for (long p = begin; p < end; p += tiling.depth()) {
            Blas.gemm(
                    dtype,
                    transA,
                    transB,
                    rows,
                    columns,
                    Math.min(tiling.depth(), end - p),
                    a + (transA ? p * lda + row : row * lda + p) * bytes,
                    lda,
                    b + (transB ? column * ldb + p : p * ldb + column) * bytes,
                    ldb,
                    accumulate || p > begin,
                    target,
                    targetLeading);
        }
    }

    /**
     * Computes the product of a long inner dimension and a small result as {@code splits} sums over parts of the inner
     * dimension, in parallel, which are then added in order.
     */
    void runSplit(int splits, boolean accumulate) {
        try (Scratch scratch = Scratch.open()) {
            long partial = scratch.allocate(splits * m * n * bytes);
            WorkerPool.forParts(splits, k, (part, begin, end) -> {
                long target = partial + part * m * n * bytes;
                for (long row = 0; row < m; row += tiling.rows()) {
                    for (long column = 0; column < n; column += tiling.columns()) {
                        long rows = Math.min(tiling.rows(), m - row);
                        long columns = Math.min(tiling.columns(), n - column);
                        long to = target + (row * n + column) * bytes;
                        steps(row, rows, column, columns, begin, end, false, to, (int) n);
                    }
                }
            });
            BinaryKernel add = ElementwiseKernels.binary(BinaryFn.ADD, dtype);
            for (int part = 0; part < splits; part++) {
                for (long i = 0; i < m; i++) {
                    long target = c + i * ldc * bytes;
                    long source = partial + (part * m + i) * n * bytes;
                    if (part == 0 && !accumulate) {
                        Ram.copy(source, target, n * bytes);
                    } else {
                        add.apply(target, source, target, n);
                    }
                }
            }
        }
    }
}
