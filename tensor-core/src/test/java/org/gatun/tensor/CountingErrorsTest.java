package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What wrong calls of histograms, of methods that find different elements and of quantiles say. */
@ExtendWith(ScopePerTest.class)
class CountingErrorsTest {
    private static final double NAN = Double.NaN;

    private static Arguments row(Supplier<Object> call, Class<? extends Exception> type, String... words) {
        return Arguments.of(call, type, words);
    }

    private static Tensor x(long... sizes) {
        return Tensors.ones(sizes);
    }

    static Stream<Arguments> mistakes() {
        Class<ShapeException> shape = ShapeException.class;
        Class<DTypeException> dtype = DTypeException.class;
        Class<IllegalArgumentException> argument = IllegalArgumentException.class;
        QuantileInterpolation linear = QuantileInterpolation.LINEAR;
        return Stream.of(
                row(() -> Tensors.zeros(DType.I64, 2, 3).bincount(), shape, "bincount", "[2, 3]", "flatten"),
                row(() -> Tensors.scalar(3L).bincount(), shape, "bincount", "[]"),
                row(() -> x(3).bincount(), dtype, "bincount", "F32", "to(DType.I64)"),
                row(() -> Tensors.of(true).bincount(), dtype, "bincount", "BOOL"),
                row(() -> Tensors.of(2L, -3).bincount(), argument, "bincount", "-3", "[2]"),
                row(() -> Tensors.of(2L).bincount(-1), argument, "bincount", "-1", "negative"),
                row(() -> Tensors.of(2L, 3).bincount(x(3)), shape, "bincount", "[3]", "[2]"),
                row(() -> Tensors.of(Long.MAX_VALUE).bincount(), argument, "bincount", "9223372036854775807"),
                row(() -> x(3).histc(0), argument, "histc", "0 bins"),
                row(() -> x(3).histc(Long.MAX_VALUE), argument, "histc", "9223372036854775807 bins"),
                row(() -> x(3).histc(2, 3, 1), argument, "histc", "3.0", "1.0", "smaller one first"),
                row(() -> x(3).histc(2, 0, Double.POSITIVE_INFINITY), argument, "histc", "Infinity", "finite"),
                row(() -> Tensors.of(1.0, NAN).histc(2), argument, "histc", "NaN"),
                row(() -> Tensors.of(1L).histc(2), dtype, "histc", "I64"),
                row(() -> x(3).histogram(-1), argument, "histogram", "-1 bins"),
                row(() -> x(3).histogram(2, 3, 1), argument, "histogram", "3.0", "1.0"),
                row(() -> x(3).histogram(2, NAN, 1), argument, "histogram", "NaN"),
                row(() -> Tensors.of(1.0, NAN).histogram(2), argument, "histogram", "NaN"),
                row(() -> Tensors.of(1L).histogram(2), dtype, "histogram", "I64", "to(DType.F32)"),
                row(() -> x(3).histogram(2, x(2), false), shape, "histogram", "[2]", "[3]"),
                row(() -> x(3).histogram(x(2), x(3, 1), false), shape, "histogram", "[3, 1]", "[3]"),
                row(() -> x(3).histogram(x(2), x(3).to(DType.F64), false), dtype, "histogram", "weights", "F64", "F32"),
                row(() -> x(3).histogram(x(2).to(DType.F64)), dtype, "histogram", "edges", "F64", "F32"),
                row(() -> x(3).histogram(x(2, 2)), shape, "histogram", "edges", "[2, 2]"),
                row(() -> x(3).histogram(x(0)), shape, "histogram", "edges", "[0]"),
                row(() -> x(3).unique(1), shape, "unique", "axis 1", "rank 1"),
                row(() -> Tensors.scalar(1).unique(1), shape, "unique"),
                row(() -> x(2, 0).unique(0), shape, "unique", "[2, 0]", "no elements"),
                row(() -> x(3).uniqueConsecutive(-2), shape, "uniqueConsecutive", "-2"),
                row(() -> x(2, 0).uniqueConsecutive(0), shape, "uniqueConsecutive", "[2, 0]"),
                row(() -> x(3).quantile(new double[] {0.5, 1.5}), argument, "quantile", "1.5", "0 to 1"),
                row(() -> x(3).quantile(Tensors.scalar(NAN), false, 0, linear), argument, "quantile", "NaN"),
                row(() -> x(3).quantile(x(1, 1), false, 0, linear), shape, "quantile", "[1, 1]"),
                row(() -> x(3).quantile(Tensors.of(1L), false, 0, linear), dtype, "quantile", "I64"),
                row(() -> x(3, 0).quantile(new double[] {0.5}, 1), shape, "quantile", "[3, 0]", "no elements"),
                row(() -> x(3).nanquantile(-0.1), argument, "nanquantile", "-0.1"),
                row(() -> x(3).nanquantile(0.5, 1), shape, "nanquantile", "1"),
                row(() -> x(0).nanquantile(0.5), shape, "nanquantile", "no elements"),
                row(() -> Tensors.of(1L).nanquantile(0.5), dtype, "nanquantile", "I64"),
                row(() -> x(3, 0).nanmedian(1), shape, "nanmedian", "[3, 0]"),
                row(() -> Tensors.zeros(DType.I64, 0).nanmedian(), shape, "nanmedian", "I64"),
                row(() -> x(0).aminmax(), shape, "aminmax", "[0]"),
                row(() -> x(3).aminmax(2), shape, "aminmax", "2"),
                row(() -> Tensors.of(1L).stdMean(1, false), dtype, "stdMean", "I64"),
                row(() -> x(3).stdMean(1, false, 1), shape, "stdMean", "1"),
                row(() -> x(1, 2, 3).corrcoef(), shape, "corrcoef", "[1, 2, 3]", "two axes"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void saysWhatIsWrong(Supplier<Object> call, Class<? extends Exception> type, String... words) {
        Throwable error = catchThrowable(call::get);
        assertThat(error).isInstanceOf(type);
        assertThat(error.getMessage()).startsWith(words[0] + ":").contains(words);
    }
}
