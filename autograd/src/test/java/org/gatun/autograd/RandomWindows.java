package org.gatun.autograd;

import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.gatun.tensor.ConvOptions;
import org.gatun.tensor.Functional;
import org.gatun.tensor.GridPadding;
import org.gatun.tensor.InterpolationMode;
import org.gatun.tensor.PoolOptions;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.ValuesIndices;

/** Steps of random functions on windows and images of up to 3 x 3: convolutions, pooling, patches, interpolation and sampling. */
final class RandomWindows {
    private RandomWindows() {}

    static void addTo(Map<String, UnaryOperator<Tensor>> unary, Map<String, BinaryOperator<Tensor>> binary) {
        convolutions(binary);
        pools(unary);
        images(unary);
    }

    /** (1, 1, h, w) with up to 3 rows and columns. */
    private static Tensor plane(Tensor x) {
        return RandomBlocks.matrix(x).unsqueeze(0).unsqueeze(0);
    }

    /** (1, 1, 2, h, w). */
    private static Tensor cube(Tensor x) {
        Tensor p = plane(x).unsqueeze(2);
        return Tensors.cat(2, p, p.sin());
    }

    /** (1, 2, h, w). */
    private static Tensor twoChannels(Tensor x) {
        Tensor p = plane(x);
        return Tensors.cat(1, p, p.cos());
    }

    private static void convolutions(Map<String, BinaryOperator<Tensor>> binary) {
        ConvOptions options = ConvOptions.DEFAULT;
        binary.put("conv2d", (a, b) -> Functional.conv2d(plane(a), plane(b), null, options.padding(2)));
        binary.put(
                "conv2d of stride 2",
                (a, b) -> Functional.conv2d(
                        plane(a), plane(b), null, options.padding(2).stride(2, 1)));
        binary.put(
                "conv2d of dilation 2",
                (a, b) -> Functional.conv2d(
                        plane(a), plane(b), null, options.padding(3).dilation(1, 2)));
        binary.put(
                "conv2d in groups with a bias",
                (a, b) -> Functional.conv2d(
                        twoChannels(a),
                        Tensors.cat(0, plane(b), plane(b).sin()),
                        Tensors.stack(0, a.sum(), b.sum()),
                        options.padding(2).groups(2)));
        binary.put("conv2d of same size", (a, b) -> Functional.conv2d(plane(a), plane(b), null, options.samePadding()));
        binary.put("conv3d", (a, b) -> Functional.conv3d(cube(a), cube(b), null, options.padding(1, 2, 2)));
        binary.put(
                "convTranspose1d",
                (a, b) -> Functional.convTranspose1d(
                        RandomBlocks.line(a),
                        RandomBlocks.line(b),
                        null,
                        options.stride(2).outputPadding(1)));
        binary.put("convTranspose2d", (a, b) -> Functional.convTranspose2d(plane(a), plane(b), null, options));
        binary.put(
                "convTranspose2d of stride 2 in groups",
                (a, b) -> Functional.convTranspose2d(
                        twoChannels(a),
                        Tensors.cat(0, plane(b), plane(b).sin()),
                        null,
                        options.stride(2, 1).groups(2)));
        binary.put(
                "convTranspose3d",
                (a, b) -> Functional.convTranspose3d(cube(a), cube(b), null, options.padding(1, 0, 0)));
        binary.put(
                "bilinear",
                (a, b) -> Functional.bilinear(
                        RandomBlocks.matrix(a),
                        RandomBlocks.matrix(b),
                        RandomBlocks.matrix(a)
                                .select(0, 0)
                                .outer(RandomBlocks.matrix(b).select(0, 0))
                                .unsqueeze(0),
                        null));
    }

    private static void pools(Map<String, UnaryOperator<Tensor>> unary) {
        unary.put("avgPool1d", x -> Functional.avgPool1d(RandomBlocks.line(x), PoolOptions.of(1)));
        unary.put(
                "avgPool2d without the padding",
                x -> Functional.avgPool2d(
                        plane(x), PoolOptions.of(2).stride(1).padding(1).countIncludePad(false)));
        unary.put(
                "avgPool2d with a divisor",
                x -> Functional.avgPool2d(plane(x), PoolOptions.of(2).padding(1).divisorOverride(3)));
        unary.put(
                "avgPool3d",
                x -> Functional.avgPool3d(cube(x), PoolOptions.of(2).padding(1)));
        unary.put(
                "maxPool2d",
                x -> Functional.maxPool2d(plane(x), PoolOptions.of(2).stride(1).padding(1)));
        unary.put(
                "maxPool2d, ceiling",
                x -> Functional.maxPool2d(plane(x), PoolOptions.of(2).padding(1).ceilMode(true)));
        unary.put(
                "maxPool3d",
                x -> Functional.maxPool3d(cube(x), PoolOptions.of(2).padding(1)));
        unary.put("lpPool2d", x -> Functional.lpPool2d(plane(x).square().add(0.5), 2, PoolOptions.of(1)));
        unary.put("lpPool3d", x -> Functional.lpPool3d(cube(x).square().add(0.5), 3, PoolOptions.of(2, 1, 1)));
        unary.put("adaptiveAvgPool1d", x -> Functional.adaptiveAvgPool1d(RandomBlocks.line(x), 2));
        unary.put("adaptiveAvgPool2d", x -> Functional.adaptiveAvgPool2d(plane(x), 2, 2));
        unary.put("adaptiveAvgPool3d", x -> Functional.adaptiveAvgPool3d(cube(x), 1, 2, 2));
        unary.put("adaptiveMaxPool1d", x -> Functional.adaptiveMaxPool1d(RandomBlocks.line(x), 3));
        unary.put("adaptiveMaxPool2d", x -> Functional.adaptiveMaxPool2d(plane(x), 2, 1));
        unary.put("adaptiveMaxPool3d", x -> Functional.adaptiveMaxPool3d(cube(x), 1, 2, 2));
        // What is unpooled is all in the result twice, so that its order says nothing about where the largest elements
        // are.
        unary.put("maxUnpool2d, summed", x -> {
            Tensor p = plane(x).pad(new long[] {0, 0, 1, 1}, new long[] {0, 0, 1, 1}, -5);
            PoolOptions options = PoolOptions.of(2);
            ValuesIndices pooled = Functional.maxPool2dWithIndices(p, options);
            return Functional.maxUnpool2d(pooled.values(), pooled.indices(), options, p.size(2), p.size(3))
                    .square()
                    .sum();
        });
    }

    private static void images(Map<String, UnaryOperator<Tensor>> unary) {
        ConvOptions options = ConvOptions.DEFAULT;
        unary.put("unfold into patches", x -> Functional.unfold(plane(x), new long[] {2, 2}, options.padding(1)));
        unary.put(
                "fold of patches",
                x -> Functional.fold(
                        plane(x).flatten().square().repeat(9).slice(0, 0, 8).reshape(1, 2, 4),
                        new long[] {2, 5},
                        new long[] {1, 2},
                        options.stride(2, 1).padding(0).dilation(1)));
        unary.put(
                "pixelShuffle", x -> Functional.pixelShuffle(Tensors.cat(1, twoChannels(x), twoChannels(x.sin())), 2));
        unary.put(
                "pixelUnshuffle",
                x -> Functional.pixelUnshuffle(
                        Tensors.cat(2, plane(x), plane(x).sin()).repeat(1, 1, 1, 2), 2));
        unary.put(
                "channelShuffle", x -> Functional.channelShuffle(twoChannels(x).repeat(1, 2, 1, 1), 2));
        unary.put(
                "interpolate nearest",
                x -> Functional.interpolate(plane(x), new long[] {2, 5}, InterpolationMode.NEAREST));
        unary.put(
                "interpolate nearest-exact",
                x -> Functional.interpolate(plane(x), new long[] {4, 2}, InterpolationMode.NEAREST_EXACT));
        unary.put(
                "interpolate bilinear with corners",
                x -> Functional.interpolate(plane(x), new long[] {4, 3}, InterpolationMode.BILINEAR, true));
        unary.put(
                "interpolate bilinear by factors",
                x -> Functional.interpolate(plane(x), new double[] {1.5, 2}, InterpolationMode.BILINEAR));
        unary.put(
                "interpolate trilinear",
                x -> Functional.interpolate(cube(x), new long[] {3, 2, 2}, InterpolationMode.TRILINEAR));
        unary.put("upsampleNearest", x -> Functional.upsampleNearest(plane(x), 2));
        unary.put("upsampleBilinear", x -> Functional.upsampleBilinear(plane(x), 2));
        for (InterpolationMode mode : new InterpolationMode[] {InterpolationMode.BILINEAR, InterpolationMode.BICUBIC}) {
            unary.put("gridSample " + mode, x -> {
                Tensor p = plane(x);
                Tensor turned = Tensors.of(new double[][] {{0.63, -0.31, 0.07}, {0.27, 0.71, -0.11}});
                Tensor theta = p.mean().sin().mul(0.1).add(turned).unsqueeze(0);
                Tensor grid = Functional.affineGrid(theta, new long[] {1, 1, 2, 3}, false);
                return Functional.gridSample(p, grid, mode, GridPadding.BORDER, false);
            });
        }
    }
}
