package org.gatun.examples.mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.gatun.autograd.Parameter;
import org.gatun.autograd.Tape;
import org.gatun.nn.Activation;
import org.gatun.nn.Checkpoint;
import org.gatun.nn.Linear;
import org.gatun.nn.Module;
import org.gatun.nn.Sequential;
import org.gatun.nn.data.Batch;
import org.gatun.nn.data.GeneratedDigits;
import org.gatun.nn.data.TensorDataset;
import org.gatun.optim.Adam;
import org.gatun.optim.Optimizer;
import org.gatun.optim.Sgd;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.DeviceException;
import org.gatun.tensor.Losses;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.gatun.tensor.io.Npy;
import org.gatun.tensor.memory.Allocators;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.MemoryStats;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Training on a GPU, the stand-in where there is no other, agrees with training on the CPU, and gives the GPU's memory back. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class CudaTrainingTest {
    private static Device gpu;

    private final List<Module> modules = new ArrayList<>();

    @BeforeAll
    static void findADriver() {
        StandInDriver.use();
        gpu = Device.cuda(0);
    }

    private long liveBefore;
    private MemoryScope scope;

    @BeforeEach
    void countMemory() {
        Allocators.collect();
        liveBefore = MemoryStats.of(gpu).liveBytes();
        scope = MemoryScope.open("test");
    }

    @AfterEach
    void requireBalance() {
        modules.forEach(Module::free);
        scope.close();
        Allocators.collect();
        assertThat(MemoryStats.of(gpu).liveBytes()).as("live bytes on the GPU").isEqualTo(liveBefore);
        StandInDriver.requireNoViolations();
    }

    private <M extends Module> M freed(M module) {
        modules.add(module);
        return module;
    }

    /** A small network of all that training needs: products, biases, an activation. */
    private Module small(long seed) {
        var g = new Generator(seed);
        return freed(new Sequential(new Linear(12, 8, g), Activation.RELU, new Linear(8, 3, g)));
    }

    /** Five samples for {@link #small}, and their classes. */
    private static Batch samples(long seed) {
        var g = new Generator(seed);
        return new Batch(
                Tensors.randn(g, DType.F32, Shape.of(5, 12), Device.CPU), Tensors.randint(g, 0, 3, Shape.of(5)));
    }

    /** The largest difference of two tensors, relative to the largest element of the second. */
    private static double distance(Tensor actual, Tensor expected) {
        double[] a = actual.toDoubleArray();
        double[] e = expected.toDoubleArray();
        assertThat(a).hasSameSizeAs(e);
        double difference = 0;
        double largest = Double.MIN_NORMAL;
        for (int i = 0; i < e.length; i++) {
            difference = Math.max(difference, Math.abs(a[i] - e[i]));
            largest = Math.max(largest, Math.abs(e[i]));
            assertThat(Double.isFinite(a[i])).isTrue();
        }
        return difference / largest;
    }

    /** The loss of a batch, whose gradients are then in the parameters. */
    private static double backward(Module model, Batch batch) {
        try (var tape = Tape.open()) {
            Tensor loss = Losses.crossEntropy(model.forward(batch.inputs()), batch.targets());
            assertThat(loss.device()).isEqualTo(batch.inputs().device());
            tape.backward(loss);
            return loss.item();
        }
    }

    @ParameterizedTest
    @EnumSource(Network.class)
    void lossAndGradientsAreThoseOfTheCpu(Network network) {
        Module host = freed(network.create(new Generator(3)));
        Module there = freed(network.create(new Generator(3)));
        assertThat(there.to(gpu)).isSameAs(there);
        try (TensorDataset digits = GeneratedDigits.of(6, 5);
                Batch batch = digits.batch(new long[] {0, 1, 2, 3, 4, 5});
                Batch moved = batch.to(gpu)) {
            double expected = backward(host, batch);
            assertThat(backward(there, moved)).isCloseTo(expected, within(1e-5 * expected));
        }
        Map<String, Parameter> found = there.namedParameters();
        host.namedParameters().forEach((name, p) -> {
            Tensor gradient = found.get(name).grad();
            assertThat(gradient.device()).isEqualTo(gpu);
            assertThat(distance(gradient, p.grad())).as(name).isLessThan(1e-5);
            assertThat(distance(p.grad(), p.fullLike(0))).as(name).isPositive();
        });
    }

    /** What updates the parameters. */
    @SuppressWarnings("ImmutableEnumChecker") // the functions have no state
    private enum Update {
        SGD(p -> Sgd.of(p).learningRate(0.1)),
        MOMENTUM(p -> Sgd.of(p).learningRate(0.1).momentum(0.9).weightDecay(0.01)),
        ADAM(p -> Adam.of(p).learningRate(0.01));

        private final Function<Collection<Parameter>, Optimizer> make;

        Update(Function<Collection<Parameter>, Optimizer> make) {
            this.make = make;
        }
    }

    private static void step(Module model, Optimizer optimizer, Batch batch) {
        optimizer.zeroGrad();
        backward(model, batch);
        optimizer.step();
    }

    private static void assertSame(Module actual, Module expected) {
        Map<String, Tensor> state = actual.stateDict();
        expected.stateDict()
                .forEach((name, t) ->
                        assertThat(distance(state.get(name), t)).as(name).isLessThan(2e-5));
    }

    @ParameterizedTest
    @EnumSource(Update.class)
    void stepsAreThoseOfTheCpu(Update update) {
        Module host = small(7);
        Module there = small(7).to(gpu);
        try (Optimizer hosts = update.make.apply(host.parameters());
                Optimizer theirs = update.make.apply(there.parameters())) {
            for (int i = 0; i < 4; i++) {
                Batch batch = samples(i);
                step(host, hosts, batch);
                step(there, theirs, batch.to(gpu));
            }
            theirs.stateDict()
                    .forEach((name, t) -> assertThat(t.device())
                            .as(name)
                            .isEqualTo(name.endsWith("step") || name.equals("steps") ? Device.CPU : gpu));
        }
        assertSame(there, host);
        assertThat(there.parameters()).allMatch(p -> p.device().equals(gpu));
    }

    @ParameterizedTest
    @EnumSource(Update.class)
    void anOptimizerFollowsItsParameters(Update update) {
        Module host = small(7);
        Module travels = small(7);
        try (Optimizer hosts = update.make.apply(host.parameters());
                Optimizer theirs = update.make.apply(travels.parameters())) {
            for (int i = 0; i < 5; i++) {
                Device device = i % 2 == 0 ? Device.CPU : gpu;
                Batch batch = samples(i);
                step(host, hosts, batch);
                List<Parameter> before = travels.parameters();
                travels.to(device);
                assertThat(travels.parameters()).isEqualTo(before);
                step(travels, theirs, batch.to(device));
            }
        }
        assertSame(travels, host);
    }

    @Test
    void aMoveBetweenBackwardAndStepTakesTheGradientsAlong() {
        Module host = small(7);
        Module travels = small(7);
        try (Optimizer hosts = Sgd.of(host.parameters()).learningRate(0.1);
                Optimizer theirs = Sgd.of(travels.parameters()).learningRate(0.1)) {
            backward(host, samples(1));
            hosts.step();
            backward(travels, samples(1));
            travels.to(gpu);
            theirs.step();
        }
        assertSame(travels, host);
    }

    @Test
    void aModelAndABatchOnDifferentDevicesAreRefused() {
        Module there = small(7).to(gpu);
        assertThatThrownBy(() -> there.forward(samples(1).inputs()))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("cuda:0")
                .hasMessageContaining("cpu")
                .hasMessageContaining("to(device)");
        Parameter p = there.parameters().getFirst();
        assertThatThrownBy(() -> p.grad(p.value().cpu()))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("cuda:0")
                .hasMessageContaining("cpu");
    }

    /** As in PyTorch: a number that goes along with tensors on a GPU gets its gradient where it lies. */
    @Test
    void aParameterOnTheHostThatIsANumberGetsItsGradientThere() {
        Parameter scale = Parameter.of(Tensors.scalar(3f));
        Tensor x = Tensors.of(1f, 2f, 4f).to(gpu);
        try (var tape = Tape.open()) {
            tape.backward(x.mul(scale).sum());
        }
        assertThat(scale.grad().device()).isEqualTo(Device.CPU);
        assertThat(scale.grad().item()).isEqualTo(7);
        scale.close();
    }

    /** Buffers in all places where a copy can take theirs. */
    @SuppressWarnings("UnusedVariable") // modules find their fields by reflection
    private static final class Buffered implements Module {
        private Tensor mean = unscoped(Tensors.of(0.5f, 0.25f));
        private final Tensor[] parts = {mean, unscoped(Tensors.of(1f, 2f))};
        private final List<Object> more =
                new ArrayList<>(List.of(unscoped(Tensors.scalar(3L)), new Linear(2, 2, new Generator(1))));
        private final Map<String, Tensor> named = new LinkedHashMap<>(Map.of("key", unscoped(Tensors.of(4f))));
        private final Parameter scale = Parameter.of(Tensors.of(2f, 2f));

        private static Tensor unscoped(Tensor t) {
            t.unscope();
            return t;
        }

        @Override
        public Tensor forward(Tensor x) {
            return x.sub(mean).mul(scale);
        }
    }

    private record Fixed(Tensor mean, Parameter scale) implements Module {
        @Override
        public Tensor forward(Tensor x) {
            return x.sub(mean).mul(scale);
        }
    }

    @Test
    void buffersMoveToo() {
        Buffered model = freed(new Buffered());
        Tensor before = model.mean;
        Map<String, Tensor> state = model.stateDict();
        var values = new LinkedHashMap<String, double[]>();
        state.forEach((name, t) -> values.put(name, t.toDoubleArray()));
        assertThat(state.keySet())
                .containsExactly("mean", "parts.1", "more.0", "more.1.weight", "more.1.bias", "named.key", "scale");
        new Sequential(Activation.RELU, model).to(gpu);
        assertThat(before.isClosed()).isTrue();
        assertThat(model.parts[0]).as("one buffer in two places").isSameAs(model.mean);
        Map<String, Tensor> moved = model.stateDict();
        assertThat(moved.keySet()).isEqualTo(state.keySet());
        moved.forEach((name, t) -> {
            assertThat(t.device()).as(name).isEqualTo(gpu);
            assertThat(t.toDoubleArray()).as(name).isEqualTo(values.get(name));
        });
        assertThat(model.forward(Tensors.of(1f, 1f).to(gpu)).toDoubleArray()).containsExactly(1, 1.5);
        model.to(Device.CPU);
        assertThat(model.stateDict().values()).allMatch(t -> t.device().equals(Device.CPU));
    }

    @Test
    void aBufferThatCanNotBeReplacedIsNamedAndNothingMoves() {
        Fixed model = freed(new Fixed(Buffered.unscoped(Tensors.of(1f)), Parameter.of(Tensors.of(2f))));
        assertThatThrownBy(() -> new Sequential(model).to(gpu))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'0.mean'")
                .hasMessageContaining("cuda:0")
                .hasMessageContaining("final");
        assertThat(model.scale().device()).isEqualTo(Device.CPU);
        assertThat(model.mean().isClosed()).isFalse();
        assertThat(model.to(Device.CPU)).isSameAs(model);
    }

    @Test
    void checkpointsGoFromAGpuToTheHostAndBack(@TempDir Path folder) throws IOException {
        Module there = small(7).to(gpu);
        Module host = small(8);
        Module again = small(9).to(gpu);
        Path file = folder.resolve("checkpoint.safetensors");
        try (Optimizer theirs = Adam.of(there.parameters()).learningRate(0.01);
                Optimizer hosts = Adam.of(host.parameters()).learningRate(0.01);
                Optimizer agains = Adam.of(again.parameters()).learningRate(0.01)) {
            step(there, theirs, samples(1).to(gpu));
            save(file, there, theirs);
            load(file, host, hosts);
            assertThat(host.parameters()).allMatch(p -> p.device().equals(Device.CPU));
            there.stateDict()
                    .forEach((name, t) -> assertThat(host.stateDict().get(name).toDoubleArray())
                            .as(name)
                            .isEqualTo(t.toDoubleArray()));
            step(there, theirs, samples(2).to(gpu));
            step(host, hosts, samples(2));
            assertSame(host, there);

            save(file, host, hosts);
            load(file, again, agains);
            assertThat(again.parameters()).allMatch(p -> p.device().equals(gpu));
            step(host, hosts, samples(3));
            step(again, agains, samples(3).to(gpu));
            assertSame(again, host);
        }
    }

    private static void save(Path file, Module model, Optimizer optimizer) throws IOException {
        Checkpoint.save(file, Map.of("model", model.stateDict(), "optimizer", optimizer.stateDict()), Map.of());
    }

    private static void load(Path file, Module model, Optimizer optimizer) throws IOException {
        try (Checkpoint c = Checkpoint.load(file)) {
            model.loadStateDict(c.group("model"));
            optimizer.loadStateDict(c.group("optimizer"));
        }
    }

    @Test
    void arraysAreWrittenFromAGpu(@TempDir Path folder) throws IOException {
        Tensor x = Tensors.arange(12).to(DType.F32).reshape(3, 4);
        Path file = folder.resolve("x.npy");
        Npy.save(file, x.to(gpu).t());
        assertThat(Npy.load(file).toDoubleArray()).isEqualTo(x.t().toDoubleArray());
    }

    @Test
    void anEpochReachesTheLossOfTheCpu() {
        var settings = new Settings(Network.mlp, 16, 1, 1e-3, 1, null, "generated");
        try (TensorDataset train = GeneratedDigits.of(160, 1);
                TensorDataset test = GeneratedDigits.of(40, 2)) {
            var results = new LinkedHashMap<Device, EpochResult>();
            for (Device device : List.of(Device.CPU, gpu)) {
                try (Trainer trainer = new Trainer(settings, train, test, device)) {
                    results.put(device, trainer.epoch(1, n -> {}));
                }
            }
            EpochResult host = results.get(Device.CPU);
            EpochResult there = results.get(gpu);
            assertThat(there.trainLoss()).isCloseTo(host.trainLoss(), within(1e-4));
            assertThat(there.testLoss()).isCloseTo(host.testLoss(), within(1e-3));
            assertThat(there.testAccuracy()).isCloseTo(host.testAccuracy(), within(0.03));
            assertThat(there.testAccuracy()).isGreaterThan(0.5);
            // Parameters, gradients and moments at least.
            assertThat(there.peakNativeBytes()).isGreaterThan(4 * 4 * (784 * 512 + 512 * 256));
        }
    }

    /** Each thread has a stream of its own: what one has asked for must be done before another reads it. */
    @Test
    void threadsWithStreamsOfTheirOwnUseOneTensor() throws Exception {
        long n = 20_000;
        if (!StandInDriver.onGpu()) {
            StandInDriver.set("delay", 500);
            StandInDriver.set("delay.every", 3);
        }
        try (ExecutorService first = Executors.newSingleThreadExecutor();
                ExecutorService second = Executors.newSingleThreadExecutor()) {
            Tensor x = first.submit((Callable<Tensor>) () -> Tensors.zeros(DType.F32, Shape.of(n), gpu))
                    .get();
            for (int round = 0; round < 20; round++) {
                ExecutorService thread = round % 2 == 0 ? first : second;
                thread.submit(() -> x.add_(1)).get();
            }
            // Both read it at the same time, and the last of them may be behind its close.
            Callable<Double> sum = () -> {
                try (Tensor twice = x.add(x);
                        Tensor total = twice.sum()) {
                    return total.item();
                }
            };
            Future<Double> one = first.submit(sum);
            Future<Double> other = second.submit(sum);
            assertThat(one.get()).isEqualTo(40.0 * n);
            assertThat(other.get()).isEqualTo(40.0 * n);

            Tensor late = second.submit(() -> x.add(x)).get();
            x.close();
            // Takes the memory again, on another stream, while what read it may not be done.
            Tensor next = first.submit((Callable<Tensor>) () -> Tensors.ones(DType.F32, Shape.of(n), gpu))
                    .get();
            assertThat(late.cpu().toDoubleArray()).containsOnly(40);
            assertThat(next.cpu().toDoubleArray()).containsOnly(1);
            late.close();
            next.close();
        } finally {
            if (!StandInDriver.onGpu()) {
                StandInDriver.set("delay", 0);
            }
        }
    }

    @Test
    void theCommandTrainsOnAGpu(@TempDir Path folder) throws IOException {
        assertThat(Files.exists(folder)).isTrue();
    }
}
