package org.gatun.nn.distributions;

import org.gatun.nn.distributions.Bernoulli.BinaryOdds;
import org.gatun.tensor.DType;
import org.gatun.tensor.Sampling;
import org.gatun.tensor.Special;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Traced;

/** The number of successes in n trials, as {@code torch.distributions.Binomial}. */
public final class Binomial extends Trials {
    private final Tensor totalCount;

    private Binomial(Tensor totalCount, BinaryOdds odds) {
        super(
                odds,
                Broadcasting.common("Binomial", totalCount.shape(), odds.given().shape()));
        Constraint.NONNEGATIVE_INTEGER.require("Binomial", "total count", totalCount);
        Parameters.requireExact(
                "Binomial", "total count", totalCount, odds.given().dtype());
        this.totalCount = totalCount
                .detach()
                .to(odds.given().device(), odds.given().dtype())
                .broadcastTo(batchShape());
    }

    /**
     * By the probability of a success.
     *
     * @param totalCount whole numbers of 0 or more
     * @throws IllegalArgumentException when a parameter is outside its range
     */
    public static Binomial ofProbs(Tensor totalCount, Tensor probs) {
        return new Binomial(totalCount, BinaryOdds.ofProbs("Binomial", probs));
    }

    /** As {@link #ofProbs(Tensor, Tensor)} for one count. */
    public static Binomial ofProbs(long totalCount, Tensor probs) {
        return ofProbs(Tensors.scalar(totalCount), probs);
    }

    /** By the logarithm of the odds, {@code log(p / (1 - p))}. */
    public static Binomial ofLogits(Tensor totalCount, Tensor logits) {
        return new Binomial(totalCount, BinaryOdds.ofLogits("Binomial", logits));
    }

    /** The number of trials, of the batch's shape. */
    public Tensor totalCount() {
        return totalCount;
    }

    @Override
    public Binomial expand(Shape batch) {
        return new Binomial(totalCount, odds().broadcastTo(batch));
    }

    @Override
    public Constraint support() {
        return Constraint.integersUpTo(totalCount);
    }

    @Override
    public Tensor sample(Generator generator, Shape shape) {
        return Sampling.binomial(generator, totalCount.broadcastTo(extended(shape)), probs().detach());
    }

    @Override
    public Tensor logProb(Tensor value) {
        return log(odds(), supported("logProb", value).to(totalCount.dtype()));
    }

    private Tensor log(BinaryOdds odds, Tensor k) {
        Tensor failures = totalCount.sub(k);
        return totalCount
                .add(1)
                .lgamma()
                .sub(k.add(1).lgamma())
                .sub(failures.add(1).lgamma())
                .add(odds.log(k, failures));
    }

    /**
     * {@code I_(1 - p)(n - k, k + 1)} with {@code k = floor(value)}, {@link Special#betainc}; 0 below 0, and 1 from n on. PyTorch has none.
     */
    @Override
    public Tensor cdf(Tensor value) {
        real("cdf", value);
        Tensor k = value.detach().to(totalCount.dtype()).floor();
        Tensor complete = k.ge(totalCount);
        Tensor inner = k.ge(0).and(complete.not());
        Tensor successes = inner.where(k, k.fullLike(0.0));
        Tensor trials = inner.where(totalCount, k.fullLike(1.0));
        Tensor failure = odds().failure(DType.F64);
        Tensor below = Special.betainc(trials.sub(successes), successes.add(1), failure)
                .to(totalCount.dtype());
        return inner.where(below, complete.to(below.dtype()));
    }

    /**
     * The smallest count whose {@link #cdf} is q or more, by bisection; 0 at 0 and n at 1, where the probability is not 0. No gradient flows through
     * it. PyTorch has none.
     */
    @Override
    public Tensor icdf(Tensor q) {
        DType dtype = DType.promote(fraction(q).dtype(), totalCount.dtype());
        Tensor n = totalCount.to(DType.F64);
        Tensor k = Counts.quantile(q, n.mul(0.0).sub(1), n, this::cdf);
        Tensor certain = q.eq(1).and(probs().detach().gt(0));
        return certain.where(n, k).to(dtype);
    }

    @Override
    public Tensor mean() {
        return totalCount.mul(probs());
    }

    /** {@code floor((n + 1) p)}, at most n. */
    @Override
    public Tensor mode() {
        return totalCount.add(1).mul(probs().detach()).floor().minimum(totalCount);
    }

    @Override
    public Tensor variance() {
        return totalCount.mul(odds().variance());
    }

    /** By the sum over all counts up to the largest n, which takes that much memory; for the derivative at p = 0 and 1 see {@link Bernoulli#entropy}. */
    @Override
    public Tensor entropy() {
        return odds().isLogit()
                ? entropy(odds())
                : Ends.finite(odds().given(), 0, 0, p -> entropy(new BinaryOdds(p, false)));
    }

    private Tensor entropy(BinaryOdds odds) {
        Tensor k = counts();
        Tensor possible = k.le(totalCount);
        Tensor log = log(odds, possible.where(k, k.fullLike(0.0)));
        return possible.where(Expectation.entropyTerm(log), log.fullLike(0.0)).sum(0);
    }

    private Tensor counts() {
        double most = totalCount.elements() == 0
                ? 0
                : Traced.beneath(totalCount).amax().item();
        return Supports.integers(totalCount, (long) most + 1, batchShape());
    }

    /** Needs one count for the whole batch. */
    @Override
    public Tensor enumerateSupport() {
        Tensor counts = counts();
        Constraint same = new Constraint("the same in the whole batch", n -> n.eq(counts.size(0) - 1));
        same.require("Binomial.enumerateSupport", "total count", totalCount);
        return counts;
    }
}
