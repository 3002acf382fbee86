package org.gatun.nn.distributions;

import org.gatun.nn.distributions.Categorical.Classes;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;

/** How often each of K classes comes in n draws, as {@code torch.distributions.Multinomial}; an event is a vector of K counts of sum n. */
public final class Multinomial extends Distribution {
    private final long totalCount;

    private final Classes classes;

    private Multinomial(long totalCount, Classes classes) {
        super(
                Shapes.allBut(classes.given().shape(), 1),
                Shapes.last(classes.given().shape(), 1));
        if (totalCount < 0) {
            throw new IllegalArgumentException("Multinomial: the total count " + totalCount + " must be 0 or more");
        }
        Parameters.requireExact(
                "Multinomial",
                "total count",
                Tensors.scalar(totalCount),
                classes.given().dtype());
        this.totalCount = totalCount;
        this.classes = classes;
    }

    /**
     * By probabilities along the last axis, which are divided by their sum.
     *
     * @param totalCount the number of draws, 0 or more
     * @throws IllegalArgumentException when a parameter is outside its range
     */
    public static Multinomial ofProbs(long totalCount, Tensor probs) {
        return new Multinomial(totalCount, Classes.ofProbs("Multinomial", probs));
    }

    /** By logits along the last axis: the probabilities are their {@code softmax}. */
    public static Multinomial ofLogits(long totalCount, Tensor logits) {
        return new Multinomial(totalCount, Classes.ofLogits("Multinomial", logits));
    }

    /** The number of draws. */
    public long totalCount() {
        return totalCount;
    }

    /** The probabilities, of shape batch + (K). */
    public Tensor probs() {
        return classes.probs();
    }

    @Override
    public Multinomial expand(Shape batch) {
        return new Multinomial(totalCount, classes.broadcastTo(Shapes.join(batch, eventShape())));
    }

    @Override
    public Constraint support() {
        double n = totalCount;
        return new Constraint(
                "a whole number of 0 or more, with sum " + totalCount + " along the last axis",
                x -> x.ge(0).and(x.eq(x.floor())).all(-1).and(x.sum(-1).eq(n)));
    }

    @Override
    public Tensor sample(Generator generator, Shape shape) {
        Shape whole = extended(shape);
        Tensor probs = classes.given();
        Tensor counts = Tensors.zeros(probs.dtype(), whole, probs.device());
        if (totalCount == 0 || whole.elements() == 0) {
            return counts;
        }
        Tensor draws = classes.sample(generator, Shapes.join(Shape.of(totalCount), shape));
        Tensor last = draws.moveAxis(0, -1);
        Tensor ones = Tensors.ones(probs.dtype(), last.shape(), probs.device());
        return counts.scatterAdd(-1, last, ones);
    }

    @Override
    public Tensor logProb(Tensor value) {
        Tensor x = supported("logProb", value).to(classes.given().dtype());
        Tensor n = Tensors.scalar(DType.F64, totalCount + 1.0).lgamma();
        return classes.log(x).sub(x.add(1).lgamma()).sum(-1).add(n.item());
    }

    @Override
    public Tensor mean() {
        return probs().mul((double) totalCount);
    }

    @Override
    public Tensor variance() {
        Tensor probs = probs();
        return probs.mul(probs.neg().add(1)).mul((double) totalCount);
    }

    /**
     * {@code n H(p) - log n! + sum over classes of E[log x_i!]}, each expectation over the binomial distribution of x_i; for the derivative
     * by a probability of 0 or 1 see {@link Bernoulli#entropy}.
     */
    @Override
    public Tensor entropy() {
        double n = Tensors.scalar(DType.F64, totalCount + 1.0).lgamma().item();
        Tensor factorials = Ends.finite(probs(), 0, n, this::factorials);
        return classes.entropy()
                .mul((double) totalCount)
                .add(factorials.sum(-1))
                .sub(n);
    }

    /** {@code E[log x!]} for x of n draws of each probability. */
    private Tensor factorials(Tensor probs) {
        Binomial each = Binomial.ofProbs(totalCount, probs);
        Tensor k = each.enumerateSupport();
        return each.prob(k).mul(k.add(1).lgamma()).sum(0);
    }

    @Override
    public Tensor enumerateSupport() {
        throw unsupported(
                "enumerateSupport",
                "the ways to share " + totalCount + " draws among "
                        + eventShape().size(0)
                        + " classes are too many to list: estimate expectations with Expectation.of, which samples");
    }

    Classes classes() {
        return classes;
    }
}
