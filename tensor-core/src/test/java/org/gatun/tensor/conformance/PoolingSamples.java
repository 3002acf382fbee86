package org.gatun.tensor.conformance;

import static org.gatun.tensor.conformance.CompositeSample.any;
import static org.gatun.tensor.conformance.CompositeSample.distinct;
import static org.gatun.tensor.conformance.CompositeSample.of;
import static org.gatun.tensor.conformance.CompositeSample.positive;
import static org.gatun.tensor.conformance.CompositeSample.several;
import static org.gatun.tensor.conformance.CompositeSample.uniqueIndex;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.gatun.tensor.Functional;
import org.gatun.tensor.PoolOptions;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ValuesIndices;
import org.gatun.tensor.conformance.CompositeSample.Slot;

/** Samples of pooling in one to three dimensions. */
final class PoolingSamples {
    private static final List<CompositeSample> SAMPLES = new ArrayList<>();
    private static final PoolOptions TWO = PoolOptions.of(2);
    private static final PoolOptions OVERLAPPING = PoolOptions.of(3).stride(2).padding(1);
    private static final PoolOptions CEIL = PoolOptions.of(2).stride(2).ceilMode(true);

    static {
        max();
        means();
        adaptive();
        unpool();
    }

    private PoolingSamples() {}

    static List<CompositeSample> all() {
        return SAMPLES;
    }

    private static void sample(String method, UnaryOperator<Tensor> body, Slot slot) {
        SAMPLES.add(of("Functional." + method, body, slot));
    }

    private static void pair(String method, Function<Tensor, ValuesIndices> body, Slot slot) {
        SAMPLES.add(several(
                "Functional." + method,
                in -> {
                    ValuesIndices pair = body.apply(in.get(0));
                    return List.of(pair.values(), pair.indices());
                },
                slot));
    }

    private static void max() {
        sample("maxPool1d", x -> Functional.maxPool1d(x, TWO), distinct(2, 2, 4));
        sample("maxPool1d", x -> Functional.maxPool1d(x, OVERLAPPING), distinct(2, 5));
        sample("maxPool1d", x -> Functional.maxPool1d(x, TWO.dilation(2).stride(1)), distinct(1, 1, 5));
        pair("maxPool1dWithIndices", x -> Functional.maxPool1dWithIndices(x, CEIL), distinct(1, 2, 5));
        sample("maxPool2d", x -> Functional.maxPool2d(x, PoolOptions.of(2, 1).stride(1, 2)), distinct(1, 3, 4));
        pair("maxPool2dWithIndices", x -> Functional.maxPool2dWithIndices(x, CEIL), distinct(1, 1, 3, 3));
        sample("maxPool3d", x -> Functional.maxPool3d(x, TWO), distinct(1, 2, 2, 2, 4));
        sample("maxPool3d", x -> Functional.maxPool3d(x, OVERLAPPING), distinct(1, 3, 2, 3));
        sample("maxPool3d", x -> Functional.maxPool3d(x, TWO), distinct(0, 1, 2, 2, 2));
        pair("maxPool3dWithIndices", x -> Functional.maxPool3dWithIndices(x, TWO.stride(1)), distinct(1, 1, 3, 2, 3));
        pair("maxPool3dWithIndices", x -> Functional.maxPool3dWithIndices(x, CEIL), distinct(2, 3, 1, 3));
    }

    private static void means() {
        sample("avgPool1d", x -> Functional.avgPool1d(x, TWO), any(2, 2, 4));
        sample("avgPool1d", x -> Functional.avgPool1d(x, OVERLAPPING.countIncludePad(false)), any(2, 5));
        sample("avgPool2d", x -> Functional.avgPool2d(x, OVERLAPPING.divisorOverride(5)), any(1, 3, 4));
        sample("avgPool2d", x -> Functional.avgPool2d(x, CEIL), any(1, 1, 3, 3));
        sample("avgPool3d", x -> Functional.avgPool3d(x, TWO), any(1, 2, 2, 2, 3));
        sample("avgPool3d", x -> Functional.avgPool3d(x, OVERLAPPING), any(1, 3, 2, 3));
        sample("avgPool3d", x -> Functional.avgPool3d(x, OVERLAPPING.countIncludePad(false)), any(1, 3, 2, 3));
        sample("avgPool3d", x -> Functional.avgPool3d(x, CEIL.divisorOverride(3)), any(1, 3, 1, 2));
        sample("lpPool1d", x -> Functional.lpPool1d(x, 2, TWO), any(2, 4));
        sample("lpPool1d", x -> Functional.lpPool1d(x, 1.5, CEIL), positive(1, 1, 5));
        sample("lpPool2d", x -> Functional.lpPool2d(x, 3, TWO.stride(1)), positive(1, 3, 3));
        sample("lpPool2d", x -> Functional.lpPool2d(x, 2, CEIL), any(1, 1, 3, 3));
        sample("lpPool3d", x -> Functional.lpPool3d(x, 2, TWO), any(1, 2, 2, 2, 2));
    }

    private static void adaptive() {
        sample("adaptiveAvgPool1d", x -> Functional.adaptiveAvgPool1d(x, 3), any(2, 2, 5));
        sample("adaptiveAvgPool1d", x -> Functional.adaptiveAvgPool1d(x, 5), any(2, 3));
        sample("adaptiveAvgPool1d", x -> Functional.adaptiveAvgPool1d(x, 3), any(2, 3));
        sample("adaptiveAvgPool2d", x -> Functional.adaptiveAvgPool2d(x, 2, 3), any(1, 2, 4, 4));
        sample("adaptiveAvgPool2d", x -> Functional.adaptiveAvgPool2d(x, 1), any(0, 2, 4, 4));
        sample("adaptiveAvgPool3d", x -> Functional.adaptiveAvgPool3d(x, 2), any(1, 3, 2, 3));
        sample("adaptiveMaxPool1d", x -> Functional.adaptiveMaxPool1d(x, 3), distinct(2, 2, 5));
        sample("adaptiveMaxPool2d", x -> Functional.adaptiveMaxPool2d(x, 2, 3), distinct(1, 3, 4));
        sample("adaptiveMaxPool3d", x -> Functional.adaptiveMaxPool3d(x, 2), distinct(1, 1, 3, 2, 3));
        pair("adaptiveMaxPool1dWithIndices", x -> Functional.adaptiveMaxPool1dWithIndices(x, 3), distinct(1, 4));
        pair("adaptiveMaxPool2dWithIndices", x -> Functional.adaptiveMaxPool2dWithIndices(x, 2), distinct(1, 1, 3, 4));
        pair("adaptiveMaxPool3dWithIndices", x -> Functional.adaptiveMaxPool3dWithIndices(x, 2), distinct(1, 3, 2, 3));
    }

    private static void unpool() {
        SAMPLES.add(of(
                "Functional.maxUnpool1d",
                in -> Functional.maxUnpool1d(in.get(0), in.get(1), TWO),
                any(1, 1, 3),
                uniqueIndex(6, 1, 1, 3)));
        SAMPLES.add(of(
                "Functional.maxUnpool2d",
                in -> Functional.maxUnpool2d(in.get(0), in.get(1), TWO, 5, 4),
                any(1, 2, 2),
                uniqueIndex(20, 1, 2, 2)));
        SAMPLES.add(of(
                "Functional.maxUnpool3d",
                in -> Functional.maxUnpool3d(
                        in.get(0), in.get(1), PoolOptions.of(3).stride(2).padding(1)),
                any(1, 1, 2, 1, 2),
                uniqueIndex(9, 1, 1, 2, 1, 2)));
    }
}
