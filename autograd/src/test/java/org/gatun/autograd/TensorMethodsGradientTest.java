package org.gatun.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.gatun.tensor.CrossEntropyOptions;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Index;
import org.gatun.tensor.Losses;
import org.gatun.tensor.Reduction;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.ir.ConvSpec;
import org.gatun.tensor.ir.PoolSpec;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Methods and functions that are made of primitives, and composites: finite differences against both modes, to second order. */
class TensorMethodsGradientTest {
    private static Arguments row(String name, GradCheck.Function f, Shape... shapes) {
        return Arguments.of(name, f, List.of(shapes));
    }

    private static Shape s(long... sizes) {
        return Shape.of(sizes);
    }

    private static Tensor i(long... values) {
        return Tensors.of(values);
    }

    static Stream<Arguments> functions() {
        return Stream.of(
                row("var", in -> in.get(0).var(1), s(2, 3)),
                row("var 0", in -> in.get(0).var(0, true, 0, 1), s(2, 3)),
                row("std", in -> in.get(0).std(0), s(3, 2)),
                row(
                        "varMean",
                        in -> {
                            var m = in.get(0).varMean(1, false, 1);
                            return m.variance().mul(m.mean());
                        },
                        s(2, 3)),
                row("norm", in -> in.get(0).norm(), s(4)),
                row("norm 3", in -> in.get(0).norm(3, 1), s(2, 3)),
                row("norm 1.5", in -> in.get(0).norm(1.5, true, 0), s(2, 3)),
                row("norm -2", in -> in.get(0).norm(-2), s(3)),
                row("logsumexp", in -> in.get(0).logsumexp(0, 2), s(2, 3, 2)),
                row("softmax", in -> in.get(0).softmax(1), s(2, 3)),
                row("softmax 0", in -> in.get(0).softmax(0), s(3, 2)),
                row("logSoftmax", in -> in.get(0).logSoftmax(1), s(2, 3)),
                row("max", in -> in.get(0).max(1).values(), s(2, 3)),
                row("min", in -> in.get(0).min(true, 0).values(), s(3, 2)),
                row("sort", in -> in.get(0).sort(1).values(), s(2, 3)),
                row("topk", in -> in.get(0).topk(2, 0).values(), s(3, 2)),
                row("cumsum", in -> in.get(0).cumsum(1), s(2, 3)),
                row("cumprod", in -> in.get(0).cumprod(1), s(2, 3)),
                row("pad", in -> in.get(0).pad(new long[] {1, -1}, new long[] {0, 2}, 3), s(2, 3)),
                row("repeat", in -> in.get(0).repeat(2, 1, 2), s(2, 2)),
                row("repeatInterleave", in -> in.get(0).repeatInterleave(3, 1), s(2, 2)),
                row("roll", in -> in.get(0).roll(1, 0), s(3, 2)),
                row("tril", in -> in.get(0).tril(1), s(3, 3)),
                row("diagonal", in -> in.get(0).diagonal(1, 0, 2), s(3, 2, 3)),
                row("diagEmbed", in -> in.get(0).diagEmbed(), s(2, 3)),
                row("split", in -> in.get(0).split(2, 1).get(1).square(), s(2, 3)),
                row("dot", in -> in.get(0).dot(in.get(1)), s(3), s(3)),
                row("outer", in -> in.get(0).outer(in.get(1)), s(2), s(3)),
                row("cat", in -> Tensors.cat(1, in), s(2, 2), s(2, 3)),
                row("stack", in -> Tensors.stack(1, in), s(3), s(3)),
                row("meshgrid", in -> Tensors.meshgrid(in.get(0), in.get(1)).get(1), s(2), s(3)),
                row("gather", in -> in.get(0).gather(1, Tensors.of(new long[][] {{2, 0, 2, 1}})), s(2, 3)),
                row(
                        "scatter",
                        in -> in.get(0).scatter(0, Tensors.of(new long[][] {{2, 0}}), in.get(1)),
                        s(3, 3),
                        s(1, 2)),
                row(
                        "scatter of several to one, where the last wins",
                        in -> in.get(0).scatter(1, Tensors.of(new long[][] {{2, 0, -1, 2}, {0, 0, 1, 0}}), in.get(1)),
                        s(3, 3),
                        s(2, 4)),
                row(
                        "indexCopy of several to one",
                        in -> in.get(0).indexCopy(0, i(1, -2, 1), in.get(1)),
                        s(3, 2),
                        s(3, 2)),
                row("put of several to one", in -> in.get(0).put(i(4, 0, 4), in.get(1), false), s(2, 3), s(3)),
                row("setAt of several to one", in -> in.get(0).setAt(in.get(1), Index.of(0, 2, 0)), s(3, 2), s(3, 2)),
                row(
                        "scatterAdd",
                        in -> in.get(0).scatterAdd(1, Tensors.of(new long[][] {{1, 1, 0}}), in.get(1)),
                        s(2, 3),
                        s(2, 3)),
                row("indexSelect", in -> in.get(0).indexSelect(1, i(0, 0, -1)), s(2, 3)),
                row("indexAdd", in -> in.get(0).indexAdd(0, i(1, 1), in.get(1)), s(3, 2), s(2, 2)),
                row("take", in -> in.get(0).take(i(0, 5, 0)), s(2, 3)),
                row("get with ranges", in -> in.get(0).get(Index.at(-1), Index.step(-2), Index.newAxis()), s(2, 3, 2)),
                row(
                        "get with tensors",
                        in -> in.get(0).get(Index.of(1, 0, 1), Index.all(), Index.of(0, 1, -1)),
                        s(2, 2, 3)),
                row("get with a mask", in -> in.get(0).get(Index.mask(Tensors.of(true, false, true))), s(3, 2)),
                row(
                        "get with a mask of its own",
                        in -> in.get(0).get(Index.mask(in.get(0).gt(0))),
                        s(3, 2)),
                row("maskedSelect", in -> in.get(0).maskedSelect(Tensors.of(true, false, true)), s(2, 3)),
                row("maskedFill", in -> in.get(0).maskedFill(Tensors.of(true, false, true), 7), s(2, 3)),
                row("linear", in -> Functional.linear(in.get(0), in.get(1), in.get(2)), s(2, 3), s(2, 3), s(2)),
                row("linear of a batch", in -> Functional.linear(in.get(0), in.get(1), null), s(2, 1, 3), s(2, 3)),
                row(
                        "conv2d",
                        in -> Functional.conv2d(
                                in.get(0),
                                in.get(1),
                                in.get(2),
                                ConvSpec.DEFAULT.padding(1).stride(2)),
                        s(1, 2, 3, 3),
                        s(2, 2, 2, 2),
                        s(2)),
                row("maxPool2d", in -> Functional.maxPool2d(in.get(0), PoolSpec.of(2, 1)), s(1, 3, 3)),
                row(
                        "avgPool2d",
                        in -> Functional.avgPool2d(in.get(0), PoolSpec.of(2).padding(1)),
                        s(1, 1, 3, 3)),
                row("gelu", in -> Functional.gelu(in.get(0)), s(5)),
                row("geluTanh", in -> Functional.geluTanh(in.get(0)), s(5)),
                row("silu", in -> Functional.silu(in.get(0)), s(5)),
                row("leakyRelu", in -> Functional.leakyRelu(in.get(0)), s(5)),
                row("prelu", in -> Functional.prelu(in.get(0), in.get(1)), s(2, 2, 2), s(2)),
                row("elu", in -> Functional.elu(in.get(0), 1.5), s(5)),
                row("selu", in -> Functional.selu(in.get(0)), s(5)),
                row("logSigmoid", in -> Functional.logSigmoid(in.get(0)), s(5)),
                row("softplus", in -> Functional.softplus(in.get(0), 2, 20), s(5)),
                row("hardtanh", in -> Functional.hardtanh(in.get(0)), s(5)),
                row("hardswish", in -> Functional.hardswish(in.get(0)), s(5)),
                row("hardsigmoid", in -> Functional.hardsigmoid(in.get(0)), s(5)),
                row("mish", in -> Functional.mish(in.get(0)), s(5)),
                row("softsign", in -> Functional.softsign(in.get(0)), s(5)),
                row("tanhshrink", in -> Functional.tanhshrink(in.get(0)), s(5)),
                row("softshrink", in -> Functional.softshrink(in.get(0), 0.3), s(5)),
                row("hardshrink", in -> Functional.hardshrink(in.get(0), 0.3), s(5)),
                row("mseLoss", in -> Losses.mseLoss(in.get(0), in.get(1)), s(2, 2), s(2, 2)),
                row("l1Loss", in -> Losses.l1Loss(in.get(0), in.get(1)), s(4), s(4)),
                row("smoothL1Loss", in -> Losses.smoothL1Loss(in.get(0), in.get(1), 0.7, Reduction.NONE), s(4), s(4)),
                row("huberLoss", in -> Losses.huberLoss(in.get(0), in.get(1), 0.7, Reduction.MEAN), s(4), s(4)),
                row(
                        "binaryCrossEntropy",
                        in -> Losses.binaryCrossEntropy(
                                in.get(0).sigmoid(), in.get(1).sigmoid()),
                        s(3),
                        s(3)),
                row(
                        "binaryCrossEntropyWithLogits",
                        in -> Losses.binaryCrossEntropyWithLogits(
                                in.get(0), in.get(1).sigmoid(), in.get(2), in.get(3), Reduction.MEAN),
                        s(3),
                        s(3),
                        s(3),
                        s(3)),
                row(
                        "klDiv",
                        in -> Losses.klDiv(in.get(0).logSoftmax(1), in.get(1).softmax(1), Reduction.BATCH_MEAN),
                        s(2, 3),
                        s(2, 3)),
                row(
                        "klDivLogTarget",
                        in -> Losses.klDivLogTarget(in.get(0), in.get(1).logSoftmax(0), Reduction.SUM),
                        s(3),
                        s(3)),
                row("crossEntropy", in -> Losses.crossEntropy(in.get(0), i(2, -100, 0)), s(3, 3)),
                row(
                        "crossEntropy of each",
                        in -> Losses.crossEntropy(
                                in.get(0), i(2, 1), CrossEntropyOptions.DEFAULT.withReduction(Reduction.NONE)),
                        s(2, 3)),
                row(
                        "crossEntropy, weighted and smoothed",
                        in -> Losses.crossEntropy(
                                in.get(0),
                                i(1, 0),
                                CrossEntropyOptions.DEFAULT
                                        .withWeight(in.get(1).exp())
                                        .withLabelSmoothing(0.1)),
                        s(2, 3),
                        s(3)),
                row(
                        "crossEntropy of probabilities",
                        in -> Losses.crossEntropy(in.get(0), in.get(1).softmax(1)),
                        s(2, 3, 2),
                        s(2, 3, 2)),
                row("nllLoss", in -> Losses.nllLoss(in.get(0), i(1, 0)), s(2, 3)),
                row(
                        "gaussianNllLoss",
                        in -> Losses.gaussianNllLoss(
                                in.get(0), in.get(1), in.get(2).exp(), 1e-6, Reduction.MEAN),
                        s(3),
                        s(3),
                        s(3)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("functions")
    void derivativesAreThoseOfTheFunction(String name, GradCheck.Function f, List<Shape> shapes) {
        try (MemoryScope scope = MemoryScope.open(name)) {
            Generator generator = new Generator(17);
            List<Tensor> inputs = new ArrayList<>();
            for (Shape shape : shapes) {
                inputs.add(Tensors.randn(generator, DType.F64, shape, Device.CPU));
            }
            GradCheck.standard().check(f, inputs);
        }
    }
}
