package org.gatun.examples.mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.gatun.autograd.Grad;
import org.gatun.autograd.Parameter;
import org.gatun.autograd.Tape;
import org.gatun.examples.CommandLineRun;
import org.gatun.nn.Activation;
import org.gatun.nn.Checkpoint;
import org.gatun.nn.Linear;
import org.gatun.nn.Module;
import org.gatun.nn.Sequential;
import org.gatun.nn.data.Batch;
import org.gatun.nn.data.DataLoader;
import org.gatun.nn.data.GeneratedDigits;
import org.gatun.nn.data.Mnist;
import org.gatun.nn.data.TensorDataset;
import org.gatun.nn.distributions.Binomial;
import org.gatun.nn.distributions.Categorical;
import org.gatun.nn.distributions.MultivariateNormal;
import org.gatun.nn.distributions.Normal;
import org.gatun.optim.Adam;
import org.gatun.optim.Optimizer;
import org.gatun.optim.Schedule;
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
import org.junit.jupiter.api.AfterAll;
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

    /** Says that small files are not the originals, as it should; nobody wants to read that here. */
    private static final Logger LOGGER = Logger.getLogger(Mnist.class.getPackageName());

    @BeforeAll
    static void findADriver() {
        LOGGER.setLevel(Level.OFF);
        StandInDriver.use();
        gpu = Device.cuda(0);
    }

    @AfterAll
    static void speakAgain() {
        LOGGER.setLevel(null);
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
    static Module network(long seed) {
        var g = new Generator(seed);
        return new Sequential(new Linear(12, 8, g), Activation.RELU, new Linear(8, 3, g));
    }

    private Module small(long seed) {
        return freed(network(seed));
    }

    /** Five samples for {@link #network}, and their classes. */
    static Batch samples(long seed) {
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
    static double backward(Module model, Batch batch) {
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
    enum Update {
        SGD(p -> Sgd.of(p).learningRate(Schedule.cosine(0.1, 0, 10))),
        MOMENTUM(p -> Sgd.of(p).learningRate(0.1).momentum(0.9).weightDecay(0.01)),
        ADAM(p -> Adam.of(p).learningRate(Schedule.cosine(0.01, 0, 10)));

        final Function<Collection<Parameter>, Optimizer> make;

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
            List<Device> places = new ArrayList<>(List.of(Device.CPU));
            places.addAll(Device.available());
            for (int i = 0; i < 5; i++) {
                Device device = places.get(i % places.size());
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

    /** Sum of the squares, half of the way on a GPU. */
    private static Tensor squares(Tensor x) {
        Tensor there = x.to(gpu);
        return there.mul(there).to(Device.CPU).sum();
    }

    @Test
    void derivativesPassThroughMoves() {
        Tensor x = Tensors.of(1.0, -2.0, 3.0);
        Tensor v = Tensors.of(1.0, 10.0, 100.0);
        UnaryOperator<Tensor> f = CudaTrainingTest::squares;
        List<Tensor> found = List.of(
                Grad.grad(f).apply(x),
                Grad.jvp(f, x, v).tangent(),
                Grad.hvp(f, x, v),
                Grad.jacobian(CudaTrainingTest::moved).apply(x),
                Grad.vmap(f).apply(Tensors.stack(0, x, v)),
                Grad.vmap(Grad.grad(f)).apply(Tensors.stack(0, x, v)),
                Grad.transpose(CudaTrainingTest::moved, x).apply(v.to(gpu)));
        double[][] expected = {
            {2, -4, 6},
            {2 - 40 + 600},
            {2, 20, 200},
            {3, 0, 0, 0, 3, 0, 0, 0, 3},
            {14, 10101},
            {2, -4, 6, 2, 20, 200},
            {3, 30, 300}
        };
        for (int i = 0; i < expected.length; i++) {
            assertThat(found.get(i).toDoubleArray()).as("%d", i).containsExactly(expected[i]);
        }
        // Gradients and transposes are where their arguments are, values where the function left them.
        assertThat(found.get(0).device()).isEqualTo(Device.CPU);
        assertThat(found.get(6).device()).isEqualTo(Device.CPU);
        assertThat(Grad.vmap(CudaTrainingTest::moved).apply(Tensors.ones(2, 2)).device())
                .isEqualTo(gpu);
    }

    @Test
    void tangentsLieWhereTheirArgumentsDo() {
        Tensor x = Tensors.of(1.0, -2.0, 3.0);
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> Grad.jvp((Tensor t) -> t.mul(t), x.to(gpu), x),
                () -> Grad.hvp((Tensor t) -> t.mul(t).sum(), x, x.to(gpu)))) {
            assertThatThrownBy(call)
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContainingAll("vp: a tangent of F64[3] on ", "for an argument on ", "to(device)");
        }
    }

    private static Tensor moved(Tensor x) {
        return x.to(gpu).mul(3);
    }

    /** Where a function mixes numbers of the host with tensors on a GPU, what leads to the numbers is differentiated on the host. */
    @Test
    void whatLeadsToANumberOnTheHostIsDifferentiatedThere() {
        Tensor there = Tensors.of(1.0, 2.0, 4.0).to(gpu);
        Tensor w = Tensors.of(3.0, 5.0);
        // s = w0^2 + w1^2 = 34 meets the GPU's 7 and the host's own 1: 2 w (7 + 2 s).
        Tensor gradient = Grad.grad((Tensor x) -> {
                    Tensor s = x.mul(x).sum();
                    return there.mul(s).sum().cpu().add(s.mul(s));
                })
                .apply(w);
        assertThat(gradient.device()).isEqualTo(Device.CPU);
        assertThat(gradient.toDoubleArray()).containsExactly(6 * (7 + 68), 10 * (7 + 68));
    }

    /** Parameters of distributions: numbers beside a tensor on a GPU go there, and samples with them. */
    @Test
    void distributionsAreOnTheDeviceOfTheirParameters() {
        Tensor scale = Tensors.of(1f, 2f).to(gpu);
        Normal normal = new Normal(Tensors.scalar(0f), scale);
        Tensor sample = normal.sample(new Generator(1), Shape.of(3));
        assertThat(sample.device()).isEqualTo(gpu);
        Tensor expected = new Normal(Tensors.scalar(0f), scale.cpu()).sample(new Generator(1), Shape.of(3));
        assertThat(distance(sample, expected)).isLessThan(1e-6);
        assertThat(Categorical.ofProbs(Tensors.of(0.25f, 0.75f).to(gpu))
                        .enumerateSupport()
                        .device())
                .isEqualTo(gpu);
        Tensor precision = Tensors.of(Shape.of(2, 2), 4f, 0f, 0f, 0.25f).to(gpu);
        MultivariateNormal joint =
                MultivariateNormal.ofPrecision(Tensors.of(1f, 2f).to(gpu), precision);
        assertThat(joint.variance().device()).isEqualTo(gpu);
        assertThat(joint.variance().toDoubleArray()).containsExactly(0.25, 4);
        Binomial trials = Binomial.ofProbs(3, Tensors.of(0.5f, 0.25f).to(gpu));
        assertThat(trials.mean().toDoubleArray()).containsExactly(1.5, 0.75);
        assertThat(trials.totalCount().device()).isEqualTo(gpu);
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

    /** What fits on the GPU as a whole needs no copy for each batch. */
    @Test
    void aDatasetMayLieOnTheGpu() {
        Batch all = samples(1);
        try (var dataset = new TensorDataset(all.inputs().to(gpu), all.targets().to(gpu));
                DataLoader loader = DataLoader.of(dataset).batchSize(3);
                DataLoader.Epoch epoch = loader.epoch(0)) {
            for (int from = 0; from < 5; from += 3) {
                try (Batch batch = epoch.next()) {
                    assertThat(batch.inputs().device()).isEqualTo(gpu);
                    assertThat(batch.inputs().toDoubleArray())
                            .isEqualTo(all.inputs()
                                    .slice(0, from, Math.min(5, from + 3))
                                    .toDoubleArray());
                    assertThat(batch.targets().toLongArray())
                            .isEqualTo(all.targets()
                                    .slice(0, from, Math.min(5, from + 3))
                                    .toLongArray());
                }
            }
        }
    }

    @Test
    void arraysAreWrittenFromAGpu(@TempDir Path folder) throws IOException {
        Tensor x = Tensors.arange(12).to(DType.F32).reshape(3, 4);
        Path file = folder.resolve("x.npy");
        Npy.save(file, x.to(gpu).t());
        assertThat(Npy.load(file).toDoubleArray()).isEqualTo(x.t().toDoubleArray());
    }

    /** Of 168 samples, so that the last batch is not full; by the function itself and captured. */
    @Test
    void anEpochReachesTheLossOfTheCpu() {
        var settings = new Settings(Network.mlp, 16, 1, 1e-3, 1, null, "generated");
        try (TensorDataset train = GeneratedDigits.of(168, 1);
                TensorDataset test = GeneratedDigits.of(40, 2)) {
            var results = new ArrayList<EpochResult>();
            for (Device device : List.of(Device.CPU, gpu, gpu)) {
                boolean captured = results.size() == 2;
                try (Trainer trainer = new Trainer(settings, train, test, device, captured)) {
                    results.add(trainer.epoch(1, n -> {}));
                }
            }
            EpochResult host = results.getFirst();
            for (EpochResult there : results.subList(1, 3)) {
                assertThat(there.trainLoss()).isCloseTo(host.trainLoss(), within(1e-4));
                assertThat(there.testLoss()).isCloseTo(host.testLoss(), within(1e-3));
                assertThat(there.testAccuracy()).isCloseTo(host.testAccuracy(), within(0.03));
                assertThat(there.testAccuracy()).isGreaterThan(0.5);
                // Parameters, gradients and moments at least.
                assertThat(there.peakNativeBytes()).isGreaterThan(4 * 4 * (784 * 512 + 512 * 256));
            }
            assertThat(results.get(2).trainLoss()).isEqualTo(results.get(1).trainLoss());
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
        MnistFiles.write(folder.resolve("data"), 64, 32);
        JsonNode host = trained(folder, "cpu", "--epochs", 2);
        JsonNode there = trained(folder, "cuda", "--epochs", 2);
        assertThat(host.get("device").asText()).isEqualTo("cpu");
        assertThat(there.get("device").asText()).isEqualTo("cuda:0");
        for (int e = 0; e < 2; e++) {
            JsonNode expected = host.get("epochs").get(e);
            JsonNode found = there.get("epochs").get(e);
            assertThat(found.get("trainLoss").asDouble())
                    .isCloseTo(expected.get("trainLoss").asDouble(), within(1e-3));
            assertThat(found.get("testLoss").asDouble())
                    .isCloseTo(expected.get("testLoss").asDouble(), within(1e-2));
            // Parameters, gradients and both moments.
            assertThat(found.get("peakNativeBytes").asLong()).isGreaterThan(4 * 4 * (784 * 512 + 512 * 256));
        }
        // What was begun on a GPU can be finished without one, here with nothing left to train.
        Path checkpoint = folder.resolve("cuda/checkpoint.safetensors");
        CommandLineRun resumed = CommandLineRun.of(
                "mnist", "--data", folder.resolve("data"), "--resume", checkpoint, "--output", folder.resolve("on"));
        assertThat(resumed.status()).as(resumed.err()).isZero();
        assertThat(resumed.out()).contains("Resuming after epoch 2 of 2");
    }

    private static JsonNode trained(Path folder, String device, Object... more) throws IOException {
        Path json = folder.resolve(device + ".json");
        Object[] common = {
            "mnist",
            "--data",
            folder.resolve("data"),
            "--batch",
            16,
            "--device",
            device,
            "--output",
            folder.resolve(device),
            "--json",
            json
        };
        CommandLineRun run = CommandLineRun.of(
                Stream.concat(Arrays.stream(common), Arrays.stream(more)).toArray());
        assertThat(run.status()).as(run.err()).isZero();
        return new ObjectMapper().readTree(Files.readString(json));
    }
}
