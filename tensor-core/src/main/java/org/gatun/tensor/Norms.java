package org.gatun.tensor;

import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.ir.ExtremumFn;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.trace.Dispatch;

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
        Tensor norm = scale == null
                ? root(sums, p)
                : root(sums(x.div(scale), p, axes), p).mul(scale);
        return Reductions.finish(norm, axes, keepDims);
    }

    private static Tensor sums(Tensor x, double p, Axes axes) {
        Tensor powers = p == 2 ? x.square() : POWER.apply(x, Arithmetic.constant(x, x.dtype(), p));
        return Dispatch.bind(new Op.Sum(axes), powers);
    }

    private static Tensor root(Tensor sums, double p) {
        return p == 2 ? ROOT.apply(sums) : POWER.apply(sums, Arithmetic.constant(sums, sums.dtype(), 1 / p));
    }
}
