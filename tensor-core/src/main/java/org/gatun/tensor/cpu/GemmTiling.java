package org.gatun.tensor.cpu;

import java.util.Locale;
import java.util.Set;
import org.gatun.bindings.OpenBlas;
import org.jspecify.annotations.Nullable;

/**
 * How a matrix product is cut: into tiles of {@code rows x columns} of the result, each computed in steps of {@code depth} along the
 * inner dimension, with one BLAS call for each step; and into blocks of tiles, each computed by one thread. All tiles of a block take
 * a step before any takes the next, so that the parts of the operands that a step reads stay in the cache.
 *
 * <p>On processors with AVX-512, OpenBLAS has kernels for small products which read the operands where they lie. Its general
 * path first copies both operands into its own buffers, which for a product with one short side costs more than the product:
 * 8 x 512 x 784 runs at 25 GFLOP/s on a core that does 105 in small tiles. So most products are cut into tiles small enough for
 * these kernels, which take up to a million multiply-adds. These tiles do not depend on the number of threads (but {@link Gemm}
 * also cuts a long inner dimension by it, which changes the order of a sum).
 *
 * <p>Elsewhere, and for products that are large ({@link GemmTable} says from which size on) or whose rows share their places in the
 * cache, each thread gets one tile, as square as possible, so that together they copy least.
 *
 * @param rows rows of a tile
 * @param columns columns of a tile
 * @param depth length of a step along the inner dimension
 * @param blockRows rows of a block, a multiple of those of a tile or all rows
 * @param blockColumns columns of a block, the same
 */
record GemmTiling(long rows, long columns, long depth, long blockRows, long blockColumns) {

    /** Multiply-adds (2 us of one core's work in F32) that are worth handing to another thread, which costs half a us. */
    static final long GRAIN_MACS = 100_000;

    /** The same on the general path, which copies its operands first. */
    private static final long GENERAL_GRAIN_MACS = 1_000_000;

    /** The bytes of both operands and the result up to which reading them in place is faster than copying them first. */
    private static final long SMALL_BYTES = 12 << 20;

    /** Rows at distances that are multiples of this share their place in the first-level cache. */
    private static final long ALIAS_BYTES = 4096;

    /** The shortest side of a result from which on copying is cheaper than reading rows that alias. */
    private static final long ALIAS_SIDE = 256;

    /** The most rows of a block: its results and its part of the left operand go through the second-level cache once a step. */
    private static final long BLOCK_ROWS = 1024;

    /** The most columns of a block. */
    private static final long BLOCK_COLUMNS = 512;

    /** The most bytes of the right operand that a step of a block reads, once for each row of tiles: from the second-level cache. */
    private static final long BLOCK_BYTES = 768 << 10;

    /** Blocks for each of several threads, so that one that is interrupted holds up only one block. */
    private static final int BLOCKS_PER_THREAD = 4;

    /** BLAS counts in int. */
    private static final long MAX_SIDE = 1 << 30;

    /** OpenBLAS's names, in small letters, of the processors for which it has kernels that read small operands in place. */
    private static final Set<String> SMALL_KERNEL_CORES = Set.of("skylakex", "cooperlake", "sapphirerapids");

    /** The most elements of a right operand that is copied: a copy takes memory. */
    private static final long MOST_COPIED = 16L << 20;

    /** Whether OpenBLAS reads small operands in place; null until it was asked, which fails as long as there is none. */
    private static volatile @Nullable Boolean smallKernels;

    /** Whether OpenBLAS reads small operands in place. */
    static boolean hasSmallKernels() {
        Boolean known = smallKernels;
        if (known == null) {
            String core = OpenBlas.coreName();
            known = core != null && SMALL_KERNEL_CORES.contains(core.toLowerCase(Locale.ROOT));
            smallKernels = known;
        }
        return known;
    }

    /**
     * Whether it pays to copy a right operand that is stored n x k to k x n first. OpenBLAS adds up along k then, which is slow for short
     * k, and below 32 copies both operands: 128 x 32 x 128 runs at half the speed of the transposed copy with its copying. Measured
     * on one core of a Zen 4, F32 and F64 alike, for k from 16 to 784, n from 16 to 512 and m from 8 to 512. Products too
     * large for tiles are copied by OpenBLAS anyway.
     */
    static boolean wantsRows(long m, long n, long k) {
        long fewestRows = k < 32 ? 8 : k < 64 ? 32 : k < 256 ? 64 : Long.MAX_VALUE;
        return m >= fewestRows
                && n >= 16
                && k >= 16
                && n <= MOST_COPIED / k
                && hasSmallKernels()
                && GemmTable.here().inTiles(false, false, (double) m * n * k);
    }

    /** The tiling for a product of m x k and k x n on so many threads. */
    static GemmTiling choose(
            int bytes, boolean transA, boolean transB, long m, long n, long k, int lda, int ldb, int threads) {
        if (hasSmallKernels()
                && readsInPlace(bytes, transA, transB, m, n, k, lda, ldb)
                && GemmTable.here().inTiles(transA, transB, (double) m * n * k)) {
            return inPlace(bytes, transA, transB, m, n, k, threads);
        }
        return general(m, n, k, threads);
    }

    /** Whether tiles of such operands are read in place, of sizes that the table allows. */
    static boolean readsInPlace(int bytes, boolean transA, boolean transB, long m, long n, long k, int lda, int ldb) {
        boolean aliasing = (long) lda * bytes % ALIAS_BYTES == 0 || (long) ldb * bytes % ALIAS_BYTES == 0;
        if (aliasing && Math.min(m, n) >= ALIAS_SIDE) {
            return false;
        }
        boolean small = (double) m * k + (double) k * n + (double) m * n <= (double) SMALL_BYTES / bytes;
        // With both operands stored along the same axis as the sum or both across it, blocks of any size are read in
        // place as fast.
        return small || transA != transB;
    }

    /**
     * Tiles for the kernels that read in place, and their blocks. The shapes are the best of those measured over 32 to 4096 rows, 256 to
     * 784 columns and depths of 128 to 4096, on one core of a Zen 4 with OpenBLAS 0.3.31; GFLOP/s in F32 where they differ most:
     *
     * <pre>
     * A B   64 x 64 x 240, tile by tile   96    in blocks        85    1024 x 512 x 784
     * A B'  32 x 32 x 960                107    tile by tile    101    128 x 784 x 512; a larger tile is copied
     * A' B  64 x 64 x 128                110    128 x 64 x 120  104    512 x 128 x 784
     * A' B  128 x 64 x 120               106    64 x 64 x 128   104    512 x 1024 x 784; 94 tile by tile
     * A'B'  32 x 64 x 480                111    64 x 64 x 128    98    32 x 784 x 512
     * </pre>
     */
    static GemmTiling inPlace(int bytes, boolean transA, boolean transB, long m, long n, long k, int threads) {
        if (!transA && !transB) {
            GemmTiling shape = tiles(64, k <= 32 ? 256 : 64, 240, m, n, k);
            return shape.inBlocks(1, 1);
        }
        GemmTiling shape;
        if (!transA) {
            shape = tiles(32, 32, 960, m, n, k);
        } else if (k <= 32) {
            shape = tiles(64, 256, k, m, n, k);
        } else if (transB) {
            shape = tiles(32, 64, 480, m, n, k);
        } else {
            shape = k >= 512 ? tiles(128, 64, 120, m, n, k) : tiles(64, 64, 128, m, n, k);
        }
        return shape.inBlocks(bytes, m, n, k, threads);
    }

    private static GemmTiling tiles(long rows, long columns, long depth, long m, long n, long k) {
        return new GemmTiling(even(m, rows, 8), even(n, columns, 16), even(k, depth, 8), m, n);
    }

    /** The same tiles in blocks: no larger than suits the cache and, for several threads, several for each. */
    private GemmTiling inBlocks(int bytes, long m, long n, long k, int threads) {
        long down = Math.min(tilesDown(m), Math.max(1, BLOCK_ROWS / rows));
        long widest = Math.min(BLOCK_COLUMNS, BLOCK_BYTES / (depth * bytes));
        long across = Math.min(tilesAcross(n), Math.max(1, widest / columns));
        double worth = (double) m * n * k / GRAIN_MACS;
        double wanted = threads == 1 ? 1 : Math.min((double) threads * BLOCKS_PER_THREAD, worth);
        while (down * across > 1
                && (double) Math.ceilDiv(tilesDown(m), down) * Math.ceilDiv(tilesAcross(n), across) < wanted) {
            if (across == 1 || (down > 1 && down * rows > across * columns)) {
                down = Math.ceilDiv(down, 2);
            } else {
                across = Math.ceilDiv(across, 2);
            }
        }
        return inBlocks(down, across);
    }

    private GemmTiling inBlocks(long down, long across) {
        return new GemmTiling(rows, columns, depth, down * rows, across * columns);
    }

    /** A tile for each thread, for operands that are copied. */
    static GemmTiling general(long m, long n, long k, int threads) {
        int parts = (int) Math.clamp((double) m * n * k / GENERAL_GRAIN_MACS, 1, threads);
        int best = 1;
        double least = Double.MAX_VALUE;
        for (int down = 1; down <= parts; down++) {
            if (parts % down == 0) {
                double copied = (double) m / down + (double) n * down / parts;
                if (copied < least) {
                    least = copied;
                    best = down;
                }
            }
        }
        long rows = Math.min(even(m, Math.ceilDiv(m, best), 8), MAX_SIDE);
        long columns = Math.min(even(n, Math.ceilDiv(n, parts / best), 16), MAX_SIDE);
        return new GemmTiling(rows, columns, Math.min(k, MAX_SIDE), rows, columns);
    }

    /** The size of nearly equal pieces of {@code size}, about {@code target} long, multiples of {@code unit} if several. */
    private static long even(long size, long target, long unit) {
        if (size <= target) {
            return size;
        }
        long pieces = Math.ceilDiv(size, target);
        return Math.min(size, Math.ceilDiv(Math.ceilDiv(size, pieces), unit) * unit);
    }

    /** The number of tiles along the rows of an m-row result. */
    long tilesDown(long m) {
        return Math.ceilDiv(m, rows);
    }

    /** The number of tiles along the columns of an n-column result. */
    long tilesAcross(long n) {
        return Math.ceilDiv(n, columns);
    }

    /** The number of blocks along the rows of an m-row result. */
    long blocksDown(long m) {
        return Math.ceilDiv(m, blockRows);
    }

    /** The number of blocks along the columns of an n-column result. */
    long blocksAcross(long n) {
        return Math.ceilDiv(n, blockColumns);
    }
}
