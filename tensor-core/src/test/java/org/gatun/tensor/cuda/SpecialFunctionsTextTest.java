package org.gatun.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.gatun.tensor.cpu.math.ScalarBessel;
import org.gatun.tensor.cpu.math.ScalarErf;
import org.gatun.tensor.cpu.math.ScalarGamma;
import org.gatun.tensor.cpu.math.ScalarGammaInc;
import org.gatun.tensor.cpu.math.ScalarMath;
import org.gatun.tensor.cpu.math.ScalarZeta;
import org.gatun.tensor.cuda.standin.StandInSession;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The special functions in CUDA C against those of the CPU, at special values, at the borders of their ranges and at random. */
class SpecialFunctionsTextTest {
    private static final int RANDOM = 6000;

    private static final double[] SPECIAL = {
        0,
        1,
        2,
        3,
        0.5,
        1e-3,
        1e-8,
        1e-20,
        1e-40,
        1e-300,
        1e10,
        1e30,
        1e300,
        0x1p-1022,
        Double.MIN_VALUE,
        Float.MIN_VALUE,
        Float.MIN_NORMAL,
        Float.MAX_VALUE,
        Double.MAX_VALUE,
        Double.POSITIVE_INFINITY,
        Double.NaN
    };

    /**
     * A function of one or two arguments.
     *
     * @param name the function in CUDA C
     * @param floatUlps how far results in F32 may lie from the CPU's, which are rounded from double
     * @param reference the CPU's
     * @param size the size of the terms whose difference the result is, or 0 if nothing cancels
     * @param borders where ranges of the algorithm meet, of the first argument
     */
    @SuppressWarnings("ArrayRecordComponent") // a table of the test, never compared
    record Function(
            String name, int floatUlps, DoubleBinaryOperator reference, DoubleBinaryOperator size, double... borders) {
        static Function of(String name, int floatUlps, DoubleUnaryOperator reference, double... borders) {
            return new Function(name, floatUlps, (a, b) -> reference.applyAsDouble(a), (a, b) -> 0, borders);
        }
    }

    /** A file, whether its functions have two arguments, and its functions. */
    @SuppressWarnings("ArrayRecordComponent") // as above
    record File(String name, boolean pairs, Function... functions) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<File> files() {
        double[] erf = {
            0.25, 0.5, 0.75, 1, 0.5 * Math.sqrt(2), 4, 5.8, 9.2, 10.03, 10.06, 10.2, 13, 14.2, 26, 26.7, 27.3, 38.5
        };
        double[] bessel = {0.75, 2, 4.5, 9, 25, 88.7, 91.9, 700, 709.7, 713.9};
        double[] gamma = {0.7, 1.4616321449683622, 1.5, 3, 8, 30, 30.5, 100, 2.4570247382208006};
        DoubleBinaryOperator below = (x, b) -> x < 0 ? 1 : 0;
        DoubleBinaryOperator sides =
                (s, q) -> q < 0 ? ScalarZeta.zeta(s, q - Math.floor(q)) + ScalarZeta.zeta(s, Math.ceil(q) - q) : 0;
        return Stream.of(
                new File(
                        "erf",
                        false,
                        Function.of("erfOf", 2, ScalarMath::erf, erf),
                        Function.of("erfcOf", 1, ScalarMath::erfc, erf),
                        Function.of("erfcxOf", 1, ScalarErf::erfcx, erf),
                        Function.of("erfinvOf", 1, ScalarErf::erfinv, erf),
                        Function.of("ndtrOf", 1, ScalarErf::ndtr, erf),
                        Function.of("ndtriOf", 1, ScalarErf::ndtri, erf)),
                new File(
                        "bessel",
                        false,
                        Function.of("i0Of", 1, ScalarBessel::i0, bessel),
                        Function.of("i0eOf", 1, ScalarBessel::i0e, bessel),
                        Function.of("i1Of", 1, ScalarBessel::i1, bessel),
                        Function.of("i1eOf", 1, ScalarBessel::i1e, bessel)),
                new File(
                        "gamma",
                        false,
                        new Function("lgammaOf", 1, (x, b) -> ScalarGamma.lgamma(x), below, gamma),
                        new Function("digammaOf", 1, (x, b) -> ScalarGamma.digamma(x), below, gamma)),
                new File("zeta", true, new Function("zetaOf", 1, ScalarZeta::zeta, sides, 1, 1.5, 2, 3, 4, 7, 20, 100)),
                new File(
                        "gammainc",
                        true,
                        new Function("gammaincOf", 1, ScalarGammaInc::lower, (a, x) -> 0, 0x1p-10, 1.5, 10, 1e4, 1e8),
                        new Function(
                                "gammainccOf", 1, ScalarGammaInc::upper, (a, x) -> 0, 0x1p-10, 1.5, 10, 1e4, 1e8)));
    }

    @ParameterizedTest
    @MethodSource("files")
    void functionsAreThoseOfTheCpu(File file) {
        try (StandInSession cuda = new StandInSession()) {
            MemorySegment module = cuda.module(KernelText.expand(program(file)));
            for (Function function : file.functions()) {
                List<double[]> pairs = file.pairs() ? pairs(function) : singles(function);
                double[] a = pairs.stream().mapToDouble(p -> p[0]).toArray();
                double[] b = pairs.stream().mapToDouble(p -> p[1]).toArray();
                long wide = cuda.allocate(8L * a.length);
                long single = cuda.allocate(4L * a.length);
                MemorySegment kernel = cuda.function(module, function.name() + "Values");
                int status = cuda.run(kernel, 4, 64, 0, cuda.upload(a), cuda.upload(b), wide, single, (long) a.length);
                assertThat(status).isZero();
                compare(function, a, b, cuda.downloadDoubles(wide, a.length), cuda.download(single, a.length));
            }
        }
    }

    private static String program(File file) {
        StringBuilder text = new StringBuilder(KernelText.includes(List.of(file.name() + ".cuh")));
        for (Function function : file.functions()) {
            text.append("""
                    extern "C" __global__ void NAMEValues(const double* a, const double* b, double* wide, float* single, i64 n) {
                        for (i64 i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
                            wide[i] = NAME(DOUBLES);
                            single[i] = NAME(FLOATS);
                        }
                    }
                    """.replace("NAME", function.name())
                    .replace("DOUBLES", file.pairs() ? "a[i], b[i]" : "a[i]")
                    .replace("FLOATS", file.pairs() ? "(float)a[i], (float)b[i]" : "(float)a[i]"));
        }
        return text.toString();
    }

    private static void compare(Function function, double[] a, double[] b, double[] wide, float[] single) {
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < a.length; i++) {
            double expected = function.reference().applyAsDouble(a[i], b[i]);
            double unit = Math.ulp(Math.max(Math.abs(expected), function.size().applyAsDouble(a[i], b[i])));
            if (!isNear(wide[i], expected, 2 * unit)) {
                wrong.add("F64 (%s, %s): %s, not %s".formatted(a[i], b[i], wide[i], expected));
            }
            float c = (float) a[i];
            float d = (float) b[i];
            double exact = function.reference().applyAsDouble(c, d);
            double part = 2 * Math.ulp(Math.max(Math.abs(exact), function.size().applyAsDouble(c, d)));
            float rounded = (float) exact;
            if (!isNear(single[i], rounded, function.floatUlps() * Math.ulp(rounded) + part)) {
                wrong.add("F32 (%s, %s): %s, not %s".formatted(c, d, single[i], rounded));
            }
        }
        assertThat(wrong.stream().limit(20))
                .as("%s, %d wrong", function.name(), wrong.size())
                .isEmpty();
    }

    private static boolean isNear(double actual, double expected, double allowed) {
        if (Double.isNaN(expected) || Double.isInfinite(expected)) {
            return Double.compare(actual, expected) == 0;
        }
        // a zero has its sign
        return (expected == 0 && actual == 0)
                ? Double.compare(actual, expected) == 0
                : Math.abs(actual - expected) <= allowed;
    }

    /** Both signs of numbers, and their neighbours in both precisions. */
    private static double[] withNeighbours(double... values) {
        return Arrays.stream(values)
                .flatMap(x -> DoubleStream.of(
                        x, Math.nextUp(x), Math.nextDown(x), Math.nextUp((float) x), Math.nextDown((float) x)))
                .flatMap(x -> DoubleStream.of(x, -x))
                .toArray();
    }

    private static List<double[]> singles(Function function) {
        Random random = new Random(17);
        List<double[]> values = new ArrayList<>();
        for (double x : SPECIAL) {
            values.add(new double[] {x, 0});
            values.add(new double[] {-x, 0});
        }
        for (double x : withNeighbours(function.borders())) {
            values.add(new double[] {x, 0});
        }
        for (double x : withNeighbours(1, 2, 3, 4, 17, 29, 30, 31, 1000)) {
            values.add(new double[] {x, 0});
        }
        for (int i = 0; i < RANDOM; i++) {
            values.add(new double[] {random(random, i), 0});
        }
        return values;
    }

    private static double random(Random random, int kind) {
        return switch (kind % 6) {
            case 0 -> random.nextDouble();
            case 1 -> random.nextGaussian();
            case 2 -> 5 * random.nextGaussian();
            case 3 -> 30 * random.nextGaussian();
            case 4 -> 1 - Math.exp(-40 * random.nextDouble());
            case 5 -> (random.nextBoolean() ? 1 : -1) * Math.exp(200 * random.nextDouble() - 100);
            default -> throw new AssertionError(kind);
        };
    }

    private static List<double[]> pairs(Function function) {
        Random random = new Random(18);
        List<double[]> values = new ArrayList<>();
        for (double x : SPECIAL) {
            for (double y : SPECIAL) {
                values.add(new double[] {x, y});
                values.add(new double[] {x, -y});
                values.add(new double[] {-x, y});
            }
        }
        for (double x : withNeighbours(function.borders())) {
            for (double y : new double[] {1e-3, 0.5, 1, 1.5, 2.5, 30, -1, -0.5, -7.25}) {
                values.add(new double[] {x, y});
            }
            values.add(new double[] {x, x});
        }
        for (int i = 0; i < RANDOM; i++) {
            double first = Math.exp(30 * random.nextDouble() - 10);
            values.add(
                    switch (i % 4) {
                        case 0 -> new double[] {first, first * (1 + random.nextGaussian() / Math.sqrt(first + 1))};
                        case 1 -> new double[] {10 * random.nextDouble(), 10 * random.nextDouble()};
                        case 2 -> new double[] {1 + random.nextInt(20), 20 * random.nextGaussian()};
                        case 3 -> new double[] {first, Math.exp(20 * random.nextDouble() - 10)};
                        default -> throw new AssertionError(i);
                    });
        }
        return values;
    }
}
