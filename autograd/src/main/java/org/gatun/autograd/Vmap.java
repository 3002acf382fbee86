package org.gatun.autograd;

import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Axes;
import org.jspecify.annotations.Nullable;

/** Runs a function over a batch: see {@link Grad#vmap}. */
final class Vmap {
    private Vmap() {}

    static <P, R> R apply(Function<P, R> f, P arguments, BatchAxes in, BatchAxes out) {
        return MemoryScope.tidy(() -> {
            List<@Nullable Integer> axes = in.expand(arguments);
            var trace = new BatchTrace(size(Structure.tensors(arguments), axes, in));
            try {
                Iterator<@Nullable Integer> next = axes.iterator();
                P each = Structure.map(arguments, x -> enter(trace, x, next.next()));
                R result = f.apply(each);
                if (result == null) {
                    throw new IllegalStateException("vmap: the function returns null: return a tensor, or a record,"
                            + " list, map or array of tensors");
                }
                Iterator<@Nullable Integer> to = out.expand(result).iterator();
                return Structure.map(result, y -> leave(trace, y, to.next()));
            } finally {
                trace.close();
            }
        });
    }

    /** The size of the batch, on which all tensors that have one must agree. */
    private static long size(List<Tensor> tensors, List<@Nullable Integer> axes, BatchAxes in) {
        long size = -1;
        String first = "";
        for (int i = 0; i < tensors.size(); i++) {
            Integer axis = axes.get(i);
            if (axis == null) {
                continue;
            }
            Tensor x = tensors.get(i);
            if (x.rank() == 0) {
                throw new ShapeException("vmap: argument " + i + " is a scalar and has no axis " + axis
                        + " to hold a batch: give it BatchAxes.NONE if it is the same for every element");
            }
            long n = x.size(Axes.normalise("vmap", axis, x.rank()));
            String here = n + " along axis " + axis + " of argument " + i + " of shape " + x.shape();
            if (size >= 0 && n != size) {
                throw new ShapeException("vmap: the sizes of the batch disagree: " + first + ", but " + here
                        + ": give the axis of each argument that is the batch, and null for an argument without one");
            }
            size = n;
            first = first.isEmpty() ? here : first;
        }
        if (size < 0) {
            throw new IllegalArgumentException("vmap: the axes " + in + " give a batch axis to none of the "
                    + tensors.size() + " tensors in the argument: give one to at least one of them");
        }
        return size;
    }

    private static Tensor enter(BatchTrace trace, Tensor x, @Nullable Integer axis) {
        Tensor now = Grad.plain(x);
        // A handle of its own: what the function closes is not the caller's.
        return axis == null ? now : new Batched(trace, axis == 0 ? now.view() : now.moveAxis(axis, 0));
    }

    private static Tensor leave(BatchTrace trace, Tensor result, @Nullable Integer axis) {
        Tensor y = Grad.plain(result);
        if (axis != null) {
            int to = Axes.insertion("vmap", axis, y.rank());
            Tensor whole = trace.whole(y);
            return to == 0 ? whole.view() : whole.moveAxis(0, to);
        }
        if (trace.own(y)) {
            throw new IllegalArgumentException("vmap: a result of shape " + y.shape()
                    + " differs from element to element of the batch, and its output axis is none: give it an axis");
        }
        return y.view();
    }
}
