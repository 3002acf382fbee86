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
 * The regularised incomplete beta function I: operands (a, b, x) of one shape, F64.
 *
 * <p>Up to x = (a + 1) / (a + b + 3/2) it is computed, beyond it {@code 1 - I(b, a, 1 - x)}. With {@code D = x^a (1 - x)^b / B(a, b)} and one step of the
 * recurrence, which takes the singularity of a small a out,
 *
 * <pre>{@code
 * I = D / a (1 + (a + b) x Q),    Q = integral over w from 0 to infinity of exp(-(a + 1) A - b B),
 * A = log(1 + (1 - x) (e^w - 1)),    B = log(1 + x (e^-w - 1)),
 * }</pre>
 *
 * <p>whose integrand only falls. The trapezoid rule in t, with {@code w = unit exp(t - e^-t)} and the unit about the distance over which the
 * exponent falls by 1, takes as many nodes whatever a and b are. D is taken around its maximum, so that its exponent is not a
 * difference of numbers of the size of a and b.
 */
public record IncompleteBeta() implements Composite {
    private static final int NODES = 130;
    private static final double STEP = 0.065;
    private static final double START = -3.8;
    /** No integrand of any normal numbers has a part that counts beyond this, and {@code e^w} is finite. */
    private static final double END = 700;

    private static final Region LOG_DENSITY = Elementwise.region(4, in -> List.of(logDensity(in)));
    private static final Region INTEGRAL = Elementwise.region(5, in -> List.of(integral(in, Factor.ONE)));
    /** {@code -dQ/da} and {@code -dQ/db}. */
    private static final Region BY_FIRST = Elementwise.region(5, in -> List.of(integral(in, Factor.A)));

    private static final Region BY_SECOND = Elementwise.region(5, in -> List.of(integral(in, Factor.B)));

    /** What the integrand is multiplied by. */
    private enum Factor {
        ONE,
        A,
        B
    }

    @Override
    public String name() {
        return "betainc";
    }

    @Override
    public int arity() {
        return 3;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        Tensor x = inputs.get(2);
        Point at = Point.of(inputs.get(0), inputs.get(1), x);
        Tensor tail = at.tail();
        Tensor within = at.left.where(tail, tail.neg().add(1));
        Tensor edge = at.valid.where(x, x.fullLike(Double.NaN));
        return List.of(at.inside.where(within, edge));
    }

    /**
     * Where to compute: operands with {@code x <= (a + 1) / (a + b + 3/2)}, harmless ones where the function needs no computation.
     *
     * @param valid whether the function is defined
     * @param inside whether x is also neither 0 nor 1
     * @param left whether a and b, x and y = 1 - x are in their places, not exchanged
     * @param logDensity log D
     * @param unit the unit of the quadrature, a constant: the integral does not depend on it
     */
    private record Point(
            Tensor valid,
            Tensor inside,
            Tensor left,
            Tensor a,
            Tensor b,
            Tensor x,
            Tensor y,
            Tensor logDensity,
            Tensor unit) {
        static Point of(Tensor first, Tensor second, Tensor at) {
            Tensor valid = positive(first).and(positive(second)).and(at.ge(0)).and(at.le(1));
            Tensor inside = valid.and(at.gt(0)).and(at.lt(1));
            Tensor a0 = inside.where(first, first.fullLike(1.0));
            Tensor b0 = inside.where(second, second.fullLike(1.0));
            Tensor x0 = inside.where(at, at.fullLike(0.5));
            Tensor y0 = x0.neg().add(1);
            // The integrand only falls up to (a + 1) / (a + 1 + b), but close to that abruptly where b is small.
            Tensor left = x0.mul(b0.add(0.5)).le(y0.mul(a0.add(1)));
            Tensor a = left.where(a0, b0);
            Tensor b = left.where(b0, a0);
            Tensor x = left.where(x0, y0);
            Tensor y = left.where(y0, x0);
            Tensor unit = unit(a.detach().add(1), b.detach(), x.detach(), y.detach());
            return new Point(valid, inside, left, a, b, x, y, LOG_DENSITY.apply(a, b, x, y), unit);
        }

        private static Tensor positive(Tensor t) {
            return t.gt(0).and(t.lt(Double.POSITIVE_INFINITY));
        }

        /** By the slope and the curvature of the exponent at 0, and at most where the first factor alone has fallen far enough. */
        private static Tensor unit(Tensor a, Tensor b, Tensor x, Tensor y) {
            Tensor slope =
                    a.mul(y).sub(b.mul(x)).clamp(0.0, Double.POSITIVE_INFINITY).mul(0.5);
            Tensor curvature = a.add(b).mul(x).mul(y).mul(0.5);
            Tensor local = slope.add(slope.square().add(curvature).sqrt()).reciprocal();
            Tensor fall = y.log().mul(b).neg().add(1).div(a).clamp(0.0, 600.0);
            return local.minimum(fall.expm1().div(y).log1p());
        }

        Tensor integral(Region region) {
            return region.apply(a.add(1), b, x, y, unit).mul(unit);
        }

        Tensor tail() {
            return logDensity
                    .exp()
                    .div(a)
                    .mul(integral(INTEGRAL).mul(a.add(b)).mul(x).add(1));
        }

        /** The derivatives by the operands a and b, 0 at the ends, where the function is 0 or 1 whatever they are. */
        Tensor[] slopes() {
            Tensor sum = a.add(b);
            Tensor whole = integral(INTEGRAL);
            Tensor tail = tail();
            Tensor part = logDensity.exp().div(a).mul(x);
            Tensor common = sum.digamma();
            Tensor byA = tail.mul(x.log().add(common).sub(a.add(1).digamma()))
                    .add(part.mul(whole.sub(sum.mul(integral(BY_FIRST)))));
            Tensor byB = tail.mul(y.log().add(common).sub(b.digamma()))
                    .add(part.mul(whole.sub(sum.mul(integral(BY_SECOND)))));
            Tensor zero = tail.fullLike(0.0);
            return new Tensor[] {
                inside.where(left.where(byA, byB.neg()), zero), inside.where(left.where(byB, byA.neg()), zero)
            };
        }
    }

    /** log D, of operands (a, b, x, y) with x not far above a / (a + b). */
    private static Tensor logDensity(List<Tensor> in) {
        Tensor a = in.get(0);
        Tensor b = in.get(1);
        Tensor x = in.get(2);
        Tensor y = in.get(3);
        Tensor sum = a.add(b);
        // x = (a + distance) / (a + b): the exponent is of second order in the distance
        Tensor distance = b.mul(x).sub(a.mul(y));
        Tensor share = distance.div(a);
        Tensor near = share.gt(-0.5);
        Tensor first = near.where(
                near.where(share, share.fullLike(0)).log1p(),
                near.where(x.fullLike(1), x.mul(sum).div(a)).log());
        Tensor second = distance.div(b).neg().log1p();
        return a.mul(first)
                .add(b.mul(second))
                .add(Stirling.excess(sum).sub(Stirling.excess(a)).sub(Stirling.excess(b)));
    }

    private static Tensor integral(List<Tensor> in, Factor factor) {
        Tensor a = in.get(0);
        Tensor b = in.get(1);
        Tensor x = in.get(2);
        Tensor y = in.get(3);
        Tensor unit = in.get(4);
        Tensor sum = x.fullLike(0);
        for (int i = 0; i < NODES; i++) {
            double t = START + STEP * i;
            double node = Math.exp(t - Math.exp(-t));
            double weight = STEP * node * (1 + Math.exp(-t));
            Tensor w = unit.mul(node).clamp(0.0, END);
            Tensor up = w.expm1().mul(y).log1p();
            Tensor down = w.neg().expm1().mul(x).log1p();
            Tensor term = a.mul(up).add(b.mul(down)).neg().exp().mul(weight);
            sum = sum.add(
                    switch (factor) {
                        case ONE -> term;
                        case A -> term.mul(up);
                        case B -> term.mul(down);
                    });
        }
        return sum;
    }

    @Override
    public Optional<Derivative> derivative() {
        return Optional.of(new Rule());
    }

    /** The derivatives by a, b and x, null where not wanted. */
    static @Nullable Tensor[] slopes(Tensor a, Tensor b, Tensor x, IntPredicate wanted) {
        return Rule.slopes(a, b, x, wanted);
    }

    private record Rule() implements SelectiveDerivative {
        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs,
                List<@Nullable Tensor> results,
                List<Tensor> cotangents,
                IntPredicate wanted) {
            Tensor v = cotangents.get(0);
            @Nullable Tensor[] slopes = slopes(Saved.at(inputs, 0), Saved.at(inputs, 1), Saved.at(inputs, 2), wanted);
            return Arrays.asList(times(v, slopes[0]), times(v, slopes[1]), times(v, slopes[2]));
        }

        private static @Nullable Tensor times(Tensor v, @Nullable Tensor slope) {
            return slope == null ? null : v.mul(slope);
        }

        @Override
        public List<Tensor> jvp(
                List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents, IntPredicate present) {
            @Nullable Tensor[] slopes = slopes(inputs.get(0), inputs.get(1), inputs.get(2), present);
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
        public boolean usesResult(int i) {
            return false;
        }

        /** The derivatives that are wanted; by x the density, at 0 and 1 too. */
        private static @Nullable Tensor[] slopes(Tensor a, Tensor b, Tensor x, IntPredicate wanted) {
            @Nullable Tensor[] slopes = new @Nullable Tensor[3];
            Point at = Point.of(a, b, x);
            if (wanted.test(0) || wanted.test(1)) {
                Tensor[] byShapes = at.slopes();
                slopes[0] = wanted.test(0) ? byShapes[0] : null;
                slopes[1] = wanted.test(1) ? byShapes[1] : null;
            }
            if (wanted.test(2)) {
                Tensor within = at.logDensity.sub(at.x.log()).sub(at.y.log()).exp();
                Tensor end = atEnd(a, b, at.inside.where(x.fullLike(0.5), x));
                slopes[2] = at.inside.where(within, at.valid.where(end, x.fullLike(Double.NaN)));
            }
            return slopes;
        }

        /** {@code x^(a-1) (1-x)^(b-1) / B(a, b)}: 0, a number or infinite at 0 and 1. */
        private static Tensor atEnd(Tensor a, Tensor b, Tensor x) {
            return Special.xlogy(a.sub(1), x)
                    .add(Special.xlog1py(b.sub(1), x.neg()))
                    .sub(Special.betaln(a, b))
                    .exp();
        }
    }
}
