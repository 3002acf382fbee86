package org.gatun.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.MemoryStats;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each problem runs, is what its work says, and leaves no memory behind. */
class ProblemsTest {
    private static final long SMALL = 40_000;

    @TestFactory
    List<DynamicTest> everyProblemRunsAndFreesItsMemory() {
        var tests = new ArrayList<DynamicTest>();
        for (Problem problem : Problems.all()) {
            for (Precision precision : List.of(Precision.F32, Precision.BF16)) {
                tests.add(DynamicTest.dynamicTest(problem.name() + " " + precision, () -> runs(problem, precision)));
            }
        }
        return tests;
    }

    private static void runs(Problem problem, Precision precision) {
        long smallest = problem.axis().equals("batch") ? 2 : problem.sizes().getFirst();
        long before = MemoryStats.of(Device.CPU).liveBytes();
        try (Step step = problem.prepare(Device.CPU, precision, smallest);
                var scope = MemoryScope.open()) {
            for (int i = 0; i < 2; i++) {
                Tensor result = step.run();
                assertThat(result.dtype()).isEqualTo(precision.dtype());
                assertThat(result.to(DType.F32).isFinite().all().item()).isEqualTo(1);
            }
            assertThat(step.inputs()).allSatisfy(x -> assertThat(x.device()).isEqualTo(Device.CPU));
        }
        assertThat(MemoryStats.of(Device.CPU).liveBytes()).isEqualTo(before);
    }

    @Test
    void trainingLowersTheLoss() {
        try (Step step = Networks.mlp(Device.CPU, Precision.F32, 8);
                var scope = MemoryScope.open()) {
            double first = step.run().item();
            double last = first;
            for (int i = 0; i < 20; i++) {
                last = step.run().item();
            }
            assertThat(last).isLessThan(first);
        }
    }

    @Test
    void sizesAscendOverTheRangeThatIsPromised() {
        for (Problem problem : Problems.all()) {
            List<Long> sizes = problem.sizes();
            assertThat(sizes).isSorted().doesNotHaveDuplicates();
            long last = sizes.getLast();
            if (problem.axis().equals("batch")) {
                assertThat(sizes.getFirst()).isEqualTo(32);
                assertThat(last).isEqualTo(65_536);
            } else {
                assertThat(problem.work(sizes.getFirst(), Precision.F32).elements())
                        .isEqualTo(1 << 10);
                assertThat(problem.work(last, Precision.F32).elements()).isEqualTo(1 << 30);
            }
        }
    }

    /** Of dense layers alone, every weight is used by two operations a sample forward, and by as many for each gradient. */
    @Test
    void theWorkOfTheMlpIsThatOfItsProducts() {
        double forward = 2 * (784 * 512 + 512 * 256 + 256 * 10);
        double inputGradient = 2 * 784 * 512;
        assertThat(Networks.mlpWork(7, 4).flops()).isEqualTo(7 * (3 * forward - inputGradient));
    }

    @Test
    void operandsRepeatAndFillTheirShape() {
        try (var scope = MemoryScope.open()) {
            double[] values = new Operands(Device.CPU, Precision.F32)
                    .normal(3, SMALL)
                    .reshape(3 * SMALL)
                    .toDoubleArray();
            assertThat(Arrays.copyOf(values, 1000)).isEqualTo(Arrays.copyOfRange(values, 1 << 16, (1 << 16) + 1000));
            assertThat(Arrays.stream(values).average().orElseThrow()).isBetween(-0.05, 0.05);
        }
    }
}
