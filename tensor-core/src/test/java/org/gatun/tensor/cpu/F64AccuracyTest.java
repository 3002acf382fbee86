package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.UnaryFn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The F64 kernels, on vectors and one by one, against values of more than 40 digits. */
class F64AccuracyTest {
    /** What Gatun promises of every function in plain Java, where it cannot choose the algorithm of {@link Math}. */
    private static final double SCALAR_BOUND = 2;

    private static final int RANDOM = 2400;
    private static final int ZETAS = 1600;
    private static final int GAMMAS = 1400;

    /** Where formulas change over, functions have zeros, poles or kinks, and results overflow or underflow. */
    private static final double[] CENTERS = {
        0.25,
        0.41421356237309503,
        0.5,
        0.625,
        0.7,
        0.7071067811865476,
        1,
        1.4142135623730951,
        1.4616321449683622,
        1.5,
        2,
        2.414213562373095,
        2.4570247382208006,
        3,
        3.143580888349980,
        8,
        20,
        22,
        26,
        26.64,
        27.3,
        30,
        38,
        708.3964185322641,
        709,
        709.782712893384,
        710.4758600739439,
        745.1332191019411,
        1022,
        1024,
        1074,
        1075,
        0x1p20,
        0x1p27,
        0x1p28,
        0x1p51,
        0x1p52,
        0x1p53
    };

    /** The error that each function's documentation promises, in ulps. */
    private static double bound(UnaryFn fn) {
        return switch (fn) {
            case NEG, ABS, SIGN, RELU, FLOOR, CEIL, ROUND, TRUNC -> 0;
            case SQUARE, SQRT, RECIPROCAL -> 0.5;
            case EXP, EXP2, LOG, SIN, COS, ASIN, ACOS -> 1;
            case RSQRT, EXPM1, LOG2, LOG10, LOG1P, COSH, ERF, TAN -> 1.5;
            case ATAN, SINH, TANH, ASINH, ACOSH, ATANH, SIGMOID, SOFTPLUS, ERFC, ERFCX, NDTR, I0, I0E, I1, I1E -> 2;
            case CBRT -> 1;
            case ERFINV, NDTRI -> 3;
            case LGAMMA, DIGAMMA -> 4;
        };
    }

    private static double bound(BinaryFn fn) {
        return switch (fn) {
            case ADD, SUB, MUL, DIV, MAXIMUM, MINIMUM, FMOD, TRUNC_DIVIDE, COPYSIGN, NEXTAFTER -> 0;
            case ZETA -> 4;
            case FLOOR_DIVIDE, REMAINDER -> 0.5;
            case POW -> 1;
            case HYPOT -> 1.5;
            case ATAN2, GAMMAINC, GAMMAINCC -> 2;
        };
    }

    /** Special values, every exponent, ordinary ranges, the neighbourhoods of the hard places, and multiples of pi/2. */
    private static double[] arguments(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        DoubleStream.Builder hard = DoubleStream.builder();
        for (double center : CENTERS) {
            for (double x : new double[] {center, Math.nextUp(center), Math.nextDown(center)}) {
                hard.add(x).add(-x);
            }
            for (int k = 2; k < 54; k += 3) {
                hard.add(center * (1 + random.nextDouble(-1, 1) * Math.scalb(1.0, -k)));
                hard.add(-center * (1 + random.nextDouble(-1, 1) * Math.scalb(1.0, -k)));
            }
        }
        for (int k = 1; k < 60; k++) {
            hard.add(random.nextDouble(-1, 1) * Math.scalb(1.0, -k));
        }
        for (int k = 1; k < 300; k++) {
            hard.add(k * (Math.PI / 2)).add(Math.rint(random.nextDouble(-1, 1) * 660_000) * (Math.PI / 2));
        }
        // of all doubles the closest to a multiple of pi/2, and a huge one
        hard.add(0x1.6ac5b262ca1ffp+849).add(1e22);
        return DoubleStream.concat(Arrays.stream(SampleValues.doubles(RANDOM, seed)), hard.build())
                .toArray();
    }

    @ParameterizedTest
    @EnumSource
    void unaryFunctionsKeepTheirBound(UnaryFn fn, TestReporter reporter) {
        double[] x = arguments(fn.ordinal());
        F64Reference[] want =
                Arrays.stream(x).mapToObj(v -> F64Reference.of(fn, v)).toArray(F64Reference[]::new);
        UlpHistogram vectors = measure(new VectorKernels().unary(fn, WideType.F64), fn, x, want);
        UlpHistogram scalars = measure(new ScalarKernels().unary(fn, WideType.F64), fn, x, want);
        reporter.publishEntry(fn + " F64", vectors + "; one by one " + scalars);
        assertThat(vectors.worst()).as("%s: %s", fn, vectors).isLessThanOrEqualTo(bound(fn) + 1e-6);
        double scalarBound = bound(fn) > 0.5 ? Math.max(SCALAR_BOUND, bound(fn)) : bound(fn);
        assertThat(scalars.worst()).as("%s one by one: %s", fn, scalars).isLessThanOrEqualTo(scalarBound + 1e-6);
        AccuracyTable.check(fn, DType.F64, vectors, scalars);
    }

    /** The distance in ulps of the true value, or of the size if that is larger. */
    private static double ulps(double got, F64Reference want, double size) {
        double ulps = UlpHistogram.doubleUlps(got, want.high(), want.low());
        return size > Math.abs(want.high()) && Double.isFinite(size)
                ? ulps * Math.ulp(want.high()) / Math.ulp(size)
                : ulps;
    }

    private static UlpHistogram measure(UnaryKernel kernel, UnaryFn fn, double[] x, F64Reference[] want) {
        UlpHistogram histogram = new UlpHistogram();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment in = arena.allocateFrom(ValueLayout.JAVA_DOUBLE, x);
            MemorySegment out = arena.allocate(8L * x.length, 64);
            kernel.apply(in.address(), out.address(), x.length);
            for (int i = 0; i < x.length; i++) {
                double got = out.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
                histogram.add(ulps(got, want[i], F64Reference.size(fn, x[i])), x[i], Double.NaN);
            }
        }
        return histogram;
    }

    /** Pairs of special values, of all sizes, of like sizes, and of ordinary ones. */
    private static double[][] pairs(BinaryFn fn) {
        return switch (fn) {
            case ZETA -> pairsOfZeta();
            case GAMMAINC, GAMMAINCC -> pairsOfGamma();
            case ADD, SUB, MUL, DIV, FLOOR_DIVIDE, TRUNC_DIVIDE, REMAINDER, FMOD, POW, MAXIMUM, MINIMUM ->
                pairsOfAnySize(fn);
            case ATAN2, HYPOT, COPYSIGN, NEXTAFTER -> pairsOfAnySize(fn);
        };
    }

    /** Special values with each other, and orders and arguments of all sizes, whose true values take time. */
    private static double[][] pairsOfZeta() {
        SplittableRandom random = new SplittableRandom(1);
        double[] special = {0, -0.0, 1, Math.nextUp(1.0), 2, 3, 20, -1, 0.5, -2.5, -3, 1e9, 1e300, 1e-300};
        double[] rare = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
        double[] all =
                DoubleStream.concat(Arrays.stream(special), Arrays.stream(rare)).toArray();
        int count = all.length * all.length + ZETAS;
        double[] s = new double[count];
        double[] q = new double[count];
        for (int i = 0; i < count; i++) {
            int rest = i - all.length * all.length;
            if (rest < 0) {
                s[i] = all[i / all.length];
                q[i] = all[i % all.length];
                continue;
            }
            s[i] = switch (rest % 4) {
                case 0 -> random.nextInt(2, 12);
                case 1 -> 1 + Math.pow(10, random.nextDouble(-10, 0));
                case 2 -> random.nextDouble(1, 30);
                default -> Math.pow(10, random.nextDouble(0, 3));
            };
            q[i] = switch (rest / 4 % 4) {
                case 0 -> random.nextDouble(0, 3);
                case 1 -> random.nextDouble(0, 60);
                case 2 -> Math.pow(10, random.nextDouble(-20, 12));
                default -> rest % 4 == 0 ? random.nextDouble(-20, 0) : random.nextDouble(0, 1);
            };
        }
        return new double[][] {s, q};
    }

    /** Special values with each other; tiny and ordinary ones; x around a, where the functions rise and fall. */
    private static double[][] pairsOfGamma() {
        SplittableRandom random = new SplittableRandom(2);
        double[] special = {
            0, -0.0, 1, 0.5, 1.5, 20, -1, -2.5, 1e3, 1e9, 1e300, 1e-300, Double.MIN_VALUE, Double.MAX_VALUE
        };
        double[] rare = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
        double[] all =
                DoubleStream.concat(Arrays.stream(special), Arrays.stream(rare)).toArray();
        int count = all.length * all.length + GAMMAS;
        double[] a = new double[count];
        double[] x = new double[count];
        for (int i = 0; i < count; i++) {
            int rest = i - all.length * all.length;
            if (rest < 0) {
                a[i] = all[i / all.length];
                x[i] = all[i % all.length];
                continue;
            }
            a[i] = switch (rest % 7) {
                case 0 -> Math.pow(10, random.nextDouble(-300, -3));
                case 1 -> random.nextDouble(0, 3);
                case 2 -> Math.pow(10, random.nextDouble(-10, 2));
                case 3 -> Math.pow(10, random.nextDouble(1, 3));
                case 4 -> random.nextInt(1, 60) * 0.5;
                case 5 -> Math.pow(10, random.nextDouble(2, 4));
                default -> Math.pow(10, random.nextDouble(4, 5));
            };
            x[i] = switch (rest % 7) {
                case 0, 2 -> Math.pow(10, random.nextDouble(-5, 2));
                case 1 -> random.nextDouble(0, 5);
                case 3, 4 -> a[i] * random.nextDouble(0.05, 3);
                default -> Math.max(1, a[i] + random.nextGaussian(0, 5) * Math.sqrt(a[i]));
            };
        }
        return new double[][] {a, x};
    }

    private static double[][] pairsOfAnySize(BinaryFn fn) {
        SplittableRandom random = new SplittableRandom(fn.ordinal());
        double[] special = Arrays.stream(SampleValues.doubles(260, 3))
                .filter(v -> !(Math.abs(v) > 3 && Math.abs(v) < 800 && v != Math.rint(v)))
                .limit(70)
                .toArray();
        double[] any = SampleValues.doubles(2 * RANDOM, fn.ordinal() + 100);
        int count = special.length * special.length + 3 * RANDOM;
        double[] a = new double[count];
        double[] b = new double[count];
        for (int i = 0; i < count; i++) {
            int rest = i - special.length * special.length;
            // often at the ends of the range
            int exponent = random.nextInt(-1300, 1300);
            double scale = Math.scalb(1.0, Math.max(-1074 + (exponent & 7), Math.min(1023 - (exponent & 3), exponent)));
            if (rest < 0) {
                a[i] = special[i / special.length];
                b[i] = special[i % special.length];
            } else if (rest < RANDOM) {
                a[i] = any[rest];
                b[i] = any[rest + RANDOM];
            } else if (rest < 2 * RANDOM) {
                a[i] = scale * random.nextDouble(-2, 2);
                b[i] = scale * random.nextDouble(-2, 2) * Math.scalb(1.0, random.nextInt(-3, 3));
            } else {
                // for powers: bases of all sizes, many close to 1, with exponents that reach overflow and underflow
                a[i] = rest % 2 == 0
                        ? scale * random.nextDouble()
                        : 1 + random.nextDouble(-1, 1) / (1L << random.nextInt(50));
                b[i] = random.nextDouble(-1080, 1080) / Math.max(1e-300, Math.abs(Math.log(a[i]) / Math.log(2)));
            }
        }
        return new double[][] {a, b};
    }

    @ParameterizedTest
    @EnumSource
    void binaryFunctionsKeepTheirBound(BinaryFn fn, TestReporter reporter) {
        double[][] pairs = pairs(fn);
        F64Reference[] want = new F64Reference[pairs[0].length];
        Arrays.setAll(want, i -> F64Reference.of(fn, pairs[0][i], pairs[1][i]));
        UlpHistogram vectors = measure(new VectorKernels().binary(fn, WideType.F64), fn, pairs, want);
        UlpHistogram scalars = measure(new ScalarKernels().binary(fn, WideType.F64), fn, pairs, want);
        reporter.publishEntry(fn + " F64", vectors + "; one by one " + scalars);
        assertThat(vectors.worst()).as("%s: %s", fn, vectors).isLessThanOrEqualTo(bound(fn) + 1e-6);
        double scalarBound = bound(fn) > 0.5 ? Math.max(SCALAR_BOUND, bound(fn)) : bound(fn);
        assertThat(scalars.worst()).as("%s one by one: %s", fn, scalars).isLessThanOrEqualTo(scalarBound + 1e-6);
        AccuracyTable.check(fn, DType.F64, vectors, scalars);
    }

    private static UlpHistogram measure(BinaryKernel kernel, BinaryFn fn, double[][] pairs, F64Reference[] want) {
        UlpHistogram histogram = new UlpHistogram();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment a = arena.allocateFrom(ValueLayout.JAVA_DOUBLE, pairs[0]);
            MemorySegment b = arena.allocateFrom(ValueLayout.JAVA_DOUBLE, pairs[1]);
            MemorySegment out = arena.allocate(8L * want.length, 64);
            kernel.apply(a.address(), b.address(), out.address(), want.length);
            for (int i = 0; i < want.length; i++) {
                double got = out.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
                double size = F64Reference.size(fn, pairs[0][i], pairs[1][i]);
                histogram.add(ulps(got, want[i], size), pairs[0][i], pairs[1][i]);
            }
        }
        return histogram;
    }

    /** The table in the documentation has a row for every function, and no others. */
    @Test
    void theTableIsOfTheseFunctions() {
        AccuracyTable.checkRows();
    }

    private static void assertClose(BigDecimal got, String want) {
        BigDecimal exact = new BigDecimal(want);
        assertThat(got.subtract(exact).abs()).isLessThan(exact.abs().movePointLeft(42));
    }

    /** The measure itself: published values and identities. */
    @Test
    void theReferenceHasMoreThan40Digits() {
        assertClose(PreciseMath.PI, "3.14159265358979323846264338327950288419716939937510582");
        assertClose(PreciseMath.exp(BigDecimal.ONE), "2.71828182845904523536028747135266249775724709369995957");
        assertClose(PreciseMath.log(BigDecimal.TWO), "0.693147180559945309417232121458176568075500134360255254");
        assertClose(PreciseMath.log(BigDecimal.TEN), "2.30258509299404568401799145468436420760110148862877298");
        assertClose(PreciseMath.erf(BigDecimal.ONE), "0.842700792949714869341220635082609259296066997966302908");
        for (double v : new double[] {1e-300, 1e-9, 0.3, 0.9, 1.7, 3.9, 25, 300, 1e9, 1e300}) {
            BigDecimal x = new BigDecimal(v);
            assertClose(PreciseMath.exp(PreciseMath.log(x)), x.toString());
            BigDecimal sin = PreciseMath.sin(x);
            BigDecimal cos = PreciseMath.cos(x);
            assertClose(sin.multiply(sin).add(cos.multiply(cos)), "1");
            BigDecimal inverse = BigDecimal.ONE.divide(x, PreciseMath.DIGITS);
            assertClose(
                    PreciseMath.tan(PreciseMath.atan(x.min(inverse))),
                    x.min(inverse).toString());
            BigDecimal rightAngle = PreciseMath.atan(x).add(PreciseMath.atan(inverse));
            assertClose(rightAngle.multiply(BigDecimal.TWO), PreciseMath.PI.toString());
        }
        for (double v : new double[] {1e-9, 0.3, 0.9, 1.9, 2.0, 2.1, 5}) {
            BigDecimal x = new BigDecimal(v);
            assertClose(PreciseMath.erf(x).add(PreciseMath.erfc(x)), "1");
            assertClose(PreciseMath.sinh(PreciseMath.asinh(x)), x.toString());
            assertClose(PreciseMath.log1p(PreciseMath.expm1(x)), x.toString());
            BigDecimal tanh = PreciseMath.tanh(x);
            assertClose(PreciseMath.atanh(tanh), x.toString());
            BigDecimal acosh = PreciseMath.acosh(x.add(BigDecimal.ONE));
            BigDecimal half = new BigDecimal("0.5");
            assertClose(PreciseMath.cosh(acosh), x.add(BigDecimal.ONE).toString());
            BigDecimal root = x.multiply(half).sqrt(PreciseMath.DIGITS);
            assertClose(PreciseMath.asinh(root), acosh.multiply(half).toString());
        }
        for (double v : new double[] {-0.99, -0.3, 1e-9, 0.5, 0.99}) {
            BigDecimal x = new BigDecimal(v);
            assertClose(PreciseMath.sin(PreciseMath.asin(x)), x.toString());
            assertClose(PreciseMath.cos(PreciseMath.acos(x)), x.toString());
        }
        for (double v : new double[] {1e-9, 0.3, 0.9, 1.7, 3.9, 25, 300}) {
            BigDecimal x = new BigDecimal(v);
            BigDecimal next = x.add(BigDecimal.ONE);
            BigDecimal log = PreciseMath.log(x);
            assertClose(PreciseSpecial.lgamma(next).subtract(PreciseSpecial.lgamma(x)), log.toString());
            BigDecimal inverse = BigDecimal.ONE.divide(x, PreciseMath.DIGITS);
            assertClose(PreciseSpecial.digamma(next).subtract(PreciseSpecial.digamma(x)), inverse.toString());
            BigDecimal square = inverse.multiply(inverse);
            BigDecimal zeta =
                    PreciseSpecial.zeta(BigDecimal.TWO, x).subtract(PreciseSpecial.zeta(BigDecimal.TWO, next));
            assertClose(zeta, square.toString());
        }
        BigDecimal half = new BigDecimal("0.5");
        BigDecimal logOfRoot = PreciseMath.log(PreciseMath.PI).multiply(half);
        assertClose(PreciseSpecial.lgamma(half), logOfRoot.toString());
        assertClose(
                PreciseSpecial.lgamma(new BigDecimal(11)),
                PreciseMath.log(new BigDecimal(3628800)).toString());
        assertClose(
                PreciseSpecial.digamma(BigDecimal.ONE), "-0.577215664901532860606512090082402431042159335939923598");
        BigDecimal basel = PreciseMath.PI.multiply(PreciseMath.PI).divide(new BigDecimal(6), PreciseMath.DIGITS);
        assertClose(PreciseSpecial.zeta(BigDecimal.TWO, BigDecimal.ONE), basel.toString());
        assertClose(
                PreciseSpecial.zeta(new BigDecimal(3), BigDecimal.ONE),
                "1.20205690315959428539973816151144999076498629234049888");
        for (double v : new double[] {1e-9, 0.3, 0.77, 0.999999}) {
            BigDecimal x = new BigDecimal(v);
            BigDecimal inverse = PreciseSpecial.erfinv(x);
            assertThat(PreciseMath.erf(inverse).subtract(x).abs()).isLessThan(x.movePointLeft(35));
            BigDecimal quantile = PreciseSpecial.ndtri(x);
            assertThat(PreciseSpecial.ndtr(quantile).subtract(x).abs()).isLessThan(x.movePointLeft(34));
            BigDecimal root = PreciseSpecial.cbrt(x);
            assertThat(root.pow(3).subtract(x).abs()).isLessThan(x.movePointLeft(50));
        }
        // The series and the continued fraction meet.
        BigDecimal below = PreciseMath.erfc(BigDecimal.TWO);
        BigDecimal above = PreciseMath.erfc(new BigDecimal("2.00000000000000000000000000000000000000000000000001"));
        assertClose(above, below.toString());
    }
}
