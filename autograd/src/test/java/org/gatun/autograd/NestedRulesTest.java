package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.gatun.autograd.DeviceUnderTest.on;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.gatun.tensor.DType;
import org.gatun.tensor.Special;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.linalg.Linalg;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Rules of one's own, checkpoints, batches and structures inside one another, against closed forms. */
@ExtendWith(NativeMemoryBalance.class)
class NestedRulesTest {
    private static Tensor ramp(long... shape) {
        long n = 1;
        for (long s : shape) {
            n *= s;
        }
        return on(Tensors.arange(DType.F64, 0, n, 1)).mul(0.37).add(0.2).reshape(shape);
    }

    private static void same(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.toDoubleArray()).containsExactly(expected.toDoubleArray(), within(1e-11));
    }

    /** sin, whose rule for tangents is only that of the first order: t cos x. */
    private static final UnaryOperator<Tensor> SIN = Grad.customJvp(x -> x.sin(), (x, y, t) -> t.mul(x.cos()));

    private static final UnaryOperator<Tensor> SIN_BACK = Grad.customVjp(x -> x.sin(), (x, y, g) -> g.mul(x.cos()));

    @Test
    void rulesUnderBatchesOfBatches() {
        Tensor x = ramp(2, 3, 4);
        for (UnaryOperator<Tensor> f : List.of(SIN, SIN_BACK)) {
            same(Grad.vmap(Grad.vmap(f)).apply(x), x.sin());
            same(Grad.vmap(f, 1, 2).apply(x), x.sin().moveAxis(1, 2));
            same(Grad.vmap(Grad.vmap(Grad.grad(z -> f.apply(z).sum()))).apply(x), x.cos());
            same(
                    Grad.vmap(Grad.vmap(z -> Grad.jvp(f, z, z).tangent())).apply(x),
                    x.cos().mul(x));
            same(Grad.jvp(Grad.vmap(Grad.vmap(f)), x, x).tangent(), x.cos().mul(x));
            same(Grad.grad(z -> Grad.vmap(Grad.vmap(f)).apply(z).sum()).apply(x), x.cos());
            same(Grad.hvp(z -> Grad.vmap(f).apply(z).sum(), x, x), x.sin().neg().mul(x));
            same(Grad.vhp(z -> Grad.vmap(f).apply(z).sum(), x, x), x.sin().neg().mul(x));
            // third order: -cos
            same(
                    Grad.grad(z -> Grad.hvp(v -> f.apply(v).sum(), z, z.detach().fullLike(1))
                                    .sum())
                            .apply(ramp(3)),
                    ramp(3).cos().neg());
        }
    }

    @Test
    void rulesInLinearizationsTransposesAndCheckpoints() {
        Tensor x = ramp(2, 3);
        for (UnaryOperator<Tensor> f : List.of(SIN, SIN_BACK)) {
            try (var linear = Grad.linearize(Grad.vmap(f), x)) {
                same(linear.value(), x.sin());
                same(linear.pushforward(x), x.cos().mul(x));
                same(
                        Grad.transpose((Tensor t) -> linear.pushforward(t), x).apply(x.square()),
                        x.cos().mul(x.square()));
            }
            UnaryOperator<Tensor> saved = Grad.checkpoint(Grad.vmap(f));
            same(Grad.jvp(saved, x, x).tangent(), x.cos().mul(x));
            same(Grad.grad(z -> saved.apply(z).sum()).apply(x), x.cos());
            same(Grad.hvp(z -> saved.apply(z).sum(), x, x), x.sin().neg().mul(x));
            same(Grad.vmap(Grad.checkpoint(f)).apply(x), x.sin());
            same(Grad.vmap(Grad.grad(z -> Grad.checkpoint(f).apply(z).sum())).apply(x), x.cos());
        }
        // A rule that is a transform of its own, with a checkpoint inside.
        UnaryOperator<Tensor> within = Grad.customJvp(
                z -> z.sin(),
                (z, y, t) -> Grad.jvp(Grad.checkpoint(v -> v.sin()), z, t).tangent());
        same(Grad.vmap(Grad.grad(z -> within.apply(z).sum())).apply(x), x.cos());
        same(
                Grad.hvp(z -> Grad.checkpoint(within).apply(z).sum(), x, x),
                x.sin().neg().mul(x));
    }

    @Test
    void checkpointsOfBatchesInTheForwardMode() {
        Tensor a = on(Tensors.eye(DType.F64, 3, 3)).mul(2).add(0.1);
        UnaryOperator<Tensor> solve = row -> Linalg.solve(a, row.square());
        Tensor x = ramp(2, 3);
        UnaryOperator<Tensor> saved = Grad.checkpoint(Grad.vmap(solve));
        Tensor expected = Linalg.solve(a, x.square().t()).t();
        same(saved.apply(x), expected);
        Tensor tangent = Linalg.solve(a, x.mul(x).mul(2).t()).t();
        same(Grad.jvp(saved, x, x).tangent(), tangent);
        same(Grad.jvp(z -> Grad.jvp(saved, z, x).tangent(), x, x).tangent(), tangent);
        same(Grad.jacobianForward(saved).apply(x), Grad.jacobianReverse(saved).apply(x));
        try (var linear = Grad.linearize(saved, x)) {
            same(linear.pushforward(x), tangent);
        }
        try (Parameter w = Parameter.of(ramp(3));
                Tape tape = Tape.open()) {
            Tensor y = Grad.checkpoint(Grad.vmap(row -> row.mul(w))).apply(x);
            tape.backward(y.sum());
            same(Objects.requireNonNull(w.grad()), x.sum(0));
        }
    }

    record Weights(
            Tensor w,
            Tensor empty,
            Optional<Tensor> bias,
            int count,
            @Nullable Tensor none) {}

    @Test
    void hessiansOverRecordsWithEmptyTensors() {
        Weights p =
                new Weights(ramp(2), on(Tensors.zeros(DType.F64, 0, 3)), Optional.of(on(Tensors.scalar(0.7))), 5, null);
        // sum(w^3) b + sum(empty^2): d2w = 6 w b, dw db = 3 w^2
        Function<Weights, Tensor> f = q -> q.w().pow(3)
                .sum()
                .mul(q.bias().orElseThrow())
                .add(q.empty().square().sum());
        List<Weights> h = Grad.hessian(f).apply(p);
        assertThat(h).hasSize(3);
        same(h.get(0).w(), p.w().mul(6 * 0.7).diagEmbed());
        assertThat(h.get(0).empty().shape()).hasToString("[2, 0, 3]");
        same(h.get(0).bias().orElseThrow(), p.w().square().mul(3));
        assertThat(h.get(1).w().shape()).hasToString("[0, 3, 2]");
        assertThat(h.get(1).empty().shape()).hasToString("[0, 3, 0, 3]");
        assertThat(h.get(1).bias().orElseThrow().shape()).hasToString("[0, 3]");
        same(h.get(2).w(), p.w().square().mul(3));
        assertThat(h.get(2).bias().orElseThrow().item()).isZero();
        assertThat(h.get(2).count()).isEqualTo(5);
        assertThat(h.get(2).none()).isNull();
        Weights only = new Weights(
                on(Tensors.zeros(DType.F64, 0)), on(Tensors.zeros(DType.F64, 0)), Optional.empty(), 0, null);
        List<Weights> nothing = Grad.hessian((Weights q) -> q.w().sum()).apply(only);
        assertThat(nothing.get(0).w().shape()).hasToString("[0, 0]");
        Weights hv = Grad.hvp(f, p, p);
        same(hv.w(), p.w().mul(6 * 0.7).mul(p.w()).add(p.w().square().mul(3 * 0.7)));
        assertThat(hv.empty().shape()).hasToString("[0, 3]");
        same(Grad.vhp(f, p, p).w(), hv.w());
        assertThat(Grad.hessian(x -> x.square().sum())
                        .apply(on(Tensors.zeros(DType.F64, 0, 2)))
                        .shape())
                .hasToString("[0, 2, 0, 2]");
    }

    record Outcome(Tensor loss, Tensor best, Tensor hits, String label) {}

    @Test
    void integersBesideTheResultsOfEveryTransform() {
        Function<Tensor, Outcome> f = x -> new Outcome(x.square().sum(), x.argmax(), x.gt(0.5), "loss");
        Tensor x = ramp(3);
        Tensor v = ramp(3).cos();
        Tensor slope = x.mul(v).sum().mul(2);
        try (var linear = Grad.linearize(f, x)) {
            assertThat(linear.value().best().item()).isEqualTo(2);
            Outcome t = linear.pushforward(v);
            same(t.loss(), slope);
            assertThat(t.best().dtype()).isEqualTo(DType.I64);
            assertThat(t.best().item()).isZero();
            assertThat(t.hits().dtype()).isEqualTo(DType.BOOL);
            assertThat(t.hits().toDoubleArray()).containsExactly(0, 0, 0);
            assertThat(t.label()).isEqualTo("loss");
            Outcome rows = Grad.vmap((Tensor u) -> linear.pushforward(u)).apply(Tensors.stack(0, v, v));
            same(rows.loss(), Tensors.stack(0, slope, slope));
            assertThat(rows.hits().shape()).hasToString("[2, 3]");
        }
        JvpResult<Outcome> forward = Grad.jvp(f, x, v);
        same(forward.tangent().loss(), slope);
        assertThat(forward.value().hits().toDoubleArray()).containsExactly(0, 1, 1);
        try (var back = Grad.vjp(f, x)) {
            Outcome seed = new Outcome(on(Tensors.scalar(3.0)), on(Tensors.scalar(1L)), on(Tensors.scalar(1L)), "");
            same(back.pullback(seed), x.mul(6));
        }
        Outcome each = Grad.vmap(f).apply(ramp(2, 3));
        assertThat(each.best().toDoubleArray()).containsExactly(2, 2);
        Outcome saved = Grad.checkpoint(f).apply(x);
        assertThat(saved.best().item()).isEqualTo(2);
        same(Grad.grad((Tensor z) -> Grad.checkpoint(f).apply(z).loss()).apply(x), x.mul(2));
        try (var linear = Grad.linearize((Tensor z) -> Grad.checkpoint(f).apply(z), x)) {
            same(linear.pushforward(v).loss(), slope);
        }
        // Through an index that the first part gives: d/dx x[argmax]^3
        Function<Map<String, Tensor>, Tensor> picked = m -> {
            Outcome o = f.apply(m.get("x"));
            return m.get("x")
                    .gather(0, o.best().unsqueeze(0))
                    .pow(3)
                    .squeeze(0)
                    .mul(m.get("k").sum());
        };
        Map<String, Tensor> m = new LinkedHashMap<>();
        m.put("x", x);
        m.put("k", on(Tensors.of(new long[] {1, 1})));
        List<Map<String, Tensor>> h = Grad.hessian(picked).apply(m);
        assertThat(h).hasSize(1);
        double[] expected = new double[9];
        expected[8] = 6 * x.toDoubleArray()[2] * 2;
        assertThat(h.get(0).get("x").toDoubleArray()).containsExactly(expected, within(1e-11));
        assertThat(h.get(0).get("k").shape()).hasToString("[3, 2]");
    }

    @Test
    void specialFunctionsWithRulesOfTheirOwnInside() {
        Tensor a = ramp(2, 3).add(0.5);
        UnaryOperator<Tensor> f = Grad.checkpoint(
                row -> Special.betainc(row, row.add(1), row.sigmoid()).sum());
        same(
                Grad.vmap(Grad.grad(f)).apply(a),
                Grad.grad((Tensor z) -> Grad.vmap(f).apply(z).sum()).apply(a));
        same(
                Grad.vmap(row -> Grad.jvp(f, row, row).tangent()).apply(a),
                Grad.vmap(row -> Grad.grad(f).apply(row).dot(row)).apply(a));
    }

    /** A rule may use transforms itself: here the derivative of f at x, asked for in either mode. */
    @Test
    void rulesThatDifferentiate() {
        UnaryOperator<Tensor> byTangent = Grad.customJvp(
                Tensor::sin, (x, y, t) -> Grad.jvp(Tensor::sin, x, t).tangent());
        UnaryOperator<Tensor> byCotangent = Grad.customVjp(Tensor::sin, (x, y, g) -> {
            try (var at = Grad.vjp(Tensor::sin, x)) {
                return at.pullback(g);
            }
        });
        Tensor x = on(Tensors.of(0.3, -1.2));
        for (UnaryOperator<Tensor> f : List.of(byTangent, byCotangent)) {
            assertThat(Grad.grad(v -> f.apply(v).sum()).apply(x).toDoubleArray())
                    .containsExactly(new double[] {Math.cos(0.3), Math.cos(-1.2)}, within(1e-15));
            assertThat(Grad.jvp(f, x, on(Tensors.of(2.0, 3.0))).tangent().toDoubleArray())
                    .containsExactly(new double[] {2 * Math.cos(0.3), 3 * Math.cos(-1.2)}, within(1e-15));
        }
    }
}
