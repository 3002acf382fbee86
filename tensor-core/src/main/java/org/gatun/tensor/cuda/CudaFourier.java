package org.gatun.tensor.cuda;

import java.util.List;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * {@code Op.Fft} on a GPU. A length without a prime factor above 7 is transformed in one to three rounds over memory, one for each of its
 * {@link FourierFactors}; any other by transforms of a longer one.
 */
final class CudaFourier {
    /** The most bytes of the lines of other lengths that are transformed at once; a single line may take more. */
    private static final long CHIRP_BYTES = 256L << 20;

    private static final int THREADS = 256;

    /** As in {@code fourier.cuh}: the bytes of the numbers, and the lines, that a block transforms at once. */
    private static final int ROOM = 16384;

    private static final int MOST_LINES = 256;

    /** Lines of a block that are worth leaving multiprocessors idle for: neighbours share accesses to memory. */
    private static final int NEIGHBOURS = 8;

    private static final int BLOCKS_EACH = 8;

    private final Gpu gpu;
    private final DType dtype;
    private final int complexBytes;
    private final int most;

    private CudaFourier(Gpu gpu, DType dtype, int most) {
        this.gpu = gpu;
        this.dtype = dtype;
        this.most = most;
        complexBytes = 2 * dtype.bytes();
    }

    private record Key(String name, DType dtype) {}

    /** The transform of the complex numbers along an axis. */
    static ConcreteTensor fft(Gpu gpu, Op.Fft op, ConcreteTensor x) {
        return fft(gpu, op, x, ROOM / (2 * x.dtype().bytes()));
    }

    /** The transform with lines of at most so many numbers in a block. */
    static ConcreteTensor fft(Gpu gpu, Op.Fft op, ConcreteTensor x, int most) {
        ConcreteTensor result = gpu.allocate(x.dtype(), x.shape());
        boolean done = false;
        try {
            if (!x.shape().isEmpty()) {
                new CudaFourier(gpu, x.dtype(), most).transform(op, x, result);
            }
            done = true;
            return result;
        } finally {
            if (!done) {
                result.close();
            }
        }
    }

    private void transform(Op.Fft op, ConcreteTensor x, ConcreteTensor result) {
        Shape shape = x.shape();
        long outer = 1;
        long inner = 1;
        for (int axis = 0; axis < shape.rank() - 1; axis++) {
            outer *= axis < op.axis() ? shape.size(axis) : 1;
            inner *= axis > op.axis() ? shape.size(axis) : 1;
        }
        var lines = new Batch(outer, shape.size(op.axis()), inner);
        long bytes = lines.numbers() * complexBytes;
        ConcreteTensor rows = gpu.contiguous(x);
        try {
            if (rows.address() % complexBytes == 0) {
                run(lines, rows.address(), result.address(), op.inverse());
            } else {
                // A view may begin between two complex numbers of its storage.
                try (Temporary copy = gpu.temporary(bytes)) {
                    gpu.copy(rows.address(), copy.address(), bytes);
                    run(lines, copy.address(), result.address(), op.inverse());
                }
            }
        } finally {
            if (rows != x) {
                rows.close();
            }
        }
    }

    /**
     * Where lines of complex numbers lie: {@code outer} times, {@code inner} of them side by side.
     *
     * @param n the numbers of a line
     */
    private record Batch(long outer, long n, long inner) {
        long lines() {
            return outer * inner;
        }

        long numbers() {
            return outer * n * inner;
        }
    }

    private void run(Batch batch, long from, long to, boolean inverse) {
        if (batch.n == 1) {
            gpu.copy(from, to, batch.numbers() * complexBytes);
            return;
        }
        List<Integer> factors = FourierFactors.of(batch.n, most);
        if (factors == null) {
            chirped(batch, from, to, inverse);
        } else if (factors.size() == 1) {
            rounds(batch, factors, from, from, to, inverse);
        } else {
            try (Temporary between = gpu.temporary(batch.numbers() * complexBytes)) {
                rounds(batch, factors, from, between.address(), to, inverse);
            }
        }
    }

    // ---- lengths of small factors ----

    /**
     * Transforms lines. With number j of a line as (j1, j2, j3), j3 the fastest, and result k as (k3, k2, k1), k1 the fastest: along j1,
     * times roots for k1 and (j2, j3); along j2, times roots for k2 and j3; and along j3.
     *
     * @param between memory for what the rounds but the last write; where the numbers are, to overwrite them
     * @param to elsewhere
     */
    private void rounds(Batch batch, List<Integer> factors, long from, long between, long to, boolean inverse) {
        long n = batch.n;
        long inner = batch.inner;
        int last = factors.size() - 1;
        long source = from;
        long done = 1; // the product of the factors before
        for (int i = 0; i < last; i++) {
            long rest = n / done / factors.get(i);
            long step = rest * inner;
            var axes = new LineAxes(
                    batch.lines() * done * rest,
                    new long[] {done, rest, inner},
                    new long[] {n * inner, factors.get(i) * step, inner, 1},
                    new long[] {n * inner, factors.get(i) * step, inner, 1});
            round(axes, factors.get(i), step, step, rest * factors.get(i), source, between, inverse && i == 0, false);
            source = between;
            done *= factors.get(i);
        }
        int length = factors.get(last);
        long first = factors.get(0);
        long second = last == 2 ? factors.get(1) : 1;
        var axes = last == 0
                ? new LineAxes(batch.lines(), new long[] {1, 1, inner}, new long[] {n * inner, 0, 0, 1}, new long[] {
                    n * inner, 0, 0, 1
                })
                : new LineAxes(
                        batch.lines() * done,
                        new long[] {second, first, inner},
                        new long[] {n * inner, length * inner, second * length * inner, 1},
                        new long[] {n * inner, first * inner, inner, 1});
        round(axes, length, inner, done * inner, 0, source, to, inverse && last == 0, inverse);
    }

    /**
     * Lines at four axes, the last the fastest.
     *
     * @param lines how many
     * @param sizes of all axes but the first
     * @param from the steps along the axes, in complex numbers, where lines are read
     * @param to and where they are written
     */
    @SuppressWarnings("ArrayRecordComponent") // made, read and dropped within a launch
    private record LineAxes(long lines, long[] sizes, long[] from, long[] to) {
        /** Whether neighbouring lines are nearer to each other than neighbouring numbers of a line. */
        private boolean isNear(long[] steps, long numberStep) {
            for (int axis = sizes.length; axis > 0; axis--) {
                if (sizes[axis - 1] > 1) {
                    return steps[axis] < numberStep;
                }
            }
            return steps[0] < numberStep;
        }
    }

    private void round(
            LineAxes axes,
            int n,
            long fromStep,
            long toStep,
            long turn,
            long from,
            long to,
            boolean exchangeIn,
            boolean exchangeOut) {
        long fitting = Math.min(MOST_LINES, ROOM / complexBytes / n);
        long shared = Math.ceilDiv(axes.lines, gpu.multiprocessors());
        long together = Math.clamp(shared, Math.min(NEIGHBOURS, fitting), fitting);
        try (Temporary roots = gpu.temporary((long) n * complexBytes)) {
            gpu.launch(kernel("roots", "Roots"), n, roots.address(), n);
            gpu.launch(
                    kernel("transformLines", "Lines"),
                    Math.min(Math.ceilDiv(axes.lines, together), (long) gpu.multiprocessors() * BLOCKS_EACH),
                    THREADS,
                    0,
                    from,
                    to,
                    roots.address(),
                    axes.lines,
                    n,
                    FourierFactors.radices(n),
                    axes.sizes[0],
                    axes.sizes[1],
                    axes.sizes[2],
                    axes.from[0],
                    axes.from[1],
                    axes.from[2],
                    axes.from[3],
                    axes.to[0],
                    axes.to[1],
                    axes.to[2],
                    axes.to[3],
                    fromStep,
                    toStep,
                    turn,
                    exchangeIn ? 1 : 0,
                    exchangeOut ? 1 : 0,
                    together,
                    axes.isNear(axes.from, fromStep) ? 1 : 0,
                    axes.isNear(axes.to, toStep) ? 1 : 0);
        }
    }

    // ---- other lengths ----

    /** Transforms lines of any length as convolutions, so many at a time that memory stays within bounds. */
    private void chirped(Batch batch, long from, long to, boolean inverse) {
        long n = batch.n;
        long m = FourierFactors.next(2 * n - 1);
        long some = Math.clamp(CHIRP_BYTES / (2 * m * complexBytes), 1, batch.lines());
        long exchange = inverse ? 1 : 0;
        try (Temporary rows = gpu.temporary(some * m * complexBytes);
                Temporary otherRows = gpu.temporary(some * m * complexBytes);
                Temporary filter = gpu.temporary(m * complexBytes)) {
            gpu.launch(kernel("chirpFilter", "Chirp"), m, 0, rows.address(), 0, m, n, m, 1, 0, 0);
            smooth(new Batch(1, m, 1), rows.address(), filter.address(), false);
            for (long first = 0; first < batch.lines(); first += some) {
                long count = Math.min(some, batch.lines() - first);
                var convolved = new Batch(count, m, 1);
                gpu.launch(
                        kernel("chirpRows", "Chirp"),
                        count * m,
                        from,
                        rows.address(),
                        0,
                        count * m,
                        n,
                        m,
                        batch.inner,
                        first,
                        exchange);
                smooth(convolved, rows.address(), otherRows.address(), false);
                gpu.launch(
                        kernel("chirpMultiply", "Chirp"),
                        count * m,
                        0,
                        otherRows.address(),
                        filter.address(),
                        count * m,
                        n,
                        m,
                        1,
                        0,
                        0);
                smooth(convolved, otherRows.address(), rows.address(), true);
                gpu.launch(
                        kernel("chirpLines", "Chirp"),
                        count * n,
                        rows.address(),
                        to,
                        0,
                        count * n,
                        n,
                        m,
                        batch.inner,
                        first,
                        exchange);
            }
        }
    }

    /** Transforms rows whose length has small factors; they are overwritten. */
    private void smooth(Batch batch, long from, long to, boolean inverse) {
        @Nullable List<Integer> factors = FourierFactors.of(batch.n, most);
        if (factors == null) {
            throw new IllegalStateException("fft: the length " + batch.n + " has a prime factor above 7");
        }
        rounds(batch, factors, from, from, to, inverse);
    }

    private Kernel kernel(String name, String structure) {
        return gpu.kernel(new Key(name, dtype), name + "Kernel", () -> """
                #include "fourier.cuh"
                extern "C" __global__ void %1$sKernel(%2$s a) {
                    %1$s<%3$s>(a);
                }
                """.formatted(name, structure, CType.of(dtype)));
    }
}
