package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.gatun.tensor.CrossEntropyOptions.DEFAULT;

import org.assertj.core.data.Offset;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Losses against their definitions, written as loops over doubles. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class LossesTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final Offset<Double> CLOSE = within(1e-13);

    private static Tensor sample(long seed, long... sizes) {
        return Tensors.randn(new Generator(seed), DType.F64, Shape.of(sizes), Device.CPU);
    }

    private static double[] logSoftmax(double... x) {
        double max = Double.NEGATIVE_INFINITY;
        for (double v : x) {
            max = Math.max(max, v);
        }
        double sum = 0;
        for (double v : x) {
            sum += StrictMath.exp(v - max);
        }
        double[] out = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            out[i] = x[i] - max - StrictMath.log(sum);
        }
        return out;
    }

    /** Weighted, smoothed cross-entropy of one row, by the definition with a full target distribution. */
    private static double row(double[] logits, int target, double[] weight, double smoothing) {
        double[] log = logSoftmax(logits);
        double loss = 0;
        for (int c = 0; c < log.length; c++) {
            double share = smoothing / log.length + (c == target ? 1 - smoothing : 0);
            loss -= weight[c] * share * log[c];
        }
        return loss;
    }

    @ParameterizedTest
    @CsvSource({"false, 0", "true, 0", "false, 0.2", "true, 0.2", "true, 1"})
    void crossEntropyOfClassesIsItsDefinition(boolean weighted, double smoothing) {
        double[] ones = {1, 1, 1, 1};
        double[] weight = weighted ? new double[] {0.5, 2, 1, 3} : ones;
        Tensor logits = sample(1, 5, 4).mul(3.0);
        long[] target = {3, 0, -100, 1, 1};
        CrossEntropyOptions options = DEFAULT.withLabelSmoothing(smoothing);
        if (weighted) {
            options = options.withWeight(Tensors.of(weight));
        }
        double sum = 0;
        double total = 0;
        double[] each = new double[5];
        for (int i = 0; i < 5; i++) {
            if (target[i] >= 0) {
                each[i] = row(logits.select(0, i).toDoubleArray(), (int) target[i], weight, smoothing);
                sum += each[i];
                total += weight[(int) target[i]];
            }
        }
        Tensor t = Tensors.of(target);
        assertThat(Losses.crossEntropy(logits, t, options).item()).isCloseTo(sum / total, CLOSE);
        assertThat(Losses.crossEntropy(logits, t, options.withReduction(Reduction.SUM))
                        .item())
                .isCloseTo(sum, CLOSE);
        assertThat(Losses.crossEntropy(logits, t, options.withReduction(Reduction.BATCH_MEAN))
                        .item())
                .isCloseTo(sum / 5, CLOSE);
        assertThat(Losses.crossEntropy(logits, t, options.withReduction(Reduction.NONE))
                        .toDoubleArray())
                .usingComparatorWithPrecision(1e-13)
                .containsExactly(each);
        if (smoothing == 0) {
            assertThat(Losses.nllLoss(logits.logSoftmax(1), t, options).item()).isCloseTo(sum / total, CLOSE);
        }
    }

    @Test
    void classesMayStandOnAnyShape() {
        Tensor logits = sample(2, 2, 3, 2, 2);
        Tensor target = Tensors.of(Shape.of(2, 2, 2), 0, 2, 1, 1, 2, 0, 0, 1);
        CrossEntropyOptions none = DEFAULT.withReduction(Reduction.NONE);
        Tensor loss = Losses.crossEntropy(logits, target, none);
        assertThat(loss.shape()).isEqualTo(Shape.of(2, 2, 2));
        double[] ones = {1, 1, 1};
        double sum = 0;
        for (int n = 0; n < 2; n++) {
            for (int i = 0; i < 2; i++) {
                for (int j = 0; j < 2; j++) {
                    double[] x = {logits.get(n, 0, i, j), logits.get(n, 1, i, j), logits.get(n, 2, i, j)};
                    double expected = row(x, (int) target.get(n, i, j), ones, 0);
                    sum += expected;
                    assertThat(loss.get(n, i, j)).isCloseTo(expected, CLOSE);
                }
            }
        }
        assertThat(Losses.crossEntropy(logits, target).item()).isCloseTo(sum / 8, CLOSE);
        Tensor one = sample(3, 3);
        assertThat(Losses.crossEntropy(one, Tensors.scalar(2)).item())
                .isCloseTo(-logSoftmax(one.toDoubleArray())[2], CLOSE);
        assertThat(Losses.crossEntropy(one, Tensors.scalar(2), none).shape()).isEqualTo(Shape.SCALAR);
    }

    @Test
    void crossEntropyOfProbabilitiesIsItsDefinition() {
        Tensor logits = sample(4, 3, 4);
        Tensor p = sample(5, 3, 4).softmax(1);
        double[] w = {1, 2, 0.5, 4};
        double[] each = new double[3];
        double[] smoothed = new double[3];
        for (int i = 0; i < 3; i++) {
            double[] log = logSoftmax(logits.select(0, i).toDoubleArray());
            for (int c = 0; c < 4; c++) {
                each[i] -= p.get(i, c) * log[c];
                smoothed[i] -= w[c] * (0.9 * p.get(i, c) + 0.1 / 4) * log[c];
            }
        }
        assertThat(Losses.crossEntropy(logits, p).item()).isCloseTo((each[0] + each[1] + each[2]) / 3, CLOSE);
        CrossEntropyOptions options = DEFAULT.withWeight(Tensors.of(w)).withLabelSmoothing(0.1);
        assertThat(Losses.crossEntropy(logits, p, options).item())
                .isCloseTo((smoothed[0] + smoothed[1] + smoothed[2]) / 3, CLOSE);
        assertThat(Losses.crossEntropy(logits, p, options.withReduction(Reduction.NONE))
                        .toDoubleArray())
                .usingComparatorWithPrecision(1e-13)
                .containsExactly(smoothed);
        Tensor sure = Tensors.of(new double[][] {{0, -INF}});
        assertThat(Losses.crossEntropy(sure, Tensors.of(new double[][] {{1, 0}}))
                        .item())
                .isZero();
        assertThat(Losses.crossEntropy(sure, Tensors.of(new double[][] {{0, 1}}))
                        .item())
                .isEqualTo(INF);
        assertThat(Losses.crossEntropy(sure.reshape(2), Tensors.of(1.0, 0)).item())
                .isZero();
    }

    @Test
    void crossEntropyAtTheEnds() {
        assertThat(Losses.crossEntropy(Tensors.of(new double[][] {{1e5, 0}}), Tensors.of(1))
                        .item())
                .isEqualTo(1e5);
        assertThat(Losses.crossEntropy(Tensors.of(new double[][] {{1e5, 0}}), Tensors.of(0))
                        .item())
                .isZero();
        assertThat(Losses.crossEntropy(sample(6, 2, 3), Tensors.of(-100, -100)).item())
                .isNaN();
        CrossEntropyOptions two = DEFAULT.withIgnoreIndex(2);
        Tensor x = sample(7, 2, 3);
        assertThat(Losses.crossEntropy(x, Tensors.of(2, 1), two).item())
                .isCloseTo(-logSoftmax(x.select(0, 1).toDoubleArray())[1], CLOSE);
        assertThat(Losses.crossEntropy(Tensors.zeros(0, 3), Tensors.zeros(DType.I64, 0))
                        .item())
                .isNaN();
    }

    @Test
    void badTargetsAreNamed() {
        Tensor x = Tensors.zeros(2, 3);
        assertThatThrownBy(() -> Losses.crossEntropy(x, Tensors.of(0, 3)))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("class 3 at position 1")
                .hasMessageContaining("3 classes: give 0 to 2, or -100 for a target to ignore");
        assertThatThrownBy(() -> Losses.crossEntropy(x, Tensors.of(-1, 0)))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Losses.nllLoss(x, Tensors.of(0, 7))).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Losses.crossEntropy(x, Tensors.of(0, 1, 2)))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        "crossEntropy: scores of shape [2, 3] need a target of shape [2], one class number for each row of"
                                + " 3 classes, not [3]");
        assertThatThrownBy(() -> Losses.crossEntropy(x, Tensors.zeros(3, 2)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[2, 3] and probabilities of shape [3, 2]");
        assertThatThrownBy(() -> Losses.crossEntropy(x, Tensors.zeros(DType.F64, 2, 3)))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("F32 and the probabilities F64");
        assertThatThrownBy(() -> Losses.crossEntropy(x, Tensors.of(true, false)))
                .isInstanceOf(DTypeException.class);
        assertThatThrownBy(() -> Losses.crossEntropy(x, Tensors.of(0, 0), DEFAULT.withWeight(Tensors.ones(2))))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("a class weight of shape [2] does not fit 3 classes");
        assertThatThrownBy(() -> Losses.nllLoss(x, Tensors.of(0, 0), DEFAULT.withLabelSmoothing(0.1)))
                .hasMessageContaining("use crossEntropy with logits");
        assertThatThrownBy(() -> Losses.nllLoss(x, x)).isInstanceOf(DTypeException.class);
        assertThatThrownBy(() -> DEFAULT.withLabelSmoothing(1.5)).hasMessageContaining("1.5");
        assertThatThrownBy(() -> Losses.crossEntropy(Tensors.of(1, 2), Tensors.scalar(0)))
                .isInstanceOf(DTypeException.class);
    }

    @Test
    void squaredAndAbsoluteErrors() {
        Tensor x = Tensors.of(1.0, 2, 4);
        Tensor t = Tensors.of(1.0, 4, 1);
        assertThat(Losses.mseLoss(x, t).item()).isCloseTo(13.0 / 3, CLOSE);
        assertThat(Losses.mseLoss(x, t, Reduction.NONE).toDoubleArray()).containsExactly(0, 4, 9);
        assertThat(Losses.l1Loss(x, t).item()).isCloseTo(5.0 / 3, CLOSE);
        assertThat(Losses.l1Loss(x, t, Reduction.SUM).item()).isEqualTo(5);
        assertThat(Losses.smoothL1Loss(x, t, 2.5, Reduction.NONE).toDoubleArray())
                .containsExactly(0, 0.5 * 4 / 2.5, 3 - 1.25);
        assertThat(Losses.smoothL1Loss(x, t, 0, Reduction.SUM).item()).isEqualTo(5);
        assertThat(Losses.huberLoss(x, t, 2.5, Reduction.NONE).toDoubleArray()).containsExactly(0, 2, 2.5 * (3 - 1.25));
        assertThatThrownBy(() -> Losses.huberLoss(x, t, 0, Reduction.MEAN)).hasMessageContaining("delta 0.0");
        assertThatThrownBy(() -> Losses.smoothL1Loss(x, t, -1, Reduction.MEAN)).hasMessageContaining("beta -1.0");
    }

    @Test
    void aColumnAgainstARowIsRefused() {
        assertThatThrownBy(() -> Losses.mseLoss(Tensors.zeros(4, 1), Tensors.zeros(4)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("an input of shape [4, 1] and a target of shape [4]");
        assertThatThrownBy(() -> Losses.mseLoss(Tensors.zeros(4), Tensors.zeros(DType.F64, 4)))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("mseLoss: the input is F32 and the target F64");
    }

    @ParameterizedTest
    @EnumSource
    void reductionsOfABatch(Reduction reduction) {
        Tensor loss = Losses.mseLoss(Tensors.ones(DType.F64, 4, 2), Tensors.zeros(DType.F64, 4, 2), reduction);
        assertThat(loss.shape()).isEqualTo(reduction == Reduction.NONE ? Shape.of(4, 2) : Shape.SCALAR);
        double expected = switch (reduction) {
            case MEAN, NONE -> 1;
            case SUM -> 8;
            case BATCH_MEAN -> 2;
        };
        assertThat(loss.toDoubleArray()).containsOnly(expected);
    }

    @Test
    void binaryCrossEntropyCutsItsLogarithms() {
        Tensor p = Tensors.of(0.25, 0, 1, 0, 1, 1e-60);
        Tensor t = Tensors.of(0.5, 0, 1, 1, 0, 1);
        double[] loss = Losses.binaryCrossEntropy(p, t, null, Reduction.NONE).toDoubleArray();
        assertThat(loss[0]).isCloseTo(-0.5 * Math.log(0.25) - 0.5 * Math.log(0.75), CLOSE);
        assertThat(loss[1]).isZero();
        assertThat(Math.abs(loss[2])).isZero();
        assertThat(new double[] {loss[3], loss[4], loss[5]}).containsOnly(100);
        assertThat(Losses.binaryCrossEntropy(Tensors.of(-0.5, 1.5), Tensors.of(0.5, 0.5), null, Reduction.NONE)
                        .toDoubleArray())
                .containsOnly(Double.NaN);
        assertThat(Losses.binaryCrossEntropy(p, t, Tensors.scalar(2.0), Reduction.NONE)
                        .get(3))
                .isEqualTo(200);
        assertThat(Losses.binaryCrossEntropy(p, t).item())
                .isCloseTo(java.util.Arrays.stream(loss).average().orElseThrow(), CLOSE);
    }

    @Test
    void logitsGiveTheSameAsTheirSigmoid() {
        Tensor x = sample(8, 3, 4);
        Tensor t = sample(9, 3, 4).sigmoid();
        Tensor w = sample(10, 4).exp();
        assertThat(Losses.binaryCrossEntropyWithLogits(x, t).item())
                .isCloseTo(Losses.binaryCrossEntropy(x.sigmoid(), t).item(), CLOSE);
        assertThat(Losses.binaryCrossEntropyWithLogits(x, t, w, null, Reduction.SUM)
                        .item())
                .isCloseTo(
                        Losses.binaryCrossEntropy(x.sigmoid(), t, w, Reduction.SUM)
                                .item(),
                        within(1e-12));
        double[] positive = Losses.binaryCrossEntropyWithLogits(x, t, null, w, Reduction.NONE)
                .toDoubleArray();
        for (int i = 0; i < 12; i++) {
            double p = 1 / (1 + StrictMath.exp(-x.get(i / 4, i % 4)));
            double y = t.get(i / 4, i % 4);
            assertThat(positive[i])
                    .isCloseTo(-w.get(i % 4) * y * Math.log(p) - (1 - y) * Math.log(1 - p), within(1e-12));
        }
        assertThat(Losses.binaryCrossEntropyWithLogits(
                                Tensors.of(1e4, -1e4), Tensors.of(0.0, 1), null, null, Reduction.NONE)
                        .toDoubleArray())
                .containsOnly(1e4);
    }

    @Test
    void divergenceOfDistributions() {
        double[] q = {0.5, 0.25, 0.25};
        double[] p = {0.25, 0.75, 0};
        double expected = 0.25 * Math.log(0.5) + 0.75 * Math.log(3);
        Tensor x = Tensors.of(q).log().reshape(1, 3);
        Tensor t = Tensors.of(p).reshape(1, 3);
        assertThat(Losses.klDiv(x, t, Reduction.SUM).item()).isCloseTo(expected, CLOSE);
        assertThat(Losses.klDiv(x, t, Reduction.BATCH_MEAN).item()).isCloseTo(expected, CLOSE);
        assertThat(Losses.klDiv(x, t, Reduction.MEAN).item()).isCloseTo(expected / 3, CLOSE);
        assertThat(Losses.klDivLogTarget(x, t.log(), Reduction.SUM).item()).isCloseTo(expected, CLOSE);
        assertThat(Losses.klDiv(Tensors.of(-INF, 0), Tensors.of(0.0, 1), Reduction.SUM)
                        .item())
                .isZero();
        assertThat(Losses.klDiv(Tensors.of(-INF), Tensors.of(1.0), Reduction.SUM)
                        .item())
                .isEqualTo(INF);
    }

    @Test
    void gaussianLikelihoodRaisesTheVariance() {
        Tensor x = Tensors.of(1.0, 2);
        Tensor t = Tensors.of(0.0, 5);
        assertThat(Losses.gaussianNllLoss(x, t, Tensors.of(4.0, 1e-9), 0.5, Reduction.NONE)
                        .toDoubleArray())
                .usingComparatorWithPrecision(1e-13)
                .containsExactly((Math.log(4) + 0.25) / 2, (Math.log(0.5) + 18) / 2);
        assertThatThrownBy(() -> Losses.gaussianNllLoss(x, t, Tensors.of(1.0, -1), 1e-6, Reduction.MEAN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("variance has a negative element");
    }

    /** torch.nn.functional.gaussian_nll_loss: one variance for each element, each row, or along one axis of size 1. */
    @Test
    void gaussianLikelihoodWithOneVarianceForEachRow() {
        Tensor x = sample(3, 2, 2, 2);
        Tensor t = sample(4, 2, 2, 2);
        Tensor rows = Tensors.of(new double[][] {{1, 2}, {3, 4}});
        Tensor expected = Losses.gaussianNllLoss(
                x, t, rows.unsqueeze(2).broadcastTo(2, 2, 2).copy(), 1e-6, Reduction.NONE);
        assertThat(Losses.gaussianNllLoss(x, t, rows, 1e-6, Reduction.NONE).toDoubleArray())
                .containsExactly(expected.toDoubleArray());
        assertThat(Losses.gaussianNllLoss(x, t, rows.unsqueeze(2), 1e-6, Reduction.NONE)
                        .toDoubleArray())
                .containsExactly(expected.toDoubleArray());
        Tensor channels = rows.unsqueeze(1);
        Tensor spread =
                Losses.gaussianNllLoss(x, t, channels.broadcastTo(2, 2, 2).copy(), 1e-6, Reduction.NONE);
        assertThat(Losses.gaussianNllLoss(x, t, channels, 1e-6, Reduction.NONE).toDoubleArray())
                .containsExactly(spread.toDoubleArray());
        Tensor one = Tensors.scalar(2.0);
        assertThat(Losses.gaussianNllLoss(Tensors.of(1.0, 2), Tensors.of(0.0, 2), one, 1e-6, Reduction.NONE)
                        .toDoubleArray())
                .usingComparatorWithPrecision(1e-13)
                .containsExactly((Math.log(2) + 0.5) / 2, Math.log(2) / 2);
        for (Tensor other : new Tensor[] {
            Tensors.of(1.0, 2),
            one,
            Tensors.ones(DType.F64, 1, 2, 1, 1),
            Tensors.ones(DType.F64, 1, 1, 2),
            Tensors.ones(DType.F64, 2, 2, 3)
        }) {
            assertThatThrownBy(() -> Losses.gaussianNllLoss(x, t, other, 1e-6, Reduction.MEAN))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("gaussianNllLoss")
                    .hasMessageContaining("[2, 2, 2]")
                    .hasMessageContaining(other.shape().toString());
        }
    }
}
