package org.gatun.tensor.composite;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.Special;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Composite;
import org.jspecify.annotations.Nullable;

/**
 * The x at which the regularised incomplete beta function I is p: operands (a, b, p) of one shape, F64.
 *
 * <p>If p is more than I at the mean, {@code 1 - x} is computed, with a and b exchanged and p from 1. With y = log(x / (1 - x)) the logarithm of I is
 * concave and rises, so that Newton's method on {@code log I = log p} stays below the solution once it is there. It starts at formula 26.5.22 of
 * Abramowitz and Stegun, or, for a or b up to 1, at a bound: {@code I <= x^a / (a B)} for b from 1 on, {@code I <= x^a} below. Eleven steps suffice for
 * a and b from 0.01 to 1e5 and p from 1e-300 on.
 */
public record InverseIncompleteBeta() implements Composite {
    private static final int STEPS = 12;
    /** Below this a computed probability has lost digits, and the first term of its expansion stands in. */
    private static final double LEAST = 1e-305;

    private static final Region START = Elementwise.region(4, in -> List.of(start(in)));
    private static final Region STEP = Elementwise.region(6, in -> List.of(step(in)));

    @Override
    public String name() {
        return "betaincinv";
    }

    @Override
    public int arity() {
        return 3;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        Tensor a = inputs.get(0);
        Tensor b = inputs.get(1);
        Tensor p = inputs.get(2);
        Tensor valid = positive(a).and(positive(b)).and(p.ge(0)).and(p.le(1));
        Tensor inside = valid.and(p.gt(0)).and(p.lt(1));
        Tensor x =
                solve(inside.where(a, a.fullLike(1)), inside.where(b, b.fullLike(1)), inside.where(p, p.fullLike(0.5)));
        return List.of(inside.where(x, valid.where(p, p.fullLike(Double.NaN))));
    }

    private static Tensor positive(Tensor t) {
        return t.gt(0).and(t.lt(Double.POSITIVE_INFINITY));
    }

    private static Tensor solve(Tensor first, Tensor second, Tensor p) {
        Tensor exchanged = p.gt(Special.betainc(first, second, first.div(first.add(second))));
        Tensor a = exchanged.where(second, first);
        Tensor b = exchanged.where(first, second);
        Tensor tail = exchanged.where(p.neg().add(1), p);
        Tensor logBeta = Special.betaln(a, b);
        Tensor target = tail.log();
        Tensor y = START.apply(a, b, tail, logBeta);
        for (int i = 0; i < STEPS; i++) {
            y = STEP.apply(a, b, y, Special.betainc(a, b, y.sigmoid()), logBeta, target);
        }
        return exchanged.where(y.neg(), y).sigmoid();
    }

    private static Tensor start(List<Tensor> in) {
        Tensor a = in.get(0);
        Tensor b = in.get(1);
        Tensor p = in.get(2);
        Tensor mean = a.log().sub(b.log());
        Tensor z = Special.ndtri(p);
        Tensor large = a.gt(1).and(b.gt(1));
        Tensor u = large.where(a, a.fullLike(2)).mul(2).sub(1).reciprocal();
        Tensor v = large.where(b, b.fullLike(2)).mul(2).sub(1).reciprocal();
        Tensor h = u.add(v).reciprocal().mul(2);
        Tensor lambda = z.square().sub(3).div(6);
        Tensor w = z.neg()
                .mul(h.add(lambda).maximum(0.0).sqrt())
                .div(h)
                .sub(v.sub(u).mul(lambda.add(5.0 / 6).sub(h.reciprocal().mul(2.0 / 3))));
        Tensor spread = a.reciprocal().add(b.reciprocal()).sqrt();
        Tensor guess = large.where(mean.sub(w.mul(2)), mean.add(z.mul(spread)));
        Tensor logP = p.log();
        Tensor power = logP.div(a).minimum(-Double.MIN_NORMAL);
        Tensor least = power.sub(power.expm1().neg().log());
        Tensor logged = logP.add(a.log()).add(in.get(3)).div(a);
        return guess.maximum(b.lt(1).where(least, logged)).minimum(mean);
    }

    /** From (a, b, y, I, log B, log p). */
    private static Tensor step(List<Tensor> in) {
        Tensor a = in.get(0);
        Tensor b = in.get(1);
        Tensor y = in.get(2);
        Tensor tail = in.get(3);
        // log x and log(1 - x)
        Tensor log = y.abs().neg().exp().log1p();
        Tensor logX = y.minimum(0.0).sub(log);
        Tensor rest = y.neg().minimum(0.0).sub(log);
        Tensor logDensity = a.mul(logX).add(b.mul(rest)).sub(in.get(4));
        Tensor next = a.div(a.add(1));
        Tensor first = a.sub(a.add(b).mul(logX.exp()).mul(next)).maximum(next).reciprocal();
        Tensor exact = tail.gt(LEAST);
        Tensor ratio = exact.where(tail.div(logDensity.exp()), first);
        Tensor now = exact.where(tail.log(), logDensity.add(first.log()));
        return y.add(in.get(5).sub(now).mul(ratio)).minimum(a.log().sub(b.log()));
    }

    @Override
    public Optional<Derivative> derivative() {
        return Optional.of(new Rule());
    }

    private record Rule() implements SelectiveDerivative {
        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs,
                List<@Nullable Tensor> results,
                List<Tensor> cotangents,
                IntPredicate wanted) {
            Tensor v = cotangents.get(0);
            @Nullable Tensor[] slopes = slopes(Saved.at(inputs, 0), Saved.at(inputs, 1), Saved.at(results, 0), wanted);
            return Arrays.asList(times(v, slopes[0]), times(v, slopes[1]), times(v, slopes[2]));
        }

        private static @Nullable Tensor times(Tensor v, @Nullable Tensor slope) {
            return slope == null ? null : v.mul(slope);
        }

        @Override
        public List<Tensor> jvp(
                List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents, IntPredicate present) {
            @Nullable Tensor[] slopes = slopes(inputs.get(0), inputs.get(1), results.get(0), present);
            Tensor sum = inputs.get(0).fullLike(0.0);
            for (int i = 0; i < 3; i++) {
                Tensor slope = slopes[i];
                if (slope != null) {
                    sum = sum.add(tangents.get(i).mul(slope));
                }
            }
            return List.of(sum);
        }

        @Override
        public boolean usesInput(int i) {
            return i < 2;
        }

        /** By a and b, {@code -(dI/da) / density}, 0 at the ends, which stay where they are; by p, {@code 1 / density}. */
        private static @Nullable Tensor[] slopes(Tensor a, Tensor b, Tensor x, IntPredicate wanted) {
            @Nullable Tensor[] slopes = IncompleteBeta.slopes(a, b, x, i -> i == 2 || wanted.test(i));
            Tensor density = slopes[2];
            if (density == null) {
                throw new AssertionError("the density was asked for");
            }
            Tensor end = x.eq(0).or(x.eq(1));
            for (int i = 0; i < 2; i++) {
                Tensor slope = slopes[i];
                if (slope != null) {
                    Tensor moved =
                            slope.div(end.where(x.fullLike(1.0), density)).neg();
                    slopes[i] = end.where(x.fullLike(0.0), moved);
                }
            }
            slopes[2] = wanted.test(2) ? density.reciprocal() : null;
            return slopes;
        }
    }
}
