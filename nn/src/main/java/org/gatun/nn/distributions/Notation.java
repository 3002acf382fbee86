package org.gatun.nn.distributions;

import org.gatun.nn.distributions.Expectation.Estimate;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.random.Generator;

/**
 * The notation of textbooks, for static import: p(a), E, Var, Cov, H, KL, and N(x; mu, Sigma).
 *
 * <p>Without a generator a quantity is the closed form, of the shape of the batch; with a generator and a number of samples it is an {@link
 * Estimate} with its standard error, for any function of random variables. All carry gradients to the parameters.
 */
@SuppressWarnings("MemberName") // the names are the mathematics
public final class Notation {
    private Notation() {}

    /**
     * The normal distribution with mean mu and covariance Sigma, of vectors.
     *
     * @param mu of shape (..., n)
     * @param sigma the covariance, of shape (..., n, n)
     */
    public static MultivariateNormal N(Tensor mu, Tensor sigma) {
        return MultivariateNormal.ofCovariance(mu, sigma);
    }

    /** The normal distribution of numbers with mean mu and variance sigma^2, in F32. */
    public static Normal N(double mu, double variance) {
        return new Normal(mu, Math.sqrt(variance));
    }

    /** N(x; mu, Sigma): the density of the normal distribution of vectors at x, of shape (..., n). */
    public static Tensor N(Tensor x, Tensor mu, Tensor sigma) {
        return N(mu, sigma).prob(x);
    }

    /** p(a): the probability, or the density, of the value a. */
    public static Tensor p(Distribution p, Tensor a) {
        return p.prob(a);
    }

    /** E[X], in closed form. */
    public static Tensor E(Distribution x) {
        return x.mean();
    }

    /** E[X], from samples. */
    public static Estimate E(RandomVariable x, Generator generator, long count) {
        return Expectation.of(x, generator, count);
    }

    /** Var[X] of each element, in closed form. */
    public static Tensor Var(Distribution x) {
        return x.variance();
    }

    /** Var[X] of each element, from samples. */
    public static Estimate Var(RandomVariable x, Generator generator, long count) {
        return Expectation.variance(x, generator, count);
    }

    /** Cov[X], the matrix of the covariances of the elements of a normal vector. */
    public static Tensor Cov(MultivariateNormal x) {
        return x.covariance();
    }

    /** Cov[X, Y], elementwise, from samples. */
    public static Estimate Cov(RandomVariable x, RandomVariable y, Generator generator, long count) {
        return Expectation.covariance(x, y, generator, count);
    }

    /** H(p), the entropy in nats, in closed form. */
    public static Tensor H(Distribution p) {
        return p.entropy();
    }

    /** H(p), from samples. */
    public static Estimate H(Distribution p, Generator generator, long count) {
        return Expectation.entropy(p, generator, count);
    }

    /** KL(p || q), in closed form. */
    public static Tensor KL(Distribution p, Distribution q) {
        return KullbackLeibler.divergence(p, q);
    }

    /** KL(p || q), from samples of p. */
    public static Estimate KL(Distribution p, Distribution q, Generator generator, long count) {
        return KullbackLeibler.estimate(p, q, generator, count);
    }
}
