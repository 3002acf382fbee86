package org.gatun.tensor.conformance;

import static org.gatun.tensor.conformance.CompositeSample.any;
import static org.gatun.tensor.conformance.CompositeSample.distinct;
import static org.gatun.tensor.conformance.CompositeSample.index;
import static org.gatun.tensor.conformance.CompositeSample.of;
import static org.gatun.tensor.conformance.CompositeSample.several;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ValuesIndices;
import org.gatun.tensor.conformance.CompositeSample.Slot;

/** Samples of running extrema, products and sums of exponentials, and of linear recurrences. */
final class ScanSamples {
    private static final List<CompositeSample> SAMPLES = new ArrayList<>();

    static {
        for (Slot slot : List.of(distinct(2, 5), distinct(3, 1), distinct(0, 3), distinct(2, 0), distinct(2, 3, 2))) {
            pick("cummax", x -> x.cummax(1), slot);
            pick("cummin", x -> x.cummin(1), slot);
            add("logcumsumexp", x -> x.logcumsumexp(1), slot);
            add("cumprod", x -> x.cumprod(1), slot);
        }
        pick("cummax", x -> x.cummax(-2), distinct(4, 2));
        pick("cummin", x -> x.cummin(0), distinct(4, 2));
        pick("cummax", x -> x.cummax(0), distinct());
        pick("cummin", x -> x.cummin(-1), distinct());
        SAMPLES.add(several("Tensor.cummax", in -> both(in.get(0).cummax(0)), index(3, 9))
                .withoutDerivative());
        SAMPLES.add(several("Tensor.cummin", in -> both(in.get(0).cummin(0)), index(3, 9))
                .withoutDerivative());
        add("logcumsumexp", x -> x.logcumsumexp(0), any(3, 2));
        add("logcumsumexp", x -> x.logcumsumexp(0), any());
        add("cumprod", x -> x.cumprod(0), any());
        add("prod", x -> x.prod(0, 2), any(2, 3, 2));
        recurrence(0, false, any(4), any(4));
        recurrence(1, true, any(2, 5), any(2, 5));
        recurrence(-2, false, any(3, 2), any(3, 2));
        recurrence(0, true, any(3, 1), any(2));
        recurrence(1, false, any(2, 1), any(2, 1));
        recurrence(1, false, any(2, 0), any(2, 1));
        recurrence(0, false, any(), any());
    }

    private ScanSamples() {}

    static List<CompositeSample> all() {
        return SAMPLES;
    }

    private static void add(String method, UnaryOperator<Tensor> body, Slot slot) {
        SAMPLES.add(of("Tensor." + method, body, slot));
    }

    private static void recurrence(int axis, boolean reverse, Slot a, Slot b) {
        SAMPLES.add(
                of("Functional.linearRecurrence", (x, y) -> Functional.linearRecurrence(x, y, axis, reverse), a, b));
    }

    private static void pick(String method, Function<Tensor, ValuesIndices> body, Slot slot) {
        SAMPLES.add(several("Tensor." + method, in -> both(body.apply(in.get(0))), slot));
    }

    private static List<Tensor> both(ValuesIndices pair) {
        return List.of(pair.values(), pair.indices());
    }
}
