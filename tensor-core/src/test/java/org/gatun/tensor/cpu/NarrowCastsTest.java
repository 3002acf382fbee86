package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.gatun.tensor.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The conversions from and to BF16 and F16 by the definition of the formats, for every bit pattern and every point between two. */
class NarrowCastsTest {
    private static final int PATTERNS = 1 << 16;

    private static List<UnaryKernel> kernels(DType from, DType to) {
        return List.of(new VectorKernels().cast(from, to), new ScalarKernels().cast(from, to));
    }

    private static int fractionBits(DType dtype) {
        return dtype == DType.BF16 ? 7 : 10;
    }

    /** The number that 16 bits stand for: sign, exponent, fraction. */
    private static double meaning(DType dtype, int bits) {
        int fractionBits = fractionBits(dtype);
        int exponentBits = 15 - fractionBits;
        int bias = (1 << (exponentBits - 1)) - 1;
        double sign = bits >>> 15 == 0 ? 1 : -1;
        int exponent = (bits >>> fractionBits) & ((1 << exponentBits) - 1);
        int fraction = bits & (1 << fractionBits) - 1;
        if (exponent == (1 << exponentBits) - 1) {
            return fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
        }
        return exponent == 0
                ? sign * Math.scalb((double) fraction, 1 - bias - fractionBits)
                : sign * Math.scalb((double) (fraction + (1 << fractionBits)), exponent - bias - fractionBits);
    }

    private static float[] widen(UnaryKernel kernel, short... bits) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment in = arena.allocateFrom(ValueLayout.JAVA_SHORT, bits);
            MemorySegment out = arena.allocate(4L * bits.length, 64);
            kernel.apply(in.address(), out.address(), bits.length);
            return out.toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    private static short[] narrow(UnaryKernel kernel, float... values) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment in = arena.allocateFrom(ValueLayout.JAVA_FLOAT, values);
            MemorySegment out = arena.allocate(2L * values.length, 64);
            kernel.apply(in.address(), out.address(), values.length);
            return out.toArray(ValueLayout.JAVA_SHORT);
        }
    }

    private static short[] allPatterns() {
        short[] all = new short[PATTERNS];
        for (int i = 0; i < PATTERNS; i++) {
            all[i] = (short) i;
        }
        return all;
    }

    @ParameterizedTest
    @EnumSource(names = {"BF16", "F16"})
    void everyPatternIsTheNumberItStandsForAndComesBack(DType dtype) {
        for (int k = 0; k < 2; k++) {
            float[] wide = widen(kernels(dtype, DType.F32).get(k), allPatterns());
            short[] back = narrow(kernels(DType.F32, dtype).get(k), wide);
            for (int i = 0; i < PATTERNS; i++) {
                double expected = meaning(dtype, i);
                assertThat(Double.compare(wide[i], expected))
                        .as("%s %04x: %s", dtype, i, wide[i])
                        .isZero();
                if (Double.isNaN(expected)) {
                    assertThat(meaning(dtype, back[i] & 0xffff))
                            .as("NaN %04x", i)
                            .isNaN();
                } else {
                    assertThat(back[i]).as("%s %04x", dtype, i).isEqualTo((short) i);
                }
            }
        }
    }

    /** Between two neighbours: just below the middle, the middle, which goes to the even one, and just above it. */
    @ParameterizedTest
    @EnumSource(names = {"BF16", "F16"})
    void numbersBetweenTwoGoToTheNearestAndTiesToTheEvenOne(DType dtype) {
        int infinity = (1 << 15) - (1 << fractionBits(dtype));
        float[] values = new float[6 * infinity];
        short[] expected = new short[values.length];
        for (int i = 0; i < infinity; i++) {
            // Beyond the largest number lies what would be the next one, if the exponents went on.
            double above = i + 1 < infinity ? meaning(dtype, i + 1) : 2 * meaning(dtype, i) - meaning(dtype, i - 1);
            float middle = (float) ((meaning(dtype, i) + above) / 2);
            float[] three = {Math.nextDown(middle), middle, Math.nextUp(middle)};
            int[] nearest = {i, i + (i & 1), i + 1};
            for (int k = 0; k < 3; k++) {
                values[6 * i + 2 * k] = three[k];
                expected[6 * i + 2 * k] = (short) nearest[k];
                values[6 * i + 2 * k + 1] = -three[k];
                expected[6 * i + 2 * k + 1] = (short) (nearest[k] | 0x8000);
            }
        }
        for (UnaryKernel kernel : kernels(DType.F32, dtype)) {
            short[] actual = narrow(kernel, values);
            for (int i = 0; i < values.length; i++) {
                assertThat(actual[i]).as("%s of %s", dtype, values[i]).isEqualTo(expected[i]);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"BF16", "F16"})
    void everyKindOfNanStaysNanAndOverflowIsInfinite(DType dtype) {
        int[] nans = {
            0x7f80_0001, 0x7f80_ffff, 0x7fff_ffff, 0xff80_0001, 0xffc0_0000, 0x7fbf_ffff, 0x7f81_0000, 0xff80_2000
        };
        float[] values = new float[4 * nans.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(nans[i % nans.length]);
        }
        float[] large = new float[32];
        Arrays.fill(large, Float.MAX_VALUE);
        large[1] = Float.POSITIVE_INFINITY;
        large[2] = Float.NEGATIVE_INFINITY;
        large[3] = -Float.MAX_VALUE;
        for (UnaryKernel kernel : kernels(DType.F32, dtype)) {
            for (short s : narrow(kernel, values)) {
                assertThat(meaning(dtype, s & 0xffff)).isNaN();
            }
            short[] narrow = narrow(kernel, large);
            for (int i = 0; i < large.length; i++) {
                assertThat(meaning(dtype, narrow[i] & 0xffff))
                        .isEqualTo(Math.signum(large[i]) * Double.POSITIVE_INFINITY);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"BF16", "F16"})
    void vectorsAndSingleElementsAgreeOnRandomBits(DType dtype) {
        SplittableRandom random = new SplittableRandom(3);
        float[] values = new float[1 << 18];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(random.nextInt());
        }
        short[] vector = narrow(kernels(DType.F32, dtype).get(0), values);
        short[] scalar = narrow(kernels(DType.F32, dtype).get(1), values);
        for (int i = 0; i < values.length; i++) {
            if (!Float.isNaN(values[i])) {
                assertThat(vector[i]).as("%s", values[i]).isEqualTo(scalar[i]);
            }
        }
    }
}
