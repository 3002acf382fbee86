package org.gatun.nn.distributions;

import org.gatun.tensor.Sampling;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;

/** The Gumbel distribution of largest values, as {@code torch.distributions.Gumbel}: {@code P(X <= x) = exp(-exp(-(x - location) / scale))}. */
public final class Gumbel extends LocationScale {
    /** Euler's constant. */
    static final double EULER = 0.57721566490153286061;

    /**
     * A Gumbel distribution.
     *
     * @param loc finite
     * @param scale positive
     * @throws IllegalArgumentException when a parameter is outside its range
     */
    public Gumbel(Tensor loc, Tensor scale) {
        super("Gumbel", loc, scale);
    }

    /** A Gumbel distribution in F32. */
    public Gumbel(double loc, double scale) {
        this(number(loc), number(scale));
    }

    @Override
    public Gumbel expand(Shape batch) {
        return new Gumbel(loc().broadcastTo(batch), scale().broadcastTo(batch));
    }

    @Override
    public Tensor rsample(Generator generator, Shape shape) {
        return Sampling.gumbel(generator, loc().broadcastTo(extended(shape)), scale());
    }

    @Override
    public Tensor logProb(Tensor value) {
        Tensor z = standard("logProb", value);
        Tensor growth = z.neg().exp();
        // far below it is infinite, whatever z is
        Tensor sum = growth.isInfinite().where(growth, z.add(growth));
        return sum.add(scale().log()).neg();
    }

    @Override
    public Tensor cdf(Tensor value) {
        return standard("cdf", value).neg().exp().neg().exp();
    }

    @Override
    public Tensor icdf(Tensor q) {
        return placed(fraction(q).log().neg().log().neg());
    }

    @Override
    public Tensor mean() {
        return scale().mul(EULER).add(loc());
    }

    @Override
    public Tensor mode() {
        return loc();
    }

    @Override
    public Tensor variance() {
        return scale().square().mul(Math.PI * Math.PI / 6);
    }

    @Override
    public Tensor entropy() {
        return scale().log().add(1 + EULER);
    }
}
