package org.gatun.nn.distributions;

import org.gatun.tensor.Sampling;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;

/** The Laplace distribution, as {@code torch.distributions.Laplace}: density {@code exp(-|x - location| / scale) / (2 scale)}. */
public final class Laplace extends LocationScale {
    /**
     * A Laplace distribution.
     *
     * @param loc finite
     * @param scale positive
     * @throws IllegalArgumentException when a parameter is outside its range
     */
    public Laplace(Tensor loc, Tensor scale) {
        super("Laplace", loc, scale);
    }

    /** A Laplace distribution in F32. */
    public Laplace(double loc, double scale) {
        this(number(loc), number(scale));
    }

    @Override
    public Laplace expand(Shape batch) {
        return new Laplace(loc().broadcastTo(batch), scale().broadcastTo(batch));
    }

    @Override
    public Tensor rsample(Generator generator, Shape shape) {
        Shape whole = extended(shape);
        return Sampling.laplace(generator, loc().broadcastTo(whole), scale());
    }

    @Override
    public Tensor logProb(Tensor value) {
        return standard("logProb", value).abs().add(scale().mul(2).log()).neg();
    }

    @Override
    public Tensor cdf(Tensor value) {
        Tensor z = standard("cdf", value);
        Tensor tail = z.abs().neg().exp().mul(0.5);
        return z.lt(0).where(tail, tail.neg().add(1));
    }

    @Override
    public Tensor icdf(Tensor q) {
        Tensor p = fraction(q);
        Tensor low = p.lt(0.5);
        Tensor left = low.where(p, p.fullLike(0.5)).mul(2).log();
        Tensor right = low.where(p.fullLike(0.5), p.neg().add(1)).mul(2).log().neg();
        return placed(low.where(left, right));
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
        return scale().square().mul(2);
    }

    @Override
    public Tensor entropy() {
        return scale().mul(2).log().add(1);
    }
}
