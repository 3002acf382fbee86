package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.gatun.tensor.DType;
import org.gatun.tensor.Functional;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Rules that can't be transposed, as they are not linear, and rules that return what they must not. */
@ExtendWith(NativeMemoryBalance.class)
@SuppressWarnings("NullAway") // nulls are among the mistakes
class CustomRulesErrorsTest {
    private static Tensor at(double... x) {
        return Tensors.of(x);
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> inReverse(Grad.@Nullable CustomJvp rule) {
        UnaryOperator<Tensor> f = Grad.customJvp(x -> x.square(), rule);
        return assertThatThrownBy(() -> Grad.grad(x -> f.apply(x).sum()).apply(at(2, 3)));
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> inForward(Grad.@Nullable CustomVjp rule) {
        UnaryOperator<Tensor> f = Grad.customVjp(x -> x.square(), rule);
        return assertThatThrownBy(() -> Grad.jvp(f, at(2, 3), at(1, 1)));
    }

    @Test
    void rulesThatAreNotLinear() {
        Map<String, UnaryOperator<Tensor>> bent = new LinkedHashMap<>();
        bent.put("square", Tensor::square);
        bent.put("product with itself", t -> t.mul(t));
        bent.put("sin", Tensor::sin);
        bent.put("abs", Tensor::abs);
        bent.put("sign by comparison", t -> Tensors.where(t.gt(0), t, t.mul(2)));
        bent.put(
                "square in a checkpoint",
                t -> Grad.checkpoint((Tensor z) -> z.square()).apply(t));
        bent.put("norm", t -> t.div(t.norm()));
        bent.forEach((name, r) -> {
            inReverse((x, y, t) -> r.apply(t).mul(x))
                    .as(name)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("customJvp: its jvp is not linear in its tangent: it applies ")
                    .hasMessageContaining("write it linear in the tangent, or give the reverse mode a rule of its own: "
                            + "use CustomFunction.of(...).withVjp(...).withJvp(...)");
            inForward((x, y, g) -> r.apply(g).mul(x))
                    .as(name)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("customVjp: its vjp is not linear in its cotangent: it applies ")
                    .hasMessageContaining(
                            "write it linear in the cotangent, or give the forward mode a rule of its own: "
                                    + "use CustomFunction.of(...).withVjp(...).withJvp(...)");
        });
        inReverse((x, y, t) -> t.mul(x).add(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("customJvp: its jvp is not linear in its tangent: at 0 it gives other than 0");
        inForward((x, y, g) -> g.mul(x).add(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("customVjp: its vjp is not linear in its cotangent: at 0 it gives other than 0");
        CustomFunction named = CustomFunction.of("cube", 1, in -> in.get(0).pow(3))
                .withJvp((in, y, t) -> t.get(0).exp());
        assertThatThrownBy(() -> Grad.vmap(Grad.grad(named::apply)).apply(at(2, 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cube: its jvp is not linear in its tangent: it applies ");
    }

    /** By the names of functions, not by the expressions of what was fused. */
    @Test
    void whatTheyApplyIsNamed() {
        inReverse((x, y, t) -> t.sin()).hasMessageContaining("it applies SIN to it: ");
        inReverse((x, y, t) -> t.mul(t)).hasMessageContaining("it applies MUL to it: ");
        inReverse((x, y, t) -> Functional.mish(t)).hasMessageContaining("it applies an elementwise region to it: ");
    }

    /** A rule for each mode needs no transposing, and so is not looked at. */
    @Test
    void rulesForBothModesMayBeAnything() {
        CustomFunction f = CustomFunction.of("f", 1, in -> in.get(0).mul(2))
                .withVjp((in, y, g) -> List.of(g.square()))
                .withJvp((in, y, t) -> t.get(0).square());
        assertThat(Grad.grad(x -> f.apply(x).mul(3)).apply(at(1)).item()).isEqualTo(9);
        assertThat(Grad.jvp(f::apply, at(1), at(4)).tangent().item()).isEqualTo(16);
    }

    /** Factors that are infinite or NaN at the point, other transforms, and zeros are no reason to refuse. */
    @Test
    void linearRulesOfEveryKind() {
        UnaryOperator<Tensor> root = Grad.customJvp(Tensor::sqrt, (x, y, t) -> t.div(y.mul(2)));
        assertThat(Grad.grad(x -> root.apply(x).sum()).apply(at(0, 4)).toDoubleArray())
                .containsExactly(Double.POSITIVE_INFINITY, 0.25);
        UnaryOperator<Tensor> byJvp = Grad.customJvp(
                x -> x.sin(), (x, y, t) -> Grad.jvp(z -> z.sin(), x, t).tangent());
        UnaryOperator<Tensor> byVjp = Grad.customVjp(x -> x.sin(), (x, y, g) -> {
            try (var back = Grad.vjp(z -> z.sin(), x)) {
                return back.pullback(g);
            }
        });
        Tensor x = at(0.3, -1.2);
        double[] cos = {Math.cos(0.3), Math.cos(-1.2)};
        double[] minusSin = {-Math.sin(0.3), -Math.sin(-1.2)};
        for (UnaryOperator<Tensor> f : List.of(byJvp, byVjp)) {
            assertThat(Grad.grad(z -> f.apply(z).sum()).apply(x).toDoubleArray())
                    .containsExactly(cos, within(1e-14));
            assertThat(Grad.jvp(f, x, at(1, 1)).tangent().toDoubleArray()).containsExactly(cos, within(1e-14));
            assertThat(Grad.hvp(z -> f.apply(z).sum(), x, at(1, 1)).toDoubleArray())
                    .containsExactly(minusSin, within(1e-14));
            assertThat(Grad.vhp(z -> f.apply(z).sum(), x, at(1, 1)).toDoubleArray())
                    .containsExactly(minusSin, within(1e-14));
        }
        UnaryOperator<Tensor> still = Grad.customJvp(z -> z.floor(), (z, y, t) -> y.fullLike(0));
        assertThat(Grad.grad(z -> still.apply(z).sum()).apply(x).toDoubleArray())
                .containsExactly(0, 0);
        CustomFunction none = CustomFunction.of("none", 1, in -> in.get(0).floor())
                .withVjp((in, y, g) -> Arrays.asList((Tensor) null));
        assertThat(Grad.jvp(none::apply, x, x).tangent().toDoubleArray()).containsExactly(0, 0);
    }

    @Test
    void rulesThatReturnWhatTheyMustNot() {
        inReverse((x, y, t) -> null)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("customJvp: its jvp returns null: return zeros");
        inReverse((x, y, t) -> t.sum())
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("customJvp: its jvp returns F64[] as the tangent of result 0, which is F64[2]");
        inReverse((x, y, t) -> t.to(DType.F32))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("customJvp: its jvp returns F32[2] as the tangent of result 0, which is F64[2]");
        inForward((x, y, g) -> null)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("customVjp: its vjp returns null: return zeros");
        inForward((x, y, g) -> g.sum())
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining(
                        "customVjp: its vjp returns F64[] as the cotangent of operand 0, which is F64[2]");
        // In their own mode, which transposes nothing.
        UnaryOperator<Tensor> none = Grad.customVjp(x -> x.square(), (x, y, g) -> null);
        assertThatThrownBy(() -> Grad.grad(none).apply(at(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("customVjp: its vjp returns null: return zeros");
        UnaryOperator<Tensor> narrow = Grad.customVjp(x -> x.square(), (x, y, g) -> g.to(DType.F32));
        assertThatThrownBy(() -> Grad.grad(narrow).apply(at(1)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining(
                        "customVjp: its vjp returns F32[1] as the cotangent of operand 0, which is F64[1]");
        UnaryOperator<Tensor> flat = Grad.customJvp(x -> x.square(), (x, y, t) -> t.sum());
        assertThatThrownBy(() -> Grad.jvp(flat, at(1, 2), at(1, 2)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("customJvp: its jvp returns F64[] as the tangent of result 0, which is F64[2]");
        UnaryOperator<Tensor> body = Grad.customJvp(x -> null, (x, y, t) -> t);
        assertThatThrownBy(() -> body.apply(at(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("customJvp: its body returns null: return a tensor");
        assertThatThrownBy(
                        () -> Grad.grad(x -> Grad.hook(x.square(), g -> null)).apply(at(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("hook: ");
    }

    @Test
    void functionsAndRulesThatAreNull() {
        CustomFunction f = CustomFunction.of("f", 1, in -> in.get(0).mul(2));
        for (ThrowingCallable mistake : List.<ThrowingCallable>of(
                () -> CustomFunction.of("f", 1, null), () -> f.withVjp(null), () -> f.withJvp(null))) {
            assertThatThrownBy(mistake)
                    .isInstanceOf(NullPointerException.class)
                    .hasMessageContaining("f: the function is null: give ");
        }
    }

    @Test
    void aNameThatIsNull() {
        assertThatThrownBy(() -> CustomFunction.of(null, 1, in -> in.get(0)))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("CustomFunction.of: the name is null");
    }

    @Test
    void countsThatDisagree() {
        CustomFunction f = CustomFunction.of("f", 2, in -> in.get(0).mul(in.get(1)))
                .withVjp((in, y, g) -> List.of(g.mul(in.get(1))));
        for (UnaryOperator<Tensor> use : List.<UnaryOperator<Tensor>>of(
                x -> Grad.grad(z -> f.apply(z, z)).apply(x),
                x -> Grad.jvp(z -> f.apply(z, z), x, x).tangent())) {
            assertThatThrownBy(() -> use.apply(at(2)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("f: its vjp returns 1 cotangents for 2 operands: return one for each");
        }
        assertThatThrownBy(() -> f.apply(at(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("f: takes 2 arguments, not 1");
    }
}
