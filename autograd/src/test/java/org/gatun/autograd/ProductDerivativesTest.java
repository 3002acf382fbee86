package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Functional;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The derivatives of products, running products and running sums of exponentials against their closed forms. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class ProductDerivativesTest {
    static Stream<double[]> rows() {
        return Stream.of(
                new double[] {2, -3, 0.5, 7},
                new double[] {2, 0, 0.5, 7},
                new double[] {0, 3, 0, 7},
                new double[] {0, 0, 0, 7},
                new double[] {5},
                new double[] {0, 0});
    }

    /** The product of the elements before {@code end} other than some. */
    private static double product(double[] x, int end, int... without) {
        double p = 1;
        for (int i = 0; i < end; i++) {
            boolean left = false;
            for (int k : without) {
                left |= k == i;
            }
            p *= left ? 1 : x[i];
        }
        return p;
    }

    @ParameterizedTest
    @MethodSource("rows")
    void ofAProductTheyAreTheProductsOfTheOthers(double... x) {
        int n = x.length;
        UnaryOperator<Tensor> f = t -> t.prod();
        double[] gradient = Grad.grad(f).apply(Tensors.of(x)).toDoubleArray();
        double[] hessian = Grad.hessian(f).apply(Tensors.of(x)).toDoubleArray();
        for (int i = 0; i < n; i++) {
            assertThat(gradient[i]).isCloseTo(product(x, n, i), within(1e-12));
            double[] direction = new double[n];
            direction[i] = 1;
            assertThat(Grad.jvp(f, Tensors.of(x), Tensors.of(direction))
                            .tangent()
                            .item())
                    .isCloseTo(gradient[i], within(1e-12));
            for (int j = 0; j < n; j++) {
                assertThat(hessian[i * n + j]).isCloseTo(i == j ? 0 : product(x, n, i, j), within(1e-12));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void ofRunningProductsTheyAreTheProductsOfTheOthersSoFar(double... x) {
        int n = x.length;
        UnaryOperator<Tensor> f = t -> t.cumprod(0);
        double[] forward = Grad.jacobianForward(f).apply(Tensors.of(x)).toDoubleArray();
        double[] reverse = Grad.jacobianReverse(f).apply(Tensors.of(x)).toDoubleArray();
        for (int k = 0; k < n; k++) {
            for (int i = 0; i < n; i++) {
                double expected = i > k ? 0 : product(x, k + 1, i);
                assertThat(forward[k * n + i]).isCloseTo(expected, within(1e-12));
                assertThat(reverse[k * n + i]).isCloseTo(expected, within(1e-12));
            }
            int last = k;
            double[] hessian = Grad.hessian(
                            (UnaryOperator<Tensor>) t -> f.apply(t).select(0, last))
                    .apply(Tensors.of(x))
                    .toDoubleArray();
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    double expected = i == j || i > k || j > k ? 0 : product(x, k + 1, i, j);
                    assertThat(hessian[i * n + j]).isCloseTo(expected, within(1e-12));
                }
            }
        }
    }

    @Test
    void aProductThatUnderflowsOrOverflowsHasItsDerivatives() {
        UnaryOperator<Tensor> f = t -> t.prod();
        assertThat(Grad.grad(f).apply(Tensors.of(1e-200, 1e-200, 3)).toDoubleArray())
                .containsExactly(new double[] {3e-200, 3e-200, 0}, within(1e-214));
        assertThat(Grad.grad(f).apply(Tensors.of(1e200, 1e200, 3)).toDoubleArray())
                .containsExactly(new double[] {3e200, 3e200, Double.POSITIVE_INFINITY}, within(1e185));
        UnaryOperator<Tensor> g = t -> t.cumprod(0).select(0, -1);
        assertThat(Grad.grad(g).apply(Tensors.of(1e-200, 1e-200, 3)).toDoubleArray())
                .containsExactly(new double[] {3e-200, 3e-200, 0}, within(1e-214));
    }

    @Test
    void theHessianOfAnEmptyProductIsEmpty() {
        assertThat(Grad.grad(t -> t.prod()).apply(Tensors.zeros(0)).shape()).isEqualTo(Shape.of(0));
        assertThat(Grad.jvp(t -> t.prod(1), Tensors.zeros(2, 0), Tensors.zeros(2, 0))
                        .tangent()
                        .toFloatArray())
                .containsExactly(0, 0);
    }

    @Test
    void aBatchWithAndWithoutZerosIsWhatALoopGives() {
        Tensor x = Tensors.of(new double[] {2, 3, 4, 0, 3, 4, 0, 0, 4}).reshape(3, 3);
        UnaryOperator<Tensor> gradient = Grad.grad(t -> t.cumprod(0).sum().add(t.prod()));
        Tensor batch = Grad.vmap(gradient).apply(x);
        for (int i = 0; i < 3; i++) {
            assertThat(batch.select(0, i).toDoubleArray())
                    .containsExactly(gradient.apply(x.select(0, i)).toDoubleArray());
        }
    }

    @Test
    void ofRunningSumsOfExponentialsTheyAreTheSharesOfTheSums() {
        double inf = Double.POSITIVE_INFINITY;
        double[] x = {-inf, -inf, 900, 1, 901, -inf};
        int n = x.length;
        UnaryOperator<Tensor> f = t -> t.logcumsumexp(0);
        double[] y = f.apply(Tensors.of(x)).toDoubleArray();
        double[] forward = Grad.jacobianForward(f).apply(Tensors.of(x)).toDoubleArray();
        double[] reverse = Grad.jacobianReverse(f).apply(Tensors.of(x)).toDoubleArray();
        for (int k = 0; k < n; k++) {
            for (int i = 0; i < n; i++) {
                double share = i > k || y[k] == -inf ? 0 : StrictMath.exp(x[i] - y[k]);
                assertThat(forward[k * n + i]).isCloseTo(share, within(1e-14));
                assertThat(reverse[k * n + i]).isCloseTo(share, within(1e-14));
            }
        }
        // Of the last sum, the covariance of the shares p: diag(p) - p p'.
        double[] hessian = Grad.hessian((UnaryOperator<Tensor>) t -> f.apply(t).select(0, -1))
                .apply(Tensors.of(x))
                .toDoubleArray();
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                double p = StrictMath.exp(x[i] - y[n - 1]);
                double q = StrictMath.exp(x[j] - y[n - 1]);
                assertThat(hessian[i * n + j]).isCloseTo((i == j ? p : 0) - p * q, within(1e-14));
            }
        }
    }

    @Test
    void aRecurrenceOfManyStepsDifferentiatesInOnePass() {
        int n = 200_000;
        Tensor a = Tensors.rand(new Generator(1), DType.F64, Shape.of(n), Device.CPU);
        // The last y has the derivative a[n - 1] ... a[t + 1] by b[t].
        Tensor g = Grad.grad((UnaryOperator<Tensor>)
                        b -> Functional.linearRecurrence(a, b, 0, false).select(0, -1))
                .apply(a.fullLike(1.0));
        Tensor products = a.flip(0).cumprod(0).flip(0);
        assertThat(g.get(n - 1)).isEqualTo(1);
        assertThat(g.narrow(0, 0, n - 1).allClose(products.narrow(0, 1, n - 1), 1e-10, 0))
                .isTrue();
    }
}
