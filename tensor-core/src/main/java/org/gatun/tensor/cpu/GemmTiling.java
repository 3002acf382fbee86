package org.gatun.tensor.cpu;

import java.util.Locale;
import java.util.Set;
import org.gatun.bindings.OpenBlas;
import org.jspecify.annotations.Nullable;

/**
 * How a matrix product is cut: into tiles of {@code rows x columns} of the result, each computed by one thread in steps of
 * {@code depth} along the inner dimension, with one BLAS call for each step.
 *
 * <p>On processors with AVX-512, OpenBLAS has kernels for small products which read the operands where they lie. Its general
 * path first copies both operands into its own buffers, which for a product with one short side costs more than the product:
 * 8 x 512 x 784 runs at 25 GFLOP/s on a core that does 105 in small tiles. So all but large products are cut into tiles small
 * enough for these kernels, which take up to a million multiply-adds. These tiles do not depend on the number of threads (but
 * {@link Gemm} also cuts a long inner dimension by it, which changes the order of a sum). Their shapes below are the best of
 * 17 measured over 22 shapes for each way of transposing (one core of a Zen 4, OpenBLAS 0.3.31, F32, then checked in F64).
 *
 * <p>Elsewhere, and for large products, each thread gets one tile, as square as possible, so that together they copy least.
 *
 * @param rows rows of a tile
 * @param columns columns of a tile
 * @param depth length of a step along the inner dimension
 * @param columnsFirst whether tiles that are neighbours in a column come one after the other, so that the columns of the
 *     right operand stay in the cache; otherwise neighbours in a row
 * @param grain the fewest tiles worth a hand-over to another thread
 */
record GemmTiling(long rows, long columns, long depth, boolean columnsFirst, long grain) {

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

    /** BLAS counts in int. */
    private static final long MAX_SIDE = 1 << 30;

    /** OpenBLAS's names, in small letters, of the processors for which it has kernels that read small operands in place. */
    private static final Set<String> SMALL_KERNEL_CORES = Set.of("skylakex", "cooperlake", "sapphirerapids");

    /** Whether OpenBLAS reads small operands in place; null until it was asked, which fails as long as there is none. */
    private static volatile @Nullable Boolean smallKernels;

    private static boolean hasSmallKernels() {
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
     * on one core of a Zen 4, F32 and F64 alike, for k from 16 to 784, n from 16 to 512 and m from 8 to 512.
     */
    static boolean wantsRows(long m, long n, long k) {
        long fewestRows = k < 32 ? 8 : k < 64 ? 32 : k < 256 ? 64 : Long.MAX_VALUE;
        return m >= fewestRows && n >= 8 && k >= 8 && hasSmallKernels();
    }

    /** The tiling for a product of m x k and k x n on so many threads. */
    static GemmTiling choose(
            int bytes, boolean transA, boolean transB, long m, long n, long k, int lda, int ldb, int threads) {
        if (hasSmallKernels() && isSmall(bytes, m, n, k, lda, ldb)) {
            return small(transA, transB, m, n, k);
        }
        return general(m, n, k, threads);
    }

    private static boolean isSmall(int bytes, long m, long n, long k, int lda, int ldb) {
        if ((double) m * k + (double) k * n + (double) m * n > (double) SMALL_BYTES / bytes) {
            return false;
        }
        boolean aliasing = (long) lda * bytes % ALIAS_BYTES == 0 || (long) ldb * bytes % ALIAS_BYTES == 0;
        return !aliasing || Math.min(m, n) < ALIAS_SIDE;
    }

    private static GemmTiling small(boolean transA, boolean transB, long m, long n, long k) {
        long rows;
        long columns;
        long depth;
        if (!transA && transB) {
            columns = 32;
            depth = 960;
            rows = 32;
        } else {
            depth = transA ? 128 : 240;
            rows = 64;
            columns = k <= 32 ? 256 : 64;
        }
        rows = even(m, rows, 8);
        columns = even(n, columns, 16);
        depth = even(k, depth, 16);
        return new GemmTiling(rows, columns, depth, !transA, grain(rows * columns * k, GRAIN_MACS));
    }

    private static GemmTiling general(long m, long n, long k, int threads) {
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
        return new GemmTiling(rows, columns, Math.min(k, MAX_SIDE), true, 1);
    }

    /** The size of nearly equal pieces of {@code size}, about {@code target} long, multiples of {@code unit} if several. */
    private static long even(long size, long target, long unit) {
        if (size <= target) {
            return size;
        }
        long pieces = Math.ceilDiv(size, target);
        return Math.min(size, Math.ceilDiv(Math.ceilDiv(size, pieces), unit) * unit);
    }

    private static long grain(long macsPerTile, long wanted) {
        return Math.max(1, Math.ceilDiv(wanted, Math.max(1, macsPerTile)));
    }

    /** The number of tiles along the rows of an m-row result. */
    long tilesDown(long m) {
        return Math.ceilDiv(m, rows);
    }

    /** The number of tiles along the columns of an n-column result. */
    long tilesAcross(long n) {
        return Math.ceilDiv(n, columns);
    }
}
