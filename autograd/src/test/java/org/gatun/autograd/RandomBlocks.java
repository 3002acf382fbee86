package org.gatun.autograd;

import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.gatun.tensor.DType;
import org.gatun.tensor.Fft;
import org.gatun.tensor.FftNorm;
import org.gatun.tensor.Functional;
import org.gatun.tensor.InterpolationMode;
import org.gatun.tensor.PoolOptions;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.linalg.Linalg;

/**
 * Larger steps of random functions: Einstein sums, linear algebra, Fourier transforms, convolutions, pooling, interpolation, gathers and
 * scatters. Each brings its operands to a rank that it takes, and matrices to ones far from singular.
 */
final class RandomBlocks {
    private RandomBlocks() {}

    static void addTo(Map<String, UnaryOperator<Tensor>> unary, Map<String, BinaryOperator<Tensor>> binary) {
        unary.put(
                "einsum ...i,...i->...",
                x -> Tensors.einsum(
                        "...i,...i->...", atLeast(1, x), atLeast(1, x).sin()));
        unary.put("einsum ai,bi,ci->abc", x -> {
            Tensor m = matrix(x);
            return Tensors.einsum("ai,bi,ci->abc", m, m.sin(), m.cos());
        });
        unary.put("einsum trace of A A^T", x -> Tensors.einsum("ii", definite(x)));
        unary.put("cholesky", x -> Linalg.cholesky(definite(x)));
        unary.put("logdet", x -> Linalg.logdet(definite(x)));
        unary.put("det of A A^T / 4 + I", x -> Linalg.det(definite(x.mul(0.5))));
        unary.put("inverse", x -> Linalg.inv(definite(x)));
        unary.put("matrixExp", x -> Linalg.matrixExp(definite(x.tanh())).mul(0.1));
        unary.put("nuclear norm by svdvals", x -> Linalg.svdvals(spread(x)).sum());
        unary.put("eigenvalues", x -> Linalg.eigvalsh(symmetricSpread(x)));
        unary.put("R of QR", x -> Linalg.qr(definite(x)).r());
        unary.put("rfft", x -> Fft.rfft(atLeast(1, x)));
        unary.put("power spectrum", x -> Fft.rfft(atLeast(1, x)).square().sum(-1));
        unary.put(
                "irfft",
                x -> Fft.irfft(Tensors.stack(-1, atLeast(1, x), atLeast(1, x).sin()), 4, -1, FftNorm.ORTHO));
        unary.put(
                "maxPool1d",
                x -> Functional.maxPool1d(line(x), PoolOptions.of(2).padding(1)));
        unary.put("lpPool1d", x -> Functional.lpPool1d(line(x).square().add(0.5), 3, PoolOptions.of(1)));
        unary.put("interpolate linear", x -> Functional.interpolate(line(x), new long[] {5}, InterpolationMode.LINEAR));
        unary.put(
                "interpolate bicubic",
                x -> Functional.interpolate(
                        matrix(x).unsqueeze(0).unsqueeze(0), new long[] {3, 4}, InterpolationMode.BICUBIC));
        unary.put("gather reversed", x -> {
            Tensor m = matrix(x);
            return m.gather(1, Tensors.arange(m.size(1)).flip(0).unsqueeze(0).expand(m.size(0), m.size(1)));
        });
        unary.put("scatterAdd of all to the first", x -> {
            Tensor m = matrix(x);
            return m.sin().scatterAdd(1, Tensors.zeros(DType.I64, m.size(0), m.size(1)), m);
        });
        unary.put("median", x -> x.flatten().median());
        unary.put("quantile", x -> x.flatten().quantile(0.3));
        unary.put(
                "pdist",
                x -> Functional.pdist(Tensors.cat(0, matrix(x), matrix(x).sin().add(3))));

        binary.put("einsum ...i,...j->...ij", (a, b) -> Tensors.einsum("...i,...j->...ij", a, b));
        binary.put("einsum ij,kj->ki", (a, b) -> Tensors.einsum("ij,kj->ki", a, b));
        binary.put("einsum i...,i->...", (a, b) -> Tensors.einsum("i...,i->...", a, b));
        binary.put("tensordot", (a, b) -> Tensors.tensordot(a, b, 1));
        binary.put("kron", Tensors::kron);
        binary.put("cdist", (a, b) -> Functional.cdist(a, b.add(5)));
        binary.put("cdist 1", (a, b) -> Functional.cdist(a, b, 1));
        binary.put(
                "cosineSimilarity",
                (a, b) ->
                        Functional.cosineSimilarity(a.square().add(0.5), b.sin().add(1.5), -1, 1e-8));
        binary.put("solve", (a, b) -> Linalg.solve(definite(a), b));
        binary.put("solveTriangular", (a, b) -> Linalg.solveTriangular(Linalg.cholesky(definite(a)), b, false));
        binary.put("conv1d", (a, b) -> Functional.conv1d(line(a), line(b)));
    }

    static Tensor atLeast(int rank, Tensor x) {
        Tensor y = x;
        while (y.rank() < rank) {
            y = y.unsqueeze(0);
        }
        return y;
    }

    /** Up to 3 rows and columns. */
    static Tensor matrix(Tensor x) {
        Tensor y = atLeast(2, x);
        while (y.rank() > 2) {
            y = y.select(0, 0);
        }
        return y.slice(0, 0, Math.min(3, y.size(0))).slice(1, 0, Math.min(3, y.size(1)));
    }

    /** tanh(A) tanh(A)^T + I, with eigenvalues from 1 to 10. */
    static Tensor definite(Tensor x) {
        Tensor m = matrix(x).tanh();
        return m.matmul(m.t()).add(Tensors.eye(DType.F64, m.size(0), m.size(0)));
    }

    /** A square matrix with singular values apart from each other. */
    static Tensor spread(Tensor x) {
        Tensor m = matrix(x).tanh();
        long n = m.size(0);
        return m.matmul(m.t())
                .mul(0.1)
                .add(Tensors.arange(DType.F64, 1, n + 1, 1).diagEmbed().mul(3));
    }

    static Tensor symmetricSpread(Tensor x) {
        Tensor m = spread(x);
        return m.add(m.t());
    }

    static Tensor line(Tensor x) {
        return x.reshape(1, 1, -1);
    }
}
