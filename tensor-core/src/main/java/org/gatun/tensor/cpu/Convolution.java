package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;

/**
 * Two-dimensional convolutions of contiguous F32 or F64 images as matrix products with the {@link WindowMatrix}, a band of
 * result rows of one image and group at a time, so that the matrix stays in the second-level cache. Bands run in parallel. Where {@link
 * Winograd}, {@link DirectConvolution} or {@link BatchedConvolution} is faster, that is used.
 *
 * @param dtype F32 or F64
 * @param geometry the sizes
 */
record Convolution(DType dtype, ConvGeometry geometry) {

    /** The most bytes of a window matrix: half a second-level cache. */
    private static final long MATRIX_BYTES = 512 * 1024;

    /** The most bytes for the sums that threads make of the weights' gradient, apart from the result. */
    static final long SUM_BYTES = 128L << 20;

    /** Weights worth handing to another thread when sums are added. */
    private static final long GRAIN_SUM = 16 * 1024;

    /** Bands per thread that are worth making smaller bands for. */
    private static final int BANDS_PER_THREAD = 2;

    /** Writes the convolution of the images {@code x} with {@code weight} to {@code y}. */
    void forward(long x, long weight, long y) {
        var g = geometry;
        if (Winograd.fits(dtype, g) && Winograd.of(g).forward(x, weight, y)) {
            return;
        }
        if (DirectConvolution.fits(dtype, g)) {
            DirectConvolution.of(g).forward(x, weight, y);
            return;
        }
        if (BatchedConvolution.fits(dtype, g)) {
            new BatchedConvolution(dtype, g).forward(x, weight, y);
            return;
        }
        int bytes = dtype.bytes();
        var windows = new WindowMatrix(g, dtype);
        long images = g.batch() * g.groups();
        long band = bandRows(images);
        long bands = Math.ceilDiv(g.outHeight(), band);
        WorkerPool.parallelFor(images * bands, grain(band * g.outWidth()), (begin, end) -> {
            for (long unit = begin; unit < end; unit++) {
                long image = unit / bands;
                long first = unit % bands * band;
                long rows = Math.min(band, g.outHeight() - first);
                long source = x + image * g.channels() * g.plane() * bytes;
                long target = y + (image * g.outputs() * g.outPlane() + first * g.outWidth()) * bytes;
                try (Scratch scratch = Scratch.open()) {
                    Matrix matrix = windows(windows, source, first, rows, scratch);
                    Gemm.multiply(dtype, weights(weight, image), matrix, target, g.outPlane(), false, null);
                }
            }
        });
    }

    /** Writes the transpose of {@link #forward} in the images, applied to the cotangents {@code dy}, to {@code dx}. */
    void inputGradient(long dy, long weight, long dx) {
        var g = geometry;
        if (Winograd.fits(dtype, g) && Winograd.of(g).inputGradient(dy, weight, dx)) {
            return;
        }
        if (DirectConvolution.fitsImages(dtype, g) && DirectConvolution.of(g).inputGradient(dy, weight, dx)) {
            return;
        }
        if (BatchedConvolution.fits(dtype, g)) {
            new BatchedConvolution(dtype, g).inputGradient(dy, weight, dx);
            return;
        }
        int bytes = dtype.bytes();
        var windows = new WindowMatrix(g, dtype);
        long images = g.batch() * g.groups();
        // Channels of an image are independent of each other: with few images, threads share out the channels too.
        long blocks = Math.clamp(
                Math.ceilDiv((long) WorkerPool.threads(), Math.max(1, images)), 1, Math.max(1, g.channels()));
        WorkerPool.parallelFor(images * blocks, grain(g.outPlane() / blocks + 1), (begin, end) -> {
            for (long unit = begin; unit < end; unit++) {
                long image = unit / blocks;
                long firstChannel = g.channels() * (unit % blocks) / blocks;
                long channels = g.channels() * (unit % blocks + 1) / blocks - firstChannel;
                Matrix weights = weights(weight, image).transposed();
                Matrix part = new Matrix(
                        weights.address() + firstChannel * g.taps() * bytes,
                        channels * g.taps(),
                        weights.columns(),
                        weights.rowStride(),
                        weights.columnStride());
                long source = dy + image * g.outputs() * g.outPlane() * bytes;
                long target = dx + (image * g.channels() + firstChannel) * g.plane() * bytes;
                imageGradient(windows, part, channels, source, target);
            }
        });
    }

    private void imageGradient(WindowMatrix windows, Matrix weights, long channels, long dy, long dx) {
        var g = geometry;
        int bytes = dtype.bytes();
        if (g.isPointwise()) {
            Matrix cotangent = Matrix.contiguous(dy, g.outputs(), g.outPlane());
            Gemm.multiply(dtype, weights, cotangent, dx, g.plane(), false, null);
            return;
        }
        Ram.zero(dx, channels * g.plane() * bytes);
        long band = bandRows(Long.MAX_VALUE);
        for (long first = 0; first < g.outHeight(); first += band) {
            long rows = Math.min(band, g.outHeight() - first);
            long length = rows * g.outWidth();
            Matrix cotangent = new Matrix(dy + first * g.outWidth() * bytes, g.outputs(), length, g.outPlane(), 1);
            try (Scratch scratch = Scratch.open()) {
                long matrix = scratch.allocate(weights.rows() * length * bytes);
                Gemm.multiply(dtype, weights, cotangent, matrix, length, false, null);
                windows.fold(matrix, channels, first, rows, dx, length);
            }
        }
    }

    /**
     * Writes the transpose of {@link #forward} in the weights, applied to the cotangents {@code dy}, to {@code dw}. The result is the
     * same every time: where threads share out images, each sums up in memory of its own, and the sums are added in order.
     */
    void weightGradient(long dy, long x, long dw) {
        var g = geometry;
        if (Winograd.fits(dtype, g) && Winograd.of(g).weightGradient(dy, x, dw)) {
            return;
        }
        if (DirectConvolution.fitsWeights(dtype, g) && DirectConvolution.of(g).weightGradient(dy, x, dw)) {
            return;
        }
        if (BatchedConvolution.fits(dtype, g)) {
            new BatchedConvolution(dtype, g).weightGradient(dy, x, dw);
            return;
        }
        int bytes = dtype.bytes();
        long size = g.groups() * g.outputs() * g.depth();
        long band = bandRows(g.batch());
        long bands = Math.ceilDiv(g.outHeight(), band);
        long units = g.batch() * bands;
        int parts = (int) Math.min(
                WorkerPool.parts(units, grain(band * g.outWidth() * g.groups())),
                1 + SUM_BYTES / Math.max(1, size * bytes));
        if (parts == 0) {
            Ram.zero(dw, size * bytes);
            return;
        }
        try (Scratch scratch = Scratch.open()) {
            long sums = parts == 1 ? 0 : scratch.allocate((parts - 1) * size * bytes);
            WorkerPool.forParts(parts, units, (part, begin, end) -> {
                long target = part == 0 ? dw : sums + (part - 1) * size * bytes;
                for (long unit = begin; unit < end; unit++) {
                    long first = unit % bands * band;
                    long rows = Math.min(band, g.outHeight() - first);
                    addWeightGradient(dy, x, unit / bands, first, rows, target, unit > begin);
                }
            });
            BinaryKernel add = ElementwiseKernels.binary(BinaryFn.ADD, dtype);
            WorkerPool.parallelFor(parts == 1 ? 0 : size, GRAIN_SUM, (begin, end) -> {
                long target = dw + begin * bytes;
                for (int part = 1; part < parts; part++) {
                    add.apply(target, sums + ((part - 1) * size + begin) * bytes, target, end - begin);
                }
            });
        }
    }

    private void addWeightGradient(
            long dy, long x, long image, long first, long rows, long target, boolean accumulate) {
        var g = geometry;
        int bytes = dtype.bytes();
        var windows = new WindowMatrix(g, dtype);
        for (int group = 0; group < g.groups(); group++) {
            long which = image * g.groups() + group;
            long source = x + which * g.channels() * g.plane() * bytes;
            long cotangents = dy + (which * g.outputs() * g.outPlane() + first * g.outWidth()) * bytes;
            Matrix left = new Matrix(cotangents, g.outputs(), rows * g.outWidth(), g.outPlane(), 1);
            try (Scratch scratch = Scratch.open()) {
                Matrix right = windows(windows, source, first, rows, scratch).transposed();
                long to = target + group * g.outputs() * g.depth() * bytes;
                Gemm.multiply(dtype, left, right, to, g.depth(), accumulate, null);
            }
        }
    }

    /** The window matrix of one image and group for a band of rows; if the image is that matrix already, where it lies. */
    private Matrix windows(WindowMatrix windows, long image, long first, long rows, Scratch scratch) {
        var g = geometry;
        long length = rows * g.outWidth();
        if (g.isPointwise()) {
            return new Matrix(image + first * g.width() * dtype.bytes(), g.channels(), length, g.plane(), 1);
        }
        long address = scratch.allocate(g.depth() * length * dtype.bytes());
        windows.unfold(image, g.channels(), first, rows, address, length);
        return Matrix.contiguous(address, g.depth(), length);
    }

    /** The weights of the group that image {@code which}, counted over images and groups, belongs to. */
    private Matrix weights(long weight, long which) {
        var g = geometry;
        long group = which % g.groups();
        return Matrix.contiguous(weight + group * g.outputs() * g.depth() * dtype.bytes(), g.outputs(), g.depth());
    }

    /** Result rows of a band, such that its matrix stays in the cache and there is work for all threads. */
    private long bandRows(long images) {
        var g = geometry;
        long fitting = MATRIX_BYTES / Math.max(1, g.depth() * g.outWidth() * dtype.bytes());
        long wanted = Math.ceilDiv((long) WorkerPool.threads() * BANDS_PER_THREAD, Math.max(1, images));
        return Math.clamp(Math.min(fitting, g.outHeight() / wanted), 1, g.outHeight());
    }

    /** Bands of {@code positions} results that are worth handing to another thread. */
    private long grain(long positions) {
        double macs = (double) geometry.outputs() * geometry.depth() * positions;
        return (long) Math.max(1, Math.ceil(GemmTiling.GRAIN_MACS / Math.max(1, macs)));
    }
}
