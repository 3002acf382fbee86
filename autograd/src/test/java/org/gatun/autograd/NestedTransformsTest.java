package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.gatun.autograd.DeviceUnderTest.on;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.linalg.Linalg;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Transforms inside transforms, against loops and closed forms. */
@ExtendWith(NativeMemoryBalance.class)
class NestedTransformsTest {
    private MemoryScope scope;

    @BeforeEach
    void open() {
        scope = MemoryScope.open("nested transforms");
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Tensor ramp(long... sizes) {
        long count = Shape.of(sizes).elements();
        return on(Tensors.arange(DType.F64, 0, count, 1))
                .mul(0.37)
                .add(0.2)
                .sin()
                .reshape(sizes);
    }

    private static void same(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.toDoubleArray()).containsExactly(expected.toDoubleArray(), within(1e-11));
    }

    private static Tensor f(Tensor x) {
        return x.sin().mul(x.square().sum()).sum();
    }

    @Test
    void batchAxesOfEverySignAtEachDepth() {
        Tensor x = ramp(2, 3, 4);
        UnaryOperator<Tensor> inner = v -> v.cumsum(0).mul(v.sum());
        for (int in = -3; in < 3; in++) {
            for (int out = -3; out < 3; out++) {
                for (int second = -2; second < 2; second++) {
                    int axis = second;
                    Tensor batched = Grad.vmap(m -> Grad.vmap(inner, axis, 0).apply(m), in, out)
                            .apply(x);
                    Tensor moved = x.moveAxis(in, 0);
                    Tensor pairs = moved.moveAxis(axis < 0 ? axis : axis + 1, 1);
                    Tensor loop = pairs.cumsum(2).mul(pairs.sum(true, 2));
                    same(batched, loop.moveAxis(0, out));
                }
            }
        }
    }

    @Test
    void hessiansOfABatch() {
        Tensor x = ramp(3, 4);
        Tensor batched = Grad.vmap(Grad.hessian(NestedTransformsTest::f)).apply(x);
        for (int i = 0; i < 3; i++) {
            same(batched.select(0, i), Grad.hessian(NestedTransformsTest::f).apply(x.select(0, i)));
            same(
                    batched.select(0, i),
                    Grad.jacobianForward(Grad.grad(NestedTransformsTest::f)).apply(x.select(0, i)));
            same(
                    batched.select(0, i),
                    Grad.jacobianReverse(Grad.grad(NestedTransformsTest::f)).apply(x.select(0, i)));
        }
        // The Hessian of a sum over a batch is block diagonal.
        Tensor whole = Grad.hessian(
                        z -> Grad.vmap(NestedTransformsTest::f).apply(z).sum())
                .apply(x);
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                Tensor block = whole.select(0, i).select(1, j);
                same(block, i == j ? batched.select(0, i) : on(Tensors.zeros(DType.F64, 4, 4)));
            }
        }
    }

    @Test
    void perturbationsOfNestedDerivativesStayApart() {
        Tensor x = on(Tensors.scalar(2.0));
        Tensor one = on(Tensors.scalar(1.0));
        // d/dx (x d/dy (x + y)) = 1
        same(Grad.grad(z -> z.mul(Grad.grad(y -> y.add(z)).apply(z))).apply(x), one);
        same(
                Grad.jvp(z -> z.mul(Grad.jvp(y -> y.add(z), z, one).tangent()), x, one)
                        .tangent(),
                one);
        // d/dx (x d/dy (x y^2)) = d/dx (x 2 x y) at y = x, that is 2 x^3: 6 x^2
        same(
                Grad.grad(z -> z.mul(Grad.jvp(y -> y.square().mul(z), z, one).tangent()))
                        .apply(x),
                on(Tensors.scalar(24.0)));
        same(
                Grad.vmap(z -> Grad.grad(u -> u.mul(Grad.vmap(y -> y.mul(u))
                                        .apply(on(Tensors.ones(DType.F64, 2)))
                                        .sum()))
                                .apply(z))
                        .apply(on(Tensors.of(1.0, 2))),
                on(Tensors.of(4.0, 8)));
    }

    @Test
    void threeModesDeep() {
        Tensor x = ramp(3);
        Tensor v = ramp(3).cos();
        UnaryOperator<Tensor> third = z ->
                Grad.jvp(a -> Grad.hvp(NestedTransformsTest::f, a, v), z, v).tangent();
        Tensor byReverse = Grad.grad(z -> Grad.grad(
                                a -> Grad.grad(NestedTransformsTest::f).apply(a).dot(v))
                        .apply(z)
                        .dot(v))
                .apply(x);
        same(third.apply(x), byReverse);
        same(Grad.vhp(NestedTransformsTest::f, x, v), Grad.hvp(NestedTransformsTest::f, x, v));
        same(Grad.vmap(third).apply(Tensors.stack(0, x, v)).select(0, 0), byReverse);
    }

    @Test
    void linearMapsInsideBatches() {
        Tensor x = ramp(2, 3);
        Tensor expected = x.cos().mul(x);
        Tensor batched = Grad.vmap(row -> {
                    try (Linearized<Tensor, Tensor> linear = Grad.linearize(z -> z.sin(), row)) {
                        return linear.pushforward(row);
                    }
                })
                .apply(x);
        same(batched, expected);
        try (Linearized<Tensor, Tensor> linear = Grad.linearize(Grad.vmap(z -> z.sin()), x)) {
            same(linear.pushforward(x), expected);
            same(
                    Grad.vmap(v -> linear.pushforward(v))
                            .apply(Tensors.stack(0, x, x))
                            .select(0, 1),
                    expected);
            // Linear in the tangent: its derivative is itself.
            same(Grad.jvp(v -> linear.pushforward(v), x, x).tangent(), expected);
        }
        Tensor a = ramp(4, 3);
        UnaryOperator<Tensor> map = z -> Tensors.einsum("ij,j->i", a, z).cumsum(0);
        UnaryOperator<Tensor> back = Grad.transpose(map, on(Tensors.zeros(DType.F64, 3)));
        UnaryOperator<Tensor> twice = Grad.transpose(back, on(Tensors.zeros(DType.F64, 4)));
        same(twice.apply(x.select(0, 0)), map.apply(x.select(0, 0)));
        same(Grad.vmap(map).apply(x), Grad.vmap(twice).apply(x));
        Tensor u = ramp(4).cos();
        assertThat(back.apply(u).dot(x.select(0, 1)).item())
                .isCloseTo(map.apply(x.select(0, 1)).dot(u).item(), within(1e-12));
    }

    @Test
    void checkpointsInEveryMode() {
        UnaryOperator<Tensor> plain =
                z -> Linalg.solve(Tensors.einsum("i,j->ij", z, z).add(on(Tensors.eye(DType.F64, 3, 3))), z.sin())
                        .mul(z);
        UnaryOperator<Tensor> saved =
                Grad.checkpoint(z -> Grad.checkpoint(plain).apply(z));
        Tensor x = ramp(2, 3);
        Tensor row = x.select(0, 1);
        same(Grad.jacobianReverse(saved).apply(row), Grad.jacobianForward(plain).apply(row));
        same(Grad.jacobianForward(saved).apply(row), Grad.jacobianForward(plain).apply(row));
        same(
                Grad.vmap(Grad.hessian(z -> saved.apply(z).sum())).apply(x).select(0, 1),
                Grad.hessian(z -> plain.apply(z).sum()).apply(row));
    }

    @Test
    void structuresInBothModes() {
        record Pair(Tensor a, List<Tensor> rest) {}
        Pair p = new Pair(ramp(2), List.of(ramp(3).cos(), on(Tensors.scalar(0.3))));
        Function<Pair, Tensor> g =
                q -> q.a().outer(q.rest().get(0)).mul(q.rest().get(1).exp());
        Pair forward = Grad.jacobianForward(g).apply(p);
        Pair reverse = Grad.jacobianReverse(g).apply(p);
        same(forward.a(), reverse.a());
        same(forward.rest().get(0), reverse.rest().get(0));
        same(forward.rest().get(1), reverse.rest().get(1));
        same(forward.rest().get(1), g.apply(p));
        Map<String, Tensor> m = Map.of("x", ramp(2), "y", on(Tensors.zeros(DType.F64, 0)));
        Function<Map<String, Tensor>, Tensor> h = q -> Tensors.cat(0, q.get("x").square(), q.get("y"));
        same(Grad.jacobianReverse(h).apply(m).get("x"), ramp(2).mul(2).diagEmbed());
        assertThat(Grad.jacobianForward(h).apply(m).get("y").shape().toArray()).containsExactly(2, 0);
    }

    @Test
    void rulesOfYourOwnUnderBatchesAndSecondDerivatives() {
        UnaryOperator<Tensor> cube =
                Grad.customVjp(z -> z.pow(3), (z, y, g) -> g.mul(z.square()).mul(3));
        UnaryOperator<Tensor> forward =
                Grad.customJvp(z -> z.pow(3), (z, y, t) -> t.mul(z.square()).mul(3));
        Tensor x = ramp(2, 3);
        for (UnaryOperator<Tensor> f : List.of(cube, forward)) {
            same(
                    Grad.vmap(Grad.hessian(z -> f.apply(z).sum())).apply(x),
                    x.mul(6).diagEmbed());
            same(Grad.vmap(Grad.jacobianForward(f)).apply(x), x.square().mul(3).diagEmbed());
        }
        same(Grad.jvp(z -> Grad.stopGradient(z).mul(z), x, x).tangent(), x.square());
        same(
                Grad.vmap(Grad.grad(z -> Grad.stopGradient(z.square()).mul(z).sum()))
                        .apply(x),
                x.square());
    }

    @Test
    void mistakesOfBatches() {
        Tensor x = ramp(2, 3);
        assertThatThrownBy(() -> Grad.vmap(z -> z.sin(), 2, 0).apply(x))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("vmap");
        assertThatThrownBy(() -> Grad.vmap(z -> z.sin(), 0, 2).apply(x))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("vmap");
        assertThatThrownBy(() -> Grad.vmap(z -> z.sin()).apply(on(Tensors.scalar(1.0))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("vmap");
        // A result that does not depend on the batch is repeated.
        same(Grad.vmap(z -> on(Tensors.of(1.0, 2))).apply(x), on(Tensors.of(new double[][] {{1, 2}, {1, 2}})));
    }
}
