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
    private Transposition() {}

    static <P, R> Function<R, P> of(Function<P, R> f, P like) {
        requireLinear(f, like);
        VjpResult<P, R> at0 = Reverse.vjp("transpose", f, zeros(like));
        for (Tensor y : Structure.tensors(at0.value())) {
            if (y.dtype().isFloating()
                    && y.elements() > 0
                    && Traced.beneath(y).ne(0).any().item() != 0) {
                at0.close();
                throw new IllegalArgumentException(
                        "transpose: the function is not linear: at 0 it gives other than 0 in a" + " result of shape "
                                + y.shape() + ": leave out what it adds, or use vjp");
            }
        }
        return at0::pullback;
    }

    static <P> P zeros(P like) {
        return Structure.map(
                like, x -> ConcreteTensor.scalar(x.dtype(), 0.0, x.device()).broadcastTo(x.shape()));
    }

    /** Runs the function on types alone, and refuses operations whose derivative depends on the argument. */
    private static <P, R> void requireLinear(Function<P, R> f, P like) {
        List<TensorType> types = Structure.tensors(like).stream()
                .map(x -> new TensorType(x.dtype(), x.shape()))
                .toList();
        var _ = TypeTrace.infer(types, in -> {
            Recording check = Recording.openLinear();
            try {
                var next = in.iterator();
                P leaves = Structure.map(like, x -> {
                    Tensor value = next.next();
                    return value.dtype().isFloating() ? check.leaf(value) : Grad.plain(x);
                });
                R y = f.apply(leaves);
                Grad.requireFloating("transpose", y);
                return List.of();
            } finally {
                check.close();
            }
        });
    }
}
