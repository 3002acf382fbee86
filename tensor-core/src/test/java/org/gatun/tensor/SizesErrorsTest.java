package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the messages of wrong sizes and counts say: the method, the sizes and what to do, and at once, however large they are. */
@ExtendWith(ScopePerTest.class)
class SizesErrorsTest {
    /** A machine may stall for seconds; what is refused late takes hours. */
    private static final Duration AT_ONCE = Duration.ofMinutes(1);

    private static final long HUGE = 1L << 62;

    private static Arguments row(ThrowingCallable call, String start, String... words) {
        return Arguments.of(call, start, words);
    }

    static Stream<Arguments> mistakes() {
        Generator generator = new Generator(1);
        Tensor x = Tensors.zeros(2, 3);
        return Stream.of(
                row(() -> Tensors.zeros(-1), "zeros:", "[-1]", "negative size -1", "0 or more"),
                row(() -> Tensors.ones(DType.I64, 2, -3), "ones:", "[2, -3]", "negative size -3"),
                row(() -> Tensors.full(1.5, -1), "full:", "[-1]"),
                row(() -> Tensors.empty(DType.F32, -1), "empty:", "[-1]"),
                row(() -> Tensors.rand(-1), "rand:", "[-1]"),
                row(() -> Tensors.randn(generator, -1), "randn:", "[-1]"),
                row(() -> Tensors.uniform(generator, 0, 1, -1), "uniform:", "[-1]"),
                row(() -> Tensors.normal(generator, 0, 1, -1), "normal:", "[-1]"),
                row(() -> Tensors.bernoulli(generator, 0.5, -1), "bernoulli:", "[-1]"),
                row(() -> x.broadcastTo(-1, 3), "broadcastTo:", "[-1, 3]"),
                row(() -> x.expand(-2, 3), "expand:", "[-2, 3]"),
                row(() -> x.reshape(-2, 3), "reshape:", "[2, 3]", "[-2, 3]", "negative size"),
                row(() -> x.reshape(HUGE, 2), "reshape:", "2^63 - 1 elements"),
                row(() -> Tensors.zeros(HUGE, HUGE), "zeros:", "2^63 - 1 elements"),
                row(() -> Tensors.zeros(HUGE), "zeros:", "[4611686018427387904]", "F32", "2^63 - 1 bytes", "smaller"),
                row(() -> Tensors.zeros(DType.F64, Shape.of(HUGE), Device.CPU), "zeros:", "F64", "2^63 - 1 bytes"),
                row(() -> Tensors.ones(HUGE), "ones:", "F32", "2^63 - 1 bytes"),
                row(() -> Tensors.full(DType.I64, 7L, HUGE), "full:", "I64", "2^63 - 1 bytes"),
                row(() -> Tensors.empty(DType.F64, HUGE), "empty:", "F64", "2^63 - 1 bytes"),
                row(() -> Tensors.rand(HUGE), "rand:", "F32", "2^63 - 1 bytes"),
                row(() -> Tensors.randn(HUGE), "randn:", "F32", "2^63 - 1 bytes"),
                row(() -> Tensors.randint(0, 9, Shape.of(HUGE)), "randint:", "I64", "2^63 - 1 bytes"),
                row(() -> Tensors.randperm(HUGE), "randperm:", "I64", "2^63 - 1 bytes"),
                row(() -> Tensors.arange(HUGE), "arange:", "I64", "2^63 - 1 bytes"),
                row(() -> Tensors.eye(HUGE), "eye:", "2^63 - 1 elements"),
                row(() -> Tensors.tri(DType.F32, HUGE, 1, 0), "tri:", "F32", "2^63 - 1 bytes"),
                row(() -> x.repeat(HUGE, 1), "repeat:", "[2, 3]", "2^63 - 1"),
                row(() -> Tensors.zeros(1).broadcastTo(HUGE), "broadcastTo:", "F32", "2^63 - 1 bytes", "smaller"),
                row(() -> Tensors.zeros(1).pad(new long[] {HUGE}, new long[] {0}), "pad:", "F32", "2^63 - 1 bytes"),
                row(() -> Tensors.zeros(2, 3).diagEmbed(HUGE, 0, 1), "diagEmbed:", "2^63 - 1 elements"),
                row(() -> Fft.fftfreq(HUGE, 1), "fftfreq:", "2^63 - 1 bytes"),
                row(
                        () -> Tensors.combinations(Tensors.zeros(1), Integer.MAX_VALUE, true),
                        "combinations:",
                        "more elements than a Java array"),
                row(() -> Tensors.oneHot(Tensors.of(new long[0]), -2), "oneHot:", "classes -2", "0 or more"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void messagesNameMethodAndSizes(ThrowingCallable call, String start, String[] words) {
        assertThatThrownBy(call)
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith(start)
                .satisfies(e -> assertThat(e.getMessage()).contains(words));
    }

    // ---- at once ----

    @ParameterizedTest
    @CsvSource({
        "2305843009213693952, 1, 0",
        "9223372036854775807, 9223372036854775807, 0",
        "9223372036854775807, 9223372036854775807, 9223372036854775807",
        "2305843009213693952, 7, -2",
        "1, 9223372036854775807, 9223372036854775807"
    })
    void lowerTrianglesWithTooManyPositionsAreRefusedAtOnce(long rows, long columns, long offset) {
        Assertions.assertTimeoutPreemptively(
                AT_ONCE,
                () -> assertThatThrownBy(() -> Tensors.trilIndices(rows, columns, offset))
                        .isInstanceOf(ShapeException.class)
                        .hasMessageContainingAll(
                                "trilIndices:", rows + " rows", columns + " columns", "more positions than"));
    }

    @ParameterizedTest
    @CsvSource({
        "9223372036854775807, 9223372036854775807, -9223372036854775807",
        "9223372036854775807, 1, -9223372036854775807",
        "2, 9223372036854775807, 0"
    })
    void upperTrianglesWithTooManyPositionsAreRefusedAtOnce(long rows, long columns, long offset) {
        Assertions.assertTimeoutPreemptively(
                AT_ONCE,
                () -> assertThatThrownBy(() -> Tensors.triuIndices(rows, columns, offset))
                        .isInstanceOf(ShapeException.class)
                        .hasMessageContainingAll(
                                "triuIndices:", rows + " rows", columns + " columns", "more positions than"));
    }

    @Test
    void trianglesOfManyRowsButFewPositionsAreFoundAtOnce() {
        Assertions.assertTimeoutPreemptively(AT_ONCE, () -> {
            assertThat(Tensors.triuIndices(1L << 61, 2, 0).toLongArray()).containsExactly(0, 0, 1, 0, 1, 1);
            assertThat(Tensors.triuIndices(Long.MAX_VALUE, 3, 2).toLongArray()).containsExactly(0, 2);
            assertThat(Tensors.trilIndices(1L << 61, 0, 0).shape()).isEqualTo(Shape.of(2, 0));
            assertThat(Tensors.trilIndices(1L << 61, 3, 1 - (1L << 61)).toLongArray())
                    .containsExactly((1L << 61) - 1, 0);
        });
    }

    /** All small triangles, with positions picked one by one. */
    @Test
    void trianglesHoldThePositionsOnTheirSideOfTheDiagonal() {
        for (int rows = 0; rows < 5; rows++) {
            for (int columns = 0; columns < 5; columns++) {
                for (int offset = -6; offset <= 6; offset++) {
                    int c = columns;
                    int d = offset;
                    long[] lower = picked(rows, c, (i, j) -> j - i <= d);
                    long[] upper = picked(rows, c, (i, j) -> j - i >= d);
                    assertThat(Tensors.trilIndices(rows, c, d).toLongArray()).containsExactly(lower);
                    assertThat(Tensors.triuIndices(rows, c, d).toLongArray()).containsExactly(upper);
                }
            }
        }
    }

    /** Says which positions of a matrix count. */
    @FunctionalInterface
    private interface Positions {
        boolean hold(long row, long column);
    }

    private static long[] picked(int rows, int columns, Positions positions) {
        long[] all = new long[2 * rows * columns];
        int n = 0;
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                if (positions.hold(i, j)) {
                    all[n] = i;
                    all[rows * columns + n++] = j;
                }
            }
        }
        long[] both = Arrays.copyOf(all, 2 * n);
        System.arraycopy(all, rows * columns, both, n, n);
        return both;
    }

    @Test
    void multivariateGammaFunctionsOfTooManyDimensionsAreRefusedAtOnce() {
        Tensor x = Tensors.of(3.0);
        Assertions.assertTimeoutPreemptively(AT_ONCE, () -> {
            assertThatThrownBy(() -> Special.multigammaln(x, Integer.MAX_VALUE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("multigammaln:", "dimension 2147483647", "at most 65536");
            assertThatThrownBy(() -> x.mvlgamma(65537))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("mvlgamma:", "dimension 65537", "at most 65536");
        });
    }

    // ---- advice that helps ----

    @Test
    void reflectionOfOneElementPointsToTheModesThatRepeatIt() {
        Tensor one = Tensors.of(5f);
        long[] width = {2};
        assertThatThrownBy(() -> one.pad(width, width, PadMode.REFLECT))
                .isInstanceOf(ShapeException.class)
                .hasMessageContainingAll("pad:", "[1]", "axis 0", "no neighbour", "REPLICATE")
                .hasMessageNotContaining("pad twice");
        assertThat(one.pad(width, width, PadMode.REPLICATE).toFloatArray()).containsExactly(5, 5, 5, 5, 5);
    }

    @ParameterizedTest
    @CsvSource({"REFLECT", "SYMMETRIC", "REPLICATE", "CIRCULAR"})
    void paddingOfNoElementsPointsToANumber(PadMode mode) {
        Tensor none = Tensors.zeros(0);
        assertThatThrownBy(() -> none.pad(new long[] {1}, new long[] {0}, mode))
                .isInstanceOf(ShapeException.class)
                .hasMessageContainingAll("pad:", "[0]", "axis 0", "no element", "pad with a number")
                .hasMessageNotContaining("pad twice");
        assertThat(none.pad(new long[] {1}, new long[] {0}).toFloatArray()).containsExactly(0);
    }
}
