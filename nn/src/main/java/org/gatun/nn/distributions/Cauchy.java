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
        Tensor z = standard("cdf", value);
        Tensor far = z.abs().gt(1);
        Tensor tail = far.where(z, z.fullLike(1)).abs().reciprocal().atan().div(Math.PI);
        Tensor middle = far.where(z.fullLike(0), z).atan().div(Math.PI).add(0.5);
        return far.where(z.lt(0).where(tail, tail.neg().add(1)), middle);
    }

    @Override
    public Tensor icdf(Tensor q) {
        Tensor p = fraction(q);
        Tensor low = p.lt(0.5);
        Tensor centre = p.sub(0.5);
        Tensor near = centre.abs().lt(0.25);
        // the distance from the nearer end, which has all digits that q has
        Tensor end = near.where(p.fullLike(0.25), low.where(p, p.neg().add(1)));
        Tensor tail = end.mul(Math.PI).tan().reciprocal();
        Tensor middle = near.where(centre, p.fullLike(0)).mul(Math.PI).tan();
        return placed(near.where(middle, low.where(tail.neg(), tail)));
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
