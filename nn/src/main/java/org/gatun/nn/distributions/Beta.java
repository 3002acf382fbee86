package org.gatun.nn.distributions;

import org.gatun.tensor.Sampling;
import org.gatun.tensor.Special;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;

/** The beta distribution, as {@code torch.distributions.Beta}: density {@code x^(a - 1) (1 - x)^(b - 1) / B(a, b)} on [0, 1]. */
public final class Beta extends Distribution {
    private final Tensor a;
    private final Tensor b;

    /**
     * A beta distribution.
     *
     * @param concentration1 a, positive
     * @param concentration0 b, positive
     * @throws IllegalArgumentException when a parameter is outside its range
     */
    public Beta(Tensor concentration1, Tensor concentration0) {
        this(Parameters.broadcast("Beta", concentration1, concentration0));
    }

    private Beta(Tensor... p) {
        super(p[0].shape(), Shape.SCALAR);
        a = p[0];
        b = p[1];
        Constraint.POSITIVE.require("Beta", "first concentration", a);
        Constraint.POSITIVE.require("Beta", "second concentration", b);
    }

    /** A beta distribution in F32. */
    public Beta(double concentration1, double concentration0) {
        this(LocationScale.number(concentration1), LocationScale.number(concentration0));
    }

    /** a, the concentration at 1. */
    public Tensor concentration1() {
        return a;
    }

    /** b, the concentration at 0. */
    public Tensor concentration0() {
        return b;
    }

    @Override
    public Beta expand(Shape batch) {
        return new Beta(a.broadcastTo(batch), b);
    }

    @Override
    public Constraint support() {
        return Constraint.UNIT_INTERVAL;
    }

    @Override
    public boolean hasRsample() {
        return true;
    }

    /** Gradients are implicit, through two gamma samples. */
    @Override
    public Tensor rsample(Generator generator, Shape shape) {
        return Sampling.beta(generator, a.broadcastTo(extended(shape)), b);
    }

    @Override
    public Tensor logProb(Tensor value) {
        Tensor x = supported("logProb", value);
        return Special.xlogy(a.sub(1), x)
                .add(Special.xlog1py(b.sub(1), x.neg()))
                .sub(Special.betaln(a, b));
    }

    /** {@code I_value(a, b)}, {@link Special#betainc}; 0 below 0 and 1 above 1. PyTorch has none. */
    @Override
    public Tensor cdf(Tensor value) {
        real("cdf", value);
        Tensor x = value.dtype().isFloating() ? value : value.to(a.dtype());
        return Special.betainc(a, b, x.clamp(0.0, 1.0));
    }

    /** {@link Special#betaincinv}. PyTorch has none. */
    @Override
    public Tensor icdf(Tensor q) {
        return Special.betaincinv(a, b, fraction(q));
    }

    @Override
    public Tensor mean() {
        return a.div(a.add(b));
    }

    /** {@code (a - 1) / (a + b - 2)} where both are above 1, else NaN, since the density has its largest value at an end. */
    @Override
    public Tensor mode() {
        Tensor inside = a.gt(1).and(b.gt(1));
        Tensor mode = a.sub(1).div(a.add(b).sub(2));
        return inside.where(mode, mode.fullLike(Double.NaN));
    }

    @Override
    public Tensor variance() {
        Tensor total = a.add(b);
        return a.mul(b).div(total.square().mul(total.add(1)));
    }

    @Override
    public Tensor entropy() {
        return Special.betaln(a, b)
                .sub(a.sub(1).mul(a.digamma()))
                .sub(b.sub(1).mul(b.digamma()))
                .add(a.add(b).sub(2).mul(a.add(b).digamma()));
    }
}
