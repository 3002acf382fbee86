package org.gatun.nn.distributions;

import java.util.List;
import java.util.function.Function;
import org.gatun.nn.distributions.Quadrature.Domain;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;

/**
 * A family of distributions of numbers, and parameters for a batch of three.
 *
 * @param name the family
 * @param make from parameters to the distribution
 * @param parameters F64 of shape (3), well inside their ranges
 * @param domain where its values live
 * @param implicit whether its samples have implicit gradients, which differences do not show
 */
record Family(
        String name,
        Function<List<Tensor>, Distribution> make,
        List<double[]> parameters,
        Domain domain,
        boolean implicit) {
    static List<Family> all() {
        return List.of(
                of("Normal", p -> new Normal(p.get(0), p.get(1)), Domain.REAL, array(0.3, -1, 2), array(0.7, 1, 2.5)),
                of("Laplace", p -> new Laplace(p.get(0), p.get(1)), Domain.REAL, array(0.3, -1, 2), array(0.7, 1, 2.5)),
                of("Cauchy", p -> new Cauchy(p.get(0), p.get(1)), Domain.REAL, array(0.3, -1, 2), array(0.7, 1, 2.5)),
                of("Gumbel", p -> new Gumbel(p.get(0), p.get(1)), Domain.REAL, array(0.3, -1, 2), array(0.7, 1, 2.5)),
                implicit(
                        "StudentT",
                        p -> new StudentT(p.get(0), p.get(1), p.get(2)),
                        Domain.REAL,
                        array(3.5, 8, 30),
                        array(0.3, -1, 2),
                        array(0.7, 1, 2.5)),
                of("Uniform", p -> new Uniform(p.get(0), p.get(1)), Domain.UNIT, array(-1, -1, -1), array(2, 2, 2)),
                of(
                        "TruncatedNormal",
                        p -> new TruncatedNormal(p.get(0), p.get(1), p.get(2), p.get(3)),
                        Domain.UNIT,
                        array(0.3, -1, 5),
                        array(0.7, 1, 1.5),
                        array(-1, -1, -1),
                        array(2, 2, 2)),
                of("Exponential", p -> new Exponential(p.get(0)), Domain.POSITIVE, array(0.4, 1, 3)),
                implicit(
                        "Gamma",
                        p -> new Gamma(p.get(0), p.get(1)),
                        Domain.POSITIVE,
                        array(0.8, 2, 7),
                        array(0.5, 1, 3)),
                implicit("Chi2", p -> new Chi2(p.get(0)), Domain.POSITIVE, array(1.5, 3, 8)),
                of(
                        "LogNormal",
                        p -> new LogNormal(p.get(0), p.get(1)),
                        Domain.POSITIVE,
                        array(0.3, -1, 0.5),
                        array(0.5, 0.8, 0.2)),
                implicit("Beta", p -> new Beta(p.get(0), p.get(1)), Domain.UNIT, array(0.8, 2, 7), array(0.9, 3, 2)),
                of("Bernoulli", p -> Bernoulli.ofProbs(p.get(0)), Domain.COUNTS, array(0.2, 0.5, 0.9)),
                of("Bernoulli by logits", p -> Bernoulli.ofLogits(p.get(0)), Domain.COUNTS, array(-2, 0.3, 4)),
                of("Geometric", p -> Geometric.ofProbs(p.get(0)), Domain.COUNTS, array(0.2, 0.5, 0.9)),
                of("Geometric by logits", p -> Geometric.ofLogits(p.get(0)), Domain.COUNTS, array(-2, 0.3, 4)),
                of(
                        "Binomial",
                        p -> Binomial.ofProbs(Tensors.of(1L, 5, 12), p.get(0)),
                        Domain.COUNTS,
                        array(0.2, 0.5, 0.9)),
                of(
                        "Binomial by logits",
                        p -> Binomial.ofLogits(Tensors.of(1L, 5, 12), p.get(0)),
                        Domain.COUNTS,
                        array(-2, 0.3, 4)),
                of("Poisson", p -> new Poisson(p.get(0)), Domain.COUNTS, array(0.2, 3, 40)),
                of(
                        "Transformed by exp and affine",
                        p -> new Transformed(
                                new Normal(p.get(0), p.get(1)),
                                Bijectors.exp(),
                                Bijectors.affine(Tensors.scalar(0.0), Tensors.scalar(2.0))),
                        Domain.POSITIVE,
                        array(0.3, -1, 0.5),
                        array(0.5, 0.8, 0.2)),
                of(
                        "Transformed by sigmoid",
                        p -> new Transformed(new Normal(p.get(0), p.get(1)), Bijectors.sigmoid()),
                        Domain.UNIT,
                        array(0.3, -1, 0.5),
                        array(0.5, 0.8, 1.2)),
                of(
                        "Transformed by softplus",
                        p -> new Transformed(new Laplace(p.get(0), p.get(1)), Bijectors.softplus()),
                        Domain.POSITIVE,
                        array(0.3, 1, 0.5),
                        array(0.5, 0.8, 1.2)),
                of(
                        "Transformed by a falling affine",
                        p -> new Transformed(
                                new Gumbel(p.get(0), p.get(1)),
                                Bijectors.affine(Tensors.scalar(1.0), Tensors.scalar(-2.0))),
                        Domain.REAL,
                        array(0.3, -1, 0.5),
                        array(0.5, 0.8, 1.2)));
    }

    private static double[] array(double... values) {
        return values;
    }

    private static Family of(
            String name, Function<List<Tensor>, Distribution> make, Domain domain, double[]... parameters) {
        return new Family(name, make, List.of(parameters), domain, false);
    }

    private static Family implicit(
            String name, Function<List<Tensor>, Distribution> make, Domain domain, double[]... parameters) {
        return new Family(name, make, List.of(parameters), domain, true);
    }

    List<Tensor> tensors() {
        return parameters.stream().map(Tensors::of).toList();
    }

    Distribution distribution() {
        return make.apply(tensors());
    }

    Quadrature quadrature() {
        return switch (name) {
            case "Uniform", "TruncatedNormal" -> new Quadrature(domain, -1, 2);
            case "Laplace" -> new Quadrature(domain, -1, 0.3, 2);
            case "Transformed by softplus" ->
                new Quadrature(domain, Math.log1p(Math.exp(0.3)), Math.log1p(Math.exp(0.5)), Math.log1p(Math.exp(1)));
            default -> new Quadrature(domain);
        };
    }

    /** Values inside the support of all three, of shape (5, 3). */
    Tensor values() {
        double[] x = switch (domain) {
            case REAL -> new double[] {-2.3, -0.4, 0.35, 1.7, 4.1};
            case POSITIVE -> new double[] {0.03, 0.4, 0.95, 1.7, 5.1};
            case UNIT -> new double[] {0.04, 0.2, 0.45, 0.7, 0.96};
            case COUNTS -> new double[] {0, 1, 1, 0, 1};
        };
        return Tensors.of(x).reshape(5, 1).broadcastTo(5, 3).copy();
    }

    boolean isContinuous() {
        return domain != Domain.COUNTS;
    }

    @Override
    public String toString() {
        return name;
    }
}
