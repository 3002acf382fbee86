package org.gatun.tensor;

import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.UnaryFn;

/**
 * Special functions, elementwise, as {@code torch.special}. Every function works on any shape, layout and device; integers are
 * taken as F32; functions of several tensors promote and broadcast as arithmetic does. All are differentiable to any order in
 * both modes, except {@link #zeta(Tensor, Tensor) zeta} by its first argument, whose derivative is refused.
 *
 * <p>docs/accuracy.md states how far each function is from the true value.
 */
public final class Special {
    private Special() {}

    // ---- the error function and the normal distribution ----

    /** The error function, as {@code torch.special.erf}. */
    public static Tensor erf(Tensor x) {
        return x.erf();
    }

    /** {@code 1 - erf(x)}, accurate for large x, as {@code torch.special.erfc}. */
    public static Tensor erfc(Tensor x) {
        return x.erfc();
    }

    /** {@code e^(x^2) erfc(x)}, which neither underflows nor cancels for large x, as {@code torch.special.erfcx}. */
    public static Tensor erfcx(Tensor x) {
        return Arithmetic.unary(UnaryFn.ERFCX, x);
    }

    /** The inverse of the error function; infinite at -1 and 1, NaN beyond. As {@code torch.special.erfinv}. */
    public static Tensor erfinv(Tensor x) {
        return x.erfinv();
    }

    /** The normal distribution function, {@code erfc(-x / sqrt 2) / 2}, as {@code torch.special.ndtr}. */
    public static Tensor ndtr(Tensor x) {
        return Arithmetic.unary(UnaryFn.NDTR, x);
    }

    /** The inverse of {@link #ndtr}; infinite at 0 and 1, NaN outside. As {@code torch.special.ndtri}. */
    public static Tensor ndtri(Tensor x) {
        return Arithmetic.unary(UnaryFn.NDTRI, x);
    }

    /** {@code log(ndtr(x))}, accurate where the distribution function underflows, as {@code torch.special.log_ndtr}. */
    public static Tensor logNdtr(Tensor x) {
        return Pointwise.floating("logNdtr", Pointwise.LOG_NDTR, x);
    }

    /**
     * The logarithm of the probability of a standard normal variable between two bounds, {@code log(ndtr(high) - ndtr(low))}, accurate in both
     * tails, where the difference underflows: the normaliser of a truncated normal distribution. -infinity where the bounds are equal, NaN
     * where low is above high. The bounds may be infinite.
     */
    public static Tensor logNormalMass(Tensor low, Tensor high) {
        return Pointwise.floating("logNormalMass", NormalMass.LOG, low, high);
    }

    /**
     * The inverse of the distribution function of a standard normal variable between two bounds, as {@code scipy.stats.truncnorm.ppf}: the z with
     * {@code ndtr(z) - ndtr(low) = p (ndtr(high) - ndtr(low))}, in F64 inside, accurate in both tails however far out they are. The bounds may be
     * infinite; they come out at p = 0 and p = 1. NaN where low is not below high, and for p outside 0 to 1.
     */
    public static Tensor truncatedNdtri(Tensor low, Tensor high, Tensor p) {
        return Inverses.truncatedNdtri(low, high, p);
    }

    // ---- the gamma function ----

    /** {@code log |gamma(x)|}, as {@code torch.special.gammaln}: {@link Tensor#lgamma}. */
    public static Tensor gammaln(Tensor x) {
        return x.lgamma();
    }

    /** The derivative of {@link #gammaln}, as {@code torch.special.digamma}. */
    public static Tensor digamma(Tensor x) {
        return x.digamma();
    }

    /** Another name of {@link #digamma}, as {@code torch.special.psi}. */
    public static Tensor psi(Tensor x) {
        return x.digamma();
    }

    /**
     * The derivative of order {@code n} of {@link #digamma}, {@code (-1)^(n + 1) n! zeta(n + 1, x)}, as {@code torch.special.polygamma}.
     *
     * @throws IllegalArgumentException when n is negative
     */
    public static Tensor polygamma(int n, Tensor x) {
        return Polygamma.of(n, x);
    }

    /**
     * The logarithm of the gamma function of p dimensions, {@code p (p - 1) / 4 log(pi) + sum over j = 1 ... p of lgamma(x + (1 - j) / 2)},
     * for x above {@code (p - 1) / 2}. As {@code torch.special.multigammaln}.
     *
     * @throws IllegalArgumentException when p is less than 1 or more than 65536, which is the number of terms
     */
    public static Tensor multigammaln(Tensor x, int p) {
        return Pointwise.multigammaln("multigammaln", x, p);
    }

    /**
     * The logarithm of the beta function, {@code lgamma(a) + lgamma(b) - lgamma(a + b)}, for positive a and b, without that
     * difference where one of them is large. As {@code jax.scipy.special.betaln}.
     */
    public static Tensor betaln(Tensor a, Tensor b) {
        return Pointwise.floating("betaln", BetaRegion.BETALN, a, b);
    }

    /**
     * The Hurwitz zeta function {@code 1/q^s + 1/(q+1)^s + 1/(q+2)^s + ...}, as {@code torch.special.zeta}: infinite at s = 1 and at q
     * = 0, -1, -2, ...; NaN for s below 1, and for q below 0 unless s is an integer.
     *
     * <p>There is no derivative by s, in PyTorch neither: differentiating by it is an error, not 0.
     */
    public static Tensor zeta(Tensor s, Tensor q) {
        return Arithmetic.binary("zeta", BinaryFn.ZETA, s, q);
    }

    /** {@link #zeta(Tensor, Tensor)} of a number s, which takes q's dtype. */
    public static Tensor zeta(double s, Tensor q) {
        Tensor t = Arithmetic.cast(q, q.dtype().toFloating());
        return Arithmetic.binary("zeta", BinaryFn.ZETA, Arithmetic.constant(t, t.dtype(), s), t);
    }

    /** {@link #zeta(Tensor, Tensor)} at a number q, which takes the dtype of s. */
    public static Tensor zeta(Tensor s, double q) {
        return Arithmetic.binary("zeta", BinaryFn.ZETA, s, q);
    }

    /**
     * The regularised lower incomplete gamma function, {@code t^(a-1) e^-t} integrated from 0 to x, over {@code gamma(a)}: the
     * distribution function at x of the gamma distribution with shape a. As {@code torch.special.gammainc}: NaN for negative a or x,
     * and where both are 0 or both infinite.
     *
     * <p>It differentiates by both, to any order; below a of about 1e-10 second derivatives by a have no digits. PyTorch has no derivative by
     * a; here it is that of {@code jax.lax.igamma_grad_a}, to about 1e-10 for a up to 1e10.
     */
    public static Tensor gammainc(Tensor a, Tensor x) {
        return Arithmetic.binary("gammainc", BinaryFn.GAMMAINC, a, x);
    }

    /**
     * The regularised upper incomplete gamma function, {@code 1 - gammainc(a, x)}, accurate where that is small. As {@code
     * torch.special.gammaincc}; it differentiates as {@link #gammainc}.
     */
    public static Tensor gammaincc(Tensor a, Tensor x) {
        return Arithmetic.binary("gammaincc", BinaryFn.GAMMAINCC, a, x);
    }

    /**
     * The inverse of {@link #gammainc} by x: the x with {@code gammainc(a, x) = p}, the quantile of the gamma distribution with shape a. As {@code
     * scipy.special.gammaincinv}; PyTorch has none. 0 at p = 0 and infinite at p = 1; NaN for negative a, for p outside 0 to 1, and elsewhere where a is 0 or
     * infinite.
     *
     * <p>Computed in F64 inside, with the relative error of gammainc where that is well conditioned, down to p = 1e-300. Next to 1 give what is missing
     * from 1 to {@link #gammainccinv}. The derivative by p is 1 over the density, by a that of x at a constant p.
     *
     * @throws ShapeException when the operands do not broadcast to one shape
     */
    public static Tensor gammaincinv(Tensor a, Tensor p) {
        return Inverses.gammaincinv(a, p);
    }

    /**
     * The inverse of {@link #gammaincc} by x: the x with {@code gammaincc(a, x) = q}, accurate for small q. As {@code scipy.special.gammainccinv}:
     * infinite at q = 0 and 0 at q = 1, otherwise as {@link #gammaincinv}.
     *
     * @throws ShapeException when the operands do not broadcast to one shape
     */
    public static Tensor gammainccinv(Tensor a, Tensor q) {
        return Inverses.gammainccinv(a, q);
    }

    /**
     * The regularised incomplete beta function, {@code t^(a-1) (1-t)^(b-1)} integrated from 0 to x, over {@code B(a, b)}: the distribution
     * function at x of the beta distribution with shapes a and b. As {@code scipy.special.betainc} and {@code jax.scipy.special.betainc}; PyTorch
     * has none. NaN unless a and b are positive and finite and x is from 0 to 1.
     *
     * <p>Computed in F64 inside, by a quadrature whose time does not grow with a and b. It differentiates by all three: by x the derivative is the
     * density, at 0 and 1 too. Next to 1 use {@code betainc(b, a, 1 - x)} for what is missing from 1.
     *
     * @throws ShapeException when the operands do not broadcast to one shape
     */
    public static Tensor betainc(Tensor a, Tensor b, Tensor x) {
        return Inverses.betainc(a, b, x);
    }

    /**
     * The inverse of {@link #betainc} by x: the x with {@code betainc(a, b, x) = p}, the quantile of the beta distribution with shapes a and b. As {@code
     * scipy.special.betaincinv}; PyTorch has none. 0 at p = 0 and 1 at p = 1; NaN unless a and b are positive and finite and p is from 0 to 1.
     *
     * <p>Computed in F64 inside, with the relative error of betainc where that is well conditioned, down to p = 1e-300. For an x next to 1, {@code
     * betaincinv(b, a, 1 - p)} is what is missing from 1. The derivative by p is 1 over the density, by a and b that of x at a constant p.
     *
     * @throws ShapeException when the operands do not broadcast to one shape
     */
    public static Tensor betaincinv(Tensor a, Tensor b, Tensor p) {
        return Inverses.betaincinv(a, b, p);
    }

    // ---- Bessel functions ----

    /** The modified Bessel function of the first kind of order 0, as {@code torch.special.i0}. */
    public static Tensor i0(Tensor x) {
        return Arithmetic.unary(UnaryFn.I0, x);
    }

    /** {@code e^-|x| i0(x)}, which does not overflow, as {@code torch.special.i0e}; its derivative at 0 counts as 0. */
    public static Tensor i0e(Tensor x) {
        return Arithmetic.unary(UnaryFn.I0E, x);
    }

    /** The modified Bessel function of the first kind of order 1, as {@code torch.special.i1}. */
    public static Tensor i1(Tensor x) {
        return Arithmetic.unary(UnaryFn.I1, x);
    }

    /** {@code e^-|x| i1(x)}, which does not overflow, as {@code torch.special.i1e}. */
    public static Tensor i1e(Tensor x) {
        return Arithmetic.unary(UnaryFn.I1E, x);
    }

    // ---- exponentials, logarithms and entropies ----

    /** {@code 2^x}, as {@code torch.special.exp2}. */
    public static Tensor exp2(Tensor x) {
        return x.exp2();
    }

    /** {@code e^x - 1}, accurate near 0, as {@code torch.special.expm1}. */
    public static Tensor expm1(Tensor x) {
        return x.expm1();
    }

    /** {@code log(1 + x)}, accurate near 0, as {@code torch.special.log1p}. */
    public static Tensor log1p(Tensor x) {
        return x.log1p();
    }

    /** {@code 1 / (1 + e^-x)}, as {@code torch.special.expit}: {@link Tensor#sigmoid}. */
    public static Tensor expit(Tensor x) {
        return x.sigmoid();
    }

    /** {@code log(x / (1 - x))}, as {@code torch.special.logit}: {@link Tensor#logit()}. */
    public static Tensor logit(Tensor x) {
        return x.logit();
    }

    /** {@link #logit(Tensor)} of x limited to the range from {@code eps} to {@code 1 - eps}. */
    public static Tensor logit(Tensor x, double eps) {
        return x.logit(eps);
    }

    /** {@code -x log x}; 0 at 0, where its derivative counts as 0 too, and -infinity below. As {@code torch.special.entr}. */
    public static Tensor entr(Tensor x) {
        return Pointwise.floating("entr", Pointwise.ENTR, x);
    }

    /** {@code x log y}, 0 where x is 0 and y a number, as {@code torch.special.xlogy}: {@link Tensor#xlogy(Tensor)}. */
    public static Tensor xlogy(Tensor x, Tensor y) {
        return x.xlogy(y);
    }

    /**
     * {@code x log(1 + y)}, 0 where x is 0 and y a number, as {@code torch.special.xlog1py}. Where that makes it 0, both derivatives
     * are 0 (PyTorch's by y is NaN there).
     */
    public static Tensor xlog1py(Tensor x, Tensor y) {
        return Pointwise.floating("xlog1py", Pointwise.XLOG1PY, x, y);
    }

    /** {@code sin(pi x) / (pi x)}, 1 at 0, as {@code torch.special.sinc}: {@link Tensor#sinc}. */
    public static Tensor sinc(Tensor x) {
        return x.sinc();
    }

    /** As {@code torch.special.softmax}: {@link Tensor#softmax}. */
    public static Tensor softmax(Tensor x, int axis) {
        return x.softmax(axis);
    }

    /** As {@code torch.special.log_softmax}: {@link Tensor#logSoftmax}. */
    public static Tensor logSoftmax(Tensor x, int axis) {
        return x.logSoftmax(axis);
    }

    /** {@code log(sum of e^x)} over the given axes, as {@code torch.special.logsumexp}: {@link Tensor#logsumexp}. */
    public static Tensor logsumexp(Tensor x, int... axes) {
        return x.logsumexp(axes);
    }
}
