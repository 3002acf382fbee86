package org.gatun.nn.distributions;

import java.util.function.UnaryOperator;
import org.gatun.nn.distributions.RandomVariable.Outcome;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.random.Generator;

/**
 * Expectations of functions of random variables by sampling, with their standard error: E[f(X)], Var[f(X)], Cov[f(X), g(X)], and the
 * entropy; and exactly, by a sum over a finite support.
 *
 * <p>Estimates carry unbiased gradients of any order to the parameters of the distribution: through the samples where it has
 * reparameterised ones; elsewhere by the score function, as the factor {@code exp(log p(x) - c)} with c equal to {@code log p(x)} but
 * constant, which is 1 and has the derivative of {@code log p} (Foerster et al., "DiCE: the infinitely differentiable Monte Carlo
 * estimator", 2018).
 *
 * <p>The score is that of the same element of the batch: a result of shape (count) + batch + ... is taken as made element by element, and
 * where it has fewer axes than the batch, as reduced along the last ones. This can't be seen from a function. One that mixes elements of
 * the batch, as softmax or a sum that is broadcast back does, has right gradients by the score only if the mixed axes are declared: {@link
 * RandomVariable#of(Distribution, int)}, or {@link Independent}. The whole score then goes to each element of the result, with more variance.
 */
public final class Expectation {
    private Expectation() {}

    /**
     * An estimate.
     *
     * @param value the mean over the samples
     * @param standardError the standard deviation of the mean: the true value lies within twice this in 95 of 100 cases
     */
    public record Estimate(Tensor value, Tensor standardError) {}

    /**
     * E[X] from {@code count} samples, as their mean.
     *
     * @throws IllegalArgumentException when {@code count} is less than 2, or X is a function that does not keep the axis of the samples first
     */
    public static Estimate of(RandomVariable x, Generator generator, long count) {
        checkCount("of", count);
        Outcome outcome = Outcome.of(x, generator, count);
        return estimate(outcome.scored(x, checked("of", outcome.value(x), count)));
    }

    /** {@code Var[X] = E[(X - E[X])^2]}, unbiased; errors as for {@link #of(RandomVariable, Generator, long)}. */
    public static Estimate variance(RandomVariable x, Generator generator, long count) {
        return covariance(x, x, generator, count);
    }

    /** {@code Cov[X, Y] = E[(X - E[X]) (Y - E[Y])]}, elementwise and unbiased; errors as for {@link #of(RandomVariable, Generator, long)}. */
    public static Estimate covariance(RandomVariable x, RandomVariable y, Generator generator, long count) {
        checkCount("covariance", count);
        RandomVariable both = x.with(y, Tensor::mul);
        Outcome outcome = Outcome.of(both, generator, count);
        Tensor a = checked("covariance", outcome.value(x), count);
        Tensor b = checked("covariance", outcome.value(y), count);
        // Of E[XY] - E[X] E[Y], each expectation is differentiated by itself: with scores, the value is that of the
        // centred product.
        Tensor product = outcome.scored(both, a.mul(b));
        Tensor left = outcome.scored(x, a);
        Tensor right = outcome.scored(y, b);
        // The product of the means has each sample with itself too, with both scores, where one score is right.
        Tensor itself = left.mul(right).sub(product).mean(0).div((double) count);
        Tensor means = left.mean(0).mul(right.mean(0)).sub(itself);
        Tensor centred = a.sub(a.mean(0)).mul(b.sub(b.mean(0))).mul((double) count / (count - 1));
        Tensor constant = centred.detach().mean(0);
        Tensor moving = product.mean(0).sub(means).mul((double) count / (count - 1));
        return new Estimate(constant.add(moving.sub(moving.detach())), error(centred.detach()));
    }

    /**
     * E[f(X)] for X of a distribution.
     *
     * @param f takes samples of shape (count) + batch + event, and gives a tensor whose first axis is that of the samples; it does not mix
     *     elements of the batch, unless an {@link Independent} makes them one event
     */
    public static Estimate of(Distribution distribution, UnaryOperator<Tensor> f, Generator generator, long count) {
        return of(RandomVariable.of(distribution).map(f), generator, count);
    }

    /** E[X] for X of a distribution. */
    public static Estimate of(Distribution distribution, Generator generator, long count) {
        return of(RandomVariable.of(distribution), generator, count);
    }

    /** Var[f(X)] for X of a distribution. */
    public static Estimate variance(
            Distribution distribution, UnaryOperator<Tensor> f, Generator generator, long count) {
        return variance(RandomVariable.of(distribution).map(f), generator, count);
    }

    /** Cov[f(X), g(X)] for X of a distribution. */
    public static Estimate covariance(
            Distribution distribution,
            UnaryOperator<Tensor> f,
            UnaryOperator<Tensor> g,
            Generator generator,
            long count) {
        RandomVariable x = RandomVariable.of(distribution);
        return covariance(x.map(f), x.map(g), generator, count);
    }

    /** The entropy {@code -E[log p(X)]} of each distribution of the batch. */
    public static Estimate entropy(Distribution distribution, Generator generator, long count) {
        return of(distribution, x -> distribution.logProb(x).neg(), generator, count);
    }

    /**
     * {@code E[f(X)] = sum over a of p(a) f(a)}, exactly, for a finite support.
     *
     * @param f takes all values along a first axis, as {@link Distribution#enumerateSupport} gives them
     * @throws UnsupportedOperationException when the support is not finite
     */
    public static Tensor exact(Distribution distribution, UnaryOperator<Tensor> f) {
        Tensor values = distribution.enumerateSupport();
        return weighted(f.apply(values), distribution.prob(values)).sum(0);
    }

    /** {@code -p log p} from {@code log p}, 0 where p is 0. */
    static Tensor entropyTerm(Tensor logProb) {
        Tensor none = logProb.eq(Double.NEGATIVE_INFINITY);
        Tensor log = none.where(logProb.fullLike(0.0), logProb);
        return log.exp().mul(log).neg();
    }

    private static void checkCount(String method, long count) {
        if (count < 2) {
            throw new IllegalArgumentException(
                    "Expectation." + method + ": " + count + " samples have no standard error: draw 2 or more");
        }
    }

    private static Tensor checked(String method, Tensor y, long count) {
        if (y.rank() == 0 || y.size(0) != count) {
            throw new IllegalArgumentException("Expectation." + method + ": the function gives shape " + y.shape()
                    + " for " + count + " samples: keep their axis first");
        }
        return y;
    }

    /** The product with weights of shape (count) + batch, where y has further axes behind or fewer. */
    static Tensor weighted(Tensor y, Tensor weights) {
        Tensor w = weights;
        for (int i = 0; i < Math.min(y.rank(), w.rank()); i++) {
            if (y.size(i) != w.size(i)) {
                throw new IllegalArgumentException("Expectation: the function gives shape " + y.shape()
                        + " of samples and a batch of shape " + w.shape()
                        + ": keep the axes of the batch, or reduce the last of them without keepDims");
            }
        }
        if (y.rank() < w.rank()) {
            // f reduced the batch: the score of the whole is the sum of the scores, its factor their product.
            int[] axes = new int[w.rank() - y.rank()];
            for (int i = 0; i < axes.length; i++) {
                axes[i] = y.rank() + i;
            }
            w = w.prod(axes);
        }
        while (w.rank() < y.rank()) {
            w = w.unsqueeze(-1);
        }
        return y.mul(w);
    }

    private static Estimate estimate(Tensor y) {
        return new Estimate(y.mean(0), error(y.detach()));
    }

    private static Tensor error(Tensor y) {
        return y.std(0).div(Math.sqrt(y.size(0)));
    }
}
