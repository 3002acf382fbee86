package org.gatun.tensor.cuda;

import java.util.stream.IntStream;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/**
 * Reductions of tensors of any layout over any axes, which stay with size 1; the kernels are in {@code reduce.cuh}. How the elements are
 * divided among threads, and with it the order of additions, depends on the layout only, never on the device.
 */
final class CudaReductions {
    private static final int THREADS = 256;
    private static final int WARP = 32;
    private static final long MOST_BLOCKS = 1 << 20;

    /** Bytes read at a time. */
    private static final int ACCESS = 16;

    /** About how many tasks a reduction to few results is divided into, which keeps large devices busy. */
    private static final long TASKS = 2048;

    /** The bounds of the elements that a block folds to one: fewer are not worth it, and long chains of additions lose digits. */
    private static final long LEAST_PART = 1 << 14;

    private static final long MOST_PART = 1 << 17;

    /** The bounds of the rows of a part of columns that each thread folds. */
    private static final long LEAST_DEPTH = 8;

    private static final long MOST_DEPTH = 128;

    /** No axes, of one element. */
    private static final StridedAxes NONE = new StridedAxes(new long[0], new long[0]);

    private CudaReductions() {}

    /** The functions of {@code reduce.cuh}. */
    private enum Fold {
        SUM("SumFold<%s>"),
        PRODUCT("ProductFold<%s>"),
        MAX("MaxFold<%s>"),
        MIN("MinFold<%s>"),
        PLACE_OF_MAX("PlaceFold<%s, false>"),
        PLACE_OF_MIN("PlaceFold<%s, true>");

        private final String text;

        Fold(String text) {
            this.text = text;
        }

        /** The type in CUDA C. */
        String of(DType dtype) {
            return String.format(text, CType.of(dtype));
        }

        boolean isPlace() {
            return this == PLACE_OF_MAX || this == PLACE_OF_MIN;
        }

        DType result(DType dtype) {
            return isPlace() ? DType.I64 : dtype;
        }

        /** The type of intermediate results. */
        String intermediate(DType dtype) {
            return isPlace() ? "Placed<" + CType.arithmetic(dtype) + ">" : CType.arithmetic(dtype);
        }

        int intermediateBytes(DType dtype) {
            return isPlace() ? 16 : dtype.arithmetic().bytes();
        }
    }

    /** A program: a function on elements of a dtype, or on its own intermediate results. */
    private record Key(Fold fold, DType dtype, String element) {}

    static ConcreteTensor sum(CudaDevice gpu, Op.Sum op, ConcreteTensor x) {
        return fold(gpu, Fold.SUM, op.axes(), x);
    }

    static ConcreteTensor prod(CudaDevice gpu, Op.Prod op, ConcreteTensor x) {
        return fold(gpu, Fold.PRODUCT, op.axes(), x);
    }

    static ConcreteTensor extremum(CudaDevice gpu, Op.Extremum op, ConcreteTensor x) {
        return switch (op.fn()) {
            case MAX -> fold(gpu, Fold.MAX, op.axes(), x);
            case MIN -> fold(gpu, Fold.MIN, op.axes(), x);
        };
    }

    static ConcreteTensor argExtremum(CudaDevice gpu, Op.ArgExtremum op, ConcreteTensor x) {
        Axes axis = Axes.listed("argExtremum", x.shape().rank(), op.axis());
        return switch (op.fn()) {
            case MAX -> fold(gpu, Fold.PLACE_OF_MAX, axis, x);
            case MIN -> fold(gpu, Fold.PLACE_OF_MIN, axis, x);
        };
    }

    static ConcreteTensor bool(CudaDevice gpu, Op.BoolReduce op, ConcreteTensor x) {
        return switch (op.fn()) {
            case ANY -> fold(gpu, Fold.MAX, op.axes(), x);
            case ALL -> fold(gpu, Fold.MIN, op.axes(), x);
        };
    }

    private static ConcreteTensor fold(CudaDevice gpu, Fold fold, Axes axes, ConcreteTensor x) {
        int rank = x.shape().rank();
        Layout layout = x.layout();
        int[] kept = StridedAxes.inMemoryOrder(
                layout, IntStream.range(0, rank).filter(a -> !axes.contains(a)).toArray());
        int[] reduced = StridedAxes.inMemoryOrder(
                layout, IntStream.range(0, rank).filter(axes::contains).toArray());
        StridedAxes keptAxes = StridedAxes.of(layout, kept);
        StridedAxes reducedAxes = StridedAxes.of(layout, reduced);
        if (keptAxes.rank() > StridedAxes.MOST || reducedAxes.rank() > StridedAxes.MOST) {
            return foldCopy(gpu, fold, axes, kept, reduced, x);
        }
        ConcreteTensor out = results(gpu, fold.result(x.dtype()), x.shape().reduced(axes), kept);
        boolean done = false;
        try {
            run(gpu, fold, x.dtype(), CType.of(x.dtype()), x.dtype().bytes(), x.address(), keptAxes, reducedAxes, out);
            done = true;
            return out;
        } finally {
            if (!done) {
                out.close();
            }
        }
    }

    /** Folds a copy whose reduced axes lie last: for more axes than kernels take. */
    private static ConcreteTensor foldCopy(
            CudaDevice gpu, Fold fold, Axes axes, int[] kept, int[] reduced, ConcreteTensor x) {
        Axes order = Axes.listed(
                "reduce",
                x.shape().rank(),
                IntStream.concat(IntStream.of(kept), IntStream.of(reduced)).toArray());
        try (ConcreteTensor view = x.view(x.layout().permuted(order));
                ConcreteTensor copy = CudaCopies.copy(gpu, view);
                ConcreteTensor original = copy.view(copy.layout().permuted(order.inverse()))) {
            return fold(gpu, fold, axes, original);
        }
    }

    /** Fresh memory for the results, where the kept axes lie in an order. */
    private static ConcreteTensor results(CudaDevice gpu, DType dtype, Shape shape, int[] kept) {
        long[] strides = new long[shape.rank()];
        long step = 1;
        for (int i = kept.length - 1; i >= 0; i--) {
            strides[kept[i]] = step;
            step *= shape.size(kept[i]);
        }
        Layout layout = Layout.strided(shape, strides, 0);
        ConcreteTensor dense = gpu.allocate(dtype, shape);
        if (layout.isContiguous()) {
            return dense;
        }
        try (dense) {
            return dense.view(layout);
        }
    }

    private static void run(
            CudaDevice gpu,
            Fold fold,
            DType dtype,
            String element,
            int bytes,
            long in,
            StridedAxes kept,
            StridedAxes reduced,
            ConcreteTensor out) {
        long results = out.shape().elements();
        if (results == 0) {
            return;
        }
        long n = reduced.elements();
        if (n == 0) {
            launch(
                    gpu,
                    kernelOf(gpu, fold, dtype, element, false),
                    rows(0, results, false, 1, false),
                    in,
                    out.address(),
                    0,
                    kept,
                    NONE);
            return;
        }
        Division division = divide(in, bytes, kept, reduced, n, results);
        Kernel kernel = kernelOf(gpu, fold, dtype, element, division.columns());
        if (division.parts() == 1) {
            launch(gpu, kernel, division, in, out.address(), n, kept, reduced);
            return;
        }
        int size = fold.intermediateBytes(dtype);
        try (Temporary partial = gpu.temporary(results * division.parts() * size)) {
            launch(gpu, kernel, division, in, partial.address(), n, kept, reduced);
            long inner = division.columns() ? kept.sizes()[0] : 1;
            long outer = results / inner;
            StridedAxes rest = axes(inner, 1, outer, inner * division.parts());
            StridedAxes parts = axes(division.parts(), inner, 1, 0);
            run(gpu, fold, dtype, fold.intermediate(dtype), size, partial.address(), rest, parts, out);
        }
    }

    /** Two axes, the nearest elements' first, of those with more than one element. */
    private static StridedAxes axes(long size, long stride, long outerSize, long outerStride) {
        Layout layout = Layout.strided(Shape.of(outerSize, size), new long[] {outerStride, stride}, 0);
        return StridedAxes.of(layout, new int[] {0, 1});
    }

    private static Kernel kernelOf(CudaDevice gpu, Fold fold, DType dtype, String element, boolean columns) {
        return gpu.kernel(
                new Key(fold, dtype, element), columns ? "columns" : "rows", () -> program(fold, dtype, element));
    }

    private static String program(Fold fold, DType dtype, String element) {
        // Places take more registers than two blocks of a multiprocessor have on some architectures.
        int blocks = fold.isPlace() ? 1 : 2;
        return """
                #include "reduce.cuh"
                extern "C" __global__ void __launch_bounds__(256, %3$d) rows(const Folding a) {
                    foldRows<%1$s, %2$s>(a);
                }
                extern "C" __global__ void __launch_bounds__(256, %3$d) columns(const Folding a) {
                    foldColumns<%1$s, %2$s>(a);
                }
                """.formatted(fold.of(dtype), element, blocks);
    }

    /**
     * How a reduction is divided among threads; see {@code Folding} in {@code reduce.cuh}.
     *
     * @param columns whether the kernel for columns runs
     * @param tiles the tasks side by side; 1 for rows
     */
    private record Division(
            boolean columns, long parts, long chunk, long tasks, long lanes, boolean vector, long tiles) {}

    private static Division divide(long in, int bytes, StridedAxes kept, StridedAxes reduced, long n, long results) {
        long width = ACCESS / bytes;
        boolean aligned = in % ACCESS == 0 && kept.outerStridesDivideBy(width) && reduced.outerStridesDivideBy(width);
        if (kept.nearest() < reduced.nearest()) {
            long inner = kept.sizes()[0];
            boolean vector = aligned
                    && kept.strides()[0] == 1
                    && inner % width == 0
                    && (reduced.rank() == 0 || reduced.strides()[0] % width == 0);
            long units = vector ? inner / width : inner;
            if (units >= WARP || n >= 2 * WARP) {
                return columns(n, results / inner, units, vector);
            }
        }
        boolean along = reduced.nearest() < kept.nearest();
        boolean vector = along
                && aligned
                && reduced.strides()[0] == 1
                && reduced.sizes()[0] % width == 0
                && (kept.rank() == 0 || kept.strides()[0] % width == 0);
        return rows(n, results, along, width, vector);
    }

    private static Division columns(long n, long outer, long units, boolean vector) {
        long depth = Math.clamp(Long.highestOneBit(Math.max(1, n / 4)), 1, 8);
        long lanes = Math.min(powerOfTwo(units), THREADS / depth);
        if (lanes > WARP && n >= 4 * THREADS / WARP) {
            lanes = WARP;
        }
        depth = THREADS / lanes;
        long tiles = Math.ceilDiv(units, lanes);
        // In this order, so that no product overflows.
        long wanted = Math.max(1, TASKS / Math.max(1, Math.min(TASKS, outer * tiles)));
        long chunk = Math.clamp(Math.ceilDiv(n, wanted), LEAST_DEPTH * depth, MOST_DEPTH * depth);
        long parts = Math.max(1, Math.ceilDiv(n, chunk));
        return new Division(true, parts, chunk, outer * tiles * parts, lanes, vector, tiles);
    }

    private static Division rows(long n, long results, boolean along, long width, boolean vector) {
        long units = along ? Math.ceilDiv(n, width) : n / (2 * WARP);
        long lanes = units >= 2 * THREADS ? THREADS : Math.clamp(powerOfTwo(units), 1, WARP);
        if (lanes < THREADS) {
            return new Division(false, 1, Math.max(1, n), results, lanes, vector, 1);
        }
        long wanted = Math.max(1, TASKS / Math.min(TASKS, results));
        // A multiple of the least, so that a part of elements of any size begins with a whole access.
        long chunk = Math.min(Math.ceilDiv(Math.ceilDiv(n, wanted), LEAST_PART) * LEAST_PART, MOST_PART);
        long parts = Math.ceilDiv(n, chunk);
        return new Division(false, parts, chunk, results * parts, lanes, vector, 1);
    }

    /** The least power of two that is not less. */
    private static long powerOfTwo(long n) {
        return n <= 1 ? 1 : Long.highestOneBit(n - 1) << 1;
    }

    private static void launch(
            CudaDevice gpu,
            Kernel kernel,
            Division division,
            long in,
            long out,
            long n,
            StridedAxes kept,
            StridedAxes reduced) {
        int head = 11;
        long[] arguments = new long[head + 2 * StridedAxes.ARGUMENTS];
        arguments[0] = in;
        arguments[1] = out;
        arguments[2] = n;
        arguments[3] = division.parts();
        arguments[4] = division.chunk();
        arguments[5] = division.tasks();
        arguments[6] = division.lanes();
        arguments[7] = division.vector() ? 1 : 0;
        arguments[8] = division.columns() ? kept.sizes()[0] : 1;
        arguments[9] = division.columns() ? kept.strides()[0] : 0;
        arguments[10] = division.tiles();
        reduced.put(arguments, head);
        (division.columns() ? kept.butFirst() : kept).put(arguments, head + StridedAxes.ARGUMENTS);
        long blocks =
                division.columns() ? division.tasks() : Math.ceilDiv(division.tasks(), THREADS / division.lanes());
        gpu.launch(kernel, Math.min(blocks, MOST_BLOCKS), THREADS, 0, arguments);
    }
}
