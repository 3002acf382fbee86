package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.UnaryOperator;
import org.gatun.tensor.DType;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Norms and standard deviations are homogeneous of degree 1: their gradient does not depend on the size of the elements, and their second
 * derivatives are those of elements about 1 over the size.
 */
@ExtendWith(ScopePerTest.class)
class ScalingGradientTest {
    private static final double[] UNITS = {3, -4, 12, -84};

    private static void check(UnaryOperator<Tensor> f, double size, DType dtype) {
        double error = dtype == DType.F64 ? 1e-12 : 1e-5;
        Tensor unit = Tensors.of(UNITS);
        Tensor x = unit.mul(size).to(dtype);
        Tensor v = Tensors.of(0.5, 1, -1, 0.25).to(dtype);
        double[] want = Grad.grad(f).apply(unit).toDoubleArray();
        double[] got = Grad.grad(f).apply(x).toDoubleArray();
        double along = Grad.jvp(f, unit, v.to(DType.F64)).tangent().item();
        assertThat(Grad.jvp(f, x, v).tangent().item()).isCloseTo(along, within(error * Math.abs(along)));
        double[] second = Grad.hvp(f, unit, v.to(DType.F64)).toDoubleArray();
        double[] curved = Grad.hvp(f, x, v).toDoubleArray();
        for (int i = 0; i < want.length; i++) {
            assertThat(got[i]).isCloseTo(want[i], within(error * Math.abs(want[i])));
            assertThat(curved[i] * size).isCloseTo(second[i], within(error * (Math.abs(second[i]) + 0.01)));
        }
        // over a batch of which one part has another size
        Tensor two = Tensors.stack(0, unit.to(dtype), x);
        double[] rows = Grad.vmap(Grad.grad(f)).apply(two).toDoubleArray();
        for (int i = 0; i < rows.length; i++) {
            assertThat(rows[i]).isCloseTo(want[i % 4], within(error * Math.abs(want[i % 4])));
        }
    }

    private static void checkAll(double size, DType dtype) {
        check(Tensor::norm, size, dtype);
        check(x -> x.norm(3), size, dtype);
        check(x -> x.norm(-1), size, dtype);
        check(Tensor::std, size, dtype);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-290, 1e-200, 1e-110, 1e-60, 1, 1e40, 1e90, 1e200, 1e290})
    void doubles(double size) {
        checkAll(size, DType.F64);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-30, 1e-18, 1e-8, 1, 1e8, 1e18, 1e30})
    void floats(double size) {
        checkAll(size, DType.F32);
    }
}
