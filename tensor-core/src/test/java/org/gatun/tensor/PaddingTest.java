package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Padding by what each mode says is at a place outside the axis: which element of the axis, or which number. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class PaddingTest {
    /** The element of an axis of n that continues it at a place outside: the axis repeated with a period, forwards and backwards. */
    private static long inside(PadMode mode, long place, long n) {
        return switch (mode) {
            case REPLICATE -> Math.clamp(place, 0, n - 1);
            case CIRCULAR -> Math.floorMod(place, n);
            case SYMMETRIC -> {
                long k = Math.floorMod(place, 2 * n);
                yield k < n ? k : 2 * n - 1 - k;
            }
            case REFLECT -> {
                long period = Math.max(2 * (n - 1), 1);
                long k = Math.floorMod(place, period);
                yield k < n ? k : period - k;
            }
        };
    }

    private static long[] longs(long... values) {
        return values;
    }

    @ParameterizedTest
    @CsvSource({
        "REFLECT, 1 2 3 4, 2, 2, 3 2 1 2 3 4 3 2",
        "SYMMETRIC, 1 2 3 4, 2, 2, 2 1 1 2 3 4 4 3",
        "REPLICATE, 1 2 3 4, 2, 2, 1 1 1 2 3 4 4 4",
        "CIRCULAR, 1 2 3 4, 2, 2, 3 4 1 2 3 4 1 2",
        "REPLICATE, 7, 3, 0, 7 7 7 7",
        "CIRCULAR, 1 2 3, -1, 1, 2 3 2",
        "REFLECT, 1 2 3, -1, 1, 2 3 2"
    })
    void examples(PadMode mode, String x, long before, long after, String expected) {
        Tensor padded = Tensors.of(numbers(x)).pad(longs(before), longs(after), mode);
        assertThat(padded.toLongArray()).containsExactly(numbers(expected));
    }

    private static long[] numbers(String text) {
        return Arrays.stream(text.split(" ")).mapToLong(Long::parseLong).toArray();
    }

    @ParameterizedTest
    @EnumSource(PadMode.class)
    void everyWidthThatAnAxisAllows(PadMode mode) {
        for (long n = 1; n < 6; n++) {
            long size = n;
            long most = switch (mode) {
                case REFLECT -> n - 1;
                case SYMMETRIC, CIRCULAR -> n;
                case REPLICATE -> n + 3;
            };
            for (long before = 0; before <= most; before++) {
                for (long after = 0; after <= most; after++) {
                    long shift = before;
                    Tensor padded = Tensors.arange(n).pad(longs(before), longs(after), mode);
                    assertThat(padded.toLongArray())
                            .containsExactly(LongStream.range(0, before + n + after)
                                    .map(i -> inside(mode, i - shift, size))
                                    .toArray());
                }
            }
        }
    }

    /** What is cut off is cut first: padding goes on from the rest. */
    @ParameterizedTest
    @EnumSource(PadMode.class)
    void cuttingOnOneSideAndPaddingOnTheOther(PadMode mode) {
        Tensor x = Tensors.arange(5);
        assertThat(x.pad(longs(-2), longs(2), mode).toLongArray())
                .containsExactly(
                        LongStream.range(0, 5).map(i -> 2 + inside(mode, i, 3)).toArray());
        assertThat(x.pad(longs(1), longs(-3), mode).toLongArray())
                .containsExactly(
                        LongStream.range(-1, 2).map(i -> inside(mode, i, 2)).toArray());
        assertThat(x.pad(longs(-1), longs(-1), mode).toLongArray()).containsExactly(1, 2, 3);
    }

    /** Several axes at once, in every dtype and of a view: an element is where the axes say, one by one. */
    @ParameterizedTest
    @EnumSource(DType.class)
    void severalAxes(DType dtype) {
        Tensor x = Tensors.arange(24)
                .reshape(2, 4, 3)
                .remainder(dtype == DType.BOOL ? 2 : 100)
                .to(dtype);
        Tensor view = x.transpose(0, 2); // 3, 4, 2
        for (PadMode mode : PadMode.values()) {
            Tensor padded = view.pad(longs(2, 0, 1), longs(1, 3, 1), mode);
            assertThat(padded.dtype()).isEqualTo(dtype);
            assertThat(padded.shape()).isEqualTo(Shape.of(6, 7, 4));
            Tensor names = Functional.pad(view, longs(1, 1, 0, 3, 2, 1), mode);
            assertThat(names.equalTo(padded)).isTrue();
            double[] values = padded.to(DType.F64).toDoubleArray();
            double[] original = x.to(DType.F64).toDoubleArray();
            for (int k = 0; k < values.length; k++) {
                long i = inside(mode, k / 28 - 2, 3);
                long j = inside(mode, k / 4 % 7, 4);
                long l = inside(mode, k % 4 - 1, 2);
                assertThat(values[k]).as("%s at %d", mode, k).isEqualTo(original[(int) (l * 12 + j * 3 + i)]);
            }
        }
    }

    @Test
    void numbersOutside() {
        for (int before = -2; before < 4; before++) {
            for (int after = -2; after < 4; after++) {
                int shift = before;
                long[] expected = IntStream.range(0, 5 + before + after)
                        .mapToLong(i -> i >= shift && i < shift + 5 ? i - shift : 9)
                        .toArray();
                Tensor x = Tensors.arange(5);
                assertThat(x.pad(longs(before), longs(after), 9L).toLongArray()).containsExactly(expected);
                assertThat(Functional.pad(x.to(DType.F32), longs(before, after), 9.0)
                                .toDoubleArray())
                        .containsExactly(
                                LongStream.of(expected).mapToDouble(v -> v).toArray());
            }
        }
        Tensor x = Tensors.of(Double.NaN, 1, Double.NEGATIVE_INFINITY);
        assertThat(x.pad(longs(1), longs(1), Double.POSITIVE_INFINITY).toDoubleArray())
                .containsExactly(
                        Double.POSITIVE_INFINITY, Double.NaN, 1, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
        assertThat(Tensors.ones(0, 2).pad(longs(1, 0), longs(1, 1)).toDoubleArray())
                .containsExactly(new double[6]);
        assertThat(Tensors.scalar(3.0).pad(longs(), longs()).item()).isEqualTo(3);
    }
}
