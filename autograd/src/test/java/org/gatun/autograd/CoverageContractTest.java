package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.gatun.autograd.Coverage.Aspect;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.conformance.BatchSample;
import org.gatun.tensor.conformance.CompositeSample;
import org.gatun.tensor.conformance.CompositeSamples;
import org.gatun.tensor.conformance.GradientSample;
import org.gatun.tensor.conformance.HostArray;
import org.gatun.tensor.conformance.LayoutVariant;
import org.gatun.tensor.conformance.SecondJvm;
import org.gatun.tensor.conformance.SourceSamples;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.MemoryStats;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The coverage contract: every public method that makes tensors of tensors has right values in the dtypes it takes and right
 * derivatives, to second order, in the floating ones, and can be batched; {@code docs/coverage.md} says so, and is what these tests saw.
 */
@ExtendWith(NativeMemoryBalance.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CoverageContractTest {
    private static final Coverage COVERAGE = new Coverage();
    private static final Path PAGE = Path.of("..", "docs", "coverage.md");

    private static @Nullable SecondJvm second;

    @BeforeAll
    static void startASecondJvm() {
        // Most of this module's tests are here, so a second JVM pays even where Maven has two already. A GPU compiles
        // in the driver, and is not to be shared.
        if (second == null && StandInDriver.isUsable() && !StandInDriver.onGpu()) {
            second = SecondJvm.start(CoverageContractAhead.class);
        }
    }

    @AfterAll
    static void stopTheSecondJvm() {
        if (second != null) {
            second.close();
        }
    }

    /** The derivatives of a sample in some layouts, which pass or fail alone. */
    record DerivativeCheck(String name, CompositeSample sample, GradientSample gradient) {
        void run() {
            long before = MemoryStats.of(Device.CPU).liveCount();
            GradientCoverageTest.check(gradient);
            assertThat(MemoryStats.of(Device.CPU).liveCount())
                    .as("storages that are live after the check")
                    .isLessThanOrEqualTo(before);
        }
    }

    static List<DerivativeCheck> derivativeChecks() {
        List<DerivativeCheck> checks = new ArrayList<>();
        for (CompositeSample sample : CompositeSamples.all()) {
            for (GradientSample gradient : CompositeSamples.gradients(sample)) {
                checks.add(new DerivativeCheck(checks.size() + " " + gradient.name(), sample, gradient));
            }
        }
        return checks;
    }

    /** The values of each sample in every dtype that the method takes. */
    @TestFactory
    @Order(1)
    Stream<DynamicNode> values() {
        return CompositeSamples.all().stream()
                .map(sample -> dynamicTest(sample.toString(), () -> {
                    for (DType dtype : DType.values()) {
                        if (CompositeSamples.agrees(sample, dtype, Device.CPU)) {
                            COVERAGE.passed(sample.method(), Aspect.VALUE, dtype);
                        }
                    }
                }));
    }

    /** Each sample in each layout, in F64, against finite differences in both modes to second order. */
    @TestFactory
    @Order(2)
    Stream<DynamicNode> derivatives() {
        return derivativeChecks().stream()
                .map(check -> dynamicTest(check.gradient().name(), () -> {
                    if (second == null) {
                        check.run();
                    } else {
                        second.once(check.name(), check::run);
                    }
                    for (Aspect aspect : List.of(Aspect.JVP, Aspect.VJP, Aspect.SECOND_ORDER)) {
                        COVERAGE.passed(check.sample().method(), aspect, DType.F64);
                    }
                }));
    }

    /** The derivatives of draws by rejection against differences along the path on which the probability of being below stays. */
    @TestFactory
    @Order(2)
    Stream<DynamicNode> pathwiseDerivatives() {
        return CompositeSamples.all().stream()
                .flatMap(sample -> Stream.ofNullable(sample.path())
                        .map(path -> dynamicTest(sample.toString(), () -> {
                            List<HostArray> operands = sample.fill(DType.F64);
                            double[] point = point(operands);
                            double[] v = direction(point.length, 5).toDoubleArray();
                            try (MemoryScope scope = MemoryScope.open("pathwise")) {
                                List<Tensor> actual = derivatives(sample, operands, DType.F64);
                                double[] u = direction((int) actual.get(0).elements(), 7)
                                        .toDoubleArray();
                                Aspect[] aspects = {Aspect.JVP, Aspect.VJP, Aspect.SECOND_ORDER};
                                List<double[]> expected = PathDifferences.of(path, point, v, u);
                                for (int k = 0; k < aspects.length; k++) {
                                    double scale = Math.max(
                                            1,
                                            Arrays.stream(expected.get(k))
                                                    .map(Math::abs)
                                                    .max()
                                                    .orElse(0));
                                    double most = aspects[k] == Aspect.SECOND_ORDER ? 1e-4 : 1e-7;
                                    assertThat(actual.get(k).toDoubleArray())
                                            .as("%s of %s", aspects[k], sample)
                                            .containsExactly(expected.get(k), within(most * scale));
                                    COVERAGE.passed(sample.method(), aspects[k], DType.F64);
                                }
                            }
                            COVERAGE.pathwise(sample.method());
                        })));
    }

    /** The derivatives of each sample in the other floating dtypes against those in F64 at the same point. */
    @TestFactory
    @Order(3)
    Stream<DynamicNode> narrowerDerivatives() {
        return CompositeSamples.all().stream()
                .filter(CompositeSample::differentiable)
                .flatMap(sample -> Arrays.stream(DType.values())
                        .filter(dtype -> dtype.isFloating() && dtype != DType.F64)
                        .map(dtype -> dynamicTest(sample + " " + dtype, () -> checkAgainstF64(sample, dtype))));
    }

    private static void checkAgainstF64(CompositeSample sample, DType dtype) {
        if (dtype.isNarrow() && !CompositeSamples.agrees(sample, dtype, Device.CPU)) {
            return; // the method refuses the dtype
        }
        try (MemoryScope scope = MemoryScope.open("narrower")) {
            List<HostArray> operands = sample.fill(dtype);
            List<List<Tensor>> both = new ArrayList<>();
            for (DType d : List.of(dtype, DType.F64)) {
                both.add(derivatives(sample, operands, d));
            }
            Aspect[] aspects = {Aspect.JVP, Aspect.VJP, Aspect.SECOND_ORDER};
            for (int k = 0; k < aspects.length; k++) {
                Tensor narrow = both.get(0).get(k);
                Tensor wide = both.get(1).get(k);
                assertThat(narrow.dtype()).as("%s of %s", aspects[k], sample).isEqualTo(dtype);
                double scale =
                        Math.max(1, wide.elements() == 0 ? 0 : wide.abs().max().item());
                assertThat(narrow.to(DType.F64).allClose(wide, 0, scale * tolerance(dtype)))
                        .as("%s of %s in %s: %s against %s in F64", aspects[k], sample, dtype, narrow, wide)
                        .isTrue();
                COVERAGE.passed(sample.method(), aspects[k], dtype);
            }
        }
    }

    /** Relative to the largest derivative: a derivative takes some tens of operations, each of which rounds once. */
    private static double tolerance(DType dtype) {
        return switch (dtype) {
            case F32 -> 1e-4;
            case F16 -> 32 * 0x1p-11;
            case BF16 -> 32 * 0x1p-8;
            case F64, I64, I32, I16, I8, U8, BOOL -> 0;
        };
    }

    /** JVP, VJP and the JVP of the VJP of all floating results by all floating operands, along fixed directions. */
    private static List<Tensor> derivatives(CompositeSample sample, List<HostArray> operands, DType dtype) {
        return derivatives(sample, operands, dtype, Device.CPU);
    }

    private static List<Tensor> derivatives(
            CompositeSample sample, List<HostArray> operands, DType dtype, Device device) {
        double[] point = point(operands);
        Tensor z = Tensors.of(point).to(dtype).to(device);
        UnaryOperator<Tensor> f = packed -> {
            var arguments = new ArrayList<Tensor>();
            long from = 0;
            for (HostArray o : operands) {
                if (o.dtype().isFloating()) {
                    arguments.add(packed.slice(0, from, from + o.size()).reshape(o.shape()));
                    from += o.size();
                } else {
                    arguments.add(place(o, device));
                }
            }
            List<Tensor> results = sample.body().apply(arguments).stream()
                    .filter(t -> t.dtype().isFloating())
                    .map(t -> t.to(dtype).flatten())
                    .toList();
            return results.size() == 1 ? results.get(0) : Tensors.cat(0, results);
        };
        Tensor v = direction(point.length, 5).to(dtype).to(device);
        JvpResult<Tensor> forward = Grad.jvp(f, z, v);
        Tensor u = direction(Math.toIntExact(forward.value().elements()), 7)
                .to(dtype)
                .to(device);
        UnaryOperator<Tensor> pullback = x -> {
            try (VjpResult<Tensor, Tensor> vjp = Grad.vjp(f, x)) {
                return vjp.pullback(u);
            }
        };
        return List.of(
                forward.tangent(), pullback.apply(z), Grad.jvp(pullback, z, v).tangent());
    }

    /** The floating operands, one after the other. */
    private static double[] point(List<HostArray> operands) {
        return operands.stream()
                .filter(o -> o.dtype().isFloating())
                .flatMapToDouble(o -> IntStream.range(0, o.size()).mapToDouble(o::real))
                .toArray();
    }

    private static Tensor place(HostArray o) {
        return place(o, Device.CPU);
    }

    private static Tensor place(HostArray o, Device device) {
        return LayoutVariant.CONTIGUOUS.place(o, device);
    }

    private static Tensor direction(int n, long seed) {
        var random = new SplittableRandom(seed);
        double[] v = new double[n];
        // Multiples of 1/8, which every dtype holds.
        Arrays.setAll(v, i -> random.nextInt(1, 9) / 8.0 * (random.nextBoolean() ? 1 : -1));
        return Tensors.of(v);
    }

    /** Methods without a derivative give integers or truth values, or results through which no derivative flows by definition. */
    @TestFactory
    @Order(4)
    Stream<DynamicNode> zeroDerivatives() {
        return CompositeSamples.all().stream()
                .filter(sample -> !sample.differentiable())
                .map(sample -> dynamicTest(sample.toString(), () -> checkZero(sample)));
    }

    private static void checkZero(CompositeSample sample) {
        try (MemoryScope scope = MemoryScope.open("zero")) {
            List<HostArray> operands = sample.fill(DType.F64);
            List<Tensor> arguments =
                    operands.stream().map(CoverageContractTest::place).toList();
            boolean floating = sample.body().apply(arguments).stream()
                    .anyMatch(t -> t.dtype().isFloating());
            if (!floating) {
                COVERAGE.without(sample.method(), "no floating result");
                return;
            }
            boolean fromNumbers = operands.stream().anyMatch(o -> o.dtype().isFloating());
            if (fromNumbers) {
                for (Tensor derivative : derivatives(sample, operands, DType.F64)) {
                    assertThat(derivative.abs().sum().item()).as("%s", sample).isZero();
                }
            }
            COVERAGE.without(sample.method(), fromNumbers ? "0 by definition" : "no floating operand");
        }
    }

    /** Each sample under vmap against a loop. */
    @TestFactory
    @Order(5)
    Stream<DynamicNode> batches() {
        return CompositeSamples.all().stream()
                .map(sample -> dynamicTest(sample.toString(), () -> {
                    for (BatchSample batch : BatchSample.of(sample)) {
                        BatchingCoverageTest.check(batch);
                        COVERAGE.passed(sample.method(), Aspect.VMAP, DType.F64);
                    }
                    if (!sample.unbatched().isEmpty()) {
                        COVERAGE.unbatched(sample.method(), sample.unbatched());
                    }
                }));
    }

    /** The values of sources and of changes in place, which have no derivative of their own. */
    @TestFactory
    @Order(5)
    Stream<DynamicNode> sources() {
        return SourceSamples.all().stream()
                .map(sample -> dynamicTest(sample.toString(), () -> {
                    for (DType asked : DType.values()) {
                        DType dtype = sample.check(asked);
                        if (dtype != null) {
                            COVERAGE.source(sample.method(), dtype);
                        }
                    }
                }));
    }

    /** The values of each sample on a GPU, in every dtype that the method takes. */
    @TestFactory
    @Order(5)
    Stream<DynamicNode> valuesOnCuda() {
        StandInDriver.use();
        return CompositeSamples.all().stream()
                .map(sample -> dynamicTest(sample.toString(), () -> {
                    for (DType dtype : DType.values()) {
                        if (CompositeSamples.agrees(sample, dtype, Device.cuda(0))) {
                            COVERAGE.passed(sample.method(), Aspect.CUDA_VALUE, dtype);
                        }
                    }
                    StandInDriver.requireNoViolations();
                }));
    }

    /** The derivatives of each sample on a GPU against those on the CPU. */
    @TestFactory
    @Order(5)
    Stream<DynamicNode> derivativesOnCuda() {
        StandInDriver.use();
        return CompositeSamples.all().stream()
                .filter(CompositeSample::differentiable)
                .map(sample -> dynamicTest(sample.toString(), () -> checkOnCuda(sample)));
    }

    private static void checkOnCuda(CompositeSample sample) {
        try (MemoryScope scope = MemoryScope.open("cuda")) {
            List<HostArray> operands = sample.fill(DType.F64);
            List<Tensor> expected = derivatives(sample, operands, DType.F64, Device.CPU);
            List<Tensor> actual = derivatives(sample, operands, DType.F64, Device.cuda(0));
            for (int k = 0; k < expected.size(); k++) {
                Tensor right = expected.get(k);
                double scale = Math.max(
                        1, right.elements() == 0 ? 0 : right.abs().max().item());
                assertThat(actual.get(k).device()).isEqualTo(Device.cuda(0));
                assertThat(actual.get(k).cpu().allClose(right, 0, 1e-8 * scale))
                        .as("derivative %d of %s: %s against %s on the CPU", k, sample, actual.get(k), right)
                        .isTrue();
            }
        }
        StandInDriver.requireNoViolations();
        COVERAGE.passed(sample.method(), Aspect.CUDA_DERIVATIVES, DType.F64);
    }

    @Test
    @Order(6)
    void noOperationHasAHoleOnCuda() {
        StandInDriver.use();
        assertThat(COVERAGE.holesOnCuda(CompositeSamples.methods())).isEmpty();
    }

    @Test
    @Order(6)
    void noOperationHasAHole() {
        assertThat(COVERAGE.holes(CompositeSamples.methods())).isEmpty();
        assertThat(COVERAGE.holesOfSources(CompositeSamples.sources())).isEmpty();
    }

    /** The published page is what the tests saw. */
    @Test
    @Order(7)
    void thePageIsUpToDate() throws IOException {
        String table = COVERAGE.table();
        if (Boolean.getBoolean("gatun.coverage.write")) {
            Files.writeString(PAGE, table);
        }
        boolean withCuda = StandInDriver.isUsable();
        String page = Files.readString(PAGE);
        assertThat(withCuda ? page : Coverage.withoutCuda(page))
                .as("out of date: bring it up to date with mvn verify -Dgatun.coverage.write=true")
                .isEqualToNormalizingNewlines(withCuda ? table : Coverage.withoutCuda(table));
    }
}
