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
    }

    private InverseSamples() {}

    static List<CompositeSample> all() {
        return SAMPLES;
    }

    private static void normal() {
        for (long[] sizes : new long[][] {{2, 3}, {}, {0}}) {
            // across 0, in the upper tail, in the lower
            for (double shift : new double[] {-0.5, 4, -7}) {
                SAMPLES.add(of(
                        "Special.logNormalMass",
                        (low, width) -> Special.logNormalMass(low.add(shift), low.add(width).add(shift)),
                        any(sizes),
                        positive()));
                SAMPLES.add(of(
                        "Special.truncatedNdtri",
                        in -> {
                            Tensor low = in.get(0).add(shift);
                            return Special.truncatedNdtri(low, low.add(in.get(1)), in.get(2));
                        },
                        any(sizes),
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
}
