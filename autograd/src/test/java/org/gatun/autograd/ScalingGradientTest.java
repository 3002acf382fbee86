package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.UnaryOperator;
import org.gatun.tensor.DType;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.junit.jupiter.api.Test;
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

    /** A variance is quadratic: its gradient is linear and its second derivative constant, wherever its value lies. */
    @ParameterizedTest
    @ValueSource(doubles = {1e-200, 3e-30, 1e-21, 1, 1e19, 3e30, 1e200})
    void variances(double size) {
        DType dtype = size < 1e-100 || size > 1e100 ? DType.F64 : DType.F32;
        Tensor x = Tensors.of(3 * size, 4 * size).to(dtype);
        double[] gradient = Grad.grad((Tensor t) -> t.var()).apply(x).toDoubleArray();
        assertThat(gradient[0]).isCloseTo(-size, within(1e-5 * size));
        assertThat(gradient[1]).isCloseTo(size, within(1e-5 * size));
        assertThat(Grad.hessian((Tensor t) -> t.var()).apply(x).toDoubleArray())
                .containsExactly(new double[] {1, -1, -1, 1}, within(1e-5));
    }

    /** Pullbacks are linear, also in cotangents whose product with the elements leaves the range. */
    @Test
    void cotangentsOfAnySize() {
        for (double[] sizes :
                new double[][] {{1e-32, 1e-15}, {1e-30, 1e-20}, {1e26, 1e15}, {1e10, 1e30}, {1e-27, 1e-15}}) {
            double c = sizes[0];
            Tensor x = Tensors.of(0.6 * sizes[1], 0.8 * sizes[1]).to(DType.F32);
            Tensor cotangent = Tensors.scalar(c).to(DType.F32);
            try (var norm = Grad.vjp((Tensor t) -> t.norm(), x);
                    var std = Grad.vjp((Tensor t) -> t.std(), x)) {
                double[] g = norm.pullback(cotangent).toDoubleArray();
                assertThat(g[0] / c).isCloseTo(0.6, within(1e-5));
                assertThat(g[1] / c).isCloseTo(0.8, within(1e-5));
                // of two elements the standard deviation is their distance over the root of 2
                assertThat(std.pullback(cotangent).toDoubleArray()[1] / c).isCloseTo(Math.sqrt(0.5), within(1e-5));
            }
        }
    }

    @Test
    void largePowers() {
        for (double p : new double[] {100, 150, 200}) {
            for (double size : new double[] {1e-30, 1, 1e30}) {
                Tensor x = Tensors.of(size, 3 * size).to(DType.F32);
                assertThat(x.norm(p).item() / size).isCloseTo(3, within(1e-5));
                assertThat(x.norm(-p).item() / size).isCloseTo(1, within(1e-5));
                assertThat(Grad.grad((Tensor t) -> t.norm(p)).apply(x).toDoubleArray())
                        .containsExactly(new double[] {0, 1}, within(1e-5));
                assertThat(Grad.grad((Tensor t) -> t.norm(-p)).apply(x).toDoubleArray())
                        .containsExactly(new double[] {1, 0}, within(1e-5));
            }
        }
        assertThat(Tensors.of(1e200, 3e200).norm(1100).item()).isCloseTo(3e200, within(1e188));
    }

    /** The derivative by an element far below the others, sign(x) (|x| / norm)^(p-1). */
    @Test
    void magnitudesFarApart() {
        assertThat(Grad.grad((Tensor t) -> t.norm(0.5))
                        .apply(Tensors.of(1e25, 1e-25).to(DType.F32))
                        .get(1))
                .isCloseTo(1e25, within(1e20));
        assertThat(Grad.grad((Tensor t) -> t.norm(0.5))
                        .apply(Tensors.of(1e170, 1e-170))
                        .get(1))
                .isCloseTo(1e170, within(1e158));
        assertThat(Grad.grad((Tensor t) -> t.norm(1.5))
                        .apply(Tensors.of(1e24, 1e-24).to(DType.F32))
                        .get(1))
                .isCloseTo(1e-24, within(1e-29));
        assertThat(Grad.hessian((Tensor t) -> t.norm(1.5))
                        .apply(Tensors.of(1e170, 1e-170))
                        .get(1, 1))
                .isCloseTo(0.5, within(1e-12));
    }
}
