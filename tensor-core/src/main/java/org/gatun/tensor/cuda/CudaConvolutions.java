package org.gatun.tensor.cuda;

import java.util.Arrays;
import org.gatun.bindings.cuda.CudaType;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.cuda.CudaGemm.Matrices;
import org.gatun.tensor.ir.ConvSpec;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/**
 * {@code Op.Conv2d} and its two transposes on a GPU: products by cuBLAS with the matrix of what lies under the windows, made for so many
 * images, or such a part of one, that it stays within bounds. Groups of one channel have kernels of their own.
 *
 * <p>Results are the same every time: the transposes gather, and products are added in the order of the images.
 */
final class CudaConvolutions {
    /** The most bytes of a window matrix; a single row of a very large image may take more. */
    private static final long MATRIX_BYTES = 256L << 20;

    private static final int THREADS = 256;
    private static final int BLOCKS_EACH = 8;

    private final Gpu gpu;
    private final DType dtype;
    private final long matrixBytes;

    private final ConvSpec spec;
    private final long images;
    private final long groups;
    /** Channels of an image and of a result in one group. */
    private final long channels;

    private final long outputs;
    private final long height;
    private final long width;
    private final long kernelHeight;
    private final long kernelWidth;
    private final long outHeight;
    private final long outWidth;

    /** Elements under a window in one group, elements of a channel, and of a channel of the result. */
    private final long depth;

    private final long plane;
    private final long outPlane;

    private CudaConvolutions(Gpu gpu, DType dtype, ConvSpec spec, Shape image, Shape weight, long matrixBytes) {
        this.gpu = gpu;
        this.dtype = dtype;
        this.matrixBytes = matrixBytes;
        this.spec = spec;
        images = image.size(0);
        groups = spec.groups();
        channels = weight.size(1);
        outputs = weight.size(0) / groups;
        height = image.size(2);
        width = image.size(3);
        kernelHeight = weight.size(2);
        kernelWidth = weight.size(3);
        outHeight = spec.outHeight(height, kernelHeight);
        outWidth = spec.outWidth(width, kernelWidth);
        depth = channels * kernelHeight * kernelWidth;
        plane = height * width;
        outPlane = outHeight * outWidth;
    }

    /** The convolution of x (n, c, h, w) with the weight (out, c / groups, kh, kw). */
    static ConcreteTensor conv2d(Gpu gpu, Op.Conv2d op, ConcreteTensor x, ConcreteTensor weight) {
        return conv2d(gpu, op, x, weight, MATRIX_BYTES);
    }

    /** The convolution with another bound for the window matrix. */
    static ConcreteTensor conv2d(Gpu gpu, Op.Conv2d op, ConcreteTensor x, ConcreteTensor weight, long matrixBytes) {
        var sizes = new CudaConvolutions(gpu, x.dtype(), op.spec(), x.shape(), weight.shape(), matrixBytes);
        Shape shape = Shape.of(sizes.images, weight.shape().size(0), sizes.outHeight, sizes.outWidth);
        return sizes.result(shape, x, weight, sizes.depth, sizes::forward);
    }

    /** The transpose of {@link #conv2d} in x, applied to the cotangent g (n, out, oh, ow). */
    static ConcreteTensor inputGrad(Gpu gpu, Op.Conv2dInputGrad op, ConcreteTensor g, ConcreteTensor weight) {
        return inputGrad(gpu, op, g, weight, MATRIX_BYTES);
    }

    /** The transpose in x with another bound for the window matrix. */
    static ConcreteTensor inputGrad(
            Gpu gpu, Op.Conv2dInputGrad op, ConcreteTensor g, ConcreteTensor weight, long matrixBytes) {
        var sizes = new CudaConvolutions(gpu, g.dtype(), op.spec(), op.input(), weight.shape(), matrixBytes);
        return sizes.result(op.input(), g, weight, sizes.outputs, sizes::inputGradient);
    }

    /** The transpose of {@link #conv2d} in the weight, applied to the cotangent g (n, out, oh, ow). */
    static ConcreteTensor weightGrad(Gpu gpu, Op.Conv2dWeightGrad op, ConcreteTensor g, ConcreteTensor x) {
        return weightGrad(gpu, op, g, x, MATRIX_BYTES);
    }

    /** The transpose in the weight with another bound for the window matrix. */
    static ConcreteTensor weightGrad(
            Gpu gpu, Op.Conv2dWeightGrad op, ConcreteTensor g, ConcreteTensor x, long matrixBytes) {
        var sizes = new CudaConvolutions(gpu, g.dtype(), op.spec(), x.shape(), op.weight(), matrixBytes);
        return sizes.result(op.weight(), g, x, sizes.images, sizes::weightGradient);
    }

    /** What a convolution does with contiguous operands. */
    @FunctionalInterface
    private interface Work {
        void run(ConcreteTensor first, ConcreteTensor second, ConcreteTensor result);
    }

    /** A result, zeros if its sums have no terms. */
    private ConcreteTensor result(Shape shape, ConcreteTensor first, ConcreteTensor second, long terms, Work work) {
        ConcreteTensor result = gpu.allocate(dtype, shape);
        boolean done = false;
        try {
            if (!shape.isEmpty() && terms == 0) {
                gpu.fill(result.address(), (byte) 0, shape.elements() * dtype.bytes());
            } else if (!shape.isEmpty()) {
                requireCounted();
                ConcreteTensor rows = gpu.contiguous(first);
                ConcreteTensor otherRows = null;
                try {
                    otherRows = gpu.contiguous(second);
                    work.run(rows, otherRows, result);
                } finally {
                    close(rows, first);
                    if (otherRows != null) {
                        close(otherRows, second);
                    }
                }
            }
            done = true;
            return result;
        } finally {
            if (!done) {
                result.close();
            }
        }
    }

    private static void close(ConcreteTensor copy, ConcreteTensor original) {
        if (copy != original) {
            copy.close();
        }
    }

    private void requireCounted() {
        if (!CudaGemm.fits(depth) || !CudaGemm.fits(outputs)) {
            throw new ShapeException(
                    "conv2d: a weight with " + outputs + " outputs and " + depth
                            + " elements of each in a group is too large for " + gpu.device()
                            + ", which counts up to 2^31 - 1: use more groups, or convolve parts of the channels and add the results");
        }
    }

    // ---- the convolution ----

    private void forward(ConcreteTensor x, ConcreteTensor weight, ConcreteTensor y) {
        if (isDepthwise()) {
            depthwise(
                    "depthwise", x.address(), weight.address(), 0, y, y.shape().elements());
            return;
        }
        int bytes = dtype.bytes();
        CudaType type = type(dtype);
        var weights = new Matrices(weight.address(), outputs, depth, depth, 1, outputs * depth);
        if (isPointwise()) {
            var right = new Matrices(x.address(), channels, plane, plane, 1, channels * plane);
            var result = new Matrices(y.address(), outputs, plane, plane, 1, outputs * plane);
            products(images, type, weights, right, type, result);
            return;
        }
        long some = slice(groups * depth * outPlane * bytes);
        long windows = some > 0 ? outPlane : Math.max(1, matrixBytes / (groups * depth * bytes));
        some = Math.max(1, some);
        try (Temporary matrix = gpu.temporary(some * groups * depth * windows * bytes)) {
            for (long image = 0; image < images; image += some) {
                long count = Math.min(some, images - image);
                for (long first = 0; first < outPlane; first += windows) {
                    long n = Math.min(windows, outPlane - first);
                    long taps = kernelHeight * kernelWidth;
                    long source = x.address() + image * groups * channels * plane * bytes;
                    unfold(source, matrix.address(), count, first, n, groups * depth * n, taps * n, n);
                    var right = new Matrices(matrix.address(), depth, n, n, 1, depth * n);
                    long target = y.address() + (image * groups * outputs * outPlane + first) * bytes;
                    if (CudaGemm.fits(outPlane)) {
                        var result = new Matrices(target, outputs, n, outPlane, 1, outputs * outPlane);
                        products(count, type, weights, right, type, result);
                    } else {
                        byRows(type, weights, right, target);
                    }
                }
            }
        }
    }

    /** Products for one image whose channels are farther apart than cuBLAS counts: each row is a product of its own. */
    private void byRows(CudaType type, Matrices weights, Matrices right, long target) {
        for (long group = 0; group < groups; group++) {
            var left =
                    new Matrices(weights.address() + group * weights.step() * type.bytes(), 1, depth, depth, 1, depth);
            var columns = new Matrices(
                    right.address() + group * right.step() * type.bytes(),
                    depth,
                    right.columns(),
                    right.columns(),
                    1,
                    0);
            long at = target + group * outputs * outPlane * type.bytes();
            var result = new Matrices(at, 1, right.columns(), right.columns(), 1, outPlane);
            CudaGemm.multiply(gpu, type, left, columns, type, result, outputs, false);
        }
    }

    /**
     * Products for each image and group, whose matrices' steps are from group to group.
     *
     * @param left weights, the same for all images
     */
    private void products(
            long count, CudaType type, Matrices left, Matrices right, CudaType resultType, Matrices result) {
        boolean overImages = count >= groups;
        for (long i = 0; i < (overImages ? groups : count); i++) {
            long rightAt = right.address() + i * right.step() * type.bytes() * (overImages ? 1 : groups);
            long resultAt = result.address() + i * result.step() * resultType.bytes() * (overImages ? 1 : groups);
            long leftAt = left.address() + (overImages ? i * left.step() * type.bytes() : 0);
            CudaGemm.multiply(
                    gpu,
                    type,
                    stepped(left, leftAt, overImages ? 0 : left.step()),
                    stepped(right, rightAt, overImages ? right.step() * groups : right.step()),
                    resultType,
                    stepped(result, resultAt, overImages ? result.step() * groups : result.step()),
                    overImages ? count : groups,
                    false);
        }
    }

    private static Matrices stepped(Matrices m, long address, long step) {
        return new Matrices(address, m.rows(), m.columns(), m.rowStride(), m.columnStride(), step);
    }

    // ---- its transpose in the images ----

    private void inputGradient(ConcreteTensor g, ConcreteTensor weight, ConcreteTensor dx) {
        if (isDepthwise()) {
            depthwise(
                    "depthwiseInput",
                    0,
                    weight.address(),
                    g.address(),
                    dx,
                    dx.shape().elements());
            return;
        }
        CudaType type = type(dtype);
        var weights = new Matrices(weight.address(), outputs, depth, depth, 1, outputs * depth).transposed();
        if (isPointwise()) {
            var right = new Matrices(g.address(), outputs, plane, plane, 1, outputs * plane);
            var result = new Matrices(dx.address(), channels, plane, plane, 1, channels * plane);
            products(images, type, weights, right, type, result);
            return;
        }
        int bytes = dtype.arithmetic().bytes(); // sums are rounded to the dtype once
        long some = slice(groups * depth * outPlane * bytes);
        long rows = height;
        if (some == 0) {
            // As many rows of the image as have so many rows of windows over them.
            long fitting = matrixBytes / (groups * depth * outWidth * bytes);
            long overlap = (kernelHeight - 1) * spec.dilationH();
            rows = Math.clamp((fitting - 1) * spec.strideH() - overlap, 1, height);
        }
        some = Math.max(1, some);
        for (long image = 0; image < images; image += some) {
            for (long row = 0; row < height; row += rows) {
                part(g, weights, dx, image, Math.min(some, images - image), row, Math.min(rows, height - row));
            }
        }
    }

    /** Rows {@code row} to {@code row + rows} of {@code count} images from {@code image} on. */
    private void part(
            ConcreteTensor g, Matrices weights, ConcreteTensor dx, long image, long count, long row, long rows) {
        long overlap = (kernelHeight - 1) * spec.dilationH();
        long begin = Math.max(0, Math.ceilDiv(row + spec.padH() - overlap, spec.strideH()));
        long end = Math.min(outHeight, Math.floorDiv(row + rows - 1 + spec.padH(), spec.strideH()) + 1);
        long first = begin * outWidth;
        long n = Math.max(0, end - begin) * outWidth;
        DType sumType = dtype.arithmetic();
        try (Temporary matrix = gpu.temporary(Math.max(1, count * groups * depth * n * sumType.bytes()))) {
            if (n > 0) {
                try (Cotangents cotangents = cotangents(g, image, count, first, n)) {
                    var result = new Matrices(matrix.address(), depth, n, n, 1, depth * n);
                    products(count, type(dtype), weights, cotangents.matrices, type(sumType), result);
                }
            }
            fold(matrix.address(), dx, image, count, row, rows, first, n);
        }
    }

    /**
     * Windows' cotangents as a matrix for each image and group.
     *
     * @param copy what is closed with this
     * @param closes whether there is a copy
     */
    private record Cotangents(ConcreteTensor copy, boolean closes, Matrices matrices) implements AutoCloseable {
        @Override
        public void close() {
            if (closes) {
                copy.close();
            }
        }
    }

    /** The cotangents of windows {@code first} to {@code first + n}, as they lie if cuBLAS can count from row to row. */
    private Cotangents cotangents(ConcreteTensor g, long image, long count, long first, long n) {
        long step = outputs * outPlane;
        if (CudaGemm.fits(outPlane)) {
            long at = g.address() + (image * groups * step + first) * dtype.bytes();
            return new Cotangents(g, false, new Matrices(at, outputs, n, outPlane, 1, step));
        }
        Shape shape = Shape.of(count * groups * outputs, n);
        Layout part =
                Layout.strided(shape, new long[] {outPlane, 1}, g.layout().offset() + image * groups * step + first);
        try (ConcreteTensor view = g.view(part)) {
            ConcreteTensor copy = gpu.contiguous(view);
            return new Cotangents(copy, copy != view, new Matrices(copy.address(), outputs, n, n, 1, outputs * n));
        }
    }

    // ---- its transpose in the weights ----

    private void weightGradient(ConcreteTensor g, ConcreteTensor x, ConcreteTensor dw) {
        if (isDepthwise()) {
            depthwiseWeight(g, x, dw);
            return;
        }
        DType sumType = dtype.arithmetic();
        if (sumType == dtype) {
            addImages(g, x, dw.address(), type(dtype));
            return;
        }
        long elements = dw.shape().elements();
        try (Temporary sums = gpu.temporary(elements * sumType.bytes())) {
            addImages(g, x, sums.address(), type(sumType));
            Kernel kernel = gpu.kernel(new RoundingKey(dtype), "roundSumsKernel", () -> """
                    #include "windows.cuh"
                    extern "C" __global__ void roundSumsKernel(Rounding a) {
                        roundSums<%s>(a);
                    }
                    """.formatted(CType.of(dtype)));
            gpu.launch(kernel, elements, sums.address(), dw.address(), elements);
        }
    }

    private record RoundingKey(DType dtype) {}

    /** Sums up over the windows of some images at a time: rows of the window matrix and of the cotangents go through all of them. */
    private void addImages(ConcreteTensor g, ConcreteTensor x, long sums, CudaType sumType) {
        int bytes = dtype.bytes();
        long deep = groups * (depth + outputs);
        long some = slice(deep * outPlane * bytes);
        long windows = some > 0 ? outPlane : Math.max(1, matrixBytes / (deep * bytes));
        some = Math.max(1, some);
        long all = groups * outputs;
        try (Temporary matrix = gpu.temporary(some * groups * depth * windows * bytes)) {
            for (long image = 0; image < images; image += some) {
                long count = Math.min(some, images - image);
                for (long first = 0; first < outPlane; first += windows) {
                    long n = Math.min(windows, outPlane - first);
                    long k = count * n;
                    long taps = kernelHeight * kernelWidth;
                    long source = x.address() + image * groups * channels * plane * bytes;
                    unfold(source, matrix.address(), count, first, n, n, taps * k, k);
                    var right = new Matrices(matrix.address(), depth, k, k, 1, depth * k).transposed();
                    Layout part = Layout.strided(
                            Shape.of(all, count, n),
                            new long[] {outPlane, all * outPlane, 1},
                            g.layout().offset() + image * all * outPlane + first);
                    boolean accumulate = image > 0 || first > 0;
                    var result = new Matrices(sums, outputs, depth, depth, 1, outputs * depth);
                    try (ConcreteTensor view = g.view(part)) {
                        boolean lies = count == 1 && CudaGemm.fits(outPlane);
                        ConcreteTensor rows = lies ? view : gpu.contiguous(view);
                        try {
                            long stride = rows == view ? outPlane : k;
                            var left = new Matrices(rows.address(), outputs, k, stride, 1, outputs * stride);
                            CudaGemm.multiply(gpu, type(dtype), left, right, sumType, result, groups, accumulate);
                        } finally {
                            close(rows, view);
                        }
                    }
                }
            }
        }
    }

    // ---- kernels ----

    /** Images whose matrices of so many bytes each are made at once; 0 if one is too large. */
    private long slice(long bytes) {
        return Math.min(images, matrixBytes / bytes);
    }

    private boolean isDepthwise() {
        return channels == 1 && groups > 1;
    }

    /** Whether each window is one element and every element has one, so that images are matrices as they lie. */
    private boolean isPointwise() {
        return kernelHeight * kernelWidth == 1
                && spec.strideH() == 1
                && spec.strideW() == 1
                && spec.padH() == 0
                && spec.padW() == 0
                && CudaGemm.fits(plane);
    }

    private static CudaType type(DType floating) {
        CudaType type = CudaGemm.type(floating);
        if (type == null) {
            throw new IllegalArgumentException("conv2d: " + floating + " is no floating dtype");
        }
        return type;
    }

    /** The largest number that a kernel divides. */
    private long largest(long items) {
        return Math.max(items, Math.max(height + 2L * spec.padH(), width + 2L * spec.padW()));
    }

    /** Addresses and the number of items, the geometry that the structures of {@code windows.cuh} have in common, and the rest. */
    private long[] arguments(long from, long to, long items, long... rest) {
        long[] common = {
            from,
            to,
            items,
            groups * channels,
            height,
            width,
            kernelHeight,
            kernelWidth,
            spec.strideH(),
            spec.strideW(),
            spec.padH(),
            spec.padW(),
            spec.dilationH(),
            spec.dilationW(),
            outHeight,
            outWidth
        };
        long[] all = Arrays.copyOf(common, common.length + rest.length);
        System.arraycopy(rest, 0, all, common.length, rest.length);
        return all;
    }

    private void unfold(
            long from, long to, long count, long first, long n, long imageStep, long channelStep, long tapStep) {
        long items = count * groups * channels * n;
        gpu.launch(
                WindowKernels.of(gpu, "unfold", "Unfolding", dtype, largest(items)),
                items,
                arguments(from, to, items, first, n, imageStep, channelStep, tapStep));
    }

    private void fold(long from, ConcreteTensor dx, long image, long count, long row, long rows, long first, long n) {
        long items = count * groups * channels * rows * width;
        long target = dx.address() + image * groups * channels * plane * dtype.bytes();
        gpu.launch(
                WindowKernels.widened(gpu, "fold", "Folding", dtype, largest(items)),
                items,
                arguments(
                        from, target, items, first, row, rows, groups * depth * n, kernelHeight * kernelWidth * n, n));
    }

    private void depthwise(String name, long x, long weight, long y, ConcreteTensor to, long items) {
        Kernel kernel = WindowKernels.of(gpu, name, "Depthwise", dtype, largest(items));
        gpu.launch(kernel, items, depthwiseArguments(x, weight, y, to.address(), items));
    }

    private void depthwiseWeight(ConcreteTensor g, ConcreteTensor x, ConcreteTensor dw) {
        long items = dw.shape().elements();
        Kernel kernel =
                WindowKernels.of(gpu, "depthwiseWeight", "Depthwise", dtype, largest(images * outPlane + THREADS));
        gpu.launch(
                kernel,
                Math.min(items, (long) gpu.multiprocessors() * BLOCKS_EACH),
                THREADS,
                0,
                depthwiseArguments(x.address(), 0, g.address(), dw.address(), items));
    }

    private long[] depthwiseArguments(long x, long weight, long y, long to, long items) {
        return new long[] {
            x,
            weight,
            y,
            to,
            items,
            images,
            groups,
            outputs,
            height,
            width,
            kernelHeight,
            kernelWidth,
            spec.strideH(),
            spec.strideW(),
            spec.padH(),
            spec.padW(),
            spec.dilationH(),
            spec.dilationW(),
            outHeight,
            outWidth
        };
    }
}
