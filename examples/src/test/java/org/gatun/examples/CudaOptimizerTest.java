package org.gatun.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.gatun.autograd.Parameter;
import org.gatun.optim.Adam;
import org.gatun.optim.AdamW;
import org.gatun.optim.GradScaler;
import org.gatun.optim.GradientClipping;
import org.gatun.optim.Optimizer;
import org.gatun.optim.Sgd;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.gatun.tensor.memory.Allocators;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.MemoryStats;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Optimizers on a GPU, the stand-in where there is no other: the updates of the CPU, in a launch for all parameters. */
class CudaOptimizerTest {
    private static Device gpu;

    private final List<Parameter> parameters = new ArrayList<>();
    private long liveBefore;
    private MemoryScope scope;

    @BeforeAll
    static void findADriver() {
        StandInDriver.use();
        gpu = Device.cuda(0);
    }

    @BeforeEach
    void countMemory() {
        Allocators.collect();
        liveBefore = MemoryStats.of(gpu).liveBytes();
        scope = MemoryScope.open("test");
    }

    @AfterEach
    void requireBalance() {
        parameters.forEach(Parameter::close);
        scope.close();
        Allocators.collect();
        assertThat(MemoryStats.of(gpu).liveBytes()).as("live bytes on the GPU").isEqualTo(liveBefore);
        StandInDriver.requireNoViolations();
    }

    /** Parameters of odd sizes, each third of BF16 if wanted, the same on all devices. */
    private List<Parameter> parameters(Device device, int count, boolean narrow) {
        List<Parameter> made = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            DType dtype = narrow && i % 3 == 2 ? DType.BF16 : DType.F32;
            made.add(Parameter.of(numbers(dtype, 1 + 7 * i, i).to(device)));
        }
        parameters.addAll(made);
        return made;
    }

    private static Tensor numbers(DType dtype, long n, long seed) {
        return Tensors.randn(new Generator(seed), DType.F32, Shape.of(n), Device.CPU)
                .to(dtype);
    }

    private static void setGradients(List<Parameter> parameters, long seed) {
        for (int i = 0; i < parameters.size(); i++) {
            Parameter p = parameters.get(i);
            p.grad(numbers(p.dtype(), p.elements(), seed + i).to(p.device()));
        }
    }

    /** How many kernels ran. */
    private static long launches(Runnable work) {
        long before = StandInDriver.get("launches");
        work.run();
        return StandInDriver.get("launches") - before;
    }

    private static void assertClose(List<Parameter> actual, List<Parameter> expected, double tolerance) {
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i).toDoubleArray())
                    .as("parameter %d", i)
                    .containsExactly(expected.get(i).toDoubleArray(), within(tolerance));
        }
    }

    @SuppressWarnings("ImmutableEnumChecker") // the functions have no state
    private enum Kind {
        ADAM(p -> Adam.of(p).learningRate(k -> 0.1 / (1 + k))),
        ADAM_W(p -> AdamW.of(p).learningRate(0.1).weightDecay(0.5)),
        SGD(p -> Sgd.of(p).learningRate(0.1)),
        MOMENTUM(p -> Sgd.of(p).learningRate(0.1).momentum(0.9).dampening(0.5).weightDecay(0.1));

        private final Function<Collection<Parameter>, Optimizer> make;

        Kind(Function<Collection<Parameter>, Optimizer> make) {
            this.make = make;
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aStepIsOneLaunchForEachDtypeAndNumberOfUpdates(Kind kind) {
        List<Parameter> host = parameters(Device.CPU, 30, true);
        List<Parameter> there = parameters(gpu, 30, true);
        try (Optimizer hosts = kind.make.apply(host);
                Optimizer theirs = kind.make.apply(there)) {
            for (int step = 0; step < 4; step++) {
                setGradients(host, 100L * step);
                setGradients(there, 100L * step);
                if (step == 0) {
                    // From now on they have one update less.
                    for (int i : new int[] {4, 9}) {
                        host.get(i).grad(null);
                        there.get(i).grad(null);
                    }
                }
                hosts.step();
                if (step < 2 || StandInDriver.onGpu()) {
                    theirs.step(); // makes state, too
                } else {
                    assertThat(launches(theirs::step)).isEqualTo(kind == Kind.ADAM || kind == Kind.ADAM_W ? 3 : 2);
                }
                assertClose(there, host, 1e-6);
            }
        }
    }

    /** Neither does the number of launches depend on the number of parameters nor does clipping by a tensor copy anything to the host. */
    @Test
    void clippingTakesAFewLaunchesAndNoWait() {
        List<Parameter> host = parameters(Device.CPU, 25, true);
        List<Parameter> there = parameters(gpu, 25, true);
        for (double maximum : new double[] {1, 1e6}) {
            setGradients(host, 500);
            setGradients(there, 500);
            double norm = GradientClipping.byNorm(host, maximum);
            Tensor onDevice = GradientClipping.totalNorm(there);
            GradientClipping.byNorm(there, maximum, onDevice);
            assertThat(onDevice.device()).isEqualTo(gpu);
            assertThat(onDevice.item()).isCloseTo(norm, within(1e-5 * norm));
            assertGradientsClose(there, host);
            setGradients(there, 500);
            assertThat(GradientClipping.byNorm(there, maximum)).isCloseTo(norm, within(1e-5 * norm));
            assertGradientsClose(there, host);
        }
        if (!StandInDriver.onGpu()) {
            assertThat(launchesOf(25, p -> GradientClipping.byNorm(p, 1))).isEqualTo(3);
            Consumer<List<Parameter>> clip = p -> GradientClipping.byNorm(p, 1, GradientClipping.totalNorm(p));
            assertThat(launchesOf(25, clip)).isEqualTo(launchesOf(2, clip));
            setGradients(there, 500);
            long copies = StandInDriver.get("copies");
            clip.accept(there);
            assertThat(StandInDriver.get("copies")).isEqualTo(copies);
        }
    }

    private long launchesOf(int count, Consumer<List<Parameter>> work) {
        List<Parameter> some = parameters(gpu, count, false);
        setGradients(some, 7);
        return launches(() -> work.accept(some));
    }

    private static void assertGradientsClose(List<Parameter> actual, List<Parameter> expected) {
        for (int i = 0; i < expected.size(); i++) {
            Tensor e = expected.get(i).grad();
            double tolerance = e.dtype() == DType.BF16 ? 1e-2 : 1e-5;
            assertThat(actual.get(i).grad().toDoubleArray())
                    .as("gradient %d", i)
                    .containsExactly(e.toDoubleArray(), within(tolerance));
        }
    }

    @Test
    void aScalerFindsAnOverflowInAnyGradient() {
        List<Parameter> there = parameters(gpu, 5, true);
        try (Optimizer optimizer = Sgd.of(there).learningRate(1)) {
            var scaler = new GradScaler().initialScale(4);
            setGradients(there, 1);
            double[] before = there.get(3).toDoubleArray();
            double[] gradient = there.get(3).grad().toDoubleArray();
            assertThat(scaler.step(optimizer)).isTrue();
            for (int i = 0; i < before.length; i++) {
                assertThat(there.get(3).toDoubleArray()[i]).isCloseTo(before[i] - gradient[i] / 4, within(1e-6));
            }
            scaler.update();
            for (double bad : new double[] {Double.NaN, Double.NEGATIVE_INFINITY}) {
                for (int i : new int[] {0, 2}) {
                    setGradients(there, 1);
                    there.get(i).grad().select(0, there.get(i).elements() - 1).fill_(bad);
                    double[] value = there.get(4).toDoubleArray();
                    assertThat(scaler.step(optimizer)).isFalse();
                    assertThat(there.get(4).toDoubleArray()).isEqualTo(value);
                    scaler.update();
                }
            }
            assertThat(scaler.scale()).isEqualTo(4.0 / 16);
        }
        if (!StandInDriver.onGpu()) {
            Consumer<List<Parameter>> unscale = p -> {
                try (Optimizer optimizer = Sgd.of(p)) {
                    new GradScaler().unscale(optimizer);
                }
            };
            assertThat(launchesOf(25, unscale)).isEqualTo(launchesOf(2, unscale));
        }
    }
}
