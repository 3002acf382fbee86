package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.MemoryStats;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Higher derivatives of a small network and of closed forms, and long programs: depth without recursion, memory as predicted. */
@ExtendWith(NativeMemoryBalance.class)
class AcceptanceTest {
    private static final double CLOSE = 1e-9;

    private static void same(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        double[] a = actual.toDoubleArray();
        double[] e = expected.toDoubleArray();
        for (int i = 0; i < e.length; i++) {
            assertThat(a[i]).isCloseTo(e[i], within(CLOSE * Math.max(1, Math.abs(e[i]))));
        }
    }

    private static Tensor normal(long seed, long... sizes) {
        return Tensors.randn(new Generator(seed), DType.F64, Shape.of(sizes), Device.CPU);
    }

    // ---- a network of 50 parameters: 28 + 7 + 14 + 1 ----

    private final Tensor inputs = normal(1, 6, 4);
    private final Tensor targets = normal(2, 6, 2);

    private Tensor loss(Tensor p) {
        return loss(p, inputs, targets);
    }

    private static Tensor loss(Tensor p, Tensor x, Tensor t) {
        Tensor w1 = p.slice(0, 0, 28).reshape(4, 7);
        Tensor b1 = p.slice(0, 28, 35);
        Tensor w2 = p.slice(0, 35, 49).reshape(7, 2);
        Tensor b2 = p.slice(0, 49, 50);
        Tensor y = x.matmul(w1).add(b1).tanh().matmul(w2).add(b2);
        return y.sub(t).square().mean();
    }

    @Test
    void theHessianOfANetworkOfFiftyParameters() {
        Tensor p = normal(3, 50).mul(0.7);
        Tensor h = Grad.hessian(this::loss).apply(p);
        assertThat(h.shape()).hasToString("[50, 50]");
        same(h, h.t());
        same(h, Grad.jacobianReverse(Grad.grad(this::loss)).apply(p));
        // The quotient of gradients, extrapolated twice: its error is of order step^6.
        UnaryOperator<Tensor> gradient = Grad.grad(this::loss);
        double step = 2e-3;
        for (int i = 0; i < 50; i += 7) {
            Tensor e = Tensors.arange(50).eq(i).to(DType.F64);
            Tensor one = quotient(gradient, p, e, step);
            Tensor two = quotient(gradient, p, e, 2 * step);
            Tensor four = quotient(gradient, p, e, 4 * step);
            Tensor better = one.mul(4).sub(two).div(3);
            Tensor next = two.mul(4).sub(four).div(3);
            same(better.mul(16).sub(next).div(15), h.select(0, i));
            same(Grad.hvp(this::loss, p, e), h.select(0, i));
            same(Grad.vhp(this::loss, p, e), h.select(0, i));
        }
    }

    private static Tensor quotient(UnaryOperator<Tensor> f, Tensor p, Tensor e, double step) {
        return f.apply(p.add(e.mul(step))).sub(f.apply(p.sub(e.mul(step)))).div(2 * step);
    }

    @Test
    void gradientsOfEachSampleAgreeWithALoop() {
        Tensor p = normal(4, 50).mul(0.7);
        Tensor all = Grad.vmap((x, t) ->
                        Grad.grad(q -> loss(q, x.unsqueeze(0), t.unsqueeze(0))).apply(p))
                .apply(inputs, targets);
        for (int i = 0; i < 6; i++) {
            Tensor x = inputs.slice(0, i, i + 1);
            Tensor t = targets.slice(0, i, i + 1);
            same(all.select(0, i), Grad.grad(q -> loss(q, x, t)).apply(p));
        }
        same(all.mean(0), Grad.grad(this::loss).apply(p));
    }

    // ---- third derivatives ----

    @Test
    void thirdDerivativesHaveTheirClosedForms() {
        Tensor x = Tensors.of(0.4, 1.3, -0.8);
        Tensor expected = x.cos().neg();
        same(slope(slope(slope(Tensor::sin))).apply(x), expected);
        same(forward(forward(forward(Tensor::sin))).apply(x), expected);
        same(forward(slope(forward(Tensor::sin))).apply(x), expected);
        same(slope(forward(slope(Tensor::sin))).apply(x), expected);
        same(Grad.vmap(Grad.grad(Grad.grad(Grad.grad(Tensor::sin)))).apply(x), expected);
        // x^4 y: d3/dx2 dy = 12 x^2, d3/dx3 = 24 x y
        UnaryOperator<Tensor> f = z -> z.select(0, 0).pow(4).mul(z.select(0, 1));
        Tensor third = Grad.jacobian(Grad.hessian(f)).apply(Tensors.of(2.0, 5.0));
        assertThat(third.get(0, 0, 1)).isCloseTo(48, within(CLOSE));
        assertThat(third.get(1, 0, 0)).isCloseTo(48, within(CLOSE));
        assertThat(third.get(0, 0, 0)).isCloseTo(240, within(CLOSE));
        assertThat(third.get(1, 1, 0)).isEqualTo(0);
        // e^(2 x): 8 e^(2 x)
        same(slope(forward(slope(z -> z.mul(2).exp()))).apply(x), x.mul(2).exp().mul(8));
    }

    private static UnaryOperator<Tensor> slope(UnaryOperator<Tensor> f) {
        return Grad.grad((Tensor x) -> f.apply(x).sum())::apply;
    }

    private static UnaryOperator<Tensor> forward(UnaryOperator<Tensor> f) {
        return x -> Grad.jvp(f, x, x.detach().fullLike(1)).tangent();
    }

    @Test
    void jvpOfVjpOfJvp() {
        // Of sum(sin(x) x^2): jvp in v, then vjp, then jvp in w is the third derivative times v and w, elementwise.
        Tensor x = normal(5, 4);
        Tensor v = normal(6, 4);
        Tensor w = normal(7, 4);
        UnaryOperator<Tensor> f = z -> z.sin().mul(z.square()).sum();
        Tensor actual = Grad.jvp(
                        z -> {
                            try (var r = Grad.vjp(q -> Grad.jvp(f, q, v).tangent(), z)) {
                                return r.pullback(Tensors.scalar(1.0));
                            }
                        },
                        x,
                        w)
                .tangent();
        // The third derivative of sin x x^2 is -cos x x^2 - 6 sin x x + 6 cos x.
        Tensor third = x.cos().mul(x.square().neg().add(6)).sub(x.sin().mul(x).mul(6));
        same(actual, third.mul(v).mul(w));
    }

    // ---- long programs ----

    /** {@code x <- sin(x) + x / 2}, n times, whose derivative is the product of {@code cos(x) + 1/2}: three operations each. */
    private static Tensor chain(Tensor x, int n) {
        Tensor y = x;
        for (int i = 0; i < n; i++) {
            y = y.sin().add(y.mul(0.5));
        }
        return y;
    }

    private static double slope(double x, int n) {
        double y = x;
        double slope = 1;
        for (int i = 0; i < n; i++) {
            slope *= StrictMath.cos(y) + 0.5;
            y = StrictMath.sin(y) + 0.5 * y;
        }
        return slope;
    }

    @Test
    void aChainOfFiveThousandOperations() {
        check(1667, 5000);
    }

    @Test
    void aLoopOfAHundredThousandOperations() {
        check(33_334, 100_000);
    }

    private static void check(int rounds, int operations) {
        double[] x = {0.3, -1.7};
        double[] slopes = {slope(x[0], rounds), slope(x[1], rounds)};
        Tensor at = Tensors.of(x);
        Tensor ones = Tensors.of(1.0, 1.0);
        UnaryOperator<Tensor> f = z -> chain(z, rounds);
        relative(Grad.grad((Tensor z) -> f.apply(z).sum()).apply(at), slopes);
        relative(Grad.jvp(f, at, ones).tangent(), slopes);
        relative(Grad.vmap(Grad.grad(f)).apply(at), slopes);
        relative(Grad.grad((Tensor z) -> Grad.vmap(f).apply(z).sum()).apply(at), slopes);
        relative(Grad.vmap(z -> Grad.jvp(f, z, z.fullLike(1)).tangent()).apply(at), slopes);
        try (var linear = Grad.linearize(f, at)) {
            relative(linear.pushforward(ones), slopes);
        }
        try (Tape tape = Tape.open()) {
            Tensor y = f.apply(tape.watch(at));
            assertThat(tape.toString().lines().count()).isGreaterThan(operations);
            assertThat(tape.toDot()).endsWith("}\n");
            assertThat(tape.toJson()).endsWith("}\n");
            assertThat(y.rank()).isEqualTo(1);
        }
    }

    private static void relative(Tensor actual, double[] expected) {
        double[] a = actual.toDoubleArray();
        for (int i = 0; i < a.length; i++) {
            // The iteration contracts towards its fixed point, so that errors of the values die out; those of the
            // factors add up.
            assertThat(a[i]).isCloseTo(expected[i], within(1e-9 * Math.abs(expected[i]) + Double.MIN_NORMAL));
        }
    }

    @Test
    void aTapeHoldsWhatItsRulesSave() {
        long n = 1 << 16;
        long bytes = n * 8;
        int rounds = 20;
        Tensor x = Tensors.full(DType.F64, 0.5, n);
        // A round of exp(-y^2): square reads its operand, neg nothing, exp its result, which is the next operand.
        UnaryOperator<Tensor> f = z -> {
            Tensor y = z;
            for (int i = 0; i < rounds; i++) {
                y = y.square().neg().exp();
            }
            return y;
        };
        long before = MemoryStats.of(Device.CPU).liveBytes();
        try (var r = Grad.vjp(f, x)) {
            // x is there already.
            assertThat(MemoryStats.of(Device.CPU).liveBytes() - before)
                    .isBetween(rounds * bytes, rounds * bytes + bytes / 2);
            r.pullback(x).close();
            assertThat(MemoryStats.of(Device.CPU).liveBytes() - before)
                    .isBetween(rounds * bytes, rounds * bytes + bytes / 2);
            r.value().close();
        }
        // With a scope around each round, what no rule reads goes at once, and a pass that is used once frees each
        // saved value
        // after its step: at most the saved values and the few tensors of one step are there.
        UnaryOperator<Tensor> tidy = z -> {
            Tensor y = z;
            for (int i = 0; i < rounds; i++) {
                Tensor previous = y;
                y = MemoryScope.tidy(() -> previous.square().neg().exp());
            }
            return y;
        };
        assertThat(peak(() -> Grad.grad((Tensor z) -> tidy.apply(z).sum()).apply(x)))
                .isBetween(rounds * bytes, (rounds + 6) * bytes);
        // The forward mode keeps nothing but what the function itself does.
        UnaryOperator<Tensor> closing = z -> {
            Tensor y = z.mul(1);
            for (int i = 0; i < rounds; i++) {
                try (Tensor previous = y) {
                    y = MemoryScope.tidy(() -> previous.square().neg().exp());
                }
            }
            return y;
        };
        assertThat(peak(() -> Grad.pushforward(closing, x).apply(x))).isLessThan(10 * bytes);
    }

    private static long peak(Supplier<Tensor> work) {
        MemoryStats.resetPeak(Device.CPU);
        long before = MemoryStats.of(Device.CPU).liveBytes();
        try (Tensor result = work.get()) {
            assertThat(result.elements()).isPositive();
        }
        return MemoryStats.of(Device.CPU).peakBytes() - before;
    }
}
