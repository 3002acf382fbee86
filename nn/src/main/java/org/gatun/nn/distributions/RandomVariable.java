package org.gatun.nn.distributions;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * A random variable: X with a distribution, or a function Y = f(X) or Z = g(X, Y) of others. Two variables that were made {@link #of} a
 * distribution are independent, also when it is the same distribution; what is made of the same variables depends on them, so that {@code
 * Cov(X, f(X))} is what it should be. {@link Expectation} and {@link Notation} take expectations.
 */
public final class RandomVariable {
    /** One of the independent draws that a variable is a function of; known by its identity. */
    private static final class Source {
        private final Distribution distribution;

        Source(Distribution distribution) {
            this.distribution = distribution;
        }
    }

    private final Set<Source> sources;
    private final Function<Map<Source, Tensor>, Tensor> value;

    private RandomVariable(Set<Source> sources, Function<Map<Source, Tensor>, Tensor> value) {
        this.sources = sources;
        this.value = value;
    }

    /** A variable of the given distribution, independent of all others. */
    public static RandomVariable of(Distribution distribution) {
        var source = new Source(given(distribution));
        return new RandomVariable(Set.of(source), draws -> {
            Tensor draw = draws.get(source);
            if (draw == null) {
                throw new AssertionError("a variable without its draw");
            }
            return draw;
        });
    }

    /**
     * A variable of the given distribution, of whose batch the last axes may be mixed by functions: {@code f} need not treat each element by
     * itself along them. It is one of {@link Independent}.
     *
     * @param jointAxes how many of the last batch axes, 0 or more
     * @throws IllegalArgumentException when the batch has fewer axes
     */
    public static RandomVariable of(Distribution distribution, int jointAxes) {
        Shape batch = given(distribution).batchShape();
        if (jointAxes < 0 || jointAxes > batch.rank()) {
            throw new IllegalArgumentException("RandomVariable.of: " + jointAxes + " axes of the batch shape " + batch
                    + " can't be joint axes: give 0 to " + batch.rank());
        }
        return of(new Independent(distribution, jointAxes));
    }

    private static Distribution given(@Nullable Distribution distribution) {
        return Distribution.required("RandomVariable.of", "distribution", "give one", distribution);
    }

    /**
     * f(X). The function gets samples with the axis of the samples first, and keeps it. Where samples carry no gradients ({@link
     * Distribution#hasRsample}), element b of the batch of {@code f(X)} must depend on element b of the batch of X only, or gradients to the
     * parameters are wrong: an axis of the batch that f mixes, sorts or moves is given to {@link #of(Distribution, int)} as a joint one.
     */
    public RandomVariable map(UnaryOperator<Tensor> f) {
        return new RandomVariable(sources, draws -> f.apply(value.apply(draws)));
    }

    /** g(X, Y) of this variable X and another, Y. */
    public RandomVariable with(RandomVariable other, BinaryOperator<Tensor> g) {
        var both = new LinkedHashSet<>(sources);
        both.addAll(other.sources);
        return new RandomVariable(both, draws -> g.apply(value.apply(draws), other.value.apply(draws)));
    }

    /**
     * Samples along a new first axis, which carry no gradient.
     *
     * @param count how many, 0 or more
     */
    public Tensor sample(Generator generator, long count) {
        Distribution.required("RandomVariable.sample", "generator", "give one", generator);
        if (count < 0) {
            throw new IllegalArgumentException(
                    "RandomVariable.sample: the count is " + count + ", a negative number: give 0 or more");
        }
        return value.apply(Outcome.of(this, generator, count, false).draws).detach();
    }

    /** Samples of all that some variables depend on. */
    static final class Outcome {
        private final Map<Source, Tensor> draws;

        private Outcome(Map<Source, Tensor> draws) {
            this.draws = draws;
        }

        /** Samples, reparameterised where they can be. */
        static Outcome of(RandomVariable x, Generator generator, long count) {
            return of(x, generator, count, true);
        }

        private static Outcome of(RandomVariable x, Generator generator, long count, boolean reparameterised) {
            var draws = new HashMap<Source, Tensor>();
            Shape shape = Shape.of(count);
            for (Source source : x.sources) {
                Distribution d = source.distribution;
                boolean smooth = reparameterised && d.hasRsample();
                draws.put(source, smooth ? d.rsample(generator, shape) : d.sample(generator, shape));
            }
            return new Outcome(draws);
        }

        /** What a variable is in these samples. */
        Tensor value(RandomVariable x) {
            return x.value.apply(draws);
        }

        /** {@code y} times a factor of 1 that carries the scores of the draws of {@code x} which carry no gradients themselves. */
        Tensor scored(RandomVariable x, Tensor y) {
            Tensor result = y;
            for (Source source : x.sources) {
                Tensor draw = draws.get(source);
                if (draw != null && !source.distribution.hasRsample()) {
                    Tensor log = source.distribution.logProb(draw);
                    result = Expectation.weighted(result, log.sub(log.detach()).exp());
                }
            }
            return result;
        }
    }
}
