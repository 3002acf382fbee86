package org.gatun.tensor.cuda;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Shape;

/**
 * Running sums and products along an axis; the kernels are in {@code scan.cuh}, those of floating products, which the order of factors
 * matters for, in {@code cumprod.cuh}. How an axis is divided among threads depends on the shape only.
 */
final class CudaScans {
    private static final int THREADS = 256;
    private static final int WARP = 32;
    private static final long MOST_BLOCKS = 1 << 20;
    private static final int ACCESS = 16;

    /** Rows of fewer elements are scanned by a thread each, and those of fewer than {@link #LONG} by a warp each. */
    private static final long SHORT = 16;

    private static final long LONG = 2048;

    /** An axis is divided where fewer columns, or rows, leave a large device idle. */
    private static final long ENOUGH_COLUMNS = 1 << 16;

    private static final long ENOUGH_ROWS = 1024;

    /** The least parts of columns and rows. */
    private static final long LEAST_COLUMN = 64;

    private static final long LEAST_ROW = 1 << 13;

    /** A floating product's parts are gone through one after the other: no more than so many. */
    private static final long MOST_PRODUCT_PARTS = 1 << 10;

    /** The bytes of a {@code PartProduct}. */
    private static final int PART_PRODUCT = 32;

    private CudaScans() {}

    /** A program: sums or products, of elements of a dtype. */
    private record Key(boolean product, DType dtype) {}

    static ConcreteTensor sum(CudaDevice gpu, Op.CumSum op, ConcreteTensor x) {
        return scan(gpu, false, op.axis(), op.reverse(), x);
    }

    static ConcreteTensor prod(CudaDevice gpu, Op.CumProd op, ConcreteTensor x) {
        return scan(gpu, true, op.axis(), false, x);
    }

    private static ConcreteTensor scan(CudaDevice gpu, boolean product, int axis, boolean reverse, ConcreteTensor x) {
        Shape shape = x.shape();
        ConcreteTensor out = gpu.allocate(x.dtype(), shape);
        boolean done = false;
        ConcreteTensor rows = x;
        try {
            if (!shape.isEmpty()) {
                rows = gpu.contiguous(x);
                long n = shape.size(axis);
                long inner = 1;
                for (int a = axis + 1; a < shape.rank(); a++) {
                    inner *= shape.size(a);
                }
                long outer = shape.elements() / n / inner;
                run(gpu, product, x.dtype(), rows.address(), out.address(), outer, n, inner, reverse);
            }
            done = true;
            return out;
        } finally {
            if (rows != x) {
                rows.close();
            }
            if (!done) {
                out.close();
            }
        }
    }

    /** Scans the middle axis of elements that lie row by row. */
    private static void run(
            CudaDevice gpu,
            boolean product,
            DType dtype,
            long in,
            long out,
            long outer,
            long n,
            long inner,
            boolean reverse) {
        boolean columns = inner > 1 || n < SHORT;
        long lines = outer * inner;
        long chunk = columns
                ? part(n, lines, ENOUGH_COLUMNS, LEAST_COLUMN)
                : n < LONG ? n : part(n, lines, ENOUGH_ROWS, LEAST_ROW);
        boolean ordered = product && dtype.isFloating();
        if (ordered) {
            chunk = Math.min(
                    n, Math.max(chunk, Math.ceilDiv(Math.ceilDiv(n, MOST_PRODUCT_PARTS), LEAST_COLUMN) * LEAST_COLUMN));
        }
        long parts = Math.ceilDiv(n, chunk);
        long lanes = n < LONG ? WARP : THREADS;
        long width = ACCESS / dtype.bytes();
        boolean vector = in % ACCESS == 0 && out % ACCESS == 0 && (n % width == 0 || (outer == 1 && !reverse));
        var key = new Key(product, dtype);
        Kernel kernel = gpu.kernel(key, columns ? "columns" : "rows", () -> program(product, dtype));
        long blocks = columns ? Math.ceilDiv(lines * parts, THREADS) : Math.ceilDiv(outer * parts, THREADS / lanes);
        long grid = Math.min(blocks, MOST_BLOCKS);
        long[] arguments = {in, out, 0, 0, outer, n, inner, parts, chunk, lanes, reverse ? 1 : 0, vector ? 1 : 0};
        if (parts == 1) {
            gpu.launch(kernel, grid, THREADS, 0, arguments);
            return;
        }
        DType running = dtype.isFloating() ? DType.F64 : dtype;
        long count = lines * parts;
        try (Temporary totals = gpu.temporary(count * (ordered ? PART_PRODUCT : running.bytes()));
                Temporary carries = gpu.temporary(count * running.bytes())) {
            arguments[2] = totals.address();
            gpu.launch(kernel, grid, THREADS, 0, arguments);
            if (ordered) {
                long[] ofLines = arguments.clone();
                ofLines[1] = carries.address();
                gpu.launch(gpu.kernel(key, "carries", () -> program(product, dtype)), lines, ofLines);
            } else {
                run(gpu, product, running, totals.address(), carries.address(), outer, parts, inner, false);
            }
            arguments[2] = 0;
            arguments[3] = carries.address();
            gpu.launch(kernel, grid, THREADS, 0, arguments);
        }
    }

    /** The length of the parts of a line of n so that all lines together have enough, but no shorter than the least. */
    private static long part(long n, long lines, long enough, long least) {
        long wanted = Math.max(1, enough / lines);
        return Math.min(n, Math.ceilDiv(Math.ceilDiv(n, wanted), least) * least);
    }

    private static String program(boolean product, DType dtype) {
        if (product && dtype.isFloating()) {
            return """
                    #include "cumprod.cuh"
                    extern "C" __global__ void __launch_bounds__(256) rows(const Scanning a) {
                        productRows<%1$s>(a);
                    }
                    extern "C" __global__ void __launch_bounds__(256) columns(const Scanning a) {
                        productColumns<%1$s>(a);
                    }
                    extern "C" __global__ void carries(const Scanning a) {
                        productCarries<%1$s>(a);
                    }
                    """.formatted(CType.of(dtype));
        }
        return """
                #include "scan.cuh"
                extern "C" __global__ void __launch_bounds__(256) rows(const Scanning a) {
                    scanRows<%1$s, %2$s>(a);
                }
                extern "C" __global__ void __launch_bounds__(256) columns(const Scanning a) {
                    scanColumns<%1$s, %2$s>(a);
                }
                """.formatted(product ? "RunningProduct" : "RunningSum", CType.of(dtype));
    }
}
