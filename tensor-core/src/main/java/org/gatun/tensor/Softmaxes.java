package org.gatun.tensor;

import org.gatun.tensor.composite.LogSoftmax;
import org.gatun.tensor.composite.LogSumExp;
import org.gatun.tensor.composite.Softmax;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.trace.Dispatch;

/** The arguments of softmax and its relatives, checked and turned into calls of their composites. */
final class Softmaxes {
    private Softmaxes() {}

    static Tensor softmax(Tensor x, int axis) {
        Reductions.requireFloating("softmax", x);
        if (x.rank() == 0) {
            Axes.ofScalar("softmax", axis);
            return softmax(x.reshape(1), 0).reshape();
        }
        int a = Axes.normalise("softmax", axis, x.rank());
        return x.elements() == 0 ? x.copy() : Dispatch.bind(new Op.Call(new Softmax(a)), x);
    }

    static Tensor logSoftmax(Tensor x, int axis) {
        Reductions.requireFloating("logSoftmax", x);
        if (x.rank() == 0) {
            Axes.ofScalar("logSoftmax", axis);
            return logSoftmax(x.reshape(1), 0).reshape();
        }
        int a = Axes.normalise("logSoftmax", axis, x.rank());
        // The derivative takes e^y of the result, which 16 bits would give no digits.
        return x.elements() == 0 ? x.copy() : Widened.compute(x, w -> Dispatch.bind(new Op.Call(new LogSoftmax(a)), w));
    }

    static Tensor logsumexp(Tensor x, boolean keepDims, int... axes) {
        Reductions.requireFloating("logsumexp", x);
        Axes over = Axes.reduction("logsumexp", x.rank(), axes);
        Op.Call call = new Op.Call(new LogSumExp(over));
        Tensor kept = x.elements() == 0
                ? Dispatch.bind(new Op.Sum(over), x.exp()).log()
                : Widened.compute(x, w -> Dispatch.bind(call, w));
        return Reductions.finish(kept, over, keepDims);
    }
}
