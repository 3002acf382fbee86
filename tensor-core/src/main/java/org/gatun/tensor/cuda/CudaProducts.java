package org.gatun.tensor.cuda;

import java.util.Arrays;
import org.gatun.bindings.cuda.CudaType;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.cuda.CudaGemm.Matrices;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * {@code Op.MatMul} on a GPU: floating matrices by cuBLAS, bytes by cuBLAS where they {@linkplain ByteProducts lie well}; other integers, and
 * matrices of more rows or columns than cuBLAS counts, by a kernel of our own.
 */
final class CudaProducts {
    /** Up to this many products of batches are started one by one; to start more takes longer than to copy an operand. */
    private static final long MOST_STARTS = 64;

    private static final int THREADS = 256;

    /** Rows and columns of the part of a result that a block of the kernel computes. */
    private static final int TILE = 64;

    private static final int BLOCKS_EACH = 8;

    private CudaProducts() {}

    private record Key(DType dtype) {}

    /**
     * The product of (batch.., m, k) and (batch.., k, n) with equal batch axes, for any strides. Transposed operands and batch axes of
     * stride 0 cost no copy.
     */
    static ConcreteTensor matMul(CudaDevice gpu, ConcreteTensor left, ConcreteTensor right) {
        return matMul(gpu, left, right, Integer.MAX_VALUE);
    }

    /** The product, for which cuBLAS is given matrices of at most {@code most} rows and columns. */
    static ConcreteTensor matMul(CudaDevice gpu, ConcreteTensor left, ConcreteTensor right, int most) {
        Shape shape = left.shape().withSize(-1, right.shape().size(-1));
        ConcreteTensor result = gpu.allocate(left.dtype(), shape);
        boolean done = false;
        try {
            multiply(gpu, left, right, result, most);
            done = true;
            return result;
        } finally {
            if (!done) {
                result.close();
            }
        }
    }

    private static void multiply(
            CudaDevice gpu, ConcreteTensor left, ConcreteTensor right, ConcreteTensor result, int most) {
        Shape shape = result.shape();
        if (shape.isEmpty()) {
            return;
        }
        long m = shape.size(-2);
        long n = shape.size(-1);
        long k = left.shape().size(-1);
        if (k == 0) {
            gpu.fill(
                    result.address(),
                    (byte) 0,
                    shape.elements() * result.dtype().bytes());
            return;
        }
        boolean blas = m <= most && n <= most && k <= most;
        @Nullable CudaType type = blas ? CudaGemm.type(result.dtype()) : null;
        try (Operand a = Operand.of(gpu, left, type != null);
                Operand b = Operand.of(gpu, right, type != null)) {
            Shape batch = Shape.of(Arrays.copyOf(shape.toArray(), shape.rank() - 2));
            Layout[] layouts = {
                Layout.strided(batch, a.batchStrides, 0),
                Layout.strided(batch, b.batchStrides, 0),
                Layout.strided(batch, Arrays.copyOf(result.layout().strides(), shape.rank() - 2), 0)
            };
            MergedAxes axes = MergedAxes.of(batch, layouts);
            if (starts(axes) > MOST_STARTS) {
                // The operands that don't walk the batch in one step are copied; then all do.
                try (Operand walked = a.walked(gpu, left, batch);
                        Operand otherWalked = b.walked(gpu, right, batch)) {
                    layouts[0] = Layout.strided(batch, walked.batchStrides, 0);
                    layouts[1] = Layout.strided(batch, otherWalked.batchStrides, 0);
                    batches(gpu, type, blas, MergedAxes.of(batch, layouts), walked, otherWalked, result);
                }
            } else {
                batches(gpu, type, blas, axes, a, b, result);
            }
        }
    }

    /** How many products of batches it takes. */
    private static long starts(MergedAxes axes) {
        long count = 1;
        long largest = 1;
        for (long size : axes.sizes()) {
            count *= size;
            largest = Math.max(largest, size);
        }
        return count / largest;
    }

    /**
     * An operand's matrices.
     *
     * @param copy what is closed with this; the operand itself if it was not copied
     * @param closes whether there is a copy
     * @param batchStrides elements from matrix to matrix along each batch axis
     * @param first the first matrix
     */
    @SuppressWarnings("ArrayRecordComponent") // made, read and dropped within a product
    private record Operand(ConcreteTensor copy, boolean closes, long[] batchStrides, Matrices first)
            implements AutoCloseable {

        /** The operand as it lies; a copy if cuBLAS is to take it and would not. */
        static Operand of(Gpu gpu, ConcreteTensor x, boolean blas) {
            Operand plain = of(x, x.layout(), false);
            Layout layout = x.layout();
            long[] sizes = layout.shape().toArray();
            boolean taken = plain.first.isTaken();
            for (int i = 0; i < sizes.length - 2; i++) {
                taken &= sizes[i] == 1 || layout.stride(i) >= 0;
                // Along batch axes of stride 0 one matrix is enough.
                sizes[i] = layout.stride(i) == 0 ? 1 : sizes[i];
            }
            if (!blas || taken) {
                return plain;
            }
            // What is not taken has gaps or another order, so this is a copy.
            try (ConcreteTensor different =
                    x.view(Layout.strided(Shape.of(sizes), layout.strides(), layout.offset()))) {
                ConcreteTensor copy = gpu.contiguous(different);
                return of(copy, copy.layout().broadcast(layout.shape()), true);
            }
        }

        private static Operand of(ConcreteTensor x, Layout layout, boolean closes) {
            int rank = layout.shape().rank();
            return new Operand(
                    x,
                    closes,
                    Arrays.copyOf(layout.strides(), rank - 2),
                    new Matrices(
                            x.address(),
                            layout.shape().size(-2),
                            layout.shape().size(-1),
                            layout.stride(rank - 2),
                            layout.stride(rank - 1),
                            0));
        }

        /** This, or a copy of the whole operand if its matrices are not at equal distances. */
        Operand walked(Gpu gpu, ConcreteTensor x, Shape batch) {
            boolean equal =
                    MergedAxes.of(batch, Layout.strided(batch, batchStrides, 0)).rank() <= 1;
            if (equal) {
                return new Operand(copy, false, batchStrides, first);
            }
            ConcreteTensor whole = gpu.contiguous(x);
            return of(whole, whole.layout(), whole != x);
        }

        @Override
        public void close() {
            if (closes) {
                copy.close();
            }
        }
    }

    /**
     * Products along the longest axis of the batch at once, those along the others one by one.
     *
     * @param type cuBLAS's name of the dtype; null if it is not to multiply matrices of this
     * @param blas whether cuBLAS may be used
     */
    private static void batches(
            CudaDevice gpu,
            @Nullable CudaType type,
            boolean blas,
            MergedAxes axes,
            Operand a,
            Operand b,
            ConcreteTensor result) {
        long[] sizes = axes.sizes();
        int longest = -1;
        for (int i = 0; i < sizes.length; i++) {
            longest = longest < 0 || sizes[i] > sizes[longest] ? i : longest;
        }
        long count = longest < 0 ? 1 : sizes[longest];
        int bytes = result.dtype().bytes();
        Shape shape = result.shape();
        for (long start = 0; start < starts(axes); start++) {
            long[] offsets = new long[3];
            long rest = start;
            for (int i = 0; i < sizes.length; i++) {
                if (i != longest) {
                    for (int x = 0; x < offsets.length; x++) {
                        offsets[x] += rest % sizes[i] * axes.strides()[x][i];
                    }
                    rest /= sizes[i];
                }
            }
            long[] steps = new long[3];
            for (int x = 0; x < steps.length && longest >= 0; x++) {
                steps[x] = axes.strides()[x][longest];
            }
            Matrices left = placed(a.first, offsets[0] * bytes, steps[0]);
            Matrices right = placed(b.first, offsets[1] * bytes, steps[1]);
            Matrices product = new Matrices(
                    result.address() + offsets[2] * bytes, shape.size(-2), shape.size(-1), shape.size(-1), 1, steps[2]);
            if (type != null) {
                byBlas(gpu, type, left, right, product, count);
            } else if (!blas
                    || !ByteProducts.areTaken(result.dtype(), left, right)
                    || !ByteProducts.multiply(gpu, left, right, result, offsets[2], steps[2], count)) {
                byKernel(gpu, result.dtype(), left, right, product, count);
            }
        }
    }

    private static Matrices placed(Matrices first, long bytes, long step) {
        return new Matrices(
                first.address() + bytes, first.rows(), first.columns(), first.rowStride(), first.columnStride(), step);
    }

    private static void byBlas(Gpu gpu, CudaType type, Matrices left, Matrices right, Matrices product, long count) {
        long rows = product.rows() * count;
        long rowStride = left.rows() == 1 ? left.step() : left.rowStride();
        boolean together = count > 1
                && right.step() == 0
                && product.step() == product.rows() * product.columns()
                && left.step() == left.rows() * rowStride;
        Matrices stacked = new Matrices(left.address(), rows, left.columns(), rowStride, left.columnStride(), 0);
        if (together && stacked.isTaken()) {
            // One right operand for all: the rows of the left ones are those of one matrix.
            Matrices whole = Matrices.contiguous(product.address(), rows, product.columns());
            CudaGemm.multiply(gpu, type, stacked, right, type, whole, 1, false);
        } else {
            CudaGemm.multiply(gpu, type, left, right, type, product, count, false);
        }
    }

    private static void byKernel(Gpu gpu, DType dtype, Matrices left, Matrices right, Matrices product, long count) {
        Kernel kernel = gpu.kernel(new Key(dtype), "productKernel", () -> """
                #include "product.cuh"
                extern "C" __global__ void productKernel(Product a) {
                    product<%s>(a);
                }
                """.formatted(CType.of(dtype)));
        long tiles = count * Math.ceilDiv(product.rows(), TILE) * Math.ceilDiv(product.columns(), TILE);
        gpu.launch(
                kernel,
                Math.min(tiles, (long) gpu.multiprocessors() * BLOCKS_EACH),
                THREADS,
                0,
                left.address(),
                right.address(),
                product.address(),
                count,
                product.rows(),
                product.columns(),
                left.columns(),
                left.step(),
                left.rowStride(),
                left.columnStride(),
                right.step(),
                right.rowStride(),
                right.columnStride(),
                product.step());
    }
}
