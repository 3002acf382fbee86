package org.gatun.tensor.cpu;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;

/**
 * Random variates by rejection: the fused kernels of {@link org.gatun.tensor.composite.LogGammaSample}, {@link
 * org.gatun.tensor.composite.PoissonSample} and {@link org.gatun.tensor.composite.BinomialSample}, whose documentation names the
 * algorithms. Parameters are F64, keys I64, of any layout and of shapes that broadcast. An element is a function of its parameters and its
 * key alone.
 */
public final class VariateKernels {
    /** The fewest elements worth a thread: each takes about a tenth of a microsecond. */
    private static final long GRAIN = 1 << 9;

    private VariateKernels() {}

    /** One variate from its parameters and its stream. */
    @FunctionalInterface
    private interface Variate {
        double draw(ElementStream stream, double a, double b);
    }

    /** Logarithms of gamma variates from (concentration, keys). */
    public static ConcreteTensor logGamma(ConcreteTensor... in) {
        return fill(in[0], in[0], in[1], (stream, a, b) -> logGamma(stream, a));
    }

    /** Poisson variates from (rate, keys). */
    public static ConcreteTensor poisson(ConcreteTensor... in) {
        return fill(in[0], in[0], in[1], (stream, a, b) -> poisson(stream, a));
    }

    /** Binomial variates from (count, probability, keys). */
    public static ConcreteTensor binomial(ConcreteTensor... in) {
        return fill(in[0], in[1], in[2], VariateKernels::binomial);
    }

    private static ConcreteTensor fill(ConcreteTensor a, ConcreteTensor b, ConcreteTensor keys, Variate variate) {
        Shape shape =
                Broadcasting.common("variates", Broadcasting.common("variates", a.shape(), b.shape()), keys.shape());
        ConcreteTensor out = ConcreteTensor.allocate(DType.F64, shape, keys.device());
        try (Scratch scratch = Scratch.open()) {
            long first = rows(a, shape, scratch);
            long second = a == b ? first : rows(b, shape, scratch);
            long key = rows(keys, shape, scratch);
            long to = out.address();
            WorkerPool.parallelFor(shape.elements(), GRAIN, (from, end) -> {
                var stream = new ElementStream();
                for (long at = 8 * from; at < 8 * end; at += 8) {
                    stream.start(Ram.getLong(key + at));
                    Ram.putDouble(to + at, variate.draw(stream, Ram.getDouble(first + at), Ram.getDouble(second + at)));
                }
            });
        } catch (Throwable t) {
            out.close();
            throw t;
        }
        return out;
    }

    private static long rows(ConcreteTensor x, Shape shape, Scratch scratch) {
        return Rows.of(x.address(), x.layout().broadcast(shape), x.dtype(), scratch);
    }

    private static double logGamma(ElementStream stream, double concentration) {
        double d = (concentration < 1 ? concentration + 1 : concentration) - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        double log = Double.NaN;
        for (int round = 1; round <= Variates.GAMMA_ROUNDS; round++) {
            stream.block(round);
            double z = Math.sqrt(-2 * Math.log(stream.fine())) * Math.cos(2 * Math.PI * stream.second());
            double root = 1 + c * z;
            if (root > 0) {
                double v = root * root * root;
                double logV = 3 * Math.log(root);
                if (Math.log(stream.third()) < 0.5 * z * z + d - d * v + d * logV) {
                    log = Math.log(d) + logV;
                    break;
                }
            }
        }
        if (concentration < 1) {
            stream.block(0);
            log += Math.log(stream.fine()) / concentration;
        }
        return log;
    }

    private static double poisson(ElementStream stream, double rate) {
        if (!(rate >= Variates.LARGE)) {
            stream.block(0);
            double u = 1 - stream.fine();
            double p = Math.exp(-rate);
            double below = p;
            double k = 0;
            for (int step = 1; step <= Variates.STEPS && u >= below; step++) {
                k++;
                p *= rate / step;
                below += p;
            }
            return rate >= 0 ? k : Double.NaN;
        }
        double b = 0.931 + 2.53 * Math.sqrt(rate);
        double a = -0.059 + 0.02483 * b;
        double inverse = 1.1239 + 1.1328 / (b - 3.4);
        double sure = 0.9277 - 3.6224 / (b - 2);
        for (int round = 1; round <= Variates.ROUNDS; round++) {
            stream.block(round);
            double u = stream.fine() - 0.5;
            double v = stream.third();
            double us = Math.max(0.5 - Math.abs(u), 0x1p-54);
            double k = Math.floor((2 * a / us + b) * u + rate + 0.43);
            boolean inside = us >= 0.07 && v <= sure;
            if (inside
                    || (k >= 0
                            && (us >= 0.013 || v <= us)
                            && Math.log(v * inverse / (a / (us * us) + b)) <= Variates.logPoisson(k, rate))) {
                return k;
            }
        }
        return Double.NaN;
    }

    private static double binomial(ElementStream stream, double count, double probability) {
        double p = Math.min(probability, 1 - probability);
        double k = rarer(stream, count, p);
        return probability > 0.5 ? count - k : k;
    }

    /** A binomial variate for a probability of at most 1/2. */
    private static double rarer(ElementStream stream, double n, double p) {
        double q = 1 - p;
        double mean = n * p;
        if (!(mean >= Variates.LARGE)) {
            stream.block(0);
            double u = 1 - stream.fine();
            double odds = p / q;
            double mass = Math.exp(n * Math.log1p(-p));
            double below = mass;
            double k = 0;
            for (int step = 1; step <= Variates.STEPS && u >= below; step++) {
                k++;
                mass *= (n - step + 1) / step * odds;
                below += mass;
            }
            return mean >= 0 ? Math.min(k, n) : Double.NaN;
        }
        double deviation = Math.sqrt(mean * q);
        double b = 1.15 + 2.53 * deviation;
        double a = -0.0873 + 0.0248 * b + 0.01 * p;
        double alpha = (2.83 + 5.1 / b) * deviation;
        double sure = 0.92 - 4.2 / b;
        double mode = Math.floor((n + 1) * p);
        double top = Variates.logPoisson(mode, mean) + Variates.logPoisson(n - mode, n * q);
        for (int round = 1; round <= Variates.ROUNDS; round++) {
            stream.block(round);
            double u = stream.fine() - 0.5;
            double v = stream.third();
            double us = Math.max(0.5 - Math.abs(u), 0x1p-54);
            double k = Math.floor((2 * a / us + b) * u + mean + 0.5);
            if (us >= 0.07 && v <= sure) {
                return k;
            }
            if (k >= 0
                    && k <= n
                    && Math.log(v * alpha / (a / (us * us) + b))
                            <= Variates.logPoisson(k, mean) + Variates.logPoisson(n - k, n * q) - top) {
                return k;
            }
        }
        return Double.NaN;
    }
}
