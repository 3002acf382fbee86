package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Parameters and values so large that what is computed on the way leaves the range. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class OverflowTest {
    @Test
    void varianceBeyondTheRangeIsInfinite() {
        for (Tensor x : new Tensor[] {Tensors.of(3e30f, 4e30f), Tensors.of(3e200, 4e200)}) {
            assertThat(x.var().item()).isEqualTo(Double.POSITIVE_INFINITY);
            // half of the difference times the root of 2
            double std = Math.sqrt(0.5) * (x.get(1) - x.get(0));
            assertThat(x.std().item()).isCloseTo(std, within(1e-6 * std));
            assertThat(x.stdMean(1, false).std().item()).isCloseTo(std, within(1e-6 * std));
        }
        assertThat(Tensors.of(1.0, Double.NaN).var().item()).isNaN();
    }

    @Test
    void largeOrdersOfTheGammaFunction() {
        // 1/4 p (p - 1) log pi + sum over j of lgamma(a + (1 - j) / 2), by scipy.special.multigammaln
        assertThat(Special.multigammaln(Tensors.of(1e6), 50_000).item()).isCloseTo(6.32861e11, within(1e6));
        // 2147483647! is infinite, and was multiplied up without an end
        assertThat(Special.polygamma(Integer.MAX_VALUE, Tensors.zeros(DType.F64, 0))
                        .shape())
                .isEqualTo(Shape.of(0));
    }

    @Test
    void roundingToMoreDecimalsThanThereAre() {
        Tensor x = Tensors.of(1 / 3.0, 1e300, -2.5);
        assertThat(x.round(400).toDoubleArray()).containsExactly(1 / 3.0, 1e300, -2.5);
        assertThat(x.round(15).toDoubleArray()).containsExactly(0.333333333333333, 1e300, -2.5);
        assertThat(x.round(-400).abs().toDoubleArray()).containsExactly(0, 0, 0);
    }

    @Test
    void partsBeyondAList() {
        assertThatThrownBy(() -> Tensors.ones(3).tensorSplit(1L << 40, 0))
                .isInstanceOf(ShapeException.class)
                .hasMessageContainingAll("tensorSplit", "1099511627776", "[3]");
    }

    @Test
    void edgesOutOfOrderAreRefused() {
        assertThatThrownBy(() -> Tensors.of(1.0, 2).histogram(Tensors.of(3.0, 1, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("histogram", "3.0", "1.0", "sort");
        assertThatThrownBy(() -> Tensors.of(1.0, 2).histogram(Tensors.of(1, Double.NaN)))
                .hasMessageContaining("histogram");
    }

    @Test
    void oneVariableHasOneVariance() {
        assertThat(Tensors.of(1.0, 3).reshape(1, 2).cov().shape()).isEqualTo(Shape.SCALAR);
        assertThat(Tensors.of(1.0, 3).reshape(1, 2).corrcoef().shape()).isEqualTo(Shape.SCALAR);
        assertThat(Tensors.of(1.0, 3).reshape(1, 2).cov().item()).isEqualTo(2);
    }

    @Test
    void roundingInNarrowerDtypes() {
        Tensor x = Tensors.of(1.5f, 0, Float.POSITIVE_INFINITY);
        for (int decimals : new int[] {39, 400}) {
            assertThat(x.round(decimals).toDoubleArray()).containsExactly(1.5, 0, Double.POSITIVE_INFINITY);
        }
        for (int decimals : new int[] {-39, Integer.MIN_VALUE}) {
            assertThat(x.round(decimals).toDoubleArray()).containsExactly(0, 0, Double.POSITIVE_INFINITY);
        }
    }

    @Test
    void polygammaOfHighOrder() {
        // (-1)^(n + 1) n! times the sum of (x + k)^-(n + 1), of which the first term is all but 1e-9
        double want = -1;
        for (int k = 1; k <= 40; k++) {
            want *= k / 3.0;
        }
        want /= 3;
        assertThat(Special.polygamma(40, Tensors.of(3f)).item()).isCloseTo(want, within(1e-4 * -want));
        double far = -Math.exp(863.2319871924054 - 201 * Math.log(3)); // lgamma(201)
        assertThat(Special.polygamma(200, Tensors.of(3.0)).item()).isCloseTo(far, within(1e-11 * -far));
    }

    @Test
    void uniformBoundsWhoseDifferenceOverflows() {
        Tensor low = Tensors.of(-40000f).to(DType.F16);
        assertThatThrownBy(() -> Sampling.uniform(new Generator(1), low, low.neg()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("uniform", "difference", "finite");
    }
}
