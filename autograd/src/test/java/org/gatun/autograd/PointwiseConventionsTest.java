package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.gatun.tensor.DType;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Special;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * First and second derivatives of elementwise functions at kinks, ties, zeros and NaN, and where a formula cancels: PyTorch's choices, and
 * closed forms.
 */
class PointwiseConventionsTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;

    private static Arguments row(String name, UnaryOperator<Tensor> f, double at, double first, double second) {
        return Arguments.of(name, f, at, first, second);
    }

    private static Tensor like(Tensor x, double value) {
        return x.fullLike(value);
    }

    static Stream<Arguments> choices() {
        double pi2 = Math.PI * Math.PI;
        return Stream.of(
                row("clamp at NaN", x -> x.clamp(-1, 1), NAN, 0, 0),
                row("clamp with tensors at NaN", x -> x.clamp(like(x, -1), like(x, 1)), NAN, 0, 0),
                row("clamp at a bound", x -> x.clamp(like(x, -1), like(x, 1)), 1, 1, 0),
                row("clamp's minimum", m -> like(m, 0).clamp(m, like(m, 5)), 1, 1, 0),
                row("clamp's minimum above the maximum", m -> like(m, 0).clamp(m, like(m, 0.5)), 1, 0, 0),
                row("clamp's maximum", m -> like(m, 3).clamp(like(m, 0), m), 1, 1, 0),
                row("clampMin at a tie", x -> x.clampMin(like(x, 1)), 1, 1, 0),
                row("clampMax below", x -> x.clampMax(1.0), 0, 1, 0),
                row("clampMax at NaN", x -> x.clampMax(1.0), NAN, 0, 0),
                row("fmax at a tie, left", x -> x.fmax(like(x, 1)), 1, 1, 0),
                row("fmax at a tie, right", x -> like(x, 1).fmax(x), 1, 0, 0),
                row("fmin beside NaN", x -> x.fmin(like(x, NAN)), 1, 1, 0),
                row("nanToNum at NaN", x -> x.nanToNum(), NAN, 0, 0),
                row("nanToNum at infinity", x -> x.nanToNum(), INF, 0, 0),
                row("copysign at 0", x -> x.copysign(-1), 0, 0, 0),
                row("copysign", x -> x.copysign(-1), 3, -1, 0),
                row("copysign's sign", x -> like(x, 2).copysign(x), 3, 0, 0),
                row("heaviside", x -> x.heaviside(like(x, 2)), 0, 0, 0),
                row("heaviside's value at 0", v -> like(v, 0).heaviside(v), 7, 1, 0),
                row("frac", Tensor::frac, 2.5, 1, 0),
                row("mantissa", x -> x.frexp().mantissa(), 6, 0.125, 0),
                row("ldexp", x -> x.ldexp(like(x, 3)), 1, 8, 0),
                row("nextafter", x -> x.nextafter(like(x, 9)), 1, 1, 0),
                row("logaddexp at a tie", x -> x.logaddexp(like(x, 1)), 1, 0.5, 0.25),
                row("logaddexp of itself", x -> x.logaddexp(x), 1, 1, 0),
                row("logaddexp with -inf", x -> x.logaddexp(like(x, -INF)), 1, 1, 0),
                row("logaddexp2 at a tie", x -> x.logaddexp2(like(x, 1)), 1, 0.5, 0.25 * Math.log(2)),
                row("xlogy at 0", x -> x.xlogy(like(x, 3)), 0, Math.log(3), 0),
                row("xlogy at 0 of 0", x -> x.xlogy(like(x, 0)), 0, 0, 0),
                row("xlogy's logarithm", y -> like(y, 0).xlogy(y), 0, 0, 0),
                row("xlog1py at 0", x -> Special.xlog1py(x, like(x, 3)), 0, Math.log(4), 0),
                row("entr", Special::entr, 2, -Math.log(2) - 1, -0.5),
                row("entr at 0", Special::entr, 0, 0, 0),
                row("sinc at 0", Tensor::sinc, 0, 0, -pi2 / 3),
                row("sinc near 0", Tensor::sinc, 1e-9, -pi2 / 3 * 1e-9, -pi2 / 3),
                row("sinc at an integer", Tensor::sinc, 3, -1.0 / 3, 2.0 / 9),
                row("logit in the middle", Tensor::logit, 0.5, 4, 0),
                row("logit beside 0", Tensor::logit, 0.125, 64.0 / 7, -64 + 64.0 / 49),
                row("logit with eps, beyond", x -> x.logit(0.1), 0.05, 0, 0),
                row("lgamma at 1", Tensor::lgamma, 1, -0.5772156649015329, pi2 / 6),
                row("digamma at 1", Tensor::digamma, 1, pi2 / 6, -2 * 1.2020569031595942),
                row("erfinv at 0", Tensor::erfinv, 0, Math.sqrt(Math.PI) / 2, 0),
                row("ndtri at 1/2", Special::ndtri, 0.5, Math.sqrt(2 * Math.PI), 0),
                row("erfcx at 0", Special::erfcx, 0, -2 / Math.sqrt(Math.PI), 2),
                // the derivative of x^2/2 and of the logarithm beside it: -x + 1/x + ...
                row("logNdtr far out", Special::logNdtr, -1e8, 1e8 + 1e-8, -1),
                row("logNdtr on the other side", Special::logNdtr, 40, 0, 0),
                row("cbrt", Tensor::cbrt, 8, 1.0 / 12, -2.0 / (9 * 32)),
                row("celu at 0", x -> Functional.celu(x, 2), 0, 1, 0.5),
                row("lerp's weight", w -> like(w, 1).lerp(like(w, 4), w), 0.5, 3, 0),
                row("zeta", q -> Special.zeta(2, q), 1, -2 * 1.2020569031595942, Math.pow(Math.PI, 4) / 15));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("choices")
    void derivatives(String name, UnaryOperator<Tensor> f, double at, double first, double second) {
        Tensor x = Tensors.of(at);
        UnaryOperator<Tensor> sum = z -> f.apply(z).sum();
        UnaryOperator<Tensor> gradient = z -> Grad.grad(sum).apply(z).sum();
        Tensor one = Tensors.ones(DType.F64, 1);
        check("gradient", Grad.grad(sum).apply(x).item(), first);
        check("tangent", Grad.jvp(sum, x, one).tangent().item(), first);
        check("second", Grad.jvp(gradient, x, one).tangent().item(), second);
        check("second in reverse", Grad.grad(gradient).apply(x).item(), second);
    }

    private static void check(String what, double got, double want) {
        assertThat(got)
                .as(what)
                .isCloseTo(want, within(2e-13 * Math.max(Math.min(1, 1e9 * Math.abs(want)), Math.abs(want)) + 1e-22));
    }

    /** Values and slopes that a plain formula has as a small difference, or whose squares leave the range. */
    static Stream<Arguments> digits() {
        double e = 1e-5;
        double b = 1 - 0x1p-40;
        double least = 0x1p-40;
        return Stream.of(
                row("atan2 of the tiny", y -> y.atan2(like(y, 3e-200)), 4e-200, Math.atan2(4, 3), 3 / 25e-200),
                row("atan2's x, tiny", x -> like(x, 4e-200).atan2(x), 3e-200, Math.atan2(4, 3), -4 / 25e-200),
                row("atan2 of the huge", y -> y.atan2(like(y, 3e200)), 4e200, Math.atan2(4, 3), 3 / 25e200),
                row("atan2's x, huge", x -> like(x, 4e200).atan2(x), 3e200, Math.atan2(4, 3), -4 / 25e200),
                row("hypot of the tiny", x -> x.hypot(like(x, 3e-200)), 4e-200, 5e-200, 0.8),
                row("hypot of the huge", x -> like(x, 3e200).hypot(x), 4e200, 5e200, 0.8),
                row("asinh far out", x -> x.asinh().mul(1e200), 1e200, Math.log(2e200) * 1e200, 1),
                row("acosh far out", x -> x.acosh().mul(1e200), 1e200, Math.log(2e200) * 1e200, 1),
                // sqrt(2 t) (1 - t/12 + ...) and its derivative beside 1
                row(
                        "acosh beside 1",
                        Tensor::acosh,
                        1 + least,
                        Math.sqrt(2 * least) * (1 - least / 12),
                        1 / Math.sqrt(least * (2 + least))),
                row("asin beside 1", Tensor::asin, b, Math.asin(b), 1 / Math.sqrt(least * (2 - least))),
                row(
                        "acos beside 1",
                        Tensor::acos,
                        b,
                        Math.sqrt(2 * least) * (1 + least / 12),
                        -1 / Math.sqrt(least * (2 - least))),
                row(
                        "atanh beside -1",
                        Tensor::atanh,
                        -b,
                        -0.5 * Math.log((2 - least) / least),
                        1 / (least * (2 - least))),
                row("expm1 far below", Tensor::expm1, -60, -1, Math.exp(-60)),
                row("elu far below", Functional::elu, -60, -1, Math.exp(-60)),
                row("softsign far out", Functional::softsign, 1e9, 1e9 / (1 + 1e9), 1 / ((1 + 1e9) * (1 + 1e9))),
                row("softsign far below", Functional::softsign, -1e9, -1e9 / (1 + 1e9), 1 / ((1 + 1e9) * (1 + 1e9))),
                row("softsign at infinity", Functional::softsign, Double.POSITIVE_INFINITY, 1, 0),
                row("softsign at -infinity", Functional::softsign, Double.NEGATIVE_INFINITY, -1, 0),
                row("softsign near 0", Functional::softsign, -e, -e / (1 + e), 1 / ((1 + e) * (1 + e))),
                row(
                        "tanhshrink near 0",
                        Functional::tanhshrink,
                        e,
                        e * e * e * (1 / 3.0 - 2 * e * e / 15),
                        e * e * (1 - 2 * e * e / 3)),
                row("tanhshrink at 1", Functional::tanhshrink, -1, -1 + Math.tanh(1), Math.tanh(1) * Math.tanh(1)),
                row("tanhshrink", Functional::tanhshrink, 1.5, 1.5 - Math.tanh(1.5), Math.tanh(1.5) * Math.tanh(1.5)),
                row("tanhshrink of the tiny", Functional::tanhshrink, 1e-80, 1e-240 / 3, 1e-160),
                row("logSigmoid far out", Functional::logSigmoid, 50, -Math.exp(-50), Math.exp(-50)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("digits")
    void keepTheirDigits(String name, UnaryOperator<Tensor> f, double at, double value, double slope) {
        Tensor x = Tensors.of(at);
        assertThat(f.apply(x).item()).as("value").isCloseTo(value, within(4e-15 * Math.abs(value)));
        UnaryOperator<Tensor> sum = z -> f.apply(z).sum();
        assertThat(Grad.grad(sum).apply(x).item()).as("gradient").isCloseTo(slope, within(1e-14 * Math.abs(slope)));
        assertThat(Grad.jvp(sum, x, Tensors.ones(DType.F64, 1)).tangent().item())
                .as("tangent")
                .isCloseTo(slope, within(1e-14 * Math.abs(slope)));
    }

    /** {@code x / 2 (1 + tanh(u))} is {@code x / (1 + e^(-2u))}, without a difference. */
    @Test
    void geluByTanhFarBelow() {
        double x = -6;
        double u = 2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);
        double sigmoid = 1 / (1 + Math.exp(-u));
        double slope = sigmoid + x * sigmoid * (1 - sigmoid) * 2 * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
        UnaryOperator<Tensor> gelu = Functional::geluTanh;
        assertThat(gelu.apply(Tensors.scalar(x)).item()).isCloseTo(x * sigmoid, within(-1e-13 * x * sigmoid));
        assertThat(Grad.grad(gelu).apply(Tensors.scalar(x)).item()).isCloseTo(slope, within(1e-13 * Math.abs(slope)));
    }

    @Test
    void zetaHasNoDerivativeByItsFirstArgument() {
        Tensor s = Tensors.of(2.5);
        Tensor q = Tensors.of(1.5);
        UnaryOperator<Tensor> byFirst = x -> Special.zeta(x, q).sum();
        assertThatThrownBy(() -> Grad.grad(byFirst).apply(s))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("zeta")
                .hasMessageContaining("first argument")
                .hasMessageContaining("detach()");
        assertThatThrownBy(() -> Grad.jvp(byFirst, s, q)).isInstanceOf(UnsupportedOperationException.class);
        UnaryOperator<Tensor> bySecond = x -> Special.zeta(s, x).sum();
        double want = -2.5 * Special.zeta(3.5, q).item();
        assertThat(Grad.grad(bySecond).apply(q).item()).isCloseTo(want, within(1e-14));
        // an argument that nothing is differentiated by may be anything
        assertThat(Grad.grad((Tensor x) -> Special.zeta(x.detach().add(1), x).sum())
                        .apply(s)
                        .item())
                .isCloseTo(-3.5 * Special.zeta(4.5, s).item(), within(1e-14));
    }
}
