package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;

/**
 * Convolutions of F32 images of few channels in a group ("depthwise" ones among them) by windows one apart, without a matrix of windows,
 * which would take longer to write than its products with few rows of weights. An image's planes are copied with their padding, rows one
 * after the other; what a tap of the window meets is then the same plane a few elements further on, over all rows at once, and a row of
 * results is a sum of such shifted planes. Between rows it has a few results too many, which are dropped. The gradient of the image is
 * the same convolution of the cotangents by the turned window, where that does not meet too much padding; that of the weights is made of products of the cotangents' planes, with
 * zeros between rows, with the shifted planes.
 */
final class DirectConvolution {
    /** The most channels of a group and of its results: with more, matrix products are faster. */
    private static final long MOST_CHANNELS = 32;

    /** Channels of the result up to which sums of any length are faster than matrix products, which read each window for so few. */
    private static final long FEW_OUTPUTS = 8;

    /** The least terms of a sum that are worth it for more channels of the result. */
    private static final long LEAST_TERMS = 48;

    /** The most terms where the result has one channel: what is read is for one product alone then. */
    private static final long MOST_TERMS_OF_ONE = 160;

    /** Channels of a group, as of depthwise convolutions, whose sums of any length and gradients of weights are faster than by products. */
    private static final long FEW_CHANNELS = 2;

    /** The most bytes of an image's padded planes. */
    private static final long PLANE_BYTES = 128 * 1024;

    /** The bytes of the padded planes of the images that are worked on together for the gradient of the weights. */
    private static final long BATCH_BYTES = 256 * 1024;

    /** The results that may be dropped for each that is not. */
    private static final double DROPPED = 0.5;

    /**
     * Sums for each cotangent up to which the gradient of the images is faster than by matrix products: small images have more, and more of their
     * terms are zeros around the cotangents, the less padding they have themselves.
     */
    private static final double MOST_WASTE = 2;

    private final ConvGeometry geometry;

    private DirectConvolution(ConvGeometry geometry) {
        this.geometry = geometry;
    }

    /** Whether the method is there for such a convolution and faster. */
    static boolean fits(DType dtype, ConvGeometry g) {
        return canDo(dtype, g) && pays(g.channels(), g.taps(), g.outputs());
    }

    /** Whether it is for the gradient of the images: the same sums with the channels' roles exchanged. */
    static boolean fitsImages(DType dtype, ConvGeometry g) {
        return canDo(dtype, g)
                && pays(g.outputs(), g.taps(), g.channels())
                && (g.outputs() <= FEW_CHANNELS || turned(g).length() <= MOST_WASTE * g.outPlane());
    }

    /** Whether it is for the gradient of the weights. */
    static boolean fitsWeights(DType dtype, ConvGeometry g) {
        return canDo(dtype, g) && g.channels() == 1 && g.outputs() <= FEW_CHANNELS;
    }

    private static boolean pays(long read, long taps, long written) {
        long terms = read * taps;
        if (written == 1) {
            return read <= FEW_CHANNELS || terms <= MOST_TERMS_OF_ONE;
        }
        return written <= FEW_OUTPUTS || terms >= LEAST_TERMS;
    }

    private static boolean canDo(DType dtype, ConvGeometry g) {
        var spec = g.spec();
        if (dtype != DType.F32
                || !VectorSupport.ENABLED
                || spec.strideH() != 1
                || spec.strideW() != 1
                || Math.max(g.channels(), g.outputs()) > MOST_CHANNELS
                || g.taps() == 1
                || Math.min(g.outHeight(), g.outWidth()) < 1
                || Math.min(g.height(), g.width()) < 1) {
            return false;
        }
        long spanH = spanH(g);
        long spanW = spanW(g);
        long pitch = Math.max(g.width(), g.outWidth()) + spanW;
        long rows = Math.max(g.height(), g.outHeight()) + spanH;
        long planes = Math.max(FEW_CHANNELS, Math.max(g.channels(), g.outputs()));
        return spec.padH() <= spanH
                && spec.padW() <= spanW
                && planes * rows * pitch * 4 <= PLANE_BYTES
                && spanW <= DROPPED * Math.min(g.outWidth(), g.width());
    }

    /** The method for a convolution that {@linkplain #fits fits}. */
    static DirectConvolution of(ConvGeometry geometry) {
        return new DirectConvolution(geometry);
    }

    /**
     * Planes with their padding.
     *
     * @param height rows of a plane
     * @param width columns of a plane
     * @param padH rows of zeros above it
     * @param padW columns of zeros before it
     * @param outHeight rows of the result
     * @param outWidth columns of the result
     * @param pitch columns of a padded plane, from one row to the next also in the result
     * @param step bytes from one padded plane to the next
     */
    private record Planes(
            long height, long width, long padH, long padW, long outHeight, long outWidth, long pitch, long step) {
        static Planes of(
                long height, long width, long padH, long padW, long outHeight, long outWidth, long spanH, long spanW) {
            long pitch = outWidth + spanW;
            long lines = Math.ceilDiv(4 * ((outHeight + spanH) * pitch + DirectLoops.SLACK), 64L) | 1;
            return new Planes(height, width, padH, padW, outHeight, outWidth, pitch, 64 * lines);
        }

        /** Zeroed memory for so many planes; what is inside gets written again and again, the zeros around it stay. */
        long allocate(long count, Scratch scratch) {
            long bytes = count * step + 4L * DirectLoops.SLACK;
            long address = scratch.allocate(bytes);
            Ram.zero(address, bytes);
            return address;
        }

        /** Copies planes into the padded ones. */
        void fill(long from, long padded, long count) {
            for (long plane = 0; plane < count; plane++) {
                RowLoops.get()
                        .copyWords(
                                from + 4 * plane * height * width,
                                4 * width,
                                padded + plane * step + 4 * (padH * pitch + padW),
                                4 * pitch,
                                (int) width,
                                (int) height);
            }
        }

        /** Copies the results of a plane, without those between rows. */
        void drain(long sums, long to) {
            RowLoops.get().copyWords(sums, 4 * pitch, to, 4 * outWidth, (int) outWidth, (int) outHeight);
        }

        /** The results, with those between rows. */
        int length() {
            return (int) ((outHeight - 1) * pitch + outWidth);
        }
    }

    private Planes images() {
        var g = geometry;
        var spec = g.spec();
        return Planes.of(
                g.height(), g.width(), spec.padH(), spec.padW(), g.outHeight(), g.outWidth(), spanH(g), spanW(g));
    }

    private static long spanH(ConvGeometry g) {
        return (long) g.spec().dilationH() * (g.kernelHeight() - 1);
    }

    private static long spanW(ConvGeometry g) {
        return (long) g.spec().dilationW() * (g.kernelWidth() - 1);
    }

    /** As {@link Convolution#forward}. */
    void forward(long x, long weight, long y) {
        filter(images(), geometry.channels(), geometry.outputs(), x, weight, false, y);
    }

    /** As {@link Convolution#inputGradient}; returns false, having written nothing, when a weight is not finite. */
    boolean inputGradient(long dy, long weight, long dx) {
        var g = geometry;
        return filter(turned(g), g.outputs(), g.channels(), dy, weight, true, dx);
    }

    /** The cotangents' planes, padded as the convolution by the turned window needs it. */
    private static Planes turned(ConvGeometry g) {
        var spec = g.spec();
        return Planes.of(
                g.outHeight(),
                g.outWidth(),
                spanH(g) - spec.padH(),
                spanW(g) - spec.padW(),
                g.height(),
                g.width(),
                spanH(g),
                spanW(g));
    }

    /** Returns false, having written nothing, when the window is turned and a weight is not finite. */
    private boolean filter(Planes planes, long channels, long outputs, long x, long weight, boolean turned, long y) {
        var g = geometry;
        int depth = (int) (channels * g.taps());
        long images = g.batch() * g.groups();
        try (Scratch scratch = Scratch.open()) {
            long offsets = offsets(planes, channels, scratch);
            long rows = rows(outputs);
            long weights = scratch.allocate(4L * g.groups() * rows * depth);
            if (!arrange(weight, channels, outputs, turned, weights) && turned) {
                // It would meet zeros around the cotangents that no other method has.
                return false;
            }
            // With few images, threads share out the results too, four by four, as the weights lie.
            long fours = Math.ceilDiv(outputs, 4);
            long shares =
                    Math.clamp(Math.ceilDiv((long) WorkerPool.threads(), Math.max(1, images)), 1, Math.max(1, fours));
            long macs = Math.ceilDiv(outputs, shares) * depth * planes.length();
            WorkerPool.parallelFor(
                    images * shares, Math.max(1, GemmTiling.GRAIN_MACS / Math.max(1, macs)), (begin, end) -> {
                        try (Scratch own = Scratch.open()) {
                            long padded = planes.allocate(channels, own);
                            long step = DirectLoops.rowBytes(planes.length());
                            long sums = own.allocate(DirectLoops.sumRows(outputs, depth) * step);
                            for (long unit = begin; unit < end; unit++) {
                                long image = unit / shares;
                                long first = 4 * (fours * (unit % shares) / shares);
                                long last = Math.min(outputs, 4 * (fours * (unit % shares + 1) / shares));
                                planes.fill(x + 4 * image * channels * planes.height * planes.width, padded, channels);
                                long from = weights + 4 * ((image % g.groups()) * rows + first) * depth;
                                long to = y + 4 * (image * outputs + first) * planes.outHeight * planes.outWidth;
                                filterImage(planes, padded, offsets, depth, from, last - first, sums, step, to);
                            }
                        }
                    });
            return true;
        }
    }

    /** The rows of weights for a group's results: whole fours, with zeros for up to two that are missing, and one that may be left. */
    private static long rows(long outputs) {
        return outputs % 4 == 1 ? outputs : Math.ceilDiv(outputs, 4) * 4;
    }

    /** Results of one image: four at a time, then one that may be left, by way of {@code sums}, rows {@code step} bytes apart. */
    private static void filterImage(
            Planes planes,
            long padded,
            long offsets,
            int depth,
            long weights,
            long outputs,
            long sums,
            long step,
            long y) {
        int n = planes.length();
        long plane = 4 * planes.outHeight * planes.outWidth;
        long output = 0;
        for (; outputs - output > 1; output += 4) {
            DirectLoops.fourSums(padded, offsets, depth, weights + 4 * output * depth, sums, step, n);
            for (int row = 0; row < Math.min(4, outputs - output); row++) {
                planes.drain(sums + row * step, y + (output + row) * plane);
            }
        }
        if (output < outputs) {
            DirectLoops.sums(padded, offsets, depth, weights + 4 * output * depth, sums, n);
            planes.drain(sums, y + output * plane);
        }
    }

    /** For each channel and tap, the bytes from the first element of the first padded plane to the one that the first window meets. */
    private long offsets(Planes planes, long channels, Scratch scratch) {
        var g = geometry;
        long offsets = scratch.allocate(8 * channels * g.taps());
        long at = offsets;
        for (long channel = 0; channel < channels; channel++) {
            for (int ky = 0; ky < g.kernelHeight(); ky++) {
                for (int kx = 0; kx < g.kernelWidth(); kx++) {
                    long row = (long) ky * g.spec().dilationH();
                    long column = (long) kx * g.spec().dilationW();
                    Ram.putLong(at, channel * planes.step + 4 * (row * planes.pitch + column));
                    at += 8;
                }
            }
        }
        return offsets;
    }

    /**
     * The weights in the order in which the loops read them, {@link #rows rows} for each group: for each four results, then for one that may
     * be left, those of each channel; returns whether all are finite.
     */
    private boolean arrange(long weight, long channels, long outputs, boolean turned, long to) {
        var g = geometry;
        int taps = g.taps();
        long depth = channels * taps;
        long rows = rows(outputs);
        long inFours = rows & -4;
        float zero = 0;
        Ram.zero(to, 4L * g.groups() * rows * depth);
        for (long group = 0; group < g.groups(); group++) {
            for (long output = 0; output < outputs; output++) {
                boolean four = output < inFours;
                long step = four ? 16 : 4;
                long first = four ? (output & -4) * depth + output % 4 : output * depth;
                long at = to + 4 * (group * rows * depth + first);
                for (long channel = 0; channel < channels; channel++) {
                    for (int tap = 0; tap < taps; tap++, at += step) {
                        long index = turned
                                ? ((group * channels + channel) * outputs + output) * taps + taps - 1 - tap
                                : ((group * outputs + output) * channels + channel) * taps + tap;
                        float value = Ram.getFloat(weight + 4 * index);
                        zero += value * 0;
                        Ram.putFloat(at, value);
                    }
                }
            }
        }
        return zero == 0;
    }

    /** As {@link Convolution#weightGradient}, with sums in doubles; returns whether the result is finite. */
    boolean weightGradient(long dy, long x, long dw) {
        var g = geometry;
        Planes planes = images();
        long count = g.groups() * g.outputs() * g.depth();
        long size = Double.BYTES * count;
        long macs = g.groups() * g.outputs() * g.depth() * planes.length();
        int parts = (int) Math.min(
                WorkerPool.parts(g.batch(), Math.max(1, GemmTiling.GRAIN_MACS / Math.max(1, macs))),
                1 + Convolution.SUM_BYTES / Math.max(1, size));
        try (Scratch scratch = Scratch.open()) {
            long sums = scratch.allocate(Math.max(1, parts) * size);
            Ram.zero(sums, Math.max(1, parts) * size);
            WorkerPool.forParts(
                    parts,
                    g.batch(),
                    (part, begin, end) -> addWeightGradient(planes, dy, x, begin, end, sums + part * size));
            BinaryKernel add = ElementwiseKernels.binary(BinaryFn.ADD, DType.F64);
            for (int part = 1; part < parts; part++) {
                add.apply(sums, sums + part * size, sums, count);
            }
            return round(sums, count, dw);
        }
    }

    private static boolean round(long sums, long count, long dw) {
        float zero = 0;
        for (long i = 0; i < count; i++) {
            float sum = (float) Ram.getDouble(sums + Double.BYTES * i);
            zero += sum * 0;
            Ram.putFloat(dw + Float.BYTES * i, sum);
        }
        return zero == 0;
    }

    /** Adds what the images {@code begin} to {@code end} contribute, several at a time, group by group. */
    private void addWeightGradient(Planes planes, long dy, long x, long begin, long end, long sums) {
        var g = geometry;
        // The cotangents, with zeros between rows.
        Planes rows =
                new Planes(g.outHeight(), g.outWidth(), 0, 0, g.outHeight(), g.outWidth(), planes.pitch, planes.step);
        long together =
                Math.clamp(BATCH_BYTES / ((g.channels() + g.outputs()) * planes.step), 1, Math.max(1, end - begin));
        try (Scratch scratch = Scratch.open()) {
            long padded = planes.allocate(together * g.channels(), scratch);
            long cotangents = rows.allocate(together * g.outputs(), scratch);
            long offsets = offsets(planes, g.channels(), scratch);
            long lanes = scratch.allocate(4L * 4 * DirectLoops.LANES);
            for (long first = begin; first < end; first += together) {
                int images = (int) Math.min(together, end - first);
                for (int group = 0; group < g.groups(); group++) {
                    for (int i = 0; i < images; i++) {
                        long image = (first + i) * g.groups() + group;
                        planes.fill(
                                x + 4 * image * g.channels() * g.plane(),
                                padded + i * g.channels() * planes.step,
                                g.channels());
                        rows.fill(
                                dy + 4 * image * g.outputs() * g.outPlane(),
                                cotangents + i * g.outputs() * rows.step,
                                g.outputs());
                    }
                    long to = sums + (long) Double.BYTES * group * g.outputs() * g.depth();
                    addProducts(planes, padded, cotangents, offsets, images, lanes, to);
                }
            }
        }
    }

    /** Adds the products of some images to the sums of a group's weights. */
    private void addProducts(
            Planes planes, long padded, long cotangents, long offsets, int images, long lanes, long sums) {
        var g = geometry;
        long depth = g.depth();
        int n = planes.length();
        long gImage = g.outputs() * planes.step;
        long xImage = g.channels() * planes.step;
        for (long output = 0; output < g.outputs(); output++) {
            long from = cotangents + output * planes.step;
            for (long q = 0; q < depth; q += 4) {
                DirectLoops.products(
                        from,
                        padded + offset(offsets, q, depth),
                        padded + offset(offsets, q + 1, depth),
                        padded + offset(offsets, q + 2, depth),
                        padded + offset(offsets, q + 3, depth),
                        n,
                        images,
                        gImage,
                        xImage,
                        lanes);
                for (long i = q; i < Math.min(q + 4, depth); i++) {
                    addLanes(lanes + 4 * (i - q) * DirectLoops.LANES, sums + Double.BYTES * (output * depth + i));
                }
            }
        }
    }

    /** Adds a vector's floats to a double. */
    private static void addLanes(long lanes, long to) {
        double sum = Ram.getDouble(to);
        for (int lane = 0; lane < DirectLoops.LANES; lane++) {
            sum += Ram.getFloat(lanes + 4L * lane);
        }
        Ram.putDouble(to, sum);
    }

    /** The offset of a channel and tap; behind the last one that of the last one. */
    private static long offset(long offsets, long q, long depth) {
        return Ram.getLong(offsets + 8 * Math.min(q, depth - 1));
    }
}
