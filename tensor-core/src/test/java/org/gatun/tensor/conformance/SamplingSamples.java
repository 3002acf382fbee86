package org.gatun.tensor.conformance;

import static org.gatun.tensor.conformance.CompositeSample.any;
import static org.gatun.tensor.conformance.CompositeSample.of;
import static org.gatun.tensor.conformance.CompositeSample.positive;
import static org.gatun.tensor.conformance.CompositeSample.probability;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.gatun.tensor.DType;
import org.gatun.tensor.Sampling;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.conformance.CompositeSample.Slot;
import org.gatun.tensor.random.Generator;

/** Samples of random sampling; what is drawn by rejection comes with its path. */
final class SamplingSamples {
    private static final List<CompositeSample> SAMPLES = new ArrayList<>();

    static {
        smooth("uniform", (a, b) -> Sampling.uniform(g(), a.mul(-1.0), b), positive(2, 3), positive(3));
        smooth("uniform", (a, b) -> Sampling.uniform(g(), a.mul(-1.0), b), positive(), positive(0));
        // Normal noise comes in the dtype of the parameters, from bits of its own for each.
        smooth("normal", (a, b) -> Sampling.normal(g(), a.to(DType.F64), b).to(a.dtype()), any(2, 3), positive(2, 1));
        smooth("normal", (a, b) -> Sampling.normal(g(), a.to(DType.F64), b).to(a.dtype()), any(), positive());
        for (long[] sizes : new long[][] {{2, 3}, {}, {0}}) {
            smooth(
                    "truncatedNormal",
                    (a, b) -> Sampling.truncatedNormal(g(), a, b, a.sub(1), a.add(b)),
                    any(sizes),
                    positive(sizes));
            smooth("truncatedNormal", (a, b) -> truncated(a, b, 3, 9), any(sizes), positive());
        }
        smooth("truncatedNormal", (a, b) -> truncated(a, b, -9, -4), any(2, 3), positive());
        smooth("truncatedNormal", (a, b) -> truncated(a, b, 0, Double.POSITIVE_INFINITY), any(7), positive(7));
        smooth("truncatedNormal", (a, b) -> truncated(a, b, Double.NEGATIVE_INFINITY, -1), any(7), positive(7));
        smooth("laplace", (a, b) -> Sampling.laplace(g(), a, b), any(2, 3), positive(3));
        smooth("laplace", (a, b) -> Sampling.laplace(g(), a, b), any(), positive());
        smooth("cauchy", (a, b) -> Sampling.cauchy(g(), a, b), any(2, 3), positive(3));
        smooth("gumbel", (a, b) -> Sampling.gumbel(g(), a, b), any(2, 3), positive(3));
        smooth("gumbel", (a, b) -> Sampling.gumbel(g(), a, b), any(0), positive());
        SAMPLES.add(of("Sampling.exponential", a -> Sampling.exponential(g(), a), positive(2, 3)));
        SAMPLES.add(of("Sampling.exponential", a -> Sampling.exponential(g(), a), positive()));
        pathwise("gamma", a -> Sampling.gamma(g(), a), GammaPath.of(a -> a, (a, y) -> Math.exp(y)), positive(7));
        pathwise(
                "gamma",
                a -> Sampling.gamma(g(), a.mul(3), a),
                GammaPath.of(a -> 3 * a, (a, y) -> Math.exp(y) / a),
                positive(2, 3));
        pathwise("gamma", a -> Sampling.gamma(g(), a), GammaPath.of(a -> a, (a, y) -> Math.exp(y)), positive());
        pathwise("gamma", a -> Sampling.gamma(g(), a), GammaPath.of(a -> a, (a, y) -> Math.exp(y)), positive(0));
        pathwise("logGamma", a -> Sampling.logGamma(g(), a), GammaPath.of(a -> a, (a, y) -> y), positive(2, 3));
        pathwise(
                "logGamma",
                a -> Sampling.logGamma(g(), a.mul(0.01)),
                GammaPath.of(a -> 0.01 * a, (a, y) -> y),
                positive(3));
        pathwise(
                "chi2",
                a -> Sampling.chi2(g(), a.mul(4)),
                GammaPath.of(a -> 2 * a, (a, y) -> 2 * Math.exp(y)),
                positive(2, 3));
        pathwise("beta", a -> Sampling.beta(g(), a, a.add(1)), GammaPath::beta, positive(2, 3));
        pathwise("dirichlet", a -> Sampling.dirichlet(g(), a), GammaPath::dirichlet, positive(2, 3));
        pathwise("studentT", a -> Sampling.studentT(g(), a.mul(3)), GammaPath::studentT, positive(2, 3));
        rough("poisson", a -> Sampling.poisson(g(), a), positive(2, 3));
        rough("poisson", a -> Sampling.poisson(g(), a.mul(30)), positive(7));
        rough(
                "binomial",
                p -> Sampling.binomial(g(), Tensors.full(DType.F32, 7, 3).to(p.device()), p),
                probability(2, 3));
        rough("binomial", p -> Sampling.binomial(g(), Tensors.scalar(DType.F32, 90), p), probability(7));
        rough("geometric", p -> Sampling.geometric(g(), p), probability(2, 3));
        rough("categorical", x -> Sampling.categorical(g(), x), any(4, 3));
        rough("categorical", x -> Sampling.categorical(g(), x), any(3));
        rough("multinomial", w -> Sampling.multinomial(g(), w, 5, true), positive(2, 3));
        rough("multinomial", w -> Sampling.multinomial(g(), w, 2, false), positive(2, 3));
        rough("multinomial", w -> Sampling.multinomial(g(), w, 1, false), positive(1));
    }

    private SamplingSamples() {}

    static List<CompositeSample> all() {
        return SAMPLES;
    }

    static Generator g() {
        return new Generator(11);
    }

    private static Tensor truncated(Tensor mean, Tensor deviation, double low, double high) {
        return Sampling.truncatedNormal(g(), mean, deviation, Tensors.scalar(low), Tensors.scalar(high));
    }

    private static void smooth(String method, BinaryOperator<Tensor> body, Slot a, Slot b) {
        SAMPLES.add(of("Sampling." + method, body, a, b));
    }

    private static void pathwise(String method, UnaryOperator<Tensor> body, CompositeSample.Path path, Slot slot) {
        SAMPLES.add(of("Sampling." + method, body, slot).withPath(path));
    }

    private static void rough(String method, UnaryOperator<Tensor> body, Slot slot) {
        SAMPLES.add(of("Sampling." + method, body, slot).withoutDerivative());
    }
}
