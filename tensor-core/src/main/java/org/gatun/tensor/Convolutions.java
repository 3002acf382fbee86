package org.gatun.tensor;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.gatun.tensor.ir.ConvSpec;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.PadSpec;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions and transposed ones in one to three dimensions, checked and turned into two-dimensional ones: one dimension is an image
 * of one row; of three, the windows along the depth become channels.
 */
final class Convolutions {
    private Convolutions() {}

    /** The geometry, one number for each axis. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Geometry(long[] stride, long[] padding, long[] dilation, int groups) {
        static Geometry of(String name, ConvOptions o, int axes) {
            return new Geometry(
                    ConvOptions.along(name, "stride", o.stride(), axes),
                    ConvOptions.along(name, "padding", o.padding(), axes),
                    ConvOptions.along(name, "dilation", o.dilation(), axes),
                    o.groups());
        }

        /** The elements from the first to the last tap of a window of k taps along an axis. */
        long span(int axis, long k) {
            return dilation[axis] * (k - 1) + 1;
        }

        /** The geometry of the last two axes; of one axis, of rows of height 1. */
        ConvSpec plane() {
            int w = stride.length - 1;
            boolean line = w == 0;
            return new ConvSpec(
                    line ? 1 : (int) stride[w - 1],
                    (int) stride[w],
                    line ? 0 : (int) padding[w - 1],
                    (int) padding[w],
                    line ? 1 : (int) dilation[w - 1],
                    (int) dilation[w],
                    groups);
        }
    }

    // ---- convolution ----

    static Tensor conv(int axes, Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options) {
        String name = "conv" + axes + "d";
        Objects.requireNonNull(options, name + ": the geometry is null: give ConvOptions");
        requireOperands(name, axes, x, weight, "(out, channels / groups, ");
        if (bias != null) {
            requireBias(name, bias, x, weight.shape(), weight.size(0));
        }
        Geometry g = Geometry.of(name, options, axes);
        long channels = x.size(-axes - 1);
        long outputs = weight.size(0);
        if (channels != weight.size(1) * g.groups || outputs % g.groups != 0) {
            throw new ShapeException(name + ": an input of shape " + x.shape() + " has " + channels
                    + " channels, a weight of shape " + weight.shape() + " is for " + weight.size(1) + " in each of "
                    + g.groups + " groups: the input must have " + weight.size(1) * g.groups + " channels, and the "
                    + outputs + " output channels must be a multiple of the groups");
        }
        Tensor input = x;
        if (options.same()) {
            // What is not even goes to the end first.
            long[] after = new long[x.rank()];
            for (int a = 0; a < axes; a++) {
                long total = g.span(a, weight.size(2 + a)) - 1;
                g.padding[a] = total / 2;
                after[x.rank() - axes + a] = total % 2;
            }
            input = Arrays.stream(after).anyMatch(n -> n > 0) ? Padding.pad(x, new long[x.rank()], after, null) : x;
        }
        requireFit(name, input.shape(), weight.shape(), g);
        return inBatch(axes, input, batch -> {
            Tensor y = axes == 1
                    ? bind(g, batch.unsqueeze(2), weight.unsqueeze(2)).squeeze(2)
                    : axes == 2 ? bind(g, batch, weight) : volume(g, batch, weight);
            return biased(y, bias, axes);
        });
    }

    private static Tensor bind(Geometry g, Tensor x, Tensor weight) {
        return Dispatch.bind(new Op.Conv2d(g.plane()), x, weight);
    }

    /** Windows along the depth as channels: (n, c, d, h, w) to (n od, c kd, h, w). */
    private static Tensor volume(Geometry g, Tensor x, Tensor weight) {
        long kd = weight.size(2);
        long[] around = {0, 0, g.padding[0], 0, 0};
        Tensor padded = g.padding[0] == 0 ? x : Padding.pad(x, around, around, null);
        Tensor windows =
                Strides.unfold(padded, 2, g.span(0, kd), g.stride[0]).slice(5, 0, g.span(0, kd), g.dilation[0]);
        Tensor images = windows.permute(0, 2, 1, 5, 3, 4).flatten(2, 3).flatten(0, 1);
        Tensor y = bind(g, images, weight.flatten(1, 2));
        Shape apart = Shape.of(x.size(0), windows.size(2), y.size(1), y.size(2), y.size(3));
        return y.reshape(apart).transpose(1, 2);
    }

    // ---- transposed convolution ----

    static Tensor transposed(int axes, Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options) {
        String name = "convTranspose" + axes + "d";
        Objects.requireNonNull(options, name + ": the geometry is null: give ConvOptions");
        requireOperands(name, axes, x, weight, "(channels, out / groups, ");
        if (options.same()) {
            throw new ShapeException(name + ": padding \"same\" is for convolutions that are not transposed: give the"
                    + " padding in numbers");
        }
        Geometry g = Geometry.of(name, options, axes);
        long[] extra = ConvOptions.along(name, "outputPadding", options.outputPadding(), axes);
        long channels = x.size(-axes - 1);
        if (channels != weight.size(0) || channels % g.groups != 0) {
            throw new ShapeException(name + ": an input of shape " + x.shape() + " has " + channels
                    + " channels, a weight of shape " + weight.shape() + " is for " + weight.size(0) + " in "
                    + g.groups + " groups: the numbers must be equal, and a multiple of the groups");
        }
        long outputs = Math.multiplyExact(weight.size(1), (long) g.groups);
        if (bias != null) {
            requireBias(name, bias, x, weight.shape(), outputs);
        }
        long[] size = new long[axes];
        for (int a = 0; a < axes; a++) {
            if (extra[a] >= Math.max(g.stride[a], g.dilation[a])) {
                throw new ShapeException(name + ": output padding " + options.outputPadding()
                        + " must be less than stride " + options.stride() + " or dilation " + options.dilation());
            }
            long full = full(g, a, x.size(a - axes), weight.size(2 + a));
            size[a] = full - 2 * g.padding[a] + extra[a];
            if (weight.size(2 + a) < 1 || x.size(a - axes) < 1 || size[a] < 1) {
                throw new ShapeException(name + ": an input of shape " + x.shape() + " and a weight of shape "
                        + weight.shape() + " with padding " + options.padding() + " give " + size[a]
                        + " elements along spatial axis " + a + ": pad less, or give a larger input or window");
            }
        }
        return inBatch(axes, x, batch -> {
            Tensor y = axes == 1
                    ? plane(g, batch.unsqueeze(2), weight.unsqueeze(2), outputs, new long[] {1, size[0]})
                            .squeeze(2)
                    : axes == 2
                            ? plane(g, batch, weight, outputs, size)
                            : Widened.compute(batch, wide -> transposedVolume(g, wide, Widened.of(weight), size));
            return biased(y, bias, axes);
        });
    }

    /** The size of all that windows reach: of the result without padding. */
    private static long full(Geometry g, int axis, long n, long k) {
        return Math.addExact(Math.multiplyExact(n - 1, g.stride[axis]), g.span(axis, k));
    }

    /** To (n, outputs, size): the transpose of the convolution of images of that size. */
    private static Tensor plane(Geometry g, Tensor x, Tensor weight, long outputs, long[] size) {
        ConvSpec spec = g.plane();
        Shape shape = Shape.of(x.size(0), outputs, size[0], size[1]);
        if (spec.outHeight(size[0], weight.size(2)) == x.size(2)
                && spec.outWidth(size[1], weight.size(3)) == x.size(3)) {
            return Dispatch.bind(new Op.Conv2dInputGrad(spec, shape), x, weight);
        }
        // An output padding of a whole stride, which dilation allows, has room for another window: cut the result out
        // of all.
        ConvSpec open =
                new ConvSpec(spec.strideH(), spec.strideW(), 0, 0, spec.dilationH(), spec.dilationW(), spec.groups());
        long height = (x.size(2) - 1) * spec.strideH() + spec.dilationH() * (weight.size(2) - 1) + 1;
        long width = (x.size(3) - 1) * spec.strideW() + spec.dilationW() * (weight.size(3) - 1) + 1;
        Tensor all =
                Dispatch.bind(new Op.Conv2dInputGrad(open, Shape.of(x.size(0), outputs, height, width)), x, weight);
        long[] before = {0, 0, -spec.padH(), -spec.padW()};
        long[] after = {0, 0, size[0] + spec.padH() - height, size[1] + spec.padW() - width};
        return Padding.pad(all, before, after, null);
    }

    private static Tensor transposedVolume(Geometry g, Tensor x, Tensor weight, long[] size) {
        long kd = weight.size(2);
        Tensor images = x.transpose(1, 2).flatten(0, 1);
        long outputs = weight.size(1) * g.groups;
        Tensor y = plane(g, images, weight.flatten(1, 2), outputs * kd, new long[] {size[1], size[2]});
        // (n, d, out, kd, h, w) to (n, out, h, w, kd, d)
        Shape apart = Shape.of(x.size(0), x.size(2), outputs, kd, size[1], size[2]);
        Tensor windows = y.reshape(apart).permute(0, 2, 4, 5, 3, 1);
        Tensor line = overlapAdd(windows, g.stride[0], g.dilation[0]);
        long[] before = {0, 0, 0, 0, -g.padding[0]};
        long[] after = {0, 0, 0, 0, size[0] + g.padding[0] - line.size(4)};
        Tensor cut = before[4] == 0 && after[4] == 0 ? line : Padding.pad(line, before, after, null);
        return cut.permute(0, 1, 4, 2, 3);
    }

    /**
     * Windows (.., taps, places) added up where they overlap, to (.., all that they reach): tap u of place i goes to {@code i stride + u
     * dilation}. The transpose of taking windows.
     */
    static Tensor overlapAdd(Tensor windows, long stride, long dilation) {
        int rank = windows.rank() - 1;
        long taps = windows.size(-2);
        long[] low = new long[rank];
        long[] high = new long[rank];
        long[] between = new long[rank];
        between[rank - 1] = stride - 1;
        Tensor sum = null;
        for (long u = 0; u < taps; u++) {
            low[rank - 1] = u * dilation;
            high[rank - 1] = (taps - 1 - u) * dilation;
            PadSpec spec = new PadSpec(Shape.of(low), Shape.of(high), Shape.of(between));
            Tensor part = Dispatch.bind(new Op.Pad(spec), windows.select(-2, u));
            sum = sum == null ? part : sum.add(part);
        }
        if (sum == null) {
            throw new IllegalArgumentException("overlapAdd: windows of shape " + windows.shape() + " have no taps");
        }
        return sum;
    }

    // ---- checks and parts ----

    /** A function of a batch, of one that lacks the batch axis too. */
    static Tensor inBatch(int axes, Tensor x, UnaryOperator<Tensor> function) {
        return x.rank() == axes + 1 ? function.apply(x.unsqueeze(0)).squeeze(0) : function.apply(x);
    }

    private static Tensor biased(Tensor y, @Nullable Tensor bias, int axes) {
        if (bias == null) {
            return y;
        }
        long[] sizes = new long[axes + 1];
        Arrays.fill(sizes, 1);
        sizes[0] = bias.size(0);
        return y.add(bias.reshape(sizes));
    }

    private static void requireOperands(String name, int axes, Tensor x, Tensor weight, String layout) {
        Reductions.requireFloating(name, x);
        Windows.requireType(name, "weight", weight, x);
        if ((x.rank() != axes + 1 && x.rank() != axes + 2) || weight.rank() != axes + 2) {
            String space = axes == 1 ? "l" : axes == 2 ? "h, w" : "d, h, w";
            throw new ShapeException(name + ": an input of shape " + x.shape() + " and a weight of shape "
                    + weight.shape() + ": the input must be (n, c, " + space + ") or (c, " + space + "), the weight "
                    + layout + "k" + space.replace(", ", ", k") + ")");
        }
    }

    private static void requireBias(String name, Tensor bias, Tensor x, Shape weight, long outputs) {
        Windows.requireType(name, "bias", bias, x);
        if (bias.rank() != 1 || bias.size(0) != outputs) {
            throw new ShapeException(name + ": a bias of shape " + bias.shape() + " does not fit a weight of shape "
                    + weight + ": it must be (" + outputs + "), one number for each output");
        }
    }

    private static void requireFit(String name, Shape x, Shape weight, Geometry g) {
        int axes = g.stride.length;
        for (int a = 0; a < axes; a++) {
            long k = weight.size(2 + a);
            if (k < 1 || g.span(a, k) > x.size(a - axes) + 2 * g.padding[a]) {
                throw new ShapeException(name + ": a window of " + k + " of weight " + weight + ", dilated by "
                        + g.dilation[a] + ", does not fit into the " + x.size(a - axes)
                        + " elements along spatial axis " + a + " of an input of shape " + x + " padded by "
                        + g.padding[a] + ": pad more, or take a smaller window");
            }
        }
    }
}
