package org.gatun.nn.distributions;

import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;

/** The uniform distribution on [low, high), as {@code torch.distributions.Uniform}. */
public final class Uniform extends Distribution {
    private final Tensor low;
    private final Tensor high;

    /**
     * A uniform distribution.
     *
     * @param low finite
     * @param high finite, above {@code low}
     * @throws IllegalArgumentException when a parameter is outside its range
     */
    public Uniform(Tensor low, Tensor high) {
        this(Parameters.broadcast("Uniform", low, high));
    }

    private Uniform(Tensor... p) {
        super(p[0].shape(), Shape.SCALAR);
        low = p[0];
        high = p[1];
        Constraint.FINITE.require("Uniform", "lower bound", low);
        Constraint.FINITE.require("Uniform", "upper bound", high);
        Constraint.POSITIVE.require("Uniform", "difference upper - lower bound", high.sub(low));
    }

    /** A uniform distribution in F32. */
    public Uniform(double low, double high) {
        this(LocationScale.number(low), LocationScale.number(high));
    }

    /** The lower bound, of the batch's shape. */
    public Tensor low() {
        return low;
    }

    /** The upper bound, of the batch's shape. */
    public Tensor high() {
        return high;
    }

    @Override
    public Uniform expand(Shape batch) {
        return new Uniform(low.broadcastTo(batch), high);
    }

    @Override
    public Constraint support() {
        return Constraint.interval(low, high);
    }

    @Override
    public boolean hasRsample() {
        return true;
    }

    @Override
    public Tensor rsample(Generator generator, Shape shape) {
        Tensor u = Tensors.rand(generator, low.dtype(), extended(shape), low.device());
        return u.mul(high.sub(low)).add(low);
    }

    /** {@code -log(high - low)}; -infinity at the upper bound, which does not belong. */
    @Override
    public Tensor logProb(Tensor value) {
        Tensor log = high.sub(low).log().neg();
        Tensor inside = supported("logProb", value).lt(high);
        return inside.where(log, log.fullLike(Double.NEGATIVE_INFINITY));
    }

    @Override
    public Tensor cdf(Tensor value) {
        real("cdf", value);
        return value.sub(low).div(high.sub(low)).clamp(0.0, 1.0);
    }

    @Override
    public Tensor icdf(Tensor q) {
        return fraction(q).mul(high.sub(low)).add(low);
    }

    @Override
    public Tensor mean() {
        return low.add(high).mul(0.5);
    }

    @Override
    public Tensor variance() {
        return high.sub(low).square().div(12.0);
    }

    @Override
    public Tensor entropy() {
        return high.sub(low).log();
    }
}
