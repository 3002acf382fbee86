package org.gatun.tensor.shape;

import java.util.Arrays;
import org.gatun.tensor.ShapeException;

/**
 * NumPy's broadcasting rule: shapes are aligned at the last axis; along each axis the sizes must be equal, or one of them 1 (or
 * missing), which is repeated to the other.
 */
public final class Broadcasting {
    private Broadcasting() {}

    /**
     * The shape that both operands broadcast to.
     *
     * @throws ShapeException naming {@code operation}, both shapes and the axis when they do not fit
     */
    public static Shape common(String operation, Shape a, Shape b) {
        if (a.equals(b)) {
            return a;
        }
        int rank = Math.max(a.rank(), b.rank());
        long[] sizes = new long[rank];
        for (int back = 1; back <= rank; back++) {
            long x = back <= a.rank() ? a.size(-back) : 1;
            long y = back <= b.rank() ? b.size(-back) : 1;
            if (x != y && x != 1 && y != 1) {
                throw new ShapeException(operation + ": shapes " + a + " and " + b + " do not broadcast: sizes " + x
                        + " and " + y + " differ at axis " + -back
                        + "; make them equal, or one of them 1 (reshape or unsqueeze)");
            }
            sizes[rank - back] = x == 1 ? y : x;
        }
        return Shape.of(sizes);
    }

    /** Whether {@code from} can be repeated to {@code to}. */
    public static boolean fits(Shape from, Shape to) {
        if (from.rank() > to.rank()) {
            return false;
        }
        for (int back = 1; back <= from.rank(); back++) {
            long x = from.size(-back);
            if (x != 1 && x != to.size(-back)) {
                return false;
            }
        }
        return true;
    }

    /**
     * The axes of {@code to} along which {@code from} was repeated, counted in {@code to}: a gradient is summed over these to
     * undo the broadcast.
     */
    public static Axes repeatedAxes(Shape from, Shape to) {
        int lead = to.rank() - from.rank();
        int[] axes = new int[to.rank()];
        int n = 0;
        for (int i = 0; i < to.rank(); i++) {
            if (i < lead || (from.size(i - lead) == 1 && to.size(i) != 1)) {
                axes[n++] = i;
            }
        }
        return n == 0 ? Axes.NONE : Axes.listed("broadcast", to.rank(), Arrays.copyOf(axes, n));
    }
}
