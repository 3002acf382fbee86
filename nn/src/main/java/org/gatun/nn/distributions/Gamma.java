package org.gatun.nn.distributions;

import org.gatun.tensor.Sampling;
import org.gatun.tensor.Special;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;

/**
 * The gamma distribution, as {@code torch.distributions.Gamma}: density {@code rate^a x^(a - 1) exp(-rate x) / Gamma(a)} for x above 0.
 * {@link Chi2} is one with a = df / 2 and rate 1/2.
 */
public class Gamma extends Distribution {
    private final Tensor concentration;
    private final Tensor rate;

    /**
     * A gamma distribution.
     *
     * @param concentration a, positive
     * @param rate positive
     * @throws IllegalArgumentException when a parameter is outside its range
     */
    public Gamma(Tensor concentration, Tensor rate) {
        this(Parameters.broadcast("Gamma", concentration, rate));
    }

    private Gamma(Tensor... p) {
        super(p[0].shape(), Shape.SCALAR);
        concentration = p[0];
        rate = p[1];
        Constraint.POSITIVE.require("Gamma", "concentration", concentration);
        Constraint.POSITIVE.require("Gamma", "rate", rate);
    }

    /** A gamma distribution in F32. */
    public Gamma(double concentration, double rate) {
        this(LocationScale.number(concentration), LocationScale.number(rate));
    }

    /** The concentration, of the batch's shape. */
    public final Tensor concentration() {
        return concentration;
    }

    /** The rate, of the batch's shape. */
    public final Tensor rate() {
        return rate;
    }

    @Override
    public Gamma expand(Shape batch) {
        return new Gamma(concentration.broadcastTo(batch), rate);
    }

    @Override
    public Constraint support() {
        return Constraint.NONNEGATIVE;
    }

    @Override
    public boolean hasRsample() {
        return true;
    }

    /** Gradients are implicit, see {@link Sampling#gamma}; samples are at least the smallest normal number of the dtype. */
    @Override
    public Tensor rsample(Generator generator, Shape shape) {
        Tensor x = Sampling.gamma(generator, concentration.broadcastTo(extended(shape)), rate);
        return x.clamp(Limits.tiny(x.dtype()), Double.POSITIVE_INFINITY);
    }

    @Override
    public Tensor logProb(Tensor value) {
        Tensor x = supported("logProb", value);
        return concentration
                .mul(rate.log())
                .add(Special.xlogy(concentration.sub(1), x))
                .sub(rate.mul(x))
                .sub(concentration.lgamma());
    }

    /**
     * {@code P(a, rate x)}, {@link Special#gammainc}; 0 below 0. Unlike in PyTorch it has a gradient to the concentration too.
     */
    @Override
    public Tensor cdf(Tensor value) {
        real("cdf", value);
        Tensor inside = value.gt(0);
        Tensor x = inside.where(value, value.fullLike(1.0));
        Tensor below = Special.gammainc(concentration, rate.mul(x));
        return inside.where(below, below.fullLike(0.0));
    }

    /** {@link Special#gammaincinv} over the rate; infinite at 1. PyTorch has none. */
    @Override
    public Tensor icdf(Tensor q) {
        return Special.gammaincinv(concentration, fraction(q)).div(rate);
    }

    @Override
    public Tensor mean() {
        return concentration.div(rate);
    }

    @Override
    public Tensor mode() {
        return concentration.sub(1).div(rate).clamp(0.0, Double.POSITIVE_INFINITY);
    }

    @Override
    public Tensor variance() {
        return concentration.div(rate.square());
    }

    @Override
    public Tensor entropy() {
        return concentration
                .sub(rate.log())
                .add(concentration.lgamma())
                .sub(concentration.sub(1).mul(concentration.digamma()));
    }
}
