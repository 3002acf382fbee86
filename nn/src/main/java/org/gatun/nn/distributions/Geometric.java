package org.gatun.nn.distributions;

import org.gatun.nn.distributions.Bernoulli.BinaryOdds;
import org.gatun.tensor.DType;
import org.gatun.tensor.Sampling;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;

/** The number of failures before the first success, as {@code torch.distributions.Geometric}: {@code P(k) = (1 - p)^k p} for k = 0, 1, ... */
public final class Geometric extends Trials {
    private Geometric(BinaryOdds odds) {
        super(odds, odds.given().shape());
    }

    /**
     * By the probability of a success.
     *
     * @throws IllegalArgumentException when a probability is not above 0 and at most 1
     */
    public static Geometric ofProbs(Tensor probs) {
        Constraint.POSITIVE.require("Geometric", "probability", probs);
        return new Geometric(BinaryOdds.ofProbs("Geometric", probs));
    }

    /** As {@link #ofProbs(Tensor)} in F32. */
    public static Geometric ofProbs(double probs) {
        return ofProbs(LocationScale.number(probs));
    }

    /** By the logarithm of the odds, {@code log(p / (1 - p))}. */
    public static Geometric ofLogits(Tensor logits) {
        return new Geometric(BinaryOdds.ofLogits("Geometric", logits));
    }

    @Override
    public Geometric expand(Shape batch) {
        return new Geometric(odds().broadcastTo(batch));
    }

    @Override
    public Constraint support() {
        return Constraint.NONNEGATIVE_INTEGER;
    }

    @Override
    public Tensor sample(Generator generator, Shape shape) {
        return Sampling.geometric(generator, probs().detach().broadcastTo(extended(shape)));
    }

    @Override
    public Tensor logProb(Tensor value) {
        Tensor k = supported("logProb", value).to(odds().given().dtype());
        return odds().log(k.fullLike(1.0), k);
    }

    @Override
    public Tensor cdf(Tensor value) {
        real("cdf", value);
        Tensor k = value.floor().add(1);
        return odds().log(k.fullLike(0.0), k.maximum(0)).expm1().neg();
    }

    /**
     * The smallest count whose {@link #cdf} is q or more, by bisection up to twice {@code log(1 - q) / log(1 - p)}; 0 at 0 and infinite at 1, where the probability is not
     * 1. No gradient flows through it. PyTorch has none.
     */
    @Override
    public Tensor icdf(Tensor q) {
        DType dtype = DType.promote(fraction(q).dtype(), odds().given().dtype());
        Tensor failure = odds().failure(DType.F64).detach();
        Tensor certain = q.eq(1).and(failure.gt(0));
        Tensor inner = q.eq(1).where(q.fullLike(0.0), q);
        Tensor one = failure.fullLike(1.0);
        Tensor log = odds().log(one.mul(0.0), one).to(DType.F64).detach();
        Tensor near = inner.to(DType.F64).neg().log1p().div(log).floor();
        Tensor k = Counts.quantile(inner, near.mul(0.0).sub(1), near.mul(2).add(10), x -> cdf(x.to(dtype)));
        return certain.where(k.fullLike(Double.POSITIVE_INFINITY), k).to(dtype);
    }

    @Override
    public Tensor mean() {
        return odds().failure(probs().dtype()).div(probs());
    }

    @Override
    public Tensor mode() {
        return odds().given().fullLike(0.0);
    }

    @Override
    public Tensor variance() {
        return mean().div(probs());
    }

    /** {@code (-p log p - (1 - p) log(1 - p)) / p}; for the derivative at p = 1 see {@link Bernoulli#entropy}. */
    @Override
    public Tensor entropy() {
        return odds().entropy().div(probs());
    }
}
