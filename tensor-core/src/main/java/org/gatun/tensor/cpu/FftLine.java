package org.gatun.tensor.cpu;

import java.lang.ref.SoftReference;
import java.util.concurrent.ConcurrentHashMap;
import org.gatun.tensor.DType;

/**
 * The Fourier transform of one long line. A length {@code n = a b} is taken as a matrix of a rows and b columns: the columns are
 * transformed, number (k, j) is multiplied by {@code e^(-2 pi i j k / n)}, and the rows are transformed, several columns or rows at once. So
 * a long line goes twice through memory. A length without such factors goes by Bluestein's convolution with a chirp (see {@link
 * FftPlan}), of a length that has them.
 */
abstract sealed class FftLine {
    /** Factors smaller than this leave lanes empty. */
    private static final int LEAST_FACTOR = 8;

    private static final int KEPT = 64;

    /** Numbers worth handing to another thread. */
    private static final long GRAIN = 16 * 1024;

    private static final ConcurrentHashMap<Key, SoftReference<FftLine>> LINES = new ConcurrentHashMap<>();

    private record Key(int length, DType dtype) {}

    /**
     * Transforms a line, or transforms it back (without dividing by the length).
     *
     * @param from the address of the line's first complex number
     * @param to where the first number of the result goes
     * @param step the bytes from one number to the next, in both
     */
    abstract void run(long from, long to, long step, boolean inverse);

    /** The transform for a length above 1 and F32 or F64. */
    static FftLine of(int length, DType dtype) {
        Key key = new Key(length, dtype);
        SoftReference<FftLine> known = LINES.get(key);
        FftLine line = known == null ? null : known.get();
        if (line == null) {
            if (LINES.size() >= KEPT) {
                LINES.clear();
            }
            int factor = factor(length);
            FftPasses passes = FftPlan.passes(dtype);
            line = factor >= LEAST_FACTOR ? new Matrix(factor, length / factor, passes) : new Chirp(length, dtype);
            LINES.put(key, new SoftReference<>(line));
        }
        return line;
    }

    /** The largest factor that is at most the square root. */
    private static int factor(int length) {
        int factor = (int) Math.sqrt(length);
        while (length % factor != 0) {
            factor--;
        }
        return factor;
    }

    /** Columns first, then rows. */
    private static final class Matrix extends FftLine {
        private final int a;
        private final int b;
        private final FftPasses passes;
        private final FftPlan columns;
        private final FftPlan rows;

        /** {@code e^(-2 pi i k c / n)} for row k and lane c, real parts first. */
        private final Roots lanes;

        Matrix(int a, int b, FftPasses passes) {
            this.a = a;
            this.b = b;
            this.passes = passes;
            this.columns = FftPlan.of(a, passes);
            this.rows = FftPlan.of(b, passes);
            long n = (long) a * b;
            int width = passes.lanes();
            double[] w = new double[2 * a * width];
            for (int i = 0; i < a * width; i++) {
                long place = (long) (i / width) * (i % width) % n;
                w[i] = Roots.cos(place, n);
                w[a * width + i] = Roots.minusSin(place, n);
            }
            this.lanes = Roots.of(w, passes.bytes());
        }

        @Override
        void run(long from, long to, long step, boolean inverse) {
            try (Scratch scratch = Scratch.open()) {
                long middle = scratch.allocate((long) a * b * passes.complexBytes());
                int width = passes.lanes();
                WorkerPool.parallelFor((b - 1) / width + 1, FftKernels.grain(a, width), (begin, end) -> {
                    columns(from, middle, step, inverse, begin, end);
                });
                WorkerPool.parallelFor((a - 1) / width + 1, FftKernels.grain(b, width), (begin, end) -> {
                    rows(middle, to, step, inverse, begin, end);
                });
            }
        }

        private void columns(long from, long middle, long step, boolean inverse, long begin, long end) {
            int size = passes.complexBytes();
            int width = passes.lanes();
            long n = (long) a * b;
            double[] rowFactors = new double[2 * a];
            try (Scratch scratch = Scratch.open()) {
                FftPlan.Arrays room = FftPlan.Arrays.of(passes, columns.rows(), scratch);
                for (long block = begin; block < end; block++) {
                    long first = block * width;
                    int count = (int) Math.min(width, b - first);
                    FftPlan.Arrays x = inverse ? room.exchanged() : room;
                    if (count == width && step == size) {
                        passes.readColumns(from + first * size, b * step, a, x.re(), x.im());
                    } else {
                        // Lanes that are left over keep numbers of earlier columns, which nobody reads.
                        for (int c = 0; c < width; c++) {
                            long column = first + Math.min(c, count - 1);
                            passes.readColumn(from + column * step, b * step, a, c, x.re(), x.im());
                        }
                    }
                    FftPlan.Arrays y = columns.run(room);
                    for (int k = 0; k < a; k++) {
                        long place = k * first % n;
                        rowFactors[k] = Roots.cos(place, n);
                        rowFactors[a + k] = Roots.minusSin(place, n);
                    }
                    passes.scale(y.re(), y.im(), a, rowFactors, lanes);
                    if (count == width) {
                        passes.writeColumns(y.re(), y.im(), a, middle + first * size, (long) b * size);
                    } else {
                        for (int c = 0; c < count; c++) {
                            passes.writeColumn(y.re(), y.im(), a, c, middle + (first + c) * size, (long) b * size);
                        }
                    }
                }
            }
        }

        private void rows(long middle, long to, long step, boolean inverse, long begin, long end) {
            int size = passes.complexBytes();
            int width = passes.lanes();
            try (Scratch scratch = Scratch.open()) {
                FftPlan.Arrays room = FftPlan.Arrays.of(passes, rows.rows(), scratch);
                for (long block = begin; block < end; block++) {
                    long first = block * width;
                    int count = (int) Math.min(width, a - first);
                    for (int c = 0; c < width; c++) {
                        long row = first + Math.min(c, count - 1);
                        passes.readColumn(middle + row * b * size, size, b, c, room.re(), room.im());
                    }
                    FftPlan.Arrays done = rows.run(room);
                    FftPlan.Arrays y = inverse ? done.exchanged() : done;
                    if (count == width && step == size) {
                        passes.writeColumns(y.re(), y.im(), b, to + first * size, a * step);
                    } else {
                        for (int c = 0; c < count; c++) {
                            passes.writeColumn(y.re(), y.im(), b, c, to + (first + c) * step, a * step);
                        }
                    }
                }
            }
        }
    }

    /** Bluestein's convolution. */
    private static final class Chirp extends FftLine {
        private final int n;
        private final int m;
        private final boolean narrow;
        private final FftLine line;
        private final double[] chirp;
        private final double[] kernel;

        Chirp(int n, DType dtype) {
            this.n = n;
            this.m = FftPlan.convolutionLength(n);
            this.narrow = dtype == DType.F32;
            this.line = of(m, dtype);
            this.chirp = FftPlan.chirp(n);
            this.kernel = FftPlan.kernel(chirp, m);
            try (Scratch scratch = Scratch.open()) {
                long numbers = scratch.allocate(2L * m * Double.BYTES);
                for (int i = 0; i < kernel.length; i++) {
                    Ram.putDouble(numbers + (long) i * Double.BYTES, kernel[i]);
                }
                of(m, DType.F64).run(numbers, numbers, 2 * Double.BYTES, false);
                for (int i = 0; i < kernel.length; i++) {
                    kernel[i] = Ram.getDouble(numbers + (long) i * Double.BYTES);
                }
            }
        }

        @Override
        void run(long from, long to, long step, boolean inverse) {
            int size = narrow ? 2 * Float.BYTES : 2 * Double.BYTES;
            try (Scratch scratch = Scratch.open()) {
                long u = scratch.allocate((long) m * size);
                long v = scratch.allocate((long) m * size);
                multiply(from, step, u, size, chirp, n, inverse, false);
                Copies.zero(u + (long) n * size, (long) (m - n) * size);
                line.run(u, v, size, false);
                multiply(v, size, v, size, kernel, m, false, false);
                line.run(v, u, size, true);
                multiply(u, size, to, step, chirp, n, false, inverse);
            }
        }

        /**
         * Multiplies by factors.
         *
         * @param conjugateIn whether the numbers are conjugated first
         * @param conjugateOut whether the products are conjugated
         */
        private void multiply(
                long from,
                long step,
                long to,
                long toStep,
                double[] factors,
                int count,
                boolean conjugateIn,
                boolean conjugateOut) {
            WorkerPool.parallelFor(count, GRAIN, (begin, end) -> {
                for (long j = begin; j < end; j++) {
                    double c = factors[(int) (2 * j)];
                    double s = factors[(int) (2 * j + 1)];
                    double x = read(from + j * step, 0);
                    double y = conjugateIn ? -read(from + j * step, 1) : read(from + j * step, 1);
                    double im = x * s + y * c;
                    write(to + j * toStep, 0, x * c - y * s);
                    write(to + j * toStep, 1, conjugateOut ? -im : im);
                }
            });
        }

        private double read(long address, int part) {
            return narrow ? Ram.getFloat(address + 4L * part) : Ram.getDouble(address + 8L * part);
        }

        private void write(long address, int part, double value) {
            if (narrow) {
                Ram.putFloat(address + 4L * part, (float) value);
            } else {
                Ram.putDouble(address + 8L * part, value);
            }
        }
    }
}
