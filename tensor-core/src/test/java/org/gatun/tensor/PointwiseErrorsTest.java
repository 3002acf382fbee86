package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What wrong calls of the elementwise methods beyond arithmetic and of the special functions say. */
@ExtendWith(ScopePerTest.class)
class PointwiseErrorsTest {
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
        return Stream.of(
                row(() -> x(2).lerp(x(3), 0.5), shape, "lerp", "[2]", "[3]"),
                row(() -> x(2).lerp(x(2), x(3)), shape, "lerp", "[2]", "[3]"),
                row(() -> x(2).addcmul(x(3), x(2)), shape, "addcmul", "[2]", "[3]"),
                row(() -> x(2).addcmul(x(2), x(3), 2), shape, "addcmul", "[2]", "[3]"),
                row(() -> x(2).addcdiv(x(2), x(3)), shape, "addcdiv", "[2]", "[3]"),
                row(() -> x(2).clamp(x(3), x(2)), shape, "clamp", "[2]", "[3]"),
                row(() -> x(2).clampMin(x(3)), shape, "clampMin", "[2]", "[3]"),
                row(() -> x(2).clampMax(x(3)), shape, "clampMax", "[2]", "[3]"),
                row(() -> x(2).clampMin(Double.NaN), argument, "clampMin", "NaN"),
                row(() -> x(2).fmax(x(3)), shape, "fmax", "[2]", "[3]"),
                row(() -> x(2).fmin(x(3)), shape, "fmin", "[2]", "[3]"),
                row(() -> x(2).heaviside(x(3)), shape, "heaviside", "[2]", "[3]"),
                row(() -> x(2).logaddexp(x(3)), shape, "logaddexp", "[2]", "[3]"),
                row(() -> x(2).logaddexp2(x(3)), shape, "logaddexp2", "[2]", "[3]"),
                row(() -> x(2).xlogy(x(3)), shape, "xlogy", "[2]", "[3]"),
                row(() -> x(2).copysign(x(3)), shape, "copysign", "[2]", "[3]"),
                row(() -> x(2).nextafter(x(3)), shape, "nextafter", "[2]", "[3]"),
                row(() -> x(2).ldexp(x(3)), shape, "ldexp", "[2]", "[3]"),
                row(() -> x(2).floatPower(x(3)), shape, "floatPower", "[2]", "[3]"),
                row(() -> x(2).isClose(x(3)), shape, "isClose", "[2]", "[3]"),
                row(() -> x(2).logicalAnd(x(3)), shape, "logicalAnd", "[2]", "[3]"),
                row(() -> x(2).logicalOr(x(3)), shape, "logicalOr", "[2]", "[3]"),
                row(() -> x(2).logicalXor(x(3)), shape, "logicalXor", "[2]", "[3]"),
                row(() -> x(2).div(x(3), RoundingMode.FLOOR), shape, "div", "[2]", "[3]"),
                row(() -> x(2).bitwiseLeftShift(1), dtype, "bitwiseLeftShift", "F32", "to(DType.I64)"),
                row(() -> x(2).bitwiseRightShift(x(2)), dtype, "bitwiseRightShift", "F32"),
                row(() -> Tensors.of(true).bitwiseLeftShift(Tensors.of(true)), dtype, "bitwiseLeftShift", "BOOL"),
                row(() -> Tensors.of(true).and(1), dtype, "and", "BOOL", "to(DType.I64)"),
                row(() -> Tensors.of(1).to(DType.U8).or(256), dtype, "or", "256", "U8"),
                row(() -> Tensors.of(true).positive(), dtype, "positive", "BOOL"),
                row(() -> Tensors.of(3L).round(-1), dtype, "round", "I64", "floating"),
                row(() -> x(2).polygamma(-1), argument, "polygamma", "-1"),
                row(() -> Special.multigammaln(x(2), 0), argument, "multigammaln", "0"),
                row(() -> Special.zeta(x(2), x(3)), shape, "zeta", "[2]", "[3]"),
                row(() -> Special.gammainc(x(2), x(3)), shape, "gammainc", "[2]", "[3]"),
                row(() -> Special.gammaincc(x(2), x(3)), shape, "gammaincc", "[2]", "[3]"),
                row(() -> Special.gammaincinv(x(2), x(3)), shape, "gammaincinv", "[2]", "[3]"),
                row(() -> Special.gammainccinv(x(2), x(3)), shape, "gammainccinv", "[2]", "[3]"),
                row(() -> Tensors.of(1L, 2).gcd(Tensors.of(1L, 2, 3)), shape, "gcd", "[2]", "[3]"),
                row(() -> Tensors.of(1L, 2).lcm(Tensors.of(1L, 2, 3)), shape, "lcm", "[2]", "[3]"),
                row(() -> x(2).gcd(x(2)), dtype, "gcd", "F32"),
                row(() -> x(2).lcm(x(2)), dtype, "lcm", "F32"),
                row(() -> x(2).gcd(4), dtype, "gcd", "F32", "to(DType.I64)"),
                row(() -> Tensors.of(true).gcd(Tensors.of(true)), dtype, "gcd", "BOOL"),
                row(() -> Tensors.of(1).to(DType.U8).lcm(300), dtype, "lcm", "300", "U8"),
                row(() -> Special.betaln(x(2), x(3)), shape, "betaln", "[2]", "[3]"),
                row(() -> Special.betainc(x(2), x(3), x()), shape, "betainc", "[2]", "[3]"),
                row(() -> Special.betaincinv(x(2), x(3), x()), shape, "betaincinv", "[2]", "[3]"),
                row(() -> Special.xlog1py(x(2), x(3)), shape, "xlog1py", "[2]", "[3]"),
                row(() -> x(2).logit(Double.NaN), argument, "logit", "NaN"),
                row(() -> Functional.celu(x(2), 0), argument, "celu", "0"),
                row(() -> Functional.celu(Tensors.of(1L)), dtype, "celu", "I64"),
                row(() -> Functional.glu(x(2, 3)), shape, "glu", "[2, 3]", "odd size 3"),
                row(() -> Functional.glu(x()), shape, "glu", "scalar"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void saysWhatIsWrong(Supplier<Object> call, Class<? extends Exception> type, String... words) {
        Throwable error = catchThrowable(call::get);
        assertThat(error).isInstanceOf(type);
        assertThat(error.getMessage()).startsWith(words[0] + ":").contains(words);
    }
}
