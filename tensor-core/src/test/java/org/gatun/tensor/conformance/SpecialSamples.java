package org.gatun.tensor.conformance;

import static org.gatun.tensor.conformance.CompositeSample.any;
import static org.gatun.tensor.conformance.CompositeSample.index;
import static org.gatun.tensor.conformance.CompositeSample.of;
import static org.gatun.tensor.conformance.CompositeSample.several;
import static org.gatun.tensor.conformance.CompositeSample.truth;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.gatun.tensor.Frexp;
import org.gatun.tensor.Functional;
import org.gatun.tensor.RoundingMode;
import org.gatun.tensor.Special;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.conformance.CompositeSample.Content;
import org.gatun.tensor.conformance.CompositeSample.Slot;
import org.gatun.tensor.shape.Shape;

/** Samples of the special functions and of the elementwise methods beyond arithmetic. */
final class SpecialSamples {
    private static final List<CompositeSample> SAMPLES = new ArrayList<>();

    static {
        methods();
        special();
        mixtures();
        limits();
        comparisons();
        activations();
    }

    private SpecialSamples() {}

    static List<CompositeSample> all() {
        return SAMPLES;
    }

    private static void methods() {
        unary("Tensor.cbrt", Tensor::cbrt, Content.ANY);
        unary("Tensor.sinc", x -> x.mul(2).sinc(), Content.ANY);
        unary("Tensor.sinc", x -> x.mul(0.2).sinc(), Content.ANY);
        unary("Tensor.erfinv", x -> x.mul(0.6).erfinv(), Content.ANY);
        unary("Tensor.lgamma", Tensor::lgamma, Content.POSITIVE);
        unary("Tensor.lgamma", x -> x.mul(9).lgamma(), Content.POSITIVE);
        unary("Tensor.digamma", Tensor::digamma, Content.POSITIVE);
        for (int n : new int[] {0, 1, 2, 3}) {
            unary("Tensor.polygamma", x -> x.polygamma(n), Content.POSITIVE);
        }
        unary("Tensor.mvlgamma", x -> x.add(1).mvlgamma(3), Content.POSITIVE);
        unary("Tensor.mvlgamma", x -> x.mvlgamma(1), Content.POSITIVE);
        unary("Tensor.logit", Tensor::logit, Content.PROBABILITY);
        unary("Tensor.logit", x -> x.logit(0.05), Content.PROBABILITY);
        unary("Tensor.deg2rad", Tensor::deg2rad, Content.ANY);
        unary("Tensor.rad2deg", Tensor::rad2deg, Content.ANY);
        unary("Tensor.positive", Tensor::positive, Content.ANY);
        unary("Tensor.sgn", Tensor::sgn, Content.ANY);
        unary("Tensor.fix", x -> x.mul(3).fix(), Content.ANY);
        unary("Tensor.frac", x -> x.mul(4).frac(), Content.PROBABILITY);
        unary("Tensor.round", x -> x.round(2), Content.DISTINCT);
        unary("Tensor.round", x -> x.mul(128.0).round(-1), Content.DISTINCT);
        for (long[] sizes : new long[][] {{2, 3}, {}, {0}}) {
            SAMPLES.add(several(
                    "Tensor.frexp",
                    in -> {
                        Frexp parts = in.get(0).mul(5).frexp();
                        return List.of(parts.mantissa(), parts.exponent());
                    },
                    any(sizes)));
        }
    }

    private static void special() {
        unary("Special.erf", Special::erf, Content.ANY);
        unary("Special.erfc", Special::erfc, Content.ANY);
        unary("Special.erfcx", Special::erfcx, Content.ANY);
        unary("Special.erfcx", x -> Special.erfcx(x.mul(20)), Content.POSITIVE);
        unary("Special.erfinv", Special::erfinv, Content.PROBABILITY);
        unary("Special.ndtr", Special::ndtr, Content.ANY);
        unary("Special.ndtri", Special::ndtri, Content.PROBABILITY);
        unary("Special.logNdtr", Special::logNdtr, Content.ANY);
        unary("Special.logNdtr", x -> Special.logNdtr(x.mul(-20)), Content.POSITIVE);
        unary("Special.gammaln", Special::gammaln, Content.POSITIVE);
        unary("Special.digamma", Special::digamma, Content.POSITIVE);
        unary("Special.psi", Special::psi, Content.POSITIVE);
        unary("Special.polygamma", x -> Special.polygamma(2, x), Content.POSITIVE);
        unary("Special.multigammaln", x -> Special.multigammaln(x.mul(4), 2), Content.POSITIVE);
        binary("Special.betaln", Special::betaln, Content.POSITIVE, Content.POSITIVE);
        binary("Special.betaln", (a, b) -> Special.betaln(a, b.mul(32.0)), Content.POSITIVE, Content.POSITIVE);
        binary(
                "Special.betaln",
                (a, b) -> Special.betaln(a.mul(64.0), b.mul(32.0)),
                Content.POSITIVE,
                Content.POSITIVE);
        unary("Special.zeta", q -> Special.zeta(2.5, q), Content.POSITIVE);
        // orders from 2.5 on, which have no derivative
        for (long[] sizes : new long[][] {{2, 3}, {}, {0}}) {
            Slot orders = index(4, sizes);
            plain("Special.zeta", s -> Special.zeta(s.add(2.5), 0.7), orders);
            SAMPLES.add(
                    of("Special.zeta", (s, q) -> Special.zeta(s.add(2.5), q), orders, slot(Content.POSITIVE, sizes)));
            SAMPLES.add(of("Special.zeta", (s, q) -> Special.zeta(s.add(2), q), orders, slot(Content.POSITIVE)));
        }
        binary("Special.gammainc", Special::gammainc, Content.POSITIVE, Content.POSITIVE);
        binary("Special.gammainc", (a, x) -> Special.gammainc(a, x.mul(8)), Content.POSITIVE, Content.POSITIVE);
        binary("Special.gammaincc", Special::gammaincc, Content.POSITIVE, Content.POSITIVE);
        binary(
                "Special.gammaincc",
                (a, x) -> Special.gammaincc(a.mul(9), x.mul(8)),
                Content.POSITIVE,
                Content.POSITIVE);
        for (long[] sizes : new long[][] {{2, 3}, {}, {0}}) {
            Slot shapes = index(6, sizes);
            SAMPLES.add(of(
                    "Special.gammainc",
                    (a, x) -> Special.gammainc(a.add(0.5), x),
                    shapes,
                    slot(Content.POSITIVE, sizes)));
            SAMPLES.add(of(
                    "Special.gammainc",
                    (a, x) -> Special.gammainc(a.mul(50), x.mul(64.0)),
                    shapes,
                    slot(Content.POSITIVE)));
            SAMPLES.add(of(
                    "Special.gammaincc",
                    (a, x) -> Special.gammaincc(a.add(0.25), x),
                    shapes,
                    slot(Content.POSITIVE, sizes)));
            SAMPLES.add(of(
                    "Special.gammaincc",
                    (a, x) -> Special.gammaincc(a.add(2), x.mul(9)),
                    shapes,
                    slot(Content.POSITIVE)));
        }
        for (long[] sizes : new long[][] {{2, 3}, {}, {0}}) {
            Slot shapes = slot(Content.POSITIVE, sizes);
            Slot places = slot(Content.PROBABILITY, sizes);
            SAMPLES.add(of(
                    "Special.betainc",
                    in -> Special.betainc(in.get(0), in.get(1), in.get(2)),
                    shapes,
                    slot(Content.POSITIVE),
                    places));
            // both large
            SAMPLES.add(of(
                    "Special.betainc",
                    (a, x) -> Special.betainc(a.add(20), a.neg().add(30), x),
                    shapes,
                    places));
        }
        SAMPLES.add(of(
                "Special.betainc",
                x -> Special.betainc(x.fullLike(0.5), x.fullLike(3), x),
                slot(Content.PROBABILITY, 2, 1)));
        unary("Special.i0", Special::i0, Content.ANY);
        unary("Special.i0", x -> Special.i0(x.mul(4)), Content.ANY);
        unary("Special.i0e", x -> Special.i0e(x.mul(9)), Content.POSITIVE);
        unary("Special.i0e", x -> Special.i0e(x.neg()), Content.POSITIVE);
        unary("Special.i1", Special::i1, Content.ANY);
        unary("Special.i1", x -> Special.i1(x.mul(4)), Content.ANY);
        unary("Special.i1e", x -> Special.i1e(x.mul(9)), Content.POSITIVE);
        unary("Special.i1e", x -> Special.i1e(x.neg()), Content.POSITIVE);
        unary("Special.exp2", Special::exp2, Content.ANY);
        unary("Special.expm1", Special::expm1, Content.ANY);
        unary("Special.log1p", Special::log1p, Content.POSITIVE);
        unary("Special.expit", Special::expit, Content.ANY);
        unary("Special.logit", Special::logit, Content.PROBABILITY);
        unary("Special.logit", x -> Special.logit(x, 0.01), Content.PROBABILITY);
        unary("Special.entr", Special::entr, Content.POSITIVE);
        binary("Special.xlogy", Special::xlogy, Content.ANY, Content.POSITIVE);
        binary("Special.xlog1py", Special::xlog1py, Content.ANY, Content.POSITIVE);
        unary("Special.sinc", Special::sinc, Content.ANY);
        SAMPLES.add(of("Special.softmax", x -> Special.softmax(x, 1), any(2, 3)));
        SAMPLES.add(of("Special.logSoftmax", x -> Special.logSoftmax(x, -1), any(2, 3)));
        SAMPLES.add(of("Special.logsumexp", x -> Special.logsumexp(x, 0), any(2, 3)));
    }

    private static void mixtures() {
        for (RoundingMode mode : RoundingMode.values()) {
            binary("Tensor.div", (a, b) -> a.div(b, mode), Content.ANY, Content.ANY);
            unary("Tensor.div", x -> x.div(0.45, mode), Content.ANY);
            SAMPLES.add(of("Tensor.div", x -> x.div(3L, mode), index(9, 2, 3)).withoutDerivative());
        }
        binary("Tensor.floatPower", (a, b) -> a.floatPower(b), Content.POSITIVE, Content.ANY);
        unary("Tensor.floatPower", x -> x.floatPower(1.5), Content.POSITIVE);
        binary("Tensor.copysign", (a, b) -> a.copysign(b), Content.ANY, Content.ANY);
        unary("Tensor.copysign", x -> x.copysign(-2), Content.ANY);
        binary("Tensor.nextafter", Tensor::nextafter, Content.ANY, Content.POSITIVE);
        binary("Tensor.ldexp", Tensor::ldexp, Content.ANY, Content.ANY);
        SAMPLES.add(of("Tensor.ldexp", Tensor::ldexp, any(2, 3), index(4, 3)));
        binary("Tensor.fmax", Tensor::fmax, Content.ANY, Content.ANY);
        binary("Tensor.fmin", Tensor::fmin, Content.ANY, Content.ANY);
        binary("Tensor.logaddexp", Tensor::logaddexp, Content.ANY, Content.ANY);
        unary("Tensor.logaddexp", x -> x.logaddexp(x.fullLike(0.5)), Content.ANY);
        binary("Tensor.logaddexp2", Tensor::logaddexp2, Content.ANY, Content.ANY);
        binary("Tensor.xlogy", (a, b) -> a.xlogy(b), Content.ANY, Content.POSITIVE);
        unary("Tensor.xlogy", x -> x.xlogy(3), Content.ANY);
        binary("Tensor.heaviside", Tensor::heaviside, Content.ANY, Content.ANY);
        binary("Tensor.lerp", (a, b) -> a.lerp(b, 0.3), Content.ANY, Content.ANY);
        binary("Tensor.lerp", (a, b) -> a.lerp(b, 1.2), Content.ANY, Content.ANY);
        for (long[][] sizes : new long[][][] {{{2, 3}, {3}, {2, 1}}, {{}, {}, {}}, {{0}, {1}, {}}}) {
            Slot a = any(sizes[0]);
            Slot b = any(sizes[1]);
            Slot c = any(sizes[2]);
            SAMPLES.add(of("Tensor.lerp", in -> in.get(0).lerp(in.get(1), in.get(2)), a, b, c));
            SAMPLES.add(of("Tensor.addcmul", in -> in.get(0).addcmul(in.get(1), in.get(2)), a, b, c));
            SAMPLES.add(of("Tensor.addcmul", in -> in.get(0).addcmul(in.get(1), in.get(2), -1.5), a, b, c));
            SAMPLES.add(of("Tensor.addcdiv", in -> in.get(0).addcdiv(in.get(1), in.get(2)), a, b, c));
            SAMPLES.add(of("Tensor.addcdiv", in -> in.get(0).addcdiv(in.get(1), in.get(2), 0.5), a, b, c));
            SAMPLES.add(of("Tensor.clamp", in -> in.get(0).clamp(in.get(1), in.get(2)), a, b, c));
        }
    }

    private static void limits() {
        unary("Tensor.clampMin", x -> x.clampMin(0.2), Content.ANY);
        unary("Tensor.clampMin", x -> x.clampMin(1), Content.DISTINCT);
        binary("Tensor.clampMin", (x, min) -> x.clampMin(min), Content.ANY, Content.POSITIVE);
        unary("Tensor.clampMax", x -> x.clampMax(0.2), Content.ANY);
        unary("Tensor.clampMax", x -> x.clampMax(1), Content.DISTINCT);
        binary("Tensor.clampMax", (x, max) -> x.clampMax(max), Content.ANY, Content.POSITIVE);
        unary("Tensor.nanToNum", Tensor::nanToNum, Content.ANY);
        unary("Tensor.nanToNum", x -> x.nanToNum(3).mul(x), Content.ANY);
        unary(
                "Tensor.nanToNum",
                x -> x.maskedFill(x.gt(0.9), Double.POSITIVE_INFINITY)
                        .maskedFill(x.lt(-0.9), Double.NaN)
                        .nanToNum(3, 7, -8),
                Content.ANY);
    }

    private static void comparisons() {
        for (long[] sizes : new long[][] {{2, 3}, {}, {0}}) {
            Slot bits = index(200, sizes);
            Slot places = index(9, 1);
            plain("Tensor.and", x -> x.and(6), bits);
            plain("Tensor.or", x -> x.or(9), bits);
            plain("Tensor.xor", x -> x.xor(5), bits);
            plain("Tensor.bitwiseLeftShift", x -> x.bitwiseLeftShift(3), bits);
            plain("Tensor.bitwiseRightShift", x -> x.sub(100).bitwiseRightShift(2), bits);
            SAMPLES.add(of("Tensor.bitwiseLeftShift", (a, b) -> a.bitwiseLeftShift(b), bits, places)
                    .withoutDerivative());
            SAMPLES.add(of("Tensor.bitwiseRightShift", (a, b) -> a.bitwiseRightShift(b), bits, places)
                    .withoutDerivative());
            plain("Tensor.gcd", x -> x.sub(90).gcd(60), bits);
            plain("Tensor.lcm", x -> x.sub(90).lcm(60), bits);
            SAMPLES.add(
                    of("Tensor.gcd", (a, b) -> a.gcd(b.sub(4)), bits, places).withoutDerivative());
            SAMPLES.add(
                    of("Tensor.lcm", (a, b) -> a.lcm(b.sub(4)), bits, places).withoutDerivative());
            Slot numbers = any(sizes);
            Slot truths = truth(sizes);
            SAMPLES.add(
                    of("Tensor.logicalAnd", Tensor::logicalAnd, numbers, truths).withoutDerivative());
            SAMPLES.add(
                    of("Tensor.logicalOr", Tensor::logicalOr, truths, numbers).withoutDerivative());
            SAMPLES.add(
                    of("Tensor.logicalXor", Tensor::logicalXor, truths, truths).withoutDerivative());
            plain("Tensor.logicalNot", Tensor::logicalNot, numbers);
            plain("Tensor.isPosInf", x -> x.div(0).isPosInf(), numbers);
            plain("Tensor.isNegInf", x -> x.div(0).isNegInf(), numbers);
            plain("Tensor.signbit", Tensor::signbit, numbers);
            SAMPLES.add(of("Tensor.isClose", (a, b) -> a.isClose(b), numbers, numbers)
                    .withoutDerivative());
            plain("Tensor.isClose", x -> x.div(0).isClose(x.mul(0).div(0), 0.1, 0.2, true), numbers);
        }
        plain("Tensor.isNegInf", Tensor::isNegInf, index(3, 2));
    }

    private static void activations() {
        unary("Functional.celu", Functional::celu, Content.ANY);
        unary("Functional.celu", x -> Functional.celu(x, 0.7), Content.ANY);
        SAMPLES.add(of("Functional.glu", x -> Functional.glu(x), any(2, 4)));
        SAMPLES.add(of("Functional.glu", x -> Functional.glu(x, 0), any(2, 3)));
        SAMPLES.add(of("Functional.glu", x -> Functional.glu(x, -2), any(0, 3)));
    }

    private static void unary(String method, UnaryOperator<Tensor> body, Content content) {
        for (long[] sizes : new long[][] {{2, 3}, {}, {0}}) {
            SAMPLES.add(of(method, body, slot(content, sizes)));
        }
    }

    private static void binary(String method, BinaryOperator<Tensor> body, Content first, Content second) {
        SAMPLES.add(of(method, body, slot(first, 2, 3), slot(second, 3)));
        SAMPLES.add(of(method, body, slot(first), slot(second, 2)));
        SAMPLES.add(of(method, body, slot(first, 0), slot(second, 1)));
        SAMPLES.add(of(method, body, slot(first), slot(second)));
    }

    private static void plain(String method, UnaryOperator<Tensor> body, Slot slot) {
        SAMPLES.add(of(method, body, slot).withoutDerivative());
    }

    private static Slot slot(Content content, long... sizes) {
        return new Slot(Shape.of(sizes), content, 0);
    }
}
