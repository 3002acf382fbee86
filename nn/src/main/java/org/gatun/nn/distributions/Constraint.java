package org.gatun.nn.distributions;

import java.util.function.UnaryOperator;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.trace.Traced;

/**
 * A set of values, as {@code torch.distributions.constraints}: the range of a parameter or the support of a distribution.
 *
 * @param name what an element must be, as in "above 0"
 * @param holds from values to truth values: whether each element, or each event, belongs to the set; false for NaN
 */
public record Constraint(String name, UnaryOperator<Tensor> holds) {
    private static final double INFINITY = Double.POSITIVE_INFINITY;

    /** Any finite or infinite number; not NaN. */
    public static final Constraint REAL = new Constraint("a number, not NaN", x -> x.eq(x));

    /** Finite numbers. */
    public static final Constraint FINITE = new Constraint("finite", Tensor::isFinite);

    /** Finite numbers above 0. */
    public static final Constraint POSITIVE =
            new Constraint("above 0 and finite", x -> x.gt(0).and(x.lt(INFINITY)));

    /** Finite numbers of 0 or more. */
    public static final Constraint NONNEGATIVE =
            new Constraint("0 or more and finite", x -> x.ge(0).and(x.lt(INFINITY)));

    /** From 0 to 1. */
    public static final Constraint UNIT_INTERVAL =
            new Constraint("from 0 to 1", x -> x.ge(0).and(x.le(1)));

    /** 0 or 1. */
    public static final Constraint BOOLEAN =
            new Constraint("0 or 1", x -> x.eq(0).or(x.eq(1)));

    /** Whole numbers of 0 or more. */
    public static final Constraint NONNEGATIVE_INTEGER = new Constraint(
            "an integer of 0 or more", x -> x.ge(0).and(x.lt(INFINITY)).and(x.eq(x.floor())));

    /** Rows along the last axis of numbers from 0 on whose sum is 1, within 1e-6, in BF16 and F16 within what rounding adds. */
    public static final Constraint SIMPLEX = new Constraint(
            "a row of numbers of 0 or more with sum 1",
            x -> x.ge(0)
                    .all(-1)
                    .and(x.to(x.dtype().arithmetic()).sum(-1).sub(1).abs().lt(Limits.sumOfParts(x.dtype()))));

    /** Square lower triangular matrices with a positive diagonal along the last two axes. */
    public static final Constraint LOWER_CHOLESKY = new Constraint(
            "a lower triangular matrix with a positive diagonal",
            x -> x.tril().eq(x).all(-1).all(-1).and(x.diagonal(0, -2, -1).gt(0).all(-1)));

    /** Symmetric matrices along the last two axes, within 1e-6 of their largest element; the factorisation says whether they are positive definite. */
    public static final Constraint SYMMETRIC = new Constraint(
            "a symmetric matrix",
            x -> x.sub(x.transpose(-1, -2))
                    .abs()
                    .amax(-1, -2)
                    .le(x.abs().amax(-1, -2).mul(1e-6)));

    /** Between two bounds, both included, which broadcast with the values. */
    public static Constraint interval(Tensor low, Tensor high) {
        return new Constraint("between the bounds", x -> x.ge(low.detach()).and(x.le(high.detach())));
    }

    /** At least a bound, which broadcasts with the values, and finite. */
    public static Constraint atLeast(Tensor low) {
        return new Constraint("at or above the bound", x -> x.ge(low.detach()).and(x.lt(INFINITY)));
    }

    /** Whole numbers from 0 to a bound, which broadcasts with the values. */
    public static Constraint integersUpTo(Tensor most) {
        return new Constraint(
                "an integer from 0 to the largest",
                x -> x.ge(0).and(x.le(most.detach())).and(x.eq(x.floor())));
    }

    /**
     * Refuses values outside the set.
     *
     * @param owner the method that the message names
     * @param argument the argument that the message names
     * @throws IllegalArgumentException when one is outside
     */
    public void require(String owner, String argument, Tensor x) {
        try (var scope = MemoryScope.open("constraint")) {
            if (Traced.beneath(holds.apply(x.detach())).all().item() == 0) {
                throw new IllegalArgumentException(
                        owner + ": every element of the " + argument + " of shape " + x.shape() + " must be " + name);
            }
        }
    }
}
