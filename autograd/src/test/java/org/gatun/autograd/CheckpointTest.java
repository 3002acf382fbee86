package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.gatun.autograd.DeviceUnderTest.device;
import static org.gatun.autograd.DeviceUnderTest.on;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.gatun.tensor.DType;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.MemoryStats;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code Grad.checkpoint}: the same derivatives as without, from less memory. */
@ExtendWith(NativeMemoryBalance.class)
class CheckpointTest {
    private static Tensor at(double... x) {
        return on(Tensors.of(x));
    }

    private static void same(Tensor a, Tensor b) {
        assertThat(a.shape()).isEqualTo(b.shape());
        double[] x = a.toDoubleArray();
        double[] y = b.toDoubleArray();
        for (int i = 0; i < y.length; i++) {
            assertThat(x[i]).isCloseTo(y[i], within(1e-13));
        }
    }

    private static final UnaryOperator<Tensor> F = CheckpointTest::f;

    private static Tensor f(Tensor x) {
        return x.sin().mul(x.square()).exp().sum();
    }

    @Test
    void derivativesOfAllOrdersAndModes() {
        UnaryOperator<Tensor> g = Grad.checkpoint(F);
        Tensor x = at(0.3, -0.7, 1.1);
        Tensor v = at(1, -2, 0.5);
        same(g.apply(x), F.apply(x));
        same(Grad.grad(g).apply(x), Grad.grad(F).apply(x));
        same(Grad.jvp(g, x, v).tangent(), Grad.jvp(F, x, v).tangent());
        same(Grad.hvp(g, x, v), Grad.hvp(F, x, v));
        same(Grad.vhp(g, x, v), Grad.hvp(F, x, v));
        same(Grad.hessian(g).apply(x), Grad.hessian(F).apply(x));
        UnaryOperator<Tensor> third = h -> Grad.grad(z ->
                        Grad.grad(y -> Grad.grad(F).apply(y).sum()).apply(z).sum())
                .apply(h);
        UnaryOperator<Tensor> thirdOfCheckpoint = h -> Grad.grad(z ->
                        Grad.grad(y -> Grad.grad(g).apply(y).sum()).apply(z).sum())
                .apply(h);
        same(thirdOfCheckpoint.apply(x), third.apply(x));
        same(Grad.grad(z -> Grad.jvp(g, z, v).tangent()).apply(x), Grad.hvp(F, x, v));
    }

    @Test
    void batchesInsideAndOutside() {
        UnaryOperator<Tensor> g = Grad.checkpoint(F);
        Tensor rows = at(0.3, -0.7, 1.1, 0.2).reshape(2, 2);
        Tensor expected = Grad.vmap(Grad.grad(F)).apply(rows);
        same(Grad.vmap(Grad.grad(g)).apply(rows), expected);
        same(Grad.grad(all -> Grad.vmap(g).apply(all).sum()).apply(rows), expected);
        same(Grad.grad(all -> Grad.checkpoint(Grad.vmap(F)).apply(all).sum()).apply(rows), expected);
    }

    @Test
    void theFunctionRunsAgainForItsGradientOnly() {
        var runs = new AtomicInteger();
        UnaryOperator<Tensor> g = Grad.checkpoint(x -> {
            runs.incrementAndGet();
            return F.apply(x);
        });
        var _ = g.apply(at(1));
        assertThat(runs).hasValue(1);
        var _ = Grad.grad(g).apply(at(1));
        assertThat(runs).hasValue(3);
        var _ = Grad.jvp(g, at(1), at(1)).tangent();
        assertThat(runs).hasValue(4);
    }

    @Test
    void capturedTensorsAndParametersGetTheirGradients() {
        Parameter w = Parameter.of(at(2, 3));
        Tensor x = at(0.5, 0.25);
        try (Tape tape = Tape.open()) {
            Tensor c = tape.watch(at(5, 7));
            Tensor y = Grad.checkpoint((Tensor z) -> z.mul(w).add(c).square()).apply(x);
            tape.backward(y.sum(), true);
            same(w.grad(), x.mul(at(2, 3)).add(at(5, 7)).mul(2).mul(x));
            Tensor byC = tape.gradient(
                    Grad.checkpoint((Tensor z) -> z.mul(c).exp()).apply(x).sum(), c);
            same(byC, x.mul(at(5, 7)).exp().mul(x));
        }
        w.close();
    }

    @Test
    void aResultThatIsAnArgumentOrDependsOnNothing() {
        Tensor x = at(1, 2);
        same(
                Grad.grad(z -> Grad.checkpoint((Tensor q) -> q)
                                .apply(z)
                                .square()
                                .sum())
                        .apply(x),
                at(2, 4));
        same(
                Grad.grad(z -> Grad.checkpoint((Tensor q) -> at(3, 3))
                                .apply(z)
                                .mul(z)
                                .sum())
                        .apply(x),
                at(3, 3));
    }

    @Test
    void structuresOfArgumentsAndResults() {
        var f = Grad.checkpoint((Map<String, Tensor> m) -> List.of(
                m.get("a").mul(m.get("b")), m.get("i").add(1), m.get("b").sin()));
        Map<String, Tensor> at = Map.of("a", at(2), "b", at(3), "i", on(Tensors.of(new long[] {4})));
        try (var r = Grad.vjp(f, at)) {
            assertThat(r.value().get(1).toLongArray()).containsExactly(5);
            Map<String, Tensor> g = r.pullback(List.of(at(1), r.value().get(1), at(10)));
            same(g.get("a"), at(3));
            same(g.get("b"), at(2 + 10 * Math.cos(3)));
            // Again: the arguments are kept.
            same(r.pullback(List.of(at(2), r.value().get(1), at(0))).get("a"), at(6));
        }
    }

    @Test
    void nestedCheckpoints() {
        UnaryOperator<Tensor> inner = Grad.checkpoint(x -> x.sin().exp());
        UnaryOperator<Tensor> outer =
                Grad.checkpoint(x -> inner.apply(inner.apply(x).mul(0.5)));
        UnaryOperator<Tensor> plain = x -> x.sin().exp().mul(0.5).sin().exp();
        Tensor x = at(0.3, -0.7);
        same(
                Grad.grad(z -> outer.apply(z).sum()).apply(x),
                Grad.grad(z -> plain.apply(z).sum()).apply(x));
        same(
                Grad.hessian(z -> outer.apply(z).sum()).apply(x),
                Grad.hessian(z -> plain.apply(z).sum()).apply(x));
        same(
                Grad.vhp(z -> outer.apply(z).sum(), x, at(1, 2)),
                Grad.hvp(z -> plain.apply(z).sum(), x, at(1, 2)));
        // What the inner derivative captures is followed by the outer one.
        UnaryOperator<Tensor> captures =
                z -> Grad.grad(q -> Grad.checkpoint((Tensor h) -> h.sin().mul(q).mul(z))
                                .apply(q)
                                .sum())
                        .apply(z);
        UnaryOperator<Tensor> same =
                z -> Grad.grad(q -> q.sin().mul(q).mul(z).sum()).apply(z);
        same(
                Grad.grad(z -> captures.apply(z).sum()).apply(x),
                Grad.grad(z -> same.apply(z).sum()).apply(x));
    }

    @Test
    void randomNumbersAreDrawnAgainAsAtFirst() {
        Generator own = new Generator(5);
        UnaryOperator<Tensor> f = Grad.checkpoint(x -> {
            Tensor once = Functional.dropout(x, 0.5, true, own);
            Tensor again = Functional.dropout(once.mul(x), 0.5, true);
            return Grad.checkpoint((Tensor z) -> Functional.dropout(z, 0.5, true, own))
                    .apply(again);
        });
        Tensor x = on(Tensors.arange(DType.F64, 1, 65, 1));
        // y = m x^2 with a mask m, so that the gradient of its sum is 2 y / x.
        ValueAndY r = new ValueAndY();
        Tensor g = Grad.grad(z -> r.keep(f.apply(z)).sum()).apply(x);
        same(g, on(Tensors.of(r.y)).mul(2).div(x));
        assertThat(r.y).contains(0);
        assertThat(Arrays.stream(r.y).max().orElseThrow()).isPositive();
        // The stream goes on behind what the forward pass drew, as if nothing had been drawn again.
        long position = own.state().position();
        Generator fresh = new Generator(5);
        var _ = Functional.dropout(x, 0.5, true, fresh);
        var _ = Functional.dropout(x, 0.5, true, fresh);
        assertThat(position).isEqualTo(fresh.state().position());
    }

    private static final class ValueAndY {
        private double[] y = {};

        Tensor keep(Tensor t) {
            y = t.detach().toDoubleArray();
            return t;
        }
    }

    @Test
    void itKeepsItsArgumentOnly() {
        long bytes = 1 << 20;
        long n = bytes / 8;
        Tensor x = on(Tensors.full(DType.F64, 0.5, n));
        UnaryOperator<Tensor> block = z -> z.sin().exp().tanh().mul(z).sigmoid();
        long plain = held(x, block);
        long less = held(x, Grad.checkpoint(block));
        // Plain: the results of exp, tanh and sigmoid, which their derivatives read. The checkpoint saves x, which is
        // there already.
        assertThat(plain).isBetween(3 * bytes, 3 * bytes + bytes / 8);
        assertThat(less).isLessThanOrEqualTo(bytes / 8);
    }

    /** What a recorded block holds beyond its argument. */
    private static long held(Tensor x, UnaryOperator<Tensor> block) {
        long before = MemoryStats.of(device()).liveBytes();
        try (var r = Grad.vjp(block, x)) {
            r.value().close();
            return MemoryStats.of(device()).liveBytes() - before;
        }
    }

    @Test
    void aFunctionThatDoesAnotherThingTheSecondTimeIsRefused() {
        var runs = new ArrayList<Integer>();
        try (Tape tape = Tape.open()) {
            Tensor a = tape.watch(at(1));
            Tensor b = tape.watch(at(2));
            UnaryOperator<Tensor> f = Grad.checkpoint(x -> {
                runs.add(1);
                return runs.size() == 1 ? x.mul(2) : x.mul(b);
            });
            Tensor y = f.apply(a).sum();
            assertThatThrownBy(() -> tape.backward(y))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("it must do the same each time");
        }
    }
}
