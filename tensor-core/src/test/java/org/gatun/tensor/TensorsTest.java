package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class TensorsTest {
    @Test
    void valuesKeepTheirJavaType() {
        assertThat(List.of(Tensors.of(1f), Tensors.of(1d), Tensors.of(1L), Tensors.of(1), Tensors.of(true)))
                .extracting(Tensor::dtype)
                .containsExactly(DType.F32, DType.F64, DType.I64, DType.I32, DType.BOOL);
        assertThat(List.of(
                        Tensors.scalar(1f),
                        Tensors.scalar(1d),
                        Tensors.scalar(1L),
                        Tensors.scalar(1),
                        Tensors.scalar(true)))
                .allSatisfy(t -> assertThat(t.shape()).isEqualTo(Shape.SCALAR))
                .extracting(Tensor::dtype)
                .containsExactly(DType.F32, DType.F64, DType.I64, DType.I32, DType.BOOL);
    }

    @Test
    void valuesComeBackAsTheyWere() {
        assertThat(Tensors.of(1.5f, -0f, Float.NaN).toFloatArray()).containsExactly(1.5f, -0f, Float.NaN);
        assertThat(Tensors.of(Math.PI, Double.MIN_VALUE).toDoubleArray()).containsExactly(Math.PI, Double.MIN_VALUE);
        assertThat(Tensors.of(Long.MIN_VALUE, Long.MAX_VALUE).toLongArray())
                .containsExactly(Long.MIN_VALUE, Long.MAX_VALUE);
        assertThat(Tensors.of(Integer.MIN_VALUE, 7).toLongArray()).containsExactly(Integer.MIN_VALUE, 7);
        assertThat(Tensors.of(true, false, true).toBooleanArray()).containsExactly(true, false, true);
        assertThat(Tensors.ofUnsigned((byte) 200, (byte) 3).toLongArray()).containsExactly(200, 3);
        assertThat(Tensors.scalar((1L << 53) + 1).itemLong()).isEqualTo((1L << 53) + 1);
    }

    @Test
    void aShapeTakesExactlyItsNumberOfValues() {
        assertThat(Tensors.of(Shape.of(2, 2), 1, 2, 3, 4).get(1, 0)).isEqualTo(3);
        assertThatThrownBy(() -> Tensors.of(Shape.of(2, 3), 1f, 2f))
                .isInstanceOf(ShapeException.class)
                .hasMessage("of: shape [2, 3] has 6 elements, but 2 values were given: the counts must be equal");
    }

    @Test
    void nestedArraysAreRows() {
        assertThat(Tensors.of(new float[][] {{1, 2, 3}, {4, 5, 6}}).toFloatArray())
                .containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(Tensors.of(new double[][][] {{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}, {{9, 10}, {11, 12}}}))
                .satisfies(t -> assertThat(t.shape()).isEqualTo(Shape.of(3, 2, 2)))
                .satisfies(t -> assertThat(t.get(2, 1, 0)).isEqualTo(11));
        assertThat(Tensors.of(new float[2][3][4][5]).shape()).isEqualTo(Shape.of(2, 3, 4, 5));
        assertThat(Tensors.of(new long[0][3]).shape()).isEqualTo(Shape.of(0, 0));
        assertThat(Tensors.of(new int[2][0]).shape()).isEqualTo(Shape.of(2, 0));
    }

    @Test
    void raggedArraysAreRefused() {
        assertThatThrownBy(() -> Tensors.of(new float[][] {{1, 2}, {3}}))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("ragged: row [1] has 1 entries and the first one of that depth 2");
        assertThatThrownBy(() -> Tensors.of(new double[][][] {{{1}, {2}}, {{3}, null}}))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("row [1][1] of the nested array is null");
    }

    @Test
    void segmentsAreCopied() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment s = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2, 3, 4, 5, 6);
            Tensor t = Tensors.fromSegment(s, DType.F32, Shape.of(3, 2));
            s.fill((byte) 0);
            assertThat(t.toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
            assertThatThrownBy(() -> Tensors.fromSegment(s, DType.F64, Shape.of(3, 2)))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("has 24 bytes and shape [3, 2] of F64 takes 48");
            s.set(ValueLayout.JAVA_BYTE, 2, (byte) 9);
            assertThatThrownBy(() -> Tensors.fromSegment(s, DType.BOOL, Shape.of(24)))
                    .isInstanceOf(DTypeException.class)
                    .hasMessageContaining("byte 2 is 9");
        }
    }

    @ParameterizedTest
    @EnumSource
    void filledTensorsHoldOneValue(DType dtype) {
        assertThat(Tensors.zeros(dtype, 3, 2).toDoubleArray()).containsOnly(0).hasSize(6);
        assertThat(Tensors.ones(dtype, 3, 2).toDoubleArray()).containsOnly(1).hasSize(6);
        Tensor full = Tensors.full(dtype, 5, 2, 4);
        assertThat(full.toDoubleArray())
                .containsOnly(dtype == DType.BOOL ? 1 : 5)
                .hasSize(8);
        assertThat(full.concrete().isContiguous()).isTrue();
        assertThat(full.concrete().layout().isOverlapping()).isFalse();
        assertThat(Tensors.fullLike(full, 0)).satisfies(t -> {
            assertThat(t.dtype()).isEqualTo(dtype);
            assertThat(t.shape()).isEqualTo(Shape.of(2, 4));
        });
        assertThat(Tensors.zerosLike(full).toDoubleArray()).containsOnly(0).hasSize(8);
        assertThat(Tensors.onesLike(full).toDoubleArray()).containsOnly(1).hasSize(8);
        assertThat(Tensors.emptyLike(full).shape()).isEqualTo(full.shape());
    }

    @Test
    void shapesAloneMakeF32() {
        assertThat(List.of(Tensors.zeros(1), Tensors.ones(1), Tensors.full(2, 1), Tensors.rand(1), Tensors.randn(1)))
                .allSatisfy(t -> assertThat(t.dtype()).isEqualTo(DType.F32));
        assertThat(Tensors.full(-0.0).item()).isEqualTo(-0.0);
        assertThat(1 / Tensors.full(-0.0, 1).item()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(Tensors.zeros().shape()).isEqualTo(Shape.SCALAR);
        assertThat(Tensors.full(3, 0, 2).elements()).isZero();
    }

    @Test
    void aShapeThatNoMemoryHoldsIsRefused() {
        assertThatThrownBy(() -> Tensors.zeros(1L << 61, 4))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[2305843009213693952, 4]");
        assertThatThrownBy(() -> Tensors.ones(2, -1))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("-1");
    }

    @Test
    void theIdentityHasOnesOnTheDiagonal() {
        assertThat(Tensors.eye(2).toFloatArray()).containsExactly(1, 0, 0, 1);
        assertThat(Tensors.eye(DType.I64, 2, 3).toLongArray()).containsExactly(1, 0, 0, 0, 1, 0);
        assertThat(Tensors.eye(DType.BOOL, 3, 1).toBooleanArray()).containsExactly(true, false, false);
    }

    @Test
    void rangesOfIntegers() {
        assertThat(Tensors.arange(4).toLongArray()).containsExactly(0, 1, 2, 3);
        assertThat(Tensors.arange(2, 5).toLongArray()).containsExactly(2, 3, 4);
        assertThat(Tensors.arange(1, 10, 4).toLongArray()).containsExactly(1, 5, 9);
        assertThat(Tensors.arange(5, 0, -2).toLongArray()).containsExactly(5, 3, 1);
        assertThat(Tensors.arange(3, 3).elements()).isZero();
        assertThatThrownBy(() -> Tensors.arange(3, 1))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("arange: from 3 to 1 in steps of 1");
        assertThatThrownBy(() -> Tensors.arange(-5)).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Tensors.arange(1, 3, -1)).isInstanceOf(ShapeException.class);
        assertThat(Tensors.arange(0).dtype()).isEqualTo(DType.I64);
        assertThatThrownBy(() -> Tensors.arange(0, 5, 0))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("step is 0");
    }

    @Test
    void rangesOfNumbersAreRoundedOncePerElement() {
        assertThat(Tensors.arange(DType.F64, 0, 1, 0.1).toDoubleArray())
                .containsExactly(
                        IntStream.range(0, 10).mapToDouble(i -> i * 0.1).toArray());
        assertThat(Tensors.arange(1, 0, -0.25).toFloatArray()).containsExactly(1, 0.75f, 0.5f, 0.25f);
        assertThatThrownBy(() -> Tensors.arange(0, Double.POSITIVE_INFINITY, 1))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("finite");
        assertThatThrownBy(() -> Tensors.arange(0.0, 1.0, 0.0)).isInstanceOf(ShapeException.class);
        assertThat(Tensors.arange(0.5, 0.5, -1).elements()).isZero();
        assertThatThrownBy(() -> Tensors.arange(1.0, 0.5, 0.25))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("arange: from 1.0 to 0.5 in steps of 0.25");
        assertThatThrownBy(() -> Tensors.arange(0.0, 0.5, -0.25)).isInstanceOf(ShapeException.class);
    }

    @Test
    void linspaceHasExactEndsAndIsSymmetric() {
        double[] points = Tensors.linspace(DType.F64, -1, 1, 101).toDoubleArray();
        assertThat(points[0]).isEqualTo(-1);
        assertThat(points[100]).isEqualTo(1);
        for (int i = 0; i < 101; i++) {
            assertThat(points[i]).isEqualTo(-points[100 - i]).isCloseTo(-1 + i / 50.0, within(1e-15));
        }
        assertThat(Tensors.linspace(2, 3, 1).toFloatArray()).containsExactly(2);
        assertThat(Tensors.linspace(2, 3, 0).elements()).isZero();
        assertThatThrownBy(() -> Tensors.linspace(DType.I64, 0, 1, 2)).isInstanceOf(DTypeException.class);
        assertThatThrownBy(() -> Tensors.linspace(0, 1, -1)).isInstanceOf(ShapeException.class);
    }

    @Test
    void equalSeedsGiveEqualNumbers() {
        Tensors.manualSeed(7);
        float[] first = Tensors.randn(50).toFloatArray();
        float[] second = Tensors.randn(50).toFloatArray();
        Tensors.manualSeed(7);
        assertThat(Tensors.randn(50).toFloatArray()).containsExactly(first);
        assertThat(first).isNotEqualTo(second);
        assertThat(Tensors.randn(new Generator(7), 50).toFloatArray()).containsExactly(first);
    }

    @Test
    void randomNumbersHaveTheirDistribution() {
        int n = 1 << 16;
        double[] uniform = Tensors.rand(new Generator(1), DType.F64, Shape.of(n), Device.CPU)
                .toDoubleArray();
        assertThat(Arrays.stream(uniform).allMatch(u -> u >= 0 && u < 1)).isTrue();
        // Five standard errors of each mean.
        assertThat(Arrays.stream(uniform).average().orElseThrow()).isCloseTo(0.5, within(5 / Math.sqrt(12.0 * n)));
        double[] scaled = Tensors.uniform(new Generator(2), -3, 5, n).toDoubleArray();
        assertThat(Arrays.stream(scaled).min().orElseThrow()).isBetween(-3.0, -2.99);
        assertThat(Arrays.stream(scaled).max().orElseThrow()).isBetween(4.99, 5.0);
        double[] normal = Tensors.normal(new Generator(3), 10, 2, n).toDoubleArray();
        double mean = Arrays.stream(normal).average().orElseThrow();
        assertThat(mean).isCloseTo(10, within(5 * 2 / Math.sqrt(n)));
        assertThat(Arrays.stream(normal)
                        .map(x -> (x - mean) * (x - mean))
                        .average()
                        .orElseThrow())
                .isCloseTo(4, within(5 * 4 * Math.sqrt(2.0 / n)));
        long hits = count(Tensors.bernoulli(new Generator(4), 0.3, n));
        assertThat((double) hits / n).isCloseTo(0.3, within(5 * Math.sqrt(0.21 / n)));
        assertThat(count(Tensors.bernoulli(new Generator(4), 0.0, n))).isZero();
        assertThat(count(Tensors.bernoulli(new Generator(4), 1.0, n))).isEqualTo(n);
        assertThat(Tensors.bernoulli(new Generator(5), Tensors.of(0d, 1d, 0d, 1d))
                        .toDoubleArray())
                .containsExactly(0, 1, 0, 1);
    }

    private static long count(Tensor truth) {
        boolean[] values = truth.toBooleanArray();
        return IntStream.range(0, values.length).filter(i -> values[i]).count();
    }

    @Test
    void randomIntegersCoverTheirRangeEvenly() {
        long[] dice = Tensors.randint(new Generator(1), 1, 7, Shape.of(6000)).toLongArray();
        for (int face = 1; face <= 6; face++) {
            int f = face;
            assertThat(LongStream.of(dice).filter(d -> d == f).count()).isBetween(1000L - 150, 1000L + 150);
        }
        assertThat(Tensors.randint(3, 4, Shape.of(5)).toLongArray()).containsOnly(3);
        assertThatThrownBy(() -> Tensors.randint(3, 3, Shape.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("from 3 to below 3");
        assertThatThrownBy(() -> Tensors.randint(Long.MIN_VALUE, Long.MAX_VALUE, Shape.of(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aPermutationHasEachNumberOnce() {
        long[] order = Tensors.randperm(new Generator(1), 1000).toLongArray();
        assertThat(order).isNotEqualTo(LongStream.range(0, 1000).toArray());
        assertThat(LongStream.of(order).sorted().toArray())
                .containsExactly(LongStream.range(0, 1000).toArray());
        assertThat(Tensors.randperm(new Generator(1), 1000).toLongArray()).containsExactly(order);
        assertThat(Tensors.randperm(0).elements()).isZero();
    }

    /** Also where the scaled number is rounded up to the bound, and where the span is too large for a float. */
    @Test
    void uniformNumbersStayBelowTheirUpperBound() {
        for (double low : new double[] {0, 1, 16_777_215, -3}) {
            double high = low == -3 ? -3 + 1e-6 : Math.nextUp((float) low + 1f);
            float[] x = Tensors.uniform(new Generator(5), low, high, 100_000).toFloatArray();
            for (float v : x) {
                assertThat(v >= low && v < high)
                        .as(v + " from " + low + " to " + high)
                        .isTrue();
            }
        }
        // One float lies in [1, 1 + 2^-23), and the middle of it rounds up to the bound.
        assertThat(Tensors.uniform(new Generator(5), 1, 1 + 0x1p-23, 1000).toFloatArray())
                .containsOnly(1);
        assertThat(Tensors.uniform(new Generator(5), 2, 2, 3).toFloatArray()).containsOnly(2);
        float most = Float.MAX_VALUE;
        for (double[] bounds : new double[][] {{-most, most}, {0, Double.POSITIVE_INFINITY}, {0, 1e40}, {1e40, 1e40}}) {
            assertThatThrownBy(() -> Tensors.uniform(new Generator(5), bounds[0], bounds[1], 3))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("uniform: ");
        }
        assertThat(Tensors.uniform(new Generator(5), 0, most, 1000)
                        .isFinite()
                        .all()
                        .item())
                .isOne();
    }

    @Test
    void parametersOfDistributionsAreChecked() {
        assertThatThrownBy(() -> Tensors.bernoulli(new Generator(1), 1.5, 2)).hasMessageContaining("probability 1.5");
        assertThatThrownBy(() -> Tensors.bernoulli(new Generator(1), Double.NaN, 2))
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> Tensors.normal(new Generator(1), 0, -1, 2)).hasMessageContaining("deviation -1.0");
        assertThatThrownBy(() -> Tensors.uniform(new Generator(1), 1, 0, 2)).hasMessageContaining("not in order");
        assertThatThrownBy(() -> Tensors.rand(new Generator(1), DType.I64, Shape.of(2), Device.CPU))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("rand: makes floating dtypes, not I64");
        assertThatThrownBy(() -> Tensors.bernoulli(new Generator(1), Tensors.of(0L, 1)))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("bernoulli: the probabilities are I64");
        for (float p : new float[] {-0.5f, 1.5f, Float.NaN}) {
            assertThatThrownBy(() -> Tensors.bernoulli(new Generator(1), Tensors.of(0.5f, p)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("bernoulli: the probabilities")
                    .hasMessageContaining("from 0 to 1");
        }
        assertThatThrownBy(() -> Tensors.randperm(-1))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("randperm: the count -1");
        assertThatThrownBy(() -> Tensors.eye(-1))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("eye: -1 rows and -1 columns");
    }

    @Test
    void joiningAlongAnAxis() {
        Tensor a = Tensors.of(new int[][] {{1, 2}, {3, 4}});
        Tensor b = Tensors.of(new int[][] {{5, 6}});
        assertThat(Tensors.cat(0, a, b).toLongArray()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(Tensors.cat(-1, List.of(a, b.t())).toLongArray()).containsExactly(1, 2, 5, 3, 4, 6);
        assertThat(Tensors.cat(0, Tensors.of(1), Tensors.of(2.5)).dtype()).isEqualTo(DType.F64);
        assertThat(Tensors.cat(0, a, Tensors.zeros(DType.I32, 0, 2)).toLongArray())
                .containsExactly(1, 2, 3, 4);
        assertThat(Tensors.vstack(Tensors.of(1, 2), Tensors.of(3, 4)).shape()).isEqualTo(Shape.of(2, 2));
        assertThat(Tensors.hstack(Tensors.of(1, 2), Tensors.of(3)).toLongArray())
                .containsExactly(1, 2, 3);
        assertThat(Tensors.hstack(a, b.t()).shape()).isEqualTo(Shape.of(2, 3));
    }

    @Test
    void joiningNamesBothShapes() {
        assertThatThrownBy(() -> Tensors.cat(0, Tensors.zeros(2, 3), Tensors.zeros(2, 4)))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("cat: shapes [2, 3] (first) and [2, 4] (number 2) differ outside axis 0");
        assertThatThrownBy(() -> Tensors.stack(0, Tensors.zeros(2), Tensors.zeros(3)))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("stack: shapes [2] (first) and [3] (number 2) differ");
        assertThatThrownBy(() -> Tensors.cat(0))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("no tensors");
        assertThatThrownBy(() -> Tensors.cat(0, Tensors.scalar(1))).hasMessageContaining("use stack");
        assertThatThrownBy(() -> Tensors.cat(2, Tensors.zeros(2, 3))).hasMessageContaining("axis 2");
    }

    @Test
    void stackingMakesANewAxis() {
        Tensor a = Tensors.of(1, 2);
        Tensor b = Tensors.of(3, 4);
        assertThat(Tensors.stack(0, a, b).toLongArray()).containsExactly(1, 2, 3, 4);
        assertThat(Tensors.stack(1, a, b).toLongArray()).containsExactly(1, 3, 2, 4);
        assertThat(Tensors.stack(-1, Tensors.scalar(1f), Tensors.scalar(2f)).toFloatArray())
                .containsExactly(1, 2);
    }

    @Test
    void gridsRepeatEachVectorAlongItsAxis() {
        List<Tensor> grid = Tensors.meshgrid(Tensors.of(1, 2), Tensors.of(3, 4, 5));
        assertThat(grid.get(0).toLongArray()).containsExactly(1, 1, 1, 2, 2, 2);
        assertThat(grid.get(1).toLongArray()).containsExactly(3, 4, 5, 3, 4, 5);
    }

    @Test
    void oneHotRowsHaveTheirOneAtTheIndex() {
        Tensor rows = Tensors.oneHot(Tensors.of(2, 0), 3);
        assertThat(rows.dtype()).isEqualTo(DType.I64);
        assertThat(rows.toLongArray()).containsExactly(0, 0, 1, 1, 0, 0);
        assertThat(Tensors.oneHot(DType.F32, Tensors.scalar(1L), 2).toFloatArray())
                .containsExactly(0, 1);
        assertThat(Tensors.oneHot(Tensors.zeros(DType.I64, 2, 0), 4).shape()).isEqualTo(Shape.of(2, 0, 4));
        assertThatThrownBy(() -> Tensors.oneHot(Tensors.of(0, 3), 3))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("class 3 at position 1")
                .hasMessageContaining("3 classes");
        assertThatThrownBy(() -> Tensors.oneHot(Tensors.of(-1), 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Tensors.oneHot(Tensors.of(1.0), 3)).isInstanceOf(DTypeException.class);
    }
}
