package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.gatun.autograd.DeviceUnderTest.on;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Functions with a derivative of their own: what their rules may return, and where the functions may be used. */
@ExtendWith(NativeMemoryBalance.class)
class CustomFunctionTest {
    /** The identity, whose cotangents and tangents come out ten times as large. */
    private static final CustomFunction TENFOLD = CustomFunction.of(
                    "tenfold", 1, in -> in.get(0).mul(1.0))
            .withVjp((in, y, g) -> List.of(g.mul(10)))
            .withJvp((in, y, t) -> t.get(0).mul(10));

    private static void close(Tensor actual, double... expected) {
        assertThat(actual.toDoubleArray()).containsExactly(expected, within(1e-12));
    }

    @Test
    void aRegionRefusesAFunctionWithADerivativeOfItsOwn() {
        // A region's derivative is that of its nodes: the function's own would be lost.
        assertThatThrownBy(
                        () -> Elementwise.region(x -> TENFOLD.apply(x).mul(2)).apply(on(Tensors.of(1.0))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tenfold")
                .hasMessageContaining("before or after the region");
    }

    @Test
    void aRegionTakesAFunctionWithoutADerivativeOfItsOwn() {
        CustomFunction cube = CustomFunction.of("cube", 1, in -> in.get(0).pow(3));
        close(Elementwise.region(x -> cube.apply(x).mul(2)).apply(on(Tensors.of(1.0, 2.0))), 2, 16);
    }

    @Test
    void aBodyThatCapturesAParameterIsRefused() {
        try (Parameter w = Parameter.of(on(Tensors.scalar(3.0)));
                Tape tape = Tape.open()) {
            CustomFunction scaled = CustomFunction.of(
                            "scaled", 1, in -> in.get(0).mul(w))
                    .withVjp((in, y, g) -> List.of(g.mul(w.value())));
            Tensor x = tape.watch(on(Tensors.scalar(2.0)));
            assertThatThrownBy(() -> scaled.apply(x))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("scaled: its body uses a followed tensor that is not an argument")
                    .hasMessageContaining("pass it as one");
        }
    }

    @Test
    void aBodyThatCapturesADualNumberIsRefused() {
        Tensor one = on(Tensors.scalar(1.0));
        assertThatThrownBy(() -> Grad.jvp(
                        x -> CustomFunction.of("captures", 1, in -> in.get(0).mul(x))
                                .withJvp((in, y, t) -> t.get(0))
                                .apply(x.mul(2)),
                        one,
                        one))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("captures: its body uses a followed tensor that is not an argument");
    }

    @Test
    void aBodyMayCaptureAParameterThatNobodyDifferentiates() {
        try (Parameter w = Parameter.of(on(Tensors.scalar(3.0)));
                Parameter frozen = Parameter.of(on(Tensors.scalar(4.0))).requiresGrad(false)) {
            CustomFunction scaled = CustomFunction.of(
                            "scaled", 1, in -> in.get(0).mul(w.value()).mul(frozen))
                    .withVjp((in, y, g) -> List.of(g.mul(12)));
            try (Tape tape = Tape.open()) {
                Tensor x = tape.watch(on(Tensors.scalar(2.0)));
                close(tape.gradient(scaled.apply(x), x), 12);
            }
        }
    }

    @Test
    void aNullCotangentMeansThatNoneFlows() {
        CustomFunction first = CustomFunction.of("first", 2, in -> in.get(0).mul(in.get(1)))
                .withVjp((in, y, g) -> Arrays.asList(g, null));
        try (Tape tape = Tape.open()) {
            Tensor x = tape.watch(on(Tensors.scalar(2.0)));
            Tensor z = tape.watch(on(Tensors.scalar(5.0)));
            List<Tensor> g = tape.gradient(first.apply(x, z), List.of(x, z));
            close(g.get(0), 1);
            close(g.get(1), 0);
        }
    }

    @Test
    void rulesThatReturnNothingAreNamed() {
        CustomFunction noVjp =
                CustomFunction.of("noVjp", 1, in -> in.get(0).mul(2)).withVjp((in, y, g) -> null);
        assertThatThrownBy(() -> Grad.grad(x -> noVjp.apply(x)).apply(on(Tensors.scalar(1.0))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("noVjp: its vjp returns null");
        CustomFunction noJvp =
                CustomFunction.of("noJvp", 1, in -> in.get(0).mul(2)).withJvp((in, y, t) -> null);
        Tensor one = on(Tensors.scalar(1.0));
        assertThatThrownBy(() -> Grad.jvp(noJvp::apply, one, one))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("noJvp: its jvp returns null");
        CustomFunction noBody = CustomFunction.of("noBody", 1, in -> null);
        assertThatThrownBy(() -> noBody.apply(one))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("noBody: its body returns null");
    }

    @Test
    void aFunctionWithoutARuleForTheModeRunsOnce() {
        var runs = new AtomicInteger();
        CustomFunction counted = CustomFunction.of("counted", 1, in -> {
                    runs.incrementAndGet();
                    return in.get(0).mul(2);
                })
                .withVjp((in, y, g) -> List.of(g.mul(2)));
        Tensor one = on(Tensors.scalar(1.0));
        close(Grad.jvp(counted::apply, one, one).tangent(), 2);
        assertThat(runs).hasValue(1);
    }

    /** (x, 2x), with a forward rule that forgets the second. */
    private record Twofold() implements Composite, Composite.Derivative {
        @Override
        public String name() {
            return "twofold";
        }

        @Override
        public int arity() {
            return 1;
        }

        @Override
        public int results() {
            return 2;
        }

        @Override
        public List<Tensor> fallback(List<Tensor> inputs) {
            return List.of(inputs.get(0).mul(1), inputs.get(0).mul(2));
        }

        @Override
        public Optional<Derivative> derivative() {
            return Optional.of(this);
        }

        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs, List<@Nullable Tensor> results, List<Tensor> cotangents) {
            return List.of();
        }

        @Override
        public List<Tensor> jvp(List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents) {
            return List.of(tangents.get(0));
        }
    }

    @Test
    void rulesThatReturnTooFewDerivativesAreNamed() {
        UnaryOperator<Tensor> second = x -> Dispatch.bindAll(new Op.Call(new Twofold()), x)[1];
        Tensor one = on(Tensors.scalar(1.0));
        assertThatThrownBy(() -> Grad.jvp(second, one, one))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("twofold: its jvp returns 1 tangents for 2 results");
        assertThatThrownBy(() -> Grad.grad(second).apply(one))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("twofold: its vjp returns 0 cotangents for 1 operands");
    }
}
