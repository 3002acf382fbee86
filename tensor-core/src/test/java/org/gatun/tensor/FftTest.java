package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Fourier transforms: closed forms, identities, and the bound on the error. */
@ExtendWith(ScopePerTest.class)
class FftTest {
    private static final FftNorm BACKWARD = FftNorm.BACKWARD;

    private static Tensor noise(DType dtype, long... sizes) {
        return Tensors.randn(new Generator(7), dtype, Shape.of(sizes), Device.CPU);
    }

    private static double distance(Tensor a, Tensor b) {
        return a.to(DType.F64).sub(b.to(DType.F64)).norm().item();
    }

    private static double size(Tensor a) {
        return a.to(DType.F64).norm().item();
    }

    @Test
    void transformOfAnImpulseIsAWave() {
        long n = 12;
        double[] impulse = new double[24];
        impulse[2 * 5] = 1;
        double[] wave = new double[24];
        for (int k = 0; k < n; k++) {
            wave[2 * k] = StrictMath.cos(2 * Math.PI * 5 * k / n);
            wave[2 * k + 1] = -StrictMath.sin(2 * Math.PI * 5 * k / n);
        }
        Tensor z = Tensors.of(Shape.of(n, 2), impulse);
        assertThat(Fft.fft(z).toDoubleArray()).containsExactly(wave, within(1e-14));
        // Backwards: a wave has one frequency.
        Tensor w = Tensors.of(Shape.of(n, 2), wave);
        assertThat(Fft.ifft(w).toDoubleArray()).containsExactly(impulse, within(1e-14));
    }

    @Test
    void smallTransformsByHand() {
        assertThat(Fft.rfft(Tensors.of(1f, 2, 3, 4)).toFloatArray()).containsExactly(10, 0, -2, 2, -2, 0);
        assertThat(Fft.irfft(Tensors.of(Shape.of(3, 2), 10f, 9, -2, 2, -2, 9)).toFloatArray())
                .containsExactly(1, 2, 3, 4);
        assertThat(Fft.hfft(Tensors.of(Shape.of(2, 2), 1.0, 7, 2, 7)).toDoubleArray())
                .containsExactly(3, -1);
        assertThat(Fft.ihfft(Tensors.of(3.0, -1)).toDoubleArray())
                .containsExactly(new double[] {1, 0, 2, 0}, within(1e-16));
        assertThat(Fft.rfft(Tensors.of(1, 2, 3)).dtype()).isEqualTo(DType.F32);
        assertThat(Fft.fft(Tensors.of(Shape.of(1, 2), 3f, 4)).toFloatArray()).containsExactly(3, 4);
    }

    @Test
    void frequenciesAndShifts() {
        assertThat(Fft.fftfreq(DType.F64, 5, 0.1).toDoubleArray()).containsExactly(0, 2, 4, -4, -2);
        assertThat(Fft.fftfreq(4, 1).toFloatArray()).containsExactly(0, 0.25f, -0.5f, -0.25f);
        assertThat(Fft.rfftfreq(5, 1).toFloatArray()).containsExactly(0, 0.2f, 0.4f);
        assertThat(Fft.rfftfreq(DType.F64, 4, 0.5).toDoubleArray()).containsExactly(0, 0.5, 1);
        assertThat(Fft.fftfreq(1, 3).toFloatArray()).containsExactly(0);
        Tensor x = Tensors.of(0f, 1, 2, -2, -1);
        assertThat(Fft.fftshift(x).toFloatArray()).containsExactly(-2, -1, 0, 1, 2);
        assertThat(Fft.ifftshift(Fft.fftshift(x)).toFloatArray()).containsExactly(0, 1, 2, -2, -1);
    }

    /** Lengths of every kind: with passes, products with other primes, primes; short and long, alone and many. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5, 7, 31, 32, 33, 37, 60, 64, 101, 243, 625, 1000, 1009, 1022, 4096, 7919, 46368, 65536})
    void roundTripParsevalAndShift(int n) {
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            double eps = dtype == DType.F32 ? 0x1p-24 : 0x1p-53;
            double bound = 8 * eps * (2 + Math.log(n) / Math.log(2));
            for (long lines : new long[] {1, 3, 20}) {
                try (MemoryScope scope = MemoryScope.open("fft")) {
                    Tensor x = noise(dtype, lines, n, 2);
                    Tensor y = Fft.fft(x);
                    assertThat(distance(Fft.ifft(y), x)).isLessThan(bound * size(x));
                    assertThat(size(y)).isCloseTo(Math.sqrt(n) * size(x), within(bound * Math.sqrt(n) * size(x)));
                    // The transform of a signal rolled by one place is that of the signal times a wave.
                    Tensor angle = Tensors.arange(n).to(DType.F64).mul(-2 * Math.PI / n);
                    Tensor wave = Fft.complex(angle.cos(), angle.sin()).to(dtype);
                    assertThat(distance(Fft.fft(x.roll(1, 1)), Fft.mul(y, wave)))
                            .isLessThan(2 * bound * size(y));
                    // Real numbers: half of the transform of complex ones.
                    Tensor r = Fft.real(x);
                    Tensor whole = Fft.fft(Fft.complex(r, r.fullLike(0)));
                    assertThat(distance(Fft.rfft(r), whole.narrow(1, 0, n / 2 + 1)))
                            .isLessThan(bound * size(whole));
                    assertThat(distance(Fft.irfft(Fft.rfft(r), n, -1, BACKWARD), r))
                            .isLessThan(bound * size(r));
                    // Along the first axis: the transpose's.
                    Tensor columns = x.transpose(0, 1).contiguous();
                    assertThat(distance(Fft.fft(columns, 0, BACKWARD).transpose(0, 1), y))
                            .isLessThan(bound * size(y));
                }
            }
        }
    }

    /** Against sums in double precision whose rounding errors are carried along, at some frequencies. */
    @ParameterizedTest
    @ValueSource(ints = {1, 6, 17, 49, 128, 360, 1009, 2310, 4096, 16384, 100003, 1 << 18})
    void errorGrowsWithTheLogarithm(int n) {
        var random = new SplittableRandom(n);
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            Tensor x = noise(dtype, n, 2);
            double[] numbers = x.to(DType.F64).toDoubleArray();
            double[] transformed = Fft.fft(x).to(DType.F64).toDoubleArray();
            double eps = dtype == DType.F32 ? 0x1p-24 : 0x1p-53;
            double bound = 4 * eps * (2 + Math.log(n) / Math.log(2)) * size(x) + 1e-15 * Math.sqrt(n);
            for (int i = 0; i < 20; i++) {
                int k = random.nextInt(n);
                double[] re = new double[2];
                double[] im = new double[2];
                for (int j = 0; j < n; j++) {
                    double angle = 2 * Math.PI * ((double) ((long) j * k % n) / n);
                    double c = Math.cos(angle);
                    double s = -Math.sin(angle);
                    add(re, numbers[2 * j] * c - numbers[2 * j + 1] * s);
                    add(im, numbers[2 * j] * s + numbers[2 * j + 1] * c);
                }
                assertThat(transformed[2 * k]).isCloseTo(re[0] + re[1], within(bound));
                assertThat(transformed[2 * k + 1]).isCloseTo(im[0] + im[1], within(bound));
            }
        }
    }

    /** Adds to a sum and, apart, to its rounding errors. */
    private static void add(double[] sum, double term) {
        double next = sum[0] + term;
        sum[1] += Math.abs(sum[0]) >= Math.abs(term) ? sum[0] - next + term : term - next + sum[0];
        sum[0] = next;
    }

    @Test
    void productOfTransformsIsCyclicConvolution() {
        int n = 15;
        Tensor x = noise(DType.F64, n);
        Tensor h = noise(DType.F64, n).flip(0);
        double[] a = x.toDoubleArray();
        double[] b = h.toDoubleArray();
        double[] sums = new double[n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                sums[(i + j) % n] += a[i] * b[j];
            }
        }
        Tensor product = Fft.mul(Fft.rfft(x), Fft.rfft(h));
        assertThat(Fft.irfft(product, n, 0, BACKWARD).toDoubleArray()).containsExactly(sums, within(1e-13));
    }

    @ParameterizedTest
    @EnumSource
    void normsDivideByTheLength(FftNorm norm) {
        Tensor x = noise(DType.F64, 6, 2);
        double forward = norm == FftNorm.FORWARD ? 1 / 6.0 : norm == FftNorm.ORTHO ? 1 / Math.sqrt(6) : 1;
        Tensor y = Fft.fft(x, 0, norm);
        assertThat(distance(y, Fft.fft(x).mul(forward))).isLessThan(1e-14);
        assertThat(distance(Fft.ifft(y, 0, norm), x)).isLessThan(1e-14);
        Tensor r = noise(DType.F64, 4, 6);
        assertThat(distance(
                        Fft.irfftn(
                                Fft.rfftn(r, new long[] {4, 6}, new int[0], norm), new long[] {4, 6}, new int[0], norm),
                        r))
                .isLessThan(1e-13);
        if (norm == FftNorm.ORTHO) {
            assertThat(size(y)).isCloseTo(size(x), within(1e-14));
        }
    }

    @Test
    void severalAxesAreOneAfterTheOther() {
        Tensor z = noise(DType.F64, 3, 4, 5, 2);
        Tensor each = Fft.fft(Fft.fft(Fft.fft(z, 0, BACKWARD), 1, BACKWARD), 2, BACKWARD);
        assertThat(distance(Fft.fftn(z), each)).isLessThan(1e-12);
        assertThat(distance(Fft.ifft2(Fft.fft2(z)), z)).isLessThan(1e-13);
        assertThat(Fft.fft2(z).shape()).isEqualTo(z.shape());
        Tensor x = noise(DType.F64, 3, 4, 6);
        Tensor whole = Fft.fft2(Fft.complex(x, x.fullLike(0)));
        assertThat(distance(Fft.rfft2(x), whole.narrow(2, 0, 4))).isLessThan(1e-12);
        assertThat(distance(Fft.irfft2(Fft.rfft2(x)), x)).isLessThan(1e-13);
    }

    @Test
    void signalsAreCutAndFilledUpAtTheEnd() {
        Tensor x = Tensors.of(1.0, 2, 3);
        assertThat(Fft.rfft(x, 2, 0, BACKWARD).toDoubleArray()).containsExactly(3, 0, -1, 0);
        assertThat(Fft.rfft(x, 4, 0, BACKWARD).toDoubleArray())
                .containsExactly(Fft.rfft(Tensors.of(1.0, 2, 3, 0)).toDoubleArray());
    }
}
