package org.gatun.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Copies by tiles on a GPU: each element comes from the place that strides say, for all sizes of elements, orders of axes and directions. */
class CudaTransposesTest {
    @BeforeAll
    static void findADriver() {
        StandInDriver.use();
    }

    @AfterEach
    void requireSound() {
        StandInDriver.requireNoViolations();
    }

    private static CudaDevice gpu() {
        return CudaDevice.of(Device.cuda(0));
    }

    /** What a dtype holds at a position: numbers of which few neighbours are equal. */
    private static long value(DType dtype, long position) {
        return switch (dtype) {
            case F64, F32, I64, I32 -> position;
            case F16, I16 -> position % 1999;
            case BF16, I8, U8 -> position % 113;
            case BOOL -> (position * position / 3) % 2;
        };
    }

    /** Copies a view by tiles and checks every element. */
    private static void check(DType dtype, int begin, long[] sizes, long... strides) {
        Shape shape = Shape.of(sizes);
        Layout layout = Layout.strided(shape, strides, begin);
        long last = begin;
        for (int a = 0; a < sizes.length; a++) {
            last += Math.max(0, (sizes[a] - 1) * strides[a]);
        }
        try (var scope = MemoryScope.open();
                ConcreteTensor memory = OnDevice.of(dtype, Shape.of(last + 1), i -> value(dtype, i));
                ConcreteTensor x = memory.view(layout);
                ConcreteTensor out = gpu().allocate(dtype, shape)) {
            assertThat(CudaTransposes.copy(gpu(), x, out)).isTrue();
            double[] found = out.toDoubleArray();
            double[] expected = new double[found.length];
            for (int i = 0; i < expected.length; i++) {
                long place = begin;
                long rest = i;
                for (int a = sizes.length - 1; a >= 0; a--) {
                    place += rest % sizes[a] * strides[a];
                    rest /= sizes[a];
                }
                expected[i] = value(dtype, place);
            }
            assertThat(found)
                    .as("%s of strides %s", shape, Arrays.toString(strides))
                    .isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F64", "F32", "BF16", "U8"})
    void theFirstElementsOfRowsBecomeTheFirstRow(DType dtype) {
        check(dtype, 0, new long[] {67, 131}, 1, 67);
        check(dtype, 5, new long[] {131, 3}, 1, 140);
        check(dtype, 0, new long[] {2, 300}, 1, 2);
        check(dtype, 0, new long[] {3, 4, 33, 2}, 1, 198, 6, 3);
    }

    @Test
    void anyOrderAndDirectionOfAxes() {
        check(DType.I32, 0, new long[] {5, 6, 7}, 1, 5, 30);
        check(DType.I32, 0, new long[] {5, 6, 7}, 7, 1, 35);
        // from the last to the first, along one of the axes and along both
        check(DType.I32, 39, new long[] {40, 50}, -1, 40);
        check(DType.I32, 1999, new long[] {40, 50}, -1, -40);
        check(DType.I32, 0, new long[] {40, 50}, 2, 90);
        // of the axes besides, one repeats
        check(DType.I32, 0, new long[] {4, 3, 5, 9}, 1, 0, 40, 4);
        check(DType.I32, 0, new long[] {2, 3, 2, 2, 3, 2, 2, 2}, 1, 2, 100, 50, 200, 12, 6, 900);
    }

    @Test
    void rowsOfTheResultMayBeApart() {
        try (var scope = MemoryScope.open()) {
            Device.Cuda device = Device.cuda(0);
            Tensor x = Tensors.arange(60).reshape(4, 15).to(device);
            double[] joined =
                    Tensors.concat(1, x.t(), x.add(100L).t()).to(Device.CPU).toDoubleArray();
            double[] padded = Functional.pad(x.t(), 1, 2).to(Device.CPU).toDoubleArray();
            for (int i = 0; i < 15; i++) {
                for (int j = 0; j < 4; j++) {
                    assertThat(joined[i * 8 + j]).isEqualTo(j * 15 + i);
                    assertThat(joined[i * 8 + 4 + j]).isEqualTo(100 + j * 15 + i);
                    assertThat(padded[i * 7 + 1 + j]).isEqualTo(j * 15 + i);
                }
            }
        }
    }

    @Test
    void whatLiesAlongTheResultIsNotTiled() {
        try (var scope = MemoryScope.open();
                ConcreteTensor memory = OnDevice.of(DType.F32, Shape.of(4000), i -> i);
                ConcreteTensor out = gpu().allocate(DType.F32, Shape.of(20, 30))) {
            for (long[] strides : new long[][] {{40, 1}, {0, 1}, {1, 0}, {90, 2}, {16, 100}}) {
                try (ConcreteTensor x = memory.view(Layout.strided(Shape.of(20, 30), strides, 0))) {
                    assertThat(CudaTransposes.copy(gpu(), x, out))
                            .as("%s", Arrays.toString(strides))
                            .isFalse();
                }
            }
        }
    }

    @Test
    void largeTransposedOperandsOfElementwiseOperations() {
        int rows = 515;
        int columns = 601;
        try (var scope = MemoryScope.open()) {
            Device.Cuda device = Device.cuda(0);
            Tensor x = Tensors.arange((long) rows * columns)
                    .to(DType.F32)
                    .reshape(columns, rows)
                    .to(device);
            Tensor y = Tensors.arange(columns).to(DType.F32).to(device);
            double[] sums = x.t().add(y).to(Device.CPU).toDoubleArray();
            for (int i = 0; i < sums.length; i++) {
                int j = i % columns;
                assertThat(sums[i]).isEqualTo(j * rows + i / columns + j);
            }
        }
    }
}
