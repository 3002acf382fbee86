package org.gatun.nn.distributions;

import org.gatun.tensor.Sampling;
import org.gatun.tensor.Special;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;

/** The Poisson distribution, as {@code torch.distributions.Poisson}: {@code P(k) = rate^k exp(-rate) / k!} for k = 0, 1, ... */
public final class Poisson extends Distribution {
    private final Tensor rate;

    /**
     * A Poisson distribution.
     *
     * @param rate 0 or more
     * @throws IllegalArgumentException when it is not
     */
    public Poisson(Tensor rate) {
        super(rate.shape(), Shape.SCALAR);
        this.rate = Parameters.floating(rate)[0];
        Constraint.NONNEGATIVE.require("Poisson", "rate", rate);
    }

    /** A Poisson distribution in F32. */
    public Poisson(double rate) {
        this(LocationScale.number(rate));
    }

    /** The rate, of the batch's shape. */
    public Tensor rate() {
        return rate;
    }

    @Override
    public Poisson expand(Shape batch) {
        return new Poisson(rate.broadcastTo(batch));
    }

    @Override
    public Constraint support() {
        return Constraint.NONNEGATIVE_INTEGER;
    }

    @Override
    public Tensor sample(Generator generator, Shape shape) {
        return Sampling.poisson(generator, rate.detach().broadcastTo(extended(shape)));
    }

    @Override
    public Tensor logProb(Tensor value) {
        Tensor k = supported("logProb", value).to(rate.dtype());
        return Special.xlogy(k, rate).sub(rate).sub(k.add(1).lgamma());
    }

    /**
     * {@code Q(floor(value) + 1, rate)}, {@link Special#gammaincc}; 0 below 0. PyTorch has none. The inverse, a search over counts, is not
     * offered.
     */
    @Override
    public Tensor cdf(Tensor value) {
        real("cdf", value);
        Tensor k = value.detach().to(rate.dtype()).floor();
        Tensor possible = k.ge(0);
        Tensor below = Special.gammaincc(possible.where(k, k.fullLike(0.0)).add(1), rate);
        return possible.where(below, below.fullLike(0.0));
    }

    @Override
    public Tensor mean() {
        return rate;
    }

    @Override
    public Tensor mode() {
        return rate.detach().floor();
    }

    @Override
    public Tensor variance() {
        return rate;
    }
}
