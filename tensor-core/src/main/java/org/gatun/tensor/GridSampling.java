package org.gatun.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gatun.tensor.shape.Shape;

/** The sampling of images at places given by a grid, written in public operations: differentiable in the image and in the grid. */
final class GridSampling {
    private GridSampling() {}

    /** One element along an axis that a sample is made of: its index as a number, its weight, and whether it lies in the image. */
    private record Tap(Tensor index, Tensor weight, Tensor inside) {}

    static Tensor sample(Tensor x, Tensor grid, InterpolationMode mode, GridPadding padding, boolean alignCorners) {
        Reductions.requireFloating("gridSample", x);
        Windows.requireType("gridSample", "grid", grid, x);
        return Widened.compute(x, wide -> sampled(wide, Widened.of(grid), mode, padding, alignCorners));
    }

    private static Tensor sampled(
            Tensor x, Tensor grid, InterpolationMode mode, GridPadding padding, boolean alignCorners) {
        int axes = x.rank() - 2;
        boolean fits = switch (mode) {
            case NEAREST, BILINEAR -> axes == 2 || axes == 3;
            case BICUBIC -> axes == 2;
            case NEAREST_EXACT, LINEAR, TRILINEAR, AREA -> false;
        };
        if (!fits) {
            throw new ShapeException("gridSample: an input of shape " + x.shape() + " does not go with " + mode
                    + ": nearest and bilinear take (n, c, h, w) or (n, c, d, h, w), bicubic (n, c, h, w)");
        }
        if (grid.rank() != x.rank() || grid.size(0) != x.size(0) || grid.size(-1) != axes) {
            throw new ShapeException("gridSample: a grid of shape " + grid.shape()
                    + " does not go with an input of shape "
                    + x.shape() + ": it must be (" + x.size(0) + ", " + (axes == 2 ? "h, w" : "d, h, w") + ", " + axes
                    + ")");
        }
        for (int a = 0; a < axes; a++) {
            if (x.size(2 + a) < 1) {
                throw new ShapeException("gridSample: an input of shape " + x.shape() + " has nothing to sample");
            }
        }
        long n = x.size(0);
        Tensor places = grid.reshape(Shape.of(n, 1, grid.elements() / Math.max(1, n * axes), axes));
        Tensor image = x.flatten(2, -1);
        Tensor sum = null;
        for (List<Tap> taps : combinations(x, places, mode, padding, alignCorners)) {
            Tap tap = taps.get(0);
            Tensor flat = tap.index;
            Tensor weight = tap.weight;
            Tensor inside = tap.inside;
            for (int a = 1; a < axes; a++) {
                Tap next = taps.get(a);
                flat = flat.mul(x.size(2 + a)).add(next.index);
                weight = weight.mul(next.weight);
                inside = inside.and(next.inside);
            }
            Tensor index = flat.broadcastTo(n, x.size(1), flat.size(2));
            Tensor part = inside.where(image.gather(2, index).mul(weight), Arithmetic.constant(x, x.dtype(), 0.0));
            sum = sum == null ? part : sum.add(part);
        }
        if (sum == null) {
            throw new IllegalStateException("gridSample: no taps");
        }
        long[] shape = grid.shape().toArray();
        System.arraycopy(shape, 1, shape, 2, axes);
        shape[1] = x.size(1);
        return sum.reshape(Shape.of(shape));
    }

    /** All combinations of the taps along each axis. */
    private static List<List<Tap>> combinations(
            Tensor x, Tensor places, InterpolationMode mode, GridPadding padding, boolean alignCorners) {
        List<List<Tap>> all = List.of(List.of());
        int axes = x.rank() - 2;
        for (int a = 0; a < axes; a++) {
            long size = x.size(2 + a);
            // The grid has x, the place along the last axis, first.
            Tensor place = unnormalised(places.select(-1, axes - 1 - a), size, alignCorners);
            var next = new ArrayList<List<Tap>>();
            for (Tap tap : taps(place, size, mode, padding, alignCorners)) {
                for (List<Tap> taps : all) {
                    var longer = new ArrayList<>(taps);
                    longer.add(tap);
                    next.add(longer);
                }
            }
            all = next;
        }
        return all;
    }

    /** From -1 to 1 to the places of elements: -1 and 1 are the centres of the first and the last, or the borders of the image. */
    private static Tensor unnormalised(Tensor g, long size, boolean alignCorners) {
        return alignCorners
                ? g.add(1.0).mul(0.5 * (size - 1))
                : g.add(1.0).mul((double) size).sub(1.0).mul(0.5);
    }

    private static List<Tap> taps(
            Tensor place, long size, InterpolationMode mode, GridPadding padding, boolean alignCorners) {
        var taps = new ArrayList<Tap>();
        if (mode == InterpolationMode.BICUBIC) {
            Tensor floor = place.detach().floor();
            Tensor t = place.sub(floor);
            for (int offset = -1; offset <= 2; offset++) {
                Tensor at = padded(floor.add((double) offset), size, padding, alignCorners);
                taps.add(tap(at, cubicWeight(t.sub((double) offset).abs(), offset == 0 || offset == 1), size));
            }
            return taps;
        }
        Tensor inImage = padded(place, size, padding, alignCorners);
        if (mode == InterpolationMode.NEAREST) {
            Tensor at = inImage.detach().round();
            taps.add(tap(at, at.fullLike(1), size));
            return taps;
        }
        Tensor floor = inImage.detach().floor();
        Tensor above = inImage.sub(floor);
        taps.add(tap(floor, above.neg().add(1.0), size));
        taps.add(tap(floor.add(1.0), above, size));
        return taps;
    }

    private static Tap tap(Tensor at, Tensor weight, long size) {
        Tensor inside = at.ge(0.0).and(at.le((double) (size - 1)));
        Tensor index = at.detach().clamp(0.0, (double) (size - 1)).to(DType.I64);
        return new Tap(index, weight, inside);
    }

    /** Keys' cubic convolution at distances from 0 to 1, or from 1 to 2. */
    private static Tensor cubicWeight(Tensor d, boolean isNear) {
        double a = Interpolation.CUBIC;
        return isNear
                ? d.mul(a + 2).sub(a + 3).mul(d).mul(d).add(1.0)
                : d.mul(a).sub(5 * a).mul(d).add(8 * a).mul(d).sub(4 * a);
    }

    /** Places outside of the image brought into it, unless there are zeros outside. */
    private static Tensor padded(Tensor place, long size, GridPadding padding, boolean alignCorners) {
        return switch (padding) {
            case ZEROS -> place;
            case BORDER -> clipped(place, size);
            case REFLECTION -> clipped(reflected(place, size, alignCorners), size);
        };
    }

    private static Tensor clipped(Tensor place, long size) {
        // Not clamp, whose derivative at the bounds is 1.
        return size == 1 ? place.fullLike(0) : Functional.hardtanh(place, 0, size - 1);
    }

    /** Reflected at the centres, or at the borders, of the first and the last element. */
    private static Tensor reflected(Tensor place, long size, boolean alignCorners) {
        double low = alignCorners ? 0 : -0.5;
        double span = alignCorners ? size - 1 : size;
        if (span == 0) {
            return place.fullLike(0);
        }
        Tensor distance = place.sub(low).abs();
        Tensor flips = distance.detach().div(span).floor();
        Tensor rest = distance.sub(flips.mul(span));
        return flips.remainder(2.0).eq(0.0).where(rest, rest.neg().add(span)).add(low);
    }

    static Tensor affineGrid(Tensor theta, long[] size, boolean alignCorners) {
        Reductions.requireFloating("affineGrid", theta);
        int axes = size.length - 2;
        if ((axes != 2 && axes != 3)
                || theta.rank() != 3
                || theta.size(0) != size[0]
                || theta.size(1) != axes
                || theta.size(2) != axes + 1) {
            throw new ShapeException("affineGrid: matrices of shape " + theta.shape() + " for size "
                    + Arrays.toString(size) + ": (n, 2, 3) goes with (n, c, h, w), (n, 3, 4) with (n, c, d, h, w)");
        }
        long[] spatial = Arrays.copyOfRange(size, 2, size.length);
        ConvOptions.least("affineGrid: the size", spatial, 1);
        return Widened.compute(theta, wide -> affineGrid(wide, size[0], spatial, alignCorners));
    }

    private static Tensor affineGrid(Tensor theta, long n, long[] spatial, boolean alignCorners) {
        int axes = spatial.length;
        Shape shape = Shape.of(spatial);
        var columns = new ArrayList<Tensor>();
        for (int a = axes - 1; a >= 0; a--) {
            long[] aligned = new long[axes];
            Arrays.fill(aligned, 1);
            aligned[a] = spatial[a];
            columns.add(steps(theta.dtype(), spatial[a], alignCorners)
                    .to(theta.device())
                    .reshape(Shape.of(aligned))
                    .broadcastTo(shape));
        }
        columns.add(Tensors.ones(theta.dtype()).broadcastTo(shape));
        Tensor places = Tensors.stack(-1, columns).flatten(0, axes - 1);
        Tensor grid = Products.matmul(places, theta.transpose(1, 2));
        long[] sizes = new long[axes + 2];
        sizes[0] = n;
        System.arraycopy(spatial, 0, sizes, 1, axes);
        sizes[axes + 1] = axes;
        return grid.reshape(Shape.of(sizes));
    }

    private static Tensor steps(DType dtype, long n, boolean alignCorners) {
        double end = n == 1 ? 0 : alignCorners ? 1 : (n - 1.0) / n;
        return Tensors.linspace(dtype, -end, end, n);
    }
}
