package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.MemoryStats;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Reductions of expanded tensors, which have more elements than memory. */
@ExtendWith(NativeMemoryBalance.class)
class ReduceTest {
    private static final long MIB = 1L << 20;

    @Test
    void expandedTensorsAreNotMaterialised() {
        try (MemoryScope scope = MemoryScope.open()) {
            Tensor one = Tensors.ones(1).broadcastTo(10_000, 10_000);
            MemoryStats.resetPeak(Device.CPU);
            long before = MemoryStats.of(Device.CPU).liveBytes();
            assertThat(one.sum().item()).isEqualTo(1e8);
            assertThat(MemoryStats.of(Device.CPU).peakBytes() - before).isLessThan(64 * MIB);
        }
    }

    @Test
    void expandedAxesCountInEverySum() {
        try (MemoryScope scope = MemoryScope.open()) {
            // x[i, j, k, l] = 10 j + l, of sizes 300, 4, 3000, 5: 72 MB
            Tensor j = Tensors.arange(4).mul(10).reshape(4, 1, 1);
            Tensor l = Tensors.arange(5);
            for (DType dtype : new DType[] {DType.F32, DType.F64, DType.I64, DType.I32}) {
                Tensor x = j.add(l).to(dtype).broadcastTo(300, 4, 3000, 5);
                assertThat(x.sum().to(DType.F64).item()).isEqualTo(300. * 3000 * (5 * 60 + 4 * 10));
                assertThat(x.sum(0, 2).to(DType.F64).toDoubleArray()).isEqualTo(expected(300. * 3000));
                assertThat(x.sum(0, 2, 3).to(DType.F64).toDoubleArray())
                        .containsExactly(9e6, 9e5 * 60, 9e5 * 110, 9e5 * 160);
                Tensor sums = x.sum(1, 3);
                assertThat(sums.shape().toArray()).containsExactly(300, 3000);
                assertThat(sums.eq(340).all().item()).isEqualTo(1);
                assertThat(x.amax(0, 2).to(DType.F64).toDoubleArray()).isEqualTo(expected(1));
                assertThat(x.permute(3, 2, 1, 0).sum(1, 3).to(DType.F64).toDoubleArray())
                        .isEqualTo(x.sum(0, 2).t().to(DType.F64).toDoubleArray());
                assertThat(x.amin().to(DType.F64).item()).isZero();
            }
        }
    }

    /** {@code factor (10 j + l)}, row by row. */
    private static double[] expected(double factor) {
        double[] values = new double[20];
        for (int i = 0; i < values.length; i++) {
            values[i] = factor * (10 * (i / 5) + i % 5);
        }
        return values;
    }

    @Test
    void productsAndLongSumsOfExpandedTensorsAreAccurate() {
        try (MemoryScope scope = MemoryScope.open()) {
            Tensor x = Tensors.of(new float[] {1.1f}).broadcastTo(50_000, 1000);
            assertThat(x.sum().item() / (5e7 * 1.1f)).isCloseTo(1, within(1e-6));
            double near = 1 + 0x1p-20;
            Tensor y = Tensors.of(new double[] {near}).broadcastTo(4096, 1024);
            assertThat(y.prod().item()).isCloseTo(Math.exp(0x1p22 * Math.log1p(0x1p-20)), within(1e-9));
        }
    }
}
