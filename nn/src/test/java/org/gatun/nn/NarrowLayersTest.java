package org.gatun.nn;

import static org.assertj.core.api.Assertions.assertThat;

import org.gatun.nn.init.Initializer;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.ir.ConvSpec;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Layers whose parameters are BF16 or F16. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class NarrowLayersTest {
    private static Tensor input(DType dtype, long... sizes) {
        return Tensors.randn(new Generator(3), dtype, Shape.of(sizes), Device.CPU);
    }

    /** The F32 result on the same numbers, rounded: products are summed in F32. */
    @ParameterizedTest
    @EnumSource(names = {"BF16", "F16"})
    void layersRoundTheF32ResultOnce(DType dtype) {
        double unit = dtype == DType.BF16 ? 0x1p-7 : 0x1p-10;
        var linear = new Linear(40, 7, true, dtype, new Generator(1));
        Tensor x = input(dtype, 5, 40);
        Tensor y = linear.forward(x);
        assertThat(y.dtype()).isEqualTo(dtype);
        Tensor weight = linear.namedParameters().get("weight").detach().to(DType.F64);
        Tensor bias = linear.namedParameters().get("bias").detach().to(DType.F64);
        Tensor exact = x.to(DType.F64).matmul(weight.t()).add(bias);
        assertThat(y.to(DType.F64).allClose(exact, unit, 1e-5)).isTrue();
        var conv = new Conv2d(3, 4, 3, 3, ConvSpec.DEFAULT, true, dtype, new Generator(2));
        Tensor image = input(dtype, 2, 3, 8, 8);
        assertThat(conv.forward(image).dtype()).isEqualTo(dtype);
        assertThat(conv.forward(image).shape()).isEqualTo(Shape.of(2, 4, 6, 6));
        linear.free();
        conv.free();
    }

    /** In steps of 2^-8 and 2^-11, a sum rounded to the bound would be frequent. */
    @ParameterizedTest
    @EnumSource(names = {"BF16", "F16"})
    void theUpperBoundOfUniformNumbersIsExcluded(DType dtype) {
        for (double[] bounds : new double[][] {{0, 1}, {-1, 0}, {-3, -2}, {2, 2.5}}) {
            Tensor x = Initializer.uniform(bounds[0], bounds[1]).values(dtype, Shape.of(20_000), new Generator(4));
            assertThat(x.dtype()).isEqualTo(dtype);
            assertThat(x.amax().item()).isLessThan(bounds[1]).isGreaterThan(bounds[1] - 0.05);
            assertThat(x.amin().item()).isGreaterThanOrEqualTo(bounds[0]).isLessThan(bounds[0] + 0.05);
        }
    }
}
