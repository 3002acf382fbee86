package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gatun.autograd.DeviceUnderTest.on;

import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** In-place methods are for concrete tensors and parameters: what a tape or a transform follows refuses them. */
@ExtendWith(NativeMemoryBalance.class)
class InPlaceOnTapeTest {
    @Test
    void aVariableOfATapeRefuses() {
        Parameter w = Parameter.of(on(Tensors.of(1.0, 2)));
        try (Tape tape = Tape.open()) {
            Tensor y = w.mul(2);
            assertThatThrownBy(() -> y.add_(1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("add_: a tensor of shape [2]")
                    .hasMessageContaining("use add, which returns a new tensor");
            Tensor plain = on(Tensors.of(1.0, 1));
            assertThatThrownBy(() -> plain.mul_(y))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("a change in place is not recorded");
            assertThatThrownBy(() -> plain.copy_(y)).isInstanceOf(IllegalStateException.class);
            assertThat(plain.copy_(y.detach()).toDoubleArray()).containsExactly(2, 4);
            tape.backward(y.sum());
        }
        assertThat(w.toDoubleArray()).containsExactly(1, 2);
    }

    @Test
    void aDualNumberRefuses() {
        Tensor x = on(Tensors.of(1.0));
        assertThatThrownBy(() -> Grad.jvp(z -> z.neg_(), x, x)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Grad.grad((Tensor z) -> z.zero_()).apply(x)).isInstanceOf(IllegalStateException.class);
        assertThat(x.item()).isEqualTo(1);
    }

    @Test
    void aParameterChangesItsValue() {
        Parameter w = Parameter.of(on(Tensors.of(1.0, 2)));
        assertThat(w.mul_(3).add_(on(Tensors.of(1.0, 1)))).isSameAs(w);
        assertThat(w.toDoubleArray()).containsExactly(4, 7);
    }

    @Test
    void aParameterThatATapeFollowsIsNoOperand() {
        Parameter w = Parameter.of(on(Tensors.of(1.0, 2)));
        Tensor sum = on(Tensors.zeros(DType.F64, 2));
        try (Tape tape = Tape.open()) {
            // The change would not be recorded, and the parameter would lose this part of its gradient.
            assertThatThrownBy(() -> sum.add_(w))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("a change in place is not recorded");
            assertThatThrownBy(() -> sum.copy_(w)).isInstanceOf(IllegalStateException.class);
            assertThat(sum.add_(w.value()).toDoubleArray()).containsExactly(1, 2);
        }
        assertThat(sum.add_(w).toDoubleArray()).containsExactly(2, 4);
        w.requiresGrad(false);
        try (Tape tape = Tape.open()) {
            assertThat(sum.add_(w).toDoubleArray()).containsExactly(3, 6);
        }
    }

    /** The advice to detach would not help there: a detached tensor still stands for the whole batch. */
    @Test
    void oneTensorTakesNoChangesFromABatch() {
        Tensor sum = on(Tensors.zeros(DType.F64, 2));
        Tensor rows = on(Tensors.of(new double[][] {{1, 2}, {3, 4}, {5, 6}}));
        assertThatThrownBy(() -> Grad.vmap(x -> sum.add_(x)).apply(rows))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("add_: the operand of shape [2]")
                .hasMessageContaining("use add, and return the result from the function")
                .hasMessageContaining("from what vmap returns, for instance with its sum(0)")
                .message()
                .doesNotContain("detach");
        assertThatThrownBy(() -> Grad.vmap(Grad.grad(x -> {
                            var _ = sum.add_(x);
                            return x.sum();
                        }))
                        .apply(rows))
                .hasMessageContaining("from what vmap returns");
        // As advised:
        assertThat(sum.add_(Grad.vmap(x -> x.square()).apply(rows).sum(0)).toDoubleArray())
                .containsExactly(1 + 9 + 25, 4 + 16 + 36);
    }
}
