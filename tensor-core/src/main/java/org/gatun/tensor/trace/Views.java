package org.gatun.tensor.trace;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.SliceSpec;
import org.gatun.tensor.shape.Layout;

/** The operations that only change a layout: the result shares the operand's memory, on every device. */
public final class Views {
    private Views() {}

    /** The view that {@code op} makes of {@code x}. */
    public static ConcreteTensor of(Op.View op, ConcreteTensor x) {
        return x.view(layout(op, x.layout()));
    }

    private static Layout layout(Op.View op, Layout x) {
        return switch (op) {
            case Op.Permute p -> x.permuted(p.order());
            case Op.Broadcast b -> x.broadcast(b.shape());
            case Op.Slice s -> {
                SliceSpec spec = s.spec();
                yield x.sliced(spec.start().toArray(), spec.step().toArray(), spec.size());
            }
            case Op.Flip f -> x.flipped(f.axes());
            case Op.Windows w -> x.windowed(w.axis(), w.size(), w.step());
        };
    }
}
