package org.gatun.tensor.cpu;

import static org.gatun.bindings.Lapack.Order.COLUMNS;

import java.util.List;
import org.gatun.bindings.Lapack;
import org.gatun.bindings.Real;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.ir.TypeRules;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Shape;

/** Factorisations of batches of F32 and F64 matrices by LAPACK; {@link LuKernel} and {@link TriangularKernel} solve systems. */
public final class LinearAlgebraKernels {
    private LinearAlgebraKernels() {}

    static ConcreteTensor[] execute(Op.LinearAlgebra op, ConcreteTensor[] in) {
        List<TensorType> types = TypeRules.infer(
                op, List.of(in).stream().map(ConcreteTensor::type).toList());
        ConcreteTensor[] out = Results.allocate(types.size(), r -> result(types.get(r), in[0]));
        try {
            switch (op) {
                case Op.Cholesky cholesky -> cholesky(in[0], out[0]);
                case Op.Lu lu -> LuKernel.factor(lu.regular(), in[0], out);
                case Op.Qr qr -> qr(in[0], out[0], out[1]);
                case Op.Eigh eigh -> eigh(in[0], out[0], out[1].address());
                case Op.Svd svd -> svd(svd.full() ? Lapack.Vectors.ALL : Lapack.Vectors.THIN, in[0], out);
                case Op.TriangularSolve solve -> TriangularKernel.solve(solve, in[0], in[1], out[0]);
            }
            return out;
        } catch (Throwable t) {
            for (ConcreteTensor result : out) {
                result.close();
            }
            throw t;
        }
    }

    /** Matrices as LAPACK leaves them, column by column; vectors row by row. */
    private static ConcreteTensor result(TensorType type, ConcreteTensor like) {
        return type.shape().rank() == like.shape().rank()
                ? ColumnMatrices.allocate(type.dtype(), type.shape(), like.device())
                : ConcreteTensor.allocate(type.dtype(), type.shape(), like.device());
    }

    /** The singular values alone, which take a fraction of the time. */
    public static ConcreteTensor singularValues(ConcreteTensor x) {
        Shape shape = x.shape();
        long k = Math.min(shape.size(-2), shape.size(-1));
        Shape values = shape.without(Axes.listed("svdvals", shape.rank(), shape.rank() - 1))
                .withSize(-1, k);
        ConcreteTensor s = ConcreteTensor.allocate(x.dtype(), values, x.device());
        try {
            svd(Lapack.Vectors.NONE, x, s, s, s);
            return s;
        } catch (Throwable t) {
            s.close();
            throw t;
        }
    }

    /** The eigenvalues of symmetric matrices alone. */
    public static ConcreteTensor symmetricValues(ConcreteTensor x) {
        Shape shape = x.shape();
        Shape values = shape.without(Axes.listed("eigvalsh", shape.rank(), shape.rank() - 1));
        ConcreteTensor w = ConcreteTensor.allocate(x.dtype(), values, x.device());
        try {
            eigh(x, w, 0);
            return w;
        } catch (Throwable t) {
            w.close();
            throw t;
        }
    }

    private static void cholesky(ConcreteTensor x, ConcreteTensor result) {
        int n = (int) x.shape().size(-1);
        Real real = ColumnMatrices.real(x.dtype());
        int bytes = x.dtype().bytes();
        ColumnMatrices.copy(x, result.address());
        if (n == 0) {
            return;
        }
        ColumnMatrices.each(
                x.shape(),
                Math.pow(n, 3) / 3,
                i -> {
                    long a = result.address() + i * n * n * bytes;
                    Lapack.potrf(COLUMNS, real, false, n, a, n);
                    for (long j = 1; j < n; j++) {
                        Ram.zero(a + j * n * bytes, j * bytes);
                    }
                    return 0;
                },
                code -> code > 0
                        ? "is not positive definite: its leading minor of order " + code
                                + " is not positive; add a small multiple of the identity"
                        : "holds a NaN, so it is not positive definite");
    }

    private static void qr(ConcreteTensor x, ConcreteTensor q, ConcreteTensor r) {
        DType dtype = x.dtype();
        int bytes = dtype.bytes();
        int m = (int) x.shape().size(-2);
        int n = (int) x.shape().size(-1);
        int columns = (int) q.shape().size(-1);
        int k = Math.min(m, n);
        Real real = ColumnMatrices.real(dtype);
        try (Scratch frame = Scratch.open()) {
            long work = frame.allocate(x.elements() * bytes);
            ColumnMatrices.copy(x, work);
            ColumnMatrices.each(
                    x.shape(),
                    4.0 * m * n * k,
                    i -> {
                        long a = work + i * m * n * bytes;
                        long qi = q.address() + i * m * columns * bytes;
                        long ri = r.address() + i * columns * n * bytes;
                        if (k == 0) {
                            ColumnMatrices.identity(dtype, qi, columns);
                        } else if (!ColumnMatrices.isFinite(dtype, a, (long) m * n)) {
                            ColumnMatrices.fill(dtype, qi, (long) m * columns, Double.NaN);
                            ColumnMatrices.fill(dtype, ri, (long) columns * n, Double.NaN);
                        } else {
                            qr(real, bytes, m, n, columns, a, qi, ri);
                        }
                        return 0;
                    },
                    code -> "has no QR factors (code " + code + ")");
        }
    }

    private static void qr(Real real, int bytes, int m, int n, int columns, long a, long q, long r) {
        int k = Math.min(m, n);
        try (Scratch scratch = Scratch.open()) {
            long tau = scratch.allocate((long) k * bytes);
            Lapack.geqrf(COLUMNS, real, m, n, a, m, tau);
            for (long j = 0; j < n; j++) {
                long length = Math.min(j + 1, columns);
                Ram.copy(a + j * m * bytes, r + j * columns * bytes, length * bytes);
                Ram.zero(r + (j * columns + length) * bytes, (columns - length) * bytes);
            }
            Ram.copy(a, q, (long) m * k * bytes);
            // Not read, but searched for NaN.
            Ram.zero(q + (long) m * k * bytes, (long) m * (columns - k) * bytes);
            Lapack.orgqr(COLUMNS, real, m, columns, k, q, m, tau);
        }
    }

    /** Eigenvalues, and eigenvectors where there is an address for them. */
    private static void eigh(ConcreteTensor x, ConcreteTensor values, long vectors) {
        DType dtype = x.dtype();
        int bytes = dtype.bytes();
        int n = (int) x.shape().size(-1);
        Real real = ColumnMatrices.real(dtype);
        try (Scratch frame = Scratch.open()) {
            long work = vectors != 0 ? vectors : frame.allocate(x.elements() * bytes);
            ColumnMatrices.copy(x, work);
            if (n == 0) {
                return;
            }
            ColumnMatrices.each(
                    x.shape(),
                    9.0 * n * n * n,
                    i -> {
                        long a = work + i * n * n * bytes;
                        for (long j = 0; j < n; j++) {
                            if (!ColumnMatrices.isFinite(dtype, a + j * (n + 1) * bytes, n - j)) {
                                return -1;
                            }
                        }
                        Lapack.syevd(COLUMNS, real, vectors != 0, false, n, a, n, values.address() + i * n * bytes);
                        for (long j = 0; j < n && vectors != 0; j++) {
                            ColumnMatrices.orient(dtype, a + j * n * bytes, 1, n);
                        }
                        return 0;
                    },
                    LinearAlgebraKernels::unfound);
        }
    }

    private static String unfound(int code) {
        return code < 0
                ? "holds NaN or infinities: remove them first, for instance with where"
                : "is too ill-conditioned: the iteration did not converge (code " + code + ")";
    }

    /** The results are (U, s, V'); without vectors only s is written. */
    private static void svd(Lapack.Vectors vectors, ConcreteTensor x, ConcreteTensor... out) {
        DType dtype = x.dtype();
        int bytes = dtype.bytes();
        int m = (int) x.shape().size(-2);
        int n = (int) x.shape().size(-1);
        int k = Math.min(m, n);
        boolean wanted = vectors != Lapack.Vectors.NONE;
        int left = wanted ? (int) out[0].shape().size(-1) : 0;
        int right = wanted ? (int) out[2].shape().size(-2) : 0;
        Real real = ColumnMatrices.real(dtype);
        try (Scratch frame = Scratch.open()) {
            long work = frame.allocate(x.elements() * bytes);
            ColumnMatrices.copy(x, work);
            ColumnMatrices.each(
                    x.shape(),
                    14.0 * m * n * k,
                    i -> {
                        long a = work + i * m * n * bytes;
                        long u = out[0].address() + i * m * left * bytes;
                        long s = out[1].address() + i * k * bytes;
                        long vt = out[2].address() + i * right * n * bytes;
                        if (k == 0) {
                            ColumnMatrices.identity(dtype, u, left);
                            ColumnMatrices.identity(dtype, vt, right);
                            return 0;
                        }
                        if (!ColumnMatrices.isFinite(dtype, a, (long) m * n)) {
                            return -1;
                        }
                        Lapack.gesdd(COLUMNS, real, vectors, m, n, a, m, s, u, m, vt, Math.max(1, right));
                        orient(dtype, m, n, left, right, u, vt);
                        return 0;
                    },
                    LinearAlgebraKernels::unfound);
        }
    }

    /** Chooses the signs of the columns of U, and with them those of the rows of V'; rows and columns beyond the rank have no partner. */
    private static void orient(DType dtype, int m, int n, int left, int right, long u, long vt) {
        for (long j = 0; j < left; j++) {
            boolean turned = ColumnMatrices.orient(dtype, u + j * m * dtype.bytes(), 1, m);
            if (turned && j < Math.min(m, n)) {
                ColumnMatrices.negate(dtype, vt + j * dtype.bytes(), right, n);
            }
        }
        for (long j = Math.min(m, n); j < right; j++) {
            ColumnMatrices.orient(dtype, vt + j * dtype.bytes(), right, n);
        }
    }
}
