package org.gatun.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.gatun.tensor.shape.Shape;

/** Padding by the elements of the axes themselves: parts of a tensor, some of them flipped, joined axis after axis. */
final class EdgePadding {
    private EdgePadding() {}

    static Tensor pad(Tensor x, long[] before, long[] after, PadMode mode) {
        if (before.length != x.rank() || after.length != x.rank()) {
            throw new ShapeException("pad: " + Arrays.toString(before) + " before and " + Arrays.toString(after)
                    + " after do not fit a tensor of shape " + x.shape() + ": give one number for each of the "
                    + x.rank() + " axes");
        }
        for (int a = 0; a < before.length; a++) {
            check(x, a, before[a], after[a], mode);
        }
        Tensor t = x;
        for (int a = 0; a < before.length; a++) {
            t = before[a] == 0 && after[a] == 0 ? t : pad(t, a, before[a], after[a], mode);
        }
        return t == x ? x.copy() : t;
    }

    /** The pairs of {@code torch.nn.functional.pad}, the last axis first, as numbers for each axis: before and after. */
    static long[][] inOrder(Tensor x, long... pairs) {
        if (pairs.length % 2 != 0 || pairs.length > 2L * x.rank()) {
            throw new ShapeException("pad: " + Arrays.toString(pairs) + " are not pairs for a tensor of shape "
                    + x.shape() + ": give a number before and one after for some of its axes, the last axis first");
        }
        long[] before = new long[x.rank()];
        long[] after = new long[x.rank()];
        for (int i = 0; i < pairs.length / 2; i++) {
            before[x.rank() - 1 - i] = pairs[2 * i];
            after[x.rank() - 1 - i] = pairs[2 * i + 1];
        }
        return new long[][] {before, after};
    }

    private static void check(Tensor x, int axis, long before, long after, PadMode mode) {
        long n = x.size(axis);
        // Compared before they are negated and subtracted, so that nothing wraps around.
        if (before < -n || after < -n || Math.max(-before, 0) > n - Math.max(-after, 0)) {
            throw new ShapeException("pad: " + before + " before and " + after + " after take more than the " + n
                    + " elements along axis " + axis + " of shape " + x.shape());
        }
        long left = n - Math.max(-before, 0) - Math.max(-after, 0);
        long most = switch (mode) {
            case REFLECT -> n - 1;
            case SYMMETRIC -> n;
            case REPLICATE -> n == 0 ? 0 : Long.MAX_VALUE;
            case CIRCULAR -> left;
        };
        if (Math.max(before, after) > 0 && Math.max(before, after) > most) {
            throw new ShapeException("pad: " + before + " before and " + after + " after are too many for the " + n
                    + " elements along axis " + axis + " of shape " + x.shape() + " in mode "
                    + mode.name().toLowerCase(Locale.ROOT) + ": " + remedy(mode, n, most));
        }
    }

    private static String remedy(PadMode mode, long n, long most) {
        if (most > 0) {
            return "give at most " + most + ", or pad twice";
        }
        return n == 1 && mode == PadMode.REFLECT
                ? "a single element has no neighbour to reflect; use REPLICATE or SYMMETRIC, which repeat it"
                : "there is no element to repeat; pad with a number instead";
    }

    private static Tensor pad(Tensor x, int axis, long before, long after, PadMode mode) {
        long n = x.size(axis);
        long from = Math.max(-before, 0);
        long to = n - Math.max(-after, 0);
        List<Tensor> parts = new ArrayList<>();
        if (before > 0) {
            parts.add(
                    switch (mode) {
                        case REFLECT -> part(x, axis, 1, before + 1).flip(axis);
                        case SYMMETRIC -> part(x, axis, 0, before).flip(axis);
                        case REPLICATE -> repeated(part(x, axis, 0, 1), axis, before);
                        case CIRCULAR -> part(x, axis, to - before, to);
                    });
        }
        parts.add(part(x, axis, from, to));
        if (after > 0) {
            parts.add(
                    switch (mode) {
                        case REFLECT -> part(x, axis, n - 1 - after, n - 1).flip(axis);
                        case SYMMETRIC -> part(x, axis, n - after, n).flip(axis);
                        case REPLICATE -> repeated(part(x, axis, n - 1, n), axis, after);
                        case CIRCULAR -> part(x, axis, from, from + after);
                    });
        }
        return Joining.cat("pad", axis, parts.toArray(Tensor[]::new));
    }

    private static Tensor part(Tensor x, int axis, long from, long to) {
        return Shaping.slice(x, axis, from, to, 1);
    }

    private static Tensor repeated(Tensor one, int axis, long times) {
        long[] sizes = one.shape().toArray();
        sizes[axis] = times;
        return Shaping.broadcast("pad", one, Shape.of("pad", sizes));
    }
}
