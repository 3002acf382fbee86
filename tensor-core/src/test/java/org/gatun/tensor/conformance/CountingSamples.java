package org.gatun.tensor.conformance;

import static org.gatun.tensor.conformance.CompositeSample.any;
import static org.gatun.tensor.conformance.CompositeSample.distinct;
import static org.gatun.tensor.conformance.CompositeSample.index;
import static org.gatun.tensor.conformance.CompositeSample.probability;
import static org.gatun.tensor.conformance.CompositeSample.several;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.gatun.tensor.Histogram;
import org.gatun.tensor.MinMax;
import org.gatun.tensor.QuantileInterpolation;
import org.gatun.tensor.StdMean;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.Unique;
import org.gatun.tensor.ValuesIndices;
import org.gatun.tensor.conformance.CompositeSample.Slot;

/** Samples of histograms, different elements, and the order statistics of several places or that pass over NaN. */
final class CountingSamples {
    private static final String DATA_RANGE = "the range of the bins depends on the values";
    private static final List<CompositeSample> SAMPLES = new ArrayList<>();

    static {
        histograms();
        uniques();
        quantiles();
        moments();
    }

    private CountingSamples() {}

    static List<CompositeSample> all() {
        return SAMPLES;
    }

    private static void add(String method, UnaryOperator<Tensor> body, Slot slot) {
        SAMPLES.add(CompositeSample.of("Tensor." + method, body, slot));
    }

    private static void histograms() {
        String size = "the number of bins depends on the values";
        counts("bincount", x -> List.of(x.bincount()), size, index(5, 7));
        counts("bincount", x -> List.of(x.bincount(6)), size, index(3, 4));
        counts("bincount", x -> List.of(x.bincount(3)), size, index(2, 0));
        weighted("bincount", (x, w) -> x.bincount(w), size, index(4, 6), any(6));
        weighted("bincount", (x, w) -> x.bincount(w, 7), size, index(4, 5), any(5));
        weighted("bincount", (x, w) -> x.bincount(w, 2), size, index(4, 0), any(0));
        for (Slot slot : List.of(distinct(2, 5), distinct(7), distinct(), distinct(0, 3))) {
            counts("histc", x -> List.of(x.histc(5, -0.81, 0.83)), "", slot);
            counts("histc", x -> List.of(x.histc(3)), DATA_RANGE, slot);
            counts("histogram", x -> List.of(x.histogram(3).hist()), DATA_RANGE, slot);
            counts("histogram", x -> of(x.histogram(4, -0.61, 0.55)), "", slot);
        }
        counts("histogram", x -> of(x.histogram(3, -0.7, 0.9, null, true)), "", distinct(2, 5));
        counts("histogram", x -> List.of(x.histogram(2, null, true).hist()), DATA_RANGE, distinct(6));
        weighted("histogram", (x, w) -> x.histogram(3, -0.7, 0.9, w, false).hist(), "", distinct(2, 5), any(2, 5));
        weighted("histogram", (x, w) -> x.histogram(2, w, false).hist(), DATA_RANGE, distinct(6), any(6));
        weighted("histogram", (x, w) -> x.histogram(3, -0.9, 0.9, w, true).hist(), "", distinct(9), probability(9));
        weighted("histogram", (x, w) -> x.histogram(3, -0.9, 0.9, w, false).hist(), "", distinct(), any());
        SAMPLES.add(several(
                "Tensor.histogram",
                in -> of(in.get(0).histogram(in.get(1).add(1).cumsum(0).sub(3.2), in.get(2), true)),
                distinct(3, 4),
                probability(5),
                probability(3, 4)));
        SAMPLES.add(several(
                "Tensor.histogram",
                in -> of(in.get(0).histogram(in.get(1).mul(0.1).cumsum(0).sub(0.3))),
                distinct(3, 4),
                probability(4)));
    }

    private static void uniques() {
        for (Slot slot : List.of(distinct(2, 3), distinct(), distinct(0), distinct(5), distinct(2, 0, 3))) {
            different("unique", Tensor::unique, slot);
            different("uniqueConsecutive", Tensor::uniqueConsecutive, slot);
        }
        for (Slot slot : List.of(index(3, 2, 4), index(2, 7), index(2, 5, 2))) {
            different("unique", Tensor::unique, slot);
            different("unique", x -> x.unique(0), slot);
            different("unique", x -> x.unique(-1), slot);
            different("uniqueConsecutive", Tensor::uniqueConsecutive, slot);
            different("uniqueConsecutive", x -> x.uniqueConsecutive(0), slot);
            different("uniqueConsecutive", x -> x.uniqueConsecutive(-1), slot);
        }
        for (Slot slot : List.of(distinct(3, 2), distinct(), distinct(0, 2), distinct(2, 2, 2))) {
            different("unique", x -> x.unique(0), slot);
            different("uniqueConsecutive", x -> x.uniqueConsecutive(0), slot);
        }
    }

    private static void quantiles() {
        double[] places = {0.3, 0.85, 0, 1};
        for (QuantileInterpolation mode : QuantileInterpolation.values()) {
            add("quantile", x -> x.quantile(0.3, true, 1, mode), distinct(2, 4));
            add("quantile", x -> x.quantile(places, false, 0, mode), distinct(5, 3));
            add("nanquantile", x -> x.nanquantile(places, true, 1, mode), distinct(2, 4));
            add("nanquantile", x -> x.nanquantile(0.7, false, -1, mode), distinct(3, 4));
            SAMPLES.add(CompositeSample.of(
                    "Tensor.quantile",
                    (x, q) -> x.quantile(q.mul(0.1).add(0.38), false, 1, mode),
                    distinct(2, 4),
                    probability(3)));
            SAMPLES.add(CompositeSample.of(
                    "Tensor.nanquantile",
                    (x, q) -> x.nanquantile(q.mul(0.1).add(0.38), true, 0, mode),
                    distinct(4, 2),
                    probability()));
        }
        add("quantile", x -> x.quantile(places), distinct(2, 3));
        add("quantile", x -> x.quantile(places, 0), distinct());
        add("quantile", x -> x.quantile(places, true, 0, QuantileInterpolation.LINEAR), distinct());
        add("quantile", x -> x.quantile(places, 1), distinct(0, 3));
        add("quantile", x -> x.quantile(new double[0], 1), distinct(2, 3));
        add("nanquantile", x -> x.nanquantile(0.6), distinct(2, 3));
        add("nanquantile", x -> x.nanquantile(0.6, 0), distinct());
        add("nanquantile", x -> x.nanquantile(0.6, 1), distinct(0, 3));
        add("nanmedian", Tensor::nanmedian, distinct(3, 3));
        add("nanmedian", Tensor::nanmedian, distinct(2, 3));
        add("nanmedian", Tensor::nanmedian, distinct());
        pick(x -> x.nanmedian(1), distinct(2, 4));
        pick(x -> x.nanmedian(true, 0), distinct(3, 2));
        pick(x -> x.nanmedian(0), distinct());
        pick(x -> x.nanmedian(1), distinct(0, 3));
    }

    private static void moments() {
        extremes(Tensor::aminmax, distinct(2, 3));
        extremes(Tensor::aminmax, distinct());
        extremes(x -> x.aminmax(1), distinct(2, 3));
        extremes(x -> x.aminmax(true, 0), distinct(3, 2));
        extremes(x -> x.aminmax(0), distinct());
        extremes(x -> x.aminmax(1), distinct(0, 3));
        deviation(x -> x.stdMean(1, false), any(2, 3));
        deviation(x -> x.stdMean(0, true, 1), any(2, 4));
        deviation(x -> x.stdMean(0, false, 0), any(3, 0));
        // A variable that is repeated along its axis has no correlation, so something else is added to each.
        add(
                "corrcoef",
                x -> x.add(Tensors.arange(15).sin().reshape(3, 5).to(x.device()))
                        .corrcoef(),
                any(3, 5));
        add(
                "corrcoef",
                x -> x.add(Tensors.arange(4).sin().reshape(1, 4).to(x.device())).corrcoef(),
                any(1, 4));
        add("corrcoef", Tensor::corrcoef, any(4));
    }

    private static List<Tensor> of(Histogram histogram) {
        return List.of(histogram.hist(), histogram.edges());
    }

    private static void counts(String method, Function<Tensor, List<Tensor>> body, String unbatched, Slot slot) {
        CompositeSample sample =
                several("Tensor." + method, in -> body.apply(in.get(0)), slot).withoutDerivative();
        SAMPLES.add(unbatched.isEmpty() ? sample : sample.withoutBatching(unbatched));
    }

    private static void weighted(
            String method, BiFunction<Tensor, Tensor, Tensor> body, String unbatched, Slot x, Slot weights) {
        CompositeSample sample =
                several("Tensor." + method, in -> List.of(body.apply(in.get(0), in.get(1))), x, weights);
        SAMPLES.add(unbatched.isEmpty() ? sample : sample.withoutBatching(unbatched));
    }

    private static void different(String method, Function<Tensor, Unique> body, Slot slot) {
        CompositeSample sample = several(
                        "Tensor." + method,
                        in -> {
                            Unique found = body.apply(in.get(0));
                            return List.of(found.values(), found.inverse(), found.counts());
                        },
                        slot)
                .withoutBatching("the number of different elements depends on the values");
        SAMPLES.add(slot.isNumbers() ? sample : sample.withoutDerivative());
    }

    private static void pick(Function<Tensor, ValuesIndices> body, Slot slot) {
        SAMPLES.add(several(
                "Tensor.nanmedian",
                in -> {
                    ValuesIndices pair = body.apply(in.get(0));
                    return List.of(pair.values(), pair.indices());
                },
                slot));
    }

    private static void extremes(Function<Tensor, MinMax> body, Slot slot) {
        SAMPLES.add(several(
                "Tensor.aminmax",
                in -> {
                    MinMax pair = body.apply(in.get(0));
                    return List.of(pair.min(), pair.max());
                },
                slot));
    }

    private static void deviation(Function<Tensor, StdMean> body, Slot slot) {
        SAMPLES.add(several(
                "Tensor.stdMean",
                in -> {
                    StdMean pair = body.apply(in.get(0));
                    return List.of(pair.std(), pair.mean());
                },
                slot));
    }
}
