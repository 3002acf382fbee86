package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.gatun.tensor.DType;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.composite.Gelu;
import org.gatun.tensor.cpu.math.ScalarErf;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;

/** GELU on floats against {@code x Phi(x)} in double precision. */
class GeluKernelsTest {
    private static final double ONE_BY_SQRT_2_PI = 1 / Math.sqrt(2 * Math.PI);

    @Test
    void keepsItsDigitsFarBelowZero() {
        float[] x = SampleValues.floats(500_007, 5);
        for (int i = 0; i < 400_000; i++) {
            x[i] = (float) (i * 5e-5 - 15);
        }
        float[] y = Functional.gelu(Tensors.of(x)).toFloatArray();
        for (int i = 0; i < x.length; i++) {
            double exact = x[i] * ScalarErf.ndtr(x[i]);
            if (Math.abs(exact) < Float.MIN_NORMAL) {
                assertThat(Math.abs(y[i] - exact)).isLessThan(Float.MIN_NORMAL);
                continue;
            }
            assertThat(UlpHistogram.floatUlps(y[i], exact))
                    .as("gelu(%s) = %s, not %s", x[i], y[i], exact)
                    .isLessThanOrEqualTo(2.5);
        }
    }

    @Test
    void passesSpecialValues() {
        float inf = Float.POSITIVE_INFINITY;
        assertThat(Functional.gelu(Tensors.of(new float[] {inf, 100, -100, Float.NaN, 0, -0f, -inf}))
                        .toFloatArray())
                .containsExactly(inf, 100, -0f, Float.NaN, 0, -0f, Float.NaN);
    }

    @Test
    void gradientIsTheDerivative() {
        for (int n : new int[] {1, 15, 16, 17, 33, 1000, 70_001}) {
            float[] x = new float[n];
            float[] g = new float[n];
            for (int i = 0; i < n; i++) {
                x[i] = (float) (30.0 * (i + 1) / n - 15);
                g[i] = 1 + i % 3;
            }
            Tensor points = Tensors.of(x);
            Composite.Derivative rule = new Gelu().derivative().orElseThrow();
            float[] found = rule.jvp(List.of(points), List.of(), List.of(Tensors.of(g)))
                    .getFirst()
                    .toFloatArray();
            for (int i = 0; i < n; i++) {
                double slope = ScalarErf.ndtr(x[i]) + x[i] * ONE_BY_SQRT_2_PI * Math.exp(-0.5 * x[i] * (double) x[i]);
                assertThat((double) found[i])
                        .isCloseTo(g[i] * slope, within(2e-7 * g[i] * Math.max(1, Math.abs(slope))));
            }
        }
    }

    @Test
    void takesStridedOperands() {
        Tensor x = Tensors.arange(-6, 6, 0.25).reshape(Shape.of(6, 8)).to(DType.F32);
        assertThat(Functional.gelu(x.t()).t().toFloatArray())
                .containsExactly(Functional.gelu(x).toFloatArray());
    }
}
