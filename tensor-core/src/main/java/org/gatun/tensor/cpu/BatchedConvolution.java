package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;

/**
 * Convolutions of small images with many weights: the {@linkplain WindowMatrix windows} of several whole images stand side by side in one
 * matrix, and the threads share its product with the weights. {@link Convolution} multiplies in bands of one image: where images are small,
 * that reads all weights for a few columns, and each thread sums up a gradient of the weights that is larger than the images.
 *
 * @param dtype F32 or F64
 * @param geometry the sizes, which {@linkplain #fits fit}
 */
record BatchedConvolution(DType dtype, ConvGeometry geometry) {

    /** Columns of a product that use its other operand, the weights, well. */
    private static final long COLUMNS = 512;

    /** The most columns of one image. */
    private static final long MOST_COLUMNS = 1024;

    /** The most bytes of a window matrix, of which each thread may have one. */
    private static final long MATRIX_BYTES = 4 << 20;

    /** The fewest weights. */
    private static final long LEAST_WEIGHTS = 64 * 1024;

    /** Blocks for each thread, from which on threads have blocks of their own. */
    private static final int BLOCKS_PER_THREAD = 2;

    /** Elements worth handing to another thread when they are moved. */
    private static final long GRAIN_MOVED = 8 * 1024;

    /** Channels for each thread, among which gradients are shared out. */
    private static final int CHANNELS_PER_THREAD = 4;

    /** Whether the method is there for such a convolution, and faster. */
    static boolean fits(DType dtype, ConvGeometry g) {
        return g.groups() == 1
                && !g.isPointwise()
                && g.channels() >= CHANNELS_PER_THREAD * (long) WorkerPool.threads()
                && g.outPlane() <= MOST_COLUMNS
                && g.outputs() * g.depth() >= LEAST_WEIGHTS
                && g.depth() * g.outPlane() * dtype.bytes() <= MATRIX_BYTES;
    }

    /** As {@link Convolution#forward}. */
    void forward(long x, long weight, long y) {
        var g = geometry;
        Matrix weights = Matrix.contiguous(weight, g.outputs(), g.depth());
        forBlocksInParallel((first, images, scratch) -> {
            long columns = images * g.outPlane();
            Matrix windows = windows(columns, scratch);
            long grain = Math.max(1, GRAIN_MOVED / (g.taps() * columns));
            WorkerPool.parallelFor(
                    g.channels(),
                    grain,
                    (begin, end) -> unfold(x, first, images, begin, end, rows(windows, begin, end)));
            long target = y + first * g.outputs() * plane();
            if (images == 1) {
                Gemm.multiply(dtype, weights, windows, target, columns, false, null);
            } else {
                long beside = scratch.allocate(g.outputs() * columns * dtype.bytes());
                Gemm.multiply(dtype, weights, windows, beside, columns, false, null);
                moveImages(target, beside, images, false);
            }
        });
    }

    /** As {@link Convolution#inputGradient}. */
    void inputGradient(long dy, long weight, long dx) {
        var g = geometry;
        Matrix weights = Matrix.contiguous(weight, g.outputs(), g.depth()).transposed();
        forBlocksInParallel((first, images, scratch) -> {
            Matrix cotangents = cotangents(dy, first, images, scratch);
            long columns = cotangents.columns();
            forChannels(columns, scratch, (begin, end, windows) -> {
                Gemm.multiply(dtype, rows(weights, begin, end), cotangents, windows.address(), columns, false, null);
                fold(windows, first, images, begin, end, dx);
            });
        });
    }

    /** As {@link Convolution#weightGradient}. */
    void weightGradient(long dy, long x, long dw) {
        var g = geometry;
        if (g.batch() == 0) {
            Ram.zero(dw, g.outputs() * g.depth() * dtype.bytes());
            return;
        }
        forBlocks((first, images, scratch) -> {
            Matrix cotangents = cotangents(dy, first, images, scratch);
            forChannels(cotangents.columns(), scratch, (begin, end, windows) -> {
                unfold(x, first, images, begin, end, windows);
                long target = dw + begin * g.taps() * dtype.bytes();
                Gemm.multiply(dtype, cotangents, windows.transposed(), target, g.depth(), first > 0, null);
            });
        });
    }

    /** What is done for a block of images. */
    private interface Block {
        void run(long first, long images, Scratch scratch);
    }

    /** Runs the body for one block after another; the threads share each of them. */
    private void forBlocks(Block block) {
        long together = together();
        forBlocks(block, together, 0, blocks(together));
    }

    /** Runs the body for all blocks, each on a thread of its own if there are enough for that. */
    private void forBlocksInParallel(Block block) {
        long together = together();
        long blocks = blocks(together);
        long grain = blocks >= BLOCKS_PER_THREAD * (long) WorkerPool.threads() ? 1 : Math.max(1, blocks);
        WorkerPool.parallelFor(blocks, grain, (begin, end) -> forBlocks(block, together, begin, end));
    }

    private void forBlocks(Block block, long together, long begin, long end) {
        for (long first = begin * together; first < Math.min(end * together, geometry.batch()); first += together) {
            try (Scratch scratch = Scratch.open()) {
                block.run(first, Math.min(together, geometry.batch() - first), scratch);
            }
        }
    }

    private long blocks(long together) {
        return together == 0 ? 0 : Math.ceilDiv(geometry.batch(), together);
    }

    /** Images of a block, of which the last may have fewer; 0 if there are none at all. */
    private long together() {
        var g = geometry;
        long fitting = MATRIX_BYTES / (g.depth() * g.outPlane() * dtype.bytes());
        long images = Math.max(1, Math.min(COLUMNS / g.outPlane(), fitting));
        return g.batch() == 0 ? 0 : Math.ceilDiv(g.batch(), Math.ceilDiv(g.batch(), images));
    }

    /** What is done for some channels, whose windows have room at {@code windows}. */
    private interface Channels {
        void run(long begin, long end, Matrix windows);
    }

    /** Runs the body for all channels, with a part of them for each thread that is free. */
    private void forChannels(long columns, Scratch scratch, Channels body) {
        var g = geometry;
        Matrix windows = windows(columns, scratch);
        double macs = (double) g.outputs() * g.taps() * columns;
        long grain = (long) Math.max(1, Math.ceil(GemmTiling.GRAIN_MACS / macs));
        int parts = WorkerPool.insideLoop() ? 1 : WorkerPool.parts(g.channels(), grain);
        WorkerPool.forParts(parts, g.channels(), (part, begin, end) -> body.run(begin, end, rows(windows, begin, end)));
    }

    /** The rows of a matrix that belong to some channels. */
    private Matrix rows(Matrix matrix, long begin, long end) {
        return matrix.part(begin * geometry.taps(), end * geometry.taps(), 0, matrix.columns(), dtype.bytes());
    }

    /** Room for the windows of images with so many results, side by side. */
    private Matrix windows(long columns, Scratch scratch) {
        return Matrix.contiguous(
                scratch.allocate(geometry.depth() * columns * dtype.bytes()), geometry.depth(), columns);
    }

    /** Bytes of a plane of the result. */
    private long plane() {
        return geometry.outPlane() * dtype.bytes();
    }

    /** Writes the windows of some channels of some images, side by side. */
    private void unfold(long x, long first, long images, long begin, long end, Matrix windows) {
        var g = geometry;
        var matrix = new WindowMatrix(g, dtype);
        for (long image = 0; image < images; image++) {
            long source = x + ((first + image) * g.channels() + begin) * g.plane() * dtype.bytes();
            long target = windows.address() + image * plane();
            matrix.unfold(source, end - begin, 0, g.outHeight(), target, windows.rowStride());
        }
    }

    /** Writes the sums of the windows of some channels of some images, which stand side by side. */
    private void fold(Matrix windows, long first, long images, long begin, long end, long dx) {
        var g = geometry;
        var matrix = new WindowMatrix(g, dtype);
        for (long image = 0; image < images; image++) {
            long target = dx + ((first + image) * g.channels() + begin) * g.plane() * dtype.bytes();
            Ram.zero(target, (end - begin) * g.plane() * dtype.bytes());
            long source = windows.address() + image * plane();
            matrix.fold(source, end - begin, 0, g.outHeight(), target, windows.rowStride());
        }
    }

    /** The cotangents of some images, side by side; of one image where they lie. */
    private Matrix cotangents(long dy, long first, long images, Scratch scratch) {
        var g = geometry;
        long source = dy + first * g.outputs() * plane();
        if (images == 1) {
            return Matrix.contiguous(source, g.outputs(), g.outPlane());
        }
        long beside = scratch.allocate(images * g.outputs() * plane());
        moveImages(source, beside, images, true);
        return Matrix.contiguous(beside, g.outputs(), images * g.outPlane());
    }

    /** Copies images that lie one after another to a matrix in which they stand side by side, or the other way round. */
    private void moveImages(long after, long beside, long images, boolean toBeside) {
        long outputs = geometry.outputs();
        int words = (int) (plane() / 4);
        long grain = Math.max(1, GRAIN_MOVED / (images * geometry.outPlane()));
        WorkerPool.parallelFor(outputs, grain, (begin, end) -> {
            for (long output = begin; output < end; output++) {
                long planes = after + output * plane();
                long row = beside + output * images * plane();
                if (toBeside) {
                    RowLoops.get().copyWords(planes, outputs * plane(), row, plane(), words, (int) images);
                } else {
                    RowLoops.get().copyWords(row, plane(), planes, outputs * plane(), words, (int) images);
                }
            }
        });
    }
}
