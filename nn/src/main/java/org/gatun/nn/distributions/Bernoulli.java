package org.gatun.nn.distributions;

import org.gatun.tensor.DType;
import org.gatun.tensor.Special;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;

/** A success, 1, with the probability p, otherwise 0, as {@code torch.distributions.Bernoulli}. */
public final class Bernoulli extends Trials {
    private Bernoulli(BinaryOdds odds) {
        super(odds, odds.given().shape());
    }

    /**
     * By the probability of a success.
     *
     * @throws IllegalArgumentException when a probability is not from 0 to 1
     */
    public static Bernoulli ofProbs(Tensor probs) {
        return new Bernoulli(BinaryOdds.ofProbs("Bernoulli", probs));
    }

    /** As {@link #ofProbs(Tensor)} in F32. */
    public static Bernoulli ofProbs(double probs) {
        return ofProbs(LocationScale.number(probs));
    }

    /** By the logarithm of the odds, {@code log(p / (1 - p))}. */
    public static Bernoulli ofLogits(Tensor logits) {
        return new Bernoulli(BinaryOdds.ofLogits("Bernoulli", logits));
    }

    @Override
    public Bernoulli expand(Shape batch) {
        return new Bernoulli(odds().broadcastTo(batch));
    }

    @Override
    public Constraint support() {
        return Constraint.BOOLEAN;
    }

    @Override
    public Tensor sample(Generator generator, Shape shape) {
        return Tensors.bernoulli(generator, probs().detach().broadcastTo(extended(shape)));
    }

    @Override
    public Tensor logProb(Tensor value) {
        Tensor x = supported("logProb", value).to(probs().dtype());
        return odds().log(x, x.neg().add(1));
    }

    @Override
    public Tensor cdf(Tensor value) {
        real("cdf", value);
        Tensor failure = odds().failure(probs().dtype());
        Tensor zero = failure.fullLike(0.0);
        return value.lt(0).where(zero, value.lt(1).where(failure, failure.fullLike(1.0)));
    }

    @Override
    public Tensor mean() {
        return probs();
    }

    /** 1 where p is above 1/2, else 0; NaN at 1/2, where both are, as in PyTorch. */
    @Override
    public Tensor mode() {
        Tensor p = probs().detach();
        return p.eq(0.5).where(p.fullLike(Double.NaN), p.gt(0.5).to(p.dtype()));
    }

    @Override
    public Tensor variance() {
        return odds().variance();
    }

    /**
     * {@code -p log p - (1 - p) log(1 - p)}. Its derivative by a probability of 0 or 1 is infinite; that at a distance of the dtype's eps is
     * given, as PyTorch clamps probabilities, so that a function before it with the derivative 0 leaves 0. By a logit it vanishes there.
     */
    @Override
    public Tensor entropy() {
        return odds().entropy();
    }

    @Override
    public Tensor enumerateSupport() {
        return Supports.integers(probs(), 2, batchShape());
    }

    /** The probability p of a success of two outcomes, given as itself or as its logit. */
    record BinaryOdds(Tensor given, boolean isLogit) {
        static BinaryOdds ofProbs(String name, Tensor probs) {
            Constraint.UNIT_INTERVAL.require(name, "probability", probs);
            return new BinaryOdds(Parameters.floating(probs)[0], false);
        }

        static BinaryOdds ofLogits(String name, Tensor logits) {
            Constraint.FINITE.require(name, "logit", logits);
            return new BinaryOdds(Parameters.floating(logits)[0], true);
        }

        BinaryOdds broadcastTo(Shape shape) {
            return new BinaryOdds(given.broadcastTo(shape), isLogit);
        }

        Tensor probs() {
            return isLogit ? given.sigmoid() : given;
        }

        /** {@code 1 - p} in a dtype, a wider one so that small p are not lost. */
        Tensor failure(DType dtype) {
            Tensor wide = given.to(dtype);
            return isLogit ? wide.neg().sigmoid() : wide.neg().add(1);
        }

        Tensor logits() {
            return isLogit ? given : given.log().sub(given.neg().log1p());
        }

        /** {@code successes log(p) + failures log(1 - p)}, with 0 log 0 = 0. */
        Tensor log(Tensor successes, Tensor failures) {
            return isLogit
                    ? successes
                            .mul(given.neg().softplus())
                            .add(failures.mul(given.softplus()))
                            .neg()
                    : Special.xlogy(successes, given).add(Special.xlog1py(failures, given.neg()));
        }

        Tensor variance() {
            return isLogit
                    ? given.sigmoid().mul(given.neg().sigmoid())
                    : given.mul(given.neg().add(1));
        }

        /** By the logit's magnitude: the two outcomes may be exchanged, and for large ones nothing cancels. */
        Tensor entropy() {
            if (!isLogit) {
                return Ends.finite(
                        given,
                        0,
                        0,
                        p -> Special.xlogy(p, p)
                                .add(Special.xlog1py(p.neg().add(1), p.neg()))
                                .neg());
            }
            // not abs, whose derivative at 0 is 0
            Tensor size = given.lt(0).where(given.neg(), given);
            return size.neg().softplus().add(size.mul(size.neg().sigmoid()));
        }
    }
}
