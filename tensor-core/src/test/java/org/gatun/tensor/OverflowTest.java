package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.gatun.tensor.memory.NativeMemoryBalance;
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
            assertThat(x.std().item()).isEqualTo(Double.POSITIVE_INFINITY);
            assertThat(x.stdMean(1, false).std().item()).isEqualTo(Double.POSITIVE_INFINITY);
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
}
