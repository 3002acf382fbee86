package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Regions of more operands and results than a word has bits, of which only some are differentiated: result j is {@code (j + 1)
 * x_j^2 x_0}, so by x_i it has the derivative {@code 2 (i + 1) x_i x_0} for j = i, by x_0 also {@code (j + 1) x_j^2}.
 */
@ExtendWith(NativeMemoryBalance.class)
class WideRegionTest {
    private static Region region(int n) {
        return Elementwise.region(
                n,
                in -> IntStream.range(0, n)
                        .mapToObj(j -> in.get(j).square().mul(in.get(0)).mul(j + 1.0))
                        .toList());
    }

    /** The operands: every third follows {@code x}, the others are constants of the same values. */
    private static Tensor[] operands(Tensor x) {
        Tensor constant = Grad.stopGradient(x);
        Tensor[] operands = new Tensor[(int) x.size(0)];
        for (int i = 0; i < operands.length; i++) {
            operands[i] = (isActive(i) ? x : constant).select(0, i);
        }
        return operands;
    }

    private static boolean isActive(int i) {
        return i % 3 == 0;
    }

    private static double[] values(int n) {
        return IntStream.range(0, n).mapToDouble(i -> 0.5 + i / 16.0).toArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {31, 32, 40, 64, 70})
    void inReverse(int n) {
        double[] x = values(n);
        Region region = region(n);
        try (Tape tape = Tape.open()) {
            Tensor leaf = tape.watch(Tensors.of(x));
            Tensor[] results = region.applyAll(operands(leaf));
            // Only every fifth result reaches the loss, with weight j + 2.
            Tensor loss = Tensors.scalar(0.0);
            for (int j = 0; j < n; j += 5) {
                loss = loss.add(results[j].mul(j + 2.0));
            }
            double[] expected = new double[n];
            for (int j = 0; j < n; j += 5) {
                double weight = (j + 1.0) * (j + 2.0);
                expected[j] += isActive(j) ? weight * 2 * x[j] * x[0] : 0;
                expected[0] += weight * x[j] * x[j];
            }
            assertThat(tape.gradient(loss, leaf).toDoubleArray()).containsExactly(expected, within(1e-9));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {31, 32, 40, 64, 70})
    void forward(int n) {
        double[] x = values(n);
        double[] v = IntStream.range(0, n).mapToDouble(i -> 1 - i / 32.0).toArray();
        Region region = region(n);
        JvpResult<Tensor> pushed =
                Grad.jvp(in -> Tensors.stack(0, region.applyAll(operands(in))), Tensors.of(x), Tensors.of(v));
        double[] expected = new double[n];
        for (int j = 0; j < n; j++) {
            expected[j] = (j + 1) * (x[j] * x[j] * v[0] + (isActive(j) ? 2 * x[j] * x[0] * v[j] : 0));
        }
        assertThat(pushed.tangent().toDoubleArray()).containsExactly(expected, within(1e-9));
    }
}
