package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.UnaryOperator;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Gradients of distances at equal points, where they have no limit, are 0. */
class DistancesGradientTest {
    @ParameterizedTest
    @CsvSource({"1, 4", "1.5, 4", "2, 4", "2, 40", "3, 4", "Infinity, 4"})
    void equalPointsGiveNoGradient(double p, long rows) {
        try (MemoryScope scope = MemoryScope.open("distances")) {
            Tensor x = Tensors.randn(new Generator(5), DType.F64, Shape.of(rows, 3), Device.CPU);
            UnaryOperator<Tensor> zeros =
                    t -> Functional.cdist(t, x, p).diagonal().sum();
            // By the matrix product equal rows lie a rounding apart, and what is left of their gradient is of its
            // root's size.
            double most = rows > 25 ? 1e-5 : 0;
            assertThat(Grad.grad(zeros).apply(x).toDoubleArray()).satisfies(g -> {
                for (double element : g) {
                    assertThat(element).isCloseTo(0, within(most));
                }
            });
            Tensor twice = Tensors.cat(0, x.slice(0, 0, 1), x.slice(0, 0, 1));
            UnaryOperator<Tensor> pair = t -> Functional.pdist(t, p).sum();
            assertThat(Grad.grad(pair).apply(twice).toDoubleArray()).containsOnly(0);
        }
    }

    /** The gradient of |x - y| is the unit vector from y to x, by the matrix product as by differences. */
    @ParameterizedTest
    @CsvSource({"1, 1", "1, 30", "30, 2"})
    void gradientIsTheUnitVector(long m, long n) {
        try (MemoryScope scope = MemoryScope.open("distances")) {
            Tensor x = Tensors.randn(new Generator(5), DType.F64, Shape.of(m, 3), Device.CPU);
            Tensor y = Tensors.randn(new Generator(6), DType.F64, Shape.of(n, 3), Device.CPU);
            Tensor difference = x.unsqueeze(1).sub(y.unsqueeze(0));
            Tensor expected =
                    difference.div(difference.square().sum(true, -1).sqrt()).sum(1);
            UnaryOperator<Tensor> all = t -> Functional.cdist(t, y).sum();
            assertThat(Grad.grad(all).apply(x).toDoubleArray()).containsExactly(expected.toDoubleArray(), within(1e-9));
        }
    }
}
