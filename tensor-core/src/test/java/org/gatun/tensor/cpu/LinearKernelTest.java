package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.MemoryStats;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinearKernelTest {

    private final int threadsBefore = WorkerPool.threads();

    @AfterEach
    void restoreThreads() {
        WorkerPool.setThreads(threadsBefore);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1",
        "1, 300, 500",
        "300, 1, 500",
        "7, 5, 0",
        "0, 5, 4",
        "4, 0, 5",
        "33, 70, 41",
        "128, 130, 200",
        "40, 600, 90"
    })
    void isTheProductPlusTheBias(int rows, int out, int in) {
        var random = new Random(1);
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            for (int threads : new int[] {1, 3}) {
                WorkerPool.setThreads(threads);
                try (MemoryScope scope = MemoryScope.open()) {
                    ConcreteTensor x = Images.random(random, dtype, Shape.of(rows, in));
                    ConcreteTensor weight = Images.random(random, dtype, Shape.of(out, in));
                    ConcreteTensor bias = Images.random(random, dtype, Shape.of(out));
                    double[] product = product(x, weight, new double[out]);
                    double[] biased = product(x, weight, Images.values(bias));
                    Shape shape = Shape.of(rows, out);
                    Images.assertEqual(LinearKernel.run(x, weight)[0], shape, product, 0, "without bias");
                    Images.assertEqual(LinearKernel.run(x, weight, bias)[0], shape, biased, 0, "with bias");
                    Images.assertEqual(
                            LinearKernel.run(columnwise(x), columnwise(weight), everySecond(bias))[0],
                            shape,
                            biased,
                            0,
                            "from other layouts");
                }
            }
        }
    }

    @Test
    void leavesNothingBehindButItsResult() {
        var random = new Random(2);
        try (MemoryScope scope = MemoryScope.open()) {
            ConcreteTensor x = Images.random(random, DType.F32, Shape.of(7, 5));
            ConcreteTensor weight = Images.random(random, DType.F32, Shape.of(40, 5));
            ConcreteTensor bias = everySecond(Images.random(random, DType.F32, Shape.of(40)));
            long before = MemoryStats.of(Device.CPU).liveBytes();
            LinearKernel.run(x, weight, bias);
            assertThat(MemoryStats.of(Device.CPU).liveBytes() - before).isEqualTo(7 * 40 * 4);
        }
    }

    private static double[] product(ConcreteTensor x, ConcreteTensor weight, double[] bias) {
        int rows = (int) x.shape().size(0);
        int in = (int) x.shape().size(1);
        double[] xs = Images.values(x);
        double[] ws = Images.values(weight);
        double[] y = new double[rows * bias.length];
        for (int i = 0; i < y.length; i++) {
            int row = i / bias.length;
            int column = i % bias.length;
            y[i] = bias[column];
            for (int k = 0; k < in; k++) {
                y[i] += xs[row * in + k] * ws[column * in + k];
            }
        }
        return y;
    }

    private static ConcreteTensor columnwise(ConcreteTensor matrix) {
        Axes swap = Axes.listed("columnwise", 2, 1, 0);
        ConcreteTensor swapped = Images.of(
                matrix.dtype(),
                matrix.shape().permuted(swap),
                Images.values(matrix.view(matrix.layout().permuted(swap))));
        return swapped.view(swapped.layout().permuted(swap));
    }

    private static ConcreteTensor everySecond(ConcreteTensor vector) {
        double[] values = Images.values(vector);
        double[] spread = new double[2 * values.length + 1];
        for (int i = 0; i < values.length; i++) {
            spread[2 * i + 1] = values[i];
        }
        ConcreteTensor memory = Images.of(vector.dtype(), Shape.of(spread.length), spread);
        ConcreteTensor view = memory.view(Layout.strided(vector.shape(), new long[] {2}, 1));
        assertThat(Images.values(view)).isEqualTo(values);
        return view;
    }
}
