package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Searches in sorted values against counts of the elements before each. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class SearchesTest {
    private final SplittableRandom random = new SplittableRandom(23);

    /** Few different numbers, so that many are equal, and for floating dtypes infinities, both zeros and NaN. */
    private Tensor numbers(DType dtype, long... sizes) {
        int n = (int) Shape.of(sizes).elements();
        double[] special = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0, 0.0};
        double[] values = new double[n];
        int least = dtype == DType.U8 || dtype == DType.BOOL ? 0 : -20;
        for (int i = 0; i < n; i++) {
            boolean rare = dtype.isFloating() && random.nextInt(6) == 0;
            values[i] = rare ? special[random.nextInt(special.length)] : random.nextInt(least, 21);
        }
        return Tensors.of(Shape.of(sizes), values).to(dtype);
    }

    /** The number of elements of a row before a value. */
    private static long before(double[] row, double value, boolean right) {
        // By Double.compare NaN is the largest, as here; adding 0 makes the zeros equal.
        return Arrays.stream(row)
                .filter(x -> Double.compare(x + 0.0, value + 0.0) < (right ? 1 : 0))
                .count();
    }

    @ParameterizedTest
    @EnumSource
    void placesInAVector(DType dtype) {
        for (int n : new int[] {0, 1, 2, 3, 64, 301}) {
            Tensor sorted = numbers(dtype, n).sort(0).values();
            double[] row = sorted.toDoubleArray();
            // More values than one thread takes, and a view.
            Tensor values = numbers(dtype, 43, 101).t();
            for (boolean right : new boolean[] {false, true}) {
                long[] expected = Arrays.stream(values.toDoubleArray())
                        .mapToLong(v -> before(row, v, right))
                        .toArray();
                assertThat(sorted.searchsorted(values, right).toLongArray()).containsExactly(expected);
                assertThat(values.bucketize(sorted, right).toLongArray()).containsExactly(expected);
                assertThat(sorted.searchsorted(values.select(0, 0).select(0, 0), right)
                                .itemLong())
                        .isEqualTo(expected[0]);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void placesInARowForEachRow(DType dtype) {
        // Rows that threads share, and rows that they split.
        for (int rows : new int[] {1, 2, 700}) {
            int width = 4200 / rows;
            Tensor sorted = numbers(dtype, 1, 17, rows).sort(1).values().moveAxis(1, -1);
            Tensor values = numbers(dtype, 1, rows, width);
            double[] elements = sorted.toDoubleArray();
            double[] wanted = values.toDoubleArray();
            for (boolean right : new boolean[] {false, true}) {
                long[] expected = new long[wanted.length];
                for (int i = 0; i < expected.length; i++) {
                    int row = i / width;
                    expected[i] = before(Arrays.copyOfRange(elements, 17 * row, 17 * row + 17), wanted[i], right);
                }
                assertThat(sorted.searchsorted(values, right).toLongArray()).containsExactly(expected);
            }
        }
    }
}
