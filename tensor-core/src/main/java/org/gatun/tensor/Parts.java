package org.gatun.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Shape;

/** Taking tensors apart, and arranging or repeating their parts. */
final class Parts {
    private Parts() {}

    static Tensor narrow(String name, Tensor x, int axis, long start, long length) {
        int a = Axes.normalise(name, axis, x.rank());
        long n = x.size(a);
        long first = start < 0 ? start + n : start;
        if (first < 0 || length < 0 || first > n - length) {
            throw new IndexOutOfBoundsException(name + ": " + length + " elements from " + start
                    + " do not lie within axis " + axis + " of shape " + x.shape() + ", which has " + n);
        }
        return Shaping.slice(x, a, first, first + length, 1);
    }

    static List<Tensor> split(Tensor x, long size, int axis) {
        int a = Axes.normalise("split", axis, x.rank());
        if (size < 1) {
            throw new ShapeException("split: the size " + size + " must be 1 or more");
        }
        long n = x.size(a);
        List<Tensor> parts = new ArrayList<>();
        long at = 0;
        do {
            long to = at + Math.min(size, n - at);
            parts.add(Shaping.slice(x, a, at, to, 1));
            at = to;
        } while (at < n);
        return List.copyOf(parts);
    }

    static List<Tensor> split(Tensor x, long[] sizes, int axis) {
        int a = Axes.normalise("split", axis, x.rank());
        // What is left of the axis, or a negative number for good once a size does not fit: no sum that could wrap
        // around.
        long left = x.size(a);
        for (long s : sizes) {
            left = s >= 0 && s <= left ? left - s : -1;
        }
        if (left != 0) {
            throw new ShapeException("split: the sizes " + Arrays.toString(sizes) + " must be 0 or more and add up to "
                    + x.size(a) + ", the size of axis " + axis + " of shape " + x.shape());
        }
        List<Tensor> parts = new ArrayList<>();
        long at = 0;
        for (long s : sizes) {
            parts.add(Shaping.slice(x, a, at, at + s, 1));
            at += s;
        }
        return List.copyOf(parts);
    }

    static List<Tensor> chunk(Tensor x, long count, int axis) {
        int a = Axes.normalise("chunk", axis, x.rank());
        if (count < 1) {
            throw new ShapeException("chunk: the number of parts " + count + " must be 1 or more");
        }
        return split(x, Math.max(Math.ceilDiv(x.size(a), count), 1), a);
    }

    static List<Tensor> unbind(Tensor x, int axis) {
        int a = Axes.normalise("unbind", axis, x.rank());
        List<Tensor> slices = new ArrayList<>();
        for (long i = 0; i < x.size(a); i++) {
            slices.add(Shaping.select(x, a, i));
        }
        return List.copyOf(slices);
    }

    static Tensor moveAxis(Tensor x, int from, int to) {
        if (x.rank() == 0) {
            Axes.ofScalar("moveAxis", from);
            Axes.ofScalar("moveAxis", to);
            return Shaping.permute(x);
        }
        int f = Axes.normalise("moveAxis", from, x.rank());
        int t = Axes.normalise("moveAxis", to, x.rank());
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < x.rank(); i++) {
            if (i != f) {
                order.add(i);
            }
        }
        order.add(t, f);
        return Shaping.permute(x, order.stream().mapToInt(Integer::intValue).toArray());
    }

    static Tensor roll(Tensor x, long shift, int axis) {
        int a = Axes.normalise("roll", axis, x.rank());
        long n = x.size(a);
        long by = n == 0 ? 0 : Math.floorMod(shift, n);
        if (by == 0) {
            return x.copy();
        }
        return Joining.cat("roll", a, Shaping.slice(x, a, n - by, n, 1), Shaping.slice(x, a, 0, n - by, 1));
    }

    static Tensor repeat(String name, Tensor x, long... times) {
        int lead = times.length - x.rank();
        boolean negative = Arrays.stream(times).anyMatch(t -> t < 0);
        if (lead < 0 || negative) {
            throw new ShapeException(name + ": the numbers of times " + Arrays.toString(times)
                    + " must be 0 or more, one for" + " each axis of shape " + x.shape() + " at least");
        }
        // (s0, s1) -> (1, s0, 1, s1) -> (r0, s0, r1, s1) -> (r0 s0, r1 s1).
        long[] apart = new long[2 * times.length];
        long[] spread = new long[2 * times.length];
        long[] joined = new long[times.length];
        for (int i = 0; i < times.length; i++) {
            long s = i < lead ? 1 : x.size(i - lead);
            apart[2 * i] = 1;
            apart[2 * i + 1] = s;
            spread[2 * i] = times[i];
            spread[2 * i + 1] = s;
            joined[i] = product(name, x, times[i], s);
        }
        Shape shape = Creation.shape(name, x.dtype(), joined);
        return x.reshape(apart).broadcastTo(spread).copy().reshape(shape);
    }

    static Tensor tile(Tensor x, long... times) {
        if (times.length >= x.rank()) {
            return repeat("tile", x, times);
        }
        long[] all = new long[x.rank()];
        Arrays.fill(all, 1);
        System.arraycopy(times, 0, all, all.length - times.length, times.length);
        return repeat("tile", x, all);
    }

    static Tensor repeatInterleave(Tensor x, long times, int axis) {
        int a = Axes.normalise("repeatInterleave", axis, x.rank());
        if (times < 0) {
            throw new ShapeException("repeatInterleave: the number of times " + times + " must be 0 or more");
        }
        long[] sizes = x.shape().toArray();
        sizes[a] = product("repeatInterleave", x, times, x.size(a));
        Shape shape = Creation.shape("repeatInterleave", x.dtype(), sizes);
        Tensor spread = x.unsqueeze(a + 1).broadcastTo(x.shape().inserted(a + 1, times));
        return spread.copy().reshape(shape);
    }

    /** How many elements an axis has after it was repeated. */
    private static long product(String name, Tensor x, long times, long size) {
        try {
            return Math.multiplyExact(times, size);
        } catch (ArithmeticException e) {
            throw new ShapeException(
                    name + ": " + size + " elements of an axis of shape " + x.shape() + " " + times
                            + " times are more than 2^63 - 1: repeat them less often",
                    e);
        }
    }
}
