package org.gatun.tensor.conformance;

import static org.gatun.tensor.conformance.CompositeSample.any;
import static org.gatun.tensor.conformance.CompositeSample.distinct;
import static org.gatun.tensor.conformance.CompositeSample.distribution;
import static org.gatun.tensor.conformance.CompositeSample.index;
import static org.gatun.tensor.conformance.CompositeSample.of;
import static org.gatun.tensor.conformance.CompositeSample.positive;
import static org.gatun.tensor.conformance.CompositeSample.probability;
import static org.gatun.tensor.conformance.CompositeSample.truth;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.gatun.tensor.AttentionOptions;
import org.gatun.tensor.CrossEntropyOptions;
import org.gatun.tensor.Functional;
import org.gatun.tensor.FusedActivation;
import org.gatun.tensor.Losses;
import org.gatun.tensor.LstmStates;
import org.gatun.tensor.Reduction;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ValuesIndices;
import org.gatun.tensor.conformance.CompositeSample.Slot;
import org.gatun.tensor.ir.ConvSpec;
import org.gatun.tensor.ir.PoolSpec;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;

/** Samples of the functions and losses of neural networks. */
final class FunctionalSamples {
    private static final List<CompositeSample> SAMPLES = new ArrayList<>();

    static {
        activations();
        layers();
        recurrence();
        normalization();
        attention();
        elementwiseLosses();
        classification();
    }

    private FunctionalSamples() {}

    static List<CompositeSample> all() {
        return SAMPLES;
    }

    private static void activations() {
        activation("gelu", Functional::gelu);
        activation("geluTanh", Functional::geluTanh);
        activation("silu", Functional::silu);
        activation("leakyRelu", Functional::leakyRelu);
        activation("leakyRelu", x -> Functional.leakyRelu(x, 0.2));
        activation("elu", Functional::elu);
        activation("elu", x -> Functional.elu(x, 1.5));
        activation("selu", Functional::selu);
        activation("logSigmoid", Functional::logSigmoid);
        activation("softplus", x -> Functional.softplus(x, 2, 20));
        activation("softplus", x -> Functional.softplus(x, 2, 1));
        activation("hardtanh", Functional::hardtanh);
        activation("hardtanh", x -> Functional.hardtanh(x, -0.5, 0.8));
        activation("relu6", x -> Functional.relu6(x.mul(5)));
        activation("hardsigmoid", x -> Functional.hardsigmoid(x.mul(4)));
        activation("hardswish", x -> Functional.hardswish(x.mul(4)));
        activation("mish", Functional::mish);
        activation("softsign", Functional::softsign);
        activation("tanhshrink", Functional::tanhshrink);
        activation("softshrink", x -> Functional.softshrink(x, 0.5));
        activation("hardshrink", x -> Functional.hardshrink(x, 0.5));
        activation("threshold", x -> Functional.threshold(x, 0.4, -2));
        activation("dropout", x -> Functional.dropout(x, 0.4, true, new Generator(3)));
        activation("dropout", x -> Functional.dropout(x, 0.4, false));
        SAMPLES.add(of("Functional.prelu", Functional::prelu, any(2, 3), any(3)));
        SAMPLES.add(of("Functional.prelu", Functional::prelu, any(2, 3), any(1)));
    }

    private static void activation(String method, UnaryOperator<Tensor> body) {
        SAMPLES.add(of("Functional." + method, body, any(2, 3)));
        SAMPLES.add(of("Functional." + method, body, any()));
        SAMPLES.add(of("Functional." + method, body, any(0)));
    }

    private static void recurrence() {
        for (long batch : new long[] {1, 3}) {
            SAMPLES.add(CompositeSample.several(
                    "Functional.lstm",
                    in -> {
                        LstmStates states = Functional.lstm(in.get(0), in.get(1), in.get(2), in.get(3));
                        return List.of(states.outputs(), states.cell());
                    },
                    any(3, batch, 8),
                    any(8, 2),
                    any(batch, 2),
                    any(batch, 2)));
        }
    }

    private static void layers() {
        SAMPLES.add(of("Functional.linear", (x, w) -> Functional.linear(x, w, null), any(2, 3), any(4, 3)));
        SAMPLES.add(of(
                "Functional.linear",
                in -> Functional.linear(in.get(0), in.get(1), in.get(2)),
                any(2, 3),
                any(4, 3),
                any(4)));
        SAMPLES.add(of(
                "Functional.linear",
                in -> Functional.linear(in.get(0), in.get(1), in.get(2)),
                any(3),
                any(2, 3),
                any(2)));
        SAMPLES.add(of(
                "Functional.linear",
                in -> Functional.linear(in.get(0), in.get(1), in.get(2)),
                any(2, 2, 3),
                any(2, 3),
                any(2)));
        SAMPLES.add(of(
                "Functional.linear",
                in -> Functional.linear(in.get(0), in.get(1), in.get(2)),
                any(0, 3),
                any(2, 3),
                any(2)));
        for (FusedActivation activation : FusedActivation.values()) {
            SAMPLES.add(of(
                    "Functional.linear",
                    in -> Functional.linear(in.get(0), in.get(1), in.get(2), activation),
                    any(3, 3),
                    any(5, 3),
                    any(5)));
        }
        SAMPLES.add(of("Functional.conv2d", Functional::conv2d, any(1, 1, 3, 3), any(2, 1, 2, 2)));
        ConvSpec spec = ConvSpec.DEFAULT.padding(1).stride(2).groups(2);
        SAMPLES.add(of(
                "Functional.conv2d",
                in -> Functional.conv2d(in.get(0), in.get(1), in.get(2), spec),
                any(1, 2, 3, 3),
                any(2, 1, 2, 2),
                any(2)));
        SAMPLES.add(of("Functional.maxPool2d", x -> Functional.maxPool2d(x, PoolSpec.of(2, 1)), distinct(1, 1, 3, 4)));
        SAMPLES.add(CompositeSample.several(
                "Functional.maxPool2dWithIndices",
                in -> {
                    ValuesIndices pair = Functional.maxPool2dWithIndices(
                            in.get(0), PoolSpec.of(2, 1).padding(1));
                    return List.of(pair.values(), pair.indices());
                },
                distinct(1, 2, 3, 3)));
        SAMPLES.add(of(
                "Functional.avgPool2d",
                x -> Functional.avgPool2d(x, PoolSpec.of(2, 1).padding(1)),
                any(1, 2, 3, 3)));
    }

    private static void normalization() {
        Shape last = Shape.of(3);
        Shape plane = Shape.of(2, 3);
        normalized("layerNorm", in -> Functional.layerNorm(in.get(0), last), any(2, 3));
        normalized(
                "layerNorm",
                in -> Functional.layerNorm(in.get(0), last, in.get(1), in.get(2), 0.1),
                any(2, 3),
                any(3),
                any(3));
        normalized(
                "layerNorm",
                in -> Functional.layerNorm(in.get(0), plane, in.get(1), null, 0.1),
                any(2, 2, 3),
                any(2, 3));
        normalized("layerNorm", in -> Functional.layerNorm(in.get(0), last, null, in.get(1), 0.1), any(0, 3), any(3));
        normalized("rmsNorm", in -> Functional.rmsNorm(in.get(0), last, in.get(1)), any(2, 3), any(3));
        normalized("rmsNorm", in -> Functional.rmsNorm(in.get(0), plane, null, 0.1), any(2, 2, 3));
        normalized("groupNorm", in -> Functional.groupNorm(in.get(0), 2), any(2, 4));
        normalized(
                "groupNorm",
                in -> Functional.groupNorm(in.get(0), 2, in.get(1), in.get(2), 0.1),
                any(1, 4, 2),
                any(4),
                any(4));
        normalized("batchNorm", in -> Functional.batchNorm(in.get(0), in.get(1), null, 0.1), any(3, 2), any(2));
        normalized(
                "batchNorm",
                in -> Functional.batchNorm(in.get(0), in.get(1), in.get(2), 0.1),
                any(2, 2, 2),
                any(2),
                any(2));
        normalized(
                "batchNorm",
                in -> Functional.batchNorm(in.get(0), in.get(1), in.get(2), null, in.get(3), 0.1),
                any(2, 2, 2),
                any(2),
                positive(2),
                any(2));
    }

    private static void normalized(String method, Function<List<Tensor>, Tensor> body, Slot... slots) {
        SAMPLES.add(of("Functional." + method, body, slots));
    }

    private static void attention() {
        AttentionOptions plain = AttentionOptions.DEFAULT;
        SAMPLES.add(of(
                "Functional.scaledDotProductAttention",
                in -> Functional.scaledDotProductAttention(in.get(0), in.get(1), in.get(2)),
                any(2, 2, 3),
                any(1, 4, 3),
                any(4, 2)));
        attention(plain.withCausal(true).withScale(0.7), any(3, 2), any(2, 2), any(2, 1));
        attention(plain.withGroupedQueries(true), any(4, 2, 3), any(2, 3, 3), any(2, 3, 2));
        attention(plain, any(0, 2), any(3, 2), any(3, 2));
        attention(plain, any(2, 2), any(0, 2), any(0, 3));
        SAMPLES.add(of(
                "Functional.scaledDotProductAttention",
                in -> Functional.scaledDotProductAttention(in.get(0), in.get(1), in.get(2), plain.withMask(in.get(3))),
                any(2, 2, 3),
                any(2, 3, 3),
                any(2, 3, 2),
                any(2, 3)));
        SAMPLES.add(of(
                "Functional.scaledDotProductAttention",
                in -> Functional.scaledDotProductAttention(in.get(0), in.get(1), in.get(2), plain.withMask(in.get(3))),
                any(2, 3),
                any(3, 3),
                any(3, 2),
                truth(2, 3)));
    }

    private static void attention(AttentionOptions options, Slot q, Slot k, Slot v) {
        SAMPLES.add(of(
                "Functional.scaledDotProductAttention",
                in -> Functional.scaledDotProductAttention(in.get(0), in.get(1), in.get(2), options),
                q,
                k,
                v));
    }

    private static void elementwiseLosses() {
        for (Reduction reduction : Reduction.values()) {
            loss("binaryCrossEntropy", (p, t) -> Losses.binaryCrossEntropy(p, t, null, reduction), probability(2, 3));
            loss(
                    "binaryCrossEntropyWithLogits",
                    (x, t) -> Losses.binaryCrossEntropyWithLogits(x, t, null, null, reduction),
                    any(2, 3));
            loss("klDiv", (x, t) -> Losses.klDiv(x, t, reduction), any(2, 3));
            SAMPLES.add(of(
                    "Losses.klDivLogTarget", (x, t) -> Losses.klDivLogTarget(x, t, reduction), any(2, 3), any(2, 3)));
            loss("mseLoss", (x, t) -> Losses.mseLoss(x, t, reduction), any(2, 3));
            loss("l1Loss", (x, t) -> Losses.l1Loss(x, t, reduction), any(2, 3));
            loss("smoothL1Loss", (x, t) -> Losses.smoothL1Loss(x, t, 0.7, reduction), any(2, 3));
            loss("huberLoss", (x, t) -> Losses.huberLoss(x, t, 0.7, reduction), any(2, 3));
            SAMPLES.add(of(
                    "Losses.gaussianNllLoss",
                    in -> Losses.gaussianNllLoss(in.get(0), in.get(1), in.get(2), 1e-6, reduction),
                    any(2, 3),
                    any(2, 3),
                    positive(2, 3)));
        }
        loss("binaryCrossEntropy", Losses::binaryCrossEntropy, probability(2, 3));
        loss("binaryCrossEntropyWithLogits", Losses::binaryCrossEntropyWithLogits, any(2, 3));
        loss("mseLoss", Losses::mseLoss, any(2, 3));
        loss("l1Loss", Losses::l1Loss, any(2, 3));
        SAMPLES.add(of(
                "Losses.binaryCrossEntropy",
                in -> Losses.binaryCrossEntropy(in.get(0), in.get(1), in.get(2), Reduction.MEAN),
                probability(2, 3),
                probability(2, 3),
                positive(3)));
        SAMPLES.add(of(
                "Losses.binaryCrossEntropyWithLogits",
                in -> Losses.binaryCrossEntropyWithLogits(in.get(0), in.get(1), in.get(2), in.get(3), Reduction.SUM),
                any(2, 3),
                probability(2, 3),
                positive(2, 3),
                positive(3)));
    }

    /** A loss of an operand like {@code slot} against a target from 0 to 1. */
    private static void loss(String method, BinaryOperator<Tensor> body, Slot slot) {
        SAMPLES.add(of("Losses." + method, body, slot, probability(slot.shape().toArray())));
    }

    private static void classification() {
        CrossEntropyOptions plain = CrossEntropyOptions.DEFAULT;
        classes((x, t) -> Losses.crossEntropy(x, t), (x, t) -> Losses.nllLoss(x, t));
        for (Reduction reduction : List.of(Reduction.MEAN, Reduction.SUM, Reduction.NONE)) {
            CrossEntropyOptions options = plain.withReduction(reduction);
            classes((x, t) -> Losses.crossEntropy(x, t, options), (x, t) -> Losses.nllLoss(x, t, options));
            CrossEntropyOptions smoothed = options.withLabelSmoothing(0.1).withIgnoreIndex(1);
            entropy((x, t) -> Losses.crossEntropy(x, t, smoothed), any(4, 3), index(3, 4));
            entropy((x, t) -> Losses.crossEntropy(x, t, smoothed), any(2, 3, 2), index(3, 2, 2));
            entropy((x, t) -> Losses.crossEntropy(x, t, options), any(2, 3), distribution(2, 3));
            entropy(
                    (x, t) -> Losses.crossEntropy(x, t, options.withLabelSmoothing(0.2)),
                    any(2, 3),
                    distribution(2, 3));
            weighted("crossEntropy", in -> Losses.crossEntropy(in.get(0), in.get(1), options.withWeight(in.get(2))));
            weighted("nllLoss", in -> Losses.nllLoss(in.get(0), in.get(1), options.withWeight(in.get(2))));
        }
    }

    private static void classes(BinaryOperator<Tensor> crossEntropy, BinaryOperator<Tensor> nll) {
        entropy(crossEntropy, any(4, 3), index(3, 4));
        entropy(crossEntropy, any(2, 3, 2), index(3, 2, 2));
        entropy(crossEntropy, any(3), index(3));
        SAMPLES.add(of("Losses.nllLoss", nll, any(4, 3), index(3, 4)));
        SAMPLES.add(of("Losses.nllLoss", nll, any(2, 3, 2), index(3, 2, 2)));
    }

    private static void entropy(BinaryOperator<Tensor> body, Slot logits, Slot target) {
        SAMPLES.add(of("Losses.crossEntropy", body, logits, target));
    }

    private static void weighted(String method, Function<List<Tensor>, Tensor> body) {
        SAMPLES.add(of("Losses." + method, body, any(4, 3), index(3, 4), positive(3)));
    }
}
