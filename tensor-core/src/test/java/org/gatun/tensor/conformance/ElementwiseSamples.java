package org.gatun.tensor.conformance;

import static org.gatun.tensor.conformance.CompositeSample.any;
import static org.gatun.tensor.conformance.CompositeSample.of;
import static org.gatun.tensor.conformance.CompositeSample.positive;
import static org.gatun.tensor.conformance.CompositeSample.probability;
import static org.gatun.tensor.conformance.CompositeSample.truth;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.conformance.CompositeSample.Slot;

/** Samples of the elementwise methods of tensors, with tensors and numbers as second operands. */
final class ElementwiseSamples {
    private static final List<CompositeSample> SAMPLES = new ArrayList<>();

    static {
        unary("neg", Tensor::neg);
        unary("abs", Tensor::abs);
        unary("sign", Tensor::sign);
        unary("square", Tensor::square);
        unary("relu", Tensor::relu);
        unary("reciprocal", Tensor::reciprocal);
        unary("exp", Tensor::exp);
        unary("exp2", Tensor::exp2);
        unary("expm1", Tensor::expm1);
        unary("sin", Tensor::sin);
        unary("cos", Tensor::cos);
        unary("atan", Tensor::atan);
        unary("sinh", Tensor::sinh);
        unary("cosh", Tensor::cosh);
        unary("tanh", Tensor::tanh);
        unary("asinh", Tensor::asinh);
        unary("sigmoid", Tensor::sigmoid);
        unary("softplus", Tensor::softplus);
        unary("erf", Tensor::erf);
        unary("erfc", Tensor::erfc);
        unary("floor", Tensor::floor);
        unary("ceil", Tensor::ceil);
        unary("round", Tensor::round);
        unary("trunc", Tensor::trunc);
        add("sqrt", Tensor::sqrt, positive(2, 3));
        add("rsqrt", Tensor::rsqrt, positive(2, 3));
        add("log", Tensor::log, positive(2, 3));
        add("log2", Tensor::log2, positive(2, 3));
        add("log10", Tensor::log10, positive(2, 3));
        add("log1p", Tensor::log1p, positive(2, 3));
        add("tan", Tensor::tan, probability(2, 3));
        add("asin", Tensor::asin, probability(2, 3));
        add("acos", Tensor::acos, probability(2, 3));
        add("atanh", Tensor::atanh, probability(2, 3));
        add("acosh", x -> x.add(1).acosh(), positive(2, 3));
        add("clamp", x -> x.clamp(-0.5, 1.1), any(2, 3));
        add("clamp", x -> x.clamp(0.5, Double.POSITIVE_INFINITY), any(7));

        binary("add", Tensor::add, x -> x.add(1.5), x -> x.add(2));
        binary("sub", Tensor::sub, x -> x.sub(1.5), x -> x.sub(2));
        binary("mul", Tensor::mul, x -> x.mul(1.5), x -> x.mul(2));
        binary("div", Tensor::div, x -> x.div(1.5), x -> x.div(2));
        binary("floorDivide", Tensor::floorDivide, x -> x.floorDivide(0.45), x -> x.floorDivide(2));
        binary("truncDivide", Tensor::truncDivide, x -> x.truncDivide(0.45), x -> x.truncDivide(2));
        binary("remainder", Tensor::remainder, x -> x.remainder(0.45), x -> x.remainder(2));
        binary("fmod", Tensor::fmod, x -> x.fmod(0.45), x -> x.fmod(2));
        binary("maximum", Tensor::maximum, x -> x.maximum(0.7), x -> x.maximum(1));
        binary("minimum", Tensor::minimum, x -> x.minimum(0.7), x -> x.minimum(1));
        binary("atan2", Tensor::atan2, x -> x.atan2(0.7), x -> x.atan2(1));
        binary("hypot", Tensor::hypot, x -> x.hypot(0.7), x -> x.hypot(1));
        for (double exponent : new double[] {0, 0.5, 1, 2, 3, -1, 2.5}) {
            add("pow", x -> x.pow(exponent), positive(2, 3));
        }
        add("pow", x -> x.pow(3), any(2, 3));
        add("pow", x -> x.pow(2), any());
        SAMPLES.add(of("Tensor.pow", Tensor::pow, positive(2, 3), positive(3)));
        SAMPLES.add(of("Tensor.pow", Tensor::pow, positive(0), any(0)));

        comparison("eq", Tensor::eq, x -> x.eq(1));
        comparison("ne", Tensor::ne, x -> x.ne(1));
        comparison("lt", Tensor::lt, x -> x.lt(0.5));
        comparison("le", Tensor::le, x -> x.le(0.5));
        comparison("gt", Tensor::gt, x -> x.gt(0.5));
        comparison("ge", Tensor::ge, x -> x.ge(0.5));
        logic("and", Tensor::and);
        logic("or", Tensor::or);
        logic("xor", Tensor::xor);
        SAMPLES.add(of("Tensor.not", Tensor::not, truth(2, 3)).withoutDerivative());
        SAMPLES.add(of("Tensor.isNan", Tensor::isNan, any(2, 3)).withoutDerivative());
        SAMPLES.add(of("Tensor.isFinite", Tensor::isFinite, any(2, 3)).withoutDerivative());
        SAMPLES.add(of("Tensor.isInfinite", Tensor::isInfinite, any(2, 3)).withoutDerivative());
        SAMPLES.add(of("Tensor.where", in -> in.get(0).where(in.get(1), in.get(2)), truth(2, 3), any(3), any(2, 1)));
        SAMPLES.add(of("Tensor.where", in -> in.get(0).where(in.get(1), in.get(2)), truth(), any(), any()));
        add("to", x -> x.to(DType.F64).mul(2), any(2, 3));
        SAMPLES.add(of("Tensor.to", x -> x.to(DType.I64), any(2, 3)).withoutDerivative());
    }

    private ElementwiseSamples() {}

    static List<CompositeSample> all() {
        return SAMPLES;
    }

    private static void add(String method, UnaryOperator<Tensor> body, Slot slot) {
        SAMPLES.add(of("Tensor." + method, body, slot));
    }

    private static void unary(String method, UnaryOperator<Tensor> body) {
        add(method, body, any(2, 3));
        add(method, body, any());
        add(method, body, any(0));
    }

    private static void binary(
            String method,
            BinaryOperator<Tensor> body,
            UnaryOperator<Tensor> withDouble,
            UnaryOperator<Tensor> withLong) {
        String name = "Tensor." + method;
        SAMPLES.add(of(name, body, any(2, 3), any(2, 3)));
        SAMPLES.add(of(name, body, any(2, 3), any(3)));
        SAMPLES.add(of(name, body, any(2, 1), any(3)));
        SAMPLES.add(of(name, body, any(), any(3)));
        SAMPLES.add(of(name, body, any(0), any(1)));
        SAMPLES.add(of(name, body, any(), any()));
        add(method, withDouble, any(2, 3));
        add(method, withLong, any(2, 3));
    }

    private static void comparison(String method, BinaryOperator<Tensor> body, UnaryOperator<Tensor> withNumber) {
        SAMPLES.add(of("Tensor." + method, body, any(2, 3), any(3)).withoutDerivative());
        SAMPLES.add(of("Tensor." + method, withNumber, any(2, 3)).withoutDerivative());
    }

    private static void logic(String method, BinaryOperator<Tensor> body) {
        SAMPLES.add(of("Tensor." + method, body, truth(2, 3), truth(3)).withoutDerivative());
    }
}
