package org.gatun.tensor.cpu;

import java.lang.ref.SoftReference;
import java.util.concurrent.ConcurrentHashMap;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Shape;

/**
 * The Fourier transforms of an even number n of real numbers along the last axis, and back, by a complex one of half the length h: with
 * the even numbers as real and the odd ones as imaginary parts, {@code Z = E + i O}, where E and O, the transforms of the even and of the
 * odd numbers, are Hermitian, and {@code X[k] = E[k] + w^k O[k]} with {@code w = e^(-2 pi i / n)}.
 */
public final class RealFftKernels {
    /** Pairs of complex numbers worth handing to another thread. */
    private static final long GRAIN = 16 * 1024;

    private static final int KEPT = 64;

    private static final ConcurrentHashMap<Integer, SoftReference<double[]>> ROOTS = new ConcurrentHashMap<>();

    private RealFftKernels() {}

    /** From (.., n) to (.., n / 2 + 1, 2); the operand is the only one. */
    public static ConcreteTensor[] forward(ConcreteTensor... inputs) {
        ConcreteTensor x = inputs[0];
        int rank = x.shape().rank();
        int half = (int) (x.shape().size(-1) / 2);
        Shape shape = x.shape().withSize(rank - 1, half + 1L).inserted(rank, 2);
        ConcreteTensor out = ConcreteTensor.allocate(x.dtype(), shape, x.device());
        if (!shape.isEmpty()) {
            long lines = Rows.outer(x.shape(), rank - 1);
            try (Scratch scratch = Scratch.open()) {
                long in = Rows.of(x, scratch);
                long middle = scratch.allocate(lines * half * 2 * x.dtype().bytes());
                FftKernels.transform(in, middle, half, lines, 1, x.dtype(), false);
                long to = out.address();
                var pairs = new Pairs(half, roots(2 * half), x.dtype() == DType.F32);
                pairs.parallel(lines, (line, k) -> pairs.split(middle, to, line, k));
            }
        }
        return new ConcreteTensor[] {out};
    }

    /** From (.., n / 2 + 1, 2) to (.., n), times n; the operand is the only one. */
    public static ConcreteTensor[] inverse(ConcreteTensor... inputs) {
        ConcreteTensor z = inputs[0];
        int axis = z.shape().rank() - 2;
        int half = (int) (z.shape().size(axis) - 1);
        Shape lead = z.shape().withSize(axis + 1, 1).withSize(axis, 2L * half);
        Shape shape = lead.without(Axes.listed("irfft", lead.rank(), axis + 1));
        ConcreteTensor out = ConcreteTensor.allocate(z.dtype(), shape, z.device());
        if (!shape.isEmpty()) {
            long lines = Rows.outer(shape, axis);
            try (Scratch scratch = Scratch.open()) {
                long in = Rows.of(z, scratch);
                long to = out.address();
                var pairs = new Pairs(half, roots(2 * half), z.dtype() == DType.F32);
                pairs.parallel(lines, (line, k) -> pairs.join(in, to, line, k));
                FftKernels.transform(to, to, half, lines, 1, z.dtype(), true);
            }
        }
        return new ConcreteTensor[] {out};
    }

    /** {@code e^(-2 pi i k / n)} for k from 0 to n / 4, real and imaginary parts in turn. */
    private static double[] roots(int n) {
        SoftReference<double[]> known = ROOTS.get(n);
        double[] w = known == null ? null : known.get();
        if (w == null) {
            if (ROOTS.size() >= KEPT) {
                ROOTS.clear();
            }
            w = new double[2 * (n / 4 + 1)];
            for (int k = 0; k <= n / 4; k++) {
                w[2 * k] = Roots.cos(k, n);
                w[2 * k + 1] = Roots.minusSin(k, n);
            }
            ROOTS.put(n, new SoftReference<>(w));
        }
        return w;
    }

    /**
     * The numbers k and h - k of lines, which depend on each other.
     *
     * @param half h
     * @param roots {@code w^k}
     * @param narrow whether numbers are floats
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Pairs(int half, double[] roots, boolean narrow) {
        private interface Body {
            void run(long line, int k);
        }

        void parallel(long lines, Body body) {
            long count = half / 2 + 1L;
            WorkerPool.parallelFor(lines * count, GRAIN, (begin, end) -> {
                long line = begin / count;
                int k = (int) (begin % count);
                for (long i = begin; i < end; i++) {
                    body.run(line, k);
                    if (++k == count) {
                        k = 0;
                        line++;
                    }
                }
            });
        }

        /** From Z to X: with {@code a = (Z[k] + conj(Z[h - k])) / 2} and {@code b = -i (Z[k] - conj(Z[h - k])) / 2}, {@code X[k] = a + w^k b}, {@code X[h - k] = conj(a - w^k b)}. */
        void split(long middle, long to, long line, int k) {
            long z = line * half;
            long x = line * (half + 1L);
            int mirrored = k == 0 ? 0 : half - k;
            double zr = get(middle, z + k, 0);
            double zi = get(middle, z + k, 1);
            double yr = get(middle, z + mirrored, 0);
            double yi = get(middle, z + mirrored, 1);
            double ar = (zr + yr) / 2;
            double ai = (zi - yi) / 2;
            double br = (zi + yi) / 2;
            double bi = (yr - zr) / 2;
            double c = roots[2 * k];
            double s = roots[2 * k + 1];
            double tr = br * c - bi * s;
            double ti = br * s + bi * c;
            put(to, x + k, ar + tr, ai + ti);
            put(to, x + half - k, ar - tr, k == 0 ? 0 : ti - ai);
        }

        /** From X to Z: with {@code a = X[k] + conj(X[h - k])} and {@code b = (X[k] - conj(X[h - k])) w^-k}, {@code Z[k] = a + i b}, {@code Z[h - k] = conj(a) + i conj(b)}. */
        void join(long from, long to, long line, int k) {
            long x = line * (half + 1L);
            long z = line * half;
            double xr = get(from, x + k, 0);
            double xi = k == 0 ? 0 : get(from, x + k, 1);
            double yr = get(from, x + half - k, 0);
            double yi = k == 0 ? 0 : get(from, x + half - k, 1);
            double ar = xr + yr;
            double ai = xi - yi;
            double dr = xr - yr;
            double di = xi + yi;
            double c = roots[2 * k];
            double s = -roots[2 * k + 1];
            double br = dr * c - di * s;
            double bi = dr * s + di * c;
            put(to, z + k, ar - bi, ai + br);
            if (k > 0) {
                put(to, z + half - k, ar + bi, br - ai);
            }
        }

        private double get(long base, long i, int part) {
            return narrow ? Ram.getFloat(base + 8 * i + 4L * part) : Ram.getDouble(base + 16 * i + 8L * part);
        }

        private void put(long base, long i, double re, double im) {
            if (narrow) {
                Ram.putFloat(base + 8 * i, (float) re);
                Ram.putFloat(base + 8 * i + 4, (float) im);
            } else {
                Ram.putDouble(base + 16 * i, re);
                Ram.putDouble(base + 16 * i + 8, im);
            }
        }
    }
}
