package org.gatun.nn.distributions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.gatun.autograd.Grad;
import org.gatun.tensor.DType;
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

/** Distributions of classes, vectors and mixtures without a batch, with an empty one, under vmap, and with values that broadcast. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class StructuredShapesTest {
    /**
     * A family by one parameter of shape batch + (3), which {@link #row} gives.
     *
     * @param value an event, without a batch
     */
    private record Vectors(String name, Function<Tensor, Distribution> make, UnaryOperator<Tensor> value) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Tensor row() {
        return Tensors.of(0.5, 0.2, 0.3);
    }

    static Stream<Vectors> families() {
        UnaryOperator<Tensor> row = t -> row();
        UnaryOperator<Tensor> counts = t -> Tensors.of(1.0, 0, 3);
        UnaryOperator<Tensor> one = t -> Tensors.scalar(1L);
        UnaryOperator<Tensor> number = t -> Tensors.scalar(1.0);
        return Stream.of(
                new Vectors("Categorical", Categorical::ofProbs, one),
                new Vectors("Categorical by logits", Categorical::ofLogits, one),
                new Vectors("Multinomial", t -> Multinomial.ofProbs(4, t), counts),
                new Vectors("Multinomial by logits", t -> Multinomial.ofLogits(4, t), counts),
                new Vectors("Dirichlet", Dirichlet::new, row),
                new Vectors(
                        "MultivariateNormal",
                        t -> MultivariateNormal.ofCovariance(t, Tensors.eye(DType.F64, 3, 3)),
                        row),
                new Vectors("Independent", t -> new Independent(new Exponential(t), 1), row),
                new Vectors(
                        "MixtureSameFamily",
                        t -> new MixtureSameFamily(Categorical.ofProbs(t), new Poisson(t)),
                        number),
                new Vectors(
                        "MixtureSameFamily with other bounds",
                        t -> new MixtureSameFamily(Categorical.ofProbs(t), new Uniform(t, t.mul(4))),
                        number));
    }

    @ParameterizedTest
    @MethodSource("families")
    void oneWithoutABatchIsAnElementOfABatch(Vectors family) {
        Tensor many = Tensors.stack(0, row(), row().flip(0));
        Distribution one = family.make.apply(row());
        Distribution two = family.make.apply(many);
        Tensor x = family.value.apply(row());
        assertThat(one.batchShape().rank()).isZero();
        assertThat(one.logProb(x).rank()).isZero();
        assertThat(two.batchShape()).isEqualTo(Shape.of(2));
        Tensor log = two.logProb(x.unsqueeze(0));
        assertThat(log.shape()).isEqualTo(Shape.of(2));
        assertThat(log.get(0)).isCloseTo(one.logProb(x).item(), within(1e-14));
        // samples, then the batch, then the event
        Shape event = one.eventShape();
        assertThat(two.sample(new Generator(1), 5, 4).shape()).isEqualTo(Shapes.join(Shape.of(5, 4, 2), event));
        assertThat(one.sample(new Generator(1)).shape()).isEqualTo(event);
        Tensor samples = two.sample(new Generator(1), 5);
        assertThat(two.logProb(samples).shape()).isEqualTo(Shape.of(5, 2));
        // a column of values against the batch
        assertThat(two.logProb(x.broadcastTo(Shapes.join(Shape.of(7, 1), event)))
                        .shape())
                .isEqualTo(Shape.of(7, 2));
    }

    @ParameterizedTest
    @MethodSource("families")
    void emptyBatches(Vectors family) {
        Distribution none = family.make.apply(Tensors.ones(DType.F64, 0, 3));
        Shape event = none.eventShape();
        assertThat(none.batchShape()).isEqualTo(Shape.of(0));
        assertThat(none.sample(new Generator(1), 2).shape()).isEqualTo(Shapes.join(Shape.of(2, 0), event));
        Tensor x = family.value.apply(row());
        assertThat(none.logProb(x.broadcastTo(Shapes.join(Shape.of(2, 0), event)))
                        .shape())
                .isEqualTo(Shape.of(2, 0));
        assertThat(none.mean().shape()).isEqualTo(Shapes.join(Shape.of(0), event));
        assertThat(none.variance().shape()).isEqualTo(Shapes.join(Shape.of(0), event));
    }

    /** vmap over rows of parameters is the batch, in value and gradient. */
    @ParameterizedTest
    @MethodSource("families")
    void vmapIsABatch(Vectors family) {
        Tensor many = Tensors.stack(0, row(), row().flip(0));
        Tensor x = family.value.apply(row());
        UnaryOperator<Tensor> log = t -> family.make.apply(t).logProb(x);
        Tensor whole = family.make.apply(many).logProb(x.unsqueeze(0));
        assertThat(Grad.vmap(log).apply(many).allClose(whole, 1e-13, 1e-13)).isTrue();
        Tensor rows = Grad.vmap(Grad.grad(log)).apply(many);
        Tensor batch = Grad.grad((Tensor t) ->
                        family.make.apply(t).logProb(x.unsqueeze(0)).sum())
                .apply(many);
        assertThat(rows.allClose(batch, 1e-12, 1e-12)).isTrue();
    }

    /** Entropies with certain outcomes among them, as a batch and by vmap. */
    @Test
    void entropiesUnderVmap() {
        Tensor p = Tensors.of(new double[][] {{0.5, 0.2, 0.3}, {0, 1, 0}});
        for (Function<Tensor, Distribution> make : List.<Function<Tensor, Distribution>>of(
                Categorical::ofProbs,
                t -> Multinomial.ofProbs(3, t),
                Bernoulli::ofProbs,
                t -> Binomial.ofProbs(2, t))) {
            UnaryOperator<Tensor> h = t -> make.apply(t).entropy().sum();
            Tensor rows = Grad.vmap(Grad.grad(h)).apply(p);
            assertThat(rows.isFinite().all().item()).isEqualTo(1);
            assertThat(rows.allClose(Grad.grad(h).apply(p), 1e-12, 1e-12)).isTrue();
        }
    }
}
