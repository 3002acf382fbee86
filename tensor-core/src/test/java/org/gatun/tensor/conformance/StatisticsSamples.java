package org.gatun.tensor.conformance;

import static org.gatun.tensor.conformance.CompositeSample.any;
import static org.gatun.tensor.conformance.CompositeSample.distinct;
import static org.gatun.tensor.conformance.CompositeSample.index;
import static org.gatun.tensor.conformance.CompositeSample.of;
import static org.gatun.tensor.conformance.CompositeSample.several;
import static org.gatun.tensor.conformance.CompositeSample.truth;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ValuesIndices;
import org.gatun.tensor.conformance.CompositeSample.Slot;

/** Samples of order statistics, sums that pass over NaN, sampled functions, searches and covariances. */
final class StatisticsSamples {
    private static final List<CompositeSample> SAMPLES = new ArrayList<>();

    static {
        add("median", Tensor::median, distinct(3, 3));
        add("median", Tensor::median, distinct(2, 3));
        add("median", Tensor::median, distinct());
        pick("median", x -> x.median(1), distinct(2, 4));
        pick("median", x -> x.median(true, 0), distinct(3, 2));
        pick("median", x -> x.median(0), distinct());
        pick("median", x -> x.median(1), distinct(0, 3));
        pick("kthvalue", x -> x.kthvalue(2, 1), distinct(2, 3));
        pick("kthvalue", x -> x.kthvalue(3, true, 0), distinct(3, 2));
        pick("kthvalue", x -> x.kthvalue(1, -1), distinct());
        add("quantile", x -> x.quantile(0.3), distinct(2, 3));
        add("quantile", x -> x.quantile(0.25, 0), distinct(5, 2));
        add("quantile", x -> x.quantile(0.9, true, 1), distinct(2, 3));
        add("quantile", x -> x.quantile(1), distinct());
        for (Slot slot : List.of(any(2, 3), any(0, 3))) {
            add("nansum", x -> x.nansum(), slot);
            add("nansum", x -> x.nansum(1), slot);
            add("nansum", x -> x.nansum(true, 0), slot);
            add("nanmean", x -> x.nanmean(1), slot);
            add("trapezoid", x -> x.trapezoid(0.5, 1), slot);
            add("trapezoid", x -> x.trapezoid(2, 0), slot);
            add("cumulativeTrapezoid", x -> x.cumulativeTrapezoid(0.5, -1), slot);
            add("cumulativeTrapezoid", x -> x.cumulativeTrapezoid(0.5, 0), slot);
            add("diff", Tensor::diff, slot);
            add("diff", x -> x.diff(2, 1), slot);
            add("diff", x -> x.diff(1, 0), slot);
        }
        add("nansum", x -> x.nansum(), any());
        add("nanmean", x -> x.nanmean(), any());
        add("nanmean", x -> x.nanmean(true, 0), any(2, 3));
        for (int axis : new int[] {0, 1}) {
            SAMPLES.add(of("Tensor.trapezoid", (y, x) -> y.trapezoid(x, axis), any(3, 3), any(3)));
            SAMPLES.add(of("Tensor.cumulativeTrapezoid", (y, x) -> y.cumulativeTrapezoid(x, axis), any(3, 3), any(3)));
        }
        SAMPLES.add(of("Tensor.trapezoid", (y, x) -> y.trapezoid(x, 1), any(2, 4), any(2, 4)));
        SAMPLES.add(of("Tensor.trapezoid", (y, x) -> y.trapezoid(x, 0), any(0), any(0)));
        constant("diff", x -> x.diff(1, 0), truth(5));
        constant("countNonzero", x -> x.countNonzero(), truth(2, 3));
        constant("countNonzero", x -> x.countNonzero(1), any(2, 3));
        constant("countNonzero", x -> x.countNonzero(0), any());
        search("searchsorted", (s, v) -> s.sort(0).values().searchsorted(v), distinct(5), any(2, 3));
        search("searchsorted", (s, v) -> s.sort(1).values().searchsorted(v, true), index(4, 2, 7), index(4, 2, 3));
        search("searchsorted", (s, v) -> s.searchsorted(v), any(0), any(3));
        search("bucketize", (v, s) -> v.bucketize(s.sort(0).values()), any(2, 3), distinct(4));
        search("bucketize", (v, s) -> v.bucketize(s.sort(0).values(), true), index(5, 6), index(5, 3));
        search("isin", (x, e) -> x.isin(e), index(6, 3, 4), index(6, 2, 2));
        search("isin", (x, e) -> x.isin(e), index(6), any(0));
        pick("mode", x -> x.mode(1), distinct(2, 3));
        pick("mode", x -> x.mode(0), distinct(3, 2));
        pick("mode", x -> x.mode(0), distinct());
        add("cov", Tensor::cov, any(3, 4));
        add("cov", x -> x.cov(0), any(4));
        add("cov", x -> x.cov(0), any());
        for (double p : new double[] {1, 2, 3, Double.POSITIVE_INFINITY}) {
            SAMPLES.add(of("Tensor.dist", (a, b) -> a.dist(b, p), distinct(2, 3), any(3)));
        }
        SAMPLES.add(of("Tensor.dist", (a, b) -> a.dist(b), distinct(2, 3), any(2, 3)));
    }

    private StatisticsSamples() {}

    static List<CompositeSample> all() {
        return SAMPLES;
    }

    private static void add(String method, UnaryOperator<Tensor> body, Slot slot) {
        SAMPLES.add(of("Tensor." + method, body, slot));
    }

    private static void constant(String method, UnaryOperator<Tensor> body, Slot slot) {
        SAMPLES.add(of("Tensor." + method, body, slot).withoutDerivative());
    }

    private static void search(String method, BinaryOperator<Tensor> body, Slot a, Slot b) {
        SAMPLES.add(of("Tensor." + method, body, a, b).withoutDerivative());
    }

    private static void pick(String method, Function<Tensor, ValuesIndices> body, Slot slot) {
        SAMPLES.add(several(
                "Tensor." + method,
                in -> {
                    ValuesIndices pair = body.apply(in.get(0));
                    return List.of(pair.values(), pair.indices());
                },
                slot));
    }
}
