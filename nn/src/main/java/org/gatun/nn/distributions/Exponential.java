package org.gatun.nn.distributions;

import org.gatun.tensor.Sampling;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;

/** The exponential distribution, as {@code torch.distributions.Exponential}: density {@code rate exp(-rate x)} for x of 0 or more. */
public final class Exponential extends Distribution {
    private final Tensor rate;

    /**
     * An exponential distribution.
     *
     * @param rate positive
     * @throws IllegalArgumentException when it is not
     */
    public Exponential(Tensor rate) {
        super(rate.shape(), Shape.SCALAR);
        this.rate = Parameters.floating(rate)[0];
        Constraint.POSITIVE.require("Exponential", "rate", rate);
    }

    /** An exponential distribution in F32. */
    public Exponential(double rate) {
        this(LocationScale.number(rate));
    }

    /** The rate, of the batch's shape. */
    public Tensor rate() {
        return rate;
    }

    @Override
    public Exponential expand(Shape batch) {
        return new Exponential(rate.broadcastTo(batch));
    }

    @Override
    public Constraint support() {
        return Constraint.NONNEGATIVE;
    }

    @Override
    public boolean hasRsample() {
        return true;
    }

    @Override
    public Tensor rsample(Generator generator, Shape shape) {
        return Sampling.exponential(generator, rate.broadcastTo(extended(shape)));
    }

    @Override
    public Tensor logProb(Tensor value) {
        return rate.log().sub(rate.mul(supported("logProb", value)));
    }

    @Override
    public Tensor cdf(Tensor value) {
        real("cdf", value);
        return rate.mul(value.clampMin(0)).neg().expm1().neg();
    }

    @Override
    public Tensor icdf(Tensor q) {
        return fraction(q).neg().log1p().neg().div(rate);
    }

    @Override
    public Tensor mean() {
        return rate.reciprocal();
    }

    @Override
    public Tensor mode() {
        return rate.fullLike(0.0);
    }

    @Override
    public Tensor variance() {
        return rate.square().reciprocal();
    }

    @Override
    public Tensor stddev() {
        return rate.reciprocal();
    }

    @Override
    public Tensor entropy() {
        return rate.log().neg().add(1);
    }
}
