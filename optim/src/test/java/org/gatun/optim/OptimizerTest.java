package org.gatun.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.gatun.autograd.Parameter;
import org.gatun.autograd.Tape;
import org.gatun.tensor.DType;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each optimizer against its formula for one number at a time, and the state that it saves. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class OptimizerTest {
    private static final int NUMBERS = 37; // no multiple of a vector's width
    private static final int STEPS = 7;

    private static double[] numbers(long seed) {
        return new Random(seed).doubles(NUMBERS, -2, 2).toArray();
    }

    private static Tensor tensor(DType dtype, double[] values) {
        return Tensors.of(values).to(dtype);
    }

    /** Numbers after rounding to the dtype: what the scalar reference must start from. */
    private static double[] rounded(DType dtype, double[] values) {
        return tensor(dtype, values).toDoubleArray();
    }

    private static double tolerance(DType dtype) {
        return switch (dtype) {
            case F64 -> 1e-13;
            case F32 -> 4e-6;
            // Each step rounds numbers of ordinary size several times.
            case F16 -> 0.02;
            case BF16 -> 0.15;
            case I64, I32, I16, I8, U8, BOOL -> 0;
        };
    }

    @ParameterizedTest
    @CsvSource({
        "F64, 0.1, 0, 0, 0, false", "F64, 0.1, 0, 0, 0.3, false", "F64, 0.05, 0.9, 0, 0, false",
        "F64, 0.05, 0.9, 0.4, 0.2, false", "F64, 0.05, 0.9, 0, 0.2, true", "F32, 0.1, 0, 0, 0.3, false",
        "F32, 0.05, 0.9, 0.4, 0.2, false", "F32, 0.05, 0.9, 0, 0.2, true", "F16, 0.05, 0.9, 0.4, 0.2, false",
        "BF16, 0.05, 0.9, 0, 0.2, true"
    })
    void sgd(DType dtype, double rate, double momentum, double dampening, double decay, boolean nesterov) {
        double[] start = rounded(dtype, numbers(1));
        var reference = Arrays.stream(start)
                .mapToObj(p -> new ScalarUpdates.SgdNumber(p, rate, momentum, dampening, decay, nesterov))
                .toList();
        try (Parameter p = Parameter.of(tensor(dtype, start));
                Sgd optimizer = Sgd.of(List.of(p))
                        .learningRate(rate)
                        .momentum(momentum)
                        .dampening(dampening)
                        .weightDecay(decay)
                        .nesterov(nesterov)) {
            for (int s = 0; s < STEPS; s++) {
                double[] g = rounded(dtype, numbers(100 + s));
                p.grad(tensor(dtype, g));
                optimizer.step();
                for (int i = 0; i < NUMBERS; i++) {
                    reference.get(i).step(g[i]);
                }
                assertThat(p.toDoubleArray())
                        .as("after step %d", s)
                        .containsExactly(
                                reference.stream().mapToDouble(r -> r.p).toArray(), within(tolerance(dtype)));
            }
            assertThat(optimizer.steps()).isEqualTo(STEPS);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "F64, false, 0.9, 0.999, 1e-8, 0", "F64, false, 0.8, 0.95, 1e-3, 0.2", "F64, true, 0.9, 0.999, 1e-8, 0.01",
        "F64, true, 0.5, 0.9, 1e-4, 0.5", "F32, false, 0.9, 0.999, 1e-8, 0.2", "F32, true, 0.9, 0.999, 1e-8, 0.5",
        "BF16, true, 0.9, 0.999, 1e-8, 0.5", "F16, false, 0.9, 0.999, 1e-8, 0.2"
    })
    void adam(DType dtype, boolean decoupled, double beta1, double beta2, double epsilon, double decay) {
        double[] start = rounded(dtype, numbers(2));
        Schedule rates = step -> 0.1 / (1 + step);
        var reference = Arrays.stream(start)
                .mapToObj(p -> new ScalarUpdates.AdamNumber(p, beta1, beta2, epsilon, decay, decoupled))
                .toList();
        try (Parameter p = Parameter.of(tensor(dtype, start));
                Optimizer optimizer = decoupled
                        ? AdamW.of(List.of(p))
                                .learningRate(rates)
                                .betas(beta1, beta2)
                                .epsilon(epsilon)
                                .weightDecay(decay)
                        : Adam.of(List.of(p))
                                .learningRate(rates)
                                .betas(beta1, beta2)
                                .epsilon(epsilon)
                                .weightDecay(decay)) {
            for (int s = 0; s < STEPS; s++) {
                double[] g = rounded(dtype, numbers(200 + s));
                p.grad(tensor(dtype, g));
                optimizer.step();
                for (int i = 0; i < NUMBERS; i++) {
                    reference.get(i).step(g[i], 0.1 / (1 + s));
                }
                assertThat(p.toDoubleArray())
                        .as("after step %d", s)
                        .containsExactly(
                                reference.stream().mapToDouble(r -> r.p).toArray(), within(tolerance(dtype)));
            }
        }
    }

    /** Adam's first step moves each number by the learning rate against its gradient's sign, whatever the gradient's size. */
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64"})
    void adamsFirstStepIsTheSignOfTheGradient(DType dtype) {
        try (Parameter p = Parameter.of(tensor(dtype, new double[] {1, 1, 1}));
                Adam optimizer = Adam.of(List.of(p)).learningRate(0.25)) {
            p.grad(tensor(dtype, new double[] {1e-3, -5, 700}));
            optimizer.step();
            assertThat(p.toDoubleArray()).containsExactly(new double[] {0.75, 1.25, 0.75}, within(1e-5));
        }
    }

    @Test
    void aParameterWithoutAGradientStaysAndCountsNoUpdate() {
        try (Parameter a = Parameter.of(Tensors.of(1.0, 2.0));
                Parameter b = Parameter.of(Tensors.of(3.0));
                Adam optimizer = Adam.of(List.of(a, b)).learningRate(0.5)) {
            a.grad(Tensors.of(1.0, -1.0));
            optimizer.step();
            assertThat(b.toDoubleArray()).containsExactly(3.0);
            assertThat(optimizer.stateDict())
                    .containsOnlyKeys("steps", "state.0.step", "state.0.exp_avg", "state.0.exp_avg_sq");
            // b's first update comes at the second step and is corrected as a first one.
            b.grad(Tensors.of(8.0));
            optimizer.step();
            assertThat(b.item()).isCloseTo(2.5, within(1e-7));
            optimizer.zeroGrad();
            assertThat(a.grad()).isNull();
            assertThat(b.grad()).isNull();
        }
    }

    @Test
    void everyOptimizerFindsTheMinimumOfAQuadratic() {
        Tensor target = Tensors.of(1.0, -2.0, 0.5);
        try (Parameter a = Parameter.of(Tensors.zeros(DType.F64, 3));
                Parameter b = Parameter.of(Tensors.zeros(DType.F64, 3));
                Parameter c = Parameter.of(Tensors.zeros(DType.F64, 3));
                Optimizer sgd =
                        Sgd.of(List.of(a)).learningRate(0.05).momentum(0.8).nesterov(true);
                Optimizer adam = Adam.of(List.of(b)).learningRate(Schedule.cosine(0.1, 0, 400));
                Optimizer adamW = AdamW.of(List.of(c))
                        .learningRate(Schedule.cosine(0.1, 0, 400))
                        .weightDecay(0)) {
            for (int s = 0; s < 400; s++) {
                for (Optimizer optimizer : List.of(sgd, adam, adamW)) {
                    optimizer.zeroGrad();
                    try (Tape tape = Tape.open()) {
                        tape.backward(optimizer
                                .parameters()
                                .get(0)
                                .sub(target)
                                .square()
                                .sum());
                    }
                    optimizer.step();
                }
            }
            for (Parameter p : List.of(a, b, c)) {
                assertThat(p.toDoubleArray()).containsExactly(new double[] {1, -2, 0.5}, within(1e-3));
            }
        }
    }

    /** Saving after three steps and going on elsewhere gives the same bits as going on. */
    @ParameterizedTest
    @CsvSource({"sgd", "adam", "adamw"})
    void savedStateContinuesBitForBit(String kind) {
        try (Parameter p = Parameter.of(tensor(DType.F32, numbers(5)));
                Optimizer first = make(kind, p)) {
            for (int s = 0; s < 3; s++) {
                p.grad(tensor(DType.F32, numbers(300 + s)));
                first.step();
            }
            try (Parameter q = Parameter.of(p.value());
                    Optimizer second = make(kind, q)) {
                second.loadStateDict(first.stateDict());
                assertThat(second.steps()).isEqualTo(3);
                assertThat(second.learningRate()).isEqualTo(first.learningRate());
                for (int s = 3; s < 6; s++) {
                    Tensor g = tensor(DType.F32, numbers(300 + s));
                    p.grad(g);
                    q.grad(g);
                    first.step();
                    second.step();
                }
                assertThat(q.toDoubleArray()).isEqualTo(p.toDoubleArray());
            }
        }
    }

    private static Optimizer make(String kind, Parameter p) {
        Schedule rates = Schedule.step(0.1, 2, 0.5);
        return switch (kind) {
            case "sgd" ->
                Sgd.of(List.of(p))
                        .learningRate(rates)
                        .momentum(0.9)
                        .dampening(0.3)
                        .weightDecay(0.1);
            case "adam" -> Adam.of(List.of(p)).learningRate(rates).weightDecay(0.1);
            case "adamw" -> AdamW.of(List.of(p)).learningRate(rates);
            default -> throw new IllegalArgumentException(kind);
        };
    }

    @Test
    void stateThatDoesNotFitIsRefusedAndChangesNothing() {
        try (Parameter p = Parameter.of(Tensors.of(1.0f, 2.0f));
                Adam adam = Adam.of(List.of(p))) {
            p.grad(Tensors.of(1.0f, 1.0f));
            adam.step();
            Map<String, Tensor> good = adam.stateDict();
            refused(adam, good, Map.of(), "steps", "'steps'");
            refused(adam, good, Map.of("steps", Tensors.of(1.5)), "", "'steps' is F64");
            refused(adam, good, Map.of("steps", Tensors.scalar(-1L)), "", "0 or more");
            refused(adam, good, Map.of("state.0.exp_avg", Tensors.of(1.0f)), "", "state.0.exp_avg");
            refused(adam, good, Map.of("state.0.exp_avg", Tensors.of(1.0, 2.0)), "", "F64[2]");
            refused(adam, good, Map.of("state.0.step", Tensors.scalar(1.0f)), "", "state.0.step");
            refused(adam, good, Map.of("state.0.step", Tensors.scalar(-1L)), "", "state.0.step");
            refused(adam, good, Map.of("state.1.exp_avg", Tensors.of(1.0f, 2.0f)), "", "none of the 1 parameters");
            refused(adam, good, Map.of("state.x.exp_avg", Tensors.of(1.0f, 2.0f)), "", "state.x.exp_avg");
            refused(adam, good, Map.of("weight", Tensors.of(1.0f, 2.0f)), "", "weight");
            refused(adam, good, Map.of("state.0.momentum_buffer", Tensors.of(1.0f, 2.0f)), "", "another optimizer");
            assertThat(adam.steps()).isEqualTo(1);
            assertThat(adam.stateDict()).containsOnlyKeys(good.keySet());
        }
    }

    private static void refused(
            Adam adam, Map<String, Tensor> good, Map<String, Tensor> change, String without, String message) {
        var bad = new HashMap<>(good);
        bad.putAll(change);
        bad.remove(without);
        assertThatThrownBy(() -> adam.loadStateDict(bad))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Adam")
                .hasMessageContaining(message);
    }

    @Test
    void settingsOutOfRangeNameTheSettingAndItsRange() {
        try (Parameter p = Parameter.of("w", Tensors.of(1.0))) {
            var parameters = new ArrayList<>(List.of(p));
            wrong(() -> Sgd.of(List.of()), "no parameters");
            wrong(() -> Sgd.of(List.of(p, p)), "stands twice");
            wrong(() -> Sgd.of(parameters).momentum(-1), "momentum");
            wrong(() -> Sgd.of(parameters).dampening(Double.NaN), "dampening");
            wrong(() -> Sgd.of(parameters).weightDecay(Double.POSITIVE_INFINITY), "weightDecay");
            wrong(() -> Sgd.of(parameters).learningRate(-0.1), "rate");
            wrong(() -> Adam.of(parameters).betas(1, 0.9), "first beta");
            wrong(() -> Adam.of(parameters).betas(0.9, -0.1), "second beta");
            wrong(() -> AdamW.of(parameters).epsilon(-1), "epsilon");
            p.grad(Tensors.of(1.0));
            wrong(() -> Sgd.of(parameters).nesterov(true).step(), "nesterov needs a momentum");
            wrong(
                    () -> Sgd.of(parameters)
                            .momentum(0.9)
                            .dampening(0.1)
                            .nesterov(true)
                            .step(),
                    "dampening 0");
            assertThat(p.item()).isEqualTo(1.0);
        }
    }

    private static void wrong(Runnable setting, String message) {
        assertThatThrownBy(setting::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void clippingScalesAllGradientsTogether() {
        try (Parameter a = Parameter.of(Tensors.of(0.0, 0.0));
                Parameter b = Parameter.of(Tensors.of(0.0));
                Parameter none = Parameter.of(Tensors.of(0.0))) {
            a.grad(Tensors.of(3.0, 0.0));
            b.grad(Tensors.of(-4.0));
            assertThat(GradientClipping.byNorm(List.of(a, b, none), 10)).isEqualTo(5);
            assertThat(a.grad().toDoubleArray()).containsExactly(3, 0);
            assertThat(GradientClipping.byNorm(List.of(a, b, none), 1)).isEqualTo(5);
            assertThat(a.grad().toDoubleArray()).containsExactly(new double[] {0.6, 0}, within(1e-6));
            assertThat(b.grad().toDoubleArray()).containsExactly(new double[] {-0.8}, within(1e-6));
            assertThat(none.grad()).isNull();
            wrong(() -> GradientClipping.byNorm(List.of(a), -1), "maximum");
        }
    }

    @Test
    void clippingByANormThatIsATensor() {
        try (Parameter a = Parameter.of(Tensors.of(0f, 0f));
                Parameter b = Parameter.of(Tensors.of(0.0));
                Parameter none = Parameter.of(Tensors.of(0.0))) {
            List<Parameter> all = List.of(a, b, none);
            assertThat(GradientClipping.totalNorm(all).item()).isZero();
            a.grad(Tensors.of(3f, 0f));
            b.grad(Tensors.of(-4.0));
            Tensor norm = GradientClipping.totalNorm(all);
            assertThat(norm.dtype()).isEqualTo(DType.F64);
            assertThat(norm.item()).isEqualTo(5);
            GradientClipping.byNorm(all, 10, norm);
            assertThat(a.grad().toDoubleArray()).containsExactly(3, 0);
            GradientClipping.byNorm(all, 1, norm);
            assertThat(a.grad().toDoubleArray()).containsExactly(new double[] {0.6, 0}, within(1e-6));
            assertThat(b.grad().toDoubleArray()).containsExactly(new double[] {-0.8}, within(1e-6));
            assertThat(none.grad()).isNull();
            wrong(() -> GradientClipping.byNorm(all, -1, norm), "maximum");
            assertThatThrownBy(() -> GradientClipping.byNorm(all, 1, Tensors.of(1.0)))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("[1]");
            b.grad(Tensors.of(Double.NaN));
            GradientClipping.byNorm(all, 1, GradientClipping.totalNorm(all));
            assertThat(a.grad().toDoubleArray()).containsOnly(Double.NaN);
        }
    }

    /** As PyTorch: no gradient is a small one when the norm of all is not a number. */
    @Test
    void clippingByANormThatIsNaNMakesEveryGradientNaN() {
        try (Parameter a = Parameter.of(Tensors.of(0.0, 0.0));
                Parameter b = Parameter.of(Tensors.of(0.0))) {
            a.grad(Tensors.of(3.0, Double.NaN));
            b.grad(Tensors.of(-4.0));
            assertThat(GradientClipping.byNorm(List.of(a, b), 1)).isNaN();
            assertThat(a.grad().toDoubleArray()).containsExactly(Double.NaN, Double.NaN);
            assertThat(b.grad().toDoubleArray()).containsExactly(Double.NaN);
        }
    }

    /** As in PyTorch: a decay of 0 is none, and not 0 times the parameter. */
    @ParameterizedTest
    @ValueSource(strings = {"plain", "momentum", "nesterov"})
    void anInfiniteParameterStaysInfiniteWithoutWeightDecay(String kind) {
        Parameter p = Parameter.of(Tensors.of(Double.NEGATIVE_INFINITY, 1));
        try (Sgd sgd = Sgd.of(List.of(p))
                .learningRate(0.5)
                .momentum(kind.equals("plain") ? 0 : 0.9)
                .nesterov(kind.equals("nesterov"))) {
            for (int i = 0; i < 2; i++) {
                sgd.zeroGrad();
                try (Tape tape = Tape.open()) {
                    tape.backward(p.mul(Tensors.of(0.0, 0.0)).sum());
                }
                sgd.step();
            }
        }
        assertThat(p.value().toDoubleArray()).containsExactly(Double.NEGATIVE_INFINITY, 1);
        p.close();
    }

    /** The factor is 1 / infinity = 0: what is finite becomes 0, and 0 times infinity is not a number. */
    @Test
    void clippingByAnInfiniteNormLeavesNothing() {
        try (Parameter a = Parameter.of(Tensors.of(0.0, 0.0))) {
            a.grad(Tensors.of(3.0, Double.NEGATIVE_INFINITY));
            assertThat(GradientClipping.byNorm(List.of(a), 1)).isInfinite();
            assertThat(a.grad().toDoubleArray()).containsExactly(0, Double.NaN);
        }
    }

    /** Otherwise moments would start again from 0, unnoticed. */
    @Test
    void aClosedOptimizerRefusesToGoOn() {
        Parameter p = Parameter.of(Tensors.of(1.0, 2.0));
        Optimizer closed = Adam.of(List.of(p));
        Map<String, Tensor> saved = closed.stateDict();
        closed.close();
        closed.close();
        for (Runnable use : List.<Runnable>of(closed::step, closed::stateDict, () -> closed.loadStateDict(saved))) {
            assertThatThrownBy(use::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("after close");
        }
        p.close();
    }
}
