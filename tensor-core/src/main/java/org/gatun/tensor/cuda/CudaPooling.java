package org.gatun.tensor.cuda;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.PoolSpec;
import org.gatun.tensor.shape.Shape;

/** {@code Op.MaxPool2d}, {@code Op.AvgPool2d} and its transpose on a GPU, on tensors of shape (batch, channels, height, width). */
final class CudaPooling {
    /** Taps that give every lane of a warp some work. */
    private static final int LARGE = 32;

    /** From this distance on, few elements of a memory access are used. */
    private static final int FAR = 4;

    private static final int LANES = 32;

    private CudaPooling() {}

    /**
     * The largest element of each window, and its index in the flattened height x width plane as I64. NaN counts as largest; of equal
     * elements the first, row by row, wins. A window without an element, which dilation and padding together can make, gives the dtype's
     * least value and index 0.
     */
    static ConcreteTensor[] maxPool2d(Gpu gpu, PoolSpec spec, ConcreteTensor x) {
        Shape shape = outShape(spec, x.shape());
        ConcreteTensor values = gpu.allocate(x.dtype(), shape);
        ConcreteTensor indices = null;
        boolean done = false;
        try {
            indices = gpu.allocate(DType.I64, shape);
            run(gpu, "maxPool", isLarge(spec), spec, x.shape(), x, values, indices.address());
            done = true;
            return new ConcreteTensor[] {values, indices};
        } finally {
            if (!done) {
                values.close();
                if (indices != null) {
                    indices.close();
                }
            }
        }
    }

    /** The mean of each window; {@code spec.countIncludePad()} says whether padding counts in the divisor. */
    static ConcreteTensor avgPool2d(Gpu gpu, PoolSpec spec, ConcreteTensor x) {
        return pooled(gpu, "avgPool", isLarge(spec), spec, x.shape(), x, outShape(spec, x.shape()));
    }

    /** The transpose of {@link #avgPool2d}: each element gets its share of the cotangents of the windows that it is in. */
    static ConcreteTensor avgPool2dGrad(Gpu gpu, PoolSpec spec, Shape input, ConcreteTensor g) {
        return pooled(gpu, "avgPoolShares", false, spec, input, g, input);
    }

    private static ConcreteTensor pooled(
            Gpu gpu, String kernel, boolean large, PoolSpec spec, Shape image, ConcreteTensor from, Shape shape) {
        ConcreteTensor result = gpu.allocate(from.dtype(), shape);
        boolean done = false;
        try {
            run(gpu, kernel, large, spec, image, from, result, 0);
            done = true;
            return result;
        } finally {
            if (!done) {
                result.close();
            }
        }
    }

    /** Whether a warp for each window is better than a thread: neighbouring threads would read elements that are far apart. */
    private static boolean isLarge(PoolSpec spec) {
        return (long) spec.kernelH() * spec.kernelW() >= LARGE && spec.strideW() >= FAR;
    }

    private static Shape outShape(PoolSpec spec, Shape x) {
        return Shape.of(x.size(0), x.size(1), spec.outHeight(x.size(2)), spec.outWidth(x.size(3)));
    }

    private static void run(
            Gpu gpu,
            String name,
            boolean large,
            PoolSpec spec,
            Shape image,
            ConcreteTensor x,
            ConcreteTensor result,
            long indices) {
        long height = image.size(2);
        long width = image.size(3);
        long items = result.shape().elements();
        if (items == 0) {
            return;
        }
        long padded = Math.max(height + 2L * spec.padH() + spec.kernelH(), width + 2L * spec.padW() + spec.kernelW());
        // Rounding up adds no more than a dilation.
        long dilated = padded + Math.max(spec.dilationH(), spec.dilationW());
        Kernel kernel =
                WindowKernels.of(gpu, large ? name + "Large" : name, "Pooling", x.dtype(), Math.max(items, dilated));
        ConcreteTensor rows = gpu.contiguous(x);
        try {
            gpu.launch(
                    kernel,
                    large ? items * LANES : items,
                    rows.address(),
                    result.address(),
                    indices,
                    items,
                    height,
                    width,
                    spec.kernelH(),
                    spec.kernelW(),
                    spec.strideH(),
                    spec.strideW(),
                    spec.padH(),
                    spec.padW(),
                    spec.dilationH(),
                    spec.dilationW(),
                    spec.outHeight(height),
                    spec.outWidth(width),
                    spec.countIncludePad() ? 1 : 0);
        } finally {
            if (rows != x) {
                rows.close();
            }
        }
    }
}
