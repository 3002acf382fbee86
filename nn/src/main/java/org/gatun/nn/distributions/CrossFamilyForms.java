package org.gatun.nn.distributions;

import java.util.List;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;

/** Divergences between families, as {@code -H(p) - E_p[log q(X)]}, from the moments of p that log q is made of. */
final class CrossFamilyForms {
    private static final List<Class<? extends Distribution>> REAL =
            List.of(Normal.class, Laplace.class, Cauchy.class, Gumbel.class, StudentT.class);
    private static final List<Class<? extends Distribution>> POSITIVE =
            List.of(Exponential.class, Gamma.class, LogNormal.class);

    private CrossFamilyForms() {}

    static void addAll() {
        for (Class<? extends Distribution> p : List.of(
                Laplace.class,
                Gumbel.class,
                StudentT.class,
                Uniform.class,
                Exponential.class,
                Gamma.class,
                Beta.class,
                LogNormal.class)) {
            KullbackLeibler.register(p, Normal.class, CrossFamilyForms::againstNormal);
        }
        KullbackLeibler.register(Normal.class, Laplace.class, CrossFamilyForms::normalAgainstLaplace);
        KullbackLeibler.register(Gamma.class, Exponential.class, CrossFamilyForms::againstExponential);
        KullbackLeibler.register(Beta.class, Exponential.class, CrossFamilyForms::againstExponential);
        KullbackLeibler.register(LogNormal.class, Exponential.class, CrossFamilyForms::againstExponential);
        KullbackLeibler.register(
                Uniform.class, Exponential.class, (p, q) -> where(p.low().ge(0), againstExponential(p, q)));
        KullbackLeibler.register(
                Exponential.class,
                Gamma.class,
                (p, q) -> againstGamma(p, p.rate().log().add(Gumbel.EULER).neg(), q));
        KullbackLeibler.register(
                Beta.class,
                Gamma.class,
                (p, q) -> againstGamma(
                        p,
                        p.concentration1()
                                .digamma()
                                .sub(p.concentration1().add(p.concentration0()).digamma()),
                        q));
        KullbackLeibler.register(
                LogNormal.class, Gamma.class, (p, q) -> againstGamma(p, p.base().loc(), q));
        KullbackLeibler.register(
                Normal.class,
                Gumbel.class,
                (p, q) -> againstGumbel(
                        p,
                        p.scale().div(q.scale()).square().mul(0.5).sub(p.loc().div(q.scale())),
                        q));
        KullbackLeibler.register(
                Gamma.class,
                Gumbel.class,
                (p, q) -> againstGumbel(
                        p,
                        q.scale()
                                .mul(p.rate())
                                .reciprocal()
                                .log1p()
                                .mul(p.concentration())
                                .neg(),
                        q));
        KullbackLeibler.register(
                Exponential.class,
                Gumbel.class,
                (p, q) -> againstGumbel(
                        p, q.scale().mul(p.rate()).reciprocal().log1p().neg(), q));
        KullbackLeibler.register(
                Beta.class,
                Uniform.class,
                (p, q) -> where(
                        q.low().le(0).and(q.high().ge(1)),
                        q.high().sub(q.low()).log().sub(p.entropy())));
        infinite();
    }

    /** What lies on more than q's support diverges from q. */
    private static void infinite() {
        for (Class<? extends Distribution> p : REAL) {
            for (Class<? extends Distribution> q : POSITIVE) {
                KullbackLeibler.register(p, q, CrossFamilyForms::infinite);
            }
            KullbackLeibler.register(p, Beta.class, CrossFamilyForms::infinite);
            KullbackLeibler.register(p, Uniform.class, CrossFamilyForms::infinite);
        }
        for (Class<? extends Distribution> p : POSITIVE) {
            KullbackLeibler.register(p, Beta.class, CrossFamilyForms::infinite);
            KullbackLeibler.register(p, Uniform.class, CrossFamilyForms::infinite);
        }
        for (Class<? extends Distribution> q : List.of(Bernoulli.class, Binomial.class)) {
            KullbackLeibler.register(
                    Poisson.class, q, (p, r) -> unlessZero(p, p.rate().eq(0), r));
            KullbackLeibler.register(
                    Geometric.class,
                    q,
                    (p, r) -> unlessZero(p, p.odds().failure(p.probs().dtype()).eq(0), r));
        }
    }

    /** {@code -log q(0)} where p is always 0, else infinite. */
    private static Tensor unlessZero(Distribution p, Tensor always, Distribution q) {
        Tensor log = q.logProb(Shapes.full(p.mean(), q.batchShape(), 0)).neg();
        return where(always, log.to(DType.promote(log.dtype(), p.mean().dtype())));
    }

    static Tensor infinite(Distribution p, Distribution q) {
        Shape shape = Broadcasting.common("KullbackLeibler.divergence", p.batchShape(), q.batchShape());
        return Shapes.full(p.variance(), shape, Double.POSITIVE_INFINITY);
    }

    private static Tensor where(Tensor inside, Tensor divergence) {
        return inside.where(divergence, divergence.fullLike(Double.POSITIVE_INFINITY));
    }

    private static Tensor againstNormal(Distribution p, Normal q) {
        Tensor spread = p.variance().add(p.mean().sub(q.loc()).square());
        return spread.div(q.variance().mul(2))
                .add(q.scale().log())
                .add(Normal.HALF_LOG_2_PI)
                .sub(p.entropy());
    }

    /** {@code E|X - m|} of a normal X is {@code sigma sqrt(2 / pi) exp(-z^2 / 2) + d erf(z / sqrt 2)}, d the distance of the means and z = d / sigma. */
    private static Tensor normalAgainstLaplace(Normal p, Laplace q) {
        Tensor distance = p.loc().sub(q.loc());
        Tensor z = distance.div(p.scale());
        Tensor near = z.square().mul(-0.5).exp().mul(p.scale()).mul(Math.sqrt(2 / Math.PI));
        Tensor far = distance.mul(z.mul(Math.sqrt(0.5)).erf());
        return near.add(far).div(q.scale()).add(q.scale().mul(2).log()).sub(p.entropy());
    }

    private static Tensor againstExponential(Distribution p, Exponential q) {
        return q.rate().mul(p.mean()).sub(q.rate().log()).sub(p.entropy());
    }

    /** Of a p with the given {@code E[log X]}. */
    private static Tensor againstGamma(Distribution p, Tensor meanLog, Gamma q) {
        Tensor a = q.concentration();
        return q.rate()
                .mul(p.mean())
                .sub(a.sub(1).mul(meanLog))
                .sub(a.mul(q.rate().log()))
                .add(a.lgamma())
                .sub(p.entropy());
    }

    /** Of a p with the given {@code log E[exp(-X / scale)]}. */
    private static Tensor againstGumbel(Distribution p, Tensor logTransform, Gumbel q) {
        Tensor mean = p.mean().sub(q.loc()).div(q.scale());
        Tensor exponential = logTransform.add(q.loc().div(q.scale())).exp();
        return mean.add(exponential).add(q.scale().log()).sub(p.entropy());
    }
}
