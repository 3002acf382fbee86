package org.gatun.examples.practical;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.gatun.autograd.Grad;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;

/** Section 1: derivatives of functions of one variable, the rules of differentiation, and the chain rule. */
final class Derivatives {
    private static final double[] POINTS = {-2, -0.5, 0.3, 1, 2.5};
    private static final double[] POSITIVE = {0.2, 0.7, 1, 2, 5};

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Row(String name, UnaryOperator<Tensor> f, DoubleUnaryOperator derivative, double[] points) {}

    private Derivatives() {}

    static void run(Sheet sheet) {
        sheet.section("1.1 Common derivatives");
        List<Row> common = List.of(
                new Row("d/dx c = 0", x -> x.fullLike(3), x -> 0, POINTS),
                new Row("d/dx x = 1", x -> x, x -> 1, POINTS),
                new Row("d/dx x^3 = 3 x^2", x -> x.pow(3), x -> 3 * x * x, POINTS),
                new Row("d/dx 1/x = -1/x^2", Tensor::reciprocal, x -> -1 / (x * x), POINTS),
                new Row("d/dx sqrt x = 1 / (2 sqrt x)", Tensor::sqrt, x -> 0.5 / Math.sqrt(x), POSITIVE),
                new Row("d/dx e^x = e^x", Tensor::exp, Math::exp, POINTS),
                new Row("d/dx 2^x = 2^x ln 2", Tensor::exp2, x -> Math.pow(2, x) * Math.log(2), POINTS),
                new Row("d/dx ln x = 1/x", Tensor::log, x -> 1 / x, POSITIVE),
                new Row("d/dx sin x = cos x", Tensor::sin, Math::cos, POINTS),
                new Row("d/dx cos x = -sin x", Tensor::cos, x -> -Math.sin(x), POINTS),
                new Row("d/dx tan x = 1 / cos^2 x", Tensor::tan, x -> 1 / Math.pow(Math.cos(x), 2), POINTS),
                new Row("d/dx tanh x = 1 - tanh^2 x", Tensor::tanh, x -> 1 - Math.pow(Math.tanh(x), 2), POINTS),
                new Row("d/dx sigmoid x = s (1 - s)", Tensor::sigmoid, x -> sigmoid(x) * (1 - sigmoid(x)), POINTS),
                new Row("d/dx relu x = 0 below 0, 1 above", Tensor::relu, x -> x > 0 ? 1 : 0, POINTS),
                new Row("d/dx softplus x = sigmoid x", Tensor::softplus, Derivatives::sigmoid, POINTS));
        common.forEach(row -> check(sheet, row));
        sheet.text("relu at 0: Gatun gives the derivative 0, as PyTorch does; the practical's text writes 1 there.");
        sheet.answer("d/dx relu x at 0", 0, at(Tensor::relu, 0));

        sheet.section("1.2 Rules");
        List<Row> rules = List.of(
                new Row("constant multiple: (5 sin x)' = 5 cos x", x -> x.sin().mul(5), x -> 5 * Math.cos(x), POINTS),
                new Row(
                        "sum: (sin x + x^2)' = cos x + 2x",
                        x -> x.sin().add(x.square()),
                        x -> Math.cos(x) + 2 * x,
                        POINTS),
                new Row(
                        "product: (x^2 e^x)' = (2x + x^2) e^x",
                        x -> x.square().mul(x.exp()),
                        x -> (2 * x + x * x) * Math.exp(x),
                        POINTS),
                new Row(
                        "quotient: (sin x / x)' = (x cos x - sin x) / x^2",
                        x -> x.sin().div(x),
                        x -> (x * Math.cos(x) - Math.sin(x)) / (x * x),
                        POINTS),
                new Row("chain: sin(x^2)' = 2x cos x^2", x -> x.square().sin(), x -> 2 * x * Math.cos(x * x), POINTS),
                new Row(
                        "chain: (e^(-x^2/2))' = -x e^(-x^2/2)",
                        x -> x.square().mul(-0.5).exp(),
                        x -> -x * Math.exp(-x * x / 2),
                        POINTS));
        rules.forEach(row -> check(sheet, row));

        sheet.section("1.3 Higher derivatives");
        for (double x : POINTS) {
            sheet.answer(
                    "d^2/dx^2 sin(x^2) at " + x,
                    2 * Math.cos(x * x) - 4 * x * x * Math.sin(x * x),
                    Grad.grad(Grad.grad(z -> z.square().sin()))
                            .apply(Tensors.scalar(x))
                            .item());
        }
    }

    private static void check(Sheet sheet, Row row) {
        double[] analytic = new double[row.points.length];
        double[] computed = new double[row.points.length];
        for (int i = 0; i < analytic.length; i++) {
            analytic[i] = row.derivative.applyAsDouble(row.points[i]);
            computed[i] = at(row.f, row.points[i]);
        }
        sheet.answer(row.name, analytic, computed, 1e-9);
    }

    private static double at(UnaryOperator<Tensor> f, double x) {
        return Grad.grad(f).apply(Tensors.scalar(x)).item();
    }

    static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
