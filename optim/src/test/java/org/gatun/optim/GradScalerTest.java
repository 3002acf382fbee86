package org.gatun.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.gatun.autograd.Parameter;
import org.gatun.autograd.Tape;
import org.gatun.tensor.Autocast;
import org.gatun.tensor.DType;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Losses;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The scale of a loss over many steps, what overflow does, and a training that F16 can't do without. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class GradScalerTest {
    private static Tensor f32(double... values) {
        return Tensors.of(values).to(DType.F32);
    }

    private static Parameter parameter(double... values) {
        return Parameter.of("w", f32(values));
    }

    /** A step whose scaled gradients are the given ones. */
    private static boolean step(GradScaler scaler, Optimizer optimizer, double... gradient) {
        optimizer.parameters().get(0).grad(f32(gradient));
        boolean made = scaler.step(optimizer);
        optimizer.zeroGrad();
        return made;
    }

    // ---- the scale ----

    @Test
    void startsWithPyTorchsDefaults() {
        var scaler = new GradScaler();
        assertThat(scaler.scale()).isEqualTo(65536);
        assertThat(scaler.isEnabled()).isTrue();
        Map<String, Tensor> state = scaler.stateDict();
        assertThat(state.get("growth_factor").item()).isEqualTo(2);
        assertThat(state.get("backoff_factor").item()).isEqualTo(0.5);
        assertThat(state.get("growth_interval").itemLong()).isEqualTo(2000);
        assertThat(state.get("_growth_tracker").itemLong()).isZero();
    }

    @Test
    void growsAfterTheIntervalAndBacksOffAtOnce() {
        Parameter w = parameter(1);
        try (w;
                Sgd sgd = Sgd.of(List.of(w))) {
            var scaler = new GradScaler()
                    .initialScale(8)
                    .growthInterval(3)
                    .growthFactor(4)
                    .backoffFactor(0.25);
            // finite or not, and the scale after it
            double[][] steps = {
                {1, 8}, {1, 8}, {1, 32}, {1, 32}, {1, 32}, {0, 8}, {1, 8}, {1, 8}, {1, 32}, {0, 8}, {0, 2}, {1, 2}
            };
            for (double[] s : steps) {
                assertThat(step(scaler, sgd, s[0] == 1 ? 1 : Double.NEGATIVE_INFINITY))
                        .isEqualTo(s[0] == 1);
                scaler.update();
                assertThat(scaler.scale()).isEqualTo(s[1]);
            }
        }
    }

    @Test
    void staysWithinF32() {
        Parameter w = parameter(1);
        try (w;
                Sgd sgd = Sgd.of(List.of(w))) {
            var scaler = new GradScaler().initialScale(0x1p126).growthInterval(1);
            for (int i = 0; i < 3; i++) {
                step(scaler, sgd, 1);
                scaler.update();
                assertThat(scaler.scale()).isEqualTo(0x1p127);
            }
            scaler.update(0x1p-125);
            for (int i = 0; i < 3; i++) {
                step(scaler, sgd, Double.NaN);
                scaler.update();
                assertThat(scaler.scale()).isEqualTo(0x1p-126);
            }
        }
    }

    // ---- gradients ----

    @Test
    void unscaledGradientsAreThoseOfTheLoss() {
        Parameter w = parameter(0.5, -2, 3);
        try (w;
                Sgd sgd = Sgd.of(List.of(w)).learningRate(1)) {
            var scaler = new GradScaler();
            try (Tape tape = Tape.open()) {
                Tensor loss = w.square().sum();
                tape.backward(scaler.scale(loss));
            }
            assertThat(Objects.requireNonNull(w.grad()).toDoubleArray()).containsExactly(65536, -4 * 65536, 6 * 65536);
            scaler.unscale(sgd);
            assertThat(Objects.requireNonNull(w.grad()).toDoubleArray()).containsExactly(1, -4, 6);
            double norm = GradientClipping.byNorm(sgd.parameters(), 1);
            assertThat(norm).isCloseTo(Math.sqrt(53), within(1e-6));
            assertThat(scaler.step(sgd)).isTrue(); // not divided again
            assertThat(w.value().toDoubleArray()[0]).isCloseTo(0.5 - 1 / Math.sqrt(53), within(1e-6));
            scaler.update();
        }
    }

    @Test
    void aLossOf16BitsIsScaledInF32() {
        Tensor loss = f32(100).to(DType.F16);
        Tensor scaled = new GradScaler().scale(loss);
        assertThat(scaled.dtype()).isEqualTo(DType.F32);
        assertThat(scaled.get(0)).isEqualTo(100 * 65536.0);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN})
    void overflowSkipsTheUpdate(double bad) {
        Parameter w = parameter(1, 2, 3);
        Parameter v = parameter(4);
        Parameter without = parameter(5);
        try (w;
                v;
                without;
                Adam adam = Adam.of(List.of(w, v, without)).learningRate(0.1)) {
            var scaler = new GradScaler();
            w.grad(f32(1, 1, 1));
            v.grad(f32(1));
            assertThat(scaler.step(adam)).isTrue();
            scaler.update();
            double[] values = w.value().toDoubleArray();
            double other = v.value().get(0);
            double[] moments = adam.stateDict().get("state.0.exp_avg").toDoubleArray();
            w.grad(f32(1, bad, 1));
            v.grad(f32(1));
            assertThat(scaler.step(adam)).isFalse();
            assertThat(w.value().toDoubleArray()).isEqualTo(values);
            assertThat(v.value().get(0)).isEqualTo(other);
            assertThat(without.value().get(0)).isEqualTo(5);
            assertThat(adam.stateDict().get("state.0.exp_avg").toDoubleArray()).isEqualTo(moments);
            assertThat(adam.steps()).isEqualTo(1);
            scaler.update();
            assertThat(scaler.scale()).isEqualTo(32768);
        }
    }

    @Test
    void optimizersAreSkippedOneByOne() {
        Parameter w = parameter(1);
        Parameter v = parameter(1);
        try (w;
                v;
                Sgd first = Sgd.of(List.of(w)).learningRate(1);
                Sgd second = Sgd.of(List.of(v)).learningRate(1)) {
            var scaler = new GradScaler().initialScale(4);
            assertThat(step(scaler, first, 2)).isTrue();
            assertThat(step(scaler, second, Double.NaN)).isFalse();
            scaler.update();
            assertThat(w.value().get(0)).isEqualTo(0.5);
            assertThat(v.value().get(0)).isEqualTo(1);
            assertThat(scaler.scale()).isEqualTo(2);
        }
    }

    // ---- training ----

    private static final int SAMPLES = 8;

    /** The loss of a linear model after some steps of F16 (or F32, without a dtype) over the loss before. */
    private static double trained(DType dtype, GradScaler scaler, int[] skipped) {
        var random = new Random(3);
        Tensor x = Tensors.of(random.doubles(SAMPLES * 4, -1, 1).toArray())
                .to(DType.F32)
                .reshape(SAMPLES, 4);
        Tensor t = x.matmul(f32(1, -2, 0.5, 1.5).reshape(4, 1)).add(0.25);
        Parameter w = Parameter.of("w", Tensors.zeros(1, 4));
        Parameter b = Parameter.of("b", Tensors.zeros(1));
        // As of one term among heavier ones: gradients of predictions, 2 (p - t) / n of it, are under 2^-25, which F16
        // rounds to 0.
        double weight = 1e-8;
        try (w;
                b;
                Sgd sgd = Sgd.of(List.of(w, b)).learningRate(0.3 / weight)) {
            double first = 0;
            double last = 0;
            for (int i = 0; i < 150; i++) {
                sgd.zeroGrad();
                try (Tape tape = Tape.open();
                        Autocast cast = dtype == null ? Autocast.off() : Autocast.open(dtype)) {
                    Tensor loss = Losses.mseLoss(Functional.linear(x, w, b), t);
                    last = loss.item();
                    first = i == 0 ? last : first;
                    tape.backward(scaler.scale(loss.mul(weight)));
                }
                skipped[0] += scaler.step(sgd) ? 0 : 1;
                scaler.update();
            }
            return last / first;
        }
    }

    @Test
    void f16LearnsWhereUnscaledGradientsVanish() {
        int[] skipped = new int[1];
        var off = new GradScaler().enabled(false);
        assertThat(trained(null, off, skipped)).as("F32").isLessThan(1e-3);
        // Every gradient that reaches the layer is exactly 0.
        assertThat(trained(DType.F16, off, skipped)).as("F16").isEqualTo(1);
        var scaler = new GradScaler();
        assertThat(trained(DType.F16, scaler, skipped)).as("F16, scaled").isLessThan(1e-3);
        assertThat(skipped[0]).isZero();
        assertThat(scaler.scale()).isEqualTo(65536);
    }

    @Test
    void aScaleThatIsTooLargeIsFoundAndLowered() {
        int[] skipped = new int[1];
        var scaler = new GradScaler().initialScale(0x1p60);
        assertThat(trained(DType.F16, scaler, skipped)).isLessThan(1e-3);
        assertThat(skipped[0]).isPositive();
        assertThat(scaler.scale()).isEqualTo(0x1p60 / Math.pow(2, skipped[0]));
    }

    // ---- order of calls ----

    @Test
    void wrongOrdersAreRefusedWithTheRemedy() {
        Parameter w = parameter(1);
        try (w;
                Sgd sgd = Sgd.of(List.of(w))) {
            var scaler = new GradScaler();
            assertThatThrownBy(scaler::update)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("call step");
            assertThatThrownBy(() -> scaler.step(sgd))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("none of its 1 parameters has a gradient")
                    .hasMessageContaining("tape.backward(scaler.scale(loss))");
            w.grad(f32(65536));
            scaler.unscale(sgd);
            assertThatThrownBy(() -> scaler.unscale(sgd))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("twice since the last update");
            assertThat(Objects.requireNonNull(w.grad()).get(0)).isEqualTo(1);
            assertThat(scaler.step(sgd)).isTrue();
            assertThatThrownBy(() -> scaler.step(sgd))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Sgd twice since the last update")
                    .hasMessageContaining("call update()");
            assertThatThrownBy(() -> scaler.unscale(sgd))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("after step");
            assertThat(sgd.steps()).isEqualTo(1);
            scaler.update();
            assertThat(scaler.step(sgd)).isTrue();
        }
    }

    @Test
    void parametersOfF16AreRefused() {
        Parameter w = Parameter.of("w", f32(1).to(DType.F16));
        Parameter narrow = Parameter.of("v", f32(1).to(DType.BF16));
        try (w;
                narrow;
                Sgd sgd = Sgd.of(List.of(w));
                Sgd other = Sgd.of(List.of(narrow)).learningRate(1)) {
            var scaler = new GradScaler();
            w.grad(f32(1).to(DType.F16));
            assertThatThrownBy(() -> scaler.step(sgd))
                    .isInstanceOf(DTypeException.class)
                    .hasMessageContaining("'w'")
                    .hasMessageContaining("keep parameters in F32");
            narrow.grad(f32(32768).to(DType.BF16));
            assertThat(scaler.step(other)).isTrue();
            assertThat(narrow.value().get(0)).isEqualTo(0.5);
        }
    }

    @Test
    void settingsAreChecked() {
        var scaler = new GradScaler();
        for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY, 1e39}) {
            assertThatThrownBy(() -> scaler.initialScale(bad)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> scaler.update(bad)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> scaler.growthFactor(1)).hasMessageContaining("above 1");
        assertThatThrownBy(() -> scaler.backoffFactor(1)).hasMessageContaining("(0, 1)");
        assertThatThrownBy(() -> scaler.growthInterval(0)).hasMessageContaining("1 or more");
        assertThat(scaler.scale()).isEqualTo(65536);
    }

    @Test
    void disabledItDoesNothing() {
        Parameter w = parameter(1);
        try (w;
                Sgd sgd = Sgd.of(List.of(w)).learningRate(1)) {
            var scaler = new GradScaler().enabled(false);
            Tensor loss = f32(3);
            assertThat(scaler.scale(loss)).isSameAs(loss);
            assertThat(scaler.scale()).isEqualTo(1);
            w.grad(f32(0.25));
            scaler.unscale(sgd);
            assertThat(scaler.step(sgd)).isTrue();
            assertThat(scaler.step(sgd)).isTrue();
            scaler.update();
            assertThat(w.value().get(0)).isEqualTo(0.5);
            assertThat(scaler.stateDict()).isEmpty();
            scaler.loadStateDict(Map.of());
        }
    }

    // ---- the state ----

    @Test
    void aRestoredScalerGoesOnAsTheSavedOne() {
        Parameter w = parameter(1);
        try (w;
                Sgd sgd = Sgd.of(List.of(w))) {
            var saved = new GradScaler()
                    .initialScale(16)
                    .growthInterval(3)
                    .growthFactor(8)
                    .backoffFactor(0.125);
            step(saved, sgd, 1);
            saved.update();
            step(saved, sgd, 1);
            saved.update();
            var restored = new GradScaler();
            restored.loadStateDict(saved.stateDict());
            for (double gradient : new double[] {1, 1, Double.NaN, 1, 1, 1}) {
                for (GradScaler scaler : List.of(saved, restored)) {
                    step(scaler, sgd, gradient);
                    scaler.update();
                }
                assertThat(restored.scale()).isEqualTo(saved.scale());
            }
            // 16, grown by the third good step, lowered once, grown by three more
            assertThat(saved.scale()).isEqualTo(16 * 8 * 0.125 * 8);
        }
    }

    @Test
    void foreignStatesAreRefusedAndChangeNothing() {
        var scaler = new GradScaler().initialScale(4);
        Map<String, Tensor> state = scaler.stateDict();
        assertThatThrownBy(() -> scaler.loadStateDict(Map.of())).hasMessageContaining("was not enabled");
        for (String name : state.keySet()) {
            var missing = new HashMap<>(state);
            missing.remove(name);
            assertThatThrownBy(() -> scaler.loadStateDict(missing)).hasMessageContaining("no entry '" + name + "'");
            var other = new HashMap<>(state);
            other.put(name, f32(1, 2));
            assertThatThrownBy(() -> scaler.loadStateDict(other)).hasMessageContaining("'" + name + "' as F32[2]");
        }
        var unknown = new HashMap<>(state);
        unknown.put("steps", Tensors.scalar(1L));
        assertThatThrownBy(() -> scaler.loadStateDict(unknown)).hasMessageContaining("unknown entry 'steps'");
        var bad = new HashMap<>(state);
        bad.put("scale", Tensors.scalar(8.0));
        bad.put("growth_factor", Tensors.scalar(0.5));
        assertThatThrownBy(() -> scaler.loadStateDict(bad)).hasMessageContaining("growthFactor");
        assertThat(scaler.scale()).isEqualTo(4);
    }
}
