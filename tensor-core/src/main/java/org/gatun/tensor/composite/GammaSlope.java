package org.gatun.tensor.composite;

import java.util.function.UnaryOperator;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.Tensor;

/**
 * How the logarithm y = log x of a gamma variate moves with its concentration a while the probability of being below it stays: {@code
 * dy/da = -(dP(a, x)/da) / (x p(x; a))}. Two formulas, each exact but for rounding and the end of a sum, in tensor operations, so that
 * it differentiates to any order.
 *
 * <p>Up to x = 4, from the power series of the lower incomplete gamma function: with {@code T_n = x^n / (a (a + 1) ... (a + n))}, it is
 * {@code -sum over n of T_n (y - digamma(a + 1) - sum over k = 1 to n of 1 / (a + k))}.
 *
 * <p>Beyond, from {@code P / (x p) = integral over w from 0 to infinity of exp(x - x e^-w - a w)}, or the same integral from
 * -infinity to 0 for {@code 1 - P}: it is the integral of that times {@code (w - y + digamma(a))}, over the side on which the exponent
 * only falls. Gauss-Legendre quadrature of 40 nodes, which {@code v = 3 r / (1 - r^2)} spreads over the half-line, in units of the
 * distance over which the exponent falls by about 1; relative error below 1e-10.
 */
final class GammaSlope {
    private static final double SMALL = 4;
    private static final int TERMS = 32;
    private static final int NODES = 40;

    /** Beyond this many units the integrand is below 1e-24 of its largest value, and its factors may overflow. */
    private static final double END = 80;

    private static final double[] AT = new double[NODES];
    private static final double[] WEIGHT = new double[NODES];

    static {
        for (int i = 0; i < NODES; i++) {
            double z = Math.cos(Math.PI * (i + 0.75) / (NODES + 0.5));
            double slope = 0;
            for (int step = 0; step < 20; step++) {
                double before = 1;
                double value = z;
                for (int n = 2; n <= NODES; n++) {
                    double next = ((2 * n - 1) * z * value - (n - 1) * before) / n;
                    before = value;
                    value = next;
                }
                slope = NODES * (z * value - before) / (z * z - 1);
                z -= value / slope;
            }
            double r = (z + 1) / 2;
            double rest = (1 - r) * (1 + r);
            AT[i] = 3 * r / rest;
            WEIGHT[i] = 3 * (1 + r * r) / (rest * rest) / ((1 - z * z) * slope * slope);
        }
    }

    private static final Region SERIES = Elementwise.region(GammaSlope::series);
    private static final Region INTEGRAL = Elementwise.region(GammaSlope::integral);

    private GammaSlope() {}

    /**
     * The slope.
     *
     * @param a the concentration, positive
     * @param y the logarithm of the variate
     */
    static Tensor of(Tensor a, Tensor y) {
        return of(a, y, Tensor::detach);
    }

    /** The slope inside a region, where nothing is constant: the derivatives by the unit of the quadrature, which are 0, are computed too. */
    static Tensor inRegion(Tensor a, Tensor y) {
        return of(a, y, t -> t);
    }

    private static Tensor of(Tensor a, Tensor y, UnaryOperator<Tensor> constant) {
        // Each formula gets harmless operands where it does not count: an infinity there would make a NaN of its zero
        // cotangent.
        Tensor small = y.le(Math.log(SMALL));
        Tensor low = SERIES.apply(a, small.where(y, y.fullLike(0)));
        Tensor two = a.fullLike(2 * SMALL);
        Tensor x = small.where(two, y.exp());
        Tensor concentration = small.where(two, a);
        // The side and the unit of the quadrature are constants: the integral does not depend on them.
        Tensor fixedX = constant.apply(x);
        Tensor fixed = constant.apply(concentration);
        Tensor side = fixedX.le(fixed).where(x.fullLike(1), x.fullLike(-1));
        Tensor distance = fixed.sub(fixedX).abs();
        Tensor unit = distance.add(distance.square().add(fixedX.mul(2)).sqrt())
                .reciprocal()
                .mul(2);
        Tensor signed = unit.mul(side);
        return small.where(low, INTEGRAL.apply(concentration, x, signed).mul(signed));
    }

    private static Tensor series(Tensor a, Tensor y) {
        Tensor x = y.exp();
        Tensor distance = y.sub(a.add(1).digamma());
        Tensor term = a.reciprocal();
        Tensor harmonic = a.mul(0);
        Tensor sum = term.mul(distance);
        for (int n = 1; n <= TERMS; n++) {
            Tensor step = a.add(n).reciprocal();
            term = term.mul(x).mul(step);
            harmonic = harmonic.add(step);
            sum = sum.add(term.mul(distance.sub(harmonic)));
        }
        return sum.neg();
    }

    private static Tensor integral(Tensor a, Tensor x, Tensor unit) {
        Tensor distance = x.log().sub(a.digamma());
        Tensor sum = a.mul(0);
        for (int i = 0; i < NODES; i++) {
            if (AT[i] > END) {
                continue;
            }
            Tensor w = unit.mul(AT[i]);
            Tensor exponent = w.neg().expm1().mul(x).add(a.mul(w)).neg();
            sum = sum.add(exponent.exp().mul(w.sub(distance)).mul(WEIGHT[i]));
        }
        return sum;
    }
}
