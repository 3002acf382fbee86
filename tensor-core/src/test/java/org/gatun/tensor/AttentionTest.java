package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Attention against its definition, number by number in double precision. */
@ExtendWith(NativeMemoryBalance.class)
class AttentionTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final AttentionOptions PLAIN = AttentionOptions.DEFAULT;

    /** Attention of matrices; the mask is added to the scores. A row without keys is 0. */
    private static double[][] reference(
            double[][] q, double[][] k, double[][] v, double[][] mask, boolean causal, double scale) {
        double[][] out = new double[q.length][v[0].length];
        for (int i = 0; i < q.length; i++) {
            double[] scores = new double[k.length];
            double max = -INF;
            for (int j = 0; j < k.length; j++) {
                for (int e = 0; e < q[i].length; e++) {
                    scores[j] += scale * q[i][e] * k[j][e];
                }
                scores[j] = causal && j > i ? -INF : scores[j] + mask[i][j];
                max = Math.max(max, scores[j]);
            }
            double sum = 0;
            for (int j = 0; j < k.length && max > -INF; j++) {
                double weight = Math.exp(scores[j] - max);
                sum += weight;
                for (int e = 0; e < out[i].length; e++) {
                    out[i][e] += weight * v[j][e];
                }
            }
            for (int e = 0; e < out[i].length && sum > 0; e++) {
                out[i][e] /= sum;
            }
        }
        return out;
    }

    private static double[][] rows(Tensor x) {
        double[][] rows = new double[(int) x.size(0)][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = x.select(0, i).to(DType.F64).toDoubleArray();
        }
        return rows;
    }

    private static Tensor normal(int seed, DType dtype, long... sizes) {
        return Tensors.randn(new Generator(seed), DType.F32, Shape.of(sizes), Device.CPU)
                .to(dtype);
    }

    private static void same(Tensor out, double[][] expected, double precision) {
        double[] flat = out.to(DType.F64).toDoubleArray();
        for (int i = 0, at = 0; i < expected.length; i++) {
            assertThat(expected[i]).hasSize((int) out.size(-1));
            for (double e : expected[i]) {
                assertThat(flat[at++]).as("row %d", i).isCloseTo(e, within(precision * Math.max(1, Math.abs(e))));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64", "BF16", "F16"})
    void agreesWithTheDefinition(DType dtype) {
        double precision = dtype == DType.F64 ? 1e-13 : dtype == DType.F32 ? 1e-6 : dtype == DType.F16 ? 1e-3 : 8e-3;
        int[][] sizes = {{1, 1, 1, 1}, {7, 33, 5, 3}, {33, 7, 8, 16}, {65, 64, 16, 2}};
        for (int[] s : sizes) {
            Tensor q = normal(1, dtype, s[0], s[2]);
            Tensor k = normal(2, dtype, s[1], s[2]);
            Tensor v = normal(3, dtype, s[1], s[3]);
            Tensor seen = normal(4, DType.F32, s[0], s[1]).gt(0.3);
            Tensor added = normal(5, dtype, s[1]);
            double[][] none = new double[s[0]][s[1]];
            double[][] hidden = rows(Tensors.zeros(DType.F64, s[0], s[1]).maskedFill(seen.not(), -INF));
            double[][] terms = rows(added.broadcastTo(Shape.of(s[0], s[1])));
            double root = 1 / Math.sqrt(s[2]);
            Tensor plain = Functional.scaledDotProductAttention(q, k, v);
            assertThat(plain.dtype()).isEqualTo(dtype);
            same(plain, reference(rows(q), rows(k), rows(v), none, false, root), precision);
            Tensor causal = Functional.scaledDotProductAttention(
                    q, k, v, PLAIN.withCausal(true).withScale(0.5));
            same(causal, reference(rows(q), rows(k), rows(v), none, true, 0.5), precision);
            Tensor masked = Functional.scaledDotProductAttention(q, k, v, PLAIN.withMask(seen));
            same(masked, reference(rows(q), rows(k), rows(v), hidden, false, root), precision);
            Tensor biased = Functional.scaledDotProductAttention(q, k, v, PLAIN.withMask(added));
            same(biased, reference(rows(q), rows(k), rows(v), terms, false, root), precision);
        }
    }

    @Test
    void leadingAxesBroadcastAndHeadsAreShared() {
        Tensor q = normal(1, DType.F64, 3, 4, 5, 2);
        Tensor k = normal(2, DType.F64, 1, 2, 6, 2);
        Tensor v = normal(3, DType.F64, 2, 6, 3);
        Tensor mask = normal(4, DType.F64, 4, 1, 6);
        Tensor out = Functional.scaledDotProductAttention(
                q, k, v, PLAIN.withMask(mask).withGroupedQueries(true));
        assertThat(out.shape()).isEqualTo(Shape.of(3, 4, 5, 3));
        for (int b = 0; b < 3; b++) {
            for (int h = 0; h < 4; h++) {
                double[][] terms = rows(mask.select(0, h).broadcastTo(Shape.of(5, 6)));
                double[][] expected = reference(
                        rows(q.select(0, b).select(0, h)),
                        rows(k.select(0, 0).select(0, h / 2)),
                        rows(v.select(0, h / 2)),
                        terms,
                        false,
                        1 / Math.sqrt(2));
                same(out.select(0, b).select(0, h), expected, 1e-13);
            }
        }
        Tensor one = Functional.scaledDotProductAttention(q, k.narrow(1, 0, 1), v.select(0, 0));
        double[][] none = new double[5][6];
        double[][] expected = reference(
                rows(q.select(0, 2).select(0, 3)),
                rows(k.select(0, 0).select(0, 0)),
                rows(v.select(0, 0)),
                none,
                false,
                1 / Math.sqrt(2));
        same(one.select(0, 2).select(0, 3), expected, 1e-13);
    }

    @Test
    void rowsWithoutKeysAreZeroAndLargeScoresDoNotOverflow() {
        Tensor q = Tensors.of(new float[][] {{1e4f, 0}, {0, 1e4f}});
        Tensor v = Tensors.of(new float[][] {{1, 2}, {3, 4}});
        double[] picked = Functional.scaledDotProductAttention(q, q, v).toDoubleArray();
        assertThat(picked).containsExactly(1, 2, 3, 4);
        Tensor mask = Tensors.of(Shape.of(2, 2), false, false, true, false);
        double[] masked = Functional.scaledDotProductAttention(q, q, v, PLAIN.withMask(mask))
                .toDoubleArray();
        assertThat(masked).containsExactly(0, 0, 1, 2);
        double[] noKeys = Functional.scaledDotProductAttention(q, q.narrow(0, 0, 0), v.narrow(0, 0, 0))
                .toDoubleArray();
        assertThat(noKeys).containsExactly(0, 0, 0, 0);
        assertThat(Functional.scaledDotProductAttention(q.narrow(0, 0, 0), q, v).shape())
                .isEqualTo(Shape.of(0, 2));
        // Of width 0, all scores are 0.
        double[] mean = Functional.scaledDotProductAttention(q.narrow(1, 0, 0), q.narrow(1, 0, 0), v)
                .toDoubleArray();
        assertThat(mean).containsExactly(2, 3, 2, 3);
        Tensor infinite = Tensors.of(new float[][] {{Float.POSITIVE_INFINITY, 0}, {0, 1}});
        double[] nan =
                Functional.scaledDotProductAttention(infinite, q.abs(), v).toDoubleArray();
        assertThat(nan[0]).isNaN();
        assertThat(nan[2]).isEqualTo(3);
    }

    @Test
    void refusesWhatDoesNotFitAndSaysWhy() {
        Tensor q = normal(1, DType.F32, 2, 3, 4);
        Tensor k = normal(1, DType.F32, 2, 5, 4);
        assertThatThrownBy(() -> Functional.scaledDotProductAttention(q, normal(1, DType.F32, 5, 3), k))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[2, 3, 4]")
                .hasMessageContaining("[5, 3]")
                .hasMessageContaining("widths 4 and 3");
        assertThatThrownBy(() -> Functional.scaledDotProductAttention(q, k, q))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("5 keys and 3 values");
        assertThatThrownBy(() -> Functional.scaledDotProductAttention(normal(1, DType.F32, 3, 3, 4), k, k))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("do not broadcast");
        assertThatThrownBy(() ->
                        Functional.scaledDotProductAttention(q.select(0, 0).select(0, 0), k, k))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("unsqueeze");
        assertThatThrownBy(() -> Functional.scaledDotProductAttention(q, k, k, PLAIN.withMask(q)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[2, 3, 5]");
        assertThatThrownBy(() -> Functional.scaledDotProductAttention(
                        q, k, k, PLAIN.withGroupedQueries(true).withMask(q)))
                .isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Functional.scaledDotProductAttention(
                        normal(1, DType.F32, 3, 3, 4), k, k, PLAIN.withGroupedQueries(true)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("multiple");
        assertThatThrownBy(() -> Functional.scaledDotProductAttention(q, k, k.to(DType.F64)))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("values F64");
        assertThatThrownBy(
                        () -> Functional.scaledDotProductAttention(q.to(DType.I64), k.to(DType.I64), k.to(DType.I64)))
                .isInstanceOf(DTypeException.class);
        assertThatThrownBy(() ->
                        Functional.scaledDotProductAttention(q, k, k, PLAIN.withMask(Tensors.ones(DType.I64, 3, 5))))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("BOOL");
        assertThatThrownBy(() -> PLAIN.withMask(q).withCausal(true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tril");
    }
}
