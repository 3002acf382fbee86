package org.gatun.tensor;

import java.util.function.BinaryOperator;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.composite.BinaryCrossEntropy;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;
import org.gatun.tensor.trace.Traced;
import org.jspecify.annotations.Nullable;

/** The losses that compare input and target element by element, each one region, and their reductions. */
final class ElementwiseLosses {
    private static final Region MSE = Elementwise.region((x, t) -> x.sub(t).square());

    private static final Region L1 = Elementwise.region((x, t) -> x.sub(t).abs());

    private static final Region SMOOTH_L1 = Elementwise.region((x, t, beta) -> {
        Tensor e = x.sub(t);
        Tensor d = e.abs();
        // The square of e and not of |e|, whose second derivative at 0 is 0.
        return d.lt(beta).where(e.square().mul(0.5).div(beta), d.sub(beta.mul(0.5)));
    });

    private static final Region HUBER = Elementwise.region((x, t, delta) -> {
        Tensor e = x.sub(t);
        Tensor d = e.abs();
        return d.le(delta).where(e.square().mul(0.5), delta.mul(d.sub(delta.mul(0.5))));
    });

    private static final Region BCE_LOGITS =
            Elementwise.region((x, t) -> t.neg().add(1.0).mul(x).add(x.neg().softplus()));

    private static final Region BCE_LOGITS_POSITIVE = Elementwise.region((x, t, positive) -> {
        Tensor weight = positive.sub(1.0).mul(t).add(1.0);
        return t.neg().add(1.0).mul(x).add(weight.mul(x.neg().softplus()));
    });

    private static final Region KL = Elementwise.region((x, t) -> {
        Tensor none = t.eq(0);
        // Nothing of x reaches the result where t is 0, so that 0 * -inf gives 0.
        Tensor difference = t.maskedFill(none, 1).log().sub(x.maskedFill(none, 0));
        return t.mul(difference);
    });

    private static final Region KL_LOG = Elementwise.region((x, s) -> {
        Tensor none = s.eq(Double.NEGATIVE_INFINITY);
        return s.exp().mul(s.maskedFill(none, 0).sub(x.maskedFill(none, 0)));
    });

    private static final Region GAUSSIAN_NLL = Elementwise.region((x, t, v) -> {
        Tensor d = x.sub(t);
        return v.log().add(d.square().div(v)).mul(0.5);
    });

    private ElementwiseLosses() {}

    static Tensor mse(Tensor x, Tensor t, Reduction reduction) {
        check("mseLoss", x, t);
        return widened(x, t, (a, b) -> reduce(MSE.apply(a, b), reduction));
    }

    static Tensor l1(Tensor x, Tensor t, Reduction reduction) {
        check("l1Loss", x, t);
        return widened(x, t, (a, b) -> reduce(L1.apply(a, b), reduction));
    }

    static Tensor smoothL1(Tensor x, Tensor t, double beta, Reduction reduction) {
        check("smoothL1Loss", x, t);
        if (!(beta >= 0)) {
            throw new IllegalArgumentException("smoothL1Loss: beta " + beta + " must be 0 or more");
        }
        return beta == 0
                ? l1(x, t, reduction)
                : widened(
                        x,
                        t,
                        (a, b) -> reduce(SMOOTH_L1.apply(a, b, Arithmetic.constant(a, a.dtype(), beta)), reduction));
    }

    static Tensor huber(Tensor x, Tensor t, double delta, Reduction reduction) {
        check("huberLoss", x, t);
        if (!(delta > 0)) {
            throw new IllegalArgumentException("huberLoss: delta " + delta + " must be more than 0");
        }
        return widened(x, t, (a, b) -> reduce(HUBER.apply(a, b, Arithmetic.constant(a, a.dtype(), delta)), reduction));
    }

    static Tensor binaryCrossEntropy(Tensor p, Tensor t, @Nullable Tensor weight, Reduction reduction) {
        check("binaryCrossEntropy", p, t);
        requireWeight("binaryCrossEntropy", "weight", weight, p);
        return widened(
                p,
                t,
                (a, b) -> reduce(
                        weighted(Dispatch.bind(new Op.Call(new BinaryCrossEntropy()), a, b), weight), reduction));
    }

    static Tensor binaryCrossEntropyWithLogits(
            Tensor x, Tensor t, @Nullable Tensor weight, @Nullable Tensor positive, Reduction reduction) {
        check("binaryCrossEntropyWithLogits", x, t);
        requireWeight("binaryCrossEntropyWithLogits", "weight", weight, x);
        requireWeight("binaryCrossEntropyWithLogits", "positive weight", positive, x);
        if (weight != null && positive != null) {
            var _ = Combining.common("binaryCrossEntropyWithLogits", x.shape(), positive.shape(), weight.shape());
        }
        return widened(x, t, (a, b) -> {
            Tensor loss =
                    positive == null ? BCE_LOGITS.apply(a, b) : BCE_LOGITS_POSITIVE.apply(a, b, Widened.of(positive));
            return reduce(weighted(loss, weight), reduction);
        });
    }

    static Tensor klDiv(Tensor x, Tensor t, boolean logTarget, Reduction reduction) {
        check(logTarget ? "klDivLogTarget" : "klDiv", x, t);
        return widened(x, t, (a, b) -> reduce((logTarget ? KL_LOG : KL).apply(a, b), reduction));
    }

    static Tensor gaussianNll(Tensor x, Tensor t, Tensor variance, double epsilon, Reduction reduction) {
        check("gaussianNllLoss", x, t);
        if (!(epsilon > 0)) {
            throw new IllegalArgumentException("gaussianNllLoss: epsilon " + epsilon + " must be more than 0");
        }
        if (variance.dtype() == DType.BOOL) {
            throw new DTypeException("gaussianNllLoss: the variance is BOOL and must hold numbers: convert it with"
                    + " to(DType." + x.dtype() + ")");
        }
        Tensor v = variance(x.shape(), variance);
        if (Traced.beneath(v).lt(0).any().item() != 0) {
            throw new IllegalArgumentException(
                    "gaussianNllLoss: the variance has a negative element: give 0 or more, for"
                            + " instance softplus of it");
        }
        // The raising adds a constant, so that the gradient passes as if there were none.
        Tensor raise = v.detach().neg().add(epsilon).relu();
        Tensor raised = v.add(raise);
        return widened(x, t, (a, b) -> reduce(GAUSSIAN_NLL.apply(a, b, Widened.of(raised)), reduction));
    }

    /** The variance with the axes of the input: one for each element, for each row, or along one axis of size 1. */
    private static Tensor variance(Shape input, Tensor variance) {
        Shape shape = variance.shape();
        int rank = input.rank();
        if (shape.equals(input)) {
            return variance;
        }
        if (rank > 0 && shape.equals(input.without(Axes.listed("gaussianNllLoss", rank, -1)))) {
            return variance.unsqueeze(-1);
        }
        int single = 0;
        boolean fits = shape.rank() == rank;
        for (int a = 0; fits && a < rank; a++) {
            boolean equal = shape.size(a) == input.size(a);
            fits = equal || shape.size(a) == 1;
            single += equal ? 0 : 1;
        }
        if (!fits || single != 1) {
            throw new ShapeException("gaussianNllLoss: a variance of shape " + shape
                    + " does not fit an input of shape "
                    + input + ": give the input's shape, that shape without its last axis, or with one size replaced by"
                    + " 1; broadcastTo makes others fit");
        }
        return variance;
    }

    /** Refuses a weight that does not broadcast with the input, or that would change the dtype of the loss. */
    private static void requireWeight(String name, String what, @Nullable Tensor weight, Tensor x) {
        if (weight == null) {
            return;
        }
        var _ = Broadcasting.common(name, x.shape(), weight.shape());
        if (weight.rank() > 0 && DType.promote(x.dtype(), weight.dtype()) != x.dtype()) {
            throw new DTypeException(name + ": the " + what + " is " + weight.dtype() + " and the input " + x.dtype()
                    + ": convert one of them with to(dtype)");
        }
    }

    private static Tensor weighted(Tensor loss, @Nullable Tensor weight) {
        return weight == null ? loss : loss.mul(Widened.of(weight));
    }

    /** A loss of an input and a target of one dtype, in F32 inside if that is BF16 or F16. */
    private static Tensor widened(Tensor x, Tensor t, BinaryOperator<Tensor> loss) {
        return Widened.compute(x, a -> loss.apply(a, Widened.of(t)));
    }

    static Tensor reduce(Tensor loss, Reduction reduction) {
        return switch (reduction) {
            case MEAN -> loss.mean();
            case SUM -> loss.sum();
            case BATCH_MEAN -> loss.rank() == 0 ? loss : loss.sum().div((double) loss.size(0));
            case NONE -> loss;
        };
    }

    private static void check(String name, Tensor x, Tensor t) {
        Reductions.requireFloating(name, x);
        if (!x.shape().equals(t.shape())) {
            throw new ShapeException(name + ": an input of shape " + x.shape() + " and a target of shape " + t.shape()
                    + ": the two must be equal; reshape one of them, or broadcast it with broadcastTo if that"
                    + " is meant");
        }
        if (x.dtype() != t.dtype()) {
            throw new DTypeException(name + ": the input is " + x.dtype() + " and the target " + t.dtype()
                    + ": convert one of them with to(dtype)");
        }
    }
}
