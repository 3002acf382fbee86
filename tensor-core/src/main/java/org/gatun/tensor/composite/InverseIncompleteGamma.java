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
 * The x at which a regularised incomplete gamma function has a value: operands (a, fraction) of one shape, F64.
 *
 * <p>With y = log x, the logarithm of P(a, e^y) is concave and rises, that of Q(a, e^y) is concave and falls. Up to x = a Newton's method
 * solves {@code log P = log p}, beyond {@code log Q = log q}; from the side on which it is small every step stays on that side of the solution. It
 * starts at the formula of Wilson and Hilferty, or at a bound: {@code P <= x^a / gamma(a + 1)}, and {@code Q <= x^(a-1) e^-x / gamma(a)} for a
 * below 1. Six steps suffice for a from 1e-3 to 1e6 and fractions from 1e-300 on.
 *
 * @param upper whether the fraction is that of Q
 */
public record InverseIncompleteGamma(boolean upper) implements Composite {
    private static final int STEPS = 8;
    /** Below this a computed probability has lost digits, and the first term of its expansion stands in. */
    private static final double LEAST = 1e-305;

    private static final Region BELOW =
            Elementwise.region((a, p) -> quantile(a, p, p.neg().add(1)));
    private static final Region ABOVE =
            Elementwise.region((a, q) -> quantile(a, q.neg().add(1), q));

    @Override
    public String name() {
        return upper ? "gammainccinv" : "gammaincinv";
    }

    @Override
    public int arity() {
        return 2;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        return List.of((upper ? ABOVE : BELOW).apply(inputs.get(0), inputs.get(1)));
    }

    private static Tensor quantile(Tensor a, Tensor p, Tensor q) {
        Tensor valid = a.ge(0).and(p.ge(0)).and(q.ge(0));
        Tensor inside = a.gt(0).and(a.lt(Double.POSITIVE_INFINITY)).and(p.gt(0)).and(q.gt(0));
        Tensor x = solve(
                inside.where(a, a.fullLike(1)), inside.where(p, p.fullLike(0.5)), inside.where(q, q.fullLike(0.5)));
        Tensor nan = x.fullLike(Double.NaN);
        Tensor end = p.eq(0).where(x.fullLike(0), q.eq(0).where(x.fullLike(Double.POSITIVE_INFINITY), nan));
        return inside.where(x, valid.where(end, nan));
    }

    private static Tensor solve(Tensor a, Tensor p, Tensor q) {
        Tensor logA = a.log();
        Tensor logP = p.log();
        Tensor logQ = q.log();
        Tensor logGamma = a.lgamma();
        Tensor lower = p.le(Special.gammainc(a, a));
        Tensor tiny = a.lt(1);

        Tensor z = p.lt(q).where(Special.ndtri(p), Special.ndtri(q).neg());
        Tensor s = a.sqrt().mul(3).reciprocal();
        Tensor root = z.sub(s).mul(s).add(1);
        Tensor cubed = root.maximum(0.1).log().mul(3).add(logA);
        Tensor power = logP.add(logA).add(logGamma).div(a);
        Tensor start = root.gt(0.1).where(cubed.maximum(power), power);
        Tensor most = logQ.add(logGamma).neg().maximum(1.0).log();
        Tensor least = lower.where(a.fullLike(Double.NEGATIVE_INFINITY), logA);
        Tensor cap = lower.where(logA, tiny.where(most, a.fullLike(Double.POSITIVE_INFINITY)));
        Tensor y = lower.where(start, tiny.where(most, cubed)).maximum(least).minimum(cap);

        Tensor target = lower.where(logP, logQ);
        for (int i = 0; i < STEPS; i++) {
            Tensor x = y.exp();
            Tensor logDensity = a.mul(y).sub(x).sub(logGamma);
            Tensor tail = lower.where(Special.gammainc(a, x), Special.gammaincc(a, x));
            Tensor first = lower.where(
                            a.sub(x.mul(a).div(a.add(1))), x.sub(a).maximum(0.0).add(1))
                    .reciprocal();
            Tensor exact = tail.gt(LEAST);
            Tensor ratio = exact.where(tail.div(logDensity.exp()), first);
            Tensor log = exact.where(tail.log(), logDensity.add(first.log()));
            Tensor step = target.sub(log).mul(ratio);
            y = y.add(lower.where(step, step.neg())).maximum(least).minimum(cap);
        }
        return y.exp();
    }

    @Override
    public Optional<Derivative> derivative() {
        return Optional.of(new Rule(upper));
    }

    private record Rule(boolean upper) implements SelectiveDerivative {
        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs,
                List<@Nullable Tensor> results,
                List<Tensor> cotangents,
                IntPredicate wanted) {
            Tensor v = cotangents.get(0);
            Tensor a = Saved.at(inputs, 0);
            Tensor x = Saved.at(results, 0);
            return Arrays.asList(
                    wanted.test(0) ? v.mul(byShape(a, x)) : null, wanted.test(1) ? v.mul(byFraction(a, x)) : null);
        }

        @Override
        public List<Tensor> jvp(
                List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents, IntPredicate present) {
            Tensor a = inputs.get(0);
            Tensor x = results.get(0);
            Tensor sum = a.fullLike(0.0);
            if (present.test(0)) {
                sum = sum.add(tangents.get(0).mul(byShape(a, x)));
            }
            if (present.test(1)) {
                sum = sum.add(tangents.get(1).mul(byFraction(a, x)));
            }
            return List.of(sum);
        }

        @Override
        public boolean usesInput(int i) {
            return i == 0;
        }

        private Tensor byFraction(Tensor a, Tensor x) {
            Tensor slope = IncompleteGamma.density(a, x).reciprocal();
            return upper ? slope.neg() : slope;
        }

        /** {@code -(dP/da) / density}; 0 at the ends, which stay where they are. */
        private static Tensor byShape(Tensor a, Tensor x) {
            Tensor end = x.eq(0).or(x.eq(Double.POSITIVE_INFINITY));
            Tensor at = end.where(x.fullLike(1.0), x);
            Tensor slope = IncompleteGamma.byShape(a, at)
                    .div(IncompleteGamma.density(a, at))
                    .neg();
            return end.where(slope.fullLike(0.0), slope);
        }
    }
}
