package org.gatun.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.gatun.tensor.ir.PoolSpec;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Pooling on a GPU with large windows: worth a warp each, or so large that positions are counted in 64 bits. */
class CudaPoolingTest {
    /** Four windows along the height, each of which reaches far beyond both ends of the image. */
    private static PoolSpec tall(boolean paddingCounts) {
        int pad = (1 << 30) - 1;
        return new PoolSpec(Integer.MAX_VALUE, 1, 1, 1, pad, 0, 1, 1, false, paddingCounts);
    }

    @BeforeAll
    static void findADriver() {
        StandInDriver.use();
    }

    @AfterEach
    void requireSound() {
        StandInDriver.requireNoViolations();
    }

    @Test
    void tallWindowsSeeWholeColumns() {
        Shape shape = Shape.of(1, 2, 4, 3);
        try (var scope = MemoryScope.open()) {
            var gpu = CudaDevice.of(Device.cuda(0));
            // Each column is 0, 4, 8, 12 and a number of its own.
            ConcreteTensor x = OnDevice.of(DType.F32, shape, i -> 4 * (i / 3 % 4) + 100 * (i % 3) + 1000 * (i / 12));
            ConcreteTensor[] found = CudaPooling.maxPool2d(gpu, tall(false), x);
            ConcreteTensor means = CudaPooling.avgPool2d(gpu, tall(false), x);
            assertThat(found[0].shape()).isEqualTo(shape);
            long[] largest = found[0].toLongArray();
            long[] indices = found[1].toLongArray();
            double[] mean = means.toDoubleArray();
            for (int i = 0; i < largest.length; i++) {
                long top = 100 * (i % 3) + 1000 * (i / 12);
                assertThat(largest[i]).isEqualTo(top + 12);
                assertThat(indices[i]).isEqualTo(9 + i % 3);
                assertThat(mean[i]).isEqualTo(top + 6);
            }
        }
    }

    @Test
    void sharesOfTallWindowsAddUp() {
        Shape shape = Shape.of(1, 2, 4, 3);
        try (var scope = MemoryScope.open()) {
            var gpu = CudaDevice.of(Device.cuda(0));
            ConcreteTensor g = OnDevice.of(DType.F64, shape, i -> 4 * (i / 3 % 4));
            ConcreteTensor shares = CudaPooling.avgPool2dGrad(gpu, tall(false), shape, g);
            assertThat(shares.toDoubleArray()).containsOnly((0 + 4 + 8 + 12) / 4.0);
            // The image and its padding have 2^31 + 2 rows: all 2^31 - 1 of a window count.
            ConcreteTensor small = CudaPooling.avgPool2d(gpu, tall(true), g);
            assertThat(small.toDoubleArray()).containsOnly(24.0 / Integer.MAX_VALUE);
        }
    }

    /** Windows worth a warp each, with ties; NaN where {@link OnDevice#small} is 2 at every seventh place, for floating dtypes. */
    @ParameterizedTest
    @MethodSource("dtypes")
    void largeWindowsTakeTheFirstLargest(DType dtype) {
        Shape shape = Shape.of(2, 3, 23, 21);
        var spec = new PoolSpec(6, 7, 5, 4, 3, 2, 1, 3, true, false);
        try (var scope = MemoryScope.open()) {
            ConcreteTensor x = OnDevice.ofReals(dtype, shape, i -> element(dtype, i));
            ConcreteTensor[] found = CudaPooling.maxPool2d(CudaDevice.of(Device.cuda(0)), spec, x);
            double[] values = found[0].toDoubleArray();
            long[] indices = found[1].toLongArray();
            Shape out = found[0].shape();
            assertThat(out).isEqualTo(Shape.of(2, 3, spec.outHeight(23), spec.outWidth(21)));
            for (int o = 0; o < values.length; o++) {
                long plane = o / out.size(3) / out.size(2);
                long top = o / out.size(3) % out.size(2) * 5 - 3;
                long left = o % out.size(3) * 4 - 2;
                double best = Double.NEGATIVE_INFINITY;
                long index = -1;
                for (long row = Math.max(top, 0); row < Math.min(top + 6, 23); row++) {
                    for (long column = left; column < Math.min(left + 21, 21); column += 3) {
                        double value = column < 0 ? 0 : element(dtype, plane * 23 * 21 + row * 21 + column);
                        // Double.compare has NaN above infinity.
                        if (column >= 0 && (index < 0 || Double.compare(value, best) > 0)) {
                            best = value;
                            index = row * 21 + column;
                        }
                    }
                }
                assertThat(values[o]).as("%d", o).isEqualTo(Double.valueOf(best));
                assertThat(indices[o]).as("%d", o).isEqualTo(index);
            }
        }
    }

    static Stream<DType> dtypes() {
        return Stream.of(DType.values()).filter(dtype -> dtype != DType.BOOL);
    }

    private static double element(DType dtype, long i) {
        long small = OnDevice.small(i);
        return dtype.isFloating() && small == 2 && i % 7 == 0 ? Double.NaN : small + (dtype == DType.U8 ? 2 : 0);
    }

    /** Sums of whole numbers, exact, over numbers of elements that are powers of two. */
    @Test
    void largeMeansAreExact() {
        Shape shape = Shape.of(3, 2, 16, 24);
        try (var scope = MemoryScope.open()) {
            for (DType dtype : new DType[] {DType.F32, DType.F64, DType.F16, DType.BF16}) {
                ConcreteTensor x = OnDevice.of(dtype, shape, i -> i / 24 / 4 + 100 * (i % 24 / 8));
                double[] means = CudaPooling.avgPool2d(
                                CudaDevice.of(Device.cuda(0)), new PoolSpec(4, 8, 4, 8, 0, 0, 1, 1, false, true), x)
                        .toDoubleArray();
                assertThat(means).hasSize(3 * 2 * 4 * 3);
                for (int i = 0; i < means.length; i++) {
                    assertThat(means[i]).isEqualTo(i / 3 + 100 * (i % 3));
                }
            }
        }
    }
}
