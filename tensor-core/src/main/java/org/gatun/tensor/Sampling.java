package org.gatun.tensor;

import org.gatun.tensor.random.Generator;

/**
 * Random sampling with tensors as parameters, as the samplers of {@code torch.distributions}, {@code torch.poisson}, {@code
 * torch.binomial}, {@code torch.multinomial} and {@code jax.random}. {@link Tensors} has those with numbers as parameters: {@code rand},
 * {@code randn}, {@code randint}, {@code randperm}, {@code bernoulli}.
 *
 * <p>Parameters broadcast to one shape and promote to one floating dtype, integers to F32; the result has both, unless said otherwise.
 * For samples of a larger shape, broadcast a parameter to it. Element i is a function of the generator's key and position, of i and of
 * the parameters at i alone, whatever the number of threads; a rejection loop draws from a stream of its element alone. Each call
 * advances the generator by the same amount for the same shape, whatever the parameters.
 *
 * <p>Continuous samples are reparameterised: they carry gradients to their parameters, in both modes and to any order. Counts and
 * classes do not. The values of parameters are read and checked at each call; under {@code vmap} all examples get the same noise.
 *
 * <p>Errors: {@link IllegalArgumentException} naming the parameter when an element of it is outside its range or NaN, {@link
 * ShapeException} when shapes do not broadcast.
 */
public final class Sampling {
    private Sampling() {}

    // ---- locations and scales ----

    /**
     * Uniform between {@code low} and {@code high}, as {@code low + (high - low) u} with u in (0, 1), which may round to a bound; both are finite and
     * in order.
     */
    public static Tensor uniform(Generator generator, Tensor low, Tensor high) {
        return ParametricDraws.uniform(generator, low, high);
    }

    /** Normal with a mean and a standard deviation of 0 or more, as {@code torch.normal}. */
    public static Tensor normal(Generator generator, Tensor mean, Tensor deviation) {
        return ParametricDraws.normal(generator, mean, deviation);
    }

    /**
     * Normal with a mean and a standard deviation, given that it lies between two bounds, as {@code torch.nn.init.trunc_normal_} and {@code
     * jax.random.truncated_normal}, whose mean is 0 and deviation 1: {@code mean + deviation z}, with z the inverse of the distribution function between {@code (low -
     * mean) / deviation} and {@code (high - mean) / deviation} at a uniform fraction, {@link Special#truncatedNdtri}. Accurate however far in a tail the
     * bounds are. Samples carry gradients to all four parameters, and never lie outside the bounds.
     *
     * @param mean finite
     * @param deviation above 0 and finite
     * @param low finite or -infinity
     * @param high finite or infinity, above {@code low}
     */
    public static Tensor truncatedNormal(Generator generator, Tensor mean, Tensor deviation, Tensor low, Tensor high) {
        return ParametricDraws.truncatedNormal(generator, mean, deviation, low, high);
    }

    /** Density {@code exp(-|x - location| / scale) / (2 scale)}; the scale is 0 or more. */
    public static Tensor laplace(Generator generator, Tensor location, Tensor scale) {
        return ParametricDraws.laplace(generator, location, scale);
    }

    /** Density {@code scale / (pi (scale^2 + (x - location)^2))}; the scale is 0 or more. */
    public static Tensor cauchy(Generator generator, Tensor location, Tensor scale) {
        return ParametricDraws.cauchy(generator, location, scale);
    }

    /** {@code location - scale log(-log u)}: the distribution of the largest of many; the scale is 0 or more. */
    public static Tensor gumbel(Generator generator, Tensor location, Tensor scale) {
        return ParametricDraws.gumbel(generator, location, scale);
    }

    // ---- positive numbers and parts of one ----

    /** Density {@code rate exp(-rate x)} for x above 0; the rate is positive. */
    public static Tensor exponential(Generator generator, Tensor rate) {
        return ParametricDraws.exponential(generator, rate);
    }

    /**
     * Density {@code x^(a - 1) e^-x / Gamma(a)} with a positive concentration a, as {@code torch._standard_gamma} and {@code
     * jax.random.gamma}. The gradient is the implicit one of Figurnov et al. (2018), with a relative error below 1e-9. Below
     * concentration 0.01 or so most samples are too small for F32: take their {@link #logGamma}.
     */
    public static Tensor gamma(Generator generator, Tensor concentration) {
        return ParametricDraws.gamma(generator, concentration);
    }

    /** {@link #gamma(Generator, Tensor)} divided by a positive rate. */
    public static Tensor gamma(Generator generator, Tensor concentration, Tensor rate) {
        return ParametricDraws.gamma(generator, concentration, rate);
    }

    /** The logarithm of {@link #gamma(Generator, Tensor)}, which does not underflow, as {@code jax.random.loggamma}. */
    public static Tensor logGamma(Generator generator, Tensor concentration) {
        return ParametricDraws.logGamma(generator, concentration);
    }

    /** The sum of {@code df} squared standard normal numbers; {@code df} is positive and need not be whole. */
    public static Tensor chi2(Generator generator, Tensor df) {
        return ParametricDraws.chi2(generator, df);
    }

    /** Density {@code x^(a - 1) (1 - x)^(b - 1) / B(a, b)} on (0, 1); both concentrations are positive. */
    public static Tensor beta(Generator generator, Tensor a, Tensor b) {
        return ParametricDraws.beta(generator, a, b);
    }

    /**
     * Rows of sum 1 along the last axis with density proportional to the product of {@code x_i^(a_i - 1)}.
     *
     * @param concentration of shape (..., n), n at least 1, positive
     */
    public static Tensor dirichlet(Generator generator, Tensor concentration) {
        return ParametricDraws.dirichlet(generator, concentration);
    }

    /** A standard normal number divided by the square root of {@code chi2(df) / df}; {@code df} is positive. */
    public static Tensor studentT(Generator generator, Tensor df) {
        return ParametricDraws.studentT(generator, df);
    }

    // ---- counts ----

    /** Counts with the given mean, 0 or more, in its dtype, as {@code torch.poisson}. */
    public static Tensor poisson(Generator generator, Tensor rate) {
        return ParametricDraws.poisson(generator, rate);
    }

    /**
     * How many of {@code count} trials succeed, as {@code torch.binomial}.
     *
     * @param count whole numbers of 0 or more
     * @param p the probability of success, from 0 to 1
     */
    public static Tensor binomial(Generator generator, Tensor count, Tensor p) {
        return ParametricDraws.binomial(generator, count, p);
    }

    /**
     * The failures before the first success, 0, 1, ..., as {@code torch.distributions.Geometric}; {@code torch.Tensor.geometric_} counts
     * the success too, and gives one more.
     *
     * @param p the probability of success, above 0 and at most 1
     * @throws DTypeException when p is not of a floating dtype
     */
    public static Tensor geometric(Generator generator, Tensor p) {
        return ParametricDraws.geometric(generator, p);
    }

    // ---- classes ----

    /**
     * A class for each row, with probability {@code softmax(logits)}, as {@code jax.random.categorical}.
     *
     * @param logits of shape (..., n); -infinity for a class that never comes
     * @return I64 of shape (...)
     */
    public static Tensor categorical(Generator generator, Tensor logits) {
        return ParametricDraws.categorical(generator, logits);
    }

    /**
     * Classes drawn with probabilities in proportion to weights, as {@code torch.multinomial}; a class of weight 0 never comes. Without
     * replacement they are all different, and in the order in which they would come one after the other.
     *
     * @param weights of shape (..., n), 0 or more, with a positive sum in each row
     * @param count how many for each row, 1 or more
     * @param replacement whether a class may come again
     * @return I64 of shape (..., count)
     * @throws IllegalArgumentException when there are fewer classes of positive weight than {@code count} without replacement
     */
    public static Tensor multinomial(Generator generator, Tensor weights, long count, boolean replacement) {
        return ParametricDraws.multinomial(generator, weights, count, replacement);
    }
}
