package org.gatun.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.gatun.tensor.AttentionOptions;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.composite.Attention;
import org.gatun.tensor.composite.Attention.Mask;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Attention and its derivative on a GPU against the definition in double precision on the CPU. */
class CudaAttentionTest {
    private static final float INF = Float.POSITIVE_INFINITY;

    @BeforeAll
    static void findADriver() {
        StandInDriver.use();
    }

    @AfterEach
    void nothingAmiss() {
        StandInDriver.requireNoViolations();
    }

    private static Tensor normal(int seed, DType dtype, long... sizes) {
        return Tensors.randn(new Generator(seed), DType.F32, Shape.of(sizes), Device.CPU)
                .to(dtype);
    }

    private static Tensor onDevice(Tensor x) {
        return x.to(Device.cuda(0));
    }

    /** Results and the cotangents of queries, keys and values for the sum of results times {@code g}. */
    private static List<Tensor> all(Attention op, List<Tensor> operands, Tensor g) {
        Tensor[] results = Dispatch.bindAll(new Op.Call(op), operands.toArray(Tensor[]::new));
        Tensor zero = results[1].fullLike(0);
        // The logarithms get a cotangent too, as in derivatives of the second order.
        Tensor some = results[2].fullLike(0.25);
        var all = new ArrayList<>(List.of(results));
        all.addAll(op.derivative()
                .orElseThrow()
                .vjp(operands, List.of(results), List.of(g, zero, some), i -> i < 3)
                .subList(0, 3));
        return all;
    }

    private static void check(Attention op, Tensor q, Tensor k, Tensor v, Tensor... mask) {
        DType dtype = q.dtype();
        var operands = new ArrayList<>(List.of(q, k, v));
        operands.addAll(List.of(mask));
        long[] sizes = q.shape().toArray();
        sizes[sizes.length - 1] = v.size(-1);
        Tensor g = normal(9, dtype, sizes);
        List<Tensor> expected = all(
                op,
                operands.stream()
                        .map(x -> x.dtype() == DType.BOOL ? x : x.to(DType.F64))
                        .toList(),
                g.to(DType.F64));
        List<Tensor> actual =
                all(op, operands.stream().map(CudaAttentionTest::onDevice).toList(), onDevice(g));
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i).dtype()).isEqualTo(i == 1 || i == 2 ? DType.F32 : dtype);
            assertThat(actual.get(i).shape()).isEqualTo(expected.get(i).shape());
            double[] x = expected.get(i).toDoubleArray();
            double[] y = actual.get(i).to(Device.CPU).to(DType.F64).toDoubleArray();
            // Sums of up to 70 products; 16-bit results are rounded, and so is what the derivative takes from them.
            double precision = dtype == DType.F32 ? 1e-5 : dtype == DType.F16 ? 4e-3 : 3e-2;
            for (int e = 0; e < x.length; e++) {
                double error = Math.abs(y[e] - x[e]);
                if (!(error <= precision * Math.max(1, Math.abs(x[e])))) {
                    throw new AssertionError(op + " of " + dtype + " " + q.shape() + k.shape() + v.shape() + " result "
                            + i + " at " + e + ": " + y[e] + " where " + x[e] + " is expected");
                }
            }
        }
    }

    @Test
    void agreesWithTheDefinition() {
        // Queries, keys, widths; at borders of blocks and beside them.
        int[][] sizes = {{7, 33, 3, 5}, {65, 65, 64, 8}, {1, 70, 16, 64}, {70, 1, 8, 2}};
        for (DType dtype : new DType[] {DType.F32, DType.BF16, DType.F16}) {
            for (int[] s : sizes) {
                try (var scope = MemoryScope.open("attention")) {
                    Tensor q = normal(1, dtype, s[0], s[2]);
                    Tensor k = normal(2, dtype, s[1], s[2]);
                    Tensor v = normal(3, dtype, s[1], s[3]);
                    double scale = 1 / Math.sqrt(s[2]);
                    check(new Attention(Mask.NONE, true, scale), q, k, v);
                    Tensor seen = normal(4, DType.F32, s[0], s[1]).gt(0.7);
                    check(new Attention(Mask.BOOLEAN, false, scale), q, k, v, seen);
                }
            }
        }
        for (DType dtype : new DType[] {DType.F32, DType.BF16}) {
            try (var scope = MemoryScope.open("attention")) {
                Tensor q = normal(1, dtype, 35, 100);
                Tensor k = normal(2, dtype, 70, 100);
                Tensor v = normal(3, dtype, 70, 128);
                check(new Attention(Mask.NONE, true, 0.1), q, k, v);
                check(new Attention(Mask.ADDITIVE, false, 0.1), q, k, v, normal(4, dtype, 35, 70));
            }
        }
    }

    @Test
    void onOlderDevices() {
        // Without tensor cores: the softmax is rounded to 16 bits on these only.
        older(DType.BF16, 7, 33, 12, 9, 0.02);
        // With less shared memory: the tiles of wide rows are smaller.
        older(DType.F32, 40, 35, 100, 71, 1e-5);
    }

    private static void older(DType dtype, long queries, long keys, long width, long valueWidth, double precision) {
        try (var scope = MemoryScope.open("attention")) {
            ConcreteTensor q = onDevice(normal(1, dtype, 2, queries, width)).concrete();
            ConcreteTensor k = onDevice(normal(2, dtype, 2, keys, width)).concrete();
            ConcreteTensor v = onDevice(normal(3, dtype, 2, keys, valueWidth)).concrete();
            ConcreteTensor[] expected = CudaAttention.forward(true, true, 0.3, q, k, v);
            ConcreteTensor[] results = CudaAttention.forward(false, true, 0.3, q, k, v);
            ConcreteTensor g =
                    onDevice(normal(4, dtype, 2, queries, valueWidth)).concrete();
            ConcreteTensor delta = results[2].fullLike(0.5).concrete();
            ConcreteTensor[] in = {q, k, v, expected[1], expected[2], g, delta};
            ConcreteTensor[] flowExpected = CudaAttention.backward(true, true, 0.3, in);
            ConcreteTensor[] flow = CudaAttention.backward(false, true, 0.3, in);
            for (int i = 0; i < 3; i++) {
                assertThat(results[i].allClose(expected[i], precision, precision))
                        .isTrue();
                assertThat(flow[i].allClose(flowExpected[i], precision, precision))
                        .isTrue();
            }
        }
    }

    @Test
    void anyStridesOfBatchesAndMasks() {
        try (var scope = MemoryScope.open("attention")) {
            // (batch, token, head, number), as linear layers give it
            Tensor q = onDevice(normal(1, DType.F32, 2, 5, 3, 8)).transpose(1, 2);
            Tensor k = onDevice(normal(2, DType.F32, 6, 3, 8)).transpose(0, 1);
            Tensor v = onDevice(normal(3, DType.F32, 2, 3, 4, 6)).transpose(-2, -1);
            Tensor mask =
                    onDevice(normal(4, DType.F32, 6, 1, 2)).permute(2, 1, 0).unsqueeze(1);
            AttentionOptions options = AttentionOptions.DEFAULT.withMask(mask);
            Tensor out = Functional.scaledDotProductAttention(q, k, v, options);
            Tensor expected = Functional.scaledDotProductAttention(
                    q.to(Device.CPU),
                    k.to(Device.CPU),
                    v.to(Device.CPU),
                    AttentionOptions.DEFAULT.withMask(mask.to(Device.CPU)));
            assertThat(out.to(Device.CPU).allClose(expected, 1e-5, 1e-6)).isTrue();
            Tensor six = onDevice(normal(5, DType.F32, 2, 2, 2, 2, 2, 2, 2, 3)).permute(5, 1, 3, 0, 4, 2, 6, 7);
            Tensor one = onDevice(normal(6, DType.F32, 2, 3));
            Tensor many = Functional.scaledDotProductAttention(six, one, one);
            Tensor host = one.to(Device.CPU);
            assertThat(many.to(Device.CPU)
                            .allClose(Functional.scaledDotProductAttention(six.to(Device.CPU), host, host), 1e-5, 1e-6))
                    .isTrue();
        }
    }

    @Test
    void rowsWithoutKeysInfinitiesAndLargeScores() {
        try (var scope = MemoryScope.open("attention")) {
            Tensor q = Tensors.of(new float[][] {{1e4f, 0}, {0, 1e4f}, {INF, 1}});
            Tensor v = Tensors.of(new float[][] {{1, 2}, {3, 4}, {5, 6}});
            Tensor k = q.narrow(0, 0, 2);
            Tensor w = v.narrow(0, 0, 2);
            Tensor mask = Tensors.of(new float[][] {{0, 0}, {-INF, -INF}, {0, 0}});
            Tensor out = Functional.scaledDotProductAttention(
                    onDevice(q), onDevice(k), onDevice(w), AttentionOptions.DEFAULT.withMask(onDevice(mask)));
            double[] values = out.to(Device.CPU).toDoubleArray();
            assertThat(values).startsWith(1, 2, 0, 0);
            assertThat(values[4]).isNaN();
            Attention op = new Attention(Mask.ADDITIVE, false, 1);
            Tensor finite = q.narrow(0, 0, 2);
            List<Tensor> operands =
                    List.of(onDevice(finite), onDevice(finite), onDevice(w), onDevice(mask.narrow(0, 0, 2)));
            List<Tensor> results = all(op, operands, onDevice(finite.fullLike(1)));
            double[] toQueries = results.get(3).to(Device.CPU).toDoubleArray();
            // Of the softmax (1, 0), only the cotangent of the logarithm, 1/4, is left, times the first key.
            assertThat(toQueries).containsExactly(2500, 0, 0, 0);
            double[] toValues = results.get(5).to(Device.CPU).toDoubleArray();
            assertThat(toValues).containsExactly(1, 1, 0, 0);
        }
    }

    @Test
    void whatHasNoKernelIsComputedAllTheSame() {
        try (var scope = MemoryScope.open("attention")) {
            Tensor wide = normal(1, DType.F32, 3, 130);
            Tensor precise = normal(2, DType.F64, 4, 3);
            Tensor none = normal(3, DType.F32, 0, 3);
            for (Tensor x : List.of(wide, precise, none)) {
                ConcreteTensor out = Functional.scaledDotProductAttention(onDevice(x), onDevice(x), onDevice(x))
                        .to(Device.CPU)
                        .concrete();
                Tensor expected = Functional.scaledDotProductAttention(x, x, x);
                assertThat(out.allClose(expected, 1e-5, 1e-6)).isTrue();
            }
        }
    }
}
