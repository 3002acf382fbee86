package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Histograms and different elements against loops in Java and on values worked by hand. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class CountingTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;

    @ParameterizedTest
    @EnumSource(names = {"I64", "I32", "I16", "I8", "U8"})
    void bincountCountsEachNumber(DType dtype) {
        var random = new SplittableRandom(3);
        long[] numbers = random.longs(1000, 0, 50).toArray();
        double[] weights = random.doubles(1000).toArray();
        long[] counts = new long[60];
        double[] sums = new double[60];
        for (int i = 0; i < numbers.length; i++) {
            counts[(int) numbers[i]]++;
            sums[(int) numbers[i]] += weights[i];
        }
        Tensor x = Tensors.of(numbers).to(dtype);
        assertThat(x.bincount(60).toLongArray()).containsExactly(counts);
        assertThat(x.bincount().toLongArray()).containsExactly(Arrays.copyOf(counts, 50));
        assertThat(x.bincount(Tensors.of(weights), 60).toDoubleArray()).containsExactly(sums, within(1e-12));
    }

    @Test
    void bincountOfNothingAndOfWeightsInOtherDtypes() {
        Tensor none = Tensors.zeros(DType.I64, 0);
        assertThat(none.bincount().shape()).isEqualTo(Shape.of(0));
        assertThat(none.bincount(3).toLongArray()).containsExactly(0, 0, 0);
        Tensor x = Tensors.of(1L, 1);
        assertThat(x.bincount(Tensors.of(0.5f, 0.25f)).dtype()).isEqualTo(DType.F32);
        for (DType dtype : List.of(DType.F16, DType.BF16, DType.I32, DType.BOOL)) {
            Tensor sums = x.bincount(Tensors.of(1, 1).to(dtype));
            assertThat(sums.dtype()).isEqualTo(DType.F64);
            assertThat(sums.toDoubleArray()).containsExactly(0, 2);
        }
        // Views, whose elements are not neighbours.
        assertThat(Tensors.of(new long[][] {{2, 9}, {2, 9}, {0, 9}})
                        .select(1, 0)
                        .bincount()
                        .toLongArray())
                .containsExactly(1, 0, 2);
    }

    /** The counts by a walk over the bins for each element. */
    private static double[] binned(double[] x, double[] weights, double[] edges) {
        int bins = edges.length - 1;
        double[] hist = new double[bins];
        for (int i = 0; i < x.length; i++) {
            for (int b = 0; b < bins; b++) {
                boolean last = b == bins - 1 && x[i] == edges[bins];
                if (x[i] >= edges[b] && (x[i] < edges[b + 1] || last)) {
                    hist[b] += weights[i];
                }
            }
        }
        return hist;
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "F16", "BF16"})
    void histogramsCountWhatLiesInEachBin(DType dtype) {
        var random = new SplittableRandom(5);
        Tensor x =
                Tensors.of(random.doubles(300, -1.2, 1.2).toArray()).to(dtype).reshape(3, 100);
        Tensor w = Tensors.of(random.ints(300, 0, 3).mapToDouble(i -> i).toArray())
                .to(dtype)
                .reshape(3, 100);
        double[] ones = new double[300];
        Arrays.fill(ones, 1);
        for (int bins : new int[] {1, 2, 7, 16}) {
            double[] edges = IntStream.rangeClosed(0, bins)
                    .mapToDouble(i -> -1 + 2.0 * i / bins)
                    .toArray();
            // Halves are placed between edges of F32.
            double[] between =
                    dtype == DType.F64 ? edges : Tensors.of(edges).to(DType.F32).toDoubleArray();
            double[] counts = binned(x.toDoubleArray(), ones, between);
            Histogram histogram = x.histogram(bins, -1, 1);
            assertThat(histogram.hist().dtype()).isEqualTo(dtype);
            assertThat(histogram.hist().toDoubleArray()).containsExactly(counts);
            assertThat(histogram.edges().toDoubleArray())
                    .containsExactly(Tensors.of(edges).to(dtype).toDoubleArray(), within(1e-15));
            assertThat(x.histc(bins, -1, 1).toDoubleArray()).containsExactly(counts);
            assertThat(x.histogram(bins, -1, 1, w, false).hist().toDoubleArray())
                    .containsExactly(binned(x.toDoubleArray(), w.toDoubleArray(), between));
            Tensor density = x.histogram(bins, -1, 1, w, true).hist();
            assertThat(density.to(DType.F64).sum().item() * 2 / bins)
                    .isCloseTo(1, within(dtype.isNarrow() ? 0.01 : 1e-6));
        }
        Tensor edges = Tensors.of(-1.0, -0.5, 0.25, 0.25, 0.75).to(dtype);
        assertThat(x.histogram(edges, w, false).hist().toDoubleArray())
                .containsExactly(binned(x.toDoubleArray(), w.toDoubleArray(), edges.toDoubleArray()));
    }

    @Test
    void theEndsOfHistogramsAreThoseOfTheElements() {
        Tensor x = Tensors.of(2.0, 5, 3, 2, 4);
        assertThat(x.histogram(3).hist().toDoubleArray()).containsExactly(2, 1, 2);
        assertThat(x.histogram(3).edges().toDoubleArray()).containsExactly(2, 3, 4, 5);
        assertThat(x.histc(3).toDoubleArray()).containsExactly(2, 1, 2);
        assertThat(x.histc(1, 3, 3).toDoubleArray()).containsExactly(5);
        // Of equal elements: a half to both sides, or a whole.
        Tensor equal = Tensors.full(DType.F64, 7.0, 4);
        assertThat(equal.histogram(2).edges().toDoubleArray()).containsExactly(6.5, 7, 7.5);
        assertThat(equal.histogram(2).hist().toDoubleArray()).containsExactly(0, 4);
        assertThat(equal.histc(4).toDoubleArray()).containsExactly(0, 0, 4, 0);
        // Of none: from 0 to 1.
        Histogram none = Tensors.zeros(DType.F64, 0, 3).histogram(2);
        assertThat(none.hist().toDoubleArray()).containsExactly(0, 0);
        assertThat(none.edges().toDoubleArray()).containsExactly(0, 0.5, 1);
        assertThat(Tensors.zeros(0).histc(3).toDoubleArray()).containsExactly(0, 0, 0);
        assertThat(Tensors.scalar(0.3).histogram(4, 0, 1).hist().toDoubleArray())
                .containsExactly(0, 1, 0, 0);
        // One edge makes no bin.
        assertThat(x.histogram(Tensors.of(2.0)).hist().shape()).isEqualTo(Shape.of(0));
    }

    @Test
    void whatIsOutsideIsNotCounted() {
        Tensor x = Tensors.of(NAN, INF, -INF, -0.1, 1.1, 1, 0, -0.0, 0.5);
        assertThat(x.histogram(2, 0, 1).hist().toDoubleArray()).containsExactly(2, 2);
        assertThat(x.histc(2, 0, 1).toDoubleArray()).containsExactly(2, 2);
        Tensor w = Tensors.of(NAN, NAN, NAN, NAN, NAN, 1, 2, 3, 4);
        assertThat(x.histogram(2, 0, 1, w, false).hist().toDoubleArray()).containsExactly(5, 5);
    }

    @Test
    void countsAreExactBeyondThePrecisionOfHalves() {
        Tensor x = Tensors.zeros(DType.BF16, 4096);
        assertThat(x.histc(1, -1, 1).item()).isEqualTo(4096);
        assertThat(x.to(DType.F16).histogram(1, -1, 1).hist().item()).isEqualTo(4096);
    }

    @ParameterizedTest
    @EnumSource
    void uniqueListsEachElementOnce(DType dtype) {
        var random = new SplittableRandom(7);
        for (int n : new int[] {0, 1, 2, 60}) {
            long[] numbers = random.longs(n, 0, dtype == DType.BOOL ? 2 : 9).toArray();
            Tensor vector = Tensors.of(numbers).to(dtype);
            Tensor x = n == 1 ? vector.reshape() : vector.reshape(n / 2, 2);
            var counts = new TreeMap<Long, Long>();
            Arrays.stream(numbers).forEach(i -> counts.merge(i, 1L, Long::sum));
            List<Long> keys = new ArrayList<>(counts.keySet());
            Unique found = x.unique();
            assertThat(found.values().dtype()).isEqualTo(dtype);
            assertThat(found.values().to(DType.I64).toLongArray()).containsExactly(longs(keys));
            assertThat(found.counts().toLongArray()).containsExactly(longs(counts.values()));
            assertThat(found.inverse().shape()).isEqualTo(x.shape());
            assertThat(found.inverse().toLongArray())
                    .containsExactly(Arrays.stream(numbers).map(keys::indexOf).toArray());
        }
    }

    private static long[] longs(Collection<Long> numbers) {
        return numbers.stream().mapToLong(i -> i).toArray();
    }

    @Test
    void uniqueSlicesComeInLexicographicOrder() {
        var random = new SplittableRandom(11);
        long[] numbers = random.longs(40 * 3, -1, 2).toArray();
        Map<List<Long>, Long> counts = new TreeMap<>(CountingTest::compare);
        List<List<Long>> rows = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            rows.add(List.of(numbers[3 * i], numbers[3 * i + 1], numbers[3 * i + 2]));
            counts.merge(rows.get(i), 1L, Long::sum);
        }
        List<List<Long>> keys = new ArrayList<>(counts.keySet());
        for (DType dtype : List.of(DType.I64, DType.I8, DType.F32, DType.F16)) {
            Tensor x = Tensors.of(Shape.of(40, 3), numbers).to(dtype);
            for (Unique found : List.of(x.unique(0), x.t().unique(1))) {
                Tensor values = found.values().size(1) == 3
                        ? found.values()
                        : found.values().t();
                assertThat(values.to(DType.I64).toLongArray())
                        .containsExactly(keys.stream()
                                .flatMap(List::stream)
                                .mapToLong(i -> i)
                                .toArray());
                assertThat(found.counts().toLongArray()).containsExactly(longs(counts.values()));
                assertThat(found.inverse().toLongArray())
                        .containsExactly(rows.stream().mapToLong(keys::indexOf).toArray());
            }
        }
    }

    private static int compare(List<Long> a, List<Long> b) {
        for (int i = 0; i < a.size(); i++) {
            if (!a.get(i).equals(b.get(i))) {
                return Long.compare(a.get(i), b.get(i));
            }
        }
        return 0;
    }

    @Test
    void uniqueOfNanZerosAndExtremes() {
        Unique found = Tensors.of(NAN, 0, INF, -0.0, NAN, -INF).unique();
        assertThat(found.counts().toLongArray()).containsExactly(1, 2, 1, 1, 1);
        assertThat(found.values().toDoubleArray())
                .containsSequence(INF, NAN, NAN)
                .startsWith(-INF);
        assertThat(found.inverse().select(0, 1).itemLong())
                .isEqualTo(found.inverse().select(0, 3).itemLong());
        Tensor wide = Tensors.of(Long.MAX_VALUE, Long.MAX_VALUE - 1, Long.MIN_VALUE, Long.MAX_VALUE);
        assertThat(wide.unique().values().toLongArray())
                .containsExactly(Long.MIN_VALUE, Long.MAX_VALUE - 1, Long.MAX_VALUE);
        assertThat(wide.unique(0).counts().toLongArray()).containsExactly(1, 1, 2);
        // A zero's sign does not decide before a later element does.
        Tensor rows = Tensors.of(new double[][] {{0, 2}, {-0.0, 1}, {0, 1}, {NAN, 0}, {NAN, 0}});
        assertThat(rows.unique(0).values().select(1, 1).toDoubleArray()).containsExactly(1, 2, 0, 0);
        assertThat(rows.unique(0).counts().toLongArray()).containsExactly(2, 1, 1, 1);
    }

    @Test
    void uniqueConsecutiveKeepsTheFirstOfEachRun() {
        Tensor x = Tensors.of(new long[][] {{1, 1, 2}, {2, 1, 1}});
        Unique found = x.uniqueConsecutive();
        assertThat(found.values().toLongArray()).containsExactly(1, 2, 1);
        assertThat(found.inverse().shape()).isEqualTo(x.shape());
        assertThat(found.inverse().toLongArray()).containsExactly(0, 0, 1, 1, 2, 2);
        assertThat(found.counts().toLongArray()).containsExactly(2, 2, 2);
        Unique columns = Tensors.of(new long[][] {{1, 1, 2, 1}, {3, 3, 3, 3}}).uniqueConsecutive(1);
        assertThat(columns.values().toLongArray()).containsExactly(1, 2, 1, 3, 3, 3);
        assertThat(columns.inverse().toLongArray()).containsExactly(0, 0, 1, 2);
        assertThat(columns.counts().toLongArray()).containsExactly(2, 1, 1);
        assertThat(Tensors.of(NAN, NAN).uniqueConsecutive().counts().toLongArray())
                .containsExactly(1, 1);
        for (Unique none : List.of(
                Tensors.zeros(0, 3).unique(),
                Tensors.zeros(0, 3).uniqueConsecutive(),
                Tensors.zeros(0, 3).unique(0))) {
            assertThat(none.values().elements()
                            + none.inverse().elements()
                            + none.counts().elements())
                    .isZero();
        }
        assertThat(Tensors.zeros(0, 3).unique(0).values().shape()).isEqualTo(Shape.of(0, 3));
        assertThat(Tensors.scalar(4.0).unique(0).values().shape()).isEqualTo(Shape.of(1));
    }

    @Test
    void uniqueRebuildsItsOperand() {
        Tensor x =
                Tensors.of(new SplittableRandom(13).ints(200, 0, 20).toArray()).reshape(4, 50);
        for (Unique found : List.of(x.unique(), x.uniqueConsecutive())) {
            assertThat(found.values().take(found.inverse()).toLongArray()).containsExactly(x.toLongArray());
        }
        for (Unique found : List.of(x.unique(1), x.uniqueConsecutive(1))) {
            assertThat(found.values().indexSelect(1, found.inverse()).toLongArray())
                    .containsExactly(x.toLongArray());
        }
    }
}
