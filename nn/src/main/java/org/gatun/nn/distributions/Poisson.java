package org.gatun.nn.distributions;

import org.gatun.tensor.DType;
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
     * {@code Q(floor(value) + 1, rate)}, {@link Special#gammaincc}; 0 below 0. PyTorch has none.
     */
    @Override
    public Tensor cdf(Tensor value) {
        real("cdf", value);
        Tensor k = value.detach().to(rate.dtype()).floor();
        Tensor possible = k.ge(0);
        Tensor below = Special.gammaincc(possible.where(k, k.fullLike(0.0)).add(1), rate);
        return possible.where(below, below.fullLike(0.0));
    }

    /**
     * The smallest count whose {@link #cdf} is q or more, by bisection; 0 at 0 and infinite at 1, where the rate is not 0. No gradient flows through it.
     * PyTorch has none.
     */
    @Override
    public Tensor icdf(Tensor q) {
        DType dtype = DType.promote(fraction(q).dtype(), rate.dtype());
        Tensor certain = q.eq(1).and(rate.gt(0));
        Tensor inner = q.gt(0).and(certain.not());
        // Bernstein's inequality: e^-40 of the probability is beyond, e^-740 below
        Tensor mean = rate.detach().to(DType.F64);
        Tensor spread = mean.sqrt();
        Tensor low = mean.sub(spread.mul(40)).floor().sub(1).maximum(-1.0);
        Tensor high = mean.add(spread.mul(9)).add(28).ceil();
        Tensor k = Counts.quantile(q, low, high, this::cdf);
        Tensor end = certain.where(k.fullLike(Double.POSITIVE_INFINITY), k.fullLike(0.0));
        return inner.where(k, end).to(dtype);
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
