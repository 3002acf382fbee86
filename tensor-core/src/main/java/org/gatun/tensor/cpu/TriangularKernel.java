package org.gatun.tensor.cpu;

import static org.gatun.bindings.Lapack.Order.COLUMNS;

import org.gatun.bindings.Lapack;
import org.gatun.bindings.LapackException;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Layout;

/** {@code Op.TriangularSolve}. A matrix that lies row by row is solved as the transpose of one that lies column by column. */
final class TriangularKernel {
    private TriangularKernel() {}

    static void solve(Op.TriangularSolve op, ConcreteTensor a, ConcreteTensor b, ConcreteTensor x) {
        DType dtype = a.dtype();
        int bytes = dtype.bytes();
        int n = (int) b.shape().size(-2);
        int columns = (int) b.shape().size(-1);
        ColumnMatrices.copy(b, x.address());
        if (n == 0 || columns == 0) {
            return;
        }
        ColumnMatrices.each(
                b.shape(),
                (double) n * n * columns,
                true,
                i -> {
                    Matrix matrix = matrix(a, i);
                    long right = x.address() + i * n * columns * bytes;
                    try (Scratch scratch = Scratch.open()) {
                        boolean direct = matrix.isRowMajor() || matrix.isColumnMajor();
                        share(op, dtype, direct ? matrix : matrix.packed(dtype, scratch), right, columns);
                    }
                    return 0;
                },
                code -> "was not solved (code " + code + ")");
    }

    private static Matrix matrix(ConcreteTensor a, long i) {
        Layout layout = a.layout();
        int rank = a.rank();
        long at = a.address() + ColumnMatrices.offset(layout, i) * a.dtype().bytes();
        return new Matrix(at, a.size(-2), a.size(-1), layout.stride(rank - 2), layout.stride(rank - 1));
    }

    /** Solves for the columns of B, which lie one after the other, on several threads when that is worth it. */
    private static void share(Op.TriangularSolve op, DType dtype, Matrix a, long b, int columns) {
        long n = a.rows();
        long grain = (long) Math.max(8, ColumnMatrices.LARGE / 4 / ((double) n * n));
        WorkerPool.parallelFor(
                columns,
                grain,
                (begin, end) -> solve(op, dtype, a, b + begin * n * dtype.bytes(), (int) (end - begin)));
    }

    /**
     * Solves for columns that lie one after the other.
     *
     * @param a a matrix that lies row by row or column by column
     */
    static void solve(Op.TriangularSolve op, DType dtype, Matrix a, long b, int columns) {
        int n = (int) a.rows();
        boolean trans = !a.isColumnMajor();
        int lda = (trans ? a : a.transposed()).rowMajorLeading();
        try {
            Lapack.trtrs(
                    COLUMNS,
                    ColumnMatrices.real(dtype),
                    op.upper() != trans,
                    trans,
                    op.unit(),
                    n,
                    columns,
                    a.address(),
                    lda,
                    b,
                    n);
        } catch (LapackException e) {
            // It solves nothing with a zero on the diagonal or a NaN anywhere. Substitution does, and spreads these no
            // further
            // than arithmetic says.
            substitute(op, dtype, a, b, columns);
        }
    }

    private static void substitute(Op.TriangularSolve op, DType dtype, Matrix a, long b, int columns) {
        long n = a.rows();
        for (long c = 0; c < columns; c++) {
            long x = b + c * n * dtype.bytes();
            for (long step = 0; step < n; step++) {
                long i = op.upper() ? n - 1 - step : step;
                double sum = ColumnMatrices.get(dtype, x, i);
                for (long k = op.upper() ? i + 1 : 0; k < (op.upper() ? n : i); k++) {
                    sum -= at(dtype, a, i, k) * ColumnMatrices.get(dtype, x, k);
                }
                ColumnMatrices.put(dtype, x, i, op.unit() ? sum : sum / at(dtype, a, i, i));
            }
        }
    }

    private static double at(DType dtype, Matrix a, long i, long j) {
        return ColumnMatrices.get(dtype, a.address(), i * a.rowStride() + j * a.columnStride());
    }
}
