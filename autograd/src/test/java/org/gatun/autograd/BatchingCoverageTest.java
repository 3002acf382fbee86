package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.conformance.BatchSample;
import org.gatun.tensor.conformance.CompositeSamples;
import org.gatun.tensor.conformance.OpCases;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Every operation under {@code vmap} (and every public method, for {@link CoverageContractTest}), against a loop over the elements of the batch: values with all operands
 * batched, with each alone, and along the last axis; for what is differentiable, forward mode inside the batch, reverse mode inside, and
 * reverse mode of the batched function.
 */
@ExtendWith(NativeMemoryBalance.class)
class BatchingCoverageTest {
    private static final int SIZE = BatchSample.SIZE;

    /** Sums in another order, relative to the largest number. */
    private static final double TOLERANCE = 1e-11;

    @TestFactory
    Stream<DynamicNode> operations() {
        return OpCases.kinds().stream()
                .map(kind -> dynamicContainer(
                        OpCases.name(kind), BatchSample.of(kind).stream().map(BatchingCoverageTest::test)));
    }

    /** Methods that can't be batched are listed with the reason, and say so. */
    @TestFactory
    Stream<DynamicNode> refusals() {
        return CompositeSamples.all().stream()
                .filter(sample -> !sample.unbatched().isEmpty())
                // without elements there are no values to depend on
                .filter(sample -> sample.fill(DType.F64).stream().allMatch(operand -> operand.size() > 0))
                .map(sample -> dynamicTest(
                        sample.method() + ": " + sample.unbatched(),
                        () -> MemoryScope.tidy(() -> {
                            BatchSample batch = BatchSample.refused(sample);
                            List<Tensor> operands = IntStream.range(0, batch.operands())
                                    .mapToObj(batch::stacked)
                                    .toList();
                            assertThatThrownBy(() -> Grad.vmap((List<Tensor> in) ->
                                                    batch.body().apply(in))
                                            .apply(operands))
                                    .isInstanceOf(IllegalStateException.class)
                                    .hasMessageContaining("vmap: ")
                                    .hasMessageContaining("choose with where");
                        })));
    }

    private static DynamicTest test(BatchSample sample) {
        return dynamicTest(sample.name(), () -> check(sample));
    }

    /** A sample in all ways to batch it. */
    static void check(BatchSample sample) {
        MemoryScope.tidy(() -> {
            values(sample, Collections.nCopies(sample.operands(), 0), 0);
            values(sample, Collections.nCopies(sample.operands(), -1), -1);
            for (int only = 0; only < sample.operands() && sample.operands() > 1; only++) {
                var axes = new ArrayList<Integer>(Collections.nCopies(sample.operands(), null));
                axes.set(only, 0);
                values(sample, axes, 0);
            }
            empty(sample);
            if (sample.differentiable()) {
                derivatives(sample);
            }
        });
    }

    /** The batched function against the function of each element; an operand without an axis is that of element 0. */
    private static void values(BatchSample sample, List<Integer> axes, int outAxis) {
        var operands = new ArrayList<Tensor>();
        for (int k = 0; k < axes.size(); k++) {
            Tensor all = sample.stacked(k);
            operands.add(
                    axes.get(k) == null
                            ? all.select(0, 0)
                            : axes.get(k) == 0 ? all : all.moveAxis(0, -1).copy());
        }
        List<Tensor> batched = Grad.vmap(
                        (List<Tensor> in) -> sample.body().apply(in),
                        BatchAxes.of(axes.toArray(Integer[]::new)),
                        BatchAxes.all(outAxis))
                .apply(operands);
        for (int b = 0; b < SIZE; b++) {
            var in = new ArrayList<Tensor>();
            for (int k = 0; k < axes.size(); k++) {
                in.add(sample.place(axes.get(k) == null ? 0 : b).get(k));
            }
            List<Tensor> expected = sample.body().apply(in);
            assertThat(batched).hasSameSizeAs(expected);
            for (int r = 0; r < expected.size(); r++) {
                same(
                        batched.get(r).select(outAxis, b),
                        expected.get(r),
                        "result " + r + " of element " + b + " with axes " + axes);
            }
        }
    }

    /** A batch of no elements gives empty results, whose shapes and dtypes are those of an element. */
    private static void empty(BatchSample sample) {
        List<Tensor> none = IntStream.range(0, sample.operands())
                .mapToObj(k -> sample.stacked(k).slice(0, 0, 0))
                .toList();
        List<Tensor> results =
                Grad.vmap((List<Tensor> in) -> sample.body().apply(in)).apply(none);
        List<Tensor> expected = sample.body().apply(sample.place(0));
        for (int r = 0; r < expected.size(); r++) {
            assertThat(results.get(r).shape()).isEqualTo(expected.get(r).shape().inserted(0, 0));
            assertThat(results.get(r).dtype()).isEqualTo(expected.get(r).dtype());
        }
    }

    private static void same(Tensor actual, Tensor expected, String what) {
        assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
        assertThat(actual.dtype()).as(what).isEqualTo(expected.dtype());
        double[] a = actual.toDoubleArray();
        double[] e = expected.toDoubleArray();
        double largest = 1;
        for (double x : e) {
            largest = Double.isFinite(x) ? Math.max(largest, Math.abs(x)) : largest;
        }
        double unit = expected.dtype() == DType.F32 ? 1e-5 : TOLERANCE;
        for (int i = 0; i < e.length; i++) {
            boolean close = Double.compare(a[i], e[i]) == 0 || Math.abs(a[i] - e[i]) <= unit * largest;
            assertThat(close).as("%s: %s is not %s", what, a[i], e[i]).isTrue();
        }
    }

    /** All floating operands of an element as one vector, so that one argument carries all derivatives. */
    private static Tensor packed(List<Tensor> operands) {
        return joined(operands);
    }

    private static Tensor joined(List<Tensor> tensors) {
        List<Tensor> parts = tensors.stream()
                .filter(t -> t.dtype().isFloating())
                .map(t -> t.to(DType.F64).flatten())
                .toList();
        return parts.isEmpty() ? Tensors.zeros(DType.F64, 0) : Tensors.cat(0, parts);
    }

    /** The function of that vector, the other operands being those of the element. */
    private static Tensor apply(BatchSample sample, Tensor vector, List<Tensor> operands) {
        var in = new ArrayList<Tensor>();
        long from = 0;
        for (Tensor operand : operands) {
            if (operand.dtype().isFloating()) {
                in.add(vector.slice(0, from, from + operand.elements()).reshape(operand.shape()));
                from += operand.elements();
            } else {
                in.add(operand);
            }
        }
        return joined(sample.body().apply(in));
    }

    private static void derivatives(BatchSample sample) {
        var points = new ArrayList<Tensor>();
        var tangents = new ArrayList<Tensor>();
        var forward = new ArrayList<Tensor>();
        var reverse = new ArrayList<Tensor>();
        Tensor seed = null;
        for (int b = 0; b < SIZE; b++) {
            List<Tensor> operands = sample.place(b);
            UnaryOperator<Tensor> f = v -> apply(sample, v, operands);
            Tensor x = packed(operands);
            Tensor t = x.mul(0.7).cos().mul(b + 0.5);
            JvpResult<Tensor> jvp = Grad.jvp(f, x, t);
            seed = jvp.value().detach().fullLike(0.5).add(0.25);
            points.add(x.unsqueeze(0));
            tangents.add(t.unsqueeze(0));
            forward.add(jvp.tangent());
            try (VjpResult<Tensor, Tensor> vjp = Grad.vjp(f, x)) {
                reverse.add(vjp.pullback(seed));
            }
        }
        var constants = new ArrayList<Tensor>();
        for (int k = 0; k < sample.operands(); k++) {
            constants.add(sample.stacked(k));
        }
        Tensor x = Tensors.cat(0, points);
        Tensor t = Tensors.cat(0, tangents);
        Tensor g = seed;
        Tensor inForward = Grad.vmap((List<Tensor> in) -> Grad.jvp(
                                v -> apply(sample, v, in.subList(2, in.size())), in.get(0), in.get(1))
                        .tangent())
                .apply(listed(constants, x, t));
        Tensor inReverse = Grad.vmap((List<Tensor> in) -> {
                    try (VjpResult<Tensor, Tensor> vjp =
                            Grad.vjp(v -> apply(sample, v, in.subList(1, in.size())), in.get(0))) {
                        return vjp.pullback(g);
                    }
                })
                .apply(listed(constants, x));
        UnaryOperator<Tensor> whole =
                all -> Grad.vmap((List<Tensor> in) -> apply(sample, in.get(0), in.subList(1, in.size())))
                        .apply(listed(constants, all));
        Tensor outside;
        try (VjpResult<Tensor, Tensor> vjp = Grad.vjp(whole, x)) {
            outside = vjp.pullback(g.unsqueeze(0).broadcastTo(vjp.value().shape()));
        }
        Tensor outsideForward = Grad.jvp(whole, x, t).tangent();
        for (int b = 0; b < SIZE; b++) {
            same(inForward.select(0, b), forward.get(b), "vmap of jvp at element " + b);
            same(outsideForward.select(0, b), forward.get(b), "jvp of vmap at element " + b);
            same(inReverse.select(0, b), reverse.get(b), "vmap of vjp at element " + b);
            same(outside.select(0, b), reverse.get(b), "vjp of vmap at element " + b);
        }
    }

    private static List<Tensor> listed(List<Tensor> constants, Tensor... first) {
        var all = new ArrayList<Tensor>(List.of(first));
        all.addAll(constants);
        return all;
    }
}
