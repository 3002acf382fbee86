package org.gatun.tensor;

import java.util.Arrays;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;

/** Windows that slide along axes: views in which an element may appear several times. */
final class Strides {
    private Strides() {}

    static Tensor unfold(Tensor x, int axis, long size, long step) {
        if (x.rank() == 0) {
            Axes.ofScalar("unfold", axis);
            return unfold(x.reshape(1), 0, size, step).select(0, 0);
        }
        int a = Axes.normalise("unfold", axis, x.rank());
        if (size < 0 || size > x.size(a) || step < 1) {
            throw new ShapeException("unfold: windows of size " + size + " in steps of " + step + " along axis " + axis
                    + " of shape " + x.shape() + ": give a size from 0 to " + x.size(a) + " and a step of 1 or more");
        }
        return Dispatch.bind(new Op.Windows(a, size, step), x);
    }

    static Tensor asStrided(Tensor x, long[] sizes, long[] strides, long offset) {
        long span = span(x, sizes, strides, offset);
        if (span == 0) {
            return x.flatten().slice(0, 0, 0).reshape(Shape.of(sizes));
        }
        // Each axis is the windows of all that the axes behind it reach; one of stride 0 repeats them.
        Tensor view = Shaping.slice(x.flatten(), 0, offset, offset + span, 1);
        for (int i = 0; i < sizes.length; i++) {
            if (strides[i] == 0 || sizes[i] == 1) {
                view = view.unsqueeze(i).broadcastTo(view.shape().inserted(i, sizes[i]));
            } else {
                span -= strides[i] * (sizes[i] - 1);
                view = Dispatch.bind(new Op.Windows(i, span, strides[i]), view);
            }
        }
        // What is left is the one element that each combination of windows begins with.
        return view.squeeze(-1);
    }

    /** How many elements lie between the first and the last one, both included; 0 when there are none. */
    private static long span(Tensor x, long[] sizes, long[] strides, long offset) {
        boolean valid = sizes.length == strides.length
                && offset >= 0
                && Arrays.stream(sizes).allMatch(s -> s >= 0)
                && Arrays.stream(strides).allMatch(s -> s >= 0);
        long span = 1;
        if (valid && Arrays.stream(sizes).anyMatch(s -> s == 0)) {
            return 0;
        }
        try {
            for (int i = 0; valid && i < sizes.length; i++) {
                span = Math.addExact(span, Math.multiplyExact(strides[i], sizes[i] - 1));
            }
            valid &= Math.addExact(offset, span) <= x.elements();
        } catch (ArithmeticException e) {
            valid = false;
        }
        if (!valid) {
            throw new ShapeException("asStrided: sizes " + Arrays.toString(sizes) + " with strides "
                    + Arrays.toString(strides) + " from offset " + offset + " do not lie within the " + x.elements()
                    + " elements of shape " + x.shape()
                    + ": give as many strides as sizes, nothing negative, and no place behind the last element");
        }
        return span;
    }
}
