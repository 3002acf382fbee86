package org.gatun.tensor.cuda;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.cpu.IndexCheck;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/**
 * Picking and placing elements by index along an axis on a GPU. An index may be negative, from the size's negative on; what the first one
 * out of range is, the next wait throws. Where several indices name one place, elements are added in the order of the index, or its last
 * one wins.
 */
final class CudaIndexing {
    /** Whether sums are made in the order of the index; if not, floating sums are faster, and their last bits differ from run to run. */
    private static final boolean DETERMINISTIC =
            !System.getProperty("gatun.cuda.deterministic", "true").strip().equalsIgnoreCase("false");

    /** What {@link Gpu#fill} makes of memory, as a number above all positions. */
    private static final byte ABOVE_ALL = 0x7f;

    private static final int WIDE = 16;

    private CudaIndexing() {}

    private record Key(String name, String types) {}

    static ConcreteTensor gather(CudaDevice gpu, Op.Gather op, ConcreteTensor x, ConcreteTensor index) {
        if (FewIndices.suits(index)) {
            return FewIndices.gather(gpu, op, x, index);
        }
        int axis = op.axis();
        Shape shape = index.shape();
        long size = x.shape().size(axis);
        ConcreteTensor out = gpu.allocate(x.dtype(), shape);
        boolean done = false;
        try (Temporary places = places(gpu, "gather", index, axis, size);
                ConcreteTensor part = part(gpu, x, shape.withSize(axis, size))) {
            String type = CType.word(x.dtype());
            launch(gpu, "gatherItems", type, Along.of(axis, shape, size), part.address(), out.address(), places, 0);
            done = true;
            return out;
        } finally {
            closeUnless(done, out);
        }
    }

    static ConcreteTensor indexSelect(CudaDevice gpu, Op.IndexSelect op, ConcreteTensor x, ConcreteTensor index) {
        if (FewIndices.suits(index)) {
            return FewIndices.indexSelect(gpu, op, x, index);
        }
        int axis = op.axis();
        long size = x.shape().size(axis);
        Shape shape = x.shape().withSize(axis, index.shape().elements());
        ConcreteTensor out = gpu.allocate(x.dtype(), shape);
        boolean done = false;
        try (Temporary places = places(gpu, "indexSelect", index, axis, size);
                ConcreteTensor all = part(gpu, x, x.shape())) {
            Along along = Along.of(axis, shape, size);
            String type = CType.word(x.dtype());
            int bytes = x.dtype().bytes();
            if (along.inner * bytes % WIDE == 0 && all.address() % WIDE == 0) {
                type = "Vec<u64, 2>";
                along = along.withInner(along.inner * bytes / WIDE);
            }
            launch(gpu, "selectSlices", type, along, all.address(), out.address(), places, 0);
            done = true;
            return out;
        } finally {
            closeUnless(done, out);
        }
    }

    static ConcreteTensor scatter(
            CudaDevice gpu, Op.Scatter op, ConcreteTensor base, ConcreteTensor index, ConcreteTensor src) {
        if (FewIndices.suits(index)) {
            return FewIndices.scatter(gpu, op, base, index, src);
        }
        int axis = op.axis();
        Shape shape = index.shape();
        long size = base.shape().size(axis);
        Shape touched = shape.withSize(axis, size);
        ConcreteTensor out = CudaCopies.copy(gpu, base);
        boolean done = false;
        try (Temporary places = places(gpu, "scatter", index, axis, size)) {
            if (!shape.isEmpty() && !touched.isEmpty()) {
                long bytes = touched.elements() * Long.BYTES;
                Along along = Along.of(axis, shape, size);
                boolean whole = touched.equals(base.shape());
                try (Temporary winners = gpu.temporary(bytes);
                        ConcreteTensor from = part(gpu, src, shape);
                        ConcreteTensor values = whole ? out.view(out.layout()) : copiedPart(gpu, out, touched)) {
                    gpu.fill(winners.address(), (byte) -1, bytes);
                    launch(gpu, "lastItems", "", along, 0, 0, places, winners.address());
                    String type = CType.word(src.dtype());
                    launch(gpu, "putItems", type, along, values.address(), from.address(), places, winners.address());
                    if (!whole) {
                        CudaCopies.into(
                                gpu,
                                values,
                                out,
                                Layout.strided(touched, out.layout().strides(), 0));
                    }
                }
            }
            done = true;
            return out;
        } finally {
            closeUnless(done, out);
        }
    }

    static ConcreteTensor scatterAdd(CudaDevice gpu, Op.ScatterAdd op, ConcreteTensor src, ConcreteTensor index) {
        if (FewIndices.suits(index)) {
            return FewIndices.scatterAdd(gpu, op, src, index);
        }
        int axis = op.axis();
        Shape shape = index.shape();
        long size = op.shape().size(axis);
        Shape touched = shape.withSize(axis, size);
        ConcreteTensor out = zeros(gpu, src.dtype(), op.shape());
        boolean done = false;
        try (Temporary places = places(gpu, "scatterAdd", index, axis, size)) {
            if (!shape.isEmpty() && !touched.isEmpty()) {
                boolean whole = touched.equals(op.shape());
                try (ConcreteTensor from = part(gpu, src, shape);
                        ConcreteTensor sums = whole ? out.view(out.layout()) : zeros(gpu, src.dtype(), touched)) {
                    addItems(gpu, Along.of(axis, shape, size), from, sums, places);
                    if (!whole) {
                        CudaCopies.into(
                                gpu,
                                sums,
                                out,
                                Layout.strided(touched, out.layout().strides(), 0));
                    }
                }
            }
            done = true;
            return out;
        } finally {
            closeUnless(done, out);
        }
    }

    static ConcreteTensor indexAdd(CudaDevice gpu, Op.IndexAdd op, ConcreteTensor src, ConcreteTensor index) {
        if (FewIndices.suits(index)) {
            return FewIndices.indexAdd(gpu, op, src, index);
        }
        int axis = op.axis();
        long size = op.size();
        ConcreteTensor out = zeros(gpu, src.dtype(), src.shape().withSize(axis, size));
        boolean done = false;
        try (Temporary places = places(gpu, "indexAdd", index, axis, size)) {
            if (!src.shape().isEmpty() && size > 0) {
                try (ConcreteTensor from = part(gpu, src, src.shape())) {
                    addSlices(gpu, Along.of(axis, src.shape(), size), from, out, places);
                }
            }
            done = true;
            return out;
        } finally {
            closeUnless(done, out);
        }
    }

    /**
     * An axis that indices point along.
     *
     * @param outer the lanes before the axis
     * @param size the size of the axis that is pointed into
     * @param count the indices along the axis
     * @param inner the lanes after the axis
     */
    private record Along(long outer, long size, long count, long inner) {
        static Along of(int axis, Shape shape, long size) {
            long outer = 1;
            long inner = 1;
            for (int a = 0; a < shape.rank(); a++) {
                outer *= a < axis ? shape.size(a) : 1;
                inner *= a > axis ? shape.size(a) : 1;
            }
            return new Along(outer, size, shape.size(axis), inner);
        }

        Along withInner(long other) {
            return new Along(outer, size, count, other);
        }

        long items() {
            return outer * count * inner;
        }

        long targets() {
            return outer * size * inner;
        }
    }

    // ---- adding ----

    /** Adds elements that have an index each. */
    private static void addItems(Gpu gpu, Along along, ConcreteTensor from, ConcreteTensor sums, Temporary places) {
        DType dtype = from.dtype();
        if (!isOrdered(dtype)) {
            launch(gpu, "addItemsAtomically", CType.of(dtype), along, sums.address(), from.address(), places, 0);
            return;
        }
        // Each element of the result is a slice of its own.
        addSorted(gpu, along, new Along(1, along.targets(), along.items(), 1), from, sums, places);
    }

    /** Adds slices that have an index each. */
    private static void addSlices(Gpu gpu, Along along, ConcreteTensor from, ConcreteTensor sums, Temporary places) {
        DType dtype = from.dtype();
        if (!isOrdered(dtype)) {
            launch(gpu, "addSlicesAtomically", CType.of(dtype), along, sums.address(), from.address(), places, 0);
            return;
        }
        addSorted(gpu, new Along(1, along.size, along.count, 1), along, from, sums, places);
    }

    /** Whether sums are made in the order of the index. Of integers it does not matter; of 16 bits there is no other way. */
    private static boolean isOrdered(DType dtype) {
        return switch (dtype) {
            case F32, F64 -> DETERMINISTIC;
            case BF16, F16 -> true;
            case I64, I32, I16, I8, U8, BOOL -> false;
        };
    }

    /**
     * Adds slices in order.
     *
     * @param indexed what the places point into
     * @param slices the slices, of which each element that is indexed makes one
     */
    private static void addSorted(
            Gpu gpu, Along indexed, Along slices, ConcreteTensor from, ConcreteTensor sums, Temporary places) {
        long n = indexed.items();
        SortKeys keys = SortKeys.upTo(indexed.targets());
        // The key of what is out of range is above all others, also in its lowest digits.
        int digits = (Long.SIZE - Long.numberOfLeadingZeros(indexed.targets()) + Byte.SIZE - 1) / Byte.SIZE;
        try (Temporary numbers = gpu.temporary(n * keys.bytes());
                Temporary sorted = gpu.temporary(n * keys.bytes());
                Temporary order = gpu.temporary(n * Long.BYTES)) {
            launch(gpu, "targetKeys", keys.type(), indexed, numbers.address(), 0, places, 0);
            new RadixSort(gpu, keys, 1, n).sort(numbers.address(), order.address(), sorted.address(), digits);
            gpu.launch(
                    kernel(gpu, "addSegments", "Segments", CType.of(from.dtype()) + ", " + keys.type()),
                    slices.items(),
                    sums.address(),
                    from.address(),
                    sorted.address(),
                    order.address(),
                    slices.items(),
                    slices.size,
                    slices.count,
                    slices.inner);
        }
    }

    // ---- indices ----

    /** Places from 0 on for indices; -1 for one that is out of range, which the next wait throws. */
    private static Temporary places(CudaDevice gpu, String name, ConcreteTensor index, int axis, long size) {
        Shape shape = index.shape();
        long items = shape.elements();
        Temporary places = gpu.temporary(items * Long.BYTES);
        boolean done = false;
        try (ConcreteTensor rows = part(gpu, index, shape);
                Temporary first = gpu.temporary(Long.BYTES)) {
            if (items > 0) {
                gpu.fill(first.address(), ABOVE_ALL, Long.BYTES);
                long site = gpu.site((value, at) -> IndexCheck.outside(name, value, at, shape, axis, size));
                long[] arguments = {rows.address(), places.address(), first.address(), items, size, gpu.faults(), site};
                gpu.launch(kernel(gpu, "checkIndices", "IndexCheck", ""), items, arguments);
                gpu.launch(kernel(gpu, "reportFirst", "IndexCheck", ""), 1, 1, 0, arguments);
            }
            done = true;
            return places;
        } finally {
            if (!done) {
                places.close();
            }
        }
    }

    // ---- memory ----

    private static ConcreteTensor zeros(Gpu gpu, DType dtype, Shape shape) {
        ConcreteTensor out = gpu.allocate(dtype, shape);
        gpu.fill(out.address(), (byte) 0, shape.elements() * dtype.bytes());
        return out;
    }

    /** The leading part of a tensor row by row: a view of it or a copy, to be closed. */
    private static ConcreteTensor part(CudaDevice gpu, ConcreteTensor x, Shape part) {
        ConcreteTensor view =
                x.view(Layout.strided(part, x.layout().strides(), x.layout().offset()));
        if (view.isContiguous()) {
            return view;
        }
        try (view) {
            return CudaCopies.copy(gpu, view);
        }
    }

    private static ConcreteTensor copiedPart(CudaDevice gpu, ConcreteTensor x, Shape part) {
        try (ConcreteTensor view =
                x.view(Layout.strided(part, x.layout().strides(), x.layout().offset()))) {
            return CudaCopies.copy(gpu, view);
        }
    }

    private static void closeUnless(boolean done, ConcreteTensor out) {
        if (!done) {
            out.close();
        }
    }

    // ---- kernels ----

    private static void launch(
            Gpu gpu, String name, String type, Along along, long x, long y, Temporary places, long winners) {
        if (along.items() > 0) {
            gpu.launch(
                    kernel(gpu, name, "Indexed", type),
                    along.items(),
                    x,
                    y,
                    places.address(),
                    winners,
                    along.items(),
                    along.size,
                    along.count,
                    along.inner);
        }
    }

    private static Kernel kernel(Gpu gpu, String name, String structure, String types) {
        return gpu.kernel(new Key(name, types), name + "Kernel", () ->
                """
                #include "indexing.cuh"
                extern "C" __global__ void %1$sKernel(%2$s a) {
                    %1$s%3$s(a);
                }
                """.formatted(name, structure, types.isEmpty() ? "" : "<" + types + ">"));
    }
}
