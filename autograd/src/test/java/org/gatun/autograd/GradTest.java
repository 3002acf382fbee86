package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.gatun.autograd.DeviceUnderTest.device;
import static org.gatun.autograd.DeviceUnderTest.on;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.gatun.tensor.DType;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.MemoryStats;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The functional transforms against closed forms, nested in every order. */
@ExtendWith(NativeMemoryBalance.class)
class GradTest {
    record Params(Tensor w, Tensor b) {}

    record Nested(List<Tensor> layers, Map<String, Tensor> named, String label) {}

    private static Tensor at(double... x) {
        return on(Tensors.of(x));
    }

    private static void close(Tensor actual, double... expected) {
        assertThat(actual.toDoubleArray()).containsExactly(expected, within(1e-12));
    }

    @Test
    void derivativesOfEveryOrder() {
        // sin, cos, -sin, -cos, sin
        UnaryOperator<Tensor> f = Tensor::sin;
        double x = 0.7;
        double[] expected = {Math.cos(x), -Math.sin(x), -Math.cos(x), Math.sin(x), Math.cos(x)};
        for (double value : expected) {
            f = Grad.grad(f);
            assertThat(f.apply(on(Tensors.scalar(x))).item()).isCloseTo(value, within(1e-12));
        }
    }

    @Test
    void theModesNestInEveryOrder() {
        Tensor x = at(0.3, -1.2);
        Tensor v = at(1.0, 2.0);
        // f = sum x^3: gradient 3 x^2, Hessian diag(6 x)
        UnaryOperator<Tensor> f = z -> z.pow(3).sum();
        double[] hv = {6 * 0.3, -6 * 1.2 * 2};
        close(Grad.hvp(f, x, v), hv);
        close(Grad.grad(z -> Grad.jvp(f, z, v).tangent()).apply(x), hv);
        close(Grad.grad(z -> Grad.grad(f).apply(z).mul(v).sum()).apply(x), hv);
        close(Grad.jvp(z -> Grad.jvp(f, z, v).tangent(), x, at(1, 0)).tangent(), 6 * 0.3);
        close(Grad.hessian(f).apply(x), 6 * 0.3, 0, 0, -6 * 1.2);
        close(Grad.jacobianReverse(Grad.grad(f)).apply(x), 6 * 0.3, 0, 0, -6 * 1.2);
    }

    @Test
    void forwardModeOverReverseOverReverse() {
        // f' f'' of f = sin at 0.7, once more: -cos(0.7)
        Tensor x = at(0.7);
        UnaryOperator<Tensor> slope =
                z -> Grad.grad(y -> y.sin().sum()).apply(z).sum();
        close(Grad.jvp(Grad.grad(slope), x, at(1)).tangent(), -Math.cos(0.7));
    }

    @Test
    void aDirectionBelongsToItsCaller() {
        Tensor v = at(1.0);
        close(Grad.hvp(y -> y.add(y).add(y.square()).sum(), at(2.0), v), 2);
        close(v, 1);
    }

    @Test
    void levelsDoNotMix() {
        // d/dx [x * d/dy (x + y)] = d/dx [x * 1] = 1: a tangent of one level must not leak into the other.
        Tensor inner = Grad.jvp(
                        x -> x.mul(Grad.jvp(y -> x.add(y), on(Tensors.scalar(1.0)), on(Tensors.scalar(1.0)))
                                .tangent()),
                        on(Tensors.scalar(2.0)),
                        on(Tensors.scalar(1.0)))
                .tangent();
        close(inner, 1);
        close(
                Grad.grad(x -> x.mul(Grad.grad(y -> x.mul(y)).apply(on(Tensors.scalar(3.0)))))
                        .apply(on(Tensors.scalar(2.0))),
                4);
    }

    @Test
    void recordsListsMapsAndArraysAreStructures() {
        Tensor x = at(1, -1, 2);
        Params g = Grad.grad((Params p) -> p.w().mul(x).sum().add(p.b().square()))
                .apply(new Params(at(1, 2, 3), on(Tensors.scalar(0.5))));
        close(g.w(), 1, -1, 2);
        close(g.b(), 1);

        Nested n = new Nested(List.of(at(1, 2), at(3)), Map.of("a", at(4)), "kept");
        Nested d = Grad.grad((Nested p) -> p.layers()
                        .get(0)
                        .square()
                        .sum()
                        .add(p.named().get("a").mul(3).sum()))
                .apply(n);
        close(d.layers().get(0), 2, 4);
        close(d.layers().get(1), 0);
        close(d.named().get("a"), 3);
        assertThat(d.label()).isEqualTo("kept");

        Tensor[] array = Grad.grad((Tensor[] p) -> p[0].mul(p[1]).sum()).apply(new Tensor[] {at(2), at(5)});
        close(array[0], 5);
        close(array[1], 2);
    }

    @Test
    void valueAndGradGivesBoth() {
        ValueAndGrad<Tensor> r = Grad.valueAndGrad(x -> x.square().sum()).apply(at(1, 2));
        close(r.value(), 5);
        close(r.grad(), 2, 4);
    }

    @Test
    void whatDoesNotDependOnTheArgumentHasGradientZero() {
        close(Grad.grad(x -> on(Tensors.scalar(3.0))).apply(at(1, 2)), 0, 0);
        close(Grad.grad(x -> x.floor().sum()).apply(at(1.5, 2.5)), 0, 0);
        close(Grad.grad(x -> Grad.stopGradient(x).mul(x).sum()).apply(at(3, 4)), 3, 4);
        close(Grad.jvp(x -> on(Tensors.scalar(3.0)), at(1.0), at(1.0)).tangent(), 0);
        assertThat(Grad.grad(x -> x.sum()).apply(at(1, 2)).dtype()).isEqualTo(DType.F64);
    }

    @Test
    void theIdentityHasGradientOne() {
        close(Grad.grad(x -> x).apply(on(Tensors.scalar(2.0))), 1);
        close(Grad.jacobian(x -> x).apply(at(1, 2)), 1, 0, 0, 1);
    }

    @Test
    void jacobiansHaveTheShapeOfOutputThenInput() {
        Tensor x = on(Tensors.of(new double[][] {{1, 2}, {3, 4}}));
        UnaryOperator<Tensor> f = z -> z.sum(1).square();
        for (UnaryOperator<Tensor> jacobian :
                List.of(Grad.jacobianForward(f), Grad.jacobianReverse(f), Grad.jacobian(f))) {
            Tensor j = jacobian.apply(x);
            assertThat(j.shape().toArray()).containsExactly(2, 2, 2);
            close(j, 6, 6, 0, 0, 0, 0, 14, 14);
        }
    }

    @Test
    void vjpMayBeCalledAgainAndAgain() {
        try (VjpResult<Tensor, Tensor> r = Grad.vjp(x -> x.mul(x), at(2, 3))) {
            close(r.value(), 4, 9);
            close(r.pullback(at(1, 0)), 4, 0);
            close(r.pullback(at(0, 1)), 0, 6);
        }
    }

    @Test
    void customDerivativesReplaceTheFormula() {
        // A straight-through estimator: round forward, the identity backward.
        CustomFunction round = CustomFunction.of(
                        "straight-through", 1, in -> in.get(0).round())
                .withVjp((in, y, g) -> List.of(g))
                .withJvp((in, y, t) -> t.get(0));
        close(Grad.grad(x -> round.apply(x).mul(x).sum()).apply(at(1.6)), 2 + 1.6);
        close(Grad.jvp(x -> round.apply(x).mul(x), at(1.6), at(1)).tangent(), 2 + 1.6);
        // With one rule only, the other mode transposes it.
        CustomFunction tripled =
                CustomFunction.of("tripled", 1, in -> in.get(0).mul(2)).withVjp((in, y, g) -> List.of(g.mul(3)));
        close(Grad.grad(x -> tripled.apply(x).sum()).apply(at(1)), 3);
        close(Grad.jvp(tripled::apply, at(1), at(1)).tangent(), 3);
    }

    @Test
    void aWrongShapeFromACustomRuleIsNamed() {
        CustomFunction bad =
                CustomFunction.of("bad", 1, in -> in.get(0).mul(2)).withVjp((in, y, g) -> List.of(g.sum()));
        assertThatThrownBy(() -> Grad.grad(x -> bad.apply(x).sum()).apply(at(1, 2)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("bad")
                .hasMessageContaining("F64[2]");
    }

    @Test
    void errorsNameTheRemedy() {
        assertThatThrownBy(() -> Grad.grad(x -> x.mul(2)).apply(at(1, 2)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[2]")
                .hasMessageContaining("jacobian");
        assertThatThrownBy(() -> Grad.grad(x -> x.sum()).apply(on(Tensors.of(1L, 2L))))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("to(DType.F32)");
        assertThatThrownBy(() -> Grad.jvp(x -> x, at(1, 2), at(1)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("F64[1]")
                .hasMessageContaining("F64[2]");
        Tensor[] escaped = new Tensor[1];
        var _ = Grad.grad(x -> {
                    escaped[0] = x;
                    return x.sum();
                })
                .apply(at(1));
        assertThatThrownBy(() -> escaped[0].add(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void productsWithZerosAreExactToSecondOrder() {
        // f = abc at (0, 0, 3): gradient (bc, ac, ab) = 0, Hessian off-diagonals c, b, a.
        close(Grad.grad(x -> x.prod()).apply(at(0, 0, 3)), 0, 0, 0);
        close(Grad.hessian(x -> x.prod()).apply(at(0, 0, 3)), 0, 3, 0, 3, 0, 0, 0, 0, 0);
        close(Grad.grad(x -> x.prod()).apply(at(0, 2, 3)), 6, 0, 0);
    }

    @Test
    void aResultWithoutDerivativesIsRefused() {
        Tensor x = at(1, 2);
        UnaryOperator<Tensor> count = z -> z.gt(0).to(DType.I64).sum();
        for (UnaryOperator<Tensor> transform : List.of(
                Grad.grad(count), Grad.jacobian(count), Grad.jacobianForward(count), Grad.jacobianReverse(count))) {
            assertThatThrownBy(() -> transform.apply(x))
                    .isInstanceOf(DTypeException.class)
                    .hasMessageContaining("I64")
                    .hasMessageContaining("to(DType.F32)");
        }
        assertThatThrownBy(() -> Grad.vjp(count, x)).isInstanceOf(DTypeException.class);
        assertThatThrownBy(() -> Grad.jacobianForward(z -> z.gt(0)).apply(at()))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("BOOL");
    }

    @Test
    void aJacobianEvaluatesTheFunctionNoMoreThanItMust() {
        var runs = new AtomicInteger();
        UnaryOperator<Tensor> wide = z -> {
            runs.incrementAndGet();
            return z.square().sum(true);
        };
        close(Grad.jacobian(wide).apply(at(1, 2, 3)), 2, 4, 6);
        assertThat(runs).as("one pass, and one back").hasValue(1);
        runs.set(0);
        UnaryOperator<Tensor> curve = z -> {
            runs.incrementAndGet();
            return z.mul(at(1, 2, 3));
        };
        close(Grad.jacobian(curve).apply(at(5)), 1, 2, 3);
        assertThat(runs).as("one pass for one element of x").hasValue(1);
    }

    @Test
    void aClosedPullbackSaysSo() {
        VjpResult<Tensor, Tensor> r = Grad.vjp(Tensor::square, at(2, 3));
        r.close();
        r.close();
        close(r.value(), 4, 9);
        assertThatThrownBy(() -> r.pullback(at(1, 0)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("pullback: closed")
                .hasMessageNotContaining("retain");
    }

    @Test
    void runningProductsWithAndWithoutZeros() {
        // y = (a, ab, abc): the tangents (da, a db + b da, ...) and the cotangents by hand.
        for (double[] x : new double[][] {{2, 3, 5}, {0, 3, 5}, {2, 0, 5}, {0, 0, 5}, {0, 3, 0}, {0, 0, 0}}) {
            double a = x[0];
            double b = x[1];
            double c = x[2];
            Tensor t = Grad.jvp(z -> z.cumprod(0), at(x), at(1, 10, 100)).tangent();
            close(t, 1, b + 10 * a, b * c + 10 * a * c + 100 * a * b);
            Tensor g = Grad.grad(z -> z.cumprod(0).mul(at(1, 10, 100)).sum()).apply(at(x));
            close(g, 1 + 10 * b + 100 * b * c, 10 * a + 100 * a * c, 100 * a * b);
            // Second order, by the last product alone: the Hessian of abc.
            close(Grad.hessian(z -> z.cumprod(0).select(0, 2)).apply(at(x)), 0, c, b, c, 0, a, b, a, 0);
            close(Grad.hessian(z -> z.prod()).apply(at(x)), 0, c, b, c, 0, a, b, a, 0);
            close(Grad.jacobianReverse(Grad.grad(z -> z.prod())).apply(at(x)), 0, c, b, c, 0, a, b, a, 0);
            close(Grad.jvp(z -> z.prod(), at(x), at(1, 10, 100)).tangent(), b * c + 10 * a * c + 100 * a * b);
        }
    }

    @Test
    void productsOverSeveralAxesWithZeros() {
        // Over axes 0 and 2 of (2, 1, 2): the product of all four, of which one is 0.
        Tensor x = at(2, 0, 3, 5).reshape(2, 1, 2);
        close(Grad.grad(z -> z.prod(0, 2).sum()).apply(x), 0, 30, 0, 0);
        Tensor rows = at(2, 0, 3, 5, 7, 0).reshape(2, 3);
        close(Grad.grad(z -> z.prod(1).sum()).apply(rows), 0, 6, 0, 0, 0, 35);
    }

    @Test
    void productsTakeMemoryInProportionToTheirLength() {
        int n = 4000;
        double[] x = new double[n];
        double[] withZeros = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = 1 + 0.5 / (i + 1);
            withZeros[i] = i == 7 ? 0 : x[i];
        }
        long most = 64L * n * Double.BYTES;
        Tensor v = on(Tensors.ones(DType.F64, n));
        try (MemoryScope scope = MemoryScope.open()) {
            assertThat(peak(() -> Grad.jvp(z -> z.cumprod(0), at(x), v))).isLessThan(most);
            assertThat(peak(() -> Grad.grad(z -> z.cumprod(0).sum()).apply(at(x))))
                    .isLessThan(most);
            assertThat(peak(() -> Grad.grad(z -> z.prod()).apply(at(withZeros))))
                    .isLessThan(most);
            assertThat(peak(() -> Grad.jvp(z -> z.prod(), at(withZeros), v))).isLessThan(most);
        }
    }

    private static long peak(Supplier<Object> body) {
        MemoryStats.resetPeak(device());
        long before = MemoryStats.of(device()).liveBytes();
        assertThat(MemoryScope.tidy(body)).isNotNull();
        return MemoryStats.of(device()).peakBytes() - before;
    }
}
