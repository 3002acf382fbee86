package org.gatun.tensor.conformance;

import static org.gatun.tensor.conformance.CompositeSample.any;
import static org.gatun.tensor.conformance.CompositeSample.of;
import static org.gatun.tensor.conformance.CompositeSample.positive;
import static org.gatun.tensor.conformance.CompositeSample.probability;

import java.util.ArrayList;
import java.util.List;
import org.gatun.tensor.Special;
import org.gatun.tensor.Tensor;

/** Samples of distribution functions of several parameters and of their inverses. */
final class InverseSamples {
    private static final double INFINITY = Double.POSITIVE_INFINITY;
    private static final List<CompositeSample> SAMPLES = new ArrayList<>();

    static {
        normal();
        gamma();
        beta();
    }

    private InverseSamples() {}

    static List<CompositeSample> all() {
        return SAMPLES;
    }

    /** Products with powers of 2, which no dtype rounds; of numbers from 0.3 to 2 those with the larger one are farther from 0. */
    private static Tensor low(Tensor a, Tensor b, double[] ends) {
        return ends[0] < 0 ? b.mul(ends[0]) : a.mul(ends[0]);
    }

    private static Tensor high(Tensor a, Tensor b, double[] ends) {
        return ends[0] < 0 ? a.mul(ends[1]) : b.mul(ends[1]);
    }

    private static void normal() {
        for (long[] sizes : new long[][] {{2, 3}, {}, {0}}) {
            // across 0, in the upper tail, in the lower
            for (double[] ends : new double[][] {{1, 8}, {2, 16}, {-16, -2}}) {
                SAMPLES.add(of(
                        "Special.logNormalMass",
                        (a, b) -> Special.logNormalMass(low(a, b, ends), high(a, b, ends)),
                        ends[0] == 1 ? any(sizes) : positive(sizes),
                        positive()));
                SAMPLES.add(of(
                        "Special.truncatedNdtri",
                        in -> Special.truncatedNdtri(
                                low(in.get(0), in.get(1), ends), high(in.get(0), in.get(1), ends), in.get(2)),
                        ends[0] == 1 ? any(sizes) : positive(sizes),
                        positive(),
                        probability(sizes)));
            }
            SAMPLES.add(of("Special.logNormalMass", x -> Special.logNormalMass(x, x.fullLike(INFINITY)), any(sizes)));
            SAMPLES.add(of("Special.logNormalMass", x -> Special.logNormalMass(x.fullLike(-INFINITY), x), any(sizes)));
            SAMPLES.add(of(
                    "Special.truncatedNdtri",
                    (x, p) -> Special.truncatedNdtri(x.add(5), x.fullLike(INFINITY), p),
                    any(sizes),
                    probability(sizes)));
        }
    }

    private static void gamma() {
        for (long[] sizes : new long[][] {{2, 3}, {}, {0}}) {
            // small and large shapes
            for (double least : new double[] {0.25, 20}) {
                SAMPLES.add(of(
                        "Special.gammaincinv",
                        (a, p) -> Special.gammaincinv(a.add(least), p),
                        positive(sizes),
                        probability(sizes)));
                SAMPLES.add(of(
                        "Special.gammainccinv",
                        (a, q) -> Special.gammainccinv(a.add(least), q),
                        positive(),
                        probability(sizes)));
            }
        }
    }

    private static void beta() {
        for (long[] sizes : new long[][] {{2, 3}, {}, {0}}) {
            SAMPLES.add(of(
                    "Special.betaincinv",
                    in -> Special.betaincinv(in.get(0).add(0.25), in.get(1).add(0.25), in.get(2)),
                    positive(sizes),
                    positive(),
                    probability(sizes)));
            // both large
            SAMPLES.add(of(
                    "Special.betaincinv",
                    (a, p) -> Special.betaincinv(a.add(20), a.neg().add(30), p),
                    positive(sizes),
                    probability(sizes)));
        }
    }
}
