package org.gatun.tensor;

import java.util.Arrays;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.composite.ClassLikelihood;
import org.gatun.tensor.composite.CrossEntropy;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

/** Cross-entropy and negative log-likelihood: shapes, weights, ignored targets, smoothing and reductions. */
final class Classification {
    /** {@code -t x}, and 0 where t is 0 and x, a logarithm, is -inf. */
    private static final Region EXPECTED = Elementwise.region((x, t) -> {
        Tensor none = t.eq(0).and(x.eq(Double.NEGATIVE_INFINITY));
        return x.maskedFill(none, 0).mul(t).neg();
    });

    private Classification() {}

    /** The rows of a batch: what comes in as (n, c, d1, ...) with targets (n, d1, ...) as (rows, c) and (rows). */
    private record Rows(Tensor scores, Tensor target, long ignoreIndex, boolean someIgnored, Shape shape) {
        Tensor ignored() {
            return target.eq(ignoreIndex);
        }

        /** The sum of some losses over the number of targets that count: a tensor, as it may differ within a batch. */
        Tensor mean(Tensor losses) {
            Tensor sum = losses.sum();
            return someIgnored
                    ? sum.div(target.ne(ignoreIndex).to(sum.dtype()).sum())
                    : sum.div((double) target.elements());
        }

        long classes() {
            return scores.size(1);
        }
    }

    static Tensor crossEntropy(Tensor logits, Tensor target, CrossEntropyOptions options) {
        Reductions.requireFloating("crossEntropy", logits);
        boolean plain = !target.dtype().isFloating() && options.weight() == null && options.labelSmoothing() == 0;
        if (plain) {
            Rows rows = rows("crossEntropy", logits, target, options);
            Op.Call op = new Op.Call(new CrossEntropy(options.ignoreIndex()));
            Tensor losses = Dispatch.bindAll(op, rows.scores(), rows.target())[0];
            return Arithmetic.cast(reduce(losses, null, rows, options.reduction()), logits.dtype());
        }
        if (logits.dtype().isNarrow()) {
            return Widened.compute(logits, x -> crossEntropy(x, widened(logits, target), widened(logits, options)));
        }
        if (target.dtype().isFloating()) {
            return probabilities(logits, target, options);
        }
        Rows rows = rows("crossEntropy", logits, target, options);
        requireWeight("crossEntropy", logits.dtype(), rows.classes(), options.weight());
        Tensor logs = rows.scores().logSoftmax(1);
        Tensor picked = picked("crossEntropy", logs, rows);
        Tensor weights = weights(rows, options.weight());
        Tensor losses = weights == null ? picked : picked.mul(weights);
        double smoothing = options.labelSmoothing();
        if (smoothing > 0) {
            Tensor all = options.weight() == null ? logs : logs.mul(options.weight());
            Tensor spread = all.sum(1).neg().maskedFill(rows.ignored(), 0);
            losses = losses.mul(1 - smoothing).add(spread.mul(smoothing / rows.classes()));
        }
        return reduce(losses, weights, rows, options.reduction());
    }

    static Tensor nllLoss(Tensor logs, Tensor target, CrossEntropyOptions options) {
        Reductions.requireFloating("nllLoss", logs);
        if (logs.dtype().isNarrow()) {
            return Widened.compute(logs, x -> nllLoss(x, target, widened(logs, options)));
        }
        if (options.labelSmoothing() != 0) {
            throw new IllegalArgumentException("nllLoss: label smoothing " + options.labelSmoothing()
                    + " is not defined for log-probabilities: use crossEntropy with logits");
        }
        if (target.dtype().isFloating()) {
            throw new DTypeException("nllLoss: the target is " + target.dtype()
                    + " and must hold class numbers, of an integer" + " dtype: use crossEntropy for probabilities");
        }
        Rows rows = rows("nllLoss", logs, target, options);
        requireWeight("nllLoss", logs.dtype(), rows.classes(), options.weight());
        Tensor picked = picked("nllLoss", rows.scores(), rows);
        Tensor weights = weights(rows, options.weight());
        return reduce(weights == null ? picked : picked.mul(weights), weights, rows, options.reduction());
    }

    /** Probabilities of the dtype of the scores in the wider dtype too; others, which are refused by name, as they are. */
    private static Tensor widened(Tensor scores, Tensor target) {
        return target.dtype() == scores.dtype() ? Widened.of(target) : target;
    }

    private static CrossEntropyOptions widened(Tensor scores, CrossEntropyOptions options) {
        Tensor weight = options.weight();
        return weight == null ? options : options.withWeight(widened(scores, weight));
    }

    /** The negative logarithms at the targets, 0 where the target is ignored; finds a target on a GPU that is no class. */
    private static Tensor picked(String name, Tensor logs, Rows rows) {
        return Dispatch.bind(new Op.Call(new ClassLikelihood(name, rows.ignoreIndex())), logs, rows.target());
    }

    /** The class weight of each target, 0 where it is ignored. */
    private static @Nullable Tensor weights(Rows rows, @Nullable Tensor weight) {
        if (weight == null) {
            return null;
        }
        Tensor safe = rows.target().maskedFill(rows.ignored(), 0);
        return weight.indexSelect(0, safe).maskedFill(rows.ignored(), 0);
    }

    private static Tensor reduce(Tensor losses, @Nullable Tensor weights, Rows rows, Reduction reduction) {
        return switch (reduction) {
            case MEAN -> weights == null ? rows.mean(losses) : losses.sum().div(weights.sum());
            case SUM -> losses.sum();
            case BATCH_MEAN ->
                losses.sum().div((double)
                        (rows.shape().rank() == 0 ? 1 : rows.shape().size(0)));
            case NONE -> losses.reshape(rows.shape());
        };
    }

    private static Tensor probabilities(Tensor logits, Tensor target, CrossEntropyOptions options) {
        if (!logits.shape().equals(target.shape()) || logits.rank() == 0) {
            throw new ShapeException("crossEntropy: logits of shape " + logits.shape() + " and probabilities of shape "
                    + target.shape() + ": probabilities have the logits' shape; class numbers are of an integer dtype");
        }
        if (target.dtype() != logits.dtype()) {
            throw new DTypeException("crossEntropy: the logits are " + logits.dtype() + " and the probabilities "
                    + target.dtype() + ": convert one of them with to(dtype)");
        }
        int axis = logits.rank() == 1 ? 0 : 1;
        long classes = logits.size(axis);
        double smoothing = options.labelSmoothing();
        Tensor t = smoothing == 0 ? target : target.mul(1 - smoothing).add(smoothing / classes);
        Tensor expected = EXPECTED.apply(logits.logSoftmax(axis), t);
        Tensor weight = options.weight();
        if (weight != null) {
            requireWeight("crossEntropy", logits.dtype(), classes, weight);
            long[] sizes = new long[logits.rank() - axis];
            Arrays.fill(sizes, 1);
            sizes[0] = classes;
            expected = expected.mul(weight.reshape(sizes));
        }
        return ElementwiseLosses.reduce(expected.sum(axis), options.reduction());
    }

    private static Rows rows(String name, Tensor scores, Tensor target, CrossEntropyOptions options) {
        int rank = scores.rank();
        if (rank == 0) {
            throw new ShapeException(
                    name + ": a scalar has no classes: the first operand must be (n, c), (n, c, ...) or (c)");
        }
        int axis = rank == 1 ? 0 : 1;
        Shape expected = scores.shape().without(Axes.listed(name, rank, axis));
        if (!target.shape().equals(expected)) {
            throw new ShapeException(name + ": scores of shape " + scores.shape() + " need a target of shape "
                    + expected + ", one class number for each row of " + scores.size(axis) + " classes, not "
                    + target.shape());
        }
        Tensor classes = Indices.checked(name, target).flatten();
        boolean some = Indices.areCheckedByKernels(classes)
                || Indices.requireClasses(name, classes, scores.size(axis), options.ignoreIndex());
        Tensor flat = rank == 1
                ? scores.unsqueeze(0)
                : rank == 2 ? scores : scores.moveAxis(1, -1).flatten(0, -2);
        return new Rows(flat, classes, options.ignoreIndex(), some, expected);
    }

    private static void requireWeight(String name, DType dtype, long classes, @Nullable Tensor weight) {
        if (weight == null) {
            return;
        }
        if (weight.rank() != 1 || weight.size(0) != classes) {
            throw new ShapeException(name + ": a class weight of shape " + weight.shape() + " does not fit " + classes
                    + " classes: give one number for each");
        }
        if (weight.dtype() != dtype) {
            throw new DTypeException(name + ": the class weight is " + weight.dtype() + " and the scores " + dtype
                    + ": convert one of them with to(dtype)");
        }
    }
}
