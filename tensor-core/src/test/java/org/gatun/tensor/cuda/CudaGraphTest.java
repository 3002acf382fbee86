package org.gatun.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.CudaGraph;
import org.gatun.tensor.DType;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.Device;
import org.gatun.tensor.DeviceException;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.gatun.tensor.linalg.Linalg;
import org.gatun.tensor.memory.Allocators;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.MemoryStats;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A captured step does at each run what the function itself would do. */
class CudaGraphTest {
    private static final int RUNS = 6;
    private static final long SIZE = 37;
    private long live;
    private long held;

    @BeforeAll
    static void findADriver() {
        StandInDriver.use();
    }

    @BeforeEach
    void count() {
        Allocators.collect(); // what other tests left
        live = MemoryStats.of(gpu()).liveCount();
        held = held();
    }

    @AfterEach
    void isBalanced() {
        gpu().synchronize();
        assertThat(MemoryStats.of(gpu()).liveCount()).isLessThanOrEqualTo(live);
        assertThat(held()).isLessThanOrEqualTo(held);
        StandInDriver.requireNoViolations();
    }

    /** The bytes that are neither free nor cached. */
    private static long held() {
        MemoryStats stats = MemoryStats.of(gpu());
        return stats.systemBytes() - stats.cachedBytes();
    }

    private static Device.Cuda gpu() {
        return Device.cuda(0);
    }

    /** Another operand for each run. */
    private static Tensor operand(int run) {
        return Tensors.arange(SIZE).to(DType.F32).add(run);
    }

    /** Steps with state on the device, a generator and numbers of the host: what each is left with and gives. */
    private static List<float[]> steps(boolean captured) {
        List<float[]> seen = new ArrayList<>();
        var generator = new Generator(7);
        int[] count = {0};
        try (var scope = MemoryScope.open("test")) {
            Tensor state = Tensors.zeros(SIZE).to(gpu());
            UnaryOperator<List<Tensor>> step = in -> {
                CudaGraph.onHost(() -> count[0]++);
                Tensor rate = CudaGraph.number(DType.F32, gpu(), () -> 1.0 / count[0]);
                Tensor noise = Tensors.rand(generator, DType.F32, Shape.of(SIZE), gpu());
                Tensor more = Tensors.randn(generator, DType.F32, Shape.of(5), gpu());
                Tensor change = in.get(0).sin().mul(rate).add(noise);
                state.add_(change);
                state.mul_(0.5);
                return List.of(change.sum().add(more.sum()), state);
            };
            try (CudaGraph graph = CudaGraph.capture(step)) {
                for (int run = 0; run < RUNS; run++) {
                    try (var inner = MemoryScope.open("run")) {
                        List<Tensor> out = captured
                                ? graph.run(operand(run))
                                : step.apply(List.of(operand(run).to(gpu())));
                        seen.add(out.get(0).cpu().toFloatArray());
                        seen.add(out.get(1).cpu().toFloatArray());
                        // What lies between the runs takes memory, which the graph must leave alone.
                        Tensor between = Tensors.ones(SIZE).to(gpu()).mul(3);
                        seen.add(between.cpu().toFloatArray());
                    }
                }
            }
            assertThat(count[0]).isEqualTo(RUNS);
            seen.add(new float[] {generator.state().position()});
        }
        return seen;
    }

    @Test
    void eachRunIsOneStepWithItsOwnOperandsNumbersAndRandomNumbers() {
        assertThat(steps(true)).usingRecursiveComparison().isEqualTo(steps(false));
    }

    @Test
    void aGeneratorThatIsSeededBetweenRunsGivesTheNumbersOfItsNewSeed() {
        var generator = new Generator(1);
        try (var scope = MemoryScope.open("test");
                CudaGraph graph =
                        CudaGraph.capture(in -> List.of(Tensors.rand(generator, DType.F32, Shape.of(SIZE), gpu())))) {
            for (int run = 0; run < 3; run++) {
                graph.run();
            }
            generator.seed(5);
            float[] replayed = graph.run().get(0).cpu().toFloatArray();
            assertThat(replayed)
                    .isEqualTo(Tensors.rand(new Generator(5), DType.F32, Shape.of(SIZE), Device.CPU)
                            .toFloatArray());
        }
    }

    @Test
    void aStepThatSeedsItsGeneratorDrawsTheSameNumbersInEachRun() {
        var generator = new Generator(1);
        try (var scope = MemoryScope.open("test");
                CudaGraph graph = CudaGraph.capture(in -> {
                    generator.seed(5);
                    return List.of(Tensors.rand(generator, DType.F32, Shape.of(SIZE), gpu()));
                })) {
            float[] expected = Tensors.rand(new Generator(5), SIZE).toFloatArray();
            for (int run = 0; run < 4; run++) {
                assertThat(graph.run().get(0).cpu().toFloatArray()).isEqualTo(expected);
            }
        }
    }

    /** Products have memory of the graph's to work in, which the stand-in asks for and writes to: also after the first thread's own products. */
    @Test
    void productsOfAStepAreThoseOfTheFunction() {
        try (var scope = MemoryScope.open("test");
                CudaGraph graph = CudaGraph.capture(
                        in -> List.of(in.get(0).matmul(in.get(0).t())))) {
            for (int run = 0; run < 4; run++) {
                Tensor x = Tensors.randn(new Generator(run), DType.F64, Shape.of(3, 5), gpu());
                Tensor expected = x.matmul(x.t());
                assertThat(graph.run(x).get(0).cpu().toDoubleArray())
                        .isEqualTo(expected.cpu().toDoubleArray());
            }
        }
    }

    @Test
    void whatWouldHappenOnceIsRefusedByNameAndTheDeviceGoesOn() {
        refused("reads values", in -> {
            double sum = in.get(0).sum().item();
            return List.of(in.get(0).mul(sum));
        });
        refused(
                "copies a tensor of the host",
                in -> List.of(in.get(0).add(Tensors.ones(SIZE).to(gpu()))));
        refused("copies a tensor of the host", in -> List.of(in.get(0).mul(Tensors.scalar(2))));
        refused("reads values", in -> List.of(in.get(0).cpu()));
        refused("waits for the device", in -> {
            gpu().synchronize();
            return in;
        });
        refused("reads values", in -> List.of(Linalg.det(in.get(0).outer(in.get(0)))));
        refused("another one", in -> {
            try (CudaGraph inner = CudaGraph.capture(x -> x)) {
                inner.run(in.get(0));
                return inner.run(in.get(0));
            }
        });
    }

    private void refused(String what, UnaryOperator<List<Tensor>> step) {
        try (var scope = MemoryScope.open("test");
                CudaGraph graph = CudaGraph.capture(step)) {
            Tensor x = operand(1);
            try {
                graph.run(x);
            } catch (DeviceException e) {
                assertThat(e).hasMessageContaining(what); // already in the first run
                return;
            }
            assertThatThrownBy(() -> graph.run(x))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContainingAll("CudaGraph", what);
            assertThat(x.to(gpu()).sum().item()).isEqualTo(x.sum().item());
        }
    }

    /** Norms and deviations look at their numbers to keep overflow away: in a captured step on the device. */
    @Test
    void whatLooksAtItsNumbersDoesSoInEachRun() {
        UnaryOperator<List<Tensor>> step = in -> {
            Tensor x = in.get(0);
            return List.of(x.std(), x.var(), x.norm(), x.norm(3));
        };
        try (var scope = MemoryScope.open("test");
                CudaGraph graph = CudaGraph.capture(step)) {
            for (int run = 0; run < RUNS; run++) {
                Tensor x = operand(run).mul(run % 3 == 0 ? 1e25 : 1);
                List<Tensor> expected = step.apply(List.of(x));
                List<Tensor> found = graph.run(x);
                for (int i = 0; i < found.size(); i++) {
                    double value = expected.get(i).item();
                    assertThat(found.get(i).item()).isEqualTo(value, offset(1e-6 * value));
                }
            }
        }
    }

    @Test
    void operandsThatDoNotFitAreRefusedBeforeAnythingRuns() {
        try (var scope = MemoryScope.open("test");
                CudaGraph graph = CudaGraph.capture(in -> List.of(in.get(0).mul(2)))) {
            graph.run(operand(0));
            assertThatThrownBy(() -> graph.run(Tensors.ones(SIZE + 1)))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContainingAll("operand 0", "[37]", "[38]");
            assertThatThrownBy(() -> graph.run(Tensors.arange(SIZE)))
                    .isInstanceOf(DTypeException.class)
                    .hasMessageContainingAll("I64", "F32");
            assertThatThrownBy(graph::run).isInstanceOf(ShapeException.class).hasMessageContaining("0 operands");
            assertThat(graph.runs()).isEqualTo(1);
            graph.close();
            assertThatThrownBy(() -> graph.run(operand(0)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("after close");
        }
    }

    @Test
    void aStepHasOneDevice() {
        assumeTrue(Device.available().size() > 1, "needs two GPUs");
        Device.Cuda other = Device.cuda(1);
        try (var scope = MemoryScope.open("test");
                Tensor there = operand(0).to(gpu());
                CudaGraph doubled =
                        CudaGraph.capture(other, in -> List.of(in.get(0).add(in.get(0))));
                CudaGraph mixed = CudaGraph.capture(other, in -> {
                    there.add_(1);
                    return in;
                })) {
            for (int run = 0; run < 4; run++) {
                Tensor given = run == 2 ? operand(run).to(gpu()) : operand(run);
                Tensor found = doubled.run(given).getFirst();
                assertThat(found.device()).isEqualTo(other);
                assertThat(found.toFloatArray()).isEqualTo(given.add(given).toFloatArray());
            }
            mixed.run(there);
            assertThatThrownBy(() -> mixed.run(there))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContainingAll("computes on cuda:0", "captured on cuda:1");
            // What is refused is not done either.
            assertThat(there.toFloatArray()).isEqualTo(operand(1).toFloatArray());
        }
    }

    @Test
    void aResultThatIsAnOperandCanBeClosed() {
        try (var scope = MemoryScope.open("test");
                CudaGraph graph = CudaGraph.capture(in -> {
                    in.get(0).mul_(2);
                    return in;
                })) {
            for (int run = 0; run < 4; run++) {
                try (Tensor doubled = graph.run(operand(run)).get(0)) {
                    assertThat(doubled.cpu().toFloatArray())
                            .isEqualTo(operand(run).mul(2).toFloatArray());
                }
            }
        }
    }

    @Test
    void aNumberThatTheStepChangesInPlaceIsTheHostsAgainInEachRun() {
        try (var scope = MemoryScope.open("test");
                CudaGraph graph = CudaGraph.capture(in -> List.of(
                        CudaGraph.number(DType.F32, gpu(), () -> 3).mul_(2).add(in.get(0))))) {
            for (int run = 0; run < 4; run++) {
                assertThat(graph.run(operand(run)).get(0).cpu().toFloatArray())
                        .isEqualTo(operand(run + 6).toFloatArray());
            }
        }
    }

    @Test
    void workOfTheHostIsRepeatedOnceAndUsesNoTensorOfTheDevice() {
        int[] count = {0};
        try (CudaGraph graph = CudaGraph.capture(in -> {
            CudaGraph.onHost(() -> CudaGraph.onHost(() -> count[0]++));
            return in;
        })) {
            for (int run = 0; run < RUNS; run++) {
                graph.run();
            }
        }
        assertThat(count[0]).isEqualTo(RUNS);
        refused("CudaGraph.onHost: the work uses a tensor on cuda:0", in -> {
            CudaGraph.onHost(() -> in.get(0).add_(1));
            return in;
        });
    }

    /** So that a tape refuses what it saved before the run. */
    @Test
    void eachRunCountsAsAChangeOfWhatItWrites() {
        try (var scope = MemoryScope.open("test")) {
            ConcreteTensor state = operand(0).to(gpu()).concrete();
            ConcreteTensor read = operand(1).to(gpu()).concrete();
            try (CudaGraph graph = CudaGraph.capture(in -> {
                state.add_(read);
                return in;
            })) {
                for (int run = 1; run < RUNS; run++) {
                    graph.run();
                    assertThat(state.storage().version()).isEqualTo(run);
                    assertThat(read.storage().version()).isZero();
                }
            }
        }
    }

    @Test
    void aFaultInARunIsNamedAtTheNextWait() {
        try (var scope = MemoryScope.open("test")) {
            Tensor x = operand(0).to(gpu());
            Tensor good = Tensors.of(0, 5, 36);
            Tensor bad = Tensors.of(0, 99, 1);
            try (CudaGraph graph = CudaGraph.capture(in -> List.of(x.indexSelect(0, in.get(0))))) {
                for (int run = 0; run < 3; run++) {
                    assertThat(graph.run(good).get(0).cpu().toFloatArray()).containsExactly(0, 5, 36);
                }
                // More launches than faults are kept for: the captured one's is not forgotten.
                for (int i = 0; i < 20; i++) {
                    x.indexSelect(0, good.to(gpu()));
                }
                assertThatThrownBy(() -> graph.run(bad).get(0).cpu())
                        .isInstanceOf(IndexOutOfBoundsException.class)
                        .hasMessageContaining("99");
                assertThat(graph.run(good).get(0).cpu().toFloatArray()).containsExactly(0, 5, 36);
            }
        }
    }

    @Test
    void memoryOfACapturedStepStaysUntilTheGraphIsClosed() {
        Tensor state = operand(0).to(gpu());
        state.unscope();
        try (var scope = MemoryScope.open("test");
                CudaGraph graph = CudaGraph.capture(in -> List.of(in.get(0).add(state)))) {
            Tensor x = operand(1);
            graph.run(x);
            graph.run(x);
            state.close(); // the graph reads it still
            Tensor other = Tensors.full(DType.F32, -1, SIZE).to(gpu());
            assertThat(graph.run(x).get(0).cpu().toFloatArray())
                    .isEqualTo(operand(0).add(operand(1)).toFloatArray());
            assertThat(other.cpu().toFloatArray()).containsOnly(-1);
            Tensor result = graph.run(x).get(0);
            graph.close();
            assertThat(result.cpu().toFloatArray())
                    .isEqualTo(operand(0).add(operand(1)).toFloatArray());
        }
    }

    /** What another thread does with a stream that is being captured must neither go into the graph nor spoil it. */
    @Test
    void otherThreadsGoOnWhileAStepIsCaptured() throws Exception {
        var captured = new CountDownLatch(1);
        var worked = new CountDownLatch(1);
        try (var scope = MemoryScope.open("test");
                var pool = Executors.newSingleThreadExecutor()) {
            Tensor shared = operand(0).to(gpu());
            Tensor dropped = operand(2).to(gpu());
            dropped.unscope();
            Tensor[] seen = new Tensor[1];
            var other = pool.submit(() -> {
                captured.await();
                try (var inner = MemoryScope.open("other")) {
                    seen[0] = shared.add(dropped).cpu();
                    seen[0].keep();
                    dropped.close(); // its memory goes back to the stream that is being captured
                    Allocators.of(gpu()).trim();
                } finally {
                    worked.countDown();
                }
                return seen[0].toFloatArray();
            });
            int[] runs = {0};
            try (CudaGraph graph = CudaGraph.capture(in -> {
                Tensor y = in.get(0).mul(shared);
                if (runs[0]++ == 1) {
                    captured.countDown();
                    await(worked);
                }
                return List.of(y.add(1));
            })) {
                for (int run = 0; run < 4; run++) {
                    assertThat(graph.run(operand(run)).get(0).cpu().toFloatArray())
                            .isEqualTo(operand(run).mul(operand(0)).add(1).toFloatArray());
                }
            }
            assertThat(other.get()).isEqualTo(operand(0).add(operand(2)).toFloatArray());
        }
    }

    /** What was captured has not run, and another thread's work would not be repeated. */
    @Test
    void anotherThreadIsRefusedWhatIsBeingCaptured() {
        try (var pool = Executors.newSingleThreadExecutor()) {
            refused("a step that another thread captures", in -> {
                Tensor doubled = in.get(0).mul(2);
                try {
                    return pool.submit(() -> {
                                try (var inner = MemoryScope.open("other")) {
                                    doubled.add(1);
                                }
                                return in;
                            })
                            .get();
                } catch (ExecutionException e) {
                    throw (DeviceException) e.getCause();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
        }
    }

    /** Else a gradient of such a step would be added to as if it were one. */
    @Test
    void whatAStepMadeWhoseCaptureFailedHasNoValues() {
        Tensor[] made = new Tensor[1];
        refused("reads values", in -> {
            Tensor doubled = in.get(0).mul(2);
            if (CudaGraph.isCapturing()) {
                doubled.unscope();
                made[0] = doubled;
                doubled.sum().item();
            }
            return in;
        });
        try (Tensor left = made[0]) {
            assertThatThrownBy(() -> left.add_(1))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining("whose capture failed");
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A reader on another thread sees a run's result whole, and the next run waits for it. */
    @Test
    void runsAndOtherThreadsWaitForEachOther() throws Exception {
        try (var scope = MemoryScope.open("test");
                var pool = Executors.newSingleThreadExecutor()) {
            Tensor state = Tensors.zeros(SIZE).to(gpu());
            try (CudaGraph graph = CudaGraph.capture(in -> {
                state.add_(in.get(0));
                return List.of(state.mul(2));
            })) {
                float expected = 0;
                for (int run = 1; run < RUNS; run++) {
                    Tensor x = Tensors.full(DType.F32, run, SIZE);
                    Tensor doubled = graph.run(x).get(0);
                    expected += run;
                    float[] there = pool.submit(() -> {
                                try (var inner = MemoryScope.open("other")) {
                                    Tensor sum = doubled.add(state);
                                    state.mul_(1); // written there, so that the next run has to wait
                                    return sum.cpu().toFloatArray();
                                }
                            })
                            .get();
                    assertThat(there).containsOnly(3 * expected);
                }
            }
        }
    }

    @Test
    void aGraphBelongsToItsThread() throws Exception {
        try (CudaGraph graph = CudaGraph.capture(in -> in);
                var pool = Executors.newSingleThreadExecutor()) {
            var other = pool.submit(() -> graph.run());
            assertThatThrownBy(other::get)
                    .hasRootCauseInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("main");
        }
    }

    @Test
    void aGraphThatNobodyClosesIsCollected() {
        forgotten();
        // Collectors take their time, and first the graph's and then its tensors' memory.
        for (int i = 0; i < 100 && held() > held; i++) {
            Allocators.collect();
        }
        // isBalanced counts
    }

    private static void forgotten() {
        try (var scope = MemoryScope.open("test")) {
            CudaGraph graph = CudaGraph.capture(in -> List.of(in.get(0).exp().sum()));
            graph.run(operand(0));
            graph.run(operand(0));
            graph.run(operand(0));
        }
    }

    @Test
    void withoutACaptureNumbersAndWorkOfTheHostArePlain() {
        int[] count = {0};
        CudaGraph.onHost(() -> count[0]++);
        try (Tensor n = CudaGraph.number(DType.I32, Device.CPU, () -> 3)) {
            assertThat(n.itemLong()).isEqualTo(3);
        }
        assertThat(count[0]).isEqualTo(1);
        assertThatThrownBy(() -> CudaGraph.number(DType.I8, Device.CPU, () -> 300))
                .isInstanceOf(DTypeException.class);
    }
}
