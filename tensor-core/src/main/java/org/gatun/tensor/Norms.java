package org.gatun.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.ExtremumFn;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

/**
 * Norms of vectors. Where sums of powers leave the range, or come near its ends, they are taken of scaled elements ({@link Scaling}). Where a derivative has no limit at zero it is taken as 0: zeros are replaced before the function whose
 * derivative is infinite there, and put back behind it, so that no infinity meets a zero in any order of derivative.
 */
final class Norms {
    /** The square root, with derivative 0 at 0. */
    static final Region ROOT = Elementwise.region(x -> {
        Tensor zero = x.eq(0);
        Tensor safe = zero.where(Arithmetic.constant(x, x.dtype(), 1.0), x);
        return zero.where(Arithmetic.constant(x, x.dtype(), 0.0), safe.sqrt());
    });

    /** {@code |x|^p}, with derivative 0 at 0 and, for negative p, the value infinity there. */
    private static final Region POWER = Elementwise.region((x, p) -> {
        Tensor zero = x.eq(0);
        Tensor safe = zero.where(Arithmetic.constant(x, x.dtype(), 1.0), x.abs());
        Tensor atZero = p.lt(0)
                .where(
                        Arithmetic.constant(x, x.dtype(), Double.POSITIVE_INFINITY),
                        Arithmetic.constant(x, x.dtype(), 0.0));
        return zero.where(atZero, safe.pow(p));
    });

    private Norms() {}

    static Tensor norm(String name, Tensor x, double p, boolean keepDims, int... axes) {
        Reductions.requireFloating(name, x);
        if (Double.isNaN(p)) {
            throw new IllegalArgumentException(
                    name + ": p is NaN: give a number, or an infinity for the largest magnitude");
        }
        Axes over = Axes.reduction(name, x.rank(), axes);
        return Widened.compute(x, w -> power(name, w, p, keepDims, over));
    }

    private static Tensor power(String name, Tensor x, double p, boolean keepDims, Axes axes) {
        int[] over = axes.toArray();
        if (p == 0) {
            return x.ne(0).to(x.dtype()).sum(keepDims, over);
        }
        if (p == 1) {
            return x.abs().sum(keepDims, over);
        }
        if (p == Double.POSITIVE_INFINITY) {
            return Reductions.extremum(name, ExtremumFn.MAX, x.abs(), keepDims, over);
        }
        if (p == Double.NEGATIVE_INFINITY) {
            return Reductions.extremum(name, ExtremumFn.MIN, x.abs(), keepDims, over);
        }
        Tensor sums = sums(x, p, axes);
        Tensor scale = Scaling.of(sums, x, p, axes);
        Tensor norm = scale == null ? root(sums, p) : Dispatch.bind(new Op.Call(new Scaled(p, axes)), x, scale);
        return Reductions.finish(norm, axes, keepDims);
    }

    /**
     * The norm of x by way of x over a scale, a constant; operands (x, scale). Its derivative {@code sign(x) (|x| / norm)^(p-1)} is made
     * without the product of a cotangent and the scale.
     */
    private record Scaled(double p, Axes axes) implements Composite, Composite.SelectiveDerivative {
        @Override
        public String name() {
            return "norm";
        }

        @Override
        public int arity() {
            return 2;
        }

        @Override
        public List<Tensor> fallback(List<Tensor> in) {
            return List.of(root(sums(in.get(0).div(in.get(1)), p, axes), p).mul(in.get(1)));
        }

        @Override
        public Optional<Derivative> derivative() {
            return Optional.of(this);
        }

        @Override
        @SuppressWarnings("NullAway") // all operands are saved
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> in,
                List<@Nullable Tensor> results,
                List<Tensor> cotangents,
                IntPredicate wanted) {
            return Arrays.asList(direction(in.get(0), in.get(1)).mul(cotangents.get(0)), null);
        }

        @Override
        public List<Tensor> jvp(List<Tensor> in, List<Tensor> results, List<Tensor> tangents, IntPredicate present) {
            Tensor along = direction(in.get(0), in.get(1)).mul(tangents.get(0));
            return List.of(Dispatch.bind(new Op.Sum(axes), along));
        }

        @Override
        public boolean usesResult(int i) {
            return false;
        }

        private Tensor direction(Tensor x, Tensor scale) {
            if (0 < p && p < 2) {
                // The quotient of an element far below the norm may vanish whose power counts; powers from -1 to 1 stay
                // in the range.
                Tensor norm = Dispatch.bind(new Op.Call(this), x, scale);
                return power(x).div(power(nonZero(norm))).mul(x.detach().sign());
            }
            Tensor y = x.div(scale);
            Tensor ratio = y.div(nonZero(root(sums(y, p, axes), p)));
            return p == 2 ? ratio : power(ratio).mul(x.detach().sign());
        }

        private Tensor power(Tensor x) {
            return POWER.apply(x, Arithmetic.constant(x, x.dtype(), p - 1));
        }

        private static Tensor nonZero(Tensor norm) {
            return norm.eq(0).where(norm.fullLike(1), norm);
        }
    }

    private static Tensor sums(Tensor x, double p, Axes axes) {
        Tensor powers = p == 2 ? x.square() : POWER.apply(x, Arithmetic.constant(x, x.dtype(), p));
        return Dispatch.bind(new Op.Sum(axes), powers);
    }

    private static Tensor root(Tensor sums, double p) {
        return p == 2 ? ROOT.apply(sums) : POWER.apply(sums, Arithmetic.constant(sums, sums.dtype(), 1 / p));
    }
}
