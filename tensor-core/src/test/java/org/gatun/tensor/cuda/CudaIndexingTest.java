package org.gatun.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.function.Supplier;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Picking and placing by index on a GPU: sums in the order of the index, the last of equal indices, and indices out of range. */
class CudaIndexingTest {
    @BeforeAll
    static void findADriver() {
        StandInDriver.use();
    }

    @AfterEach
    void requireSound() {
        StandInDriver.requireNoViolations();
    }

    private static CudaDevice gpu() {
        return CudaDevice.of(Device.cuda(0));
    }

    /** Indices from -size to size - 1, many of them the same. */
    private static long[] indices(int n, int size) {
        Random random = new Random(n);
        return random.longs(n, 0, size)
                .map(i -> (i & 3) == 0 ? i / 4 : i)
                .map(i -> random.nextBoolean() ? i - size : i)
                .toArray();
    }

    private static ConcreteTensor index(Shape shape, long[] values) {
        return OnDevice.of(DType.I64, shape, i -> values[(int) i]);
    }

    /** Numbers of such different sizes that their sums depend on the order. */
    private static double[] uneven(int n) {
        Random random = new Random(n);
        return random.doubles(n, -1, 1)
                .map(x -> (float) Math.scalb(x, random.nextInt(40)))
                .toArray();
    }

    @Test
    void slicesAreAddedInTheOrderOfTheIndex() {
        for (int inner : new int[] {1, 3, 64}) {
            int outer = 2;
            int count = 3000;
            int size = 300;
            double[] x = uneven(outer * count * inner);
            long[] at = indices(count, size);
            float[] sums = new float[outer * size * inner];
            for (int i = 0; i < x.length; i++) {
                int row = i / inner;
                int target =
                        (row / count * size + (int) Math.floorMod(at[row % count], (long) size)) * inner + i % inner;
                sums[target] += (float) x[i];
            }
            try (var scope = MemoryScope.open()) {
                ConcreteTensor src = OnDevice.ofReals(DType.F32, Shape.of(outer, count, inner), i -> x[(int) i]);
                ConcreteTensor found =
                        CudaIndexing.indexAdd(gpu(), new Op.IndexAdd(1, size), src, index(Shape.of(count), at));
                assertThat(found.toFloatArray()).isEqualTo(sums);
            }
        }
    }

    @Test
    void elementsAreAddedInTheOrderOfTheIndexIntoPartOfTheResult() {
        int rows = 3000;
        int columns = 5;
        int size = 70_000; // so that targets have three bytes
        double[] x = uneven(rows * columns);
        long[] at = indices(rows * columns, size);
        Shape result = Shape.of(size, columns + 2);
        float[] sums = new float[(int) result.elements()];
        long[] counts = new long[sums.length];
        for (int i = 0; i < x.length; i++) {
            int target = (int) Math.floorMod(at[i], (long) size) * (columns + 2) + i % columns;
            sums[target] += (float) x[i];
            counts[target] += i;
        }
        try (var scope = MemoryScope.open()) {
            Shape shape = Shape.of(rows, columns);
            ConcreteTensor index = index(shape, at);
            var op = new Op.ScatterAdd(0, result);
            ConcreteTensor src = OnDevice.ofReals(DType.F32, shape, i -> x[(int) i]);
            assertThat(CudaIndexing.scatterAdd(gpu(), op, src, index).toFloatArray())
                    .isEqualTo(sums);
            ConcreteTensor wholes = OnDevice.of(DType.I64, shape, i -> i);
            assertThat(CudaIndexing.scatterAdd(gpu(), op, wholes, index).toLongArray())
                    .isEqualTo(counts);
        }
    }

    @Test
    void halvesAreRoundedOnce() {
        // Added one by one in BF16, which has 8 bits, the ones after 256 would be lost.
        try (var scope = MemoryScope.open()) {
            ConcreteTensor src = OnDevice.of(DType.BF16, Shape.of(1000, 2), i -> 1);
            ConcreteTensor index = OnDevice.of(DType.I64, Shape.of(1000), i -> 0);
            assertThat(CudaIndexing.indexAdd(gpu(), new Op.IndexAdd(0, 2), src, index)
                            .toDoubleArray())
                    .containsExactly(1000, 1000, 0, 0);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F64", "F32", "F16", "U8"})
    void theLastOfEqualIndicesWins(DType dtype) {
        int n = 2000;
        int size = 50;
        long[] at = indices(n, size);
        double[] expected = new double[size];
        for (int i = 0; i < size; i++) {
            expected[i] = 101;
        }
        for (int i = 0; i < n; i++) {
            expected[(int) Math.floorMod(at[i], (long) size)] = i % 100;
        }
        try (var scope = MemoryScope.open()) {
            ConcreteTensor base = OnDevice.of(dtype, Shape.of(size), i -> 101);
            ConcreteTensor src = OnDevice.of(dtype, Shape.of(n), i -> i % 100);
            assertThat(CudaIndexing.scatter(gpu(), new Op.Scatter(0), base, index(Shape.of(n), at), src)
                            .toDoubleArray())
                    .isEqualTo(expected);
            assertThat(base.toDoubleArray()).containsOnly(101);
        }
    }

    @Test
    void slicesArePickedWhereverTheyBegin() {
        int rows = 40;
        int size = 30;
        long[] at = indices(rows, size);
        try (var scope = MemoryScope.open()) {
            for (int width : new int[] {1, 4, 6, 16}) {
                ConcreteTensor table = OnDevice.of(DType.F32, Shape.of(size * width + 1), i -> i);
                for (int begin = 0; begin < 2; begin++) {
                    ConcreteTensor x = table.view(Layout.strided(Shape.of(size, width), new long[] {width, 1}, begin));
                    double[] found = CudaIndexing.indexSelect(
                                    gpu(), new Op.IndexSelect(0), x, index(Shape.of(rows), at))
                            .toDoubleArray();
                    for (int i = 0; i < found.length; i++) {
                        long row = Math.floorMod(at[i / width], (long) size);
                        assertThat(found[i]).isEqualTo(row * width + i % width + begin);
                    }
                }
            }
        }
    }

    private static void throwsAtTheNextWait(Supplier<ConcreteTensor> operation, String message) {
        var _ = operation.get();
        assertThatThrownBy(gpu()::synchronize)
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage(message);
        gpu().synchronize();
    }

    @Test
    void theFirstIndexOutOfRangeIsNamed() {
        int n = 5000;
        Shape shape = Shape.of(n, 3);
        // the largest index out of range is the first
        long[] wrong = new long[n * 3];
        wrong[3 * 1234 + 1] = Long.MAX_VALUE;
        wrong[3 * 1234 + 2] = Long.MIN_VALUE;
        wrong[3 * 4999] = -8;
        String what = "index 9223372036854775807 at position [1234, 1] of the index of shape [5000, 3] is out of range"
                + " for axis 0 of size 7: give indices from -7 to 6";
        try (var scope = MemoryScope.open()) {
            ConcreteTensor x = OnDevice.of(DType.F32, Shape.of(7, 3), i -> i);
            ConcreteTensor src = OnDevice.of(DType.F32, shape, i -> i);
            ConcreteTensor index = index(shape, wrong);
            throwsAtTheNextWait(() -> CudaIndexing.gather(gpu(), new Op.Gather(0), x, index), "gather: " + what);
            throwsAtTheNextWait(
                    () -> CudaIndexing.scatter(gpu(), new Op.Scatter(0), x, index, src), "scatter: " + what);
            throwsAtTheNextWait(
                    () -> CudaIndexing.scatterAdd(gpu(), new Op.ScatterAdd(0, x.shape()), src, index),
                    "scatterAdd: " + what);
            ConcreteTensor one = index(Shape.of(2), new long[] {-7, 7});
            ConcreteTensor two = OnDevice.of(DType.F32, Shape.of(2, 3), i -> i);
            String that = "index 7 at position [1] of the index of shape [2] is out of range for axis 0 of size 7:"
                    + " give indices from -7 to 6";
            throwsAtTheNextWait(
                    () -> CudaIndexing.indexSelect(gpu(), new Op.IndexSelect(0), x, one), "indexSelect: " + that);
            throwsAtTheNextWait(
                    () -> CudaIndexing.indexAdd(gpu(), new Op.IndexAdd(0, 7), two, one), "indexAdd: " + that);
        }
    }

    @Test
    void ofFewIndicesTheFirstOutOfRangeIsNamed() {
        Shape shape = Shape.of(4, 90, 3);
        // The first that is wrong comes before others in its line, in its slice and in the other slices.
        long[] wrong = new long[(int) shape.elements()];
        for (int i = 3 * 41 + 2; i < wrong.length; i += 7) {
            wrong[i] = 5 + i;
        }
        long[] wrongSlices = new long[90];
        for (int i = 41; i < wrongSlices.length; i++) {
            wrongSlices[i] = -6 - i;
        }
        String what = "index 130 at position [0, 41, 2] of the index of shape [4, 90, 3] is out of range for axis 1 of"
                + " size 5: give indices from -5 to 4";
        String that = "index -47 at position [41] of the index of shape [90] is out of range for axis 1 of size 5:"
                + " give indices from -5 to 4";
        try (var scope = MemoryScope.open()) {
            ConcreteTensor x = OnDevice.of(DType.F32, Shape.of(4, 5, 3), i -> i);
            ConcreteTensor src = OnDevice.of(DType.F32, shape, i -> i);
            ConcreteTensor index = index(shape, wrong);
            ConcreteTensor slices = index(Shape.of(90), wrongSlices);
            throwsAtTheNextWait(() -> CudaIndexing.gather(gpu(), new Op.Gather(1), x, index), "gather: " + what);
            throwsAtTheNextWait(
                    () -> CudaIndexing.scatter(gpu(), new Op.Scatter(1), x, index, src), "scatter: " + what);
            throwsAtTheNextWait(
                    () -> CudaIndexing.scatterAdd(gpu(), new Op.ScatterAdd(1, x.shape()), src, index),
                    "scatterAdd: " + what);
            throwsAtTheNextWait(
                    () -> CudaIndexing.indexSelect(gpu(), new Op.IndexSelect(1), x, slices), "indexSelect: " + that);
            throwsAtTheNextWait(
                    () -> CudaIndexing.indexAdd(gpu(), new Op.IndexAdd(1, 5), src, slices), "indexAdd: " + that);
        }
    }

    @Test
    void anAxisWithoutElementsHasNoIndices() {
        try (var scope = MemoryScope.open()) {
            ConcreteTensor x = OnDevice.of(DType.F32, Shape.of(0, 3), i -> i);
            ConcreteTensor one = index(Shape.of(1), new long[] {0});
            throwsAtTheNextWait(
                    () -> CudaIndexing.indexSelect(gpu(), new Op.IndexSelect(0), x, one),
                    "indexSelect: index 0 at position [0] of the index of shape [1] is out of range for axis 0 of size 0:"
                            + " the axis has no elements, so the index must have none");
            ConcreteTensor none = index(Shape.of(0), new long[0]);
            assertThat(CudaIndexing.indexSelect(gpu(), new Op.IndexSelect(0), x, none)
                            .shape())
                    .isEqualTo(Shape.of(0, 3));
        }
    }
}
