package org.gatun.tensor.cpu;

import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.gatun.tensor.DType;
import org.jspecify.annotations.Nullable;

/**
 * The Fourier transform of columns of one length, {@code X[k] = sum over j of x[j] e^(-2 pi i j k / n)}. A length without other prime
 * factors than 2, 3 and 5 goes by passes of Stockham's transform; another by Bluestein's: with {@code jk = (j^2 + k^2 - (k - j)^2) / 2} it
 * is a convolution with a chirp, which goes by transforms of a length that has passes.
 */
final class FftPlan {
    /** Plans are kept for so many lengths. */
    private static final int KEPT = 256;

    private static final ConcurrentHashMap<Key, SoftReference<FftPlan>> PLANS = new ConcurrentHashMap<>();

    private static final FftPasses F32 = VectorSupport.ENABLED
            ? KernelTemplate.outOfLine(F32FftPasses.class, FftPasses.class)
            : new ScalarFftPasses(DType.F32);
    private static final FftPasses F64 = VectorSupport.ENABLED
            ? KernelTemplate.outOfLine(F64FftPasses.class, FftPasses.class)
            : new ScalarFftPasses(DType.F64);

    private record Key(int length, FftPasses passes) {}

    /** Four arrays of rows of columns: a complex array, and another to work with. */
    record Arrays(long re, long im, long otherRe, long otherIm) {
        /** Room for a number of rows in scratch memory. */
        static Arrays of(FftPasses passes, int rows, Scratch scratch) {
            long size = (long) rows * passes.lanes() * passes.bytes();
            return new Arrays(
                    scratch.allocate(size), scratch.allocate(size), scratch.allocate(size), scratch.allocate(size));
        }

        Arrays other() {
            return new Arrays(otherRe, otherIm, re, im);
        }

        /** These numbers with real and imaginary parts exchanged: a forward transform of them is an inverse one exchanged. */
        Arrays exchanged() {
            return new Arrays(im, re, otherIm, otherRe);
        }
    }

    private final int length;
    private final FftPasses passes;
    private final int[] radices;
    private final Roots[] roots;
    private final @Nullable Chirp chirp;

    /** A convolution with a chirp: {@code e^(-pi i j^2 / n)}, and the transform of its conjugate around 0, divided by its length. */
    private record Chirp(FftPlan plan, Roots factors, Roots kernel) {}

    private FftPlan(int length, FftPasses passes) {
        this.length = length;
        this.passes = passes;
        this.radices = radices(length);
        this.roots = new Roots[radices.length];
        int n = length;
        for (int i = 0; i < radices.length; i++) {
            roots[i] = roots(n, radices[i]);
            n /= radices[i];
        }
        this.chirp = n == 1 ? null : chirp();
    }

    /** The passes for a dtype, F32 or F64. */
    static FftPasses passes(DType dtype) {
        return dtype == DType.F64 ? F64 : F32;
    }

    /** The plan for a length of 1 or more. */
    static FftPlan of(int length, FftPasses passes) {
        Key key = new Key(length, passes);
        SoftReference<FftPlan> known = PLANS.get(key);
        FftPlan plan = known == null ? null : known.get();
        if (plan == null) {
            if (PLANS.size() >= KEPT) {
                PLANS.clear();
            }
            plan = new FftPlan(length, passes);
            PLANS.put(key, new SoftReference<>(plan));
        }
        return plan;
    }

    /** The factors 4, 2, 3 and 5 of a length; their product is the length only if it has no others. */
    private static int[] radices(int length) {
        List<Integer> factors = new ArrayList<>();
        int rest = length;
        for (int factor : new int[] {5, 3, 4, 2}) {
            while (rest % factor == 0) {
                factors.add(factor);
                rest /= factor;
            }
        }
        return factors.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Whether a length has passes of its own. */
    static boolean isSmooth(int length) {
        int product = 1;
        for (int radix : radices(length)) {
            product *= radix;
        }
        return product == length;
    }

    /** The least length with passes, of the form 2^a, 3 2^a or 5 2^a, for a convolution of {@code n} by {@code n} numbers. */
    static int convolutionLength(int n) {
        long least = 2L * n - 1;
        long power = Long.highestOneBit(least);
        if (power == least) {
            return Math.toIntExact(power);
        }
        long five = power / 4 * 5;
        long three = power / 2 * 3;
        return Math.toIntExact(five >= least ? five : three >= least ? three : 2 * power);
    }

    private Roots roots(int n, int radix) {
        int m = n / radix;
        double[] w = new double[2 * m * (radix - 1)];
        int at = 0;
        for (int p = 0; p < m; p++) {
            for (int k = 1; k < radix; k++) {
                w[at++] = Roots.cos((long) k * p, n);
                w[at++] = Roots.minusSin((long) k * p, n);
            }
        }
        return Roots.of(w, passes.bytes());
    }

    /** Number j of a chirp: {@code e^(-pi i j^2 / n)}, real and imaginary part. */
    static double[] chirp(int n) {
        double[] w = new double[2 * n];
        for (int j = 0; j < n; j++) {
            long square = (long) j * j % (2L * n);
            w[2 * j] = Roots.cos(square, 2L * n);
            w[2 * j + 1] = Roots.minusSin(square, 2L * n);
        }
        return w;
    }

    /** The conjugate of a chirp around 0, at place j and at place m - j, divided by m. */
    static double[] kernel(double[] chirp, int m) {
        double[] b = new double[2 * m];
        for (int j = 0; j < chirp.length / 2; j++) {
            int mirrored = (m - j) % m;
            b[2 * j] = chirp[2 * j] / m;
            b[2 * j + 1] = -chirp[2 * j + 1] / m;
            b[2 * mirrored] = b[2 * j];
            b[2 * mirrored + 1] = b[2 * j + 1];
        }
        return b;
    }

    private Chirp chirp() {
        int m = convolutionLength(length);
        double[] factors = chirp(length);
        double[] b = kernel(factors, m);
        // In double precision for transforms in single precision too.
        FftPlan exact = of(m, F64);
        try (Scratch scratch = Scratch.open()) {
            Arrays arrays = Arrays.of(F64, m, scratch);
            long zeros = scratch.allocate(2 * Double.BYTES);
            Ram.zero(zeros, 2 * Double.BYTES);
            for (int c = 1; c < F64.lanes(); c++) {
                F64.readColumn(zeros, 0, m, c, arrays.re, arrays.im);
            }
            long numbers = scratch.allocate(2L * m * Double.BYTES);
            for (int i = 0; i < b.length; i++) {
                Ram.putDouble(numbers + (long) i * Double.BYTES, b[i]);
            }
            F64.readColumn(numbers, 2 * Double.BYTES, m, 0, arrays.re, arrays.im);
            Arrays done = exact.run(arrays);
            F64.writeColumn(done.re, done.im, m, 0, numbers, 2 * Double.BYTES);
            for (int i = 0; i < b.length; i++) {
                b[i] = Ram.getDouble(numbers + (long) i * Double.BYTES);
            }
        }
        return new Chirp(of(m, passes), Roots.of(factors, passes.bytes()), Roots.of(b, passes.bytes()));
    }

    /** The rows that the arrays need. */
    int rows() {
        return chirp == null ? length : chirp.plan.length;
    }

    /** Transforms the columns of {@code x.re} and {@code x.im}; the result is that of the arrays that come back. */
    Arrays run(Arrays x) {
        if (chirp != null) {
            return convolve(chirp, x);
        }
        Arrays now = x;
        int n = length;
        int s = passes.lanes();
        for (int i = 0; i < radices.length; i++) {
            n /= radices[i];
            passes.pass(radices[i], now.re, now.im, now.otherRe, now.otherIm, n, s, roots[i]);
            s *= radices[i];
            now = now.other();
        }
        return now;
    }

    private Arrays convolve(Chirp c, Arrays x) {
        long row = (long) passes.lanes() * passes.bytes();
        passes.scaleRows(x.re, x.im, length, c.factors);
        Ram.zero(x.re + length * row, (c.plan.length - length) * row);
        Ram.zero(x.im + length * row, (c.plan.length - length) * row);
        Arrays spectrum = c.plan.run(x);
        passes.scaleRows(spectrum.re, spectrum.im, c.plan.length, c.kernel);
        Arrays y = c.plan.run(spectrum.exchanged()).exchanged();
        passes.scaleRows(y.re, y.im, length, c.factors);
        return y;
    }
}
