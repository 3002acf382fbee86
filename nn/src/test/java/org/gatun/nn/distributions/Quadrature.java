package org.gatun.nn.distributions;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;

/** Integrals against densities by the double exponential rule, and sums against probabilities of counts. */
final class Quadrature {
    /** Where a distribution of numbers lives. */
    enum Domain {
        REAL,
        POSITIVE,
        UNIT,
        COUNTS
    }

    private static final double STEP = 1.0 / 32;
    private static final int POINTS = 150;
    private static final int COUNTS = 3000;

    private final double[] points;
    private final double[] weights;
    private final Tensor at;

    /**
     * The rule for a domain, in pieces between places where a density has a kink.
     *
     * @param kinks in order, none for COUNTS; for UNIT they are its ends, 0 and 1 if there are none
     */
    Quadrature(Domain domain, double... kinks) {
        var x = new ArrayList<double[]>();
        double[] ends = kinks.length == 0 && domain == Domain.UNIT ? new double[] {0, 1} : kinks;
        for (int i = 0; i < (domain == Domain.COUNTS ? COUNTS : 0); i++) {
            x.add(new double[] {i, 1});
        }
        for (int i = -POINTS; i <= POINTS && domain != Domain.COUNTS; i++) {
            double t = i * STEP;
            double s = 0.5 * Math.PI * Math.sinh(t);
            double ds = 0.5 * Math.PI * Math.cosh(t) * STEP;
            if (ends.length == 0) {
                boolean real = domain == Domain.REAL;
                x.add(new double[] {real ? Math.sinh(s) : Math.exp(s), (real ? Math.cosh(s) : Math.exp(s)) * ds});
                continue;
            }
            double e = Math.exp(s);
            if (domain == Domain.REAL) {
                x.add(new double[] {ends[0] - e, e * ds});
            }
            if (domain == Domain.POSITIVE) {
                interval(x, 0, ends[0], s, ds);
            }
            for (int k = 0; k + 1 < ends.length; k++) {
                interval(x, ends[k], ends[k + 1], s, ds);
            }
            if (domain != Domain.UNIT) {
                x.add(new double[] {ends[ends.length - 1] + e, e * ds});
            }
        }
        x.removeIf(p -> !(Math.abs(p[0]) < 1e60) || (domain == Domain.POSITIVE && p[0] < 1e-60));
        points = x.stream().mapToDouble(p -> p[0]).toArray();
        weights = x.stream().mapToDouble(p -> p[1]).toArray();
        at = Tensors.of(points);
    }

    private static void interval(List<double[]> x, double low, double high, double s, double ds) {
        double value = low + (high - low) / (1 + Math.exp(-2 * s));
        if (value > low && value < high) {
            x.add(new double[] {value, (high - low) * 0.5 / (Math.cosh(s) * Math.cosh(s)) * ds});
        }
    }

    /** {@code E[f(X, log p(X))]} of a distribution of batch shape (batch), for each element of the batch. */
    double[] expectation(Distribution distribution, DoubleBinaryOperator f) {
        int batch = (int) distribution.batchShape().elements();
        double[] sums = new double[batch];
        double[] log = distribution
                .logProb(at.reshape(-1, 1).broadcastTo(points.length, batch))
                .toDoubleArray();
        for (int i = 0; i < points.length; i++) {
            for (int b = 0; b < batch; b++) {
                double p = Math.exp(log[i * batch + b]) * weights[i];
                if (p > 0) {
                    sums[b] += p * f.applyAsDouble(points[i], log[i * batch + b]);
                }
            }
        }
        return sums;
    }

    /** KL(p || q), from both logarithms. */
    double[] divergence(Distribution p, Distribution q) {
        int batch = (int) p.batchShape().elements();
        double[] sums = new double[batch];
        Tensor x = at.reshape(-1, 1).broadcastTo(points.length, batch);
        double[] a = p.logProb(x).toDoubleArray();
        double[] b = q.logProb(x).toDoubleArray();
        for (int i = 0; i < a.length; i++) {
            double mass = Math.exp(a[i]) * weights[i / batch];
            if (mass > 0) {
                sums[i % batch] += mass * (a[i] - b[i]);
            }
        }
        return sums;
    }
}
