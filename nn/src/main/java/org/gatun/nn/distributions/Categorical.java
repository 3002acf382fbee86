package org.gatun.nn.distributions;

import org.gatun.tensor.DType;
import org.gatun.tensor.Sampling;
import org.gatun.tensor.ShapeException;
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
    /** Normalised logarithms of probabilities along the last axis. */
    private final Tensor logits;

    private Categorical(Tensor logits) {
        super(Shapes.allBut(logits.shape(), 1), Shape.SCALAR);
        this.logits = logits;
    }

    /**
     * By probabilities along the last axis, which are divided by their sum.
     *
     * @throws IllegalArgumentException when one is negative or not finite, or all of a row are 0
     */
    public static Categorical ofProbs(Tensor probs) {
        return new Categorical(Classes.ofProbs("Categorical", probs).log());
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
        return logits.exp();
    }

    /** The logarithms of the probabilities, of shape batch + (n). */
    public Tensor logits() {
        return logits;
    }

    /** The number of classes. */
    public long classes() {
        return logits.size(-1);
    }

    @Override
    public Categorical expand(Shape batch) {
        return new Categorical(logits.broadcastTo(Shapes.join(batch, Shape.of(classes()))));
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
        return Classes.sample(generator, logits.exp(), shape);
    }

    @Override
    public Tensor logProb(Tensor value) {
        Tensor k = supported("logProb", value).to(DType.I64);
        Shape shape = Broadcasting.common("Categorical.logProb", k.shape(), batchShape());
        Tensor index = k.broadcastTo(shape).unsqueeze(-1);
        return logits.broadcastTo(Shapes.join(shape, Shape.of(classes())))
                .gather(-1, index)
                .squeeze(-1);
    }

    @Override
    public Tensor mean() {
        return Shapes.full(logits, batchShape(), Double.NaN);
    }

    @Override
    public Tensor mode() {
        return logits.argmax(-1);
    }

    @Override
    public Tensor variance() {
        return Shapes.full(logits, batchShape(), Double.NaN);
    }

    @Override
    public Tensor entropy() {
        return Expectation.entropyTerm(logits).sum(-1);
    }

    @Override
    public Tensor enumerateSupport() {
        return Supports.integers(Tensors.arange(1), classes(), batchShape());
    }

    /** Classes along the last axis, as Categorical and Multinomial have them. */
    static final class Classes {
        private Classes() {}

        static Tensor ofProbs(String name, Tensor probs) {
            requireRow(name, probs);
            Constraint.NONNEGATIVE.require(name, "probability", probs);
            Tensor p = Parameters.floating(probs)[0];
            Tensor total = p.sum(true, -1);
            Constraint.POSITIVE.require(name, "sum of the probabilities along the last axis", total);
            return p.div(total);
        }

        static Tensor ofLogits(String name, Tensor logits) {
            requireRow(name, logits);
            Constraint usable = new Constraint("below infinity and not NaN", x -> x.lt(Double.POSITIVE_INFINITY));
            usable.require(name, "logit", logits);
            Tensor l = Parameters.floating(logits)[0];
            Constraint.FINITE.require(name, "largest logit of each row", l.amax(-1));
            return l.logSoftmax(-1);
        }

        private static void requireRow(String name, Tensor x) {
            if (x.rank() == 0 || x.size(-1) == 0) {
                throw new ShapeException(name + ": the parameter has shape " + x.shape()
                        + ": give the classes along the last axis, one at least");
            }
        }

        /** Classes of shape {@code shape + batch}. */
        static Tensor sample(Generator generator, Tensor probs, Shape shape) {
            Tensor p = probs.detach();
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
