package org.gatun.tensor.cpu;

import static org.gatun.bindings.Lapack.Order.COLUMNS;

import org.gatun.bindings.Lapack;
import org.gatun.bindings.LapackException;
import org.gatun.bindings.OpenBlas;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * {@code Op.Lu}, and systems solved by it without factors in between. Small matrices are LAPACK's. Of a large one LAPACK factors a
 * panel of columns at a time, and the workers share the columns right of it, on which most of the work is done.
 */
public final class LuKernel {
    /** The columns of a panel. */
    private static final int PANEL = 64;

    /** The fewest columns right of a panel that are worth a hand-over to another thread. */
    private static final int GRAIN = 32;

    private static final Op.TriangularSolve LOWER = new Op.TriangularSolve(false, true);
    private static final Op.TriangularSolve UPPER = new Op.TriangularSolve(true, false);

    private LuKernel() {}

    /** The factors, the permutation and its sign. */
    static void factor(boolean regular, ConcreteTensor x, ConcreteTensor... out) {
        DType dtype = x.dtype();
        int m = (int) x.shape().size(-2);
        int n = (int) x.shape().size(-1);
        int k = Math.min(m, n);
        ColumnMatrices.copy(x, out[0].address());
        ColumnMatrices.each(
                x.shape(),
                (double) m * n * k,
                true,
                i -> {
                    long a = out[0].address() + i * m * n * dtype.bytes();
                    try (Scratch scratch = Scratch.open()) {
                        long pivots = scratch.allocate(4L * k);
                        int code = factor(dtype, m, n, a, pivots);
                        permute(pivots, k, out[1].address() + i * m * 8, m, out[2].address() + i * 8);
                        return regular ? code : 0;
                    }
                },
                LuKernel::singular);
    }

    /**
     * X with {@code A X = B}.
     *
     * @param regular whether a singular matrix is an error; otherwise X is infinite or NaN
     * @param a square matrices
     * @param b right sides with the leading sizes of {@code a}
     */
    public static ConcreteTensor solve(boolean regular, ConcreteTensor a, ConcreteTensor b) {
        return solve(regular, a, b.shape(), b);
    }

    /** The inverses of square matrices; {@code regular} as for {@link #solve}. */
    public static ConcreteTensor invert(boolean regular, ConcreteTensor a) {
        return solve(regular, a, a.shape(), null);
    }

    /** Without right sides, they are the identity. */
    private static ConcreteTensor solve(boolean regular, ConcreteTensor a, Shape shape, @Nullable ConcreteTensor b) {
        DType dtype = a.dtype();
        int n = (int) shape.size(-2);
        int columns = (int) shape.size(-1);
        ConcreteTensor x = ColumnMatrices.allocate(dtype, shape, a.device());
        try (Scratch frame = Scratch.open()) {
            long factors = frame.allocate(a.elements() * dtype.bytes());
            ColumnMatrices.copy(a, factors);
            if (b != null) {
                ColumnMatrices.copy(b, x.address());
            }
            ColumnMatrices.each(
                    a.shape(),
                    (double) n * n * (n + columns),
                    true,
                    i -> {
                        long lu = factors + i * n * n * dtype.bytes();
                        long right = x.address() + i * n * columns * dtype.bytes();
                        try (Scratch scratch = Scratch.open()) {
                            long pivots = scratch.allocate(4L * n);
                            int code = factor(dtype, n, n, lu, pivots);
                            if (code != 0 && regular) {
                                return code;
                            }
                            if (b == null) {
                                ColumnMatrices.identity(dtype, right, n);
                            }
                            substitute(dtype, n, lu, pivots, right, columns);
                            return 0;
                        }
                    },
                    LuKernel::singular);
            return x;
        } catch (Throwable t) {
            x.close();
            throw t;
        }
    }

    private static String singular(int code) {
        return "is singular: pivot " + code
                + " of its LU factors is exactly zero; lstsq and pinv take singular matrices";
    }

    private static void substitute(DType dtype, int n, long lu, long pivots, long b, int columns) {
        if (n == 0) {
            return;
        }
        Matrix a = new Matrix(lu, n, n, 1, n);
        long grain = (long) Math.max(8, ColumnMatrices.LARGE / 8 / ((double) n * n));
        WorkerPool.parallelFor(columns, grain, (begin, end) -> {
            int count = (int) (end - begin);
            long x = b + begin * n * dtype.bytes();
            exchange(dtype, n, x, count, pivots, 0, n);
            TriangularKernel.solve(LOWER, dtype, a, x, count);
            TriangularKernel.solve(UPPER, dtype, a, x, count);
        });
    }

    /**
     * Factors one matrix in its place: all of it becomes NaN when something in it is not finite.
     *
     * @return 0, or the first pivot that is 0, counted from 1
     */
    private static int factor(DType dtype, int m, int n, long a, long pivots) {
        int k = Math.min(m, n);
        if (k == 0) {
            return 0;
        }
        if (ColumnMatrices.isFinite(dtype, a, (long) m * n)) {
            try {
                boolean shared = (double) m * n * k >= ColumnMatrices.LARGE
                        && WorkerPool.threads() > 1
                        && !WorkerPool.insideLoop();
                return shared
                        ? byPanels(dtype, m, n, a, pivots)
                        : Lapack.getrf(COLUMNS, ColumnMatrices.real(dtype), m, n, a, m, pivots);
            } catch (LapackException overflowed) {
                // A panel was not finite any more.
            }
        }
        ColumnMatrices.fill(dtype, a, (long) m * n, Double.NaN);
        for (int j = 0; j < k; j++) {
            Ram.putInt(pivots + 4L * j, j + 1);
        }
        return 0;
    }

    private static int byPanels(DType dtype, int m, int n, long a, long pivots) {
        int k = Math.min(m, n);
        int bytes = dtype.bytes();
        int code = 0;
        for (int j = 0; j < k; j += PANEL) {
            int first = j;
            int width = Math.min(PANEL, k - j);
            int next = j + width;
            long panel = a + ((long) j * m + j) * bytes;
            int found = Lapack.getrf(COLUMNS, ColumnMatrices.real(dtype), m - j, width, panel, m, pivots + 4L * j);
            code = code == 0 && found != 0 ? found + j : code;
            for (int i = j; i < next; i++) {
                Ram.putInt(pivots + 4L * i, Ram.getInt(pivots + 4L * i) + j);
            }
            WorkerPool.parallelFor(n - next, GRAIN, (begin, end) -> {
                long columns = a + (next + begin) * m * bytes;
                int count = (int) (end - begin);
                exchange(dtype, m, columns, count, pivots, first, next);
                update(dtype, m, first, width, panel, columns, count);
            });
        }
        // Rows that were exchanged after a panel was done.
        WorkerPool.parallelFor(k, GRAIN, (begin, end) -> {
            for (long c = begin; c < end; c++) {
                int from = (int) Math.min(k, (c / PANEL + 1) * PANEL);
                exchange(dtype, m, a + c * m * bytes, 1, pivots, from, k);
            }
        });
        return code;
    }

    /** For columns to the right of a panel, U beside its diagonal block, and what is left below. */
    private static void update(DType dtype, int m, int first, int width, long panel, long columns, int count) {
        int bytes = dtype.bytes();
        long upper = columns + (long) first * bytes;
        Lapack.trtrs(COLUMNS, ColumnMatrices.real(dtype), false, false, true, width, count, panel, m, upper, m);
        int rest = m - first - width;
        if (rest == 0) {
            return;
        }
        // Row by row, as the products count, all are transposed.
        long left = panel + (long) width * bytes;
        long below = upper + (long) width * bytes;
        if (dtype == DType.F32) {
            OpenBlas.sgemm(false, false, count, rest, width, -1, upper, m, left, m, 1, below, m);
        } else {
            OpenBlas.dgemm(false, false, count, rest, width, -1, upper, m, left, m, 1, below, m);
        }
    }

    /** The row exchanges from one to another, in some columns of m elements. */
    private static void exchange(DType dtype, int m, long columns, int count, long pivots, int from, int to) {
        int bytes = dtype.bytes();
        for (int c = 0; c < count; c++) {
            long column = columns + (long) c * m * bytes;
            for (int i = from; i < to; i++) {
                long one = column + (long) i * bytes;
                long other = column + (Ram.getInt(pivots + 4L * i) - 1L) * bytes;
                if (dtype == DType.F32) {
                    float swap = Ram.getFloat(one);
                    Ram.putFloat(one, Ram.getFloat(other));
                    Ram.putFloat(other, swap);
                } else {
                    double swap = Ram.getDouble(one);
                    Ram.putDouble(one, Ram.getDouble(other));
                    Ram.putDouble(other, swap);
                }
            }
        }
    }

    /** The permutation and its sign from row exchanges, which count from 1. */
    private static void permute(long pivots, int k, long permutation, int m, long sign) {
        for (int j = 0; j < m; j++) {
            Ram.putLong(permutation + 8L * j, j);
        }
        long parity = 1;
        for (int j = 0; j < k; j++) {
            int other = Ram.getInt(pivots + 4L * j) - 1;
            if (other != j) {
                parity = -parity;
                long swap = Ram.getLong(permutation + 8L * j);
                Ram.putLong(permutation + 8L * j, Ram.getLong(permutation + 8L * other));
                Ram.putLong(permutation + 8L * other, swap);
            }
        }
        Ram.putLong(sign, parity);
    }
}
