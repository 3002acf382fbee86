package org.gatun.nn.distributions;

import org.gatun.tensor.Sampling;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Special;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;

/** The distribution of K probabilities of sum 1, as {@code torch.distributions.Dirichlet}: density in proportion to the product of {@code x_i^(a_i - 1)}. */
public final class Dirichlet extends Distribution {
    private final Tensor concentration;

    /**
     * A Dirichlet distribution.
     *
     * @param concentration of shape batch + (K), positive
     * @throws IllegalArgumentException when it is not positive
     * @throws ShapeException when it has no axis
     */
    public Dirichlet(Tensor concentration) {
        super(Shapes.allBut(row(concentration).shape(), 1), Shapes.last(concentration.shape(), 1));
        this.concentration = Parameters.floating(concentration)[0];
        Constraint.POSITIVE.require("Dirichlet", "concentration", concentration);
    }

    private static Tensor row(Tensor x) {
        if (x.rank() == 0 || x.size(-1) == 0) {
            throw new ShapeException("Dirichlet: the concentration has shape " + x.shape()
                    + ": give one for each part along the last axis, one at least");
        }
        return x;
    }

    /** The concentrations, of shape batch + (K). */
    public Tensor concentration() {
        return concentration;
    }

    @Override
    public Dirichlet expand(Shape batch) {
        return new Dirichlet(concentration.broadcastTo(Shapes.join(batch, eventShape())));
    }

    @Override
    public Constraint support() {
        return Constraint.SIMPLEX;
    }

    @Override
    public boolean hasRsample() {
        return true;
    }

    /** Gradients are implicit, through gamma samples. */
    @Override
    public Tensor rsample(Generator generator, Shape shape) {
        return Sampling.dirichlet(generator, concentration.broadcastTo(extended(shape)));
    }

    @Override
    public Tensor logProb(Tensor value) {
        Tensor x = supported("logProb", value);
        return Special.xlogy(concentration.sub(1), x).sum(-1).sub(logNormaliser());
    }

    /** {@code sum of log Gamma(a_i) - log Gamma(sum of a_i)}. */
    private Tensor logNormaliser() {
        return concentration.lgamma().sum(-1).sub(concentration.sum(-1).lgamma());
    }

    @Override
    public Tensor mean() {
        return concentration.div(concentration.sum(true, -1));
    }

    @Override
    public Tensor variance() {
        Tensor total = concentration.sum(true, -1);
        return concentration.mul(total.sub(concentration)).div(total.square().mul(total.add(1)));
    }

    @Override
    public Tensor entropy() {
        Tensor total = concentration.sum(-1);
        double parts = concentration.size(-1);
        return logNormaliser()
                .add(total.sub(parts).mul(total.digamma()))
                .sub(concentration.sub(1).mul(concentration.digamma()).sum(-1));
    }
}
