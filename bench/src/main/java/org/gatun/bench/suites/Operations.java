package org.gatun.bench.suites;

import static org.gatun.bench.Input.definite;
import static org.gatun.bench.Input.normal;
import static org.gatun.bench.Input.regular;
import static org.gatun.bench.Input.uniform;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.gatun.bench.Input;
import org.gatun.bench.Problem;
import org.gatun.bench.TorchScript;
import org.gatun.tensor.ConvOptions;
import org.gatun.tensor.Fft;
import org.gatun.tensor.Functional;
import org.gatun.tensor.GridPadding;
import org.gatun.tensor.InterpolationMode;
import org.gatun.tensor.PoolOptions;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.linalg.Eigh;
import org.gatun.tensor.linalg.Linalg;
import org.gatun.tensor.linalg.Qr;
import org.gatun.tensor.linalg.Svd;

/** Suite {@code operations}: linear algebra, contractions, convolutions, Fourier transforms, windows and resampling, at small and at moderate sizes. */
final class Operations {
    private static final String SUITE = "operations";

    private Operations() {}

    /** All of them. */
    static List<Problem> all() {
        return Stream.of(linearAlgebra(), contractions(), convolutions(), transforms(), images(), pointwise())
                .flatMap(List::stream)
                .toList();
    }

    /** A problem whose name has its operation before the first space, and its sizes after. */
    private static Problem of(String name, String torch, Function<List<Tensor>, Tensor> gatun, Input... inputs) {
        int space = name.indexOf(' ');
        return Problem.of(SUITE, name.substring(0, space), name.substring(space + 1), torch, gatun, inputs);
    }

    /** A factorisation of a matrix; what the sides agree in is the product of its factors. */
    private static Problem factors(
            String name,
            String torch,
            int results,
            Function<Tensor, List<Tensor>> gatun,
            Function<List<Tensor>, Tensor> product,
            Input matrix) {
        int space = name.indexOf(' ');
        return Problem.of(
                        SUITE,
                        name.substring(0, space),
                        name.substring(space + 1),
                        TorchScript.tuple(1, results, torch),
                        x -> gatun.apply(x.getFirst()),
                        List.of(matrix))
                .comparing(factors -> List.of(product.apply(factors)));
    }

    private static List<Problem> linearAlgebra() {
        return List.of(
                solve("solve 4x4", regular(4, 4), normal(4, 1)),
                solve("solve 500 of 8x8", regular(500, 8, 8), normal(500, 8, 1)),
                solve("solve 256x256", regular(256, 256), normal(256, 16)).onThreads(),
                solve("solve 256x256", regular(256, 256), normal(256, 16)).asGradient(),
                of("inv 256x256", "torch.linalg_inv(a)", x -> Linalg.inv(x.getFirst()), regular(256, 256)),
                of(
                        "cholesky 256x256",
                        "torch.linalg_cholesky(a)",
                        x -> Linalg.cholesky(x.getFirst()),
                        definite(256, 256)),
                factors(
                        "qr 256x256",
                        "torch.linalg_qr(a)",
                        2,
                        a -> {
                            Qr f = Linalg.qr(a);
                            return List.of(f.q(), f.r());
                        },
                        f -> f.get(0).matmul(f.get(1)),
                        normal(256, 256)),
                factors(
                        "eigh 128x128",
                        "torch.linalg_eigh(a)",
                        2,
                        a -> {
                            Eigh f = Linalg.eigh(a);
                            return List.of(f.values(), f.vectors());
                        },
                        f -> f.get(1).mul(f.get(0)).matmul(f.get(1).t()),
                        definite(128, 128)),
                svd("svd 100 of 8x8", normal(100, 8, 8)),
                svd("svd 64x64", normal(64, 64)),
                svd("svd 256x256", normal(256, 256)).onThreads());
    }

    private static Problem solve(String name, Input a, Input b) {
        return of(name, "torch.linalg_solve(a, b)", x -> Linalg.solve(x.get(0), x.get(1)), a, b);
    }

    private static Problem svd(String name, Input a) {
        return factors(
                name,
                "torch.linalg_svd(a, False)",
                3,
                m -> {
                    Svd f = Linalg.svd(m, false);
                    return List.of(f.u(), f.s(), f.vh());
                },
                f -> f.get(0).mul(f.get(1).unsqueeze(-2)).matmul(f.get(2)),
                a);
    }

    private static List<Problem> contractions() {
        Problem attention = einsum("bhid,bhjd->bhij", normal(8, 4, 128, 64), normal(8, 4, 128, 64));
        return List.of(
                einsum("ij,j->i", normal(4, 4), normal(4)),
                attention.onThreads(),
                attention.asGradient(),
                einsum("abc,bd,ce->ade", normal(64, 32, 48), normal(32, 40), normal(48, 24)),
                einsum("bi,bj,bij->b", normal(64, 96), normal(64, 80), normal(64, 96, 80)));
    }

    private static Problem einsum(String equation, Input... operands) {
        String letters = "abc".substring(0, operands.length).replaceAll("(?<=.)(?=.)", ", ");
        return of(
                "einsum " + equation,
                "torch.einsum(\"" + equation + "\", [" + letters + "])",
                x -> Tensors.einsum(equation, x.toArray(Tensor[]::new)),
                operands);
    }

    private static List<Problem> pointwise() {
        return List.of(
                of("lgamma 262144", "torch.lgamma(a)", x -> x.getFirst().lgamma(), uniform(262144)),
                of("erfinv 262144", "torch.erfinv(a)", x -> x.getFirst().erfinv(), uniform(262144)),
                of("cumsum 512x512", "torch.cumsum(a, 1)", x -> x.getFirst().cumsum(1), normal(512, 512)),
                of(
                        "logcumsumexp 512x512",
                        "torch.logcumsumexp(a, 1)",
                        x -> x.getFirst().logcumsumexp(1),
                        normal(512, 512)));
    }

    private static List<Problem> convolutions() {
        ConvOptions one = ConvOptions.DEFAULT.padding(1);
        ConvOptions two = ConvOptions.DEFAULT.padding(2);
        ConvOptions depthwise = one.groups(64);
        ConvOptions doubling = ConvOptions.DEFAULT.stride(2).padding(1);
        List<Problem> forward = List.of(
                of(
                                "conv1d 16x32x1000 by 64 of 5",
                                "torch.conv1d(a, b, c, [1], [2], [1], 1)",
                                x -> Functional.conv1d(x.get(0), x.get(1), x.get(2), two),
                                normal(16, 32, 1000),
                                normal(64, 32, 5),
                                normal(64))
                        .onThreads(),
                of(
                                "conv2d 8x64x28x28 by 64 of 3x3",
                                "torch.conv2d(a, b, c, [1, 1], [1, 1], [1, 1], 1)",
                                x -> Functional.conv2d(x.get(0), x.get(1), x.get(2), one),
                                normal(8, 64, 28, 28),
                                normal(64, 64, 3, 3),
                                normal(64))
                        .onThreads(),
                of(
                        "conv2d 8x64x28x28 depthwise 3x3",
                        "torch.conv2d(a, b, c, [1, 1], [1, 1], [1, 1], 64)",
                        x -> Functional.conv2d(x.get(0), x.get(1), x.get(2), depthwise),
                        normal(8, 64, 28, 28),
                        normal(64, 1, 3, 3),
                        normal(64)),
                of(
                                "conv3d 2x8x16x32x32 by 16 of 3x3x3",
                                "torch.conv3d(a, b, c, [1, 1, 1], [1, 1, 1], [1, 1, 1], 1)",
                                x -> Functional.conv3d(x.get(0), x.get(1), x.get(2), one),
                                normal(2, 8, 16, 32, 32),
                                normal(16, 8, 3, 3, 3),
                                normal(16))
                        .onThreads(),
                of(
                        "convTranspose1d 16x32x250 by 32 of 4",
                        "torch.conv_transpose1d(a, b, c, [2], [1], [0], 1, [1])",
                        x -> Functional.convTranspose1d(x.get(0), x.get(1), x.get(2), doubling),
                        normal(16, 32, 250),
                        normal(32, 32, 4),
                        normal(32)),
                of(
                                "convTranspose2d 8x64x14x14 by 32 of 4x4",
                                "torch.conv_transpose2d(a, b, c, [2, 2], [1, 1], [0, 0], 1, [1, 1])",
                                x -> Functional.convTranspose2d(x.get(0), x.get(1), x.get(2), doubling),
                                normal(8, 64, 14, 14),
                                normal(64, 32, 4, 4),
                                normal(32))
                        .onThreads(),
                of(
                        "convTranspose3d 2x16x8x14x14 by 8 of 4x4x4",
                        "torch.conv_transpose3d(a, b, c, [2, 2, 2], [1, 1, 1], [0, 0, 0], 1, [1, 1, 1])",
                        x -> Functional.convTranspose3d(x.get(0), x.get(1), x.get(2), doubling),
                        normal(2, 16, 8, 14, 14),
                        normal(16, 8, 4, 4, 4),
                        normal(8)));
        Problem small1 = of(
                "conv1d 1x4x64 by 4 of 3",
                "torch.conv1d(a, b, None, [1], [0], [1], 1)",
                x -> Functional.conv1d(x.get(0), x.get(1)),
                normal(1, 4, 64),
                normal(4, 4, 3));
        Problem small2 = of(
                "conv2d 1x3x16x16 by 8 of 3x3",
                "torch.conv2d(a, b, None, [1, 1], [0, 0], [1, 1], 1)",
                x -> Functional.conv2d(x.get(0), x.get(1)),
                normal(1, 3, 16, 16),
                normal(8, 3, 3, 3));
        return Stream.concat(Stream.of(small1, small2), forward.stream().flatMap(p -> Stream.of(p, p.asGradient())))
                .toList();
    }

    private static List<Problem> transforms() {
        return List.of(
                fft("fft 16", normal(16, 2)),
                fft("fft 64 of 256", normal(64, 256, 2)),
                fft("fft 64 of 1024", normal(64, 1024, 2)).onThreads(),
                fft("fft 64 of 1000", normal(64, 1000, 2)),
                fft("fft 64 of 1009", normal(64, 1009, 2)),
                fft("fft 65536", normal(65536, 2)),
                of(
                                "rfft 64 of 1024",
                                "torch.view_as_real(torch.fft_rfft(a))",
                                x -> Fft.rfft(x.getFirst()),
                                normal(64, 1024))
                        .onThreads(),
                of(
                        "irfft 64 of 1024",
                        "torch.fft_irfft(torch.view_as_complex(a))",
                        x -> Fft.irfft(x.getFirst()),
                        normal(64, 513, 2)),
                of(
                                "fft2 4 of 256x256",
                                "torch.view_as_real(torch.fft_fft2(torch.view_as_complex(a)))",
                                x -> Fft.fft2(x.getFirst()),
                                normal(4, 256, 256, 2))
                        .onThreads());
    }

    private static Problem fft(String name, Input z) {
        return of(name, "torch.view_as_real(torch.fft_fft(torch.view_as_complex(a)))", x -> Fft.fft(x.getFirst()), z);
    }

    private static List<Problem> images() {
        PoolOptions halving = PoolOptions.of(2);
        PoolOptions overlapping = PoolOptions.of(3).stride(2).padding(1);
        Problem max = of(
                "maxPool2d 16x32x32x32 by 2",
                "torch.max_pool2d(a, [2, 2], [2, 2], [0, 0], [1, 1], False)",
                x -> Functional.maxPool2d(x.getFirst(), halving),
                normal(16, 32, 32, 32));
        Problem bilinear = resample(
                "bilinear", InterpolationMode.BILINEAR, "torch.upsample_bilinear2d(a, [64, 64], False, None, None)");
        return List.of(
                max.onThreads(),
                max.asGradient(),
                of(
                        "maxPool1d 16x32x1000 by 3",
                        "torch.max_pool1d(a, [3], [2], [1], [1], False)",
                        x -> Functional.maxPool1d(x.getFirst(), overlapping),
                        normal(16, 32, 1000)),
                of(
                        "avgPool2d 16x32x32x32 by 3",
                        "torch.avg_pool2d(a, [3, 3], [2, 2], [1, 1], False, True, None)",
                        x -> Functional.avgPool2d(x.getFirst(), overlapping),
                        normal(16, 32, 32, 32)),
                of(
                        "avgPool3d 2x8x16x32x32 by 2",
                        "torch.avg_pool3d(a, [2, 2, 2], [2, 2, 2], [0, 0, 0], False, True, None)",
                        x -> Functional.avgPool3d(x.getFirst(), halving),
                        normal(2, 8, 16, 32, 32)),
                of(
                        "adaptiveAvgPool2d 16x32x32x32 to 7",
                        "torch.adaptive_avg_pool2d(a, [7, 7])",
                        x -> Functional.adaptiveAvgPool2d(x.getFirst(), 7),
                        normal(16, 32, 32, 32)),
                resample("nearest", InterpolationMode.NEAREST, "torch.upsample_nearest2d(a, [64, 64], None, None)"),
                bilinear.onThreads(),
                bilinear.asGradient(),
                resample(
                        "bicubic",
                        InterpolationMode.BICUBIC,
                        "torch.upsample_bicubic2d(a, [64, 64], False, None, None)"),
                of(
                        "gridSample 8x16x32x32 at 32x32",
                        "torch.grid_sampler(a, b, 0, 0, False)",
                        x -> Functional.gridSample(
                                x.get(0), x.get(1), InterpolationMode.BILINEAR, GridPadding.ZEROS, false),
                        normal(8, 16, 32, 32),
                        uniform(8, 32, 32, 2)));
    }

    private static Problem resample(String name, InterpolationMode mode, String torch) {
        return of(
                "interpolate " + name + " 8x16x32x32 to 64",
                torch,
                x -> Functional.interpolate(x.getFirst(), new long[] {64}, mode),
                normal(8, 16, 32, 32));
    }
}
