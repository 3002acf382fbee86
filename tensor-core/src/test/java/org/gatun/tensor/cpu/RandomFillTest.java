package org.gatun.tensor.cpu;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.Distribution;
import org.gatun.tensor.random.Philox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RandomFillTest {
    private static final long KEY = 0x0123456789ABCDEFL;

    /** The Kolmogorov-Smirnov statistic times sqrt(n) exceeds this with probability 1e-5. */
    private static final double KS_LIMIT = 2.47;

    private static MemorySegment draw(Arena arena, Distribution d, DType dtype, int n, long key, long offset) {
        MemorySegment memory = arena.allocate((long) n * dtype.bytes() + 64, 64).fill((byte) 0x5A);
        RandomFill.fill(d, dtype, memory.address(), n, key, offset);
        assertThat(memory.get(JAVA_INT.withByteAlignment(1), (long) n * dtype.bytes()))
                .as("memory past the end")
                .isEqualTo(0x5A5A5A5A);
        return memory.asSlice(0, (long) n * dtype.bytes());
    }

    private static double[] values(Distribution d, DType dtype, int n, long key, long offset) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment m = draw(arena, d, dtype, n, key, offset);
            double[] out = new double[n];
            for (int i = 0; i < n; i++) {
                out[i] = Elements.get(dtype, m.address() + (long) i * dtype.bytes());
            }
            return out;
        }
    }

    @ParameterizedTest
    @EnumSource(Distribution.class)
    void elementsDependOnKeyOffsetAndIndexOnly(Distribution d) {
        for (DType dtype : DType.values()) {
            if (!RandomFill.supports(d, dtype)) {
                continue;
            }
            double[] all = values(d, dtype, 20_480, KEY, 9);
            for (int n : new int[] {0, 1, 2, 3, 5, 31, 127, 129, 4095, 4096, 4097, 10_001}) {
                assertThat(values(d, dtype, n, KEY, 9))
                        .as("%s %s of %d", d, dtype, n)
                        .isEqualTo(Arrays.copyOf(all, n));
            }
            // An offset of b blocks skips exactly the elements in b blocks.
            int perBlock = (int) (20_480 / RandomFill.blocks(dtype, 20_480));
            double[] later = values(d, dtype, 1_000, KEY, 9 + 3);
            assertThat(later).isEqualTo(Arrays.copyOfRange(all, 3 * perBlock, 3 * perBlock + 1_000));
        }
    }

    @ParameterizedTest
    @EnumSource(Distribution.class)
    void threadCountDoesNotMatter(Distribution d) {
        int threads = WorkerPool.threads();
        try {
            for (DType dtype : DType.values()) {
                if (!RandomFill.supports(d, dtype)) {
                    continue;
                }
                WorkerPool.setThreads(1);
                double[] one = values(d, dtype, 100_003, KEY, 0);
                WorkerPool.setThreads(5);
                assertThat(values(d, dtype, 100_003, KEY, 0)).isEqualTo(one);
            }
        } finally {
            WorkerPool.setThreads(threads);
        }
    }

    @Test
    void uniformsAndBitsAreTheDocumentedFunctionsOfThePhiloxWords() {
        int[] words = new int[4];
        double[] f32 = values(Distribution.UNIFORM, DType.F32, 403, KEY, 5);
        double[] f64 = values(Distribution.UNIFORM, DType.F64, 403, KEY, 5);
        double[] i32 = values(Distribution.BITS, DType.I32, 403, KEY, 5);
        double[] u8 = values(Distribution.BITS, DType.U8, 403, KEY, 5);
        double[] bool = values(Distribution.BITS, DType.BOOL, 403, KEY, 5);
        for (int i = 0; i < 403; i++) {
            Philox.block(5 + i / 4, 0, KEY, words);
            long word = Integer.toUnsignedLong(words[i % 4]);
            assertThat(f32[i]).isEqualTo(Math.floor(word / 256.0) / (1 << 24));
            assertThat(i32[i]).isEqualTo((int) word);
            Philox.block(5 + i / 2, 0, KEY, words);
            long bits = Integer.toUnsignedLong(words[i % 2 * 2]) | (long) words[i % 2 * 2 + 1] << 32;
            assertThat(f64[i]).isEqualTo((bits >>> 11) / (double) (1L << 53));
            Philox.block(5 + i / 16, 0, KEY, words);
            assertThat(u8[i]).isEqualTo((words[i % 16 / 4] >>> (8 * (i % 4))) & 0xFF);
            Philox.block(5 + i / 128, 0, KEY, words);
            assertThat(bool[i]).isEqualTo((words[i % 128 / 32] >>> (i % 32)) & 1);
        }
    }

    @Test
    void normalsAreTheBoxMullerPairsOfTheWords() {
        int[] words = new int[4];
        double[] f32 = values(Distribution.NORMAL, DType.F32, 20_002, KEY, 0);
        double[] f64 = values(Distribution.NORMAL, DType.F64, 20_002, KEY, 0);
        for (int i = 0; i < 20_002; i += 2) {
            Philox.block(i / 4, 0, KEY, words);
            double u = (Integer.toUnsignedLong(words[i % 4]) + 0.5) * 0x1p-32;
            double turn = Integer.toUnsignedLong(words[i % 4 + 1]) * 0x1p-32;
            double r = Math.sqrt(-2 * StrictMath.log(u));
            // Near r = 0 the logarithm is lost to the rounding of u to a float; the absolute error stays small.
            assertThat(f32[i]).isCloseTo(r * StrictMath.cos(2 * Math.PI * turn), within(3e-6));
            assertThat(f32[i + 1]).isCloseTo(r * StrictMath.sin(2 * Math.PI * turn), within(3e-6));

            Philox.block(i / 2, 0, KEY, words);
            long a = Integer.toUnsignedLong(words[0]) | (long) words[1] << 32;
            long b = Integer.toUnsignedLong(words[2]) | (long) words[3] << 32;
            double r64 = Math.sqrt(-2 * StrictMath.log(1 - (a >>> 11) * 0x1p-53));
            double angle = b * 0x1p-64 * 2 * Math.PI;
            assertThat(f64[i]).isCloseTo(r64 * StrictMath.cos(angle), within(4e-15));
            assertThat(f64[i + 1]).isCloseTo(r64 * StrictMath.sin(angle), within(4e-15));
        }
    }

    @Test
    void vectorAndScalarNormalsHaveTheSameBits() {
        int n = 100_000;
        double[] bulk = values(Distribution.NORMAL, DType.F32, n, 99, 0);
        int[] words = new int[4];
        for (int i = 0; i < n; i += 2) {
            Philox.block(i / 4, 0, 99, words);
            float r = BoxMuller.radius(words[i % 4]);
            assertThat((float) bulk[i]).isEqualTo(BoxMuller.cosine(words[i % 4 + 1]) * r);
            assertThat((float) bulk[i + 1]).isEqualTo(BoxMuller.sine(words[i % 4 + 1]) * r);
        }
    }

    /** A loop over elements at an address, which may be in plain Java or in vectors. */
    private interface Loop {
        void run(long address, long n);
    }

    @Test
    void vectorLoopsGiveTheSameBitsAsPlainOnes() {
        for (int n : new int[] {0, 2, 14, 16, 18, 32, 62, 64, 66, 1_000, 4_096}) {
            assertSameBits(n, 16, RandomFillTest::plainBlocks, RandomFillTest::vectorBlocks);
            assertSameBits(n, 4, RandomFill::plainUniformF32, RandomFill::uniformF32ByVectors);
            assertSameBits(n, 8, RandomFill::plainUniformF64, RandomFill::uniformF64ByVectors);
            assertSameBits(n, 4, RandomFill::plainNormalF32, RandomFill::normalF32ByVectors);
        }
    }

    private static void plainBlocks(long address, long n) {
        RandomFill.fillBlocksScalar(address, -3, n, KEY);
    }

    private static void vectorBlocks(long address, long n) {
        RandomFill.fillBlocksByVectors(address, -3, n, KEY);
    }

    private static void assertSameBits(int n, int bytes, Loop plain, Loop vectors) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment a = arena.allocate((long) n * bytes + 16, 16);
            RandomFill.fillBlocksScalar(a.address(), 0, a.byteSize() / 16, KEY);
            MemorySegment b = arena.allocate(a.byteSize(), 16).copyFrom(a);
            plain.run(a.address(), n);
            vectors.run(b.address(), n);
            assertThat(a.mismatch(b)).isEqualTo(-1);
        }
    }

    @Test
    void extremeBitsGiveFiniteNormals() {
        for (int bits : new int[] {0, 1, -1, -2, Integer.MIN_VALUE, Integer.MAX_VALUE, 0xFFFF, 0x10000}) {
            double u = (Integer.toUnsignedLong(bits) + 0.5) * 0x1p-32;
            assertThat((double) BoxMuller.radius(bits)).isCloseTo(Math.sqrt(-2 * StrictMath.log(u)), within(4e-4));
            double angle = Integer.toUnsignedLong(bits) * 0x1p-32 * 2 * Math.PI;
            assertThat((double) BoxMuller.sine(bits)).isCloseTo(StrictMath.sin(angle), within(1e-7));
            assertThat((double) BoxMuller.cosine(bits)).isCloseTo(StrictMath.cos(angle), within(1e-7));
        }
        for (long bits : new long[] {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, 0xFFFFFFFFL}) {
            double u = 1 - (bits >>> 11) * 0x1p-53;
            assertThat(BoxMuller.radius(bits)).isCloseTo(Math.sqrt(-2 * StrictMath.log(u)), within(1e-14));
        }
        assertThat(BoxMuller.radius(0)).as("the far tail").isGreaterThan(6.6f).isLessThan(6.8f);
        assertThat(BoxMuller.radius(-1L)).as("the far tail").isGreaterThan(8.5).isLessThan(8.6);
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F64"})
    void uniformsFollowTheUniformDistribution(DType dtype) {
        int n = 1_000_000;
        double[] x = values(Distribution.UNIFORM, dtype, n, 2024, 17);
        assertThat(Arrays.stream(x).min().orElseThrow()).isGreaterThanOrEqualTo(0);
        assertThat(Arrays.stream(x).max().orElseThrow()).isLessThan(1);
        double mean = Arrays.stream(x).average().orElseThrow();
        double variance =
                Arrays.stream(x).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
        assertThat(mean).isCloseTo(0.5, within(4.5 * Math.sqrt(1.0 / 12 / n)));
        assertThat(variance).isCloseTo(1.0 / 12, within(4.5 * Math.sqrt(1.0 / 180 / n)));
        assertThat(kolmogorovSmirnov(x, v -> v)).isLessThan(KS_LIMIT);
        assertThat(Math.abs(serialCorrelation(x))).isLessThan(4.5 / Math.sqrt(n));
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F64"})
    void normalsFollowTheNormalDistribution(DType dtype) {
        int n = 1_000_000;
        double[] x = values(Distribution.NORMAL, dtype, n, 7, 0);
        double[] moment = new double[5];
        for (double v : x) {
            for (int k = 1; k <= 4; k++) {
                moment[k] += Math.pow(v, k) / n;
            }
        }
        // Standard deviations of the sample moments of a normal: sqrt((m_2k - m_k^2) / n), with m_2..m_8 = 1, 3, 15,
        // 105.
        assertThat(moment[1]).isCloseTo(0, within(4.5 / Math.sqrt(n)));
        assertThat(moment[2]).isCloseTo(1, within(4.5 * Math.sqrt(2.0 / n)));
        assertThat(moment[3]).isCloseTo(0, within(4.5 * Math.sqrt(15.0 / n)));
        assertThat(moment[4]).isCloseTo(3, within(4.5 * Math.sqrt(96.0 / n)));
        assertThat(kolmogorovSmirnov(x, RandomFillTest::normalCdf)).isLessThan(KS_LIMIT);
        assertThat(Math.abs(serialCorrelation(x))).isLessThan(4.5 / Math.sqrt(n));
        double beyond4 = Arrays.stream(x).filter(v -> Math.abs(v) > 4).count();
        assertThat(beyond4).as("expected 63.3 of a million").isBetween(63.3 - 4.5 * 8, 63.3 + 4.5 * 8);
    }

    @Test
    void bytesAndCoinsAreFair() {
        int n = 1_000_000;
        double[] bytes = values(Distribution.BITS, DType.U8, n, 5, 0);
        double[] counts = new double[256];
        for (double b : bytes) {
            counts[(int) b]++;
        }
        double chi = Arrays.stream(counts)
                .map(c -> (c - n / 256.0) * (c - n / 256.0) / (n / 256.0))
                .sum();
        // 255 degrees of freedom: mean 255, standard deviation 22.6.
        assertThat(chi).isBetween(255 - 4.5 * 22.6, 255 + 4.5 * 22.6);
        double heads =
                Arrays.stream(values(Distribution.BITS, DType.BOOL, n, 5, 0)).sum();
        assertThat(heads).isCloseTo(n / 2.0, within(4.5 * Math.sqrt(n / 4.0)));
    }

    @Test
    void differentKeysAndOffsetsGiveUnrelatedNumbers() {
        int n = 100_000;
        double[] a = values(Distribution.NORMAL, DType.F64, n, 1, 0);
        double[] b = values(Distribution.NORMAL, DType.F64, n, 2, 0);
        double[] c = values(Distribution.NORMAL, DType.F64, n, 1, RandomFill.blocks(DType.F64, n));
        assertThat(Math.abs(dot(a, b)) / n).isLessThan(4.5 / Math.sqrt(n));
        assertThat(Math.abs(dot(a, c)) / n).isLessThan(4.5 / Math.sqrt(n));
    }

    @Test
    void blocksCoverTheElementsExactly() {
        assertThat(RandomFill.blocks(DType.F32, 0)).isZero();
        assertThat(RandomFill.blocks(DType.F32, 4)).isEqualTo(1);
        assertThat(RandomFill.blocks(DType.F32, 5)).isEqualTo(2);
        assertThat(RandomFill.blocks(DType.F64, 5)).isEqualTo(3);
        assertThat(RandomFill.blocks(DType.U8, 33)).isEqualTo(3);
        assertThat(RandomFill.blocks(DType.BOOL, 129)).isEqualTo(2);
    }

    @Test
    void aDistributionThatADtypeCannotHoldIsRefused() {
        assertThatThrownBy(() -> RandomFill.fill(Distribution.NORMAL, DType.I64, 0, 1, 1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NORMAL")
                .hasMessageContaining("I64")
                .hasMessageContaining("floating dtype");
        assertThatThrownBy(() -> RandomFill.fill(Distribution.BITS, DType.F32, 0, 1, 1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("BITS");
    }

    private static double kolmogorovSmirnov(double[] sample, DoubleUnaryOperator cdf) {
        double[] x = sample.clone();
        Arrays.sort(x);
        double worst = 0;
        for (int i = 0; i < x.length; i++) {
            double f = cdf.applyAsDouble(x[i]);
            worst = Math.max(worst, Math.max(f - (double) i / x.length, (i + 1.0) / x.length - f));
        }
        return worst * Math.sqrt(x.length);
    }

    /** The normal distribution function by the series of its density's integral, which converges everywhere. */
    private static double normalCdf(double x) {
        if (Math.abs(x) > 6) {
            return x < 0 ? 0 : 1;
        }
        double term = x;
        double sum = x;
        for (int k = 1; Math.abs(term) > 1e-17 * Math.abs(sum); k++) {
            term *= x * x / (2 * k + 1);
            sum += term;
        }
        return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }

    private static double serialCorrelation(double[] x) {
        double mean = Arrays.stream(x).average().orElseThrow();
        double covariance = 0;
        double variance = 0;
        for (int i = 0; i + 1 < x.length; i++) {
            covariance += (x[i] - mean) * (x[i + 1] - mean);
            variance += (x[i] - mean) * (x[i] - mean);
        }
        return covariance / variance;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
