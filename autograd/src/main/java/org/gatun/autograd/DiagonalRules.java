package org.gatun.autograd;

import java.util.Locale;
import java.util.function.BinaryOperator;
import org.gatun.tensor.DType;
import org.gatun.tensor.Special;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.composite.IncompleteGamma;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.UnaryFn;
import org.jspecify.annotations.Nullable;

/**
 * The partial derivatives of the elementwise functions, one row each: the partial derivative by an operand, applied to {@code
 * v}. The Jacobian is diagonal, hence its own transpose, so one row serves both modes: {@code v} is the operand's tangent in
 * forward mode and the result's cotangent in reverse mode. Rows are in public operations and always run as a region.
 *
 * <p>A null row means that the derivative is 0 everywhere. Kinks and ties follow PyTorch.
 */
final class DiagonalRules {
    private static final double LN_2 = Math.log(2);
    private static final double LN_10 = Math.log(10);
    private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);
    private static final double SQRT_2_PI = Math.sqrt(2 * Math.PI);

    /** From here on the continued fraction of erfcx has all digits of a double with so many terms. */
    private static final double FRACTION_FROM = 4;

    private static final int FRACTION_TERMS = 20;

    private static final int BESSEL_TERMS = 10;

    private DiagonalRules() {}

    /** The row of {@code y = fn(x)}. */
    static @Nullable Tensor unary(UnaryFn fn, Tensor x, Tensor y, Tensor v) {
        return switch (fn) {
            case NEG -> v.neg();
            case ABS -> v.mul(x.sign());
            case SQUARE -> v.mul(x).mul(2);
            case RELU -> y.le(0).where(v.fullLike(0), v);
            case SQRT -> v.div(y.mul(2));
            case RSQRT -> v.mul(y).mul(y).mul(y).mul(-0.5);
            case RECIPROCAL -> v.neg().mul(y).mul(y);
            case EXP -> v.mul(y);
            case EXP2 -> v.mul(y).mul(LN_2);
            case EXPM1 -> v.mul(x.exp());
            case LOG -> v.div(x);
            case LOG2 -> v.div(x.mul(LN_2));
            case LOG10 -> v.div(x.mul(LN_10));
            case LOG1P -> v.div(x.add(1));
            case SIN -> v.mul(x.cos());
            case COS -> v.neg().mul(x.sin());
            case TAN -> v.mul(y.square().add(1));
            case ASIN -> v.mul(oneLessSquare(x).rsqrt());
            case ACOS -> v.neg().mul(oneLessSquare(x).rsqrt());
            case ATAN -> v.div(x.square().add(1));
            case SINH -> v.mul(x.cosh());
            case COSH -> v.mul(x.sinh());
            case TANH -> v.mul(y.square().neg().add(1));
            case ASINH -> v.div(x.hypot(x.fullLike(1)));
            case ACOSH -> v.mul(x.sub(1).rsqrt()).mul(x.add(1).rsqrt());
            case ATANH -> v.div(oneLessSquare(x));
            case SIGMOID -> v.mul(y).mul(y.neg().add(1));
            case SOFTPLUS -> v.mul(x.sigmoid());
            case ERF -> v.mul(x.square().neg().exp()).mul(TWO_OVER_SQRT_PI);
            case ERFC -> v.mul(x.square().neg().exp()).mul(-TWO_OVER_SQRT_PI);
            case ERFCX -> v.mul(slopeOfErfcx(x, y));
            case ERFINV -> v.mul(y.square().exp()).mul(1 / TWO_OVER_SQRT_PI);
            case NDTR -> v.mul(x.square().mul(-0.5).exp()).mul(1 / SQRT_2_PI);
            case NDTRI -> v.mul(y.square().mul(0.5).exp()).mul(SQRT_2_PI);
            case LGAMMA -> v.mul(x.digamma());
            case DIGAMMA -> v.mul(x.polygamma(1));
            case I0 -> v.mul(Special.i1(x));
            case I0E -> v.mul(Special.i1e(x).sub(x.sign().mul(y)));
            case I1 -> v.mul(Special.i0(x).sub(besselByX(x, y, false)));
            case I1E ->
                v.mul(Special.i0e(x).sub(besselByX(x, y, true)).sub(x.sign().mul(y)));
            case CBRT -> v.div(y.square().mul(3));
            case SIGN, FLOOR, CEIL, ROUND, TRUNC -> null;
        };
    }

    /** {@code 1 - x^2}, without that difference. */
    private static Tensor oneLessSquare(Tensor x) {
        return x.neg().add(1).mul(x.add(1));
    }

    /** {@code x / h^2}, where the square may be out of the range. */
    private static Tensor overSquare(Tensor x, Tensor h) {
        return x.div(h).div(h);
    }

    /**
     * {@code 2 x y - 2 / sqrt(pi)}, which is a small difference for large x. There it is {@code -2 y k} with {@code 1 / (sqrt(pi) y) =
     * x + k}, a continued fraction of positive terms.
     */
    private static Tensor slopeOfErfcx(Tensor x, Tensor y) {
        Tensor large = x.gt(FRACTION_FROM);
        Tensor far = large.where(x, x.fullLike(FRACTION_FROM));
        Tensor rest = far;
        for (int k = FRACTION_TERMS; k > 1; k--) {
            rest = far.add(rest.reciprocal().mul(0.5 * k));
        }
        return large.where(y.neg().div(rest), x.mul(y).mul(2).sub(TWO_OVER_SQRT_PI));
    }

    /** {@code I1(x) / x} or {@code e^-|x|} times that; near 0 its series, which is smooth there. */
    private static Tensor besselByX(Tensor x, Tensor y, boolean scaled) {
        Tensor near = x.abs().le(1);
        Tensor inner = near.where(x, x.fullLike(0));
        Tensor z = inner.square().mul(0.25);
        Tensor series = z.fullLike(1);
        // 1 / (k! (k + 1)!) as products: 1 + z/(1 2) (1 + z/(2 3) (1 + ...))
        for (int k = BESSEL_TERMS; k > 0; k--) {
            series = series.mul(z).mul(1.0 / (k * (k + 1))).add(1);
        }
        Tensor half = series.mul(0.5);
        return near.where(scaled ? half.mul(inner.abs().neg().exp()) : half, y.div(near.where(x.fullLike(1), x)));
    }

    /** {@code dP(a, x)/da} and {@code dP(a, x)/dx}, in F64. */
    private static Tensor gammaInc(BinaryOperator<Tensor> slope, Tensor a, Tensor x) {
        return slope.apply(a.to(DType.F64), x.to(DType.F64)).to(a.dtype());
    }

    /** The row of {@code y = fn(a, b)} by {@code a}. */
    static @Nullable Tensor left(BinaryFn fn, Tensor a, Tensor b, Tensor y, Tensor v) {
        return switch (fn) {
            case ADD, SUB, REMAINDER, FMOD -> v;
            case MUL -> v.mul(b);
            case DIV -> v.div(b);
            // b a^(b - 1), which is 0 where b is 0, also at a = 0.
            case POW -> b.eq(0).where(v.fullLike(0), v.mul(b).mul(a.pow(b.sub(1))));
            case MAXIMUM -> a.lt(b).where(v.fullLike(0), a.eq(b).where(v.mul(0.5), v));
            case MINIMUM -> a.gt(b).where(v.fullLike(0), a.eq(b).where(v.mul(0.5), v));
            case ATAN2 -> v.mul(overSquare(b, a.hypot(b)));
            case HYPOT -> v.mul(a.div(y));
            // The sign of a times that of y: 0 where a is.
            case COPYSIGN -> v.mul(a.sign()).mul(y.sign());
            // One unit in the last place apart.
            case NEXTAFTER -> v;
            case GAMMAINC -> v.mul(gammaInc(IncompleteGamma::byShape, a, b));
            case GAMMAINCC -> v.neg().mul(gammaInc(IncompleteGamma::byShape, a, b));
            case ZETA -> refused(fn);
            case FLOOR_DIVIDE, TRUNC_DIVIDE -> null;
        };
    }

    private static Tensor refused(BinaryFn fn) {
        throw new UnsupportedOperationException(fn.name().toLowerCase(Locale.ROOT)
                + ": there is no derivative by the first argument, which a gradient or tangent asks for: pass it as a number, or"
                + " detach() it");
    }

    /** The row of {@code y = fn(a, b)} by {@code b}. */
    static @Nullable Tensor right(BinaryFn fn, Tensor a, Tensor b, Tensor y, Tensor v) {
        return switch (fn) {
            case ADD -> v;
            case SUB -> v.neg();
            case MUL -> v.mul(a);
            case DIV -> v.neg().mul(y).div(b);
            // a^b log a, which is 0 where a is 0 and the exponent is not negative.
            case POW -> a.eq(0).and(b.ge(0)).where(v.fullLike(0), v.mul(y).mul(a.log()));
            case MAXIMUM -> a.gt(b).where(v.fullLike(0), a.eq(b).where(v.mul(0.5), v));
            case MINIMUM -> a.lt(b).where(v.fullLike(0), a.eq(b).where(v.mul(0.5), v));
            case ATAN2 -> v.neg().mul(overSquare(a, a.hypot(b)));
            case HYPOT -> v.mul(b.div(y));
            case REMAINDER -> v.neg().mul(a.floorDivide(b));
            case FMOD -> v.neg().mul(a.truncDivide(b));
            case GAMMAINC -> v.mul(gammaInc(IncompleteGamma::density, a, b));
            case GAMMAINCC -> v.neg().mul(gammaInc(IncompleteGamma::density, a, b));
            case ZETA -> v.neg().mul(a).mul(Special.zeta(a.add(1), b));
            case FLOOR_DIVIDE, TRUNC_DIVIDE, COPYSIGN, NEXTAFTER -> null;
        };
    }
}
