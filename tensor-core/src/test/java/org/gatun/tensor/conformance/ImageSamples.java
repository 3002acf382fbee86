package org.gatun.tensor.conformance;

import static org.gatun.tensor.conformance.CompositeSample.any;
import static org.gatun.tensor.conformance.CompositeSample.of;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.gatun.tensor.ConvOptions;
import org.gatun.tensor.Functional;
import org.gatun.tensor.GridPadding;
import org.gatun.tensor.InterpolationMode;
import org.gatun.tensor.Tensor;

/** Samples of the functions that resample and rearrange images. */
final class ImageSamples {
    private static final List<CompositeSample> SAMPLES = new ArrayList<>();

    static {
        rearranged();
        resampled();
        sampled();
    }

    private ImageSamples() {}

    static List<CompositeSample> all() {
        return SAMPLES;
    }

    private static void sample(String method, UnaryOperator<Tensor> body, long... sizes) {
        SAMPLES.add(of("Functional." + method, body, any(sizes)));
    }

    private static void rearranged() {
        ConvOptions plain = ConvOptions.DEFAULT;
        ConvOptions other = plain.stride(2, 1).padding(1, 0).dilation(1, 2);
        sample("unfold", x -> Functional.unfold(x, new long[] {2}, plain), 1, 2, 3, 3);
        sample("unfold", x -> Functional.unfold(x, new long[] {2, 1}, other), 2, 3, 4);
        sample("unfold", x -> Functional.unfold(x, new long[] {2}, plain), 0, 2, 3, 3);
        sample("fold", x -> Functional.fold(x, new long[] {3, 2}, new long[] {2}, plain), 1, 8, 2);
        sample("fold", x -> Functional.fold(x, new long[] {3, 4}, new long[] {2, 1}, other), 2, 8);
        sample("pixelShuffle", x -> Functional.pixelShuffle(x, 2), 1, 8, 1, 2);
        sample("pixelShuffle", x -> Functional.pixelShuffle(x, 1), 2, 0, 2);
        sample("pixelUnshuffle", x -> Functional.pixelUnshuffle(x, 2), 1, 4, 6);
        sample("pixelUnshuffle", x -> Functional.pixelUnshuffle(x, 3), 2, 1, 1, 3, 3);
        sample("channelShuffle", x -> Functional.channelShuffle(x, 2), 1, 6, 2);
        sample("channelShuffle", x -> Functional.channelShuffle(x, 3), 2, 3, 1, 2);
    }

    private static void resampled() {
        for (InterpolationMode mode : InterpolationMode.values()) {
            long[][] shapes = switch (mode) {
                case NEAREST, NEAREST_EXACT, AREA -> new long[][] {{1, 2, 5}, {1, 1, 3, 4}, {1, 1, 2, 3, 2}};
                case LINEAR -> new long[][] {{1, 2, 5}, {1, 1, 1}};
                case BILINEAR, BICUBIC -> new long[][] {{1, 2, 3, 4}, {0, 1, 3, 2}};
                case TRILINEAR -> new long[][] {{1, 1, 2, 3, 2}};
            };
            for (long[] shape : shapes) {
                sample("interpolate", x -> Functional.interpolate(x, new long[] {3}, mode), shape);
                sample("interpolate", x -> Functional.interpolate(x, new double[] {1.7}, mode), shape);
            }
        }
        for (long size : new long[] {1, 3, 5}) {
            long[] to = {size};
            sample("interpolate", x -> Functional.interpolate(x, to, InterpolationMode.LINEAR, true), 1, 1, 3);
            sample("interpolate", x -> Functional.interpolate(x, to, InterpolationMode.BICUBIC, true), 1, 1, 2, 3);
        }
        sample(
                "interpolate",
                x -> Functional.interpolate(x, new double[] {1.5, 2, 1}, InterpolationMode.TRILINEAR, true),
                1,
                1,
                2,
                2,
                3);
        sample("upsampleNearest", x -> Functional.upsampleNearest(x, 2), 1, 2, 3);
        sample("upsampleBilinear", x -> Functional.upsampleBilinear(x, 2, 1.5), 1, 1, 2, 3);
    }

    private static void sampled() {
        InterpolationMode[] modes = {InterpolationMode.NEAREST, InterpolationMode.BILINEAR, InterpolationMode.BICUBIC};
        for (InterpolationMode mode : modes) {
            for (GridPadding padding : GridPadding.values()) {
                for (boolean align : new boolean[] {false, true}) {
                    SAMPLES.add(of(
                            "Functional.gridSample",
                            (x, grid) -> Functional.gridSample(x, grid, mode, padding, align),
                            any(1, 2, 3, 2),
                            any(1, 2, 1, 2)));
                }
            }
        }
        SAMPLES.add(of(
                "Functional.gridSample",
                (x, grid) -> Functional.gridSample(x, grid, InterpolationMode.BILINEAR, GridPadding.REFLECTION, false),
                any(2, 1, 2, 3, 1),
                any(2, 1, 2, 1, 3)));
        SAMPLES.add(of(
                "Functional.gridSample",
                (x, grid) -> Functional.gridSample(x, grid, InterpolationMode.BILINEAR, GridPadding.ZEROS, true),
                any(1, 1, 2, 2),
                any(1, 0, 2, 2)));
        sample("affineGrid", x -> Functional.affineGrid(x, new long[] {2, 1, 2, 3}, false), 2, 2, 3);
        sample("affineGrid", x -> Functional.affineGrid(x, new long[] {1, 1, 1, 3}, true), 1, 2, 3);
        sample("affineGrid", x -> Functional.affineGrid(x, new long[] {1, 1, 2, 1, 2}, true), 1, 3, 4);
    }
}
