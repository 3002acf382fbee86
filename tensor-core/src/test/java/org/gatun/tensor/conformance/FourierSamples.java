package org.gatun.tensor.conformance;

import static org.gatun.tensor.conformance.CompositeSample.any;
import static org.gatun.tensor.conformance.CompositeSample.of;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.gatun.tensor.Fft;
import org.gatun.tensor.FftNorm;
import org.gatun.tensor.Tensor;

/** Samples of Fourier transforms. */
final class FourierSamples {
    private static final List<CompositeSample> SAMPLES = new ArrayList<>();

    static {
        complexNumbers();
        alongOneAxis();
        alongSeveralAxes();
        for (long[] shape : new long[][] {{4}, {3, 5}, {}, {0}}) {
            sample("fftshift", Fft::fftshift, shape);
            sample("ifftshift", Fft::ifftshift, shape);
        }
        sample("fftshift", x -> Fft.fftshift(x, 0), 3, 2);
        sample("ifftshift", x -> Fft.ifftshift(x, -1, 0), 3, 2);
    }

    private FourierSamples() {}

    static List<CompositeSample> all() {
        return SAMPLES;
    }

    private static void sample(String method, UnaryOperator<Tensor> body, long... sizes) {
        SAMPLES.add(of("Fft." + method, body, any(sizes)));
    }

    private static void complexNumbers() {
        SAMPLES.add(of("Fft.complex", Fft::complex, any(2, 3), any(3)));
        SAMPLES.add(of("Fft.complex", Fft::complex, any(), any()));
        for (long[] shape : new long[][] {{2}, {3, 2}, {0, 2}}) {
            sample("real", Fft::real, shape);
            sample("imag", Fft::imag, shape);
            sample("conj", Fft::conj, shape);
            sample("abs", Fft::abs, shape);
            sample("angle", Fft::angle, shape);
        }
        SAMPLES.add(of("Fft.mul", Fft::mul, any(2, 3, 2), any(3, 2)));
        SAMPLES.add(of("Fft.mul", Fft::mul, any(2), any(2)));
    }

    private static void alongOneAxis() {
        for (FftNorm norm : FftNorm.values()) {
            sample("fft", z -> Fft.fft(z, 0, norm), 3, 2, 2);
            sample("ifft", z -> Fft.ifft(z, -1, norm), 3, 4, 2);
            sample("fft", z -> Fft.fft(z, 5, 0, norm), 3, 2);
            sample("ifft", z -> Fft.ifft(z, 2, 0, norm), 3, 2);
            sample("rfft", x -> Fft.rfft(x, -2, norm), 4, 3);
            sample("rfft", x -> Fft.rfft(x, 5, -1, norm), 2, 4);
            sample("irfft", z -> Fft.irfft(z, -1, norm), 2, 3, 2);
            sample("irfft", z -> Fft.irfft(z, 5, 0, norm), 3, 2, 2);
            sample("hfft", z -> Fft.hfft(z, 5, -1, norm), 2, 3, 2);
            sample("ihfft", x -> Fft.ihfft(x, 3, 0, norm), 4, 3);
        }
        for (long[] shape : new long[][] {{1, 2}, {2, 2}, {7, 2}, {0, 3, 2}}) {
            sample("fft", Fft::fft, shape);
            sample("ifft", Fft::ifft, shape);
        }
        for (long[] shape : new long[][] {{1}, {2}, {7}, {2, 6}, {0, 3}}) {
            sample("rfft", Fft::rfft, shape);
            sample("ihfft", Fft::ihfft, shape);
        }
        for (long[] shape : new long[][] {{2, 2}, {4, 2}, {2, 3, 2}, {0, 3, 2}}) {
            sample("irfft", Fft::irfft, shape);
            sample("hfft", Fft::hfft, shape);
        }
        // The lines that go by a transform of half the length, long and short ones, and others.
        for (long n : new long[] {2, 4, 6, 10, 14, 66}) {
            sample("rfft", Fft::rfft, n);
            sample("irfft", Fft::irfft, n / 2 + 1, 2);
        }
        sample("irfft", z -> Fft.irfft(z, 1, 0, FftNorm.BACKWARD), 3, 2);
        sample("irfft", z -> Fft.irfft(z, 7, 0, FftNorm.BACKWARD), 2, 2);
        // No number remains of the signal: all of it is zeros.
        sample("rfft", x -> Fft.rfft(x, 3, 0, FftNorm.BACKWARD), 0);
    }

    private static void alongSeveralAxes() {
        sample("fft2", Fft::fft2, 2, 3, 2);
        sample("ifft2", Fft::ifft2, 2, 1, 3, 2);
        sample("rfft2", Fft::rfft2, 3, 4);
        sample("irfft2", Fft::irfft2, 2, 3, 2);
        sample("fftn", Fft::fftn, 2, 3, 2, 2);
        sample("fftn", z -> Fft.fftn(z, 1), 2, 3, 2);
        sample("ifftn", Fft::ifftn, 2, 3, 2);
        sample("ifftn", Fft::ifftn, 2);
        sample("rfftn", Fft::rfftn, 2, 3, 2);
        sample("rfftn", x -> Fft.rfftn(x, 0), 3, 2);
        sample("irfftn", Fft::irfftn, 2, 3, 2);
        sample("irfftn", z -> Fft.irfftn(z, 1, 0), 3, 2, 2);
        for (FftNorm norm : FftNorm.values()) {
            long[] sizes = {3, 2};
            int[] axes = {-1, 0};
            sample("fftn", z -> Fft.fftn(z, sizes, axes, norm), 2, 2, 2);
            sample("ifftn", z -> Fft.ifftn(z, sizes, axes, norm), 2, 4, 2);
            sample("rfftn", x -> Fft.rfftn(x, sizes, axes, norm), 3, 2);
            sample("irfftn", z -> Fft.irfftn(z, sizes, axes, norm), 2, 2, 2);
        }
    }
}
