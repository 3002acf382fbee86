package org.gatun.tensor;

import java.util.Arrays;
import java.util.List;
import org.gatun.tensor.Elementwise.Region;

/**
 * Elementwise functions that are made of others, as regions: one pass over memory, forward and backward. Where a branch of a choice
 * would give an infinite or undefined derivative at arguments that belong to the other, it gets a harmless argument there.
 */
final class Pointwise {
    /** The coefficients of {@code sin(pi x) / (pi x)} in powers of {@code x^2}: pi^(2k) / (2k + 1)!, with alternating signs. */
    private static final double[] SINC = {
        1.0,
        -1.6449340668482264,
        0.8117424252833536,
        -0.19075182412208422,
        0.0261478478176548,
        -0.0023460810354558235,
        0.000148428793031071,
        -6.975873661656381e-06,
        2.5312174041370274e-07,
        -7.304711822217775e-09,
        1.7165384749821432e-10,
        -3.3481335350440666e-12,
        5.507458912150965e-14
    };

    private static final double LN_2 = Math.log(2);
    private static final double SQRT_HALF = Math.sqrt(0.5);

    /**
     * Its series up to 1/2, whose derivatives have no cancellation at 0; beyond, the sine of the distance to the next integer, which
     * has no rounding error.
     */
    static final Region SINC_REGION = Widened.region(x -> {
        Tensor near = x.abs().le(0.5);
        Tensor z = near.where(x, x.fullLike(0)).square();
        Tensor series = z.fullLike(SINC[SINC.length - 1]);
        for (int k = SINC.length - 2; k >= 0; k--) {
            series = series.mul(z).add(SINC[k]);
        }
        Tensor far = near.where(x.fullLike(1.25), x);
        Tensor whole = far.round();
        Tensor half = whole.mul(0.5);
        Tensor sine = far.sub(whole).mul(Math.PI).sin();
        Tensor signed = half.ne(half.floor()).where(sine.neg(), sine);
        return near.where(series, signed.div(far.mul(Math.PI)));
    });

    /** {@code log(x / (1 - x))}: where the quotient is about 1, as an inverse hyperbolic tangent, whose argument is exact. */
    static final Region LOGIT = Widened.region(x -> {
        Tensor center = x.gt(0.3).and(x.lt(0.7));
        Tensor inner = center.where(x, x.fullLike(0.5));
        Tensor outer = center.where(x.fullLike(0.25), x);
        Tensor middle = inner.mul(2).sub(1).atanh().mul(2);
        return center.where(middle, outer.log().sub(outer.neg().log1p()));
    });

    /** Below -1 by the scaled complementary error function, which does not underflow. */
    static final Region LOG_NDTR = Widened.region(x -> {
        Tensor low = x.lt(-1);
        Tensor below = low.where(x, x.fullLike(-1));
        Tensor above = low.where(x.fullLike(0), x);
        Tensor tail = Special.erfcx(below.mul(-SQRT_HALF)).mul(0.5).log();
        return low.where(
                tail.sub(below.square().mul(0.5)),
                Special.ndtr(above.neg()).neg().log1p());
    });

    static final Region XLOGY = Widened.region((x, y) -> {
        // where x is 0 and the logarithm is not finite, but y is a number
        Tensor zero = x.eq(0).and(y.le(0).or(y.eq(Double.POSITIVE_INFINITY)));
        return x.mul(zero.where(y.fullLike(1), y).log());
    });

    static final Region XLOG1PY = Widened.region((x, y) -> {
        Tensor zero = x.eq(0).and(y.le(-1).or(y.eq(Double.POSITIVE_INFINITY)));
        return x.mul(zero.where(y.fullLike(0), y).log1p());
    });

    static final Region ENTR = Widened.region(x -> x.lt(0)
            .where(x.fullLike(Double.NEGATIVE_INFINITY), XLOGY.apply(x, x).neg().add(0.0)));

    /** {@code log(e^a + e^b) = high + log(1 + e^(low - high))}; two equal infinities have no difference. */
    static final Region LOG_ADD_EXP = Widened.region((a, b) -> {
        Tensor high = a.ge(b).where(a, b);
        return high.add(difference(a, b, high).softplus());
    });

    static final Region LOG_ADD_EXP_2 = Widened.region((a, b) -> {
        Tensor high = a.ge(b).where(a, b);
        return high.add(difference(a, b, high).mul(LN_2).softplus().mul(1 / LN_2));
    });

    /** Operands start, end, weight: exact at both ends. */
    static final Region LERP = Widened.region((start, end, weight) -> {
        Tensor span = end.sub(start);
        Tensor fromEnd = end.sub(span.mul(weight.neg().add(1)));
        return weight.abs().lt(0.5).where(start.add(weight.mul(span)), fromEnd);
    });

    /** Operands x, a, b, value. */
    static final Region ADDCMUL =
            Widened.region(4, in -> in.get(0).add(in.get(3).mul(in.get(1)).mul(in.get(2))));

    /** Operands x, a, b, value. */
    static final Region ADDCDIV =
            Widened.region(4, in -> in.get(0).add(in.get(3).mul(in.get(1)).div(in.get(2))));

    /** NaN in either gives NaN; its derivatives are 0, and at a tie x has the derivative. */
    static final Region CLAMP_MIN = Elementwise.region((x, min) -> {
        Tensor nan = x.ne(x).or(min.ne(min));
        return nan.where(x.fullLike(Double.NaN), x.lt(min).where(min, x));
    });

    /** As {@link #CLAMP_MIN}. */
    static final Region CLAMP_MAX = Elementwise.region((x, max) -> {
        Tensor nan = x.ne(x).or(max.ne(max));
        return nan.where(x.fullLike(Double.NaN), x.gt(max).where(max, x));
    });

    /** Operands x, min, max; the maximum wins where min is above max. */
    static final Region CLAMP = Elementwise.region((x, min, max) -> CLAMP_MAX.apply(CLAMP_MIN.apply(x, min), max));

    /** Operands x, and what takes the place of NaN, infinity and -infinity. */
    static final Region NAN_TO_NUM = Elementwise.region(4, in -> {
        Tensor x = in.get(0);
        Tensor numbers = x.ne(x).where(in.get(1), x);
        Tensor below = x.eq(Double.POSITIVE_INFINITY).where(in.get(2), numbers);
        return List.of(x.eq(Double.NEGATIVE_INFINITY).where(in.get(3), below));
    });

    /** Operands x, exponent; in two steps, so that neither power alone leaves the range. */
    static final Region LDEXP = Widened.region((x, exponent) -> {
        Tensor half = exponent.mul(0.5).floor();
        return x.mul(half.exp2()).mul(exponent.sub(half).exp2());
    });

    /** Results mantissa, exponent: an estimate from the logarithm, which may be one off beside a power of two. */
    static final Region FREXP = Elementwise.region(1, in -> {
        Tensor x = in.get(0);
        Tensor size = x.abs();
        Tensor special = size.eq(0).or(size.lt(Double.POSITIVE_INFINITY).not());
        Tensor finite = special.where(x.fullLike(0.5), x);
        Tensor estimate = finite.abs().log2().floor().add(1);
        Tensor half = estimate.mul(-0.5).floor();
        Tensor scaled = finite.mul(half.exp2()).mul(estimate.neg().sub(half).exp2());
        Tensor over = scaled.abs().ge(1);
        Tensor under = scaled.abs().lt(0.5);
        Tensor mantissa = over.where(scaled.mul(0.5), under.where(scaled.mul(2), scaled));
        Tensor exponent = over.where(estimate.add(1), under.where(estimate.sub(1), estimate));
        return List.of(
                special.where(x, mantissa),
                special.where(exponent.fullLike(0), exponent).to(DType.I32));
    });

    private Pointwise() {}

    /** The lower of a and b less the higher, which is 0 where both are infinite and equal. */
    private static Tensor difference(Tensor a, Tensor b, Tensor high) {
        Tensor low = a.ge(b).where(b, a);
        Tensor equal = low.eq(high).and(low.abs().eq(Double.POSITIVE_INFINITY));
        return equal.where(low.fullLike(0), low.sub(high));
    }

    /** A region of tensors, brought to one floating dtype as by arithmetic. */
    static Tensor floating(String name, Region region, Tensor... operands) {
        Arithmetic.requireCommonShape(name, operands);
        DType dtype = Arithmetic.common(operands).toFloating();
        Tensor[] converted = new Tensor[operands.length];
        for (int i = 0; i < converted.length; i++) {
            converted[i] = Arithmetic.cast(operands[i], dtype);
        }
        return region.apply(converted);
    }

    /** A region of tensors and a number. */
    static Tensor floating(String name, Region region, double number, Tensor... operands) {
        Arithmetic.requireCommonShape(name, operands);
        DType dtype = Arithmetic.common(operands).toFloating();
        DType[] dtypes = new DType[operands.length + 1];
        Arrays.fill(dtypes, dtype);
        dtypes[operands.length] = dtype.arithmetic();
        Tensor[] converted = Arrays.copyOf(operands, dtypes.length);
        converted[operands.length] = Arithmetic.constant(operands[0], dtype.arithmetic(), number);
        return region.applyAs(dtypes, converted)[0];
    }

    /** What a sum of {@link #multigammaln}, whose terms are computed one after the other, may have. */
    private static final int MOST_DIMENSIONS = 1 << 16;

    static Tensor multigammaln(String name, Tensor x, int p) {
        if (p < 1) {
            throw new IllegalArgumentException(name + ": the dimension " + p + " must be 1 or more");
        }
        if (p > MOST_DIMENSIONS) {
            throw new IllegalArgumentException(
                    name + ": the dimension " + p + " is a sum of as many terms: give at most " + MOST_DIMENSIONS);
        }
        return Widened.compute(Arithmetic.cast(x, x.dtype().toFloating()), t -> {
            Tensor sum = t.lgamma();
            for (int j = 2; j <= p; j++) {
                sum = sum.add(t.add((1 - j) / 2.0).lgamma());
            }
            return p == 1 ? sum : sum.add(p * (p - 1.0) / 4.0 * Math.log(Math.PI));
        });
    }

    static Tensor round(Tensor x, int decimals) {
        if (!x.dtype().isFloating()) {
            if (decimals < 0) {
                throw new DTypeException("round: " + decimals + " decimals of " + x.dtype()
                        + " would lose digits before the point: convert it to a floating dtype first");
            }
            return x.view();
        }
        if (decimals == 0) {
            return x.round();
        }
        double scale = Math.pow(10, Math.abs((double) decimals));
        if (scale > Scalars.largest(x.dtype().arithmetic())) {
            Tensor constant = x.detach();
            return decimals > 0 ? constant.view() : constant.isInfinite().where(constant, constant.mul(0.0));
        }
        return Widened.compute(x, t -> {
            if (decimals < 0) {
                return t.div(scale).round().mul(scale);
            }
            Tensor scaled = t.mul(scale);
            // so large a number has no decimals
            return scaled.isInfinite().where(t.detach(), scaled.round().div(scale));
        });
    }

    static Tensor nanToNum(Tensor x, double nan, double positive, double negative) {
        if (!x.dtype().isFloating()) {
            return x.view();
        }
        return NAN_TO_NUM.apply(
                x,
                Arithmetic.constant(x, x.dtype(), nan),
                Arithmetic.constant(x, x.dtype(), positive),
                Arithmetic.constant(x, x.dtype(), negative));
    }

    static Frexp frexp(Tensor x) {
        Tensor[] parts = FREXP.applyAll(Arithmetic.cast(x, x.dtype().toFloating()));
        return new Frexp(parts[0], parts[1]);
    }

    static Tensor signbit(Tensor x) {
        return x.dtype().isFloating() ? x.fullLike(1).copysign(x).lt(0) : x.lt(0);
    }

    /** One of two numbers, the other where one is NaN; of equal ones, and their gradient, the first. */
    static Tensor fmax(Tensor a, Tensor b) {
        Arithmetic.requireCommonShape("fmax", a, b);
        return a.ge(b).or(b.isNan()).where(a, b);
    }

    static Tensor fmin(Tensor a, Tensor b) {
        Arithmetic.requireCommonShape("fmin", a, b);
        return a.le(b).or(b.isNan()).where(a, b);
    }

    /** {@code |a / divisor * b|}, where a divisor of 0 is that of two zeros. */
    static Tensor lcm(Tensor a, Tensor b, Tensor divisor) {
        return a.truncDivide(divisor.maskedFill(divisor.eq(0), 1)).mul(b).abs();
    }

    static Tensor heaviside(Tensor x, Tensor values) {
        Arithmetic.requireCommonShape("heaviside", x, values);
        DType dtype = Arithmetic.common(x, values);
        Tensor t = Arithmetic.cast(x, dtype);
        return t.eq(0).where(Arithmetic.cast(values, dtype), t.gt(0).to(dtype));
    }
}
