package org.gatun.tensor;

import org.gatun.tensor.shape.Shape;

/** The rearrangements of images: windows as columns and back, and channels as pixels and back. */
final class Patches {
    private Patches() {}

    // ---- windows as columns ----

    /** The geometry of windows of a plane. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Geometry(long[] kernel, long[] stride, long[] padding, long[] dilation) {
        static Geometry of(String name, long[] kernel, ConvOptions o) {
            ConvOptions.least(name + ": kernel", kernel, 1);
            if (o.same() || o.groups() != 1) {
                throw new IllegalArgumentException(
                        name + ": takes stride, padding in numbers and dilation, not padding \"same\" or groups");
            }
            return new Geometry(
                    ConvOptions.along(name, "kernel", Shape.of(kernel), 2),
                    ConvOptions.along(name, "stride", o.stride(), 2),
                    ConvOptions.along(name, "padding", o.padding(), 2),
                    ConvOptions.along(name, "dilation", o.dilation(), 2));
        }

        /** The elements from the first to the last tap. */
        long span(int a) {
            return dilation[a] * (kernel[a] - 1) + 1;
        }

        /** The number of windows along an axis of n elements, 0 if none fits. */
        long count(int a, long n) {
            long room = n + 2 * padding[a] - span(a);
            return room < 0 ? 0 : room / stride[a] + 1;
        }
    }

    static Tensor unfold(Tensor x, long[] kernel, ConvOptions options) {
        Reductions.requireFloating("unfold", x);
        Geometry g = Geometry.of("unfold", kernel, options);
        if (x.rank() != 3 && x.rank() != 4) {
            throw new ShapeException("unfold: an input of shape " + x.shape()
                    + ": it must be (n, c, h, w), or (c, h, w) without a batch");
        }
        for (int a = 0; a < 2; a++) {
            if (g.count(a, x.size(a - 2)) < 1) {
                throw new ShapeException("unfold: a window of " + g.kernel[a] + ", dilated by " + g.dilation[a]
                        + ", does not fit into the " + x.size(a - 2) + " elements along spatial axis " + a
                        + " of an input of shape " + x.shape() + " padded by " + g.padding[a]
                        + ": pad more, or take a smaller window");
            }
        }
        return Convolutions.inBatch(2, x, batch -> {
            long[] around = {0, 0, g.padding[0], g.padding[1]};
            Tensor windows = g.padding[0] + g.padding[1] == 0 ? batch : Padding.pad(batch, around, around, null);
            for (int a = 0; a < 2; a++) {
                windows = Strides.unfold(windows, 2 + a, g.span(a), g.stride[a]).slice(-1, 0, g.span(a), g.dilation[a]);
            }
            // (n, c, places down, places across, taps down, taps across)
            return windows.permute(0, 1, 4, 5, 2, 3).flatten(4, 5).flatten(1, 3);
        });
    }

    static Tensor fold(Tensor x, long[] size, long[] kernel, ConvOptions options) {
        Reductions.requireFloating("fold", x);
        Geometry g = Geometry.of("fold", kernel, options);
        ConvOptions.least("fold: the size", size, 1);
        long[] out = ConvOptions.along("fold", "the size", Shape.of(size), 2);
        long taps = g.kernel[0] * g.kernel[1];
        long down = g.count(0, out[0]);
        long across = g.count(1, out[1]);
        if ((x.rank() != 2 && x.rank() != 3) || x.size(-2) % taps != 0 || x.size(-1) != down * across) {
            throw new ShapeException("fold: an input of shape " + x.shape() + " to size " + Shape.of(out)
                    + ": it must be (n, c * " + taps + ", " + down * across + "), or the same without a batch, for the "
                    + taps + " elements of a window and the " + down + " by " + across + " windows");
        }
        if (x.size(-1) == 0) {
            throw new ShapeException(
                    "fold: no window of " + Shape.of(g.kernel) + " fits into size " + Shape.of(out) + ": pad more");
        }
        return Widened.compute(
                x,
                wide -> Convolutions.inBatch(1, wide, batch -> {
                    long channels = batch.size(1) / taps;
                    Shape apart = Shape.of(batch.size(0), channels, g.kernel[0], g.kernel[1], down, across);
                    // (n, c, taps down, places down, all across), then (n, c, all across, all down)
                    Tensor rows = Convolutions.overlapAdd(
                            batch.reshape(apart).permute(0, 1, 2, 4, 3, 5), g.stride[1], g.dilation[1]);
                    Tensor all = Convolutions.overlapAdd(rows.permute(0, 1, 4, 2, 3), g.stride[0], g.dilation[0])
                            .transpose(2, 3);
                    long[] before = {0, 0, -g.padding[0], -g.padding[1]};
                    long[] after = {0, 0, out[0] + g.padding[0] - all.size(2), out[1] + g.padding[1] - all.size(3)};
                    return Padding.pad(all, before, after, null);
                }));
    }

    // ---- channels as pixels ----

    static Tensor pixelShuffle(Tensor x, long r) {
        requireImage("pixelShuffle", x, r);
        long c = x.size(-3);
        if (c % Math.multiplyExact(r, r) != 0) {
            throw new ShapeException("pixelShuffle: the " + c + " channels of shape " + x.shape()
                    + " must be a multiple of " + r * r + ", the square of the factor");
        }
        int lead = x.rank() - 3;
        Tensor apart = x.reshape(shape(x.shape(), lead, c / (r * r), r, r, x.size(-2), x.size(-1)));
        return apart.permute(order(lead, 0, 3, 1, 4, 2))
                .reshape(shape(x.shape(), lead, c / (r * r), x.size(-2) * r, x.size(-1) * r));
    }

    static Tensor pixelUnshuffle(Tensor x, long r) {
        requireImage("pixelUnshuffle", x, r);
        if (x.size(-2) % r != 0 || x.size(-1) % r != 0) {
            throw new ShapeException("pixelUnshuffle: the height and width of shape " + x.shape()
                    + " must be multiples of the factor " + r);
        }
        int lead = x.rank() - 3;
        Tensor apart = x.reshape(shape(x.shape(), lead, x.size(-3), x.size(-2) / r, r, x.size(-1) / r, r));
        return apart.permute(order(lead, 0, 2, 4, 1, 3))
                .reshape(shape(x.shape(), lead, x.size(-3) * r * r, x.size(-2) / r, x.size(-1) / r));
    }

    static Tensor channelShuffle(Tensor x, long groups) {
        if (x.rank() < 3 || groups < 1 || x.size(1) % groups != 0) {
            throw new ShapeException("channelShuffle: a tensor of shape " + x.shape() + " in " + groups
                    + " groups: it must be (n, c, ..) with a spatial axis or more, and c a multiple of the groups");
        }
        Shape apart = x.shape().withSize(1, groups).inserted(2, x.size(1) / groups);
        return x.reshape(apart).transpose(1, 2).reshape(x.shape());
    }

    private static void requireImage(String name, Tensor x, long r) {
        if (x.rank() < 3 || r < 1 || r > 1 << 15) {
            throw new ShapeException(name + ": a tensor of shape " + x.shape() + " with a factor of " + r
                    + ": it must be (.., c, h, w), and the factor from 1 to 2^15");
        }
    }

    /** The first axes of a shape, and others behind. */
    private static Shape shape(Shape shape, int lead, long... sizes) {
        long[] all = new long[lead + sizes.length];
        System.arraycopy(shape.toArray(), 0, all, 0, lead);
        System.arraycopy(sizes, 0, all, lead, sizes.length);
        return Shape.of(all);
    }

    private static int[] order(int lead, int... axes) {
        int[] order = new int[lead + axes.length];
        for (int a = 0; a < order.length; a++) {
            order[a] = a < lead ? a : lead + axes[a - lead];
        }
        return order;
    }
}
