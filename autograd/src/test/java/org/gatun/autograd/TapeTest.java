package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.gatun.autograd.DeviceUnderTest.on;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.ClosedTensorException;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The imperative style: recording, accumulation, lifetimes, and what goes wrong. */
@ExtendWith(NativeMemoryBalance.class)
class TapeTest {
    private static void close(Tensor actual, double... expected) {
        assertThat(actual.toDoubleArray()).containsExactly(expected, within(1e-12));
    }

    @Test
    void backwardAddsToTheGradientsOfParameters() {
        try (Parameter w = Parameter.of("w", on(Tensors.of(1.0, 2.0)))) {
            for (int i = 1; i <= 3; i++) {
                try (Tape tape = Tape.open()) {
                    tape.backward(w.square().sum());
                }
                close(w.grad(), 2.0 * i, 4.0 * i);
            }
            w.zeroGrad();
            assertThat(w.grad()).isNull();
        }
    }

    @Test
    void aValueUsedSeveralTimesCollectsAllItsGradients() {
        try (Parameter w = Parameter.of(on(Tensors.scalar(3.0)));
                Tape tape = Tape.open()) {
            Tensor a = w.mul(2);
            Tensor loss = a.mul(a).add(a).add(a.add(w)); // 4w^2 + 2w + 2w + w
            tape.backward(loss);
            close(w.grad(), 8 * 3 + 5);
        }
    }

    @Test
    void gradientDoesNotAccumulate() {
        try (Parameter w = Parameter.of(on(Tensors.scalar(3.0)));
                Tape tape = Tape.open()) {
            Tensor x = tape.watch(on(Tensors.scalar(2.0)));
            Tensor y = w.mul(x).square();
            List<Tensor> g = tape.gradient(y, List.of(x, w), true);
            close(g.get(0), 2 * 3 * 3 * 2);
            close(g.get(1), 2 * 2 * 2 * 3);
            close(tape.gradient(y, x), 36);
            assertThat(w.grad()).isNull();
        }
    }

    @Test
    void aParameterThatTheLossDoesNotUseHasGradientZero() {
        try (Parameter w = Parameter.of(on(Tensors.scalar(3.0)));
                Parameter unused = Parameter.of(on(Tensors.of(1.0, 2.0)));
                Tape tape = Tape.open()) {
            close(tape.gradient(w.square(), unused), 0, 0);
        }
    }

    @Test
    void nestedTapesDifferentiateGradients() {
        try (Tape outer = Tape.open()) {
            Tensor x = outer.watch(on(Tensors.scalar(2.0)));
            Tensor first;
            try (Tape inner = Tape.open()) {
                Tensor z = inner.watch(x);
                first = inner.gradient(z.pow(3), z);
                first.keep();
            }
            close(first, 12);
            close(outer.gradient(first, x), 12);
        }
    }

    @Test
    void nestedTapesDifferentiateGradientsByParameters() {
        // loss = 3 w^2 + w: the outer tape goes through the gradient that the inner one gave.
        try (Parameter w = Parameter.of(on(Tensors.scalar(2.0)));
                Tape outer = Tape.open()) {
            Tensor g;
            try (Tape inner = Tape.open()) {
                g = inner.gradient(w.pow(3), w);
                g.keep();
            }
            outer.backward(g.add(w));
            close(w.grad(), 6 * 2 + 1);
        }
    }

    @Test
    void twoLossesOnOneTape() {
        try (Parameter w = Parameter.of(on(Tensors.scalar(2.0)));
                Tape tape = Tape.open()) {
            Tensor a = w.square();
            Tensor b = w.pow(3);
            tape.backward(a);
            tape.backward(b);
            close(w.grad(), 4 + 12);
        }
    }

    @Test
    void aGradientOutlivesItsTapeAndAKeptTensorToo() {
        Tensor kept;
        Tensor lost;
        try (Parameter w = Parameter.of(on(Tensors.scalar(3.0)))) {
            try (Tape tape = Tape.open()) {
                Tensor y = w.square();
                kept = y.detach();
                kept.keep();
                lost = y;
                tape.backward(y);
            }
            close(w.grad(), 6);
        }
        close(kept, 9);
        assertThatThrownBy(lost::item).isInstanceOf(ClosedTensorException.class).hasMessageContaining("tape");
        assertThatThrownBy(() -> lost.add(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("after the tape");
    }

    @Test
    void aTapeInsideAScopeAndAScopeInsideATape() {
        try (Parameter w = Parameter.of(on(Tensors.of(1.0, 2.0)));
                MemoryScope scope = MemoryScope.open();
                Tape tape = Tape.open()) {
            // The square's operands are saved by the tape although the inner scope ends before backward.
            Tensor y = MemoryScope.tidy(() -> w.mul(3).square().sum());
            tape.backward(y);
            close(w.grad(), 18, 36);
        }
    }

    @Test
    void frozenParametersGetNoGradient() {
        try (Parameter w = Parameter.of(on(Tensors.scalar(3.0))).requiresGrad(false);
                Parameter v = Parameter.of(on(Tensors.scalar(2.0)));
                Tape tape = Tape.open()) {
            tape.backward(w.mul(v));
            assertThat(w.grad()).isNull();
            close(v.grad(), 3);
        }
    }

    @Test
    void backwardWithACotangent() {
        try (Parameter w = Parameter.of(on(Tensors.of(1.0, 2.0)));
                Tape tape = Tape.open()) {
            tape.backward(w.square(), on(Tensors.of(10.0, 100.0)), false);
            close(w.grad(), 20, 400);
        }
    }

    @Test
    void mistakesArePreciseExceptions() {
        try (Parameter w = Parameter.of("w", on(Tensors.of(1.0, 2.0)))) {
            try (Tape tape = Tape.open()) {
                Tensor y = w.square();
                assertThatThrownBy(() -> tape.backward(y))
                        .isInstanceOf(ShapeException.class)
                        .hasMessageContaining("[2]")
                        .hasMessageContaining("sum()");
                Tensor loss = y.sum();
                tape.backward(loss);
                assertThatThrownBy(() -> tape.backward(loss))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("retain = true");
                assertThatThrownBy(() -> tape.backward(on(Tensors.scalar(1.0))))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("does not depend");
                assertThatThrownBy(() -> tape.watch(on(Tensors.of(1L))))
                        .isInstanceOf(DTypeException.class)
                        .hasMessageContaining("I64");
                assertThatThrownBy(() -> y.add_(y))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("in place");
            }
            assertThatThrownBy(() -> Parameter.of(on(Tensors.of(1L)))).isInstanceOf(DTypeException.class);
        }
    }

    @Test
    void aSavedValueChangedInPlaceIsRefused() {
        try (Parameter w = Parameter.of(on(Tensors.of(1.0, 2.0)));
                Tape tape = Tape.open()) {
            Tensor x = on(Tensors.of(3.0, 4.0));
            Tensor loss = w.mul(x).sum();
            x.add_(on(Tensors.scalar(1.0)));
            assertThatThrownBy(() -> tape.backward(loss))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("MUL")
                    .hasMessageContaining("in place");
        }
    }

    @Test
    void aTapeBelongsToItsThread() throws InterruptedException {
        try (Parameter w = Parameter.of(on(Tensors.scalar(1.0)));
                Tape tape = Tape.open();
                var other = Executors.newSingleThreadExecutor()) {
            Tensor y = w.square();
            try {
                other.submit(() -> y.add(1)).get();
                assertThat(false).as("the other thread must be refused").isTrue();
            } catch (ExecutionException e) {
                assertThat(e.getCause())
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("belongs to one thread");
            }
        }
    }

    @Test
    void tapesCloseInOrder() {
        try (Tape outer = Tape.open();
                Tape inner = Tape.open()) {
            assertThatThrownBy(outer::close)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("reverse");
        }
    }

    @Test
    void theGraphPrintsAsTextAndAsDot() {
        try (Parameter w = Parameter.of("w", on(Tensors.of(1.0, 2.0)));
                Tape tape = Tape.open()) {
            tape.backward(w.square().sum(), true);
            assertThat(tape.toString()).contains("w = leaf F64[2]").contains("square w  F64[2]");
            assertThat(tape.toDot())
                    .startsWith("digraph tape {")
                    .contains("-> ")
                    .endsWith("}\n");
        }
    }

    @Test
    void gradientsByIntermediateValues() {
        // h = 2w, loss = h^2: by h 2h, by w 8w.
        try (Parameter w = Parameter.of(on(Tensors.scalar(3.0)));
                Tape tape = Tape.open()) {
            Tensor h = w.mul(2);
            Tensor watched = tape.watch(h);
            List<Tensor> g = tape.gradient(watched.square(), List.of(h, watched, w), true);
            close(g.get(0), 12);
            close(g.get(1), 12);
            close(g.get(2), 24);
            tape.backward(watched.square());
            close(w.grad(), 24);
        }
    }

    @Test
    void watchingAnIntermediateValueAfterItsUse() {
        try (Tape tape = Tape.open()) {
            Tensor x = tape.watch(on(Tensors.scalar(3.0)));
            Tensor h = x.square();
            Tensor loss = h.mul(h).add(h);
            assertThatThrownBy(() -> tape.gradient(loss, h)).hasMessageContaining("not a leaf");
            close(tape.gradient(loss, tape.watch(h)), 2 * 9 + 1);
        }
    }

    @Test
    void watchingAParameterKeepsItsGradient() {
        try (Parameter w = Parameter.of(on(Tensors.scalar(3.0)));
                Tape tape = Tape.open()) {
            Tensor watched = tape.watch(w);
            Tensor loss = watched.square().add(w);
            close(tape.gradient(loss, List.of(watched), true).get(0), 7);
            tape.backward(loss);
            close(w.grad(), 7);
        }
    }

    @Test
    void theGradientByAFrozenParameterIsRefused() {
        try (Parameter w = Parameter.of("w", on(Tensors.scalar(3.0))).requiresGrad(false);
                Parameter v = Parameter.of(on(Tensors.scalar(2.0)));
                Tape tape = Tape.open()) {
            Tensor loss = w.mul(v);
            assertThatThrownBy(() -> tape.gradient(loss, w))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("parameter w of shape [] is frozen")
                    .hasMessageContaining("requiresGrad(true)");
            // Watched, it counts.
            close(tape.gradient(tape.watch(w).mul(v), v), 3);
        }
    }

    @Test
    void anEscapedTensorNamesARemedyThatWorks() {
        Tensor kept;
        Tensor lost;
        try (Parameter w = Parameter.of(on(Tensors.scalar(3.0)));
                Tape tape = Tape.open()) {
            lost = w.square();
            lost.keep();
            kept = lost.detach();
            kept.keep();
        }
        assertThatThrownBy(() -> lost.add(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("detach() it inside the tape and keep() that");
        close(kept.add(1), 10);
    }

    @Test
    void anInnerTapesTensorIsNotForTheOuterTape() {
        try (Tape outer = Tape.open()) {
            Tensor x = outer.watch(on(Tensors.scalar(2.0)));
            try (Tape inner = Tape.open()) {
                Tensor y = inner.watch(x).square();
                assertThatThrownBy(() -> outer.gradient(y, x))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining(
                                "gradient: a tensor of shape [] belongs to a tape that was opened inside this one");
                // What does not depend on the inner tape's leaves is the outer tape's own, also inside.
                close(outer.gradient(x.square(), x), 4);
            }
        }
    }

    @Test
    void derivativesOfRegionsWithEverNewConstantsDoNotPileUp() {
        try (Tape tape = Tape.open()) {
            Tensor x = tape.watch(on(Tensors.scalar(2.0)));
            for (int i = 0; i < 5000; i++) {
                double rate = i;
                close(tape.gradient(Elementwise.region(z -> z.mul(rate).mul(z)).apply(x), x), 4 * rate);
            }
        }
        assertThat(DerivativeRegion.kept()).isBetween(1, 4096);
    }
}
