package org.gatun.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.List;
import java.util.stream.Stream;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.CudaGraph;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Functional;
import org.gatun.tensor.FusedActivation;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.composite.LinearActivation;
import org.gatun.tensor.composite.LinearWeightGradient;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Linear maps, their activations and their gradients on a GPU against the definitions in double precision. */
class CudaLinearTest {
    @BeforeAll
    static void findADriver() {
        StandInDriver.use();
    }

    @AfterEach
    void requireSound() {
        StandInDriver.requireNoViolations();
        dropNan(false);
    }

    private static void dropNan(boolean drops) {
        if (!StandInDriver.onGpu()) {
            StandInDriver.set("relu.drops.nan", drops ? 1 : 0);
        }
    }

    static Stream<DType> dtypes() {
        return Stream.of(DType.values()).filter(DType::isFloating);
    }

    /** How the operands lie in memory. */
    private enum Lies {
        BY_ROWS,
        BY_COLUMNS,
        WITH_GAPS,
        WITH_STEPS,
        ONE_ROW_FOR_ALL
    }

    /** A matrix whose elements are multiples of 1/4 between -1/2 and 1/2, which all floating dtypes hold. */
    private static Tensor matrix(DType dtype, long rows, long columns, Lies lies, long seed) {
        return switch (lies) {
            case BY_ROWS -> numbers(dtype, Shape.of(rows, columns), seed);
            case BY_COLUMNS -> numbers(dtype, Shape.of(columns, rows), seed).t();
            case WITH_GAPS -> numbers(dtype, Shape.of(rows, columns + 3), seed).slice(1, 2, columns + 2);
            case WITH_STEPS -> numbers(dtype, Shape.of(rows, 2 * columns), seed).slice(1, 0, 2 * columns, 2);
            case ONE_ROW_FOR_ALL -> numbers(dtype, Shape.of(1, columns), seed).expand(rows, columns);
        };
    }

    private static Tensor numbers(DType dtype, Shape shape, long seed) {
        return OnDevice.ofReals(dtype, shape, i -> OnDevice.small(i + 1000 * seed) / 4.0);
    }

    private static double[] read(Tensor x) {
        return x.to(Device.CPU).to(DType.F64).toDoubleArray();
    }

    private static double[] products(double[] x, double[] w, double @Nullable [] b, int rows, int in, int out) {
        double[] z = new double[rows * out];
        for (int r = 0; r < rows; r++) {
            for (int o = 0; o < out; o++) {
                z[r * out + o] = b == null ? 0 : b[o];
                for (int k = 0; k < in; k++) {
                    z[r * out + o] += x[r * in + k] * w[o * in + k];
                }
            }
        }
        return z;
    }

    private static double applied(@Nullable FusedActivation activation, double z) {
        if (activation == null) {
            return z;
        }
        return switch (activation) {
            case RELU -> Math.max(z, 0);
            case GELU_TANH -> z / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z * z * z)));
        };
    }

    /** Roundings of the dtype: the sums here are exact in all of them but where they are longer than their digits. */
    private static double unit(DType dtype) {
        return switch (dtype) {
            case F64 -> 0x1p-50;
            case F32 -> 0x1p-21;
            case F16 -> 0x1p-10;
            case BF16 -> 0x1p-7;
            case I64, I32, I16, I8, U8, BOOL -> 0;
        };
    }

    private static Tensor linear(Tensor x, Tensor w, @Nullable Tensor b, @Nullable FusedActivation activation) {
        return activation == null ? Functional.linear(x, w, b) : Functional.linear(x, w, b, activation);
    }

    private static void check(
            Tensor x, Tensor w, @Nullable Tensor b, @Nullable FusedActivation activation, String what) {
        int rows = (int) x.size(0);
        int in = (int) x.size(1);
        int out = (int) w.size(0);
        double[] z = products(read(x), read(w), b == null ? null : read(b), rows, in, out);
        double[] actual = read(linear(x, w, b, activation));
        for (int i = 0; i < z.length; i++) {
            // Also where an activation is much smaller than its argument.
            assertThat(actual[i])
                    .as("%s, %s: element %s of %s %s", what, activation, i, x.dtype(), x.shape())
                    .isCloseTo(applied(activation, z[i]), within(unit(x.dtype()) * (1 + Math.abs(z[i]))));
        }
    }

    @ParameterizedTest
    @MethodSource("dtypes")
    void agreesWithTheDefinition(DType dtype) {
        int[][] sizes = {{1, 1, 1}, {5, 7, 3}, {16, 8, 24}, {1, 9, 130}, {33, 64, 1}};
        for (boolean drops : new boolean[] {false, true}) {
            dropNan(drops);
            for (int[] size : sizes) {
                // A product of its own for each answer, which is kept.
                int rows = size[0] + (drops ? 1 : 0);
                for (FusedActivation activation :
                        new FusedActivation[] {null, FusedActivation.RELU, FusedActivation.GELU_TANH}) {
                    try (var scope = MemoryScope.open()) {
                        Tensor x = matrix(dtype, rows, size[1], Lies.BY_ROWS, 1);
                        Tensor w = matrix(dtype, size[2], size[1], Lies.BY_ROWS, 2);
                        check(x, w, numbers(dtype, Shape.of(size[2]), 3), activation, "with a bias");
                        check(x, w, null, activation, "without a bias");
                    }
                }
            }
        }
    }

    @Test
    void takesEveryLayout() {
        for (Lies ofX : Lies.values()) {
            for (Lies ofW : Lies.values()) {
                try (var scope = MemoryScope.open()) {
                    Tensor x = matrix(DType.F32, 5, 12, ofX, 1);
                    Tensor w = matrix(DType.F32, 7, 12, ofW, 2);
                    Tensor b = numbers(DType.F32, Shape.of(21), 3).slice(0, 1, 21, 3);
                    check(x, w, b, FusedActivation.RELU, ofX + " by " + ofW);
                    checkGradient(matrix(DType.F32, 5, 7, ofW, 4), x, ofW + " and " + ofX);
                }
            }
        }
    }

    /** cuBLASLt's documentation says nothing about it; a plan that makes 0 of NaN is not used. */
    @Test
    void reluOfNanIsNan() {
        for (boolean drops : new boolean[] {false, true}) {
            dropNan(drops);
            for (DType dtype : dtypes().toList()) {
                try (var scope = MemoryScope.open()) {
                    int rows = drops ? 21 : 20;
                    Tensor x = OnDevice.ofReals(dtype, Shape.of(rows, 2), i -> i == 2 ? Double.NaN : 1);
                    Tensor w = OnDevice.ofReals(dtype, Shape.of(3, 2), i -> i < 2 ? 1 : -1);
                    Tensor b = OnDevice.ofReals(dtype, Shape.of(3), i -> 0);
                    for (Tensor y :
                            List.of(linear(x, w, b, FusedActivation.RELU), linear(x, w, null, FusedActivation.RELU))) {
                        double[] values = read(y);
                        for (int i = 0; i < values.length; i++) {
                            double expected = i / 3 == 1 ? Double.NaN : i % 3 == 0 ? 2 : 0;
                            assertThat(values[i])
                                    .as("%s %s %s", dtype, drops, i)
                                    .isEqualTo(Double.valueOf(expected));
                        }
                    }
                }
            }
        }
    }

    @Test
    void activationsTakeNoPassOfTheirOwn() {
        assumeFalse(StandInDriver.onGpu(), "launches are counted by the stand-in");
        for (boolean drops : new boolean[] {false, true}) {
            dropNan(drops);
            int rows = drops ? 19 : 18;
            try (var scope = MemoryScope.open()) {
                Tensor w = matrix(DType.F32, 4, 6, Lies.BY_ROWS, 2);
                Tensor x = matrix(DType.F32, rows, 6, Lies.BY_ROWS, 1);
                Tensor b = numbers(DType.F32, Shape.of(4), 3);
                linear(x, w, b, FusedActivation.RELU); // asks the library about NaN
                long before = StandInDriver.get("launches");
                linear(x, w, b, FusedActivation.RELU);
                assertThat(StandInDriver.get("launches") - before).isEqualTo(drops ? 2 : 1);
            }
        }
    }

    /** While work goes into a graph the library can't be asked about NaN: here first in the step that is captured, the second. */
    @Test
    void reluIsCaptured() {
        try (var scope = MemoryScope.open()) {
            Tensor w = matrix(DType.F32, 4, 6, Lies.BY_ROWS, 2);
            Tensor b = numbers(DType.F32, Shape.of(4), 3);
            int[] calls = {0};
            try (CudaGraph graph = CudaGraph.capture(in -> List.of(
                    calls[0]++ == 0
                            ? linear(in.get(0), w, b, null).relu()
                            : linear(in.get(0), w, b, FusedActivation.RELU)))) {
                for (int run = 0; run < 3; run++) {
                    Tensor x = matrix(DType.F32, 23, 6, Lies.BY_ROWS, run);
                    double[] expected = read(linear(x, w, b, null).relu());
                    assertThat(read(graph.run(x).get(0))).containsExactly(expected);
                }
            }
        }
    }

    @Test
    void emptySidesGiveEmptyOrActivatedBiases() {
        try (var scope = MemoryScope.open()) {
            Tensor b = OnDevice.ofReals(DType.F32, Shape.of(3), i -> i - 1.0);
            for (FusedActivation activation : FusedActivation.values()) {
                Tensor none = linear(
                        OnDevice.of(DType.F32, Shape.of(0, 2), i -> 1),
                        OnDevice.of(DType.F32, Shape.of(3, 2), i -> 1),
                        b,
                        activation);
                assertThat(none.shape()).isEqualTo(Shape.of(0, 3));
                double[] values = read(linear(
                        OnDevice.of(DType.F32, Shape.of(2, 0), i -> 1),
                        OnDevice.of(DType.F32, Shape.of(3, 0), i -> 1),
                        b,
                        activation));
                for (int i = 0; i < values.length; i++) {
                    assertThat(values[i]).isCloseTo(applied(activation, i % 3 - 1), within(1e-6));
                }
            }
            Tensor[] gradients = gradients(
                    OnDevice.of(DType.F32, Shape.of(0, 3), i -> 1), OnDevice.of(DType.F32, Shape.of(0, 2), i -> 1));
            assertThat(read(gradients[0])).hasSize(6).containsOnly(0);
            assertThat(read(gradients[1])).hasSize(3).containsOnly(0);
        }
    }

    private static Tensor[] gradients(Tensor g, Tensor x) {
        return Dispatch.bindAll(new Op.Call(new LinearWeightGradient()), g, x);
    }

    private static void checkGradient(Tensor g, Tensor x, String what) {
        int rows = (int) g.size(0);
        int out = (int) g.size(1);
        int in = (int) x.size(1);
        Tensor[] actual = gradients(g, x);
        double[] weight = read(actual[0]);
        double[] bias = read(actual[1]);
        double[] gs = read(g);
        double[] xs = read(x);
        assertThat(actual[0].shape()).isEqualTo(Shape.of(out, in));
        for (int o = 0; o < out; o++) {
            double sum = 0;
            for (int r = 0; r < rows; r++) {
                sum += gs[r * out + o];
            }
            assertThat(bias[o]).as("%s", what).isCloseTo(sum, within(unit(g.dtype()) * (1 + Math.abs(sum))));
            for (int i = 0; i < in; i++) {
                double product = 0;
                for (int r = 0; r < rows; r++) {
                    product += gs[r * out + o] * xs[r * in + i];
                }
                assertThat(weight[o * in + i])
                        .as("%s", what)
                        .isCloseTo(product, within(unit(g.dtype()) * (1 + Math.abs(product))));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dtypes")
    void theWeightsAndTheBiasesGradientComeTogether(DType dtype) {
        for (int[] size : new int[][] {{1, 3, 2}, {2, 1, 1}, {9, 5, 7}, {64, 16, 8}}) {
            try (var scope = MemoryScope.open()) {
                Tensor g = matrix(dtype, size[0], size[1], Lies.BY_ROWS, 1);
                Tensor x = matrix(dtype, size[0], size[2], Lies.BY_ROWS, 2);
                checkGradient(g, x, dtype + " " + g.shape() + " " + x.shape());
            }
        }
    }

    private static double slope(FusedActivation activation, double z) {
        double h = 1e-5;
        return switch (activation) {
            case RELU -> z > 0 ? 1 : 0;
            case GELU_TANH -> (applied(activation, z + h) - applied(activation, z - h)) / (2 * h);
        };
    }

    /** The cotangents of all operands are those of the linear map for {@code g f'(z)}; at the kink of ReLU the derivative is 0. */
    @ParameterizedTest
    @MethodSource("dtypes")
    void activationsCarryTheDerivativeOfTheirArgument(DType dtype) {
        for (FusedActivation activation : FusedActivation.values()) {
            try (var scope = MemoryScope.open()) {
                Tensor x = matrix(dtype, 6, 4, Lies.BY_ROWS, 1);
                Tensor w = matrix(dtype, 5, 4, Lies.BY_ROWS, 2);
                Tensor b = numbers(dtype, Shape.of(5), 3);
                Tensor g = matrix(dtype, 6, 5, Lies.BY_ROWS, 4);
                var composite = new LinearActivation(true, activation);
                Tensor[] results = Dispatch.bindAll(new Op.Call(composite), x, w, b);
                Tensor none = OnDevice.of(dtype, Shape.of(1, 1), i -> 0).expand(6, 5);
                List<Tensor> cotangents = composite
                        .derivative()
                        .orElseThrow()
                        .vjp(
                                List.of(x, w, b),
                                List.of(results),
                                results.length == 1 ? List.of(g) : List.of(g, none),
                                i -> true);
                double[] z = products(read(x), read(w), read(b), 6, 4, 5);
                double[] through = read(g);
                for (int i = 0; i < z.length; i++) {
                    through[i] *= slope(activation, z[i]);
                }
                double tolerance = 4 * unit(dtype) + 1e-9;
                double[] ofX = read(cotangents.get(0));
                double[] ofW = read(cotangents.get(1));
                double[] ofB = read(cotangents.get(2));
                double[] ws = read(w);
                double[] xs = read(x);
                for (int k = 0; k < 4; k++) {
                    for (int r = 0; r < 6; r++) {
                        double sum = 0;
                        for (int o = 0; o < 5; o++) {
                            sum += through[r * 5 + o] * ws[o * 4 + k];
                        }
                        assertThat(ofX[r * 4 + k]).as("%s x", activation).isCloseTo(sum, within(tolerance));
                    }
                    for (int o = 0; o < 5; o++) {
                        double sum = 0;
                        double bias = 0;
                        for (int r = 0; r < 6; r++) {
                            sum += through[r * 5 + o] * xs[r * 4 + k];
                            bias += through[r * 5 + o];
                        }
                        assertThat(ofW[o * 4 + k]).as("%s w", activation).isCloseTo(sum, within(tolerance));
                        assertThat(ofB[o]).as("%s b", activation).isCloseTo(bias, within(tolerance));
                    }
                }
            }
        }
    }

    /** GELU's argument lies in steps of 8 for the library, and is a view without them for the derivative. */
    @Test
    void geluGivesItsArgument() {
        try (var scope = MemoryScope.open()) {
            Tensor x = matrix(DType.F16, 4, 6, Lies.BY_ROWS, 1);
            Tensor w = matrix(DType.F16, 5, 6, Lies.BY_ROWS, 2);
            Tensor[] both = Dispatch.bindAll(new Op.Call(new LinearActivation(false, FusedActivation.GELU_TANH)), x, w);
            assertThat(both[1].shape()).isEqualTo(Shape.of(4, 5));
            assertThat(read(both[1])).containsExactly(products(read(x), read(w), null, 4, 6, 5));
            ConcreteTensor argument = both[1].concrete();
            both[0].close();
            assertThat(argument.layout().stride(0)).isIn(5L, 8L);
        }
    }
}
