package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Functional;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.conformance.NormReference;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Normalised rows and their cotangents on the CPU against the definition in double precision. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class RowNormKernelsTest {
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64", "BF16", "F16"})
    void agreeWithTheDefinition(DType dtype) {
        int[][] sizes = {{3, 1}, {300, 7}, {5, 64}, {3, 1023}, {2, 4097}};
        for (int[] size : sizes) {
            NormReference.check(Device.CPU, dtype, size[0], size[1]);
        }
    }

    /** In F32, numbers about 10^4 lie 2^-10 apart: that is 1/10 of their spread, and the mean is not one of them. */
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64"})
    void aLargeMeanTakesNoDigitsOfASmallSpread(DType dtype) {
        int n = 1000;
        double[] x = new double[n];
        double[] expected = new double[n];
        double mean = 0;
        for (int i = 0; i < n; i++) {
            x[i] = 1e4 + i * 37 % 31 * 0x1p-10;
            mean += x[i] / n;
        }
        double variance = 0;
        for (double v : x) {
            variance += (v - mean) * (v - mean) / n;
        }
        for (int i = 0; i < n; i++) {
            expected[i] = (x[i] - mean) / Math.sqrt(variance);
        }
        assertThat(Math.sqrt(variance)).isBetween(0.008, 0.012);
        NormReference.agree(
                dtype.name(),
                Functional.layerNorm(NormReference.place(x, dtype, Device.CPU, n), Shape.of(n), null, null, 0),
                expected,
                dtype == DType.F32 ? 1e-6 : 1e-8);
    }
}
