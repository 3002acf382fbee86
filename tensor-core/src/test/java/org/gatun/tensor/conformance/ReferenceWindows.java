package org.gatun.tensor.conformance;

import java.util.List;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.ConvSpec;
import org.gatun.tensor.ir.PoolSpec;
import org.gatun.tensor.shape.Shape;

/** Matrix products, convolutions and pooling as loops over every pair of elements that meet. */
final class ReferenceWindows {
    private ReferenceWindows() {}

    static HostArray matMul(HostArray a, HostArray b) {
        Shape shape = a.shape().withSize(-1, b.shape().size(-1));
        int rank = shape.rank();
        var out = new Accumulator(a.dtype(), shape);
        for (int i = 0; i < (int) shape.elements(); i++) {
            long[] index = HostArray.index(shape, i);
            for (long k = 0; k < a.shape().size(-1); k++) {
                long[] left = index.clone();
                long[] right = index.clone();
                left[rank - 1] = k;
                right[rank - 2] = k;
                out.addProduct(i, a, HostArray.flat(a.shape(), left), b, HostArray.flat(b.shape(), right));
            }
        }
        return out.array();
    }

    /** One product of the convolution: image element, weight element and result element that meet. */
    @FunctionalInterface
    private interface Meeting {
        void at(int image, int weight, int result);
    }

    static HostArray conv2d(ConvSpec spec, HostArray x, HostArray weight) {
        Shape shape = convolved(spec, x.shape(), weight.shape());
        var out = new Accumulator(x.dtype(), shape);
        meetings(spec, x.shape(), weight.shape(), shape, (i, w, o) -> out.addProduct(o, x, i, weight, w));
        return out.array();
    }

    static HostArray conv2dInput(ConvSpec spec, Shape input, HostArray g, HostArray weight) {
        var out = new Accumulator(g.dtype(), input);
        meetings(spec, input, weight.shape(), g.shape(), (i, w, o) -> out.addProduct(i, g, o, weight, w));
        return out.array();
    }

    static HostArray conv2dWeight(ConvSpec spec, Shape weight, HostArray g, HostArray x) {
        var out = new Accumulator(g.dtype(), weight);
        meetings(spec, x.shape(), weight, g.shape(), (i, w, o) -> out.addProduct(w, g, o, x, i));
        return out.array();
    }

    private static Shape convolved(ConvSpec spec, Shape x, Shape weight) {
        return Shape.of(
                x.size(0),
                weight.size(0),
                places(x.size(2), spec.padH(), spec.dilationH(), weight.size(2), spec.strideH()),
                places(x.size(3), spec.padW(), spec.dilationW(), weight.size(3), spec.strideW()));
    }

    /** Counts the places where a dilated window of {@code taps} lies wholly in the padded axis. */
    private static long places(long size, int pad, int dilation, long taps, int stride) {
        long count = 0;
        for (long first = -pad; first + dilation * (taps - 1) < size + pad; first += stride) {
            count++;
        }
        return count;
    }

    private static void meetings(ConvSpec spec, Shape x, Shape weight, Shape result, Meeting meeting) {
        long outPerGroup = weight.size(0) / spec.groups();
        for (int o = 0; o < (int) result.elements(); o++) {
            long[] at = HostArray.index(result, o);
            for (int w = 0; w < (int) weight.elements(); w++) {
                long[] tap = HostArray.index(weight, w);
                if (tap[0] != at[1]) {
                    continue;
                }
                long channel = at[1] / outPerGroup * weight.size(1) + tap[1];
                long row = at[2] * spec.strideH() - spec.padH() + tap[2] * spec.dilationH();
                long column = at[3] * spec.strideW() - spec.padW() + tap[3] * spec.dilationW();
                if (row >= 0 && row < x.size(2) && column >= 0 && column < x.size(3)) {
                    meeting.at(HostArray.flat(x, at[0], channel, row, column), w, o);
                }
            }
        }
    }

    static List<HostArray> maxPool2d(PoolSpec spec, HostArray x) {
        Shape shape = pooled(spec, x.shape());
        int[] best = new int[(int) shape.elements()];
        for (int o = 0; o < best.length; o++) {
            best[o] = -1;
            long[] at = HostArray.index(shape, o);
            for (int kh = 0; kh < spec.kernelH(); kh++) {
                for (int kw = 0; kw < spec.kernelW(); kw++) {
                    long row = at[2] * spec.strideH() - spec.padH() + (long) kh * spec.dilationH();
                    long column = at[3] * spec.strideW() - spec.padW() + (long) kw * spec.dilationW();
                    if (row >= 0
                            && row < x.shape().size(2)
                            && column >= 0
                            && column < x.shape().size(3)) {
                        int i = HostArray.flat(x.shape(), at[0], at[1], row, column);
                        if (best[o] < 0 || larger(x, i, best[o])) {
                            best[o] = i;
                        }
                    }
                }
            }
        }
        long plane = x.shape().size(2) * x.shape().size(3);
        return List.of(x.pick(shape, o -> best[o]), HostArray.wholes(DType.I64, shape, o -> best[o] % plane));
    }

    private static boolean larger(HostArray x, int i, int j) {
        if (!x.dtype().isFloating()) {
            return x.whole(i) > x.whole(j);
        }
        return x.real(i) > x.real(j) || (Double.isNaN(x.real(i)) && !Double.isNaN(x.real(j)));
    }

    static HostArray avgPool2d(PoolSpec spec, HostArray x) {
        Shape shape = pooled(spec, x.shape());
        var out = new Accumulator(x.dtype(), shape);
        averages(spec, x.shape(), shape, (i, o, divisor) -> out.add(o, x.real(i) / divisor));
        return out.array();
    }

    static HostArray avgPool2dGrad(PoolSpec spec, Shape input, HostArray g) {
        var out = new Accumulator(g.dtype(), input);
        averages(spec, input, g.shape(), (i, o, divisor) -> out.add(i, g.real(o) / divisor));
        return out.array();
    }

    /** An image element in a window, the window's result and the divisor of its mean. */
    @FunctionalInterface
    private interface Share {
        void at(int image, int result, long divisor);
    }

    private static void averages(PoolSpec spec, Shape x, Shape result, Share share) {
        for (int o = 0; o < (int) result.elements(); o++) {
            long[] at = HostArray.index(result, o);
            long top = at[2] * spec.strideH() - spec.padH();
            long left = at[3] * spec.strideW() - spec.padW();
            // In ceil mode a window may reach beyond the padding; what is there never counts.
            long bottom = Math.min(top + spec.kernelH(), x.size(2) + spec.padH());
            long right = Math.min(left + spec.kernelW(), x.size(3) + spec.padW());
            long inside = 0;
            long all = 0;
            for (int pass = 0; pass < 2; pass++) {
                for (long row = top; row < bottom; row++) {
                    for (long column = left; column < right; column++) {
                        boolean real = row >= 0 && row < x.size(2) && column >= 0 && column < x.size(3);
                        if (pass == 0) {
                            all++;
                            inside += real ? 1 : 0;
                        } else if (real) {
                            share.at(
                                    HostArray.flat(x, at[0], at[1], row, column),
                                    o,
                                    spec.countIncludePad() ? all : inside);
                        }
                    }
                }
            }
        }
    }

    private static Shape pooled(PoolSpec spec, Shape x) {
        return Shape.of(
                x.size(0),
                x.size(1),
                windows(x.size(2), spec.padH(), spec.dilationH(), spec.kernelH(), spec.strideH(), spec.ceilMode()),
                windows(x.size(3), spec.padW(), spec.dilationW(), spec.kernelW(), spec.strideW(), spec.ceilMode()));
    }

    /** Counts windows: those that fit, and in ceil mode one more that reaches over the end but starts before the right padding. */
    private static long windows(long size, int pad, int dilation, int taps, int stride, boolean ceil) {
        long whole = places(size, pad, dilation, taps, stride);
        long last = -pad + (whole - 1) * stride + (long) dilation * (taps - 1);
        long next = -pad + whole * stride;
        return ceil && last < size + pad - 1 && next < size ? whole + 1 : whole;
    }
}
