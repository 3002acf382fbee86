package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gatun.autograd.DeviceUnderTest.device;
import static org.gatun.autograd.DeviceUnderTest.on;

import java.util.List;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.ClosedTensorException;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.MemoryStats;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a tape saves and what its gradients hold is freed, also when something fails on the way. */
@ExtendWith(NativeMemoryBalance.class)
class TapeMemoryTest {
    private static long live() {
        return MemoryStats.of(device()).liveCount();
    }

    @Test
    void operandsThatAreSavedBeforeOneThatCannotBeAreFreed() {
        CustomFunction closing = CustomFunction.of("closing", 2, in -> {
                    Tensor y = in.get(0).mul(in.get(1));
                    in.get(1).close();
                    return y;
                })
                .withVjp((in, y, g) -> List.of(g, g));
        try (Tape tape = Tape.open()) {
            Tensor x = tape.watch(on(Tensors.of(1.0, 2.0)));
            assertThatThrownBy(() -> closing.apply(x, on(Tensors.of(3.0, 4.0))))
                    .isInstanceOf(ClosedTensorException.class);
        }
    }

    @Test
    void operandsThatAreSavedBeforeAResultThatCannotBeAreFreed() {
        CustomFunction closed = CustomFunction.of("closed", 1, in -> {
                    Tensor y = in.get(0).mul(2);
                    y.close();
                    return y;
                })
                .withVjp((in, y, g) -> List.of(g));
        try (Tape tape = Tape.open()) {
            Tensor x = tape.watch(on(Tensors.of(1.0, 2.0)));
            assertThatThrownBy(() -> closed.apply(x)).isInstanceOf(ClosedTensorException.class);
        }
    }

    /** {@link NativeMemoryBalance} collects, and finds neither a leak nor memory that stays. */
    @Test
    void aPullbackThatIsForgottenIsLeftToTheCollector() {
        Tensor x = on(Tensors.rand(100));
        for (int i = 0; i < 300; i++) {
            VjpResult<Tensor, Tensor> forgotten = Grad.vjp(t -> t.sin().mul(t).exp(), x);
            assertThat(forgotten.value().isClosed()).isFalse();
        }
    }

    @Test
    void aGradientBelongsToTheTape() {
        try (MemoryScope scope = MemoryScope.open()) {
            Tensor byItself;
            Tensor byAnother;
            try (Tape tape = Tape.open()) {
                Tensor x = tape.watch(on(Tensors.scalar(2.0)));
                byItself = tape.gradient(x, x);
                byAnother = tape.gradient(x.square(), x);
                assertThat(byItself.item()).isEqualTo(1);
                assertThat(byAnother.item()).isEqualTo(4);
            }
            assertThat(byItself.isClosed()).isTrue();
            assertThat(byAnother.isClosed()).isTrue();
        }
    }

    @Test
    void aRuleThatFailsLeavesNoGradients() {
        CustomFunction failing = CustomFunction.of("failing", 1, in -> in.get(0).mul(2))
                .withVjp((in, y, g) -> {
                    throw new IllegalStateException("no derivative today");
                });
        try (Parameter w = Parameter.of(on(Tensors.of(1.0, 2.0)));
                Tape tape = Tape.open()) {
            Tensor x = tape.watch(on(Tensors.of(3.0, 4.0)));
            // Backward meets the products first, and has sums for both leaves when the rule fails.
            Tensor loss = failing.apply(x).add(x.mul(w)).sum();
            long before = live();
            assertThatThrownBy(() -> tape.gradient(loss, List.of(x, w), true)).hasMessage("no derivative today");
            assertThat(live()).isEqualTo(before);
            assertThatThrownBy(() -> tape.backward(loss, true)).hasMessage("no derivative today");
            assertThat(live()).isEqualTo(before);
            assertThat(w.grad()).isNull();
        }
    }

    @Test
    void aGradientHoldsNoMoreThanItself() {
        try (Parameter w = Parameter.of(on(Tensors.of(1.0, 2.0)));
                Tape tape = Tape.open()) {
            Tensor x = tape.watch(on(Tensors.of(3.0, 4.0)));
            Tensor loss = x.mul(w).mul(w).sum();
            long before = live();
            Tensor g = tape.gradient(loss, List.of(x), true).get(0);
            assertThat(g.toDoubleArray()).containsExactly(1, 4);
            assertThat(live()).isEqualTo(before + 1);
        }
    }

    @Test
    void aSmallSliceOfALargeTensorIsNotTakenOverAsAGradient() {
        try (Parameter w = Parameter.of(on(Tensors.zeros(4)))) {
            long before = MemoryStats.of(device()).liveBytes();
            CustomFunction slicing = CustomFunction.of(
                            "slicing", 1, in -> in.get(0).mul(2))
                    .withVjp((in, y, g) -> List.of(on(Tensors.ones(1 << 16)).slice(0, 0, 4)));
            try (Tape tape = Tape.open()) {
                tape.backward(slicing.apply(w).sum());
            }
            assertThat(w.grad()).isNotNull();
            assertThat(MemoryStats.of(device()).liveBytes() - before).isEqualTo(4 * Float.BYTES);
        }
    }
}
