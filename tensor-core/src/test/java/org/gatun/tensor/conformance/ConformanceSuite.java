package org.gatun.tensor.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Expr;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.ir.TypeRules;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.MemoryStats;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What a device must do: every operation, with every function, dtype and layout of operands, agrees with the {@link
 * ReferenceInterpreter}; writing into existing memory agrees with fresh results; a region equals its nodes run one by one.
 * Extend it with a device.
 */
public abstract class ConformanceSuite {
    private static final int PROGRAMS = 150;

    /** For subclasses. */
    protected ConformanceSuite() {}

    /** The device under test. */
    protected abstract Device device();

    /** Operation x dtype x layout: values, dtypes and shapes of the results. */
    @TestFactory
    Stream<DynamicNode> values() {
        return OpCases.kinds().stream().map(kind -> dynamicContainer(OpCases.name(kind), tests(kind)));
    }

    private Stream<DynamicNode> tests(Op kind) {
        var tests = new ArrayList<DynamicNode>();
        for (DType dtype : OpCases.dtypes(kind)) {
            List<OpCase> cases = OpCases.cases(kind, dtype);
            for (LayoutVariant layout : LayoutVariant.values()) {
                if (covers(kind, dtype, layout) && cases.stream().anyMatch(c -> fits(c, layout))) {
                    String name = OpCases.name(kind) + " " + dtype + " " + layout;
                    tests.add(dynamicTest(name, () -> balanced(() -> check(cases, dtype, layout))));
                }
            }
        }
        return tests.stream();
    }

    /** Whether the device runs an operation on operands of a dtype in a layout by code of its own, which is to be tested. */
    protected boolean covers(Op kind, DType dtype, LayoutVariant layout) {
        return true;
    }

    /** Whether the layout differs from the contiguous one for some operand; cases without operands run once. */
    private static boolean fits(OpCase c, LayoutVariant layout) {
        return layout == LayoutVariant.CONTIGUOUS || c.operands().stream().anyMatch(o -> layout.applies(o.shape()));
    }

    private void check(List<OpCase> cases, DType dtype, LayoutVariant layout) {
        int seed = 0;
        for (OpCase c : cases) {
            if (!fits(c, layout)) {
                continue;
            }
            for (OperandValues.Flavour flavour : OperandValues.flavours(c.op())) {
                List<HostArray> arrays = OperandValues.fill(c, dtype, flavour, seed++);
                check(c, arrays, layouts(c, layout, 0));
                if (arrays.size() > 1) {
                    check(c, arrays, layouts(c, layout, 3));
                }
            }
        }
    }

    /** The layout for the first operand, and others for the next ones when {@code shift} is not 0. */
    private static List<LayoutVariant> layouts(OpCase c, LayoutVariant first, int shift) {
        LayoutVariant[] all = LayoutVariant.values();
        return IntStream.range(0, c.operands().size())
                .mapToObj(k -> {
                    OpCase.Operand operand = c.operands().get(k);
                    LayoutVariant layout = all[(first.ordinal() + k * shift) % all.length];
                    if (!layout.applies(operand.shape())) {
                        return LayoutVariant.CONTIGUOUS;
                    }
                    boolean repeats = IntStream.range(0, operand.shape().rank())
                            .anyMatch(a -> layout.repeats(a, operand.shape()));
                    // Repeated indices would no longer be different, repeated rows no longer independent.
                    return operand.role().isDistinct() && repeats ? LayoutVariant.STEPPED : layout;
                })
                .toList();
    }

    private void check(OpCase c, List<HostArray> arrays, List<LayoutVariant> layouts) {
        var adapted = new ArrayList<HostArray>();
        for (int k = 0; k < arrays.size(); k++) {
            adapted.add(layouts.get(k).adapt(arrays.get(k)));
        }
        List<HostArray> expected = ReferenceInterpreter.run(c.op(), adapted);
        Tolerance tolerance = Tolerance.of(c.op(), c.size());
        List<HostArray> magnitudes = tolerance.magnitudes(c.op(), adapted, expected);
        try (MemoryScope scope = MemoryScope.open("conformance")) {
            List<ConcreteTensor> operands = place(adapted, layouts);
            require(c, layouts, tolerance, expected, execute(c.op(), operands), magnitudes, "the result");
            assertThat(operands.stream().map(HostArray::of))
                    .as("%s leaves its operands alone", c)
                    .isEqualTo(adapted);
            if (c.op() instanceof Op.Elementwise op) {
                checkInto(c, op, adapted, layouts, tolerance, expected, magnitudes);
            }
        }
    }

    private List<ConcreteTensor> place(List<HostArray> arrays, List<LayoutVariant> layouts) {
        var tensors = new ArrayList<ConcreteTensor>();
        for (int k = 0; k < arrays.size(); k++) {
            tensors.add(layouts.get(k).place(arrays.get(k), device()));
        }
        return tensors;
    }

    private List<HostArray> execute(Op op, List<ConcreteTensor> operands) {
        Tensor[] results = operands.isEmpty()
                ? new Tensor[] {Dispatch.source(op, device())}
                : Dispatch.bindAll(op, operands.toArray(Tensor[]::new));
        return Arrays.stream(results).map(HostArray::of).toList();
    }

    private static void require(
            OpCase c,
            List<LayoutVariant> layouts,
            Tolerance tolerance,
            List<HostArray> expected,
            List<HostArray> actual,
            List<HostArray> magnitudes,
            String what) {
        assertThat(actual).as("the number of results of %s", c).hasSameSizeAs(expected);
        for (int r = 0; r < expected.size(); r++) {
            @Nullable HostArray magnitude = magnitudes.isEmpty() ? null : magnitudes.get(r);
            @Nullable String complaint = tolerance.complaint(expected.get(r), actual.get(r), magnitude);
            if (complaint != null) {
                fail(c + " in layouts " + layouts + ": " + what + " " + r + " " + complaint);
            }
        }
    }

    // ---- results in existing memory ----

    /** Writes into memory of another layout, and into the operands' own memory. */
    private void checkInto(
            OpCase c,
            Op.Elementwise op,
            List<HostArray> arrays,
            List<LayoutVariant> layouts,
            Tolerance tolerance,
            List<HostArray> expected,
            List<HostArray> magnitudes) {
        for (LayoutVariant layout :
                List.of(LayoutVariant.CONTIGUOUS, LayoutVariant.STEPPED, LayoutVariant.TRANSPOSED)) {
            if (layout.applies(expected.get(0).shape())) {
                ConcreteTensor[] results = expected.stream()
                        .map(e -> layout.place(zeros(e.type()), device()))
                        .toArray(ConcreteTensor[]::new);
                ConcreteTensor[] operands = place(arrays, layouts).toArray(ConcreteTensor[]::new);
                Dispatch.backend(device()).executeInto(op, operands, results);
                List<HostArray> actual =
                        Arrays.stream(results).map(HostArray::of).toList();
                require(c, layouts, tolerance, expected, actual, magnitudes, "the result in place, " + layout + ",");
            }
        }
        for (int k = 0; k < arrays.size(); k++) {
            boolean sameType = expected.get(0).type().equals(arrays.get(k).type());
            if (sameType && expected.size() == 1) {
                List<ConcreteTensor> operands = place(arrays, layouts);
                ConcreteTensor target = operands.get(k);
                if (!target.layout().isOverlapping()) {
                    Dispatch.backend(device())
                            .executeInto(op, operands.toArray(ConcreteTensor[]::new), new ConcreteTensor[] {target});
                    require(
                            c,
                            layouts,
                            tolerance,
                            expected,
                            List.of(HostArray.of(target)),
                            magnitudes,
                            "operand " + k + " as the result");
                }
            }
        }
    }

    private static HostArray zeros(TensorType type) {
        return type.dtype().isFloating()
                ? HostArray.reals(type.dtype(), type.shape(), i -> 0)
                : HostArray.wholes(type.dtype(), type.shape(), i -> 0);
    }

    // ---- regions ----

    /** Random regions give the bits that their nodes give one after the other. */
    @TestFactory
    Stream<DynamicNode> regions() {
        return IntStream.range(0, PROGRAMS)
                .mapToObj(seed -> dynamicTest("random region " + seed, () -> balanced(() -> checkRegion(seed))));
    }

    private void checkRegion(int seed) {
        Expr expr = RandomPrograms.anyProgram(seed);
        LayoutVariant[] layouts = LayoutVariant.values();
        for (Shape shape : List.of(Shape.SCALAR, Shape.of(17), Shape.of(1025), Shape.of(5, 33), Shape.of(2, 0, 3))) {
            OpCase c = new OpCase(
                    new Op.Fused(expr),
                    expr.inputs().stream().map(d -> OpCase.Operand.of(d, shape)).toList());
            List<HostArray> arrays = OperandValues.fill(c, DType.F32, OperandValues.Flavour.ORDINARY, seed);
            List<LayoutVariant> chosen = layouts(c, layouts[seed % layouts.length], seed % 4);
            var adapted = new ArrayList<HostArray>();
            for (int k = 0; k < arrays.size(); k++) {
                adapted.add(chosen.get(k).adapt(arrays.get(k)));
            }
            try (MemoryScope scope = MemoryScope.open("region")) {
                List<ConcreteTensor> operands = place(adapted, chosen);
                List<HostArray> whole = execute(c.op(), operands);
                var values = new ArrayList<Tensor>(operands);
                for (Expr.Node node : expr.nodes()) {
                    values.add(one(node, values, shape));
                }
                for (int r = 0; r < whole.size(); r++) {
                    HostArray expected = HostArray.of(values.get(expr.outputs().get(r)));
                    @Nullable String complaint = Tolerance.EXACT.complaint(expected, whole.get(r), null);
                    if (complaint != null) {
                        fail(expr + " on " + shape + " in layouts " + chosen + ": result " + r + " " + complaint);
                    }
                }
            }
        }
    }

    private Tensor one(Expr.Node node, List<Tensor> values, Shape shape) {
        return switch (node) {
            case Expr.Constant c ->
                LayoutVariant.CONTIGUOUS.place(
                        c.dtype().isFloating()
                                ? HostArray.reals(c.dtype(), shape, i -> c.value())
                                : HostArray.wholes(c.dtype(), shape, i -> c.bits()),
                        device());
            case Expr.Apply a -> {
                Tensor[] operands = IntStream.of(a.a(), a.b(), a.c())
                        .filter(v -> v >= 0)
                        .mapToObj(values::get)
                        .toArray(Tensor[]::new);
                yield Dispatch.bind(a.op(), operands);
            }
        };
    }

    // ---- composites ----

    /** Every public method that makes tensors of tensors, fused kernels included, agrees with the reference. */
    @TestFactory
    Stream<DynamicNode> composites() {
        return CompositeSamples.all().stream()
                .flatMap(sample -> Stream.of(DType.F64, DType.F32)
                        .map(dtype -> dynamicTest(
                                sample + " " + dtype, () -> balanced(() -> checkComposite(sample, dtype)))));
    }

    private void checkComposite(CompositeSample sample, DType dtype) {
        for (List<LayoutVariant> layouts : sample.layouts(List.of(LayoutVariant.values()))) {
            List<HostArray> filled = sample.fill(dtype);
            var adapted = new ArrayList<HostArray>();
            for (int k = 0; k < filled.size(); k++) {
                adapted.add(layouts.get(k).adapt(filled.get(k)));
            }
            List<HostArray> expected = ReferenceTrace.evaluate(adapted, sample.body());
            try (MemoryScope scope = MemoryScope.open("composite")) {
                List<HostArray> actual = sample.body().apply(List.copyOf(place(adapted, layouts))).stream()
                        .map(HostArray::of)
                        .toList();
                assertThat(actual).as("the number of results of %s", sample).hasSameSizeAs(expected);
                for (int r = 0; r < expected.size(); r++) {
                    @Nullable
                    String complaint = Tolerance.COMPOSITE.complaint(
                            expected.get(r), actual.get(r), Tolerance.atLeastOne(expected.get(r)));
                    if (complaint != null) {
                        fail(sample + " in layouts " + layouts + ": result " + r + " " + complaint);
                    }
                }
            }
        }
    }

    /** A public method without a sample fails here: add it to the table of its family. */
    @Test
    void everyPublicMethodHasASample() {
        assertThat(CompositeSamples.all().stream().map(CompositeSample::method).collect(Collectors.toSet()))
                .containsExactlyInAnyOrderElementsOf(CompositeSamples.methods());
    }

    // ---- the cases themselves ----

    /** Each case has operands that the type rules accept, and each kind of operation in the IR has cases for all its dtypes. */
    @TestFactory
    Stream<DynamicNode> everyOperationHasCases() {
        List<Op> kinds = OpCases.kinds();
        Stream<DynamicNode> covered = operations(Op.class)
                .map(type -> dynamicTest(
                        type.getSimpleName() + " has cases",
                        () -> assertThat(kinds).anyMatch(kind -> kind.getClass() == type)));
        Stream<DynamicNode> typed = kinds.stream()
                .map(kind -> dynamicTest(OpCases.name(kind) + " is typed", () -> {
                    for (DType dtype : OpCases.dtypes(kind)) {
                        for (OpCase c : OpCases.cases(kind, dtype)) {
                            checkTypes(c, dtype);
                        }
                    }
                }));
        return Stream.concat(covered, typed);
    }

    private static void checkTypes(OpCase c, DType dtype) {
        List<HostArray> arrays = OperandValues.fill(c, dtype, OperandValues.Flavour.ORDINARY, 1);
        assertThat(ReferenceInterpreter.run(c.op(), arrays).stream().map(HostArray::type))
                .as("%s", c)
                .isEqualTo(TypeRules.infer(
                        c.op(), arrays.stream().map(HostArray::type).toList()));
    }

    private static Stream<Class<?>> operations(Class<?> type) {
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses())
                        .flatMap(ConformanceSuite::operations)
                        .distinct()
                : Stream.of(type);
    }

    /** What a device must show after each test, besides balanced memory. */
    protected void requireSound() {}

    /** Runs a test and requires that it leaves as much native memory in use as it found. */
    private void balanced(Runnable test) {
        long before = MemoryStats.of(device()).liveCount();
        test.run();
        requireSound();
        assertThat(MemoryStats.of(device()).liveCount())
                .as("storages that are live after the test")
                .isEqualTo(before);
    }
}
