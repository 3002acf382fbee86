package org.gatun.autograd;

import java.util.List;
import java.util.function.Function;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.trace.Traced;
import org.gatun.tensor.trace.TypeTrace;

/** The transpose of a linear function: see {@link Grad#transpose}. */
final class Transposition {
    private static final Linearity CLAIM =
            new Linearity("transpose: the function", "argument", "use vjp for the transposed Jacobian at a point");

    private Transposition() {}

    static <P, R> Function<R, P> of(Function<P, R> f, P like) {
        Reverse.requireFloatingArgument("transpose", like);
        requireLinear(CLAIM, f, like);
        VjpResult<P, R> at0 = Reverse.vjp("transpose", f, zeros(like));
        requireZero(CLAIM, at0);
        return u -> at0.pullback("transpose", u);
    }

    /** Refuses a value at 0 that is not 0; NaN comes of factors that are infinite. */
    static void requireZero(Linearity claim, VjpResult<?, ?> at0) {
        for (Tensor y : Structure.tensors(at0.value())) {
            if (y.dtype().isFloating()
                    && y.elements() > 0
                    && Traced.hasNumbers(y)
                    && Traced.beneath(y).abs().gt(0).any().item() != 0) {
                at0.close();
                throw claim.refused(y.shape());
            }
        }
    }

    static <P> P zeros(P like) {
        return Structure.map(
                like, x -> ConcreteTensor.scalar(x.dtype(), 0.0, x.device()).broadcastTo(x.shape()));
    }

    /**
     * Runs the function on types alone, and refuses operations whose derivative depends on the argument.
     */
    private static <P, R> void requireLinear(Linearity claim, Function<P, R> f, P like) {
        List<TensorType> types = Structure.tensors(like).stream()
                .map(x -> new TensorType(x.dtype(), x.shape()))
                .toList();
        var _ = TypeTrace.infer(types, in -> {
            Recording check = Recording.openLinear(claim);
            try {
                var next = in.iterator();
                P leaves = Structure.map(like, x -> {
                    Tensor value = next.next();
                    return value.dtype().isFloating() ? check.leaf(value) : Grad.plain(x);
                });
                var _ = f.apply(leaves);
                return List.of();
            } finally {
                check.close();
            }
        });
    }
}
