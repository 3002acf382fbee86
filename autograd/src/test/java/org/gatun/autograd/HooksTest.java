package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gatun.autograd.DeviceUnderTest.on;

import java.util.ArrayList;
import java.util.List;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Hooks on the gradients of a tape's tensors and of parameters. */
@ExtendWith(NativeMemoryBalance.class)
class HooksTest {
    private static Tensor at(double... x) {
        return on(Tensors.of(x));
    }

    @Test
    void aHookSeesTheWholeGradientOnce() {
        var seen = new ArrayList<List<Double>>();
        try (Tape tape = Tape.open()) {
            Tensor x = tape.watch(at(2, 3));
            Tensor h = x.mul(2);
            Hook onResult = tape.hook(h, g -> {
                seen.add(List.of(g.get(0), g.get(1)));
                return g;
            });
            tape.hook(x, g -> {
                seen.add(List.of(g.get(0), g.get(1)));
                return null;
            });
            // h is used twice: 3 h + h^2
            Tensor loss = h.mul(3).add(h.square()).sum();
            Tensor g = tape.gradient(loss, List.of(x), true).get(0);
            assertThat(seen).containsExactly(List.of(3 + 8.0, 3 + 12.0), List.of(22.0, 30.0));
            assertThat(g.toDoubleArray()).containsExactly(22, 30);
            seen.clear();
            onResult.close();
            onResult.close();
            var _ = tape.gradient(loss, List.of(x), false);
            assertThat(seen).containsExactly(List.of(22.0, 30.0));
        }
    }

    @Test
    void aHookReplacesTheGradient() {
        Parameter w = Parameter.of(at(2, 3));
        try (Tape tape = Tape.open()) {
            Tensor h = w.square();
            tape.hook(h, g -> g.mul(10));
            tape.hook(w, g -> g.clamp(-50, 50));
            tape.backward(h.sum());
        }
        assertThat(w.grad().toDoubleArray()).containsExactly(40, 50);
        w.close();
    }

    /** What a hook keeps is not the parameter's gradient: neither clearing that nor adding to it changes what was kept. */
    @Test
    void aHookMayKeepTheGradient() {
        var kept = new ArrayList<Tensor>();
        Parameter w = Parameter.of(at(2, 3));
        for (int step = 0; step < 2; step++) {
            try (Tape tape = Tape.open()) {
                tape.hook(w, g -> {
                    g.unscope();
                    kept.add(g);
                    return kept.size() == 1 ? g : null;
                });
                tape.backward(w.square().sum());
            }
        }
        assertThat(w.grad().toDoubleArray()).containsExactly(8, 12);
        w.zeroGrad();
        assertThat(kept).hasSize(2);
        for (Tensor g : kept) {
            assertThat(g.toDoubleArray()).containsExactly(4, 6);
            g.close();
        }
        w.close();
    }

    @Test
    void aHookOnALeafThatIsAResultToo() {
        var calls = new ArrayList<Double>();
        try (Tape tape = Tape.open()) {
            Tensor x = tape.watch(at(2).reshape());
            Tensor h = tape.watch(x.mul(5));
            tape.hook(h, g -> {
                calls.add(g.item());
                return g;
            });
            List<Tensor> g = tape.gradient(h.mul(3), List.of(h, x));
            assertThat(calls).containsExactly(3.0);
            assertThat(g.get(0).item()).isEqualTo(3);
            assertThat(g.get(1).item()).isEqualTo(15);
        }
    }

    @Test
    void parametersCallTheirHooksAfterEachAccumulation() {
        Parameter w = Parameter.of(at(2));
        var sums = new ArrayList<Double>();
        Hook hook = w.afterAccumulation(p -> sums.add(p.grad().item()));
        for (int i = 0; i < 3; i++) {
            try (Tape tape = Tape.open()) {
                tape.backward(w.mul(4).sum());
            }
            if (i == 1) {
                hook.close();
            }
        }
        assertThat(sums).containsExactly(4.0, 8.0);
        // Step and clear at once, so that no gradient outlives its parameter's turn.
        w.afterAccumulation(p -> {
            p.assign(p.value().sub(p.grad()));
            p.zeroGrad();
        });
        try (Tape tape = Tape.open()) {
            tape.backward(w.mul(1).sum());
        }
        assertThat(w.value().item()).isEqualTo(2 - 13);
        assertThat(w.grad()).isNull();
        w.close();
    }

    @Test
    void hooksThatDoNotFit() {
        try (Tape tape = Tape.open()) {
            Tensor x = tape.watch(at(2, 3));
            tape.hook(x, g -> g.sum());
            Tensor loss = x.sum();
            assertThatThrownBy(() -> tape.gradient(loss, x))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("hook: returns F64[] for a gradient of F64[2]");
            assertThatThrownBy(() -> tape.hook(at(1), g -> g))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("hook: a tensor of shape [1] does not depend on anything");
        }
    }
}
