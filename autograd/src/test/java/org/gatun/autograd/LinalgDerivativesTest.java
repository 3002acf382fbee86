package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.linalg.Linalg;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Derivatives of linear algebra where the samples don't reach: at singular and degenerate matrices, of higher order, by closed forms. */
@ExtendWith(NativeMemoryBalance.class)
class LinalgDerivativesTest {
    private MemoryScope scope;

    @BeforeEach
    void open() {
        scope = MemoryScope.open("test");
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Tensor matrix(double... values) {
        long n = Math.round(Math.sqrt(values.length));
        return Tensors.of(values).reshape(n, n);
    }

    /** The determinant is a polynomial, so at every matrix its derivatives are limits of differences, whatever the rank. */
    @Test
    void determinantsOfAnyRank() {
        List<Tensor> matrices = List.of(
                matrix(1, 2, 3, 4, 5, 6, 7, 8, 10),
                matrix(1, 2, 3, 4, 5, 6, 7, 8, 9), // rank 2
                matrix(1, 2, 3, 2, 4, 6, -1, -2, -3), // rank 1
                matrix(0, 0, 0, 0, 0, 0, 0, 0, 0),
                matrix(1, 0, 0, 0, 1, 0, 0, 0, 0), // equal singular values
                matrix(0, 1, 0, 1, 0, 0, 0, 0, 0),
                matrix(1, 0, 0, 0, 1, 0, 0, 0, 1),
                matrix(0),
                Tensors.stack(0, Tensors.ones(DType.F64, 2, 2), Tensors.eye(DType.F64, 2, 2)));
        for (Tensor a : matrices) {
            GradCheck.standard().tolerance(1e-5, 1e-6).check(Linalg::det, a);
        }
    }

    /** The gradient of the determinant of {{1, 2}, {2, 4}} is {{4, -2}, {-2, 1}}, and of a matrix of rank n - 2 zero. */
    @Test
    void cofactorsOfSingularMatrices() {
        assertThat(Grad.grad(Linalg::det).apply(matrix(1, 2, 2, 4)).toDoubleArray())
                .satisfies(g -> assertClose(g, 1e-14, 4, -2, -2, 1));
        assertThat(Grad.grad(Linalg::det).apply(Tensors.ones(DType.F64, 3, 3)).toDoubleArray())
                .satisfies(g -> assertClose(g, 1e-14, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    }

    /** {@code d3 det(I + tX) / dt3} is 3! times the third elementary symmetric function of the eigenvalues, here det(X). */
    @Test
    void thirdDerivativeOfTheDeterminant() {
        Tensor x = matrix(2, 1, 0, 0, 3, 1, 1, 0, -1);
        UnaryOperator<Tensor> f = t -> Linalg.det(x.mul(t).add(Tensors.eye(DType.F64, 3, 3)));
        UnaryOperator<Tensor> first = t -> Grad.grad(f).apply(t);
        UnaryOperator<Tensor> second =
                t -> Grad.jvp(first, t, Tensors.of(1.0).reshape()).tangent();
        Tensor third = Grad.grad(second).apply(Tensors.of(0.0).reshape());
        assertThat(third.item()).isCloseTo(6 * Linalg.det(x).item(), within(1e-11));
    }

    /** The sum of eigenvalues is the trace, of singular values of a definite matrix too, where all are equal as elsewhere. */
    @Test
    void valuesOfDegenerateMatrices() {
        Tensor a = Tensors.eye(DType.F64, 3, 3).mul(2);
        for (UnaryOperator<Tensor> values : List.<UnaryOperator<Tensor>>of(Linalg::eigvalsh, Linalg::svdvals)) {
            double[] g = Grad.grad((Tensor x) -> values.apply(x).sum()).apply(a).toDoubleArray();
            assertClose(g, 1e-14, 1, 0, 0, 0, 1, 0, 0, 0, 1);
        }
    }

    /** With equal eigenvalues the derivative of a single eigenvector does not exist. */
    @Test
    void vectorsOfDegenerateMatrices() {
        Tensor g = Grad.grad((Tensor x) -> Linalg.eigh(x).vectors().select(1, 0).sum())
                .apply(Tensors.eye(DType.F64, 2, 2));
        assertThat(g.isFinite().all().item()).isZero();
    }

    /** Gradients of functions of symmetric matrices are symmetric: that of {@code log det} is the inverse. */
    @Test
    void gradientsOfSymmetricFunctions() {
        Tensor a = matrix(4, 1, 0, 1, 3, 1, 0, 1, 2);
        double[] inverse = Linalg.inv(a).toDoubleArray();
        UnaryOperator<Tensor> byCholesky =
                x -> Linalg.cholesky(x).diagonal().log().sum().mul(2);
        UnaryOperator<Tensor> byValues = x -> Linalg.eigvalsh(x).log().sum();
        for (UnaryOperator<Tensor> f : List.of(byCholesky, byValues, Linalg::logdet)) {
            assertClose(Grad.grad(f).apply(a).toDoubleArray(), 1e-13, inverse);
        }
    }

    /** The derivative of {@code e^(tA)} is {@code A e^(tA)}, and so on. */
    @Test
    void derivativesOfTheExponential() {
        Tensor a = matrix(0.5, -2, 1, 0.3);
        UnaryOperator<Tensor> f = t -> Linalg.matrixExp(a.mul(t)).select(0, 0).select(0, 1);
        UnaryOperator<Tensor> first = t -> Grad.grad(f).apply(t);
        double t = 1.7;
        Tensor at = Tensors.of(t).reshape();
        Tensor e = Linalg.matrixExp(a.mul(t));
        assertThat(first.apply(at).item()).isCloseTo(a.matmul(e).get(0, 1), within(1e-12));
        assertThat(Grad.grad(first).apply(at).item())
                .isCloseTo(a.matmul(a).matmul(e).get(0, 1), within(1e-11));
    }

    /** In a batch each matrix is squared as often as its own norm asks: e^60 stays finite in F32 beside e^-250, and so does its derivative. */
    @Test
    void exponentialsOfUnlikeMatrices() {
        Tensor a = Tensors.of(60f, -250f).reshape(2, 1, 1);
        Tensor g = Grad.grad((Tensor x) -> Linalg.matrixExp(x).sum()).apply(a);
        double e60 = StrictMath.exp(60);
        assertThat(g.get(0, 0, 0)).isCloseTo(e60, within(1e-4 * e60));
        assertThat(g.get(1, 0, 0)).isCloseTo(0, within(1e-30));
    }

    /** The pseudo-inverse of a rank that stays, where singular values are equal and some are zero. */
    @Test
    void pseudoInversesOfDegenerateMatrices() {
        // diag(x, x, 0) has the pseudo-inverse diag(1 / x, 1 / x, 0).
        Tensor d = matrix(1, 0, 0, 0, 1, 0, 0, 0, 0);
        UnaryOperator<Tensor> f = x -> Linalg.pinv(d.mul(x)).sum();
        Tensor two = Tensors.of(2.0).reshape();
        assertThat(Grad.grad(f).apply(two).item()).isCloseTo(-2.0 / 4, within(1e-14));
        UnaryOperator<Tensor> first = x -> Grad.grad(f).apply(x);
        assertThat(Grad.grad(first).apply(two).item()).isCloseTo(4.0 / 8, within(1e-14));
    }

    /** Per-sample gradients: {@code d(b' A^-1 b) = -A^-T b b' A^-T}. */
    @Test
    void gradientsOfABatch() {
        Tensor a = Tensors.stack(0, matrix(2, 1, 0, 3), matrix(1, 0, 5, -2));
        Tensor b = Tensors.of(new double[][] {{1, 2}, {3, -1}});
        UnaryOperator<Tensor> gradient =
                x -> Grad.grad((Tensor m) -> Linalg.solve(m, b.select(0, 0)).dot(b.select(0, 0)))
                        .apply(x);
        double[] all = Grad.vmap(gradient).apply(a).toDoubleArray();
        for (int i = 0; i < 2; i++) {
            double[] one = gradient.apply(a.select(0, i)).toDoubleArray();
            assertClose(Arrays.copyOfRange(all, 4 * i, 4 * i + 4), 1e-14, one);
        }
    }

    private static void assertClose(double[] actual, double tolerance, double... expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(tolerance));
        }
    }
}
