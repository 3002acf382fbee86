package org.gatun.tensor.conformance;

import static org.gatun.tensor.conformance.CompositeSample.any;
import static org.gatun.tensor.conformance.CompositeSample.of;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.conformance.CompositeSample.Slot;

/** Samples of views, parts and arrangements beyond those of {@link ShapeSamples}. */
final class ViewSamples {
    private static final List<CompositeSample> SAMPLES = new ArrayList<>();

    static {
        windows();
    }

    private ViewSamples() {}

    static List<CompositeSample> all() {
        return SAMPLES;
    }

    private static void windows() {
        add("unfold", x -> x.unfold(0, 3, 1), any(5));
        add("unfold", x -> x.unfold(-1, 2, 3), any(2, 6));
        add("unfold", x -> x.unfold(0, 2, 2), any(5, 2));
        add("unfold", x -> x.unfold(0, 1, 1), any());
        add("unfold", x -> x.unfold(1, 2, 1), any(0, 3));
        add("unfold", x -> x.unfold(0, 2, 1).unfold(1, 2, 1), any(3, 3));
        add("asStrided", x -> x.asStrided(new long[] {2, 3}, new long[] {1, 1}, 1), any(2, 3));
        add("asStrided", x -> x.asStrided(new long[] {2, 2, 2}, new long[] {0, 3, 2}, 0), any(2, 3));
        add("asStrided", x -> x.asStrided(new long[] {}, new long[] {}, 2), any(4));
        add("asStrided", x -> x.asStrided(new long[] {0}, new long[] {1}, 0), any(4));
    }

    private static void add(String method, UnaryOperator<Tensor> body, Slot slot) {
        SAMPLES.add(of("Tensor." + method, body, slot));
    }
}
