package org.gatun.nn.distributions;

import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;

/**
 * The distribution of {@code f(X)}, as {@code torch.distributions.TransformedDistribution}: {@code log p(y) = log p_X(x) - log |det df/dx|}
 * at {@code x = f^-1(y)}. Mean, variance and entropy have no formula in general: estimate them with {@link Expectation}.
 */
public final class Transformed extends Distribution {
    private final Distribution base;
    private final Bijector f;

    /**
     * The distribution of {@code f(X)} for X of the base.
     *
     * @param f applied one after the other, the first given first
     * @throws ShapeException when the events of the base have fewer axes than f needs and its batch has none to give
     */
    public Transformed(Distribution base, Bijector... f) {
        this(required("Transformed", "base", "give a distribution", base), composed(f), 0);
    }

    private static Bijector composed(Bijector... f) {
        for (Bijector each : required("Transformed", "array of bijectors", "give bijectors", f)) {
            required("Transformed", "bijector", "give one of Bijectors", each);
        }
        return f.length == 1 ? f[0] : Bijectors.compose(f);
    }

    private Transformed(Distribution base, Bijector f, int unused) {
        this(widened(base, f), f);
    }

    private Transformed(Distribution base, Bijector f) {
        super(batch(base, f), event(base, f));
        this.base = base;
        this.f = f;
    }

    /** The base with events of as many axes as f needs. */
    private static Distribution widened(Distribution base, Bijector f) {
        int missing = f.eventRank() - base.eventShape().rank();
        if (missing > base.batchShape().rank()) {
            throw new ShapeException("Transformed: the bijector takes events with " + f.eventRank()
                    + " axes, and the base has the batch shape " + base.batchShape() + " and the event shape "
                    + base.eventShape());
        }
        return missing > 0 ? new Independent(base, missing) : base;
    }

    private static Shape whole(Distribution base, Bijector f) {
        return f.forwardShape(Shapes.join(base.batchShape(), base.eventShape()));
    }

    private static Shape batch(Distribution base, Bijector f) {
        return Shapes.allBut(whole(base, f), base.eventShape().rank());
    }

    private static Shape event(Distribution base, Bijector f) {
        return Shapes.last(whole(base, f), base.eventShape().rank());
    }

    /** The distribution of X. */
    public Distribution base() {
        return base;
    }

    /** f. */
    public Bijector bijector() {
        return f;
    }

    @Override
    public Transformed expand(Shape batch) {
        return new Transformed(base.expand(batch), f);
    }

    @Override
    public Constraint support() {
        return f.codomain();
    }

    @Override
    public boolean hasRsample() {
        return base.hasRsample();
    }

    @Override
    public Tensor sample(Generator generator, Shape shape) {
        return f.forward(base.sample(generator, baseSample(shape))).detach();
    }

    @Override
    public Tensor rsample(Generator generator, Shape shape) {
        return f.forward(base.rsample(generator, baseSample(shape)));
    }

    /** Where f broadcasts the batch to a larger one, each of its elements needs a draw of its own. */
    private Shape baseSample(Shape shape) {
        Shape plain = Shapes.join(base.batchShape(), base.eventShape());
        if (whole(base, f).rank() == plain.rank() && base.batchShape().equals(batchShape())) {
            return shape;
        }
        throw new ShapeException("Transformed.sample: the bijector broadcasts the batch shape " + base.batchShape()
                + " to " + batchShape() + ", whose elements would share draws: give the base the larger batch");
    }

    @Override
    public Tensor logProb(Tensor value) {
        Tensor y = supported("logProb", value);
        Tensor x = f.inverse(y);
        int events = eventShape().rank();
        Tensor log = Shapes.sumLast(f.logDetJacobian(x, y), events - f.eventRank());
        return base.logProb(x).sub(log);
    }

    /** For an f that works on each element alone and is monotone. */
    @Override
    public Tensor cdf(Tensor value) {
        if (f.eventRank() > 0) {
            throw unsupported("cdf", "the bijector mixes elements");
        }
        Tensor x = f.extendedInverse(supported("cdf", value));
        Tensor below = base.cdf(x);
        Tensor sign = f.sign(x);
        Shape shape = Broadcasting.common("cdf", below.shape(), sign.shape());
        return sign.gt(0).broadcastTo(shape).where(below, below.neg().add(1));
    }

    @Override
    public Tensor icdf(Tensor q) {
        if (f.eventRank() > 0) {
            throw unsupported("icdf", "the bijector mixes elements");
        }
        Tensor sign = f.sign(fraction(q));
        return f.forward(base.icdf(sign.gt(0).where(q, q.neg().add(1))));
    }

    @Override
    public Tensor mean() {
        throw unsupported("mean", "there is no closed form: estimate it with Expectation.of");
    }

    @Override
    public Tensor variance() {
        throw unsupported("variance", "there is no closed form: estimate it with Expectation.variance");
    }
}
