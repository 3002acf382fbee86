package org.gatun.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.gatun.tensor.BFloat16;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.conformance.HostArray;
import org.gatun.tensor.conformance.ReferenceInterpreter;
import org.gatun.tensor.conformance.Tolerance;
import org.gatun.tensor.cpu.F64Reference;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.CompareFn;
import org.gatun.tensor.ir.LogicFn;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.ScalarTypes;
import org.gatun.tensor.ir.UnaryFn;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The elementwise operations in CUDA C against their definitions, in all dtypes, at special values and at random. The special functions
 * have their own test.
 */
class ElementwiseTextTest {
    private static final int RANDOM_SINGLES = 2000;
    private static final int RANDOM_PAIRS = 4000;

    private static final Op.Scalar FLOOR_DIVIDE = new Op.Binary(BinaryFn.FLOOR_DIVIDE);

    private static final double[] REALS = {
        0,
        1,
        2,
        3,
        0.5,
        1.5,
        2.5,
        0.1,
        0.3,
        // Nothing nearer to 1: its large powers are wrong in StrictMath.
        1.00001,
        0.99999,
        7,
        10,
        22,
        88.5,
        89.3,
        104.5,
        127.5,
        128,
        129,
        255.5,
        256,
        709.5,
        710.3,
        746,
        1e-3,
        0x1p-12,
        0x1p-24,
        0x1p-25,
        0x1.8p-25,
        0x1p-14,
        0x1.ffcp-15,
        0x1p-53,
        0x1p-126,
        0x1p-133,
        0x1p-149,
        0x1p-1022,
        0x1p-1074,
        2049,
        32767.5,
        32768,
        65504,
        65519,
        65520,
        0x1p23 + 0.5,
        0x1p24 + 1,
        0x1p24 + 3,
        0x1p29,
        0x1p31 - 1,
        0x1p31,
        0x1p32 + 5,
        0x1p52 + 0.5,
        0x1p53,
        0x1p62,
        0x1p63,
        0x1p64,
        1e10,
        1e30,
        Float.MAX_VALUE,
        0x1.fep127,
        1e300,
        Double.MAX_VALUE,
        Double.POSITIVE_INFINITY,
        Double.NaN,
        Math.PI / 2,
        Math.PI,
        Math.E
    };

    private static final long[] WHOLES = {
        0,
        1,
        2,
        3,
        5,
        7,
        8,
        9,
        15,
        16,
        31,
        32,
        33,
        63,
        64,
        65,
        100,
        127,
        128,
        255,
        256,
        1000,
        32767,
        32768,
        65535,
        65536,
        46341,
        (1 << 24) + 1,
        Integer.MAX_VALUE,
        1L << 31,
        (1L << 32) + 7,
        3037000500L,
        (1L << 53) + 1,
        (1L << 54) - 1,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        6700417
    };

    @BeforeAll
    static void findADriver() {
        StandInDriver.use();
    }

    @AfterEach
    void nothingAmiss() {
        StandInDriver.requireNoViolations();
    }

    private static CudaDevice gpu() {
        return CudaDevice.of(Device.cuda(0));
    }

    // ---- the operations, and a program of them all ----

    /** The operations on operands of a dtype, of a choice: on alternatives of it. */
    private static List<Op.Scalar> operations(DType dtype) {
        var ops = new ArrayList<Op.Scalar>();
        Arrays.stream(UnaryFn.values())
                .filter(fn -> fn.accepts(dtype))
                .map(Op.Unary::new)
                .forEach(ops::add);
        Arrays.stream(BinaryFn.values())
                .filter(fn -> fn.accepts(dtype))
                .map(Op.Binary::new)
                .forEach(ops::add);
        Arrays.stream(CompareFn.values()).map(Op.Compare::new).forEach(ops::add);
        Arrays.stream(LogicFn.values())
                .filter(fn -> fn.accepts(dtype))
                .map(Op.Logic::new)
                .forEach(ops::add);
        Arrays.stream(DType.values()).map(Op.Cast::new).forEach(ops::add);
        if (!dtype.isFloating()) {
            ops.add(new Op.Not());
        }
        ops.add(new Op.Select());
        ops.removeIf(op -> !ScalarText.includes(op).isEmpty());
        return ops;
    }

    private static DType[] operandTypes(Op.Scalar op, DType dtype) {
        var types = new DType[op.arity()];
        Arrays.fill(types, dtype);
        types[0] = op instanceof Op.Select ? DType.BOOL : dtype;
        return types;
    }

    /** A kernel for each dtype, which applies the operation of a number. */
    private static String program() {
        var text = new StringBuilder("""
                #include "elementwise.cuh"
                struct Elements {
                    i64 op;
                    i64 n;
                    FaultRecord* faults;
                    i64 site;
                    const void* x;
                    const void* y;
                    const void* z;
                    void* result;
                };
                """);
        for (DType dtype : DType.values()) {
            text.append("""
                    extern "C" __global__ void of%s(const Elements e) {
                        for (i64 i = (i64)blockIdx.x * blockDim.x + threadIdx.x; i < e.n; i += (i64)gridDim.x * blockDim.x) {
                            switch (e.op) {
                    """.formatted(dtype));
            List<Op.Scalar> ops = operations(dtype);
            for (int k = 0; k < ops.size(); k++) {
                text.append(element(k, ops.get(k), dtype));
            }
            text.append("        }\n    }\n}\n");
        }
        return text.toString();
    }

    private static String element(int number, Op.Scalar op, DType dtype) {
        DType[] types = operandTypes(op, dtype);
        DType result = ScalarTypes.result(op, types);
        String[] names = Arrays.copyOf(new String[] {"x", "y", "z"}, types.length);
        var text = new StringBuilder("        case " + number + ": {\n");
        if (ScalarText.canFault(op, dtype)) {
            text.append("            const Faults faults{e.faults, e.site};\n");
        }
        for (int i = 0; i < names.length; i++) {
            text.append("            const auto %1$s = toWide(((const %2$s*)e.%1$s)[i]);%n"
                    .formatted(names[i], CType.of(types[i])));
        }
        text.append("            ((%1$s*)e.result)[i] = fromWide<%1$s>(%2$s);%n            break;%n        }%n"
                .formatted(CType.of(result), ScalarText.expression(op, dtype, result, names)));
        return text.toString();
    }

    // ---- running them ----

    private static ConcreteTensor upload(HostArray x) {
        return x.dtype().isFloating()
                ? OnDevice.ofReals(x.dtype(), x.shape(), i -> x.real((int) i))
                : OnDevice.of(x.dtype(), x.shape(), i -> x.whole((int) i));
    }

    /** An operation's result on the device; a fault's exception tells the value that was found. */
    private static HostArray run(Op.Scalar op, DType dtype, List<ConcreteTensor> in) {
        CudaDevice gpu = gpu();
        Kernel kernel = gpu.kernel(ElementwiseTextTest.class, "of" + dtype, ElementwiseTextTest::program);
        long n = in.getFirst().shape().elements();
        try (ConcreteTensor result = gpu.allocate(
                ScalarTypes.result(op, operandTypes(op, dtype)), in.getFirst().shape())) {
            long[] arguments = {
                operations(dtype).indexOf(op),
                n,
                gpu.faults(),
                gpu.site((value, place) -> new ArithmeticException("found " + value)),
                in.get(0).address(),
                in.size() > 1 ? in.get(1).address() : 0,
                in.size() > 2 ? in.get(2).address() : 0,
                result.address()
            };
            gpu.launch(kernel, n, arguments);
            gpu.synchronize();
            return HostArray.of(result);
        }
    }

    /** What is wrong with an operation's result. */
    private static Stream<String> complaints(Op.Scalar op, DType dtype, List<HostArray> in, List<ConcreteTensor> on) {
        HostArray actual = run(op, dtype, on);
        HostArray expected = ReferenceInterpreter.run(op, in).getFirst();
        Tolerance tolerance = Tolerance.of(op, 1);
        List<HostArray> magnitudes = tolerance.magnitudes(op, in, List.of(expected));
        String complaint = tolerance.complaint(expected, actual, magnitudes.isEmpty() ? null : magnitudes.getFirst());
        if (complaint == null) {
            return Stream.empty();
        }
        String at = complaint.replaceAll("(?s)at \\[(\\d+)].*|.*", "$1");
        return Stream.of(op + " of " + dtype + " " + complaint
                + (at.isEmpty()
                        ? ""
                        : " for "
                                + in.stream()
                                        .map(x -> number(x, Integer.parseInt(at)))
                                        .toList()));
    }

    private static String number(HostArray x, int i) {
        return x.dtype().isFloating() ? String.valueOf(x.real(i)) : String.valueOf(x.whole(i));
    }

    private static List<String> complaints(List<Op.Scalar> ops, DType dtype, List<HostArray> in) {
        List<ConcreteTensor> on = in.stream().map(ElementwiseTextTest::upload).toList();
        try {
            return ops.stream().flatMap(op -> complaints(op, dtype, in, on)).toList();
        } finally {
            on.forEach(ConcreteTensor::close);
        }
    }

    // ---- operands ----

    private static HostArray array(DType dtype, List<Number> values) {
        Shape shape = Shape.of(values.size());
        return dtype.isFloating()
                ? HostArray.reals(dtype, shape, i -> values.get(i).doubleValue())
                : HostArray.wholes(dtype, shape, i -> values.get(i).longValue());
    }

    private static List<Number> special(DType dtype) {
        var values = new ArrayList<Number>();
        if (dtype.isFloating()) {
            for (double x : REALS) {
                values.add(x);
                values.add(-x);
            }
        } else {
            for (long x : WHOLES) {
                values.add(x);
                values.add(-x);
                values.add(x - 1);
            }
        }
        return values;
    }

    private static Number random(DType dtype, Random random, int kind) {
        return dtype.isFloating() ? real(dtype, random, kind % 5) : whole(random, kind % 3);
    }

    private static double real(DType dtype, Random random, int kind) {
        int most = dtype == DType.F64 ? 1023 : dtype == DType.F16 ? 15 : 127;
        return switch (kind) {
            case 0 -> 2 * random.nextDouble() - 1;
            case 1 -> 10 * random.nextGaussian();
            case 2 -> (random.nextInt(4001) - 2000) / 2.0;
            case 3 -> 1 + random.nextGaussian() * Math.scalb(1.0, -random.nextInt(24));
            case 4 ->
                Math.scalb(
                        random.nextBoolean() ? 1 + random.nextDouble() : -1 - random.nextDouble(),
                        random.nextInt(2 * most) - most);
            default -> throw new AssertionError(kind);
        };
    }

    private static long whole(Random random, int kind) {
        return switch (kind) {
            case 0 -> random.nextInt(41) - 20;
            case 1 -> random.nextLong();
            case 2 -> random.nextLong() >> random.nextInt(64);
            default -> throw new AssertionError(kind);
        };
    }

    private static List<Number> singles(DType dtype) {
        var random = new Random(5);
        var values = new ArrayList<>(special(dtype));
        for (int i = 0; i < RANDOM_SINGLES; i++) {
            values.add(random(dtype, random, i));
        }
        return values;
    }

    /** First and second operands. */
    private static List<List<Number>> pairs(DType dtype) {
        var random = new Random(6);
        var first = new ArrayList<Number>();
        var second = new ArrayList<Number>();
        for (Number x : special(dtype)) {
            for (Number y : special(dtype)) {
                first.add(x);
                second.add(y);
            }
        }
        for (int i = 0; i < RANDOM_PAIRS; i++) {
            Number y = random(dtype, random, i);
            Number x = random(dtype, random, random.nextInt(15));
            first.add(
                    i % 4 != 0
                            ? x
                            // multiples, and what rounding makes of them, up to where not all integers are numbers
                            : dtype.isFloating()
                                    ? (Number) (y.doubleValue() * (random.nextLong() >> (16 + random.nextInt(48))))
                                    : (Number) (y.longValue() * (random.nextInt(9) - 4)));
            second.add(y);
        }
        return List.of(first, second);
    }

    // ---- tests ----

    @ParameterizedTest
    @EnumSource
    void operationsOfOneOperandFollowTheirDefinitions(DType dtype) {
        List<Op.Scalar> ops =
                operations(dtype).stream().filter(op -> op.arity() == 1).toList();
        assertThat(complaints(ops, dtype, List.of(array(dtype, singles(dtype)))))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void operationsOfTwoOperandsFollowTheirDefinitions(DType dtype) {
        List<List<Number>> pairs = pairs(dtype);
        HostArray first = array(dtype, pairs.get(0));
        HostArray second = array(dtype, pairs.get(1));
        List<Op.Scalar> total = new ArrayList<>(operations(dtype));
        total.removeIf(op -> op.arity() != 2 || ScalarText.canFault(op, dtype));
        if (dtype == DType.F64) {
            // Where not all integers are numbers the quotient is the nearest, not the one below; on the CPU too.
            total.remove(FLOOR_DIVIDE);
            HostArray moderate = HostArray.reals(
                    dtype,
                    second.shape(),
                    i -> Math.abs(first.real(i) / second.real(i)) < 0x1p53 ? second.real(i) : first.real(i));
            assertThat(complaints(List.of(FLOOR_DIVIDE), dtype, List.of(first, moderate)))
                    .isEmpty();
        }
        assertThat(complaints(total, dtype, List.of(first, second))).isEmpty();
        if (dtype.isInteger()) {
            HostArray divisors =
                    HostArray.wholes(dtype, second.shape(), i -> second.whole(i) == 0 ? 1 : second.whole(i));
            HostArray exponents = HostArray.wholes(dtype, second.shape(), i -> Math.max(second.whole(i), 0));
            assertThat(complaints(divisions(), dtype, List.of(first, divisors))).isEmpty();
            assertThat(complaints(List.of(new Op.Binary(BinaryFn.POW)), dtype, List.of(first, exponents)))
                    .isEmpty();
        }
    }

    /** Those that are more than a call of the library. */
    @ParameterizedTest
    @EnumSource(names = {"F32", "F64"})
    void ownFunctionsAreWithinTwoUnitsInTheLastPlace(DType dtype) {
        HostArray x = array(dtype, singles(dtype));
        try (ConcreteTensor on = upload(x)) {
            for (UnaryFn fn : List.of(UnaryFn.SIGMOID, UnaryFn.SOFTPLUS, UnaryFn.ASINH, UnaryFn.ACOSH)) {
                HostArray actual = run(new Op.Unary(fn), dtype, List.of(on));
                for (int i = 0; i < x.size(); i++) {
                    assertThat(error(dtype, F64Reference.of(fn, x.real(i)), actual.real(i)))
                            .as("%s of %s at %s", fn, dtype, x.real(i))
                            .isLessThanOrEqualTo(2);
                }
            }
        }
    }

    /** The distance from the true value in units of the last place; 0 if the result is that value rounded. */
    private static double error(DType dtype, F64Reference exact, double actual) {
        double rounded = dtype == DType.F32 ? (float) exact.high() : exact.high();
        double unit = dtype == DType.F32 ? Math.ulp((float) exact.high()) : Math.ulp(exact.high());
        return Double.compare(rounded, actual) == 0
                ? 0
                : Math.abs((actual - exact.high()) / unit - exact.low() * Math.ulp(exact.high()) / unit);
    }

    private static List<Op.Scalar> divisions() {
        return Stream.of(BinaryFn.FLOOR_DIVIDE, BinaryFn.TRUNC_DIVIDE, BinaryFn.REMAINDER, BinaryFn.FMOD)
                .<Op.Scalar>map(Op.Binary::new)
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void selectsOneOfTwo(DType dtype) {
        List<List<Number>> pairs = pairs(dtype);
        HostArray first = array(dtype, pairs.get(0));
        HostArray condition = HostArray.wholes(DType.BOOL, first.shape(), i -> i % 3 == 0 ? 1 : 0);
        assertThat(complaints(List.of(new Op.Select()), dtype, List.of(condition, first, array(dtype, pairs.get(1)))))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"BF16", "F16"})
    void everyNarrowNumberAndAllPointsBetweenAreConverted(DType dtype) {
        int patterns = 1 << 16;
        float[] numbers = new float[patterns];
        for (int i = 0; i < patterns; i++) {
            numbers[i] = dtype == DType.F16 ? Float.float16ToFloat((short) i) : BFloat16.toFloat((short) i);
        }
        HostArray narrow = HostArray.reals(dtype, Shape.of(patterns), i -> numbers[i]);
        assertThat(complaints(
                        List.of(new Op.Cast(DType.F32), new Op.Cast(DType.F64), new Op.Cast(DType.BOOL)),
                        dtype,
                        List.of(narrow)))
                .isEmpty();
        // For each finite number the middle between it and the next, and that middle's neighbours.
        float[] points = new float[3 * patterns];
        for (int i = 0; i < patterns; i++) {
            float next = numbers[Math.min(i + 1, patterns - 1)];
            float middle = Float.isFinite(next) && next != 0 ? numbers[i] + (next - numbers[i]) / 2 : numbers[i];
            // Beyond the largest number where the next would be.
            middle = Float.isInfinite(next) && Float.isFinite(numbers[i])
                    ? numbers[i] + (numbers[i] - numbers[i - 1]) / 2
                    : middle;
            points[3 * i] = middle;
            points[3 * i + 1] = Math.nextUp(middle);
            points[3 * i + 2] = Math.nextDown(middle);
        }
        for (DType from : new DType[] {DType.F32, DType.F64}) {
            HostArray wide = HostArray.reals(from, Shape.of(points.length), i -> points[i]);
            assertThat(complaints(List.of(new Op.Cast(dtype)), from, List.of(wide)))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"I64", "I32", "I16", "I8", "U8"})
    void reportsDivisionByZero(DType dtype) {
        for (Op.Scalar op : divisions()) {
            assertFault(op, dtype, 0);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"I64", "I32", "I16", "I8"})
    void reportsNegativeExponents(DType dtype) {
        assertFault(new Op.Binary(BinaryFn.POW), dtype, -3);
    }

    private static void assertFault(Op.Scalar op, DType dtype, long second) {
        Shape shape = Shape.of(1000);
        try (ConcreteTensor x = OnDevice.of(dtype, shape, i -> i % 100);
                ConcreteTensor sound = OnDevice.of(dtype, shape, i -> 1 + i % 5);
                ConcreteTensor unsound = OnDevice.of(dtype, shape, i -> i % 300 == 299 ? second : 1 + i % 5)) {
            assertThatThrownBy(() -> run(op, dtype, List.of(x, unsound)))
                    .as("%s of %s", op, dtype)
                    .hasMessage("found " + second);
            // The device goes on.
            assertThat(run(op, dtype, List.of(x, sound)).size()).isEqualTo(1000);
        }
    }

    @Test
    void nvccTakesTheProgramWithoutWarningsOrSpills(@TempDir Path folder) throws Exception {
        assumeTrue(hasNvcc(), "needs nvcc");
        Path source = folder.resolve("elementwise.cu");
        Files.writeString(source, KernelText.expand(program()));
        for (String architecture : new String[] {"sm_80", "sm_90"}) {
            Path log = folder.resolve(architecture + ".log");
            int status = start(
                            log,
                            "nvcc",
                            "-arch=" + architecture,
                            "--std=c++17",
                            "--fmad=false",
                            "-Xptxas",
                            "-v",
                            "-cubin",
                            "-o",
                            folder.resolve("out.cubin").toString(),
                            source.toString())
                    .waitFor();
            String text = Files.readString(log);
            assertThat(status).as(text).isZero();
            assertThat(text).doesNotContain("warning").contains("spill stores");
            assertThat(text.lines().filter(line -> line.contains("spill stores")))
                    .allMatch(line -> line.contains(" 0 bytes spill stores, 0 bytes spill loads"));
        }
    }

    private static boolean hasNvcc() throws InterruptedException {
        try {
            return start(Path.of("/dev/null"), "nvcc", "--version").waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static Process start(Path log, String... command) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }
}
