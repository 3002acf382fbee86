package org.gatun.nn.distributions;

import org.gatun.tensor.Special;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;

/** The normal distribution N(x; mu, sigma^2), as {@code torch.distributions.Normal}: density {@code exp(-z^2 / 2) / (sigma sqrt(2 pi))} with {@code z = (x - mu) / sigma}. */
public final class Normal extends LocationScale {
    /** What the logarithm of the density has as its constant. */
    static final double HALF_LOG_2_PI = 0.5 * Math.log(2 * Math.PI);

    /**
     * A normal distribution.
     *
     * @param mean finite
     * @param stddev positive
     * @throws IllegalArgumentException when a parameter is outside its range
     */
    public Normal(Tensor mean, Tensor stddev) {
        this("Normal", mean, stddev);
    }

    /** The normal distribution inside another, which messages name. */
    Normal(String name, Tensor mean, Tensor stddev) {
        super(name, mean, stddev);
    }

    /** A normal distribution in F32. */
    public Normal(double mean, double stddev) {
        this(number(mean), number(stddev));
    }

    @Override
    public Normal expand(Shape batch) {
        return new Normal(loc().broadcastTo(batch), scale().broadcastTo(batch));
    }

    @Override
    public Tensor rsample(Generator generator, Shape shape) {
        return placed(Tensors.randn(generator, loc().dtype(), extended(shape), loc().device()));
    }

    @Override
    public Tensor logProb(Tensor value) {
        return standard("logProb", value).square().mul(-0.5).sub(scale().log()).sub(HALF_LOG_2_PI);
    }

    @Override
    public Tensor cdf(Tensor value) {
        return Special.ndtr(standard("cdf", value));
    }

    @Override
    public Tensor icdf(Tensor q) {
        return placed(Special.ndtri(fraction(q)));
    }

    @Override
    public Tensor mean() {
        return loc();
    }

    @Override
    public Tensor mode() {
        return loc();
    }

    @Override
    public Tensor variance() {
        return scale().square();
    }

    @Override
    public Tensor stddev() {
        return scale();
    }

    @Override
    public Tensor entropy() {
        return scale().log().add(0.5 + HALF_LOG_2_PI);
    }
}
