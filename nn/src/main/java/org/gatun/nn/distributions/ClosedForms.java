package org.gatun.nn.distributions;

import static org.gatun.nn.distributions.KullbackLeibler.register;

import org.gatun.nn.distributions.Bernoulli.BinaryOdds;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Special;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.linalg.Linalg;
import org.gatun.tensor.trace.Traced;

/** Divergences within one family. */
final class ClosedForms {
    private ClosedForms() {}

    static void addAll() {
        register(Normal.class, Normal.class, ClosedForms::normal);
        register(MultivariateNormal.class, MultivariateNormal.class, ClosedForms::multivariateNormal);
        register(LogNormal.class, LogNormal.class, (p, q) -> normal(p.base(), q.base()));
        register(Laplace.class, Laplace.class, ClosedForms::laplace);
        register(Cauchy.class, Cauchy.class, ClosedForms::cauchy);
        register(Gumbel.class, Gumbel.class, ClosedForms::gumbel);
        register(Uniform.class, Uniform.class, ClosedForms::uniform);
        register(Exponential.class, Exponential.class, ClosedForms::exponential);
        register(Gamma.class, Gamma.class, ClosedForms::gamma);
        register(Beta.class, Beta.class, ClosedForms::beta);
        register(Dirichlet.class, Dirichlet.class, ClosedForms::dirichlet);
        register(Poisson.class, Poisson.class, ClosedForms::poisson);
        register(Bernoulli.class, Bernoulli.class, (p, q) -> odds(p.odds(), q.odds()));
        register(Geometric.class, Geometric.class, ClosedForms::geometric);
        register(Binomial.class, Binomial.class, ClosedForms::binomial);
        register(Categorical.class, Categorical.class, ClosedForms::categorical);
        register(Multinomial.class, Multinomial.class, ClosedForms::multinomial);
        register(Independent.class, Independent.class, ClosedForms::independent);
        register(Transformed.class, Transformed.class, ClosedForms::transformed);
    }

    private static Tensor normal(Normal p, Normal q) {
        Tensor ratio = p.scale().div(q.scale()).square();
        Tensor shift = p.loc().sub(q.loc()).div(q.scale()).square();
        return ratio.add(shift).sub(1).sub(ratio.log()).mul(0.5);
    }

    /** {@code (trace(Sq^-1 Sp) + (mq - mp)' Sq^-1 (mq - mp) - n + log det Sq - log det Sp) / 2}. */
    private static Tensor multivariateNormal(MultivariateNormal p, MultivariateNormal q) {
        Tensor factor = Linalg.solveTriangular(q.scaleTril(), p.scaleTril(), false);
        Tensor distance = p.loc().sub(q.loc()).unsqueeze(-1);
        Tensor shift = Linalg.solveTriangular(q.scaleTril(), distance, false);
        return factor.square()
                .sum(-1, -2)
                .add(shift.square().sum(-1, -2))
                .sub((double) p.loc().size(-1))
                .mul(0.5)
                .add(q.halfLogDet())
                .sub(p.halfLogDet());
    }

    private static Tensor laplace(Laplace p, Laplace q) {
        Tensor ratio = p.scale().div(q.scale());
        Tensor distance = p.loc().sub(q.loc()).abs();
        return distance.div(q.scale())
                .add(ratio.mul(distance.div(p.scale()).neg().exp()))
                .sub(ratio.log())
                .sub(1);
    }

    private static Tensor cauchy(Cauchy p, Cauchy q) {
        Tensor sum = p.scale().add(q.scale()).square().add(p.loc().sub(q.loc()).square());
        return sum.log().sub(p.scale().mul(q.scale()).mul(4).log());
    }

    /** With r the ratio of the scales and d the distance over q's scale: {@code d + gamma r + exp(-d) Gamma(1 + r) - log r - 1 - gamma}. */
    private static Tensor gumbel(Gumbel p, Gumbel q) {
        Tensor ratio = p.scale().div(q.scale());
        Tensor distance = p.loc().sub(q.loc()).div(q.scale());
        return distance.add(ratio.mul(Gumbel.EULER))
                .add(ratio.add(1).lgamma().sub(distance).exp())
                .sub(ratio.log())
                .sub(1 + Gumbel.EULER);
    }

    private static Tensor uniform(Uniform p, Uniform q) {
        Tensor log = q.high().sub(q.low()).div(p.high().sub(p.low())).log();
        Tensor inside = q.low().le(p.low()).and(p.high().le(q.high()));
        return inside.where(log, log.fullLike(Double.POSITIVE_INFINITY));
    }

    private static Tensor exponential(Exponential p, Exponential q) {
        Tensor ratio = q.rate().div(p.rate());
        return ratio.sub(1).sub(ratio.log());
    }

    private static Tensor gamma(Gamma p, Gamma q) {
        Tensor a = p.concentration();
        Tensor b = q.concentration();
        Tensor ratio = q.rate().div(p.rate());
        return b.lgamma()
                .sub(a.lgamma())
                .sub(b.mul(ratio.log()))
                .add(a.sub(b).mul(a.digamma()))
                .add(a.mul(ratio.sub(1)));
    }

    private static Tensor beta(Beta p, Beta q) {
        Tensor a = p.concentration1();
        Tensor b = p.concentration0();
        Tensor c = q.concentration1();
        Tensor d = q.concentration0();
        return Special.betaln(c, d)
                .sub(Special.betaln(a, b))
                .add(a.sub(c).mul(a.digamma()))
                .add(b.sub(d).mul(b.digamma()))
                .add(c.add(d).sub(a).sub(b).mul(a.add(b).digamma()));
    }

    private static Tensor dirichlet(Dirichlet p, Dirichlet q) {
        Tensor a = p.concentration();
        Tensor b = q.concentration();
        Tensor total = a.sum(-1);
        Tensor logs = a.digamma().sub(total.digamma().unsqueeze(-1));
        return total.lgamma()
                .sub(b.sum(-1).lgamma())
                .add(b.lgamma().sub(a.lgamma()).add(a.sub(b).mul(logs)).sum(-1));
    }

    private static Tensor poisson(Poisson p, Poisson q) {
        return Special.xlogy(p.rate(), p.rate())
                .sub(Special.xlogy(p.rate(), q.rate()))
                .sub(p.rate())
                .add(q.rate());
    }

    /** {@code -H(p) - p log q - (1 - p) log(1 - q)}. */
    private static Tensor odds(BinaryOdds p, BinaryOdds q) {
        Tensor success = p.probs();
        return p.entropy().add(q.log(success, p.failure(success.dtype()))).neg();
    }

    private static Tensor geometric(Geometric p, Geometric q) {
        return odds(p.odds(), q.odds()).div(p.probs());
    }

    /** Of equal counts, n times that of one trial. Otherwise {@code -log q(x)} where p is always x, and infinite where p's count is above q's. */
    private static Tensor binomial(Binomial p, Binomial q) {
        Tensor n = p.totalCount();
        Tensor most = q.totalCount();
        Tensor none = n.eq(0).or(p.probs().eq(0));
        Tensor all = p.odds().failure(n.dtype()).eq(0);
        Tensor fewer = n.lt(most).and(none.or(all).not());
        if (Traced.beneath(fewer).any().item() != 0) {
            throw new UnsupportedOperationException(
                    "KullbackLeibler.divergence: there is no closed form for Binomial and"
                            + " Binomial where the first has a smaller total count than the second: use"
                            + " KullbackLeibler.estimate, which samples");
        }
        // no trial, no divergence, also where that of one trial would be infinite
        Tensor same = n.mul(odds(tossed(p.odds(), n), tossed(q.odds(), most)));
        Tensor always = none.where(n.fullLike(0.0), n);
        Tensor reached = none.or(all).and(always.le(most));
        Tensor certain = q.logProb(reached.where(always, always.fullLike(0.0))).neg();
        Tensor other = reached.where(certain, certain.fullLike(Double.POSITIVE_INFINITY));
        return n.eq(most).where(same, other);
    }

    /** The odds, and those of a fair coin where there is no trial, whose value and derivatives are finite. */
    private static BinaryOdds tossed(BinaryOdds odds, Tensor count) {
        Tensor given = odds.given();
        return new BinaryOdds(count.eq(0).where(given.fullLike(odds.isLogit() ? 0.0 : 0.5), given), odds.isLogit());
    }

    private static Tensor categorical(Categorical p, Categorical q) {
        if (p.classes() != q.classes()) {
            throw new ShapeException("KullbackLeibler.divergence: Categorical of " + p.classes()
                    + " classes and Categorical of " + q.classes()
                    + " classes: give both the same classes, of probability 0 where one has none");
        }
        return p.weights().divergence(q.weights());
    }

    private static Tensor multinomial(Multinomial p, Multinomial q) {
        if (p.totalCount() != q.totalCount()) {
            // no event of one has the sum of the other's
            return CrossFamilyForms.infinite(p, q);
        }
        return p.classes().divergence(q.classes()).mul((double) p.totalCount());
    }

    private static Tensor independent(Independent p, Independent q) {
        if (p.axes() != q.axes()) {
            throw new UnsupportedOperationException(
                    "KullbackLeibler.divergence: there is no closed form for Independent" + " and Independent of "
                            + p.axes() + " and " + q.axes() + " axes: only of equally many");
        }
        return Shapes.sumLast(KullbackLeibler.divergence(p.base(), q.base()), p.axes());
    }

    /** A bijection changes no divergence. */
    private static Tensor transformed(Transformed p, Transformed q) {
        if (!p.bijector().equals(q.bijector())) {
            throw new UnsupportedOperationException(
                    "KullbackLeibler.divergence: there is no closed form for Transformed"
                            + " and Transformed by different bijectors: use KullbackLeibler.estimate, which samples");
        }
        return KullbackLeibler.divergence(p.base(), q.base());
    }
}
