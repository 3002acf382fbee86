package org.gatun.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.gatun.bench.suites.Suites;
import org.gatun.tensor.Device;
import org.gatun.tensor.memory.MemoryStats;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GatunSideTest {
    private static Output only(String id) {
        try (Computation computation = new GatunSide().prepare(Suites.identified(id))) {
            return computation.results().getFirst();
        }
    }

    @Test
    void anOperationIsThatOfItsName() {
        Problem add = Suites.identified("overhead/add 16");
        double[] a = add.inputs().get(0).doubles();
        double[] b = add.inputs().get(1).doubles();
        double[] sum = new double[16];
        Arrays.setAll(sum, i -> (float) (a[i] + b[i]));
        assertThat(only("overhead/add 16").values()).containsExactly(sum);
    }

    /** Else an error that swaps operands, or computes with one of them alone, would not be seen. */
    @Test
    void operandsOfEqualShapesAreNotTheSameNumbers() {
        for (String id : List.of(
                "gemm/square-NN 64x64x64", "conv/resnet-512-input-grad 1x512x7x7", "elementwise/add F32 1,024")) {
            Problem problem = Suites.identified(id);
            Map<List<Long>, List<Input>> shapes = problem.inputs().stream()
                    .collect(Collectors.groupingBy(
                            i -> Arrays.stream(i.sizes()).boxed().toList()));
            assertThat(shapes).hasSizeLessThan(problem.inputs().size());
            for (List<Input> same : shapes.values()) {
                assertThat(same.stream().map(i -> Arrays.hashCode(i.values()))).doesNotHaveDuplicates();
            }
        }
    }

    @Test
    void aRecordedOperationGivesTheGradientOfTheFirstOperand() {
        double[] b =
                Suites.identified("overhead/mul-backward 16").inputs().get(1).doubles();
        assertThat(only("overhead/mul-backward 16").values()).containsExactly(b);
    }

    /** Of a convolution y, which is linear in x and in w, the sum of g times y is that of x times its gradient, and likewise of w. */
    @Test
    void theBackwardPassesOfAConvolutionAreItsTransposes() {
        Problem problem = Suites.identified("conv/lenet-1-input-grad 1x1x28x28");
        double[] x = problem.inputs().get(0).doubles();
        double[] w = problem.inputs().get(1).doubles();
        double[] g = problem.inputs().get(2).doubles();
        double forward = dot(g, only("conv/lenet-1-forward 1x1x28x28").values());
        assertThat(dot(x, only("conv/lenet-1-input-grad 1x1x28x28").values()) / forward)
                .isBetween(0.999, 1.001);
        assertThat(dot(w, only("conv/lenet-1-weight-grad 1x1x28x28").values()) / forward)
                .isBetween(0.999, 1.001);
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** With random classes the loss is near ln(10) at first, and every step lowers it, for the batch is always the same. */
    @ParameterizedTest
    @ValueSource(strings = {"train/mlp batch 1", "train/mlp batch 32", "train/lstm batch 32, 64 steps"})
    void aTrainingStepLowersTheLoss(String id) {
        try (Computation step = new GatunSide().prepare(Suites.identified(id))) {
            double before = step.results().getFirst().values()[0];
            assertThat(before).isBetween(1.0, 5.0);
            for (int i = 0; i < 3; i++) {
                double after = step.results().getFirst().values()[0];
                assertThat(after).isLessThan(before);
                before = after;
            }
        }
    }

    @Test
    void nothingIsLeftBehind() {
        MemoryStats before = MemoryStats.of(Device.CPU);
        for (String id : List.of(
                "overhead/item 1", "overhead/mul-tanh-backward 16", "forward-mode/hvp 4->4096", "train/mlp batch 1")) {
            try (Computation computation = new GatunSide().prepare(Suites.identified(id))) {
                computation.run();
                computation.results();
            }
        }
        assertThat(MemoryStats.of(Device.CPU).liveBytes()).isEqualTo(before.liveBytes());
    }

    @Test
    void resultsTravelByFileAndAreComparedByTheLargestNumber(@TempDir Path folder) throws Exception {
        Problem problem = Suites.identified("overhead/add 16");
        var ours = List.of(new Output(new long[] {2, 2}, new double[] {1, -4, Double.MIN_VALUE, 2}));
        Path file = folder.resolve("results");
        Output.write(file, ours);
        List<Output> read = Output.read(file);
        assertThat(read).hasSize(1);
        assertThat(read.getFirst().sizes()).containsExactly(2, 2);
        assertThat(read.getFirst().values()).containsExactly(1, -4, Double.MIN_VALUE, 2);
        var theirs = List.of(new Output(new long[] {2, 2}, new double[] {1, -4, 1, 2}));
        assertThat(GatunSide.difference(problem, ours, read)).isZero();
        assertThat(GatunSide.difference(problem, ours, theirs)).isEqualTo(0.25);
        var flat = List.of(new Output(new long[] {4}, new double[] {1, -4, 0, 2}));
        assertThatThrownBy(() -> GatunSide.difference(problem, ours, flat)).hasMessageContaining("shape");
        var none = List.of(new Output(new long[] {2, 2}, new double[] {1, -4, Double.NaN, 2}));
        assertThat(GatunSide.difference(problem, ours, none)).isNaN();
    }

    private static final class Counted implements Computation {
        private int runs;

        @Override
        public void run() {
            runs++;
        }

        @Override
        public List<Output> results() {
            return new ArrayList<>();
        }

        @Override
        public void close() {}
    }

    /** A step that leaves a parameter as it is, or lets it decay by another factor, is another step. */
    @Test
    void aStepsParametersAreComparedToo() {
        Problem problem = Suites.identified("train/mlp batch 1");
        List<Output> ours;
        try (Computation step = new GatunSide().prepare(problem)) {
            step.run();
            ours = step.results();
        }
        assertThat(ours).hasSize(1 + problem.changed().size());
        assertThat(GatunSide.difference(problem, ours, ours)).isZero();
        for (int i = 1; i < ours.size(); i++) {
            double[] start = problem.inputs().get(problem.changed().get(i - 1)).doubles();
            List<Output> still = new ArrayList<>(ours);
            still.set(i, new Output(ours.get(i).sizes(), start));
            assertThat(GatunSide.difference(problem, ours, still)).isGreaterThan(1e-3);
        }
        List<Output> decayed = new ArrayList<>(ours);
        for (int i = 1; i < ours.size(); i++) {
            double[] start = problem.inputs().get(problem.changed().get(i - 1)).doubles();
            double[] values = ours.get(i).values().clone();
            Arrays.setAll(values, j -> values[j] - 1e-6 * start[j]);
            decayed.set(i, new Output(ours.get(i).sizes(), values));
        }
        assertThat(GatunSide.difference(problem, ours, decayed)).isGreaterThan(1e-4);
    }

    @Test
    void aThreadIsPreparedAndTimeIsOfOneComputation() throws Exception {
        var repeated = new Repeated();
        double plain = Collections.min(Timing.seconds(new Counted(), 0.05, 3, 0.05));
        assertThat(Collections.min(Timing.seconds(repeated, 0.05, 3, 0.05))).isLessThan(plain / 100);
        assertThat(repeated.entered).isNotNull().isSameAs(repeated.ran);
    }

    private static final class Repeated implements Computation {
        private Thread entered;
        private Thread ran;

        @Override
        public void enter() {
            entered = Thread.currentThread();
        }

        @Override
        public int repeats() {
            return 1_000_000;
        }

        @Override
        public void run() {
            ran = Thread.currentThread();
        }

        @Override
        public List<Output> results() {
            return List.of();
        }

        @Override
        public void close() {}
    }

    @Test
    void jmhTakesAsManySamplesAsAskedFor() throws Exception {
        var counted = new Counted();
        List<Double> seconds = Timing.seconds(counted, 0.01, 3, 0.01);
        assertThat(seconds).hasSize(3);
        assertThat(Collections.min(seconds)).isBetween(0.0, 1e-3);
        assertThat(counted.runs).isGreaterThan(3);
    }

    @Test
    void firstStepsAreCountedFromTheStartOfTheProcess() throws Exception {
        var counted = new Counted();
        FirstSteps first = FirstSteps.of(counted, 5);
        assertThat(counted.runs).isEqualTo(5);
        assertThat(first.steps()).hasSize(5);
        assertThat(first.firstStep()).isPositive();
    }

    @Test
    void whatGrowsIsSeen() throws Exception {
        var leaks = new ArrayList<AutoCloseable>();
        Endurance endurance = Endurance.of(
                new Computation() {
                    @Override
                    public void run() {
                        leaks.add(org.gatun.tensor.Tensors.zeros(1000));
                    }

                    @Override
                    public List<Output> results() {
                        return List.of();
                    }

                    @Override
                    public void close() {}
                },
                20,
                4);
        assertThat(endurance.points()).extracting(Endurance.Point::step).containsExactly(5L, 10L, 15L, 20L);
        assertThat(endurance.points().getLast().live()
                        - endurance.points().getFirst().live())
                .isBetween(14L * 4000, 16L * 4096);
        for (AutoCloseable leak : leaks) {
            leak.close();
        }
    }
}
