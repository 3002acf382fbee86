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

    /** Elements of partial sums worth handing to another thread. */
    private static final long GRAIN_SUM = 32 * 1024;

    /** The number of tiles. */
    long tiles() {
        return tiling.tilesDown(m) * tiling.tilesAcross(n);
    }

    /** Computes all blocks in parallel. */
    void run(boolean accumulate, @Nullable Epilogue epilogue) {
        long blocks = tiling.blocksDown(m) * tiling.blocksAcross(n);
        WorkerPool.parallelFor(blocks, 1, (begin, end) -> {
            for (long block = begin; block < end; block++) {
                runBlock(block, accumulate, epilogue);
            }
        });
    }

    private void runBlock(long block, boolean accumulate, @Nullable Epilogue epilogue) {
        // Neighbours in a column one after the other: what they read of the right operand stays in the cache.
        long down = tiling.blocksDown(m);
        long firstRow = block % down * tiling.blockRows();
        long firstColumn = block / down * tiling.blockColumns();
        long endRow = Math.min(m, firstRow + tiling.blockRows());
        long endColumn = Math.min(n, firstColumn + tiling.blockColumns());
        for (long p = 0; p < k; p += tiling.depth()) {
            long end = Math.min(k, p + tiling.depth());
            for (long row = firstRow; row < endRow; row += tiling.rows()) {
                long rows = Math.min(tiling.rows(), endRow - row);
                for (long column = firstColumn; column < endColumn; column += tiling.columns()) {
                    long columns = Math.min(tiling.columns(), endColumn - column);
                    long target = c + (row * ldc + column) * bytes;
                    step(row, rows, column, columns, p, end, accumulate || p > 0, target, ldc);
                    if (epilogue != null && end == k) {
                        epilogue.apply(target, rows, columns, ldc, row, column);
                    }
                }
            }
        }
    }

    /** The sum over the inner indices from {@code begin} to {@code end}, no more than a step, for one tile. */
    private void step(
            long row,
            long rows,
            long column,
            long columns,
            long begin,
            long end,
            boolean accumulate,
            long target,
            int targetLeading) {
        Blas.gemm(
                dtype,
                transA,
                transB,
                rows,
                columns,
                end - begin,
                a + (transA ? begin * lda + row : row * lda + begin) * bytes,
                lda,
                b + (transB ? column * ldb + begin : begin * ldb + column) * bytes,
                ldb,
                accumulate,
                target,
                targetLeading);
    }

    /**
     * Computes the product of a long inner dimension and a small result as {@code splits} sums over parts of the inner
     * dimension, in parallel, which are then added in order.
     */
    void runSplit(int splits, boolean accumulate) {
        long down = tiling.tilesDown(m);
        long size = m * n * bytes;
        try (Scratch scratch = Scratch.open()) {
            long partial = scratch.allocate(splits * size);
            WorkerPool.parallelFor(splits * tiles(), 1, (first, last) -> {
                for (long unit = first; unit < last; unit++) {
                    long split = unit / tiles();
                    long tile = unit % tiles();
                    long row = tile % down * tiling.rows();
                    long column = tile / down * tiling.columns();
                    long rows = Math.min(tiling.rows(), m - row);
                    long columns = Math.min(tiling.columns(), n - column);
                    long to = partial + split * size + (row * n + column) * bytes;
                    long begin = k / splits * split + k % splits * split / splits;
                    long end = k / splits * (split + 1) + k % splits * (split + 1) / splits;
                    for (long p = begin; p < end; p += tiling.depth()) {
                        long stop = Math.min(end, p + tiling.depth());
                        step(row, rows, column, columns, p, stop, p > begin, to, (int) n);
                    }
                }
            });
            addUp(partial, splits, accumulate);
        }
    }

    private void addUp(long partial, int splits, boolean accumulate) {
        BinaryKernel add = ElementwiseKernels.binary(BinaryFn.ADD, dtype);
        WorkerPool.parallelFor(m, Math.max(1, GRAIN_SUM / (splits * n)), (begin, end) -> {
            for (long i = begin; i < end; i++) {
                long target = c + i * ldc * bytes;
                for (int split = 0; split < splits; split++) {
                    long source = partial + (split * m + i) * n * bytes;
                    if (split == 0 && !accumulate) {
                        Ram.copy(source, target, n * bytes);
                    } else {
                        add.apply(target, source, target, n);
                    }
                }
            }
        });
    }
}
