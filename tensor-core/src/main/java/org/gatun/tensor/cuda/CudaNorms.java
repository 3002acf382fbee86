package org.gatun.tensor.cuda;

import java.util.ArrayList;
import java.util.List;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * The kernels of {@link org.gatun.tensor.composite.RowNorm} in {@code norm.cuh}: the function in one launch, the cotangent of the rows in one,
 * and those of weight and bias in two, which cut the rows into parts by their number only, so that sums have one order on every device.
 */
public final class CudaNorms {
    /** Columns that a block takes, and rows that it takes at a time. */
    private static final long COLUMNS = 32;

    private static final long DEPTH = RowThreads.THREADS / COLUMNS;

    /** About how many blocks the sums over rows are cut into, and the fewest rows of each. */
    private static final long TASKS = 1024;

    private static final long LEAST_ROWS = 8 * DEPTH;

    private CudaNorms() {}

    /** A program: all kernels, of elements of a dtype. */
    private record Key(DType dtype) {}

    /** The kernel of the function, with or without a weight in front of the bias. */
    public static Composite.Kernel forward(boolean centred, double epsilon, boolean weighted) {
        return in -> {
            ConcreteTensor bias = in.length > (weighted ? 2 : 1) ? in[in.length - 1] : null;
            return forward(gpu(in[0]), centred, epsilon, in[0], weighted ? in[1] : null, bias);
        };
    }

    /** The kernels of the cotangents that are wanted. */
    public static Composite.Kernel gradient(boolean centred, boolean ofInput, boolean ofWeight, boolean ofBias) {
        return in -> {
            CudaDevice gpu = gpu(in[0]);
            try (Operands operands = new Operands(gpu)) {
                ConcreteTensor x = operands.rows(in[0]);
                ConcreteTensor statistics = operands.rows(in[1]);
                ConcreteTensor g = operands.rows(in[2]);
                ConcreteTensor weight = in.length > 3 ? operands.rows(in[3]) : null;
                var out = new ArrayList<ConcreteTensor>();
                boolean done = false;
                try {
                    if (ofInput) {
                        out.add(gpu.allocate(x.dtype(), x.shape()));
                        ofRows(gpu, centred, x, statistics, g, weight, out.get(0));
                    }
                    if (ofWeight || ofBias) {
                        ofColumns(gpu, ofWeight, ofBias, x, statistics, g, out);
                    }
                    done = true;
                    return out.toArray(ConcreteTensor[]::new);
                } finally {
                    if (!done) {
                        out.forEach(ConcreteTensor::close);
                    }
                }
            }
        };
    }

    private static CudaDevice gpu(ConcreteTensor x) {
        return CudaDevice.of((Device.Cuda) x.device());
    }

    /** Operands whose elements lie row by row: themselves or copies, which are closed at the end. */
    private static final class Operands implements AutoCloseable {
        private final CudaDevice gpu;
        private final List<ConcreteTensor> copies = new ArrayList<>();

        Operands(CudaDevice gpu) {
            this.gpu = gpu;
        }

        ConcreteTensor rows(ConcreteTensor x) {
            ConcreteTensor rows = gpu.contiguous(x);
            if (rows != x) {
                copies.add(rows);
            }
            return rows;
        }

        @Override
        public void close() {
            copies.forEach(ConcreteTensor::close);
        }
    }

    private static long address(@Nullable ConcreteTensor x) {
        return x == null ? 0 : x.address();
    }

    private static ConcreteTensor[] forward(
            CudaDevice gpu,
            boolean centred,
            double epsilon,
            ConcreteTensor given,
            @Nullable ConcreteTensor givenWeight,
            @Nullable ConcreteTensor givenBias) {
        DType dtype = given.dtype();
        long rows = given.shape().size(0);
        long n = given.shape().size(1);
        ConcreteTensor out = gpu.allocate(dtype, given.shape());
        ConcreteTensor statistics = null;
        boolean done = false;
        try (Operands operands = new Operands(gpu)) {
            ConcreteTensor x = operands.rows(given);
            ConcreteTensor weight = givenWeight == null ? null : operands.rows(givenWeight);
            ConcreteTensor bias = givenBias == null ? null : operands.rows(givenBias);
            statistics = gpu.allocate(dtype.arithmetic(), Shape.of(rows, 3));
            RowThreads threads =
                    RowThreads.of(dtype, x.address() | out.address() | address(weight) | address(bias), rows, n);
            if (!given.shape().isEmpty()) {
                gpu.launch(
                        kernel(gpu, dtype, "forward"),
                        threads.blocks(),
                        RowThreads.THREADS,
                        0,
                        x.address(),
                        address(weight),
                        address(bias),
                        out.address(),
                        statistics.address(),
                        rows,
                        n,
                        Double.doubleToRawLongBits(epsilon),
                        centred ? 1 : 0,
                        threads.lanes(),
                        threads.vectorFlag());
            }
            done = true;
            return new ConcreteTensor[] {out, statistics};
        } finally {
            if (!done) {
                out.close();
                if (statistics != null) {
                    statistics.close();
                }
            }
        }
    }

    private static void ofRows(
            CudaDevice gpu,
            boolean centred,
            ConcreteTensor x,
            ConcreteTensor statistics,
            ConcreteTensor g,
            @Nullable ConcreteTensor weight,
            ConcreteTensor out) {
        if (x.shape().isEmpty()) {
            return;
        }
        long rows = x.shape().size(0);
        long n = x.shape().size(1);
        long addresses = x.address() | g.address() | out.address() | address(weight);
        RowThreads threads = RowThreads.of(x.dtype(), addresses, rows, n);
        gpu.launch(
                kernel(gpu, x.dtype(), "rowGradient"),
                threads.blocks(),
                RowThreads.THREADS,
                0,
                x.address(),
                statistics.address(),
                g.address(),
                address(weight),
                out.address(),
                0,
                0,
                rows,
                n,
                centred ? 1 : 0,
                threads.lanes(),
                threads.vectorFlag(),
                0,
                0);
    }

    /** Adds the cotangents of weight and bias that are wanted to a list. */
    private static void ofColumns(
            CudaDevice gpu,
            boolean ofWeight,
            boolean ofBias,
            ConcreteTensor x,
            ConcreteTensor statistics,
            ConcreteTensor g,
            List<ConcreteTensor> out) {
        DType dtype = x.dtype();
        long rows = x.shape().size(0);
        long n = x.shape().size(1);
        long weight = ofWeight ? fresh(gpu, dtype, n, out) : 0;
        long bias = ofBias ? fresh(gpu, dtype, n, out) : 0;
        if (n == 0) {
            return;
        }
        long tiles = Math.ceilDiv(n, COLUMNS);
        long wanted = Math.max(1, Math.min(TASKS / tiles, Math.ceilDiv(rows, LEAST_ROWS)));
        long chunk = Math.max(1, Math.ceilDiv(rows, wanted));
        long parts = Math.max(1, Math.ceilDiv(rows, chunk));
        long bytes = parts * n * dtype.arithmetic().bytes();
        Kernel columns = kernel(gpu, dtype, "columnGradient");
        long blocks = RowThreads.blocks(tiles * parts);
        if (parts == 1) {
            gpu.launch(columns, blocks, RowThreads.THREADS, 0, columns(x, statistics, g, weight, bias, parts, chunk));
            return;
        }
        try (Temporary partial = gpu.temporary(bytes * ((ofWeight ? 1 : 0) + (ofBias ? 1 : 0)))) {
            long weights = ofWeight ? partial.address() : 0;
            long biases = ofBias ? partial.address() + (ofWeight ? bytes : 0) : 0;
            gpu.launch(
                    columns, blocks, RowThreads.THREADS, 0, columns(x, statistics, g, weights, biases, parts, chunk));
            long[] to = columns(x, statistics, g, weight, bias, parts, chunk);
            long[] arguments = new long[to.length + 2];
            arguments[0] = weights;
            arguments[1] = biases;
            System.arraycopy(to, 0, arguments, 2, to.length);
            gpu.launch(kernel(gpu, dtype, "partSums"), RowThreads.blocks(tiles), RowThreads.THREADS, 0, arguments);
        }
    }

    private static long fresh(CudaDevice gpu, DType dtype, long n, List<ConcreteTensor> out) {
        ConcreteTensor one = gpu.allocate(dtype, Shape.of(n));
        out.add(one);
        return one.address();
    }

    private static long[] columns(
            ConcreteTensor x,
            ConcreteTensor statistics,
            ConcreteTensor g,
            long weight,
            long bias,
            long parts,
            long chunk) {
        return new long[] {
            x.address(),
            statistics.address(),
            g.address(),
            0,
            0,
            weight,
            bias,
            x.shape().size(0),
            x.shape().size(1),
            0,
            0,
            0,
            parts,
            chunk
        };
    }

    private static Kernel kernel(CudaDevice gpu, DType dtype, String name) {
        return gpu.kernel(new Key(dtype), name, () -> program(CType.of(dtype)));
    }

    private static String program(String type) {
        return """
                #include "norm.cuh"
                extern "C" __global__ void __launch_bounds__(256, 2) forward(const RowNorm a) {
                    normRows<%1$s>(a);
                }
                extern "C" __global__ void __launch_bounds__(256, 2) rowGradient(const RowNormGradient a) {
                    normGradientRows<%1$s>(a);
                }
                extern "C" __global__ void __launch_bounds__(256, 2) columnGradient(const RowNormGradient a) {
                    normGradientColumns<%1$s>(a);
                }
                extern "C" __global__ void __launch_bounds__(256, 2) partSums(const RowNormParts a) {
                    normGradientParts<%1$s>(a);
                }
                """.formatted(type);
    }
}
