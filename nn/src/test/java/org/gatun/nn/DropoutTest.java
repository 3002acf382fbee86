package org.gatun.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.gatun.autograd.Tape;
import org.gatun.tensor.DType;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.Device;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Dropout inside and outside of training scopes. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class DropoutTest {
    private static double[] dropped(double p, Tensor x, long seed) {
        try (var training = Training.with(new Generator(seed))) {
            return new Dropout(p).forward(x).toDoubleArray();
        }
    }

    @Test
    void outsideATrainingScopeTheInputPasses() {
        Tensor x = Tensors.randn(new Generator(1), 50);
        Dropout layer = new Dropout(0.9);
        assertThat(Training.isOn()).isFalse();
        assertThat(layer.forward(x).toDoubleArray()).isEqualTo(x.toDoubleArray());
        try (var training = Training.with(new Generator(2))) {
            assertThat(Training.isOn()).isTrue();
            assertThat(layer.forward(x).toDoubleArray()).isNotEqualTo(x.toDoubleArray());
        }
        assertThat(layer.forward(x).toDoubleArray()).isEqualTo(x.toDoubleArray());
        assertThat(layer.parameters()).isEmpty();
    }

    /** The number of zeros is binomial; the others are scaled so that the expectation is the input. */
    @ParameterizedTest
    @CsvSource({"F32, 0.1", "F32, 0.5", "F64, 0.5", "F64, 0.97"})
    void eachElementIsDroppedWithProbabilityPAndTheOthersAreScaled(DType dtype, double p) {
        int n = 100_000;
        Tensor x = Tensors.ones(dtype, n).mul(3);
        double[] y = dropped(p, x, 3);
        double kept = 3 / (1 - p);
        assertThat(Arrays.stream(y).filter(v -> v != 0 && Math.abs(v - kept) > 1e-5 * kept))
                .isEmpty();
        double zeros = Arrays.stream(y).filter(v -> v == 0).count();
        assertThat(zeros / n).isCloseTo(p, within(5 * Math.sqrt(p * (1 - p) / n)));
        double mean = Arrays.stream(y).average().orElseThrow();
        assertThat(mean).isCloseTo(3, within(5 * 3 * Math.sqrt(p / (1 - p) / n)));
    }

    /** Neighbours are dropped independently of each other: of both with p squared. */
    @Test
    void neighboursAreDroppedIndependently() {
        int n = 100_000;
        double[] y = dropped(0.5, Tensors.ones(n), 4);
        for (int lag : new int[] {1, 2, 4, 8, 1000}) {
            double both = 0;
            for (int i = 0; i + lag < n; i++) {
                both += y[i] == 0 && y[i + lag] == 0 ? 1 : 0;
            }
            assertThat(both / (n - lag)).isCloseTo(0.25, within(5 * Math.sqrt(0.25 * 0.75 / n)));
        }
    }

    @Test
    void theSeedDecidesTheMask() {
        Tensor x = Tensors.ones(1000);
        assertThat(dropped(0.5, x, 5)).isEqualTo(dropped(0.5, x, 5)).isNotEqualTo(dropped(0.5, x, 6));
        try (var training = Training.with(new Generator(5))) {
            double[] first = new Dropout(0.5).forward(x).toDoubleArray();
            assertThat(first).isEqualTo(dropped(0.5, x, 5));
            assertThat(new Dropout(0.5).forward(x).toDoubleArray())
                    .as("every call draws anew")
                    .isNotEqualTo(first);
        }
    }

    @Test
    void atTheEndsOfTheRangeAllOrNothingIsDropped() {
        Tensor x = Tensors.randn(new Generator(7), 64);
        assertThat(dropped(0, x, 8)).isEqualTo(x.toDoubleArray());
        assertThat(dropped(1, x, 8)).containsOnly(0);
    }

    @Test
    void everyShapeAndLayoutIsTaken() {
        var g = new Generator(9);
        Tensor[] inputs = {
            Tensors.scalar(2f),
            Tensors.zeros(0, 3),
            Tensors.randn(g, 5, 7).t(),
            Tensors.ones(3, 1).expand(3, 11),
            Tensors.randn(g, DType.F64, Shape.of(2, 3, 4), Device.CPU)
        };
        for (Tensor x : inputs) {
            double[] before = x.toDoubleArray();
            double[] y = dropped(0.5, x, 10);
            assertThat(y).hasSize(before.length);
            for (int i = 0; i < y.length; i++) {
                assertThat(y[i]).isIn(0.0, -0.0, 2 * before[i]);
            }
            assertThat(x.toDoubleArray()).as("the input stays").isEqualTo(before);
        }
    }

    /** y = m x, so dy/dx = m, the mask of the forward pass: 0 where dropped, else 1 / (1 - p). */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.25, 1})
    void theGradientIsTheMask(double p) {
        Tensor x = Tensors.full(2, 500);
        try (var training = Training.with(new Generator(11));
                Tape tape = Tape.open()) {
            Tensor watched = tape.watch(x);
            Tensor y = new Dropout(p).forward(watched);
            double[] mask = Arrays.stream(y.toDoubleArray()).map(v -> v / 2).toArray();
            assertThat(tape.gradient(y.sum(), watched).toDoubleArray()).containsExactly(mask, within(1e-6));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1.1, Double.NaN, Double.POSITIVE_INFINITY})
    void otherProbabilitiesAreRefused(double p) {
        assertThatThrownBy(() -> new Dropout(p))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("dropout")
                .hasMessageContaining(Double.toString(p))
                .hasMessageContaining("[0, 1]");
    }

    @Test
    void integersAreRefused() {
        assertThatThrownBy(() -> dropped(0.5, Tensors.arange(5), 1))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("dropout")
                .hasMessageContaining("I64");
    }

    @Test
    void scopesNestAndBelongToTheirThread() throws InterruptedException {
        Tensor x = Tensors.ones(200);
        Dropout layer = new Dropout(0.5);
        Training outer = Training.with(new Generator(1));
        try (var inner = Training.with(new Generator(2))) {
            assertThat(layer.forward(x).toDoubleArray())
                    .as("the innermost scope's generator is drawn from")
                    .isEqualTo(dropped(0.5, x, 2));
            assertThatThrownBy(outer::close)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("reverse order");
        }
        assertThat(layer.forward(x).toDoubleArray()).isEqualTo(dropped(0.5, x, 1));
        var elsewhere = new boolean[1];
        var refused = new Throwable[1];
        Thread thread = new Thread(() -> {
            elsewhere[0] = Training.isOn();
            try {
                outer.close();
            } catch (IllegalStateException e) {
                refused[0] = e;
            }
        });
        thread.start();
        thread.join();
        assertThat(elsewhere[0]).isFalse();
        assertThat(refused[0]).hasMessageContaining("another thread");
        outer.close();
        outer.close();
        assertThat(Training.isOn()).isFalse();
    }
}
