package org.gatun.tensor;

import org.gatun.tensor.trace.ActiveCast;
import org.gatun.tensor.trace.CastPolicy;
import org.jspecify.annotations.Nullable;

/**
 * Loss functions, with the names and conventions of {@code torch.nn.functional}. Floating dtypes; a target of the elementwise
 * losses has exactly the input's shape (PyTorch broadcasts with a warning; a batch of columns against a batch of numbers is
 * nearly always a mistake, so here it is an error). Everything is differentiable to any order, in the targets too.
 */
public final class Losses {
    private Losses() {}

    // ---- classification ----

    /** {@link #crossEntropy(Tensor, Tensor, CrossEntropyOptions)} with the default options: the mean over the batch. */
    public static Tensor crossEntropy(Tensor logits, Tensor target) {
        return classified(Classification::crossEntropy, logits, target, CrossEntropyOptions.DEFAULT);
    }

    /**
     * The cross-entropy of the softmax of logits against class numbers or probabilities, as {@code
     * torch.nn.functional.cross_entropy}: {@code -sum over c of w[c] p[c] log softmax(x)[c]}.
     *
     * <p>With class targets the mean divides by the summed weights of the targets that count, and is NaN when all are ignored; with
     * probability targets it divides by the batch size. BATCH_MEAN divides by the size of the first axis.
     *
     * @param logits of shape (n, c), (n, c, d1, ...) or (c)
     * @param target class numbers (an integer dtype) of the logits' shape without the class axis, or probabilities of the logits'
     *     shape and dtype
     * @param options weights, ignored targets, smoothing, reduction
     * @return 0-d, or with NONE of the target's shape (without a class axis)
     * @throws IndexOutOfBoundsException when a class number is out of range
     * @throws ShapeException when the shapes do not fit, naming both
     */
    public static Tensor crossEntropy(Tensor logits, Tensor target, CrossEntropyOptions options) {
        return classified(Classification::crossEntropy, logits, target, options);
    }

    /** {@link #nllLoss(Tensor, Tensor, CrossEntropyOptions)} with the default options. */
    public static Tensor nllLoss(Tensor logProbabilities, Tensor target) {
        return classified(Classification::nllLoss, logProbabilities, target, CrossEntropyOptions.DEFAULT);
    }

    /**
     * The negative log-likelihood of class numbers under log-probabilities, such as those of {@link Tensor#logSoftmax}, as {@code
     * torch.nn.functional.nll_loss}. Shapes and the mean as for {@link #crossEntropy(Tensor, Tensor, CrossEntropyOptions)}.
     *
     * @throws IllegalArgumentException when the options ask for label smoothing, which needs logits
     */
    public static Tensor nllLoss(Tensor logProbabilities, Tensor target, CrossEntropyOptions options) {
        return classified(Classification::nllLoss, logProbabilities, target, options);
    }

    /** The mean of {@link #binaryCrossEntropy(Tensor, Tensor, Tensor, Reduction)}. */
    public static Tensor binaryCrossEntropy(Tensor probability, Tensor target) {
        return binaryCrossEntropy(probability, target, null, Reduction.MEAN);
    }

    /**
     * {@code -w (t log p + (1 - t) log(1 - p))} with both logarithms cut off at -100, as {@code
     * torch.nn.functional.binary_cross_entropy}. Where the input is a sigmoid, {@link #binaryCrossEntropyWithLogits} is
     * more accurate.
     *
     * @param probability from 0 to 1; outside, the result is NaN
     * @param target from 0 to 1
     * @param weight broadcast with the elements, or null for 1
     * @throws DTypeException inside an {@link Autocast} scope, when the probabilities are BF16 or F16
     */
    public static Tensor binaryCrossEntropy(
            Tensor probability, Tensor target, @Nullable Tensor weight, Reduction reduction) {
        if (ActiveCast.dtype() != null
                && probability.dtype().isFloating()
                && probability.dtype().isNarrow()) {
            throw new DTypeException(
                    "binaryCrossEntropy: probabilities of " + probability.dtype() + " inside an autocast"
                            + " scope are rounded to 0 and 1 too early: give what goes into the sigmoid to"
                            + " binaryCrossEntropyWithLogits, or compute the probabilities in F32");
        }
        return CastPolicy.F32.apply(
                in -> ElementwiseLosses.binaryCrossEntropy(in[0], in[1], in[2], reduction),
                probability,
                target,
                weight);
    }

    /** The mean of {@link #binaryCrossEntropyWithLogits(Tensor, Tensor, Tensor, Tensor, Reduction)}. */
    public static Tensor binaryCrossEntropyWithLogits(Tensor logit, Tensor target) {
        return binaryCrossEntropyWithLogits(logit, target, null, null, Reduction.MEAN);
    }

    /**
     * {@code w ((1 - t) x + (1 + (positiveWeight - 1) t) log(1 + e^-x))}: binary cross-entropy of a sigmoid without overflow, as
     * {@code torch.nn.functional.binary_cross_entropy_with_logits}.
     *
     * @param weight broadcast with the elements, or null for 1
     * @param positiveWeight the weight of positive targets, broadcast with the elements, or null for 1
     */
    public static Tensor binaryCrossEntropyWithLogits(
            Tensor logit,
            Tensor target,
            @Nullable Tensor weight,
            @Nullable Tensor positiveWeight,
            Reduction reduction) {
        return CastPolicy.F32.apply(
                in -> ElementwiseLosses.binaryCrossEntropyWithLogits(in[0], in[1], in[2], in[3], reduction),
                logit,
                target,
                weight,
                positiveWeight);
    }

    // ---- distributions ----

    /**
     * The Kullback-Leibler divergence {@code t (log t - x)} of a target distribution from log-probabilities, 0 where t is 0, as
     * {@code torch.nn.functional.kl_div}. MEAN divides by the number of elements, BATCH_MEAN by the batch: the latter is the
     * mathematical mean.
     *
     * @param logProbabilities x
     * @param target probabilities t
     */
    public static Tensor klDiv(Tensor logProbabilities, Tensor target, Reduction reduction) {
        return CastPolicy.F32.apply(
                logProbabilities, target, (x, t) -> ElementwiseLosses.klDiv(x, t, false, reduction));
    }

    /** {@link #klDiv} with the logarithms of the target probabilities: {@code e^s (s - x)}. */
    public static Tensor klDivLogTarget(Tensor logProbabilities, Tensor logTarget, Reduction reduction) {
        return CastPolicy.F32.apply(
                logProbabilities, logTarget, (x, t) -> ElementwiseLosses.klDiv(x, t, true, reduction));
    }

    // ---- regression ----

    /** The mean of {@code (x - t)^2}, as {@code torch.nn.functional.mse_loss}. */
    public static Tensor mseLoss(Tensor input, Tensor target) {
        return mseLoss(input, target, Reduction.MEAN);
    }

    /** {@code (x - t)^2}, reduced. */
    public static Tensor mseLoss(Tensor input, Tensor target, Reduction reduction) {
        return CastPolicy.F32.apply(input, target, (x, t) -> ElementwiseLosses.mse(x, t, reduction));
    }

    /** The mean of {@code |x - t|}, as {@code torch.nn.functional.l1_loss}. */
    public static Tensor l1Loss(Tensor input, Tensor target) {
        return l1Loss(input, target, Reduction.MEAN);
    }

    /** {@code |x - t|}, reduced. */
    public static Tensor l1Loss(Tensor input, Tensor target, Reduction reduction) {
        return CastPolicy.F32.apply(input, target, (x, t) -> ElementwiseLosses.l1(x, t, reduction));
    }

    /**
     * {@code d^2 / (2 beta)} for {@code d = |x - t| < beta}, otherwise {@code d - beta / 2}, as {@code
     * torch.nn.functional.smooth_l1_loss}; with beta 0 it is {@link #l1Loss}.
     */
    public static Tensor smoothL1Loss(Tensor input, Tensor target, double beta, Reduction reduction) {
        return CastPolicy.F32.apply(input, target, (x, t) -> ElementwiseLosses.smoothL1(x, t, beta, reduction));
    }

    /**
     * {@code d^2 / 2} for {@code d = |x - t| <= delta}, otherwise {@code delta (d - delta / 2)}, as {@code
     * torch.nn.functional.huber_loss}.
     */
    public static Tensor huberLoss(Tensor input, Tensor target, double delta, Reduction reduction) {
        return CastPolicy.F32.apply(input, target, (x, t) -> ElementwiseLosses.huber(x, t, delta, reduction));
    }

    /**
     * The negative log-likelihood of normal distributions, {@code (log v + (x - t)^2 / v) / 2} with {@code v = max(variance,
     * epsilon)} outside the gradient's sight, as {@code torch.nn.functional.gaussian_nll_loss} (without its constant).
     *
     * @param variance 0 or more: of the input's shape; of that shape without the last axis, for one variance in each row; or
     *     of that shape with one size replaced by 1
     * @param epsilon what the variance is raised to, positive
     */
    public static Tensor gaussianNllLoss(
            Tensor input, Tensor target, Tensor variance, double epsilon, Reduction reduction) {
        return CastPolicy.F32.apply(
                in -> ElementwiseLosses.gaussianNll(in[0], in[1], in[2], epsilon, reduction), input, target, variance);
    }

    /** A loss of class numbers or probabilities. */
    @FunctionalInterface
    private interface ClassLoss {
        Tensor of(Tensor scores, Tensor target, CrossEntropyOptions options);
    }

    private static Tensor classified(ClassLoss loss, Tensor scores, Tensor target, CrossEntropyOptions options) {
        return CastPolicy.F32.apply(
                in -> loss.of(in[0], in[1], in[2] == options.weight() ? options : options.withWeight(in[2])),
                scores,
                target,
                options.weight());
    }
}
