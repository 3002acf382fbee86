package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The fused linear map against its definition, and its hand-written rules against finite differences. */
@ExtendWith(NativeMemoryBalance.class)
class LinearRuleTest {
    private final Generator g = new Generator(5);

    private Tensor random(long... sizes) {
        return Tensors.randn(g, DType.F64, Shape.of(sizes), Device.CPU);
    }

    @Test
    void equalsTheProductPlusTheBias() {
        for (long[] size : new long[][] {{3, 5, 7}, {128, 64, 33}, {1, 4, 1}, {0, 4, 3}, {2, 0, 3}}) {
            Tensor x = random(size[0], size[1]);
            Tensor w = random(size[2], size[1]);
            Tensor b = random(size[2]);
            double[] expected = x.matmul(w.t()).add(b).toDoubleArray();
            assertThat(Functional.linear(x, w, b).toDoubleArray()).containsExactly(expected, within(1e-12));
            assertThat(Functional.linear(x.flip(0), w, b.flip(0)).toDoubleArray())
                    .containsExactly(x.flip(0).matmul(w.t()).add(b.flip(0)).toDoubleArray(), within(1e-12));
        }
    }

    @Test
    void derivativesToSecondOrder() {
        GradCheck.standard()
                .check(
                        in -> Functional.linear(in.get(0), in.get(1), in.get(2)).tanh(),
                        List.of(random(3, 4), random(2, 4), random(2)));
        GradCheck.standard()
                .check(
                        in -> Functional.linear(in.get(0), in.get(1), null).square(),
                        List.of(random(3, 4), random(2, 4)));
    }

    @Test
    void onlyWantedGradientsAreComputed() {
        Tensor x = random(3, 4);
        try (Parameter w = Parameter.of("w", random(2, 4));
                Tape tape = Tape.open()) {
            tape.backward(Functional.linear(x, w, null).sum());
            // d sum(x w') / dw: each row is the sum of the rows of x
            double[] row = x.sum(0).toDoubleArray();
            double[] gradient = w.grad().toDoubleArray();
            for (int i = 0; i < 8; i++) {
                assertThat(gradient[i]).isCloseTo(row[i % 4], within(1e-12));
            }
        }
    }
}
