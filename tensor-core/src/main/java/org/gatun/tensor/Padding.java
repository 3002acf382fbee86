package org.gatun.tensor;

import java.util.Arrays;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.PadSpec;
import org.gatun.tensor.ir.SliceSpec;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

/** Padding with a constant, and cropping. */
final class Padding {
    private Padding() {}

    /** Padding with {@code value}, a scalar of x's dtype, or zeros. */
    static Tensor pad(Tensor x, long[] before, long[] after, @Nullable Tensor value) {
        int rank = x.rank();
        if (before.length != rank || after.length != rank) {
            throw new ShapeException("pad: " + Arrays.toString(before) + " before and " + Arrays.toString(after)
                    + " after do not fit a tensor of shape " + x.shape() + ": give one number for each of the " + rank
                    + " axes");
        }
        long[] low = new long[rank];
        long[] high = new long[rank];
        long[] start = new long[rank];
        long[] size = new long[rank];
        boolean crops = false;
        boolean adds = false;
        for (int a = 0; a < rank; a++) {
            low[a] = Math.max(before[a], 0);
            high[a] = Math.max(after[a], 0);
            long n = x.size(a);
            // What is taken away is compared before it is negated and subtracted, so that nothing wraps around.
            if (before[a] < -n || after[a] < -n || Math.max(-before[a], 0) > n - Math.max(-after[a], 0)) {
                throw new ShapeException("pad: " + before[a] + " before and " + after[a] + " after take more than the "
                        + n + " elements along axis " + a + " of shape " + x.shape());
            }
            start[a] = Math.max(-before[a], 0);
            size[a] = n - start[a] - Math.max(-after[a], 0);
            crops |= size[a] != n;
            adds |= low[a] > 0 || high[a] > 0;
        }
        requireCountable(x, size, low, high);
        Tensor inner = crops ? crop(x, start, size) : x;
        if (!adds) {
            return inner.copy();
        }
        Shape none = Shape.of(new long[rank]);
        Op.Pad op = new Op.Pad(new PadSpec(Shape.of(low), Shape.of(high), none));
        Tensor padded = Dispatch.bind(op, inner);
        if (value == null) {
            return padded;
        }
        Tensor yes = Arithmetic.expand(ConcreteTensor.scalar(DType.BOOL, 1.0, x.device()), inner.shape());
        Tensor inside = Dispatch.bind(op, yes);
        return inside.where(padded, value);
    }

    private static void requireCountable(Tensor x, long[] size, long[] low, long[] high) {
        long[] padded = new long[size.length];
        for (int a = 0; a < padded.length; a++) {
            padded[a] = size[a] + low[a] + high[a];
            if (low[a] > Long.MAX_VALUE - size[a] || high[a] > Long.MAX_VALUE - size[a] - low[a]) {
                throw new ShapeException("pad: " + low[a] + " before and " + high[a] + " after axis " + a + " of shape "
                        + x.shape() + " make more than 2^63 - 1 elements: pad with fewer");
            }
        }
        var _ = Creation.shape("pad", x.dtype(), padded);
    }

    /** The box of the given size from a start. */
    static Tensor crop(Tensor x, long[] start, long[] size) {
        long[] step = new long[size.length];
        Arrays.fill(step, 1);
        return Dispatch.bind(new Op.Slice(new SliceSpec(Shape.of(start), Shape.of(size), Shape.of(step))), x);
    }

    /** The box of a shape from the first element. */
    static Tensor crop(Tensor x, Shape shape) {
        return x.shape().equals(shape) ? x : crop(x, new long[shape.rank()], shape.toArray());
    }
}
