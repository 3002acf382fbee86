package org.gatun.nn.distributions;

import org.gatun.tensor.Tensor;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;

/** The distribution of {@code e^X} for X normal, as {@code torch.distributions.LogNormal}. */
public final class LogNormal extends Distribution {
    private final Normal base;

    /**
     * A log-normal distribution.
     *
     * @param mean that of the logarithm, finite
     * @param stddev that of the logarithm, positive
     * @throws IllegalArgumentException when a parameter is outside its range
     */
    public LogNormal(Tensor mean, Tensor stddev) {
        this(new Normal("LogNormal", mean, stddev));
    }

    /** A log-normal distribution in F32. */
    public LogNormal(double mean, double stddev) {
        this(LocationScale.number(mean), LocationScale.number(stddev));
    }

    private LogNormal(Normal base) {
        super(base.batchShape(), Shape.SCALAR);
        this.base = base;
    }

    /** The distribution of the logarithm. */
    public Normal base() {
        return base;
    }

    @Override
    public LogNormal expand(Shape batch) {
        return new LogNormal(base.expand(batch));
    }

    @Override
    public Constraint support() {
        return Constraint.POSITIVE;
    }

    @Override
    public boolean hasRsample() {
        return true;
    }

    @Override
    public Tensor rsample(Generator generator, Shape shape) {
        return base.rsample(generator, shape).exp();
    }

    @Override
    public Tensor logProb(Tensor value) {
        Tensor log = supported("logProb", value).log();
        return base.logProb(log).sub(log);
    }

    @Override
    public Tensor cdf(Tensor value) {
        real("cdf", value);
        Tensor inside = value.gt(0);
        Tensor below = base.cdf(inside.where(value, value.fullLike(1)).log());
        return inside.where(below, below.fullLike(0));
    }

    @Override
    public Tensor icdf(Tensor q) {
        return base.icdf(q).exp();
    }

    @Override
    public Tensor mean() {
        return base.loc().add(base.variance().mul(0.5)).exp();
    }

    @Override
    public Tensor mode() {
        return base.loc().sub(base.variance()).exp();
    }

    @Override
    public Tensor variance() {
        Tensor v = base.variance();
        return v.expm1().mul(base.loc().mul(2).add(v).exp());
    }

    @Override
    public Tensor entropy() {
        return base.entropy().add(base.loc());
    }
}
