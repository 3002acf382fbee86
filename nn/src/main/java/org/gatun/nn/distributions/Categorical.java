package org.gatun.nn.distributions;

import org.gatun.tensor.DType;
import org.gatun.tensor.Sampling;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Special;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;

/**
 * One of n classes, numbered from 0, as {@code torch.distributions.Categorical}. Values are I64 (or whole numbers of another dtype); since
 * the numbers of classes measure nothing, mean and variance are NaN, as in PyTorch.
 */
public final class Categorical extends Distribution {
    private final Classes classes;

    private Categorical(Classes classes) {
        super(Shapes.allBut(classes.given().shape(), 1), Shape.SCALAR);
        this.classes = classes;
    }

    /**
     * By probabilities along the last axis, which are divided by their sum.
     *
     * @throws IllegalArgumentException when one is negative or not finite, or all of a row are 0
     */
    public static Categorical ofProbs(Tensor probs) {
        return new Categorical(Classes.ofProbs("Categorical", probs));
    }

    /**
     * By logits along the last axis: the probabilities are their {@code softmax}.
     *
     * @throws IllegalArgumentException when one is NaN or infinity, or all of a row are -infinity
     */
    public static Categorical ofLogits(Tensor logits) {
        return new Categorical(Classes.ofLogits("Categorical", logits));
    }

    /** The probabilities, of shape batch + (n). */
    public Tensor probs() {
        return classes.probs();
    }

    /** The logarithms of the probabilities, of shape batch + (n); -infinity, which carries no gradient, where one is 0. */
    public Tensor logits() {
        return classes.logits();
    }

    /** The number of classes. */
    public long classes() {
        return classes.given().size(-1);
    }

    @Override
    public Categorical expand(Shape batch) {
        return new Categorical(classes.broadcastTo(Shapes.join(batch, Shape.of(classes()))));
    }

    @Override
    public Constraint support() {
        double last = classes() - 1;
        return new Constraint(
                "a class from 0 to " + (classes() - 1),
                x -> x.ge(0).and(x.le(last)).and(x.eq(x.floor())));
    }

    @Override
    public Tensor sample(Generator generator, Shape shape) {
        return classes.sample(generator, shape);
    }

    @Override
    public Tensor logProb(Tensor value) {
        Tensor k = supported("logProb", value).to(DType.I64);
        Shape shape = Broadcasting.common("Categorical.logProb", k.shape(), batchShape());
        Tensor index = k.broadcastTo(shape).unsqueeze(-1);
        return logits().broadcastTo(Shapes.join(shape, Shape.of(classes())))
                .gather(-1, index)
                .squeeze(-1);
    }

    @Override
    public Tensor mean() {
        return Shapes.full(classes.given(), batchShape(), Double.NaN);
    }

    @Override
    public Tensor mode() {
        return classes.given().argmax(-1);
    }

    @Override
    public Tensor variance() {
        return Shapes.full(classes.given(), batchShape(), Double.NaN);
    }

    /** The sum of {@code -p log p}; for the derivative by a probability of 0 see {@link Bernoulli#entropy}. */
    @Override
    public Tensor entropy() {
        return classes.entropy();
    }

    @Override
    public Tensor enumerateSupport() {
        return Supports.integers(Tensors.arange(1).to(classes.given().device()), classes(), batchShape());
    }

    Classes weights() {
        return classes;
    }

    /**
     * Probabilities of classes along the last axis, as Categorical and Multinomial have them.
     *
     * @param given the probabilities, of sum 1, or their logarithms
     */
    record Classes(Tensor given, boolean isLogit) {
        static Classes ofProbs(String name, Tensor probs) {
            requireRow(name, probs);
            Constraint.NONNEGATIVE.require(name, "probability", probs);
            Tensor p = Parameters.floating(probs)[0];
            Tensor total = p.sum(true, -1);
            Constraint.POSITIVE.require(name, "sum of the probabilities along the last axis", total);
            return new Classes(p.div(total), false);
        }

        static Classes ofLogits(String name, Tensor logits) {
            requireRow(name, logits);
            Constraint usable = new Constraint("below infinity and not NaN", x -> x.lt(Double.POSITIVE_INFINITY));
            usable.require(name, "logit", logits);
            Tensor l = Parameters.floating(logits)[0];
            Constraint.FINITE.require(name, "largest logit of each row", l.amax(-1));
            return new Classes(l.logSoftmax(-1), true);
        }

        Classes broadcastTo(Shape shape) {
            return new Classes(given.broadcastTo(shape), isLogit);
        }

        Tensor probs() {
            return isLogit ? given.exp() : given;
        }

        Tensor logits() {
            if (isLogit) {
                return given;
            }
            Tensor none = given.eq(0);
            return none.where(
                    given.fullLike(Double.NEGATIVE_INFINITY),
                    none.where(given.fullLike(1.0), given).log());
        }

        /** {@code counts log p}, with 0 log 0 = 0. */
        Tensor log(Tensor counts) {
            if (!isLogit) {
                return Special.xlogy(counts, given);
            }
            Tensor none = counts.eq(0).and(given.eq(Double.NEGATIVE_INFINITY));
            return counts.mul(none.where(given.fullLike(0.0), given));
        }

        Tensor entropy() {
            return terms().sum(-1);
        }

        private Tensor terms() {
            return isLogit
                    ? Expectation.entropyTerm(given)
                    : Ends.finite(given, 0, 0, p -> Special.xlogy(p, p).neg());
        }

        /** The sum of {@code p (log p - log q)}, where p is not 0. */
        Tensor divergence(Classes q) {
            Tensor p = probs();
            Tensor log = q.logits();
            Tensor neither = p.eq(0).and(log.eq(Double.NEGATIVE_INFINITY));
            return terms().add(p.mul(neither.where(log.fullLike(0.0), log)))
                    .sum(-1)
                    .neg();
        }

        private static void requireRow(String name, Tensor x) {
            if (x.rank() == 0 || x.size(-1) == 0) {
                throw new ShapeException(name + ": the parameter has shape " + x.shape()
                        + ": give the classes along the last axis, one at least");
            }
        }

        /** Classes of shape {@code shape + batch}. */
        Tensor sample(Generator generator, Shape shape) {
            Tensor p = probs().detach();
            Shape batch = Shapes.allBut(p.shape(), 1);
            Shape whole = Shapes.join(shape, batch);
            long n = shape.elements();
            if (whole.elements() == 0) {
                return Tensors.zeros(DType.I64, whole, p.device());
            }
            Tensor rows = p.reshape(batch.elements(), p.size(-1));
            return Sampling.multinomial(generator, rows, n, true).t().reshape(whole);
        }
    }
}
