package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.gatun.tensor.cpu.math.F32Exp;
import org.junit.jupiter.api.Test;

/** The exponentials of softmax and attention against double precision. */
class ExpOfNegativeTest {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    /** Just above the logarithm of the smallest normal number. */
    private static final float SMALLEST = -87.33f;

    private static float[] exp(float... x) {
        int n = SPECIES.length();
        float[] padded = Arrays.copyOf(x, (x.length + n - 1) / n * n);
        for (int i = 0; i < padded.length; i += n) {
            F32Exp.expOfNegative(FloatVector.fromArray(SPECIES, padded, i)).intoArray(padded, i);
        }
        return Arrays.copyOf(padded, x.length);
    }

    @Test
    void isWithinOneUlpDownToTheSmallestArgumentAndZeroBelow() {
        float[] x = new float[200_000];
        for (int i = 0; i < x.length; i++) {
            x[i] = -88f * i / x.length;
        }
        float[] found = exp(x);
        for (int i = 0; i < x.length; i++) {
            double exact = Math.exp(x[i]);
            if (x[i] < SMALLEST) {
                assertThat(found[i]).as("exp(%s)", x[i]).isZero();
            } else {
                assertThat(UlpHistogram.floatUlps(found[i], exact))
                        .as("exp(%s) = %s, not %s", x[i], found[i], exact)
                        .isLessThanOrEqualTo(1);
            }
        }
    }

    @Test
    void isOneAtZeroAndZeroFarBelow() {
        assertThat(exp(0f, -0f, -100, -1e30f, Float.NEGATIVE_INFINITY, Float.NaN))
                .containsExactly(1, 1, 0, 0, 0, Float.NaN);
    }
}
