package org.gatun.tensor;

/**
 * Discrete Fourier transforms, as {@code torch.fft}: of any length, along one or several axes, of F32 and F64 (integers become F32).
 *
 * <p><b>Complex numbers</b> are stored as PyTorch's {@code view_as_real} shows them: a last axis of size 2 holds the real and the
 * imaginary part. The {@code axis} of a transform counts the axes without that one, so that an axis has the same number before
 * and after a transform of real numbers, and -1 is the last axis of the signal.
 *
 * <p><b>Definition.</b> The forward transform is {@code X[k] = sum over j of x[j] e^(-2 pi i j k / n)}, the inverse one {@code x[j] = 1/n
 * sum over k of X[k] e^(2 pi i j k / n)}; {@link FftNorm} moves the factor. With a length {@code n} that differs from the size of the
 * axis, the signal is cut off or filled up with zeros at its end. The relative error in the 2-norm grows with the logarithm of
 * the length. A result that depends on a number that is not finite is not finite.
 *
 * <p>Everything is linear, and differentiable to any order: the cotangents are those of real and imaginary parts, so that the
 * transpose of a transform is the inverse one with its factor left out.
 *
 * <p>Every method throws a {@link ShapeException} when a length is less than 1 or more than 2^28, an axis does not exist or is named twice,
 * or complex numbers do not have a last axis of size 2, and a {@link DTypeException} for other floating dtypes than F32 and F64.
 */
public final class Fft {
    private Fft() {}

    // ---- complex numbers ----

    /**
     * Complex numbers from real and imaginary parts, as {@code torch.complex}: of the shape of both with an axis of size 2 behind.
     *
     * @throws ShapeException when the shapes can't be broadcast to one
     */
    public static Tensor complex(Tensor real, Tensor imag) {
        return ComplexNumbers.complex(real, imag);
    }

    /** The real parts of complex numbers (..., 2), of shape (...); a view. */
    public static Tensor real(Tensor z) {
        return ComplexNumbers.part("real", z, 0);
    }

    /** The imaginary parts of complex numbers (..., 2), of shape (...); a view. */
    public static Tensor imag(Tensor z) {
        return ComplexNumbers.part("imag", z, 1);
    }

    /** The conjugates of complex numbers (..., 2), as {@code torch.conj}. */
    public static Tensor conj(Tensor z) {
        return ComplexNumbers.conj("conj", z);
    }

    /** The products of complex numbers (..., 2) with others, with broadcasting. */
    public static Tensor mul(Tensor a, Tensor b) {
        return ComplexNumbers.mul(a, b);
    }

    /** The magnitudes of complex numbers (..., 2), of shape (...), without overflow; the derivative at 0 is NaN, as that of hypot. */
    public static Tensor abs(Tensor z) {
        return ComplexNumbers.part("abs", z, 0).hypot(ComplexNumbers.part("abs", z, 1));
    }

    /** The angles of complex numbers (..., 2) from -pi to pi, of shape (...), as {@code torch.angle}. */
    public static Tensor angle(Tensor z) {
        return ComplexNumbers.part("angle", z, 1).atan2(ComplexNumbers.part("angle", z, 0));
    }

    // ---- along one axis ----

    /** The transform of complex numbers (..., n, 2) along the last axis of the signal, as {@code torch.fft.fft}. */
    public static Tensor fft(Tensor z) {
        return Transforms.complex("fft", z, Transforms.WHOLE, -1, FftNorm.BACKWARD, false);
    }

    /** As {@link #fft(Tensor)}, along another axis and scaled otherwise. */
    public static Tensor fft(Tensor z, int axis, FftNorm norm) {
        return Transforms.complex("fft", z, Transforms.WHOLE, axis, norm, false);
    }

    /** As {@link #fft(Tensor, int, FftNorm)}, of the signal cut or filled up with zeros to n numbers. */
    public static Tensor fft(Tensor z, long n, int axis, FftNorm norm) {
        return Transforms.complex("fft", z, Transforms.length("fft", n), axis, norm, false);
    }

    /** The inverse transform of complex numbers (..., n, 2) along the last axis of the signal, as {@code torch.fft.ifft}. */
    public static Tensor ifft(Tensor z) {
        return Transforms.complex("ifft", z, Transforms.WHOLE, -1, FftNorm.BACKWARD, true);
    }

    /** As {@link #ifft(Tensor)}, along another axis and scaled otherwise. */
    public static Tensor ifft(Tensor z, int axis, FftNorm norm) {
        return Transforms.complex("ifft", z, Transforms.WHOLE, axis, norm, true);
    }

    /** As {@link #ifft(Tensor, int, FftNorm)}, of the signal cut or filled up with zeros to n numbers. */
    public static Tensor ifft(Tensor z, long n, int axis, FftNorm norm) {
        return Transforms.complex("ifft", z, Transforms.length("ifft", n), axis, norm, true);
    }

    /**
     * The transform of real numbers (..., n) along the last axis, as {@code torch.fft.rfft}: complex numbers (..., n / 2 + 1, 2), the rest of
     * the transform being their conjugates in reverse.
     */
    public static Tensor rfft(Tensor x) {
        return Transforms.ofReal("rfft", x, Transforms.WHOLE, -1, FftNorm.BACKWARD);
    }

    /** As {@link #rfft(Tensor)}, along another axis and scaled otherwise. */
    public static Tensor rfft(Tensor x, int axis, FftNorm norm) {
        return Transforms.ofReal("rfft", x, Transforms.WHOLE, axis, norm);
    }

    /** As {@link #rfft(Tensor, int, FftNorm)}, of the signal cut or filled up with zeros to n numbers. */
    public static Tensor rfft(Tensor x, long n, int axis, FftNorm norm) {
        return Transforms.ofReal("rfft", x, Transforms.length("rfft", n), axis, norm);
    }

    /**
     * The inverse of {@link #rfft(Tensor)} for an even length: from complex numbers (..., m, 2) to real ones (..., 2 (m - 1)), as {@code
     * torch.fft.irfft}. The imaginary part of the first number, and of the last if the length is even, does not count.
     */
    public static Tensor irfft(Tensor z) {
        return Transforms.toReal("irfft", z, Transforms.WHOLE, -1, FftNorm.BACKWARD, true);
    }

    /** As {@link #irfft(Tensor)}, along another axis and scaled otherwise. */
    public static Tensor irfft(Tensor z, int axis, FftNorm norm) {
        return Transforms.toReal("irfft", z, Transforms.WHOLE, axis, norm, true);
    }

    /** As {@link #irfft(Tensor, int, FftNorm)}, to n real numbers: the inverse of {@link #rfft(Tensor)} for an odd length too. */
    public static Tensor irfft(Tensor z, long n, int axis, FftNorm norm) {
        return Transforms.toReal("irfft", z, Transforms.length("irfft", n), axis, norm, true);
    }

    /**
     * The transform of a signal with Hermitian symmetry, {@code z[n - j] = conj(z[j])}, given by its first half (..., m, 2): the
     * real numbers (..., 2 (m - 1)), as {@code torch.fft.hfft}.
     */
    public static Tensor hfft(Tensor z) {
        return Transforms.toReal("hfft", z, Transforms.WHOLE, -1, FftNorm.BACKWARD, false);
    }

    /** As {@link #hfft(Tensor)} to n real numbers, along another axis and scaled otherwise. */
    public static Tensor hfft(Tensor z, long n, int axis, FftNorm norm) {
        return Transforms.toReal("hfft", z, Transforms.length("hfft", n), axis, norm, false);
    }

    /** The inverse of {@link #hfft(Tensor)}: from real numbers (..., n) to the first half (..., n / 2 + 1, 2), as {@code torch.fft.ihfft}. */
    public static Tensor ihfft(Tensor x) {
        return Transforms.halfOfReal(x, Transforms.WHOLE, -1, FftNorm.BACKWARD);
    }

    /** As {@link #ihfft(Tensor)}, of the signal cut or filled up with zeros to n numbers, along another axis and scaled otherwise. */
    public static Tensor ihfft(Tensor x, long n, int axis, FftNorm norm) {
        return Transforms.halfOfReal(x, Transforms.length("ihfft", n), axis, norm);
    }

    // ---- along several axes ----

    /** The transform of complex numbers (..., h, w, 2) along the last two axes of the signal, as {@code torch.fft.fft2}. */
    public static Tensor fft2(Tensor z) {
        return Transforms.complexes("fft2", z, null, Transforms.LAST_TWO, FftNorm.BACKWARD, false);
    }

    /** The inverse of {@link #fft2}, as {@code torch.fft.ifft2}. */
    public static Tensor ifft2(Tensor z) {
        return Transforms.complexes("ifft2", z, null, Transforms.LAST_TWO, FftNorm.BACKWARD, true);
    }

    /** The transform of real numbers (..., h, w) to complex ones (..., h, w / 2 + 1, 2), as {@code torch.fft.rfft2}. */
    public static Tensor rfft2(Tensor x) {
        return Transforms.ofReals("rfft2", x, null, Transforms.LAST_TWO, FftNorm.BACKWARD);
    }

    /** The inverse of {@link #rfft2} for an even width: from (..., h, m, 2) to (..., h, 2 (m - 1)), as {@code torch.fft.irfft2}. */
    public static Tensor irfft2(Tensor z) {
        return Transforms.toReals("irfft2", z, null, Transforms.LAST_TWO, FftNorm.BACKWARD);
    }

    /** The transform of complex numbers along several axes, all of the signal if none is named, as {@code torch.fft.fftn}. */
    public static Tensor fftn(Tensor z, int... axes) {
        return Transforms.complexes("fftn", z, null, axes, FftNorm.BACKWARD, false);
    }

    /** As {@link #fftn(Tensor, int...)}, of the signal cut or filled up with zeros to a size for each axis, and scaled otherwise. */
    public static Tensor fftn(Tensor z, long[] sizes, int[] axes, FftNorm norm) {
        return Transforms.complexes("fftn", z, sizes, axes, norm, false);
    }

    /** The inverse of {@link #fftn(Tensor, int...)}, as {@code torch.fft.ifftn}. */
    public static Tensor ifftn(Tensor z, int... axes) {
        return Transforms.complexes("ifftn", z, null, axes, FftNorm.BACKWARD, true);
    }

    /** As {@link #ifftn(Tensor, int...)}, of the signal cut or filled up with zeros to a size for each axis, and scaled otherwise. */
    public static Tensor ifftn(Tensor z, long[] sizes, int[] axes, FftNorm norm) {
        return Transforms.complexes("ifftn", z, sizes, axes, norm, true);
    }

    /**
     * The transform of real numbers along several axes, all if none is named, as {@code torch.fft.rfftn}; of the last axis named only
     * the first {@code n / 2 + 1} frequencies.
     */
    public static Tensor rfftn(Tensor x, int... axes) {
        return Transforms.ofReals("rfftn", x, null, axes, FftNorm.BACKWARD);
    }

    /** As {@link #rfftn(Tensor, int...)}, of the signal cut or filled up with zeros to a size for each axis, and scaled otherwise. */
    public static Tensor rfftn(Tensor x, long[] sizes, int[] axes, FftNorm norm) {
        return Transforms.ofReals("rfftn", x, sizes, axes, norm);
    }

    /** The inverse of {@link #rfftn(Tensor, int...)} for an even size of the last axis named, as {@code torch.fft.irfftn}. */
    public static Tensor irfftn(Tensor z, int... axes) {
        return Transforms.toReals("irfftn", z, null, axes, FftNorm.BACKWARD);
    }

    /** As {@link #irfftn(Tensor, int...)}, to real numbers of a size for each axis, and scaled otherwise. */
    public static Tensor irfftn(Tensor z, long[] sizes, int[] axes, FftNorm norm) {
        return Transforms.toReals("irfftn", z, sizes, axes, norm);
    }

    // ---- frequencies ----

    /**
     * The frequencies of a transform of n numbers at a distance d: {@code 0, 1, ... (n - 1) / 2, -(n / 2), ... -1}, each divided by {@code n d}; F32,
     * as {@code torch.fft.fftfreq}.
     */
    public static Tensor fftfreq(long n, double d) {
        return Transforms.frequencies("fftfreq", DType.F32, n, d, false);
    }

    /** As {@link #fftfreq(long, double)}, of another floating dtype. */
    public static Tensor fftfreq(DType dtype, long n, double d) {
        return Transforms.frequencies("fftfreq", dtype, n, d, false);
    }

    /** The frequencies that {@link #rfft(Tensor)} keeps: {@code 0, 1, ... n / 2}, each divided by {@code n d}; F32, as {@code torch.fft.rfftfreq}. */
    public static Tensor rfftfreq(long n, double d) {
        return Transforms.frequencies("rfftfreq", DType.F32, n, d, true);
    }

    /** As {@link #rfftfreq(long, double)}, of another floating dtype. */
    public static Tensor rfftfreq(DType dtype, long n, double d) {
        return Transforms.frequencies("rfftfreq", dtype, n, d, true);
    }

    /**
     * Rolls each axis named, all if none is, by half its size, so that frequency 0 comes into the middle, as {@code torch.fft.fftshift}. The axes
     * are those of the tensor as it is: with complex numbers name them, for the last is that of their parts.
     */
    public static Tensor fftshift(Tensor x, int... axes) {
        return Transforms.shift("fftshift", x, axes, 0);
    }

    /** The inverse of {@link #fftshift}, which differs for odd sizes, as {@code torch.fft.ifftshift}. */
    public static Tensor ifftshift(Tensor x, int... axes) {
        return Transforms.shift("ifftshift", x, axes, 1);
    }
}
