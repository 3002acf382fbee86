package org.gatun.nn.distributions;

import org.gatun.tensor.DType;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Traced;

/**
 * A mixture of components of one family, as {@code torch.distributions.MixtureSameFamily}: a component is chosen, then an event is drawn from
 * it. The components lie along the last batch axis of one distribution.
 */
public final class MixtureSameFamily extends Distribution {
    private final Categorical mixture;
    private final Distribution components;

    /**
     * A mixture.
     *
     * @param mixture the probabilities of the components, of batch shape that broadcasts with that of the components without its last axis
     * @param components of batch shape (..., K), K the number of classes of the mixture
     * @throws ShapeException when the shapes do not fit
     */
    public MixtureSameFamily(Categorical mixture, Distribution components) {
        super(batch(mixture, components), components.eventShape());
        this.mixture = mixture;
        this.components = components;
    }

    private static Shape batch(Categorical mixture, Distribution components) {
        Shape all = components.batchShape();
        if (all.rank() == 0 || all.size(-1) != mixture.classes()) {
            throw new ShapeException("MixtureSameFamily: the components have the batch shape " + all
                    + ", whose last axis must have as many as the mixture has classes, " + mixture.classes());
        }
        Shape batch = Shapes.allBut(all, 1);
        if (!Broadcasting.common("MixtureSameFamily", mixture.batchShape(), batch)
                .equals(batch)) {
            throw new ShapeException("MixtureSameFamily: the mixture has the batch shape " + mixture.batchShape()
                    + ", which does not broadcast to that of the components, " + batch);
        }
        return batch;
    }

    /** The distribution of the component. */
    public Categorical mixture() {
        return mixture;
    }

    /** The components, along the last batch axis. */
    public Distribution components() {
        return components;
    }

    @Override
    public MixtureSameFamily expand(Shape batch) {
        return new MixtureSameFamily(mixture, components.expand(Shapes.join(batch, Shape.of(mixture.classes()))));
    }

    /** What belongs to the support of one component at least; PyTorch wants it to belong to all. */
    @Override
    public Constraint support() {
        return new Constraint(
                "in the support of a component: " + components.support().name(),
                value -> held(aligned(value)).any(-1));
    }

    /** A value beside each component, of shape (..., K) + event. */
    private Tensor aligned(Tensor value) {
        Tensor x = value.unsqueeze(value.rank() - eventShape().rank());
        Shape all = Shapes.join(components.batchShape(), eventShape());
        return x.broadcastTo(Broadcasting.common("MixtureSameFamily", x.shape(), all));
    }

    /** Whether each event is in the support of each component, of shape (..., K). */
    private Tensor held(Tensor aligned) {
        Tensor held = components.support().holds().apply(aligned.detach());
        int rank = aligned.rank() - eventShape().rank();
        while (held.rank() > rank) {
            held = held.all(-1);
        }
        return held;
    }

    @Override
    public Tensor sample(Generator generator, Shape shape) {
        Shape whole = Shapes.join(shape, batchShape());
        Tensor logits = mixture.logits().detach().broadcastTo(Shapes.join(batchShape(), Shape.of(mixture.classes())));
        Tensor chosen = Categorical.ofLogits(logits).sample(generator, shape);
        Tensor all = components.sample(generator, shape);
        int events = eventShape().rank();
        int axis = whole.rank();
        Tensor index = chosen.unsqueeze(-1);
        for (int i = 0; i < events; i++) {
            index = index.unsqueeze(-1);
        }
        index = index.broadcastTo(Shapes.join(whole, Shape.of(1), eventShape()));
        return all.gather(axis, index).squeeze(axis);
    }

    @Override
    public Tensor logProb(Tensor value) {
        Tensor x = aligned(supported("logProb", value));
        return logProbs(x).add(mixture.logits()).logsumexp(-1);
    }

    /** The logarithms of all components, -infinity outside the support of one. */
    private Tensor logProbs(Tensor x) {
        Tensor held = held(x);
        if (Traced.beneath(held).all().item() == 1) {
            return components.logProb(x);
        }
        Tensor events = held;
        for (int i = 0; i < eventShape().rank(); i++) {
            events = events.unsqueeze(-1);
        }
        // a component refuses what is outside its support: a draw of its own stands in
        Tensor inside = components.sample(new Generator(0));
        DType both = DType.promote(x.dtype(), inside.dtype()); // a fraction cast to whole numbers may leave the support
        Tensor log = components.logProb(events.where(x.to(both), inside.to(both)));
        return held.where(log, log.fullLike(Double.NEGATIVE_INFINITY));
    }

    @Override
    public Tensor cdf(Tensor value) {
        return components
                .cdf(required("cdf", "value", value).unsqueeze(-1))
                .mul(mixture.probs())
                .sum(-1);
    }

    /** The probabilities with as many further axes as an event has. */
    private Tensor weights() {
        Tensor p = mixture.probs();
        for (int i = 0; i < eventShape().rank(); i++) {
            p = p.unsqueeze(-1);
        }
        return p;
    }

    private Tensor weighted(Tensor x) {
        return x.mul(weights()).sum(-1 - eventShape().rank());
    }

    @Override
    public Tensor mean() {
        return weighted(components.mean());
    }

    /** The mean variance of the components plus the variance of their means. */
    @Override
    public Tensor variance() {
        Tensor mean = components.mean();
        Tensor centre = mean().unsqueeze(batchShape().rank());
        return weighted(components.variance().add(mean.sub(centre).square()));
    }
}
