package org.gatun.tensor.trace;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.SliceSpec;
import org.gatun.tensor.shape.Layout;
import org.jspecify.annotations.Nullable;

/** The operations that only change a layout: the result shares the operand's memory, on every device. */
final class Views {
    private Views() {}

    /** The view that {@code op} makes of {@code x}, or null when it needs a kernel. */
    static @Nullable ConcreteTensor of(Op op, ConcreteTensor x) {
        Layout layout = layout(op, x.layout());
        return layout == null ? null : x.view(layout);
    }

    private static @Nullable Layout layout(Op op, Layout x) {
        if (op instanceof Op.Reshape r) {
            return x.reshaped(r.shape());
        }
        if (op instanceof Op.Permute p) {
            return x.permuted(p.order());
        }
        if (op instanceof Op.Broadcast b) {
            return x.broadcast(b.shape());
        }
        if (op instanceof Op.Slice s) {
            SliceSpec spec = s.spec();
            return x.sliced(spec.start().toArray(), spec.step().toArray(), spec.size());
        }
        if (op instanceof Op.Flip f) {
            return x.flipped(f.axes());
        }
        return null;
    }
}
