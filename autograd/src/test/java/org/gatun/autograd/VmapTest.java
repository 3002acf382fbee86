package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.gatun.autograd.DeviceUnderTest.on;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Functional;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.ir.ConvSpec;
import org.gatun.tensor.ir.PoolSpec;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code Grad.vmap}: axes, structures, nesting with other transforms, what stays a view, and its errors. */
@ExtendWith(NativeMemoryBalance.class)
class VmapTest {
    record Params(Tensor w, Tensor b) {}

    record Sample(Params params, Tensor x, Tensor target) {}

    private static Tensor numbers(long... sizes) {
        long n = 1;
        for (long s : sizes) {
            n *= s;
        }
        return on(Tensors.arange(DType.F64, 0, n, 1)).mul(0.37).sin().add(0.1).reshape(sizes);
    }

    private static void same(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        double[] e = expected.toDoubleArray();
        double[] a = actual.toDoubleArray();
        for (int i = 0; i < e.length; i++) {
            assertThat(a[i]).isCloseTo(e[i], within(1e-12));
        }
    }

    @Test
    void aFunctionOfAnElementRunsOnEveryRow() {
        Tensor x = numbers(3, 4);
        Tensor norms = Grad.vmap(row -> row.square().sum().sqrt()).apply(x);
        same(norms, x.square().sum(1).sqrt());
    }

    @Test
    void theFunctionSeesTheShapeOfAnElement() {
        var seen = new ArrayList<Object>();
        var _ = Grad.vmap(
                        row -> {
                            seen.add(row.shape().toString());
                            seen.add(row.rank());
                            seen.add(row.size(-1));
                            return row;
                        },
                        1,
                        0)
                .apply(numbers(2, 5, 3));
        assertThat(seen).containsExactly("[2, 3]", 2, 3L);
    }

    @Test
    void inputAndOutputAxesCountFromTheEndToo() {
        Tensor x = numbers(2, 3, 4);
        same(Grad.vmap(m -> m.mul(2), 1, 0).apply(x), x.moveAxis(1, 0).mul(2));
        same(Grad.vmap(m -> m.mul(2), -1, -1).apply(x), x.mul(2));
        same(Grad.vmap(m -> m.mul(2), 0, 1).apply(x), x.moveAxis(0, 1).mul(2));
        same(Grad.vmap(m -> m.sum(), 2, -1).apply(x), x.sum(0, 1));
    }

    @Test
    void anArgumentWithoutABatchIsTheSameForEveryElement() {
        Tensor w = numbers(4, 2);
        Tensor x = numbers(3, 4);
        same(
                Grad.vmap((xi, wi) -> xi.matmul(wi), BatchAxes.of(0, null), BatchAxes.all(0))
                        .apply(x, w),
                x.matmul(w));
        same(
                Grad.vmap((wi, xi) -> xi.matmul(wi), BatchAxes.of(1, null), BatchAxes.all(1))
                        .apply(w, x),
                x.matmul(w));
    }

    @Test
    void recordsListsAndMapsAreArgumentsAndResults() {
        Tensor w = numbers(3, 4);
        Tensor b = numbers(3);
        Map<String, Tensor> both = Grad.vmap((Params p) -> {
                    Map<String, Tensor> out = new LinkedHashMap<>();
                    out.put("sum", p.w().sum().add(p.b()));
                    out.put("scaled", p.w().mul(p.b()));
                    return out;
                })
                .apply(new Params(w, b));
        same(both.get("sum"), w.sum(1).add(b));
        same(both.get("scaled"), w.mul(b.unsqueeze(1)));
        Function<Sample, Tensor> loss = s ->
                s.x().dot(s.params().w()).add(s.params().b()).sub(s.target()).square();
        Tensor v = numbers(4);
        Tensor losses = Grad.vmap(
                        loss, BatchAxes.of(BatchAxes.NONE, BatchAxes.all(0), BatchAxes.all(0)), BatchAxes.all(0))
                .apply(new Sample(new Params(v, on(Tensors.scalar(DType.F64, 0.5))), w, b));
        same(losses, w.matmul(v).add(0.5).sub(b).square());
    }

    @Test
    void aResultThatDoesNotDependOnTheBatchIsRepeatedOrReturnedOnce() {
        Tensor c = numbers(2);
        Tensor repeated = Grad.vmap(x -> c.mul(2)).apply(numbers(3, 5));
        same(repeated, c.mul(2).broadcastTo(3, 2));
        List<Tensor> apart = Grad.vmap(
                        (Tensor x) -> List.of(x.sum(), c.mul(2)), BatchAxes.all(0), BatchAxes.of(0, null))
                .apply(numbers(3, 5));
        same(apart.get(1), c.mul(2));
    }

    @Test
    void gradientsOfEachSample() {
        Tensor w = numbers(4, 2);
        Tensor x = numbers(5, 4);
        Tensor y = numbers(5, 2);
        Tensor all = Grad.vmap((xi, yi) ->
                        Grad.grad(wi -> xi.matmul(wi).sub(yi).square().sum()).apply(w))
                .apply(x, y);
        for (int i = 0; i < 5; i++) {
            // d/dw |x w - y|^2 = 2 x' (x w - y)
            Tensor xi = x.select(0, i);
            Tensor r = xi.matmul(w).sub(y.select(0, i));
            same(all.select(0, i), xi.outer(r).mul(2));
        }
    }

    @Test
    void nestedBatches() {
        Tensor x = numbers(3, 5);
        Tensor y = numbers(4, 5);
        // All pairs of rows: the outer batch holds x's, the inner one y's.
        Tensor products = Grad.vmap(xi -> Grad.vmap(yi -> xi.dot(yi)).apply(y)).apply(x);
        same(products, x.matmul(y.t()));
        Tensor cube = numbers(2, 3, 4);
        UnaryOperator<Tensor> inner = Grad.vmap(v -> v.cumsum(0), 1, 1);
        same(Grad.vmap(inner, 2, 2).apply(cube), cube.cumsum(0));
    }

    @Test
    void derivativesInsideAndOutside() {
        UnaryOperator<Tensor> f = x -> x.sin().mul(x.square().sum()).sum();
        Tensor x = numbers(3, 4);
        Tensor inside = Grad.vmap(Grad.grad(f)).apply(x);
        Tensor outside =
                Grad.grad((Tensor all) -> Grad.vmap(f).apply(all).sum()).apply(x);
        Tensor hessians = Grad.vmap(Grad.hessian(f)).apply(x);
        for (int i = 0; i < 3; i++) {
            same(inside.select(0, i), Grad.grad(f).apply(x.select(0, i)));
            same(outside.select(0, i), Grad.grad(f).apply(x.select(0, i)));
            same(hessians.select(0, i), Grad.hessian(f).apply(x.select(0, i)));
        }
        Tensor v = numbers(4);
        Tensor curvature = Grad.jvp(
                        all -> Grad.vmap(xi -> Grad.jvp(f, xi, v).tangent()).apply(all), x, x.fullLike(1))
                .tangent();
        for (int i = 0; i < 3; i++) {
            Tensor h = Grad.hessian(f).apply(x.select(0, i));
            assertThat(curvature.get(i)).isCloseTo(h.matmul(v).sum().item(), within(1e-11));
        }
    }

    @Test
    void parametersInsideAreOnesThatATapeOutsideFollows() {
        Parameter w = Parameter.of(numbers(4));
        Tensor x = numbers(3, 4);
        try (Tape tape = Tape.open()) {
            Tensor loss = Grad.vmap(xi -> xi.dot(w).tanh()).apply(x).sum();
            tape.backward(loss);
        }
        Tensor expected = Grad.grad((Tensor p) -> x.matmul(p).tanh().sum()).apply(w.value());
        same(w.grad(), expected);
        w.close();
    }

    @Test
    void everyElementGetsTheSameRandomNumbers() {
        Tensor x = numbers(3, 4);
        Tensor dropped = Grad.vmap(row -> Functional.dropout(row, 0.5, true, new Generator(7)))
                .apply(x);
        Tensor mask = Functional.dropout(on(Tensors.ones(DType.F64, 4)), 0.5, true, new Generator(7));
        same(dropped, x.mul(mask));
    }

    @Test
    void viewsStayViews() {
        Tensor x = numbers(3, 2, 4);
        Tensor y = Grad.vmap(m -> m.t().slice(0, 1, 3).flip(1).unsqueeze(0)).apply(x);
        assertThat(((ConcreteTensor) y).storage()).isSameAs(((ConcreteTensor) x).storage());
        same(y, x.transpose(1, 2).slice(1, 1, 3).flip(2).unsqueeze(1));
    }

    @Test
    void whatDoesNotDependOnTheBatchIsComputedOnce() {
        Tensor w = numbers(4, 4);
        var shapes = new ArrayList<String>();
        CustomFunction watched = CustomFunction.of("watched", 1, in -> {
            shapes.add(in.get(0).shape().toString());
            return in.get(0).exp();
        });
        Tensor y = Grad.vmap(x -> x.matmul(watched.apply(w))).apply(numbers(3, 4));
        same(y, numbers(3, 4).matmul(w.exp()));
        assertThat(shapes).containsExactly("[4, 4]");
    }

    @Test
    void customDerivativesAreKeptUnderVmap() {
        // A derivative that is deliberately not that of the function shows which one was used.
        CustomFunction f = CustomFunction.of(
                        "f", 2, in -> in.get(0).mul(in.get(1)).sum())
                .withVjp((in, y, g) ->
                        List.of(in.get(0).mul(g).mul(10), in.get(1).mul(g).mul(100)))
                .withJvp((in, y, t) -> t.get(0).mul(7).sum().add(t.get(1).mul(9).sum()));
        Tensor x = numbers(3, 4);
        Tensor w = numbers(4);
        Tensor byX = Grad.grad((Tensor all) ->
                        Grad.vmap(xi -> f.apply(xi, w)).apply(all).sum())
                .apply(x);
        same(byX, x.mul(10));
        Tensor byW = Grad.grad(
                        (Tensor p) -> Grad.vmap(xi -> f.apply(xi, p)).apply(x).sum())
                .apply(w);
        same(byW, w.mul(300));
        Tensor inside = Grad.vmap(Grad.grad(xi -> f.apply(xi, w))).apply(x);
        same(inside, x.mul(10));
        Tensor forward = Grad.jvp(all -> Grad.vmap(xi -> f.apply(xi, w)).apply(all), x, x.fullLike(1))
                .tangent();
        same(forward, on(Tensors.full(DType.F64, 28, 3)));
        Tensor nested = Grad.grad((Tensor all) -> Grad.vmap(Grad.vmap((Tensor xi) -> f.apply(xi, w)))
                        .apply(all)
                        .sum())
                .apply(numbers(2, 3, 4));
        same(nested, numbers(2, 3, 4).mul(10));
    }

    @Test
    void aCustomFunctionThatCapturesTheBatchIsRefused() {
        assertThatThrownBy(() -> Grad.vmap(
                                x -> CustomFunction.of("f", 1, in -> in.get(0).mul(x))
                                        .withVjp((in, y, g) -> List.of(g))
                                        .apply(x.add(1)))
                        .apply(numbers(3, 4)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("pass it as one");
    }

    @Test
    void emptyBatchesGiveEmptyResultsOfTheRightShapes() {
        Tensor images = on(Tensors.zeros(DType.F64, 0, 2, 3, 5, 5));
        Tensor weight = numbers(4, 3, 2, 2);
        assertThat(Grad.vmap(x -> Functional.conv2d(x, weight, null, ConvSpec.DEFAULT))
                        .apply(images)
                        .shape())
                .hasToString("[0, 2, 4, 4, 4]");
        assertThat(Grad.vmap(w -> Functional.conv2d(numbers(2, 3, 5, 5), w, null, ConvSpec.DEFAULT))
                        .apply(on(Tensors.zeros(DType.F64, 0, 4, 3, 2, 2)))
                        .shape())
                .hasToString("[0, 2, 4, 4, 4]");
        assertThat(Grad.vmap(x -> Functional.maxPool2d(x, PoolSpec.of(2)))
                        .apply(images)
                        .shape())
                .hasToString("[0, 2, 3, 2, 2]");
        assertThat(Grad.vmap(x -> x.matmul(numbers(4, 2)).max(0).values())
                        .apply(on(Tensors.zeros(DType.F64, 0, 3, 4)))
                        .shape())
                .hasToString("[0, 2]");
        assertThat(Grad.vmap(Grad.grad(x -> x.softmax(0).square().sum()))
                        .apply(on(Tensors.zeros(DType.F64, 0, 3)))
                        .shape())
                .hasToString("[0, 3]");
    }

    @Test
    void convolutionsWithGroupsFoldTheBatchIntoChannelsAndGroups() {
        ConvSpec spec = ConvSpec.DEFAULT.groups(2).padding(1).stride(2);
        Tensor x = numbers(3, 2, 4, 5, 6);
        Tensor w = numbers(3, 6, 2, 3, 2);
        Tensor shared = x.select(0, 0);
        UnaryOperator<Tensor> byWeight = wi -> Functional.conv2d(shared, wi, null, spec);
        Tensor all = Grad.vmap(byWeight).apply(w);
        Tensor both =
                Grad.vmap((xi, wi) -> Functional.conv2d(xi, wi, null, spec)).apply(x, w);
        Tensor gradients =
                Grad.vmap(Grad.grad(wi -> byWeight.apply(wi).square().sum())).apply(w);
        for (int i = 0; i < 3; i++) {
            same(all.select(0, i), byWeight.apply(w.select(0, i)));
            same(both.select(0, i), Functional.conv2d(x.select(0, i), w.select(0, i), null, spec));
            same(
                    gradients.select(0, i),
                    Grad.grad((Tensor wi) -> byWeight.apply(wi).square().sum()).apply(w.select(0, i)));
        }
    }

    @Test
    void batchesNamedByIndexKeepTheirErrors() {
        Tensor index = on(Tensors.of(new long[] {0, 1, 9}));
        assertThatThrownBy(() -> Grad.vmap(i -> numbers(3, 2).indexSelect(0, i.unsqueeze(0)))
                        .apply(index)
                        .toDoubleArray())
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("indexSelect: index 9");
    }

    // ---- errors ----

    @Test
    void sizesThatDisagree() {
        assertThatThrownBy(() -> Grad.vmap((a, b) -> a.add(b)).apply(numbers(3, 2), numbers(4, 2)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("3 along axis 0 of argument 0 of shape [3, 2]")
                .hasMessageContaining("4 along axis 0 of argument 1 of shape [4, 2]")
                .hasMessageContaining("null for an argument without one");
    }

    @Test
    void axesOutOfRange() {
        assertThatThrownBy(() -> Grad.vmap(x -> x, 2, 0).apply(numbers(3, 2)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("vmap: axis 2");
        assertThatThrownBy(() -> Grad.vmap(x -> x, 0, 2).apply(numbers(3, 2)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("vmap: a new axis 2 has no place");
        assertThatThrownBy(() -> Grad.vmap(x -> x).apply(numbers()))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("a scalar and has no axis 0");
    }

    @Test
    void axesThatDoNotFitTheStructure() {
        assertThatThrownBy(() -> Grad.vmap((Params p) -> p.w(), BatchAxes.of(0), BatchAxes.all(0))
                        .apply(new Params(numbers(2, 2), numbers(2))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("axes (0) for 2 components");
        assertThatThrownBy(() -> Grad.vmap((Tensor x) -> x, BatchAxes.of(0, 1), BatchAxes.all(0))
                        .apply(numbers(2, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("BatchAxes.all");
        assertThatThrownBy(() -> Grad.vmap((Params p) -> p.w(), BatchAxes.NONE, BatchAxes.all(0))
                        .apply(new Params(numbers(2, 2), numbers(2))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("give one to at least one of them");
    }

    @Test
    void aBatchedResultNeedsAnAxis() {
        assertThatThrownBy(() -> Grad.vmap((Tensor x) -> x, BatchAxes.all(0), BatchAxes.NONE)
                        .apply(numbers(2, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("its output axis is none");
        assertThatThrownBy(() -> Grad.vmap((Tensor x) -> (Tensor) null, BatchAxes.all(0), BatchAxes.NONE)
                        .apply(numbers(2, 2)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the function returns null");
    }

    @Test
    void valuesCannotBeReadInside() {
        for (Function<Tensor, Object> read : List.<Function<Tensor, Object>>of(
                x -> x.sum().item(),
                x -> x.get(0),
                Tensor::toDoubleArray,
                x -> x.equalTo(x),
                x -> x.nonzero(),
                x -> x.unique(),
                x -> x.unique(0),
                x -> x.uniqueConsecutive(),
                x -> x.to(DType.I64).bincount(),
                x -> x.histc(3),
                x -> x.histogram(3),
                x -> x.sin().cos().sum().itemLong())) {
            assertThatThrownBy(() -> Grad.vmap(x -> {
                                var _ = read.apply(x);
                                return x;
                            })
                            .apply(numbers(2, 3)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("vmap: a tensor of shape")
                    .hasMessageContaining("of a batch of 2")
                    .hasMessageContaining("where");
        }
        // Inside another transform as well.
        assertThatThrownBy(() ->
                        Grad.vmap(Grad.grad(x -> x.mul(x.sum().item()).sum())).apply(numbers(2, 3)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("of a batch of 2");
    }

    @Test
    void aTensorOfAnEndedBatchIsRefused() {
        var escaped = new ArrayList<Tensor>();
        var _ = Grad.vmap(x -> {
                    escaped.add(x);
                    return x;
                })
                .apply(numbers(2, 3));
        assertThatThrownBy(() -> escaped.get(0).add(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("after the vmap that made it had ended");
    }

    @Test
    void changesInPlaceAreRefused() {
        assertThatThrownBy(() -> Grad.vmap(x -> x.mul(1).add_(1)).apply(numbers(2, 3)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("in place");
    }

    @Test
    void closingAnArgumentInsideLeavesTheCallers() {
        Tensor x = numbers(2, 3);
        Tensor y = Grad.vmap(row -> {
                    Tensor z = row.mul(2);
                    row.close();
                    return z;
                })
                .apply(x);
        same(y, x.mul(2));
        assertThat(IntStream.range(0, 6).mapToDouble(i -> x.toDoubleArray()[i]).sum())
                .isFinite();
    }

    @Test
    void printingShowsTheWholeBatch() {
        var seen = new ArrayList<String>();
        var _ = Grad.vmap(x -> {
                    seen.add(x.toString());
                    return x;
                })
                .apply(on(Tensors.arange(0, 4, 1)).reshape(2, 2));
        assertThat(seen.get(0)).startsWith("each of a batch of 2: tensor(");
    }
}
