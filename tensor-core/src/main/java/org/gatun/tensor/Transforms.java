package org.gatun.tensor;

import java.util.Arrays;
import org.gatun.tensor.composite.HermitianTransform;
import org.gatun.tensor.composite.RealTransform;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

/** The arguments of Fourier transforms, checked and turned into operations of the IR. */
final class Transforms {
    /** In place of a length: that of the axis. */
    static final long WHOLE = -1;

    static final int[] LAST_TWO = {-2, -1};

    private static final long MOST = 1 << 28;

    private Transforms() {}

    /** A length that was asked for. */
    static long length(String name, long n) {
        if (n < 1 || n > MOST) {
            throw new ShapeException(
                    name + ": a length of " + n + " numbers: a transform has 1 to " + MOST + " of them");
        }
        return n;
    }

    // ---- along one axis ----

    static Tensor complex(String name, Tensor z, long n, int axis, FftNorm norm, boolean inverse) {
        Tensor numbers = complexes(name, z);
        int a = Axes.normalise(name, axis, z.rank() - 1);
        long length = n == WHOLE ? length(name, z.size(a)) : n;
        return scaled(bind(resized(numbers, a, length), a, inverse), norm.factor(length, inverse));
    }

    static Tensor ofReal(String name, Tensor x, long n, int axis, FftNorm norm) {
        Tensor numbers = floating(name, x);
        int a = Axes.normalise(name, axis, x.rank());
        long length = n == WHOLE ? length(name, x.size(a)) : n;
        return scaled(spectrum(resized(numbers, a, length), a), norm.factor(length, false));
    }

    private static Tensor spectrum(Tensor x, int axis) {
        return Dispatch.bind(new Op.Call(new RealTransform(axis, x.size(axis))), x);
    }

    /**
     * From half of a Hermitian signal to real numbers.
     *
     * @param inverse the direction; both differ in the sign of the exponent
     */
    static Tensor toReal(String name, Tensor z, long n, int axis, FftNorm norm, boolean inverse) {
        Tensor numbers = complexes(name, z);
        int a = Axes.normalise(name, axis, z.rank() - 1);
        long length = n == WHOLE ? length(name, 2 * (z.size(a) - 1)) : n;
        Tensor half = resized(numbers, a, length / 2 + 1);
        Tensor spectrum = inverse ? half : ComplexNumbers.conj(name, half);
        Tensor y = Dispatch.bind(new Op.Call(new HermitianTransform(a, length)), spectrum);
        return scaled(y, norm.factor(length, inverse));
    }

    static Tensor halfOfReal(Tensor x, long n, int axis, FftNorm norm) {
        Tensor numbers = floating("ihfft", x);
        int a = Axes.normalise("ihfft", axis, x.rank());
        long length = n == WHOLE ? length("ihfft", x.size(a)) : n;
        Tensor half = ComplexNumbers.conj("ihfft", spectrum(resized(numbers, a, length), a));
        return scaled(half, norm.factor(length, true));
    }

    // ---- along several axes ----

    static Tensor complexes(String name, Tensor z, long @Nullable [] sizes, int[] axes, FftNorm norm, boolean inverse) {
        Tensor numbers = complexes(name, z);
        int[] over = axes(name, z.rank() - 1, sizes, axes);
        for (int i = 0; i < over.length; i++) {
            numbers = complex(name, numbers, sizes == null ? WHOLE : length(name, sizes[i]), over[i], norm, inverse);
        }
        return over.length == 0 ? numbers.view() : numbers;
    }

    static Tensor ofReals(String name, Tensor x, long @Nullable [] sizes, int[] axes, FftNorm norm) {
        int[] over = axes(name, x.rank(), sizes, axes);
        requireAxis(name, x.shape(), over);
        int last = over.length - 1;
        Tensor half = ofReal(name, x, sizes == null ? WHOLE : length(name, sizes[last]), over[last], norm);
        return last == 0
                ? half
                : complexes(
                        name,
                        half,
                        sizes == null ? null : Arrays.copyOf(sizes, last),
                        Arrays.copyOf(over, last),
                        norm,
                        false);
    }

    static Tensor toReals(String name, Tensor z, long @Nullable [] sizes, int[] axes, FftNorm norm) {
        ComplexNumbers.require(name, z);
        int[] over = axes(name, z.rank() - 1, sizes, axes);
        requireAxis(name, z.shape(), over);
        int last = over.length - 1;
        Tensor half = last == 0
                ? z
                : complexes(
                        name,
                        z,
                        sizes == null ? null : Arrays.copyOf(sizes, last),
                        Arrays.copyOf(over, last),
                        norm,
                        true);
        return toReal(name, half, sizes == null ? WHOLE : length(name, sizes[last]), over[last], norm, true);
    }

    /** The axes named, or all, from 0 to {@code rank - 1}. */
    private static int[] axes(String name, int rank, long @Nullable [] sizes, int[] axes) {
        if (sizes != null && sizes.length != (axes.length == 0 ? rank : axes.length)) {
            throw new ShapeException(name + ": the sizes " + Arrays.toString(sizes) + " do not go with the axes "
                    + Arrays.toString(axes) + " of a signal of rank " + rank + ": give one for each axis");
        }
        return (axes.length == 0 ? Axes.all(rank) : Axes.listed(name, rank, axes)).toArray();
    }

    private static void requireAxis(String name, Shape shape, int[] over) {
        if (over.length == 0) {
            throw new ShapeException(
                    name + ": a tensor of shape " + shape + " has no axis to transform: reshape it to one number");
        }
    }

    // ---- frequencies ----

    static Tensor frequencies(String name, DType dtype, long n, double d, boolean half) {
        if (n < 1 || d == 0 || Double.isNaN(d)) {
            throw new IllegalArgumentException(
                    name + ": " + n + " numbers at a distance " + d + ": give 1 or more, and a distance other than 0");
        }
        if (!dtype.isFloating()) {
            throw new DTypeException(name + ": frequencies are no integers: give F32 or F64 instead of " + dtype);
        }
        var _ = Creation.shape(name, DType.F64, n);
        Tensor steps = half
                ? Tensors.arange(n / 2 + 1)
                : Tensors.cat(0, Tensors.arange((n + 1) / 2), Tensors.arange(-(n / 2), 0));
        return steps.to(DType.F64).div(n * d).to(dtype);
    }

    /** Rolls axes by half their sizes, rounded down, or up for {@code up} 1. */
    static Tensor shift(String name, Tensor x, int[] axes, int up) {
        Axes over = axes.length == 0 ? Axes.all(x.rank()) : Axes.listed(name, x.rank(), axes);
        Tensor y = x;
        for (int i = 0; i < over.count(); i++) {
            int axis = over.get(i);
            y = y.roll((y.size(axis) + up) / 2, axis);
        }
        return y == x ? x.view() : y;
    }

    // ---- parts ----

    private static Tensor complexes(String name, Tensor z) {
        ComplexNumbers.require(name, z);
        return floating(name, z);
    }

    private static Tensor floating(String name, Tensor x) {
        if (x.dtype() == DType.F32 || x.dtype() == DType.F64) {
            return x;
        }
        if (x.dtype().isFloating()) {
            throw new DTypeException(name + ": transforms F32 and F64, not " + x.dtype() + ": convert first");
        }
        return x.to(DType.F32);
    }

    private static Tensor bind(Tensor z, int axis, boolean inverse) {
        return Dispatch.bind(new Op.Fft(axis, inverse), z);
    }

    private static Tensor scaled(Tensor y, double factor) {
        return factor == 1 ? y : y.mul(factor);
    }

    /** The first numbers along an axis, and zeros where there are not enough. */
    private static Tensor resized(Tensor x, int axis, long n) {
        if (x.size(axis) >= n) {
            return x.size(axis) == n ? x : x.narrow(axis, 0, n);
        }
        long[] before = new long[x.rank()];
        long[] after = before.clone();
        after[axis] = n - x.size(axis);
        return Padding.pad(x, before, after, null);
    }
}
