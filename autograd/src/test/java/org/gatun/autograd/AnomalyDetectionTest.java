package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gatun.autograd.DeviceUnderTest.on;

import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The line that made a NaN is named, forward and backward. */
@ExtendWith(NativeMemoryBalance.class)
class AnomalyDetectionTest {
    private static Tensor at(double... x) {
        return on(Tensors.of(x));
    }

    /** The number of the line that this is called from. */
    private static int line() {
        return StackWalker.getInstance()
                .walk(s -> s.skip(1).findFirst().orElseThrow())
                .getLineNumber();
    }

    @Test
    void theOperationWhoseDerivativeIsNaN() {
        int[] line = new int[1];
        // 0 * (1 / (2 sqrt 0)) = 0 * inf
        assertThatThrownBy(() -> {
                    try (AnomalyDetection anomaly = AnomalyDetection.open();
                            Tape tape = Tape.open()) {
                        Tensor x = tape.watch(at(0, 4));
                        Tensor root = x.sqrt();
                        line[0] = line() - 1;
                        tape.backward(root.mul(at(0, 1)).sum());
                    }
                })
                .isInstanceOf(AnomalyException.class)
                .hasMessageContaining("backward: the derivative of sqrt, applied at")
                .satisfies(e -> assertThat(e.getMessage())
                        .contains("AnomalyDetectionTest.")
                        .contains("(AnomalyDetectionTest.java:" + line[0] + ")"));
    }

    @Test
    void theOperationThatGivesNaN() {
        assertThatThrownBy(() -> {
                    try (AnomalyDetection anomaly = AnomalyDetection.open()) {
                        var _ = Grad.grad(x -> helper(x).exp().sum()).apply(at(1, -1));
                    }
                })
                .isInstanceOf(AnomalyException.class)
                .hasMessageContaining("forward: log, applied at")
                .hasMessageContaining("AnomalyDetectionTest.helper(AnomalyDetectionTest.java:")
                .hasMessageContaining("shape [2]");
    }

    private static Tensor helper(Tensor x) {
        return x.log();
    }

    @Test
    void aNaNThatComesInIsNobodysFault() {
        assertThatCode(() -> {
                    try (AnomalyDetection anomaly = AnomalyDetection.open()) {
                        var _ = Grad.grad(x -> x.mul(2).sin().sum()).apply(at(Double.NaN, 1));
                    }
                })
                .doesNotThrowAnyException();
    }

    @Test
    void outsideNothingIsExamined() {
        try (AnomalyDetection first = AnomalyDetection.open()) {
            first.close();
            first.close();
        }
        assertThat(Grad.grad(x -> x.sqrt().mul(0).sum()).apply(at(0)).item()).isNaN();
    }

    @Test
    void batchesAndNestedDerivativesAreExamined() {
        assertThatThrownBy(() -> {
                    try (AnomalyDetection anomaly = AnomalyDetection.open()) {
                        var _ = Grad.vmap(Grad.grad(x -> x.log().sum())).apply(at(1, -1));
                    }
                })
                .isInstanceOf(AnomalyException.class);
    }
}
