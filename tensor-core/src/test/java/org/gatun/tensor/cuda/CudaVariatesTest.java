package org.gatun.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.composite.BinomialSample;
import org.gatun.tensor.composite.LogGammaSample;
import org.gatun.tensor.composite.PoissonSample;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Variates by rejection on a GPU: those of the CPU, element by element, from the same keys. */
class CudaVariatesTest {
    private static final int N = 4800;
    private static final double INF = Double.POSITIVE_INFINITY;

    @BeforeAll
    static void findADriver() {
        StandInDriver.use();
    }

    @AfterEach
    void nothingAmiss() {
        StandInDriver.requireNoViolations();
    }

    /** Numbers of which neighbours are a constant factor apart, up to the largest, and first those given. */
    private static Tensor geometric(double most, double... first) {
        double[] x = new double[N];
        Arrays.setAll(x, i -> i < first.length ? first[i] : most * Math.pow(1e-8, i % 97 / 96.0));
        return Tensors.of(x);
    }

    /** The variates on the CPU and those on the GPU, in which they are one launch. */
    private static double[][] both(Composite composite, Tensor... parameters) {
        Tensor[] here = Arrays.copyOf(parameters, parameters.length + 1);
        here[parameters.length] =
                Tensors.of(Shape.of(N), new SplittableRandom(7).longs(N).toArray());
        Tensor[] there = Arrays.stream(here).map(x -> x.to(Device.cuda(0))).toArray(Tensor[]::new);
        long before = StandInDriver.onGpu() ? -1 : StandInDriver.get("launches");
        Tensor drawn = Dispatch.bind(new Op.Call(composite), there);
        if (before >= 0) {
            assertThat(StandInDriver.get("launches") - before).isEqualTo(1);
        }
        return new double[][] {
            Dispatch.bind(new Op.Call(composite), here).toDoubleArray(),
            drawn.cpu().toDoubleArray()
        };
    }

    @Test
    void poissonVariates() {
        try (MemoryScope scope = MemoryScope.open("poisson")) {
            double[][] counts = both(new PoissonSample(), geometric(1e7, Double.NaN, -1, 0, 10));
            assertThat(counts[1]).containsExactly(counts[0]).contains(Double.NaN);
        }
    }

    @Test
    void binomialVariates() {
        try (MemoryScope scope = MemoryScope.open("binomial")) {
            Tensor trials = geometric(1e9, 0, 5, 5, 5).ceil();
            double[] fractions = new double[N];
            Arrays.setAll(fractions, i -> i % 89 / 88.0);
            fractions[2] = Double.NaN;
            double[][] counts = both(new BinomialSample(), trials, Tensors.of(fractions));
            assertThat(counts[1]).containsExactly(counts[0]).contains(Double.NaN);
        }
    }

    @Test
    void gammaVariates() {
        try (MemoryScope scope = MemoryScope.open("gamma")) {
            double[][] logs = both(new LogGammaSample(), geometric(1e5, Double.NaN, INF, 1));
            assertThat(logs[0][0] + logs[0][1]).isNaN();
            assertThat(logs[1][0] + logs[1][1]).isNaN();
            for (int i = 2; i < N; i++) {
                assertThat(logs[1][i]).isCloseTo(logs[0][i], Offset.offset(1e-12 * Math.max(1, Math.abs(logs[0][i]))));
            }
        }
    }
}
