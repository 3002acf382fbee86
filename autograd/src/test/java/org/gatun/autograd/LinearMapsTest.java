package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.gatun.autograd.DeviceUnderTest.on;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.gatun.tensor.DType;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.ir.ConvSpec;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code Grad.linearize} and {@code Grad.transpose}. */
@ExtendWith(NativeMemoryBalance.class)
class LinearMapsTest {
    record Pair(Tensor a, Tensor b) {}

    private static Tensor at(double... x) {
        return on(Tensors.of(x));
    }

    private static void close(Tensor t, double... expected) {
        double[] actual = t.toDoubleArray();
        assertThat(actual).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(1e-12));
        }
    }

    private static void same(Tensor a, Tensor b) {
        assertThat(a.shape()).isEqualTo(b.shape());
        close(a, b.toDoubleArray());
    }

    /** Every family of operations: elementwise, linear, irregular, composite, with branches that do not depend on x. */
    private static Tensor manyOperations(Tensor x) {
        Tensor m = x.reshape(2, 3);
        Tensor s = m.matmul(m.t()).softmax(1).sin();
        Tensor c = Tensors.cat(
                0, s.flatten(), m.prod(0), m.max(1).values(), m.sort(1).values().flatten());
        return c.mul(x.sum()).add(c.gt(0).where(c, c.square())).add(m.cumsum(1).logsumexp());
    }

    @Test
    void thePushforwardIsTheJvpAndRunsTheFunctionOnce() {
        Tensor x = at(0.3, -0.7, 1.1, 0.4, 0.9, -1.2);
        var runs = new AtomicInteger();
        UnaryOperator<Tensor> f = z -> {
            runs.incrementAndGet();
            return manyOperations(z);
        };
        try (var linear = Grad.linearize(f, x)) {
            same(linear.value(), manyOperations(x));
            for (int i = 0; i < 6; i++) {
                Tensor v = on(Tensors.arange(6)).eq(i).to(DType.F64).mul(1.5);
                same(
                        linear.pushforward(v),
                        Grad.jvp(LinearMapsTest::manyOperations, x, v).tangent());
            }
            assertThat(runs).hasValue(1);
            // A batch of directions, and the derivative of a pushforward by its direction.
            Tensor j = Grad.vmap(linear::pushforward, 0, 1).apply(on(Tensors.eye(DType.F64, 6, 6)));
            same(j, Grad.jacobianReverse(LinearMapsTest::manyOperations).apply(x));
            same(Grad.jacobianForward(linear::pushforward).apply(x), j);
            same(Grad.jacobianReverse(linear::pushforward).apply(x), j);
        }
    }

    @Test
    void structuresAndIntegers() {
        Pair p = new Pair(at(2, 3), on(Tensors.of(new long[] {1, 0})));
        try (var linear =
                Grad.linearize((Pair q) -> List.of(q.a().gather(0, q.b()).square(), q.b(), at(7)), p)) {
            List<Tensor> t = linear.pushforward(new Pair(at(1, 10), p.b()));
            close(t.get(0), 2 * 3 * 10, 2 * 2);
            assertThat(t.get(1).dtype()).isEqualTo(DType.I64);
            close(t.get(2), 0);
        }
    }

    @Test
    void aLinearizationInsideOtherTransforms() {
        // d/dx of (the derivative of x^3 in direction 2) is 12 x.
        UnaryOperator<Tensor> slope = x -> {
            try (var linear = Grad.linearize(z -> z.pow(3), x)) {
                return linear.pushforward(x.fullLike(2));
            }
        };
        close(Grad.grad(x -> slope.apply(x).sum()).apply(at(1.5)), 18);
        close(Grad.jvp(slope, at(1.5), at(1)).tangent(), 18);
        close(Grad.vmap(slope).apply(at(1, 2)), 6, 24);
    }

    @Test
    void customRulesForTangentsAreUsed() {
        UnaryOperator<Tensor> f = Grad.customJvp(Tensor::square, (x, y, t) -> t.mul(10));
        try (var linear = Grad.linearize(f, at(3))) {
            close(linear.pushforward(at(2)), 20);
        }
    }

    @Test
    void aClosedLinearizationIsRefused() {
        var linear = Grad.linearize(Tensor::sin, at(1));
        linear.close();
        assertThatThrownBy(() -> linear.pushforward(at(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("call linearize again");
        assertThatThrownBy(() -> Grad.linearize(x -> x.to(DType.I64), at(1)))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("linearize: the function returns I64");
    }

    // ---- transpose ----

    @Test
    void theTransposeOfAMatrixAndOfAConvolution() {
        Tensor a = at(1, 2, 3, 4, 5, 6).reshape(2, 3);
        UnaryOperator<Tensor> t = Grad.transpose(x -> a.matmul(x), on(Tensors.zeros(DType.F64, 3)));
        close(t.apply(at(1, 10)), 41, 52, 63);
        close(t.apply(at(1, 0)), 1, 2, 3);
        Tensor w = at(1, 2, 3, 4).reshape(1, 1, 2, 2);
        UnaryOperator<Tensor> conv = x -> Functional.conv2d(x, w, null, ConvSpec.DEFAULT);
        Tensor x = on(Tensors.arange(DType.F64, 0, 9, 1)).reshape(1, 1, 3, 3);
        Tensor u = at(1, -1, 2, 0.5).reshape(1, 1, 2, 2);
        // <u, A x> = <A' u, x>
        double left = conv.apply(x).mul(u).sum().item();
        Tensor back = Grad.transpose(conv, x).apply(u);
        assertThat(back.mul(x).sum().item()).isCloseTo(left, within(1e-12));
    }

    @Test
    void transposesOfStructuresAndOfTransposes() {
        var t = Grad.transpose((Pair p) -> List.of(p.a().add(p.b().mul(3)), p.b().sum()), new Pair(at(0, 0), at(0, 0)));
        Pair back = t.apply(List.of(at(1, 2), on(Tensors.scalar(10.0))));
        close(back.a(), 1, 2);
        close(back.b(), 13, 16);
        UnaryOperator<Tensor> f = x -> x.cumsum(0).mul(2);
        UnaryOperator<Tensor> twice = Grad.transpose(Grad.transpose(f, at(0, 0, 0)), at(0, 0, 0));
        close(twice.apply(at(1, 2, 3)), 2, 6, 12);
        close(
                Grad.vmap(Grad.transpose(f, at(0, 0, 0)))
                        .apply(at(1, 0, 0, 0, 0, 1).reshape(2, 3)),
                2,
                0,
                0,
                2,
                2,
                2);
    }

    @Test
    void theTransposeOfACheckpoint() {
        UnaryOperator<Tensor> f = Grad.checkpoint(x -> x.cumsum(0).mul(2));
        close(Grad.transpose(f, at(0, 0, 0)).apply(at(1, 2, 3)), 12, 10, 6);
        // inside a gradient, by a factor of which the transpose is differentiated
        close(
                Grad.grad(w -> Grad.transpose(Grad.checkpoint(x -> x.mul(w)), at(0, 0))
                                .apply(at(3, 4))
                                .sum())
                        .apply(at(5, 6)),
                3,
                4);
    }

    @Test
    void functionsThatAreNotLinearAreRefused() {
        Tensor like = at(0, 0);
        List<UnaryOperator<Tensor>> bent = List.of(
                Tensor::square,
                Tensor::sin,
                x -> x.mul(x),
                x -> x.reshape(1, 2).matmul(x.reshape(2, 1)),
                x -> x.softmax(0),
                x -> x.gt(0).where(x, x.fullLike(0)),
                Tensor::abs,
                x -> x.max(0).values(),
                x -> x.prod(),
                Grad.checkpoint(x -> x.square()),
                x -> Grad.checkpoint((Tensor z) -> z.exp()).apply(x.mul(2)).sub(1),
                Grad.vmap(x -> x.square()));
        for (UnaryOperator<Tensor> f : bent) {
            assertThatThrownBy(() -> Grad.transpose(f, like))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("transpose: the function is not linear");
        }
        assertThatThrownBy(() -> Grad.transpose(x -> x.add(1), like))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at 0 it gives other than 0");
    }

    @Test
    void linearLayersAreLinearThoughTheirRuleIsForAllOperands() {
        Tensor w = at(1, 2, 3, 4).reshape(2, 2);
        UnaryOperator<Tensor> t =
                Grad.transpose(x -> Functional.linear(x, w, null), on(Tensors.zeros(DType.F64, 1, 2)));
        close(t.apply(at(1, 10).reshape(1, 2)), 31, 42);
    }
}
