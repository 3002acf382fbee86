package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.gatun.tensor.AttentionOptions;
import org.gatun.tensor.DType;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;

/** The derivative of attention that is written by hand is that of its definition in softmax and products, to the second order. */
class AttentionGradientTest {
    private static final AttentionOptions PLAIN = AttentionOptions.DEFAULT;

    private static Tensor numbers(int seed, long... sizes) {
        Tensor flat = Tensors.arange(DType.F64, 1, 1 + Arrays.stream(sizes).reduce(1, (a, b) -> a * b), 1);
        return flat.mul(0.7 + 0.31 * seed).sin().reshape(sizes);
    }

    /** {@code softmax(q k' / sqrt(E) + mask) v} in operations that have rules of their own. */
    private static Tensor definition(Tensor q, Tensor k, Tensor v, Tensor mask) {
        return q.matmul(k.transpose(-2, -1))
                .div(Math.sqrt(q.size(-1)))
                .add(mask)
                .softmax(-1)
                .matmul(v);
    }

    private static void close(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.toDoubleArray()).containsExactly(expected.toDoubleArray(), within(1e-12));
    }

    @Test
    void equalsTheDerivativesOfTheDefinition() {
        List<Tensor> at = List.of(numbers(1, 2, 3, 4), numbers(2, 5, 4), numbers(3, 2, 5, 2), numbers(4, 3, 5));
        Function<List<Tensor>, Tensor> weigh =
                x -> x.get(0).mul(numbers(7, 2, 3, 2)).sum();
        for (int i = 0; i < 4; i++) {
            int wanted = i;
            Function<Tensor, List<Tensor>> with = x -> {
                var all = new ArrayList<>(at);
                all.set(wanted, x);
                return all;
            };
            UnaryOperator<Tensor> fused = x -> {
                List<Tensor> o = with.apply(x);
                Tensor y = Functional.scaledDotProductAttention(o.get(0), o.get(1), o.get(2), PLAIN.withMask(o.get(3)));
                return weigh.apply(List.of(y));
            };
            UnaryOperator<Tensor> plain = x -> {
                List<Tensor> o = with.apply(x);
                return weigh.apply(List.of(definition(o.get(0), o.get(1), o.get(2), o.get(3))));
            };
            Tensor x = at.get(i);
            Tensor direction = x.cos();
            close(Grad.grad(fused).apply(x), Grad.grad(plain).apply(x));
            close(
                    Grad.jvp(fused, x, direction).tangent(),
                    Grad.jvp(plain, x, direction).tangent());
            close(Grad.hvp(fused, x, direction), Grad.hvp(plain, x, direction));
            close(
                    Grad.grad((Tensor z) -> Grad.grad(fused).apply(z).square().sum())
                            .apply(x),
                    Grad.grad((Tensor z) -> Grad.grad(plain).apply(z).square().sum())
                            .apply(x));
        }
    }

    @Test
    void gradientsOfABatchOfQueriesAreThoseOfEach() {
        Tensor q = numbers(1, 3, 4, 2);
        Tensor k = numbers(2, 3, 5, 2);
        UnaryOperator<Tensor> gradient =
                Grad.grad((Tensor x) -> Functional.scaledDotProductAttention(x, x.mul(2), x, PLAIN.withCausal(true))
                        .square()
                        .sum());
        Tensor each = Tensors.stack(
                0, gradient.apply(q.select(0, 0)), gradient.apply(q.select(0, 1)), gradient.apply(q.select(0, 2)));
        close(Grad.vmap(gradient).apply(q), each);
        Tensor keys = k.select(0, 0);
        UnaryOperator<Tensor> shared = Grad.grad((Tensor x) ->
                Functional.scaledDotProductAttention(x, keys, keys).square().sum());
        Tensor apart = Tensors.stack(
                0, shared.apply(q.select(0, 0)), shared.apply(q.select(0, 1)), shared.apply(q.select(0, 2)));
        close(Grad.vmap(shared).apply(q), apart);
    }

    @Test
    void rowsWithoutKeysGetNoGradientAndLargeScoresAnExactOne() {
        Tensor mask = Tensors.of(Shape.of(2, 2), false, false, true, true);
        Tensor x = numbers(1, 2, 2);
        Tensor v = numbers(2, 2, 2);
        Tensor gradient = Grad.grad((Tensor q) -> Functional.scaledDotProductAttention(q, x, v, PLAIN.withMask(mask))
                        .sum())
                .apply(x);
        assertThat(gradient.select(0, 0).toDoubleArray()).containsExactly(0, 0);
        assertThat(gradient.select(0, 1).toDoubleArray()).doesNotContain(Double.NaN);
        // Scores of 10000 and 10000.125, of which the softmax is (1, e^(1/8)) / (1 + e^(1/8)); F32 holds both.
        Tensor q = Tensors.of(new float[][] {{10000}});
        Tensor k = Tensors.of(new float[][] {{1}, {1.0000125f}});
        double p = 1 / (1 + Math.exp(10000 * (double) 1.0000125f - 10000));
        Tensor values = Tensors.of(new float[][] {{1}, {0}});
        double weight = Grad.grad((Tensor z) -> Functional.scaledDotProductAttention(q, k, z, PLAIN.withScale(1))
                        .sum())
                .apply(values)
                .toDoubleArray()[0];
        assertThat(weight).isCloseTo(p, within(1e-4));
    }
}
