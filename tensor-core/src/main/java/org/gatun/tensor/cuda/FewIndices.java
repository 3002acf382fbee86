package org.gatun.tensor.cuda;

import java.util.Arrays;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.cpu.IndexCheck;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/**
 * Picking and placing elements by few indices along an axis in one launch, where {@link CudaIndexing} takes several. An index out of range is found
 * on the way: its element is left out, and the next wait throws, naming the first in order. Where several indices name one place, elements are added, or overwrite each other,
 * in the order of the index: a thread goes through the index of a line.
 */
final class FewIndices {
    /** Axes that a kernel counts; tensors with more, after merging, are copied row by row. */
    private static final int AXES = 6;

    /** Threads for each multiprocessor that keep it busy. */
    private static final int THREADS_EACH = 1024;

    private FewIndices() {}

    /** Up to so many indices one after the other cost less than more launches. */
    private static final long FEW = 1 << 12;

    /** Whether indices are few. */
    static boolean suits(ConcreteTensor index) {
        return index.elements() <= FEW;
    }

    private record GatherKey(String type) {}

    private record ScatterKey(String type, boolean add) {}

    static ConcreteTensor gather(CudaDevice gpu, Op.Gather op, ConcreteTensor x, ConcreteTensor index) {
        return pick(gpu, "gather", op.axis(), x, index, index.layout());
    }

    static ConcreteTensor indexSelect(CudaDevice gpu, Op.IndexSelect op, ConcreteTensor x, ConcreteTensor index) {
        Shape shape = x.shape().withSize(op.axis(), index.elements());
        return pick(gpu, "indexSelect", op.axis(), x, index, along(shape, op.axis(), index));
    }

    /** The layout of a 1-d index repeated along all axes but one. */
    private static Layout along(Shape shape, int axis, ConcreteTensor index) {
        long[] strides = new long[shape.rank()];
        strides[axis] = index.layout().stride(0);
        return Layout.strided(shape, strides, 0);
    }

    private static ConcreteTensor pick(
            CudaDevice gpu, String name, int axis, ConcreteTensor x, ConcreteTensor index, Layout places) {
        Shape shape = places.shape();
        ConcreteTensor out = gpu.allocate(x.dtype(), shape);
        if (shape.isEmpty()) {
            return out;
        }
        MergedAxes axes =
                MergedAxes.of(shape, places, without(x.layout(), shape, axis), without(out.layout(), shape, -1));
        if (axes.rank() > AXES) {
            out.close();
            try (ConcreteTensor rows = CudaCopies.copy(gpu, x);
                    ConcreteTensor indices = CudaCopies.copy(gpu, index)) {
                return pick(
                        gpu,
                        name,
                        axis,
                        rows,
                        indices,
                        places.shape().equals(indices.shape()) ? indices.layout() : along(shape, axis, indices));
            }
        }
        String type = CType.word(x.dtype());
        Kernel kernel = gpu.kernel(new GatherKey(type), "gatherElements", () -> """
                #include "fewindices.cuh"
                extern "C" __global__ void gatherElements(const Gather<%s, %d> a) {
                    gather(a);
                }
                """.formatted(type, AXES));
        long size = x.size(axis);
        Shape indices = index.shape();
        long[] arguments = new long[10 + AXES * 3];
        arguments[0] = shape.elements();
        arguments[1] = gpu.faults();
        arguments[2] = gpu.site((value, number) -> IndexCheck.outside(name, value, number, indices, axis, size));
        arguments[3] = x.address();
        arguments[4] = index.address();
        arguments[5] = out.address();
        arguments[6] = size;
        arguments[7] = x.layout().stride(axis);
        arguments[8] = indices.elements();
        arguments[9] = indices.equals(shape) ? 1 : inner(shape, axis);
        places(arguments, 10, axes, 2);
        gpu.launch(kernel, shape.elements(), arguments);
        return out;
    }

    /** A layout under the sizes of a shape, without steps along an axis. */
    private static Layout without(Layout layout, Shape shape, int axis) {
        long[] strides = layout.strides();
        if (axis >= 0) {
            strides[axis] = 0;
        }
        return Layout.strided(shape, strides, 0);
    }

    /** Sizes, then strides of the first layouts. */
    private static void places(long[] arguments, int at, MergedAxes axes, int layouts) {
        Arrays.fill(arguments, at, at + AXES, 1);
        System.arraycopy(axes.sizes(), 0, arguments, at, axes.rank());
        for (int k = 0; k < layouts; k++) {
            System.arraycopy(axes.strides()[k], 0, arguments, at + (k + 1) * AXES, axes.rank());
        }
    }

    static ConcreteTensor scatterAdd(CudaDevice gpu, Op.ScatterAdd op, ConcreteTensor src, ConcreteTensor index) {
        return sums(gpu, "scatterAdd", op.axis(), src, index, index.layout(), op.shape());
    }

    static ConcreteTensor indexAdd(CudaDevice gpu, Op.IndexAdd op, ConcreteTensor src, ConcreteTensor index) {
        Layout places = along(src.shape(), op.axis(), index);
        return sums(gpu, "indexAdd", op.axis(), src, index, places, src.shape().withSize(op.axis(), op.size()));
    }

    static ConcreteTensor scatter(
            CudaDevice gpu, Op.Scatter op, ConcreteTensor base, ConcreteTensor index, ConcreteTensor src) {
        ConcreteTensor out = CudaCopies.copy(gpu, base);
        put(gpu, "scatter", op.axis(), src, index, index.layout(), out, CType.word(src.dtype()), false);
        return out;
    }

    /** Sums in the type that arithmetic runs in, rounded once. */
    private static ConcreteTensor sums(
            CudaDevice gpu,
            String name,
            int axis,
            ConcreteTensor src,
            ConcreteTensor index,
            Layout places,
            Shape shape) {
        DType dtype = src.dtype();
        if (dtype.isNarrow()) {
            try (ConcreteTensor wide = cast(gpu, src, dtype.arithmetic());
                    ConcreteTensor sums = sums(gpu, name, axis, wide, index, places, shape)) {
                return cast(gpu, sums, dtype);
            }
        }
        ConcreteTensor out = gpu.allocate(dtype, shape);
        gpu.fill(out.address(), (byte) 0, shape.elements() * dtype.bytes());
        put(gpu, name, axis, src, index, places, out, CType.of(dtype), true);
        return out;
    }

    private static ConcreteTensor cast(CudaDevice gpu, ConcreteTensor x, DType to) {
        return CudaRegions.run(gpu, new Op.Cast(to), new ConcreteTensor[] {x})[0];
    }

    private static void put(
            CudaDevice gpu,
            String name,
            int axis,
            ConcreteTensor src,
            ConcreteTensor index,
            Layout places,
            ConcreteTensor out,
            String type,
            boolean add) {
        Shape shape = places.shape();
        if (shape.isEmpty()) {
            return;
        }
        Shape lines = shape.withSize(axis, 1);
        MergedAxes axes = MergedAxes.of(
                lines,
                without(places, lines, axis),
                without(src.layout(), lines, axis),
                without(out.layout(), lines, axis));
        if (axes.rank() > AXES) {
            try (ConcreteTensor rows = CudaCopies.copy(gpu, src);
                    ConcreteTensor indices = CudaCopies.copy(gpu, index)) {
                Layout again = indices.shape().equals(shape) ? indices.layout() : along(shape, axis, indices);
                put(gpu, name, axis, rows, indices, again, out, type, add);
            }
            return;
        }
        Kernel kernel = gpu.kernel(new ScatterKey(type, add), "scatterElements", () -> """
                #include "fewindices.cuh"
                extern "C" __global__ void scatterElements(const Scatter<%s, %d> a) {
                    scatter<%s>(a);
                }
                """.formatted(type, AXES, add));
        long size = out.size(axis);
        long count = shape.size(axis);
        Shape indices = index.shape();
        long[] arguments = new long[14 + AXES * 4];
        arguments[0] = lines.elements();
        arguments[1] = gpu.faults();
        arguments[2] = gpu.site((value, number) -> IndexCheck.outside(name, value, number, indices, axis, size));
        arguments[3] = src.address();
        arguments[4] = index.address();
        arguments[5] = out.address();
        arguments[6] = count;
        arguments[7] = size;
        arguments[8] = parts(gpu, lines.elements(), count, size);
        arguments[9] = places.stride(axis);
        arguments[10] = src.layout().stride(axis);
        arguments[11] = out.layout().stride(axis);
        arguments[12] = indices.elements();
        arguments[13] = indices.equals(shape) ? inner(shape, axis) : 1;
        places(arguments, 14, axes, 3);
        gpu.launch(kernel, lines.elements() * arguments[8], arguments);
    }

    private static long inner(Shape shape, int axis) {
        long inner = 1;
        for (int a = axis + 1; a < shape.rank(); a++) {
            inner *= shape.size(a);
        }
        return inner;
    }

    /** Into how many parts the places of a line are cut: as many as keep the device busy, if lines are few and long. */
    private static long parts(CudaDevice gpu, long lines, long count, long size) {
        long wanted = (long) gpu.multiprocessors() * THREADS_EACH / Math.max(1, lines);
        return Math.clamp(Math.min(wanted, count / 4), 1, Math.max(1, size));
    }
}
