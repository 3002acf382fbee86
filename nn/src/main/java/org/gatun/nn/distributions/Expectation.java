package org.gatun.nn.distributions;

import java.util.function.UnaryOperator;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;

/**
 * Expectations of functions of random variables by sampling, with their standard error: E[f(X)], Var[f(X)], Cov[f(X), g(X)], and the
 * entropy; and exactly, by a sum over a finite support.
 *
 * <p>Estimates carry unbiased gradients of any order to the parameters of the distribution: through the samples where it has
 * reparameterised ones; elsewhere by the score function, as the factor {@code exp(log p(x) - c)} with c equal to {@code log p(x)} but
 * constant, which is 1 and has the derivative of {@code log p} (Foerster et al., "DiCE: the infinitely differentiable Monte Carlo
 * estimator", 2018).
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
     * E[f(X)] from {@code count} samples, as their mean.
     *
     * @param f takes samples of shape (count) + batch + event, and gives a tensor whose first axis is that of the samples
     * @throws IllegalArgumentException when {@code count} is less than 2, or f gives another number along the first axis
     */
    public static Estimate of(Distribution distribution, UnaryOperator<Tensor> f, Generator generator, long count) {
        return estimate(values(distribution, f, generator, count));
    }

    /** E[X] from samples. */
    public static Estimate of(Distribution distribution, Generator generator, long count) {
        return of(distribution, x -> x, generator, count);
    }

    /** {@code Var[f(X)] = E[(f(X) - E[f(X)])^2]}, unbiased. */
    public static Estimate variance(
            Distribution distribution, UnaryOperator<Tensor> f, Generator generator, long count) {
        return covariance(distribution, f, f, generator, count);
    }

    /** {@code Cov[f(X), g(X)] = E[(f(X) - E[f(X)]) (g(X) - E[g(X)])]}, elementwise and unbiased. */
    public static Estimate covariance(
            Distribution distribution, UnaryOperator<Tensor> f, UnaryOperator<Tensor> g, Generator generator, long count) {
        checkCount("covariance", count);
        Tensor x = samples(distribution, generator, count);
        Tensor a = checked("covariance", f.apply(x), count);
        Tensor b = checked("covariance", g.apply(x), count);
        if (!distribution.hasRsample()) {
            // Of E[fg] - E[f] E[g] each expectation is differentiated by itself.
            Tensor w = scores(distribution, x);
            Tensor product = weighted(a.mul(b), w).mean(0);
            Tensor value = product.sub(weighted(a, w).mean(0).mul(weighted(b, w).mean(0)));
            Tensor centred = a.detach().sub(a.detach().mean(0)).mul(b.detach().sub(b.detach().mean(0)));
            return new Estimate(value.mul((double) count / (count - 1)), error(centred));
        }
        Tensor centred = a.sub(a.mean(0)).mul(b.sub(b.mean(0))).mul((double) count / (count - 1));
        return estimate(centred);
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

    /** The values of f, each times a factor of 1 that carries the score where samples do not carry gradients. */
    static Tensor values(Distribution distribution, UnaryOperator<Tensor> f, Generator generator, long count) {
        checkCount("of", count);
        Tensor x = samples(distribution, generator, count);
        Tensor y = checked("of", f.apply(x), count);
        return distribution.hasRsample() ? y : weighted(y, scores(distribution, x));
    }

    private static void checkCount(String method, long count) {
        if (count < 2) {
            throw new IllegalArgumentException(
                    "Expectation." + method + ": " + count + " samples have no standard error: draw 2 or more");
        }
    }

    private static Tensor samples(Distribution distribution, Generator generator, long count) {
        Shape shape = Shape.of(count);
        return distribution.hasRsample()
                ? distribution.rsample(generator, shape)
                : distribution.sample(generator, shape);
    }

    private static Tensor checked(String method, Tensor y, long count) {
        if (y.rank() == 0 || y.size(0) != count) {
            throw new IllegalArgumentException("Expectation." + method + ": the function gives shape " + y.shape()
                    + " for " + count + " samples: keep their axis first");
        }
        return y;
    }

    private static Tensor scores(Distribution distribution, Tensor x) {
        Tensor log = distribution.logProb(x);
        return log.sub(log.detach()).exp();
    }

    /** The product with weights of shape (count) + batch, where y has further axes behind or fewer. */
    private static Tensor weighted(Tensor y, Tensor weights) {
        Tensor w = weights;
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
