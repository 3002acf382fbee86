package org.gatun.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Fourier transforms on a GPU of a few impulses, which are sums of as many waves, at lengths of every kind. */
class CudaFourierTest {
    @BeforeAll
    static void findADriver() {
        StandInDriver.use();
    }

    @AfterEach
    void requireSound() {
        StandInDriver.requireNoViolations();
    }

    /**
     * Lines of a length.
     *
     * @param outer the size before the axis
     * @param inner the size behind it
     * @param most the numbers that a block may transform at once
     */
    private record Case(int n, int outer, int inner, int most) {}

    static Stream<Case> cases() {
        return Stream.of(
                // one round, with every radix
                new Case(1024, 2, 1, 1024),
                new Case(1000, 1, 3, 1024),
                new Case(3 * 5 * 7 * 8, 3, 1, 1024),
                new Case(16, 3, 41, 1024),
                new Case(2, 1, 1000, 1024),
                // two rounds
                new Case(4096, 1, 1, 1024),
                new Case(6000, 1, 2, 1024),
                new Case(4096, 2, 3, 64),
                new Case(28, 3, 5, 7),
                // three rounds
                new Case(4096, 2, 1, 16),
                new Case(2 * 9 * 25, 2, 3, 10),
                new Case(64, 3, 3, 4),
                // a chirp, in one, two and three rounds
                new Case(11, 3, 5, 1024),
                new Case(1013, 2, 1, 1024),
                new Case(5003, 1, 2, 1024),
                new Case(143, 2, 3, 8));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void impulsesBecomeWaves(Case of) {
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            check(of, dtype, false);
            check(of, dtype, true);
        }
    }

    private static void check(Case of, DType dtype, boolean inverse) {
        try (var scope = MemoryScope.open()) {
            Shape shape = Shape.of(of.outer, of.n, of.inner, 2);
            ConcreteTensor x = OnDevice.of(dtype, shape, i -> impulse(of, i));
            double[] got = CudaFourier.fft(CudaDevice.of(Device.cuda(0)), new Op.Fft(1, inverse), x, of.most)
                    .toDoubleArray();
            // Impulses of at most 4 in both parts: rounding errors are those of numbers of this size.
            double tolerance = 64 * (dtype == DType.F32 ? 0x1p-24 : 0x1p-53);
            for (int i = 0; i < got.length; i++) {
                assertThat(got[i]).as("%s %s at %d", dtype, of, i).isCloseTo(wave(of, i, inverse), within(tolerance));
            }
        }
    }

    /** Where the impulses of a line are; lines differ. */
    private static int[] places(Case of, long line) {
        return IntStream.of(1, of.n / 3, of.n - 1)
                .map(j -> (int) ((j + line) % of.n))
                .distinct()
                .toArray();
    }

    private static long impulse(Case of, long i) {
        long line = i / 2 / of.inner / of.n * of.inner + i / 2 % of.inner;
        long j = i / 2 / of.inner % of.n;
        return IntStream.of(places(of, line)).anyMatch(place -> place == j) ? part(line, j, i % 2) : 0;
    }

    private static long part(long line, long j, long part) {
        return 1 + (line + j + part) % 2;
    }

    private static double wave(Case of, long i, boolean inverse) {
        long line = i / 2 / of.inner / of.n * of.inner + i / 2 % of.inner;
        long k = i / 2 / of.inner % of.n;
        double sum = 0;
        for (int j : places(of, line)) {
            double angle = (inverse ? 2 : -2) * Math.PI * (j * k % of.n) / of.n;
            double re = part(line, j, 0);
            double im = part(line, j, 1);
            sum += i % 2 == 0
                    ? re * Math.cos(angle) - im * Math.sin(angle)
                    : re * Math.sin(angle) + im * Math.cos(angle);
        }
        return sum;
    }

    /** A view that begins at an odd element lies across complex numbers of its storage. */
    @Test
    void numbersMayLieAnywhere() {
        try (var scope = MemoryScope.open()) {
            ConcreteTensor memory = OnDevice.of(DType.F64, Shape.of(17), i -> i == 1 ? 1 : 0);
            ConcreteTensor x = memory.view(Layout.strided(Shape.of(8, 2), new long[] {2, 1}, 1));
            double[] got = CudaFourier.fft(CudaDevice.of(Device.cuda(0)), new Op.Fft(0, false), x)
                    .toDoubleArray();
            for (int i = 0; i < got.length; i++) {
                assertThat(got[i]).isEqualTo(i % 2 == 0 ? 1 : 0);
            }
        }
    }

    @Test
    void factorsMultiplyToTheLength() {
        int most = 64;
        for (int n = 2; n <= 5000; n++) {
            List<Integer> factors = FourierFactors.of(n, most);
            if (largestPrime(n) > 7) {
                assertThat(factors).as("%d", n).isNull();
                continue;
            }
            assertThat(factors).as("%d", n).isNotNull().allMatch(factor -> factor >= 2 && factor <= most);
            long product = 1;
            for (int factor : factors) {
                product *= factor;
                long radices = 1;
                for (long packed = FourierFactors.radices(factor); packed != 0; packed >>= 4) {
                    assertThat(packed & 15).isIn(2L, 3L, 4L, 5L, 7L, 8L);
                    radices *= packed & 15;
                }
                assertThat(radices).isEqualTo(factor);
            }
            assertThat(product).isEqualTo(n);
        }
    }

    private static int largestPrime(int n) {
        int rest = n;
        for (int prime = 2; ; prime++) {
            while (rest % prime == 0) {
                rest /= prime;
                if (rest == 1) {
                    return prime;
                }
            }
        }
    }
}
