package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.TypeTrace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Norms and moments are homogeneous: elements of any size have those of elements about 1, times the size. */
@ExtendWith(ScopePerTest.class)
class ScalingTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double[] UNITS = {3, -4, 0, 12, -84};

    private static Tensor sized(double size, DType dtype) {
        return Tensors.of(UNITS).mul(size).to(dtype);
    }

    private static void check(Tensor got, double want, DType dtype) {
        assertThat(got.dtype()).isEqualTo(dtype);
        assertThat(got.item()).isCloseTo(want, within((dtype == DType.F64 ? 1e-13 : 1e-6) * want));
    }

    private static void checkAll(double size, DType dtype) {
        Tensor x = sized(size, dtype);
        Tensor units = Tensors.of(UNITS);
        for (double p : new double[] {2, 3, 1.5, 0.5, 20}) {
            check(x.norm(p), units.norm(p).item() * size, dtype);
        }
        Tensor nonzero = sized(size, dtype).slice(0, 3, 5);
        for (double p : new double[] {-1, -2, -0.5}) {
            check(nonzero.norm(p), units.slice(0, 3, 5).norm(p).item() * size, dtype);
        }
        // (9 + 16 + 144 + 7056) - 73^2 / 5 over 4
        double variance = (7225 - 73 * 73 / 5.0) / 4;
        check(x.std(), Math.sqrt(variance) * size, dtype);
        check(x.stdMean(1, false).mean().neg(), 73 / 5.0 * size, dtype);
        check(x.stdMean(1, false).std(), Math.sqrt(variance) * size, dtype);
        Tensor var = x.var();
        double squared = variance * size * size;
        double least = dtype == DType.F64 ? 1e-290 : 1e-36;
        double most = dtype == DType.F64 ? Double.MAX_VALUE : Float.MAX_VALUE;
        if (squared > most) {
            assertThat(var.item()).isEqualTo(INF);
        } else if (squared > least) {
            check(var, squared, dtype);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-300, 1e-200, 1e-160, 1e-100, 1e-20, 1, 1e60, 1e100, 1e155, 1e200, 1e305})
    void doubles(double size) {
        checkAll(size, DType.F64);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-36, 1e-30, 1e-22, 1e-12, 1e-4, 1, 1e10, 1e19, 1e30, 1e36})
    void floats(double size) {
        checkAll(size, DType.F32);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-30, 1e30})
    void narrowFloats(double size) {
        Tensor x = sized(size, DType.BF16);
        assertThat(x.norm().item()).isCloseTo(85 * size, within(0.01 * 85 * size));
    }

    /** Each row has a scale of its own, and a row of zeros, infinities or NaN spoils no other. */
    @Test
    void rows() {
        Tensor x = Tensors.of(3e200, 4e200, 3e-200, 4e-200, 3, 4, 0, 0, INF, 1, Double.NaN, 1)
                .reshape(6, 2);
        double[] got = x.norm(2, 1).toDoubleArray();
        double[] want = {5e200, 5e-200, 5, 0, INF, Double.NaN};
        for (int i = 0; i < want.length; i++) {
            if (want[i] > 0 && want[i] < INF) {
                assertThat(got[i]).isCloseTo(want[i], within(1e-15 * want[i]));
            } else {
                assertThat(Double.valueOf(got[i])).isEqualTo(Double.valueOf(want[i]));
            }
        }
        assertThat(x.norm(2, true, 1).shape().toString()).isEqualTo("[6, 1]");
        double[] std = x.std(1).toDoubleArray();
        double half = Math.sqrt(0.5);
        assertThat(std[0]).isCloseTo(half * 1e200, within(1e186));
        assertThat(std[1]).isCloseTo(half * 1e-200, within(1e-214));
        assertThat(std[2]).isCloseTo(half, within(1e-15));
        assertThat(std[3]).isZero();
        assertThat(std[4]).isNaN();
        assertThat(std[5]).isNaN();
    }

    /** The mean of numbers whose sum overflows, and the variance of a constant. */
    @Test
    void momentsOfTheLargest() {
        Tensor x = Tensors.of(3e38f, 3e38f, 3e38f);
        assertThat(x.var().item()).isZero();
        assertThat(x.varMean(1, false).mean().item()).isCloseTo(3e38, within(1e32));
        Tensor small = Tensors.of(Double.MIN_VALUE, Double.MIN_VALUE);
        assertThat(small.norm().item()).isEqualTo(Double.MIN_VALUE);
        assertThat(Tensors.scalar(-1e-310).norm().item()).isEqualTo(1e-310);
    }

    /** Where only types are inferred, as of a composite, there are no sums to look at. */
    @Test
    void typesAreInferredWithoutNumbers() {
        TensorType type = new TensorType(DType.F32, Shape.of(2, 3));
        TensorType row = new TensorType(DType.F32, Shape.of(2));
        assertThat(TypeTrace.infer(
                        List.of(type),
                        in -> List.of(in.get(0).norm(2, 1), in.get(0).std(1))))
                .containsExactly(row, row);
    }
}
