package org.gatun.nn.distributions;

import org.gatun.tensor.Sampling;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;

/**
 * The Cauchy distribution, as {@code torch.distributions.Cauchy}: density {@code scale / (pi (scale^2 + (x - location)^2))}. It has no
 * mean (NaN) and an infinite variance.
 */
public final class Cauchy extends LocationScale {
    /**
     * A Cauchy distribution.
     *
     * @param loc finite
     * @param scale positive
     * @throws IllegalArgumentException when a parameter is outside its range
     */
    public Cauchy(Tensor loc, Tensor scale) {
        super("Cauchy", loc, scale);
    }

    /** A Cauchy distribution in F32. */
    public Cauchy(double loc, double scale) {
        this(number(loc), number(scale));
    }

    @Override
    public Cauchy expand(Shape batch) {
        return new Cauchy(loc().broadcastTo(batch), scale().broadcastTo(batch));
    }

    @Override
    public Tensor rsample(Generator generator, Shape shape) {
        return Sampling.cauchy(generator, loc().broadcastTo(extended(shape)), scale());
    }

    @Override
    public Tensor logProb(Tensor value) {
        Tensor z = standard("logProb", value);
        return z.square().log1p().add(scale().log()).add(Math.log(Math.PI)).neg();
    }

    @Override
    public Tensor cdf(Tensor value) {
        return standard("cdf", value).atan().div(Math.PI).add(0.5);
    }

    @Override
    public Tensor icdf(Tensor q) {
        return placed(fraction(q).sub(0.5).mul(Math.PI).tan());
    }

    @Override
    public Tensor mean() {
        return loc().fullLike(Double.NaN);
    }

    @Override
    public Tensor mode() {
        return loc();
    }

    @Override
    public Tensor variance() {
        return loc().fullLike(Double.POSITIVE_INFINITY);
    }

    @Override
    public Tensor entropy() {
        return scale().log().add(Math.log(4 * Math.PI));
    }
}
