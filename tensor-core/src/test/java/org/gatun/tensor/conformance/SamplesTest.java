package org.gatun.tensor.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.ExtremumFn;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.PoolSpec;
import org.gatun.tensor.ir.SliceSpec;
import org.gatun.tensor.ir.UnaryFn;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The test support itself: layouts hold what they are given, and the reference computes examples worked by hand. */
class SamplesTest {
    private static HostArray counting(DType dtype, long... sizes) {
        Shape shape = Shape.of(sizes);
        return dtype.isFloating()
                ? HostArray.reals(dtype, shape, i -> i + 1)
                : HostArray.wholes(dtype, shape, i -> i + 1);
    }

    @ParameterizedTest
    @EnumSource
    void layoutsHoldTheirValues(LayoutVariant layout) {
        for (DType dtype : DType.values()) {
            for (long[] sizes : new long[][] {{}, {0}, {1}, {5}, {3, 4}, {2, 0, 3}, {2, 3, 4}}) {
                HostArray array = counting(dtype, sizes);
                if (layout.applies(array.shape())) {
                    try (MemoryScope scope = MemoryScope.open("layouts")) {
                        assertThat(HostArray.of(layout.place(array, Device.CPU)))
                                .isEqualTo(layout.adapt(array));
                        Tensor base = LayoutVariant.CONTIGUOUS.place(layout.unview(array), Device.CPU);
                        assertThat(HostArray.of(layout.view(base, array.shape())))
                                .isEqualTo(layout.adapt(array));
                    }
                }
            }
        }
    }

    @Test
    void layoutsAreWhatTheySay() {
        HostArray array = counting(DType.F32, 3, 4);
        try (MemoryScope scope = MemoryScope.open("layouts")) {
            assertThat(LayoutVariant.TRANSPOSED
                            .place(array, Device.CPU)
                            .layout()
                            .strides())
                    .containsExactly(1, 3);
            assertThat(LayoutVariant.FLIPPED.place(array, Device.CPU).layout().strides())
                    .containsExactly(-4, -1);
            assertThat(LayoutVariant.STEPPED.place(array, Device.CPU).layout().strides())
                    .containsExactly(18, 2);
            assertThat(LayoutVariant.NARROWED.place(array, Device.CPU).layout().strides())
                    .containsExactly(7, 1);
            assertThat(LayoutVariant.BROADCAST_ALL
                            .place(array, Device.CPU)
                            .layout()
                            .strides())
                    .containsExactly(0, 0);
            assertThat(LayoutVariant.OFFSET.place(array, Device.CPU).layout().offset())
                    .isEqualTo(1);
        }
    }

    private static List<HostArray> run(Op op, HostArray... operands) {
        return ReferenceInterpreter.run(op, List.of(operands));
    }

    private static HostArray reals(long[] sizes, double... values) {
        return HostArray.reals(DType.F64, Shape.of(sizes), i -> values[i]);
    }

    @Test
    void referenceOfShapesAndReductions() {
        HostArray x = reals(new long[] {2, 3}, 1, 2, 3, 4, 5, 6);
        assertThat(run(new Op.Permute(Axes.listed("permute", 2, 1, 0)), x).get(0))
                .isEqualTo(reals(new long[] {3, 2}, 1, 4, 2, 5, 3, 6));
        assertThat(run(new Op.Slice(new SliceSpec(Shape.of(1, 0), Shape.of(1, 2), Shape.of(1, 2))), x)
                        .get(0))
                .isEqualTo(reals(new long[] {1, 2}, 4, 6));
        assertThat(run(new Op.Sum(Axes.listed("sum", 2, 0)), x).get(0)).isEqualTo(reals(new long[] {1, 3}, 5, 7, 9));
        assertThat(run(new Op.CumSum(1, true), x).get(0)).isEqualTo(reals(new long[] {2, 3}, 6, 5, 3, 15, 11, 6));
        HostArray y = reals(new long[] {4}, 2, Double.NaN, 3, Double.NaN);
        assertThat(run(new Op.ArgExtremum(ExtremumFn.MIN, 0), y).get(0).whole(0))
                .isEqualTo(1);
        assertThat(run(new Op.Sort(0, true), y).get(1)).isEqualTo(HostArray.indices(Shape.of(4), 1, 3, 2, 0));
    }

    @Test
    void referenceOfProductsAndPools() {
        HostArray a = reals(new long[] {2, 2}, 1, 2, 3, 4);
        HostArray b = reals(new long[] {2, 2}, 5, 6, 7, 8);
        assertThat(run(new Op.MatMul(), a, b).get(0)).isEqualTo(reals(new long[] {2, 2}, 19, 22, 43, 50));
        HostArray image = reals(new long[] {1, 1, 2, 3}, 1, 9, 2, 3, 4, 5);
        assertThat(run(new Op.MaxPool2d(PoolSpec.of(2, 1)), image))
                .containsExactly(reals(new long[] {1, 1, 1, 2}, 9, 9), HostArray.indices(Shape.of(1, 1, 1, 2), 1, 1));
        // The padding counts in the divisor: a corner window of a 3x3 pool with padding 1 holds 4 elements and divides
        // by 9.
        assertThat(run(new Op.AvgPool2d(new PoolSpec(3, 3, 2, 2, 1, 1, 1, 1, false, true)), image)
                        .get(0)
                        .real(0))
                .isCloseTo((1 + 9 + 3 + 4) / 9.0, within(1e-15));
    }

    /** Values from tables to 16 digits: Abramowitz and Stegun 7.1, and exact identities. */
    @Test
    void referenceOfSpecialFunctions() {
        assertThat(ErrorFunction.erf(0.5)).isCloseTo(0.5204998778130465, within(2e-16));
        assertThat(ErrorFunction.erf(2)).isCloseTo(0.9953222650189527, within(2e-16));
        assertThat(ErrorFunction.erfc(5)).isCloseTo(1.5374597944280349e-12, within(1e-27));
        assertThat(ErrorFunction.erfc(-2)).isCloseTo(1.9953222650189527, within(3e-16));
        assertThat(ScalarReference.unary(UnaryFn.LOG2, 0x1p-1074)).isEqualTo(-1074);
        assertThat(ScalarReference.unary(UnaryFn.ASINH, -1e-300)).isEqualTo(-1e-300);
        assertThat(ScalarReference.unary(UnaryFn.ACOSH, 1.0)).isZero();
        assertThat(ScalarReference.unary(UnaryFn.SOFTPLUS, 0.0)).isEqualTo(Math.log(2));
    }
}
