package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.gatun.tensor.DType;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.conformance.GradientSample;
import org.gatun.tensor.conformance.GradientSamples;
import org.gatun.tensor.conformance.OpCases;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.UnaryFn;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** What {@link GradCheck} finds: each of its comparisons fails when a rule is wrong in the way that it is there to see. */
@ExtendWith(NativeMemoryBalance.class)
class GradCheckTest {
    private static final CustomFunction CUBE =
            CustomFunction.of("cube", 1, in -> in.get(0).mul(in.get(0)).mul(in.get(0)));

    private static final CustomFunction.Vjp RIGHT_VJP =
            (in, y, g) -> List.of(in.get(0).square().mul(3).mul(g));
    private static final CustomFunction.Jvp RIGHT_JVP =
            (in, y, t) -> in.get(0).square().mul(3).mul(t.get(0));

    private static Tensor point() {
        return Tensors.of(0.7, -1.2, 0.4);
    }

    private static void check(CustomFunction f) {
        try (MemoryScope scope = MemoryScope.open("check")) {
            GradCheck.standard().check((Tensor x) -> f.apply(x), point());
        }
    }

    private static void assertFails(CustomFunction f, String comparison) {
        assertThatThrownBy(() -> check(f)).isInstanceOf(GradCheck.Failure.class).hasMessageContaining(comparison);
    }

    @Test
    void rightRulesPass() {
        assertThatCode(() -> check(CUBE)).doesNotThrowAnyException();
        assertThatCode(() -> check(CUBE.withVjp(RIGHT_VJP))).doesNotThrowAnyException();
        assertThatCode(() -> check(CUBE.withJvp(RIGHT_JVP))).doesNotThrowAnyException();
        assertThatCode(() -> check(CUBE.withVjp(RIGHT_VJP).withJvp(RIGHT_JVP))).doesNotThrowAnyException();
    }

    @Test
    void aWrongForwardRule() {
        assertFails(
                CUBE.withJvp((in, y, t) -> in.get(0).square().mul(2).mul(t.get(0))),
                "order 1, forward mode, JVP against the central difference");
    }

    /** The forward mode is right, so the two modes disagree. */
    @Test
    void aWrongReverseRule() {
        assertFails(
                CUBE.withJvp(RIGHT_JVP)
                        .withVjp((in, y, g) -> List.of(in.get(0).square().mul(2).mul(g))),
                "order 1, duality");
    }

    /** A cotangent that is wrong at right angles to the tangent, so that duality does not see it. */
    @Test
    void aWrongReverseRuleThatDualityMisses() {
        // The check's directions are fixed by its seed: take the error orthogonal to the tangent that it will use.
        double[] v = firstDirection();
        Tensor orthogonal = Tensors.of(v[1], -v[0], 0);
        // With a rule for each mode, so that this one is not transposed, and refused for what it adds.
        assertFails(
                CUBE.withJvp(RIGHT_JVP)
                        .withVjp((in, y, g) ->
                                List.of(in.get(0).square().mul(3).mul(g).add(orthogonal))),
                "order 1, reverse mode, VJP against the central difference");
    }

    /** The tangent that the check uses first, seen by a rule. */
    private static double[] firstDirection() {
        var seen = new ArrayList<double[]>();
        check(CUBE.withJvp((in, y, t) -> {
            if (seen.isEmpty()) {
                seen.add(t.get(0).detach().toDoubleArray());
            }
            return RIGHT_JVP.apply(in, y, t);
        }));
        return seen.get(0);
    }

    /** Both modes agree with each other and are wrong. */
    @Test
    void wrongRulesThatAreTransposesOfEachOther() {
        assertFails(
                CUBE.withVjp((in, y, g) -> List.of(in.get(0).square().mul(2).mul(g)))
                        .withJvp((in, y, t) -> in.get(0).square().mul(2).mul(t.get(0))),
                "order 1, forward mode, JVP against the central difference");
    }

    /** The pullback of a linear map applies the map itself instead of its transpose. */
    @Test
    void aMapInPlaceOfItsTranspose() {
        Tensor a = Tensors.of(new double[][] {{1, 2, 3}, {4, 5, 6}, {7, 8, 10}});
        assertFails(
                CustomFunction.of("map", 1, in -> a.matmul(in.get(0)))
                        .withJvp((in, y, t) -> a.matmul(t.get(0)))
                        .withVjp((in, y, g) -> List.of(a.matmul(g))),
                "order 1, duality");
    }

    /** The first derivative is right, but its own derivative is lost. */
    @Test
    void aReverseRuleThatCannotBeDifferentiated() {
        assertFails(
                CUBE.withJvp(RIGHT_JVP)
                        .withVjp((in, y, g) ->
                                List.of(in.get(0).detach().square().mul(3).mul(g))),
                "order 2, over reverse mode");
    }

    @Test
    void aForwardRuleThatCannotBeDifferentiated() {
        assertFails(
                CUBE.withJvp((in, y, t) -> in.get(0).detach().square().mul(3).mul(t.get(0))),
                "order 2, over forward mode");
    }

    /** The cotangent of the cube is itself a function of x, because a square follows; the rule loses that dependence. */
    @Test
    void aReverseRuleThatCannotBeDifferentiatedByItsCotangent() {
        CustomFunction wrong = CUBE.withJvp(RIGHT_JVP)
                .withVjp((in, y, g) -> List.of(in.get(0).square().mul(3).mul(g.detach())));
        try (MemoryScope scope = MemoryScope.open("check")) {
            assertThatThrownBy(() -> GradCheck.standard()
                            .check((Tensor x) -> wrong.apply(x).square(), point()))
                    .isInstanceOf(GradCheck.Failure.class)
                    .hasMessageContaining("order 2, over reverse mode");
        }
    }

    /** The tangent of the cube is itself a function of x, because a square goes before; the rule loses that dependence. */
    @Test
    void aForwardRuleThatCannotBeDifferentiatedByItsTangent() {
        CustomFunction wrong = CUBE.withVjp(RIGHT_VJP)
                .withJvp((in, y, t) -> in.get(0).square().mul(3).mul(t.get(0).detach()));
        try (MemoryScope scope = MemoryScope.open("check")) {
            assertThatThrownBy(() -> GradCheck.standard().check((Tensor x) -> wrong.apply(x.square()), point()))
                    .isInstanceOf(GradCheck.Failure.class)
                    .hasMessageContaining("order 2, over forward mode");
        }
    }

    @Test
    void aRuleThatIsWrongForOneOperand() {
        CustomFunction product = CustomFunction.of("product", 2, in -> in.get(0).mul(in.get(1)))
                .withJvp((in, y, t) -> t.get(0).mul(in.get(1)).add(in.get(0).mul(t.get(1))))
                .withVjp((in, y, g) -> List.of(g.mul(in.get(1)), g.mul(in.get(1))));
        try (MemoryScope scope = MemoryScope.open("check")) {
            assertThatThrownBy(() -> GradCheck.standard()
                            .check(in -> product.apply(in.get(0), in.get(1)), List.of(point(), point().add(1))))
                    .isInstanceOf(GradCheck.Failure.class)
                    .hasMessageContaining("order 1, duality");
        }
    }

    @Test
    void operandsThatAreTooCoarse() {
        assertThatThrownBy(() -> GradCheck.standard().check((Tensor x) -> x.exp(), Tensors.of(1f)))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("use F64");
        assertThatThrownBy(() -> GradCheck.standard().check((Tensor x) -> x.gt(0), Tensors.of(1.0)))
                .isInstanceOf(DTypeException.class);
    }

    // ---- the samples of the coverage test would show a wrong rule ----

    /**
     * For every differentiable operation and layout: the sample fails with a pullback that is 1 % off, and with a push-forward
     * that is 1 % off. Where the right derivative is 0 (a rectifier of negative numbers, say) there is nothing to scale.
     */
    @TestFactory
    Stream<DynamicNode> samplesFailWithWrongRules() {
        return kindsWithSlopes()
                .flatMap(kind -> sloping(kind).stream()
                        .map(sample -> dynamicTest(
                                OpCases.name(kind) + ": " + sample.name(), () -> assertMutantsFail(sample))));
    }

    @Test
    void everyOperationHasSamplesThatShowWrongRules() {
        assertThat(kindsWithSlopes())
                .allSatisfy(kind -> assertThat(sloping(kind))
                        .as("samples of %s whose derivative is not 0", OpCases.name(kind))
                        .isNotEmpty());
    }

    private static Stream<Op> kindsWithSlopes() {
        return OpCases.kinds().stream().filter(kind -> !GradientSamples.of(kind).isEmpty() && !isConstant(kind));
    }

    private static List<GradientSample> sloping(Op kind) {
        return GradientSamples.of(kind).stream()
                .filter(GradCheckTest::isOfMiddleSize)
                .filter(GradCheckTest::hasSlope)
                .toList();
    }

    private static boolean hasSlope(GradientSample sample) {
        try (MemoryScope scope = MemoryScope.open("slope")) {
            Function<List<Tensor>, Tensor> sum = p -> sample.apply(p).sum();
            for (Tensor gradient : Grad.grad(sum).apply(sample.place(Device.CPU))) {
                if (gradient.dtype().isFloating() && gradient.ne(0).any().item() != 0) {
                    return true;
                }
            }
            return false;
        }
    }

    private static boolean isConstant(Op kind) {
        return switch (kind) {
            case Op.Unary op -> isConstant(op.fn());
            case Op.Binary op -> op.fn() == BinaryFn.FLOOR_DIVIDE || op.fn() == BinaryFn.TRUNC_DIVIDE;
            case Op.Diagonal other -> false;
            case Op.Multilinear other -> false;
            case Op.Irregular other -> false;
            case Op.LinearAlgebra other -> false;
            case Op.NonDifferentiable other -> true;
            case Op.Call other -> false;
        };
    }

    private static boolean isConstant(UnaryFn fn) {
        return fn == UnaryFn.SIGN
                || fn == UnaryFn.FLOOR
                || fn == UnaryFn.CEIL
                || fn == UnaryFn.ROUND
                || fn == UnaryFn.TRUNC;
    }

    /** Large enough to lie in every layout, and small enough that each element is checked. */
    private static boolean isOfMiddleSize(GradientSample sample) {
        long elements =
                sample.shapes().stream().mapToLong(s -> s.elements()).min().orElse(0);
        return elements >= 4 && elements <= 24;
    }

    private static void assertMutantsFail(GradientSample sample) {
        try (MemoryScope scope = MemoryScope.open("mutants")) {
            List<Tensor> operands = sample.place(Device.CPU);
            CustomFunction right = CustomFunction.of("right", operands.size(), sample::apply);
            GradCheck check = GradCheck.standard().order(1).step(sample.step());
            assertThatCode(() -> check.check(in -> right.apply(in.toArray(Tensor[]::new)), operands))
                    .doesNotThrowAnyException();
            CustomFunction wrong = right.withVjp((in, y, g) -> pullback(sample, in, g));
            assertThatThrownBy(() -> check.check(in -> wrong.apply(in.toArray(Tensor[]::new)), operands))
                    .isInstanceOf(GradCheck.Failure.class);
            CustomFunction wrongForward = right.withJvp((in, y, t) -> pushforward(sample, in, t));
            assertThatThrownBy(() -> check.check(in -> wrongForward.apply(in.toArray(Tensor[]::new)), operands))
                    .isInstanceOf(GradCheck.Failure.class);
        }
    }

    /** The cotangents of the floating operands, 1 % too large: the gradient of {@code <g, f>}. */
    private static List<Tensor> pullback(GradientSample sample, List<Tensor> in, Tensor g) {
        List<Tensor> floating = in.stream().filter(t -> t.dtype().isFloating()).toList();
        Function<List<Tensor>, Tensor> product =
                p -> sample.apply(merge(in, p)).mul(g).sum();
        List<Tensor> gradients = Grad.grad(product).apply(floating);
        var out = new ArrayList<Tensor>();
        int next = 0;
        for (Tensor t : in) {
            out.add(t.dtype().isFloating() ? gradients.get(next++).mul(1.01) : null);
        }
        return out;
    }

    /** The tangent, 1 % too large: along the line through the operands. */
    private static Tensor pushforward(GradientSample sample, List<Tensor> in, List<Tensor> tangents) {
        List<Tensor> floating = in.stream().filter(t -> t.dtype().isFloating()).toList();
        Tensor zero = Tensors.scalar(DType.F64, 0);
        Tensor one = Tensors.scalar(DType.F64, 1);
        List<Tensor> directions = new ArrayList<>();
        for (int k = 0; k < in.size(); k++) {
            if (in.get(k).dtype().isFloating()) {
                directions.add(Objects.requireNonNull(tangents.get(k)));
            }
        }
        return Grad.jvp(
                        s -> {
                            var moved = new ArrayList<Tensor>();
                            for (int k = 0; k < floating.size(); k++) {
                                moved.add(floating.get(k).add(directions.get(k).mul(s)));
                            }
                            return sample.apply(merge(in, moved));
                        },
                        zero,
                        one)
                .tangent()
                .mul(1.01);
    }

    private static List<Tensor> merge(List<Tensor> in, List<Tensor> floating) {
        var out = new ArrayList<Tensor>();
        int next = 0;
        for (Tensor t : in) {
            out.add(t.dtype().isFloating() ? floating.get(next++) : t);
        }
        return out;
    }

    /** The samples that the test above leaves out have derivatives that are 0. */
    @Test
    void constantFunctionsHaveZeroDerivatives() {
        for (Op kind : OpCases.kinds()) {
            if (!(kind instanceof Op.NonDifferentiable) && isConstant(kind)) {
                for (GradientSample sample : GradientSamples.of(kind)) {
                    try (MemoryScope scope = MemoryScope.open("constant")) {
                        List<Tensor> gradients = Grad.grad((Function<List<Tensor>, Tensor>)
                                        p -> sample.apply(p).sum())
                                .apply(sample.place(Device.CPU));
                        for (Tensor gradient : gradients) {
                            assertThat(gradient.ne(0).any().item())
                                    .as("%s", sample)
                                    .isZero();
                        }
                    }
                }
            }
        }
    }
}
