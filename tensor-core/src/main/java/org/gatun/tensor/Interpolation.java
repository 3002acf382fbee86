package org.gatun.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.function.LongToDoubleFunction;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/** The resampling of images along their axes, one after the other: each element of the result is a weighted sum of a few elements along the axis. */
final class Interpolation {
    /** The parameter of the cubic convolution. */
    static final double CUBIC = -0.75;

    private static final Region TWO = Elementwise.region(
            4, in -> List.of(in.get(0).mul(in.get(1)).add(in.get(2).mul(in.get(3)))));

    private static final Region FOUR = Elementwise.region(
            8,
            in -> List.of(in.get(0)
                    .mul(in.get(1))
                    .add(in.get(2).mul(in.get(3)))
                    .add(in.get(4).mul(in.get(5)))
                    .add(in.get(6).mul(in.get(7)))));

    private Interpolation() {}

    static Tensor toSize(String name, Tensor x, long[] size, InterpolationMode mode, boolean alignCorners) {
        int axes = check(name, x, mode, alignCorners);
        return resample(
                name, x, ConvOptions.along(name, "the size", Shape.of(name, size), axes), null, mode, alignCorners);
    }

    static Tensor byFactor(String name, Tensor x, double[] factors, InterpolationMode mode, boolean alignCorners) {
        int axes = check(name, x, mode, alignCorners);
        if (factors.length != 1 && factors.length != axes) {
            throw new ShapeException(name + ": the factors " + Arrays.toString(factors) + " do not go with an input"
                    + " of shape " + x.shape() + ": give one for all axes, or " + axes);
        }
        double[] scale = new double[axes];
        long[] size = new long[axes];
        for (int a = 0; a < axes; a++) {
            scale[a] = factors[factors.length == 1 ? 0 : a];
            double length = Math.floor(x.size(2 + a) * scale[a]);
            if (!(scale[a] > 0) || length > 0x1p62) {
                throw new IllegalArgumentException(name + ": the factors " + Arrays.toString(factors)
                        + " must be above 0, and no larger than memory");
            }
            size[a] = (long) length;
        }
        return resample(name, x, size, scale, mode, alignCorners);
    }

    private static int check(String name, Tensor x, InterpolationMode mode, boolean alignCorners) {
        Reductions.requireFloating(name, x);
        int axes = x.rank() - 2;
        boolean fits = switch (mode) {
            case NEAREST, NEAREST_EXACT, AREA -> axes >= 1 && axes <= 3;
            case LINEAR -> axes == 1;
            case BILINEAR, BICUBIC -> axes == 2;
            case TRILINEAR -> axes == 3;
        };
        if (!fits) {
            throw new ShapeException(name + ": an input of shape " + x.shape() + " does not go with " + mode
                    + ": linear takes (n, c, l), bilinear and bicubic (n, c, h, w), trilinear (n, c, d, h, w), nearest"
                    + " and area any of these");
        }
        boolean aligns = switch (mode) {
            case LINEAR, BILINEAR, TRILINEAR, BICUBIC -> true;
            case NEAREST, NEAREST_EXACT, AREA -> false;
        };
        if (alignCorners && !aligns) {
            throw new IllegalArgumentException(
                    name + ": corners can be aligned with linear and cubic modes only, not with " + mode);
        }
        return axes;
    }

    private static Tensor resample(
            String name,
            Tensor x,
            long[] size,
            double @Nullable [] factors,
            InterpolationMode mode,
            boolean alignCorners) {
        for (int a = 0; a < size.length; a++) {
            if (size[a] < 1 || x.size(2 + a) < 1) {
                throw new ShapeException(name + ": from an input of shape " + x.shape() + " to size "
                        + Arrays.toString(size) + ": both must have 1 element or more along each spatial axis");
            }
        }
        ConvOptions.requireCountable(name, x, size);
        Tensor y = mode == InterpolationMode.NEAREST || mode == InterpolationMode.NEAREST_EXACT
                ? alongAll(x, size, factors, mode, alignCorners)
                : Widened.compute(x, wide -> alongAll(wide, size, factors, mode, alignCorners));
        return y == x ? x.view() : y;
    }

    private static Tensor alongAll(
            Tensor x, long[] size, double @Nullable [] factors, InterpolationMode mode, boolean alignCorners) {
        Tensor y = x;
        for (int a = size.length - 1; a >= 0; a--) {
            long n = x.size(2 + a);
            int m = (int) size[a];
            if (mode == InterpolationMode.AREA) {
                y = Pooling.meansAlong(y, 2 + a, m);
                continue;
            }
            double step = factors == null ? (double) n / m : 1 / factors[a];
            y = along(y, 2 + a, m, step, mode, alignCorners);
        }
        return y;
    }

    /** @param step the elements of x between two of the result, where corners are not aligned */
    private static Tensor along(Tensor x, int axis, int m, double step, InterpolationMode mode, boolean alignCorners) {
        long n = x.size(axis);
        if (n == m && (step == 1 || alignCorners)) {
            return x;
        }
        LongToDoubleFunction place =
                alignCorners ? i -> m == 1 ? 0 : (double) i * (n - 1) / (m - 1) : i -> (i + 0.5) * step - 0.5;
        return switch (mode) {
            // In single precision, as PyTorch has it, which decides where a place is rounded to.
            case NEAREST -> select(x, axis, m, i -> (float) i * (float) step, 0);
            case NEAREST_EXACT -> select(x, axis, m, i -> ((float) i + 0.5f) * (float) step, 0);
            case LINEAR, BILINEAR, TRILINEAR, AREA -> linear(x, axis, m, i -> Math.max(place.applyAsDouble(i), 0));
            case BICUBIC -> cubic(x, axis, m, place);
        };
    }

    /** For each element of the result the element at its place rounded down and moved by an offset, or the nearest there is. */
    private static Tensor select(Tensor x, int axis, int m, LongToDoubleFunction place, int offset) {
        long last = x.size(axis) - 1;
        return x.indexSelect(
                axis,
                HostCopies.wholes(
                                Shape.of(m),
                                i -> Math.clamp((long) Math.floor(place.applyAsDouble(i)) + offset, 0, last))
                        .to(x.device()));
    }

    /** A weight for each element of the result, aligned with an axis. */
    private static Tensor weights(Tensor x, int axis, int m, LongToDoubleFunction weight) {
        long[] aligned = new long[x.rank() - axis];
        Arrays.fill(aligned, 1);
        aligned[0] = m;
        return HostCopies.reals(Shape.of(aligned), weight).to(x.device()).to(x.dtype());
    }

    private static double beyond(double place) {
        return place - Math.floor(place);
    }

    private static Tensor linear(Tensor x, int axis, int m, LongToDoubleFunction place) {
        return TWO.apply(
                select(x, axis, m, place, 0),
                weights(x, axis, m, i -> 1 - beyond(place.applyAsDouble(i))),
                select(x, axis, m, place, 1),
                weights(x, axis, m, i -> beyond(place.applyAsDouble(i))));
    }

    private static Tensor cubic(Tensor x, int axis, int m, LongToDoubleFunction place) {
        Tensor[] terms = new Tensor[8];
        for (int t = 0; t < 4; t++) {
            int offset = t - 1;
            terms[2 * t] = select(x, axis, m, place, offset);
            terms[2 * t + 1] = weights(x, axis, m, i -> cubicWeight(beyond(place.applyAsDouble(i)) - offset));
        }
        return FOUR.apply(terms);
    }

    /** Keys' cubic convolution at a distance. */
    static double cubicWeight(double distance) {
        double d = Math.abs(distance);
        return d <= 1
                ? ((CUBIC + 2) * d - (CUBIC + 3)) * d * d + 1
                : d < 2 ? ((CUBIC * d - 5 * CUBIC) * d + 8 * CUBIC) * d - 4 * CUBIC : 0;
    }
}
