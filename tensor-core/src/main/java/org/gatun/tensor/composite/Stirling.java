package org.gatun.tensor.composite;

import static org.gatun.tensor.cpu.math.ScalarMath.HALF_LOG_2_PI;

import org.gatun.tensor.Tensor;

/** Stirling's formula for the gamma function of positive numbers, in tensor operations, so that it differentiates to any order. */
public final class Stirling {
    /** From here on the series has all digits. */
    public static final double LARGE = 10;

    private static final double[] SERIES = {
        1 / 12.0, -1 / 360.0, 1 / 1260.0, -1 / 1680.0, 1 / 1188.0, -691 / 360360.0, 1 / 156.0, -3617 / 122400.0
    };

    private Stirling() {}

    /** {@code lgamma(z) - (z - 1/2) log z + z - log(2 pi) / 2} by its series in odd powers of 1/z, for z from {@link #LARGE} on. */
    public static Tensor correction(Tensor z) {
        Tensor inverse = z.reciprocal();
        Tensor square = inverse.square();
        Tensor series = square.fullLike(SERIES[SERIES.length - 1]);
        for (int k = SERIES.length - 2; k >= 0; k--) {
            series = series.mul(square).add(SERIES[k]);
        }
        return series.mul(inverse);
    }

    /** {@code lgamma(z) - z log z + z}, which for large z is not the difference of numbers of its size. */
    static Tensor excess(Tensor z) {
        Tensor large = z.ge(LARGE);
        Tensor small = large.where(z.fullLike(1), z);
        Tensor direct = small.lgamma().sub(small.mul(small.log())).add(small);
        Tensor big = large.where(z, z.fullLike(LARGE));
        Tensor series = correction(big).sub(big.log().mul(0.5)).add(HALF_LOG_2_PI);
        return large.where(series, direct);
    }
}
