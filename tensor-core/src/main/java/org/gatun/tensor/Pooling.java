package org.gatun.tensor;

import java.util.Arrays;
import java.util.Objects;
import org.gatun.tensor.PoolOptions.Geometry;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.PoolSpec;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;

/**
 * Pooling in one to three dimensions, checked and turned into pools of planes: one dimension is a plane of one row, and of three the planes are
 * pooled first and then the depth, which gives the same maxima (of ties the first, row by row) and the same means.
 */
final class Pooling {
    private Pooling() {}

    // ---- largest elements ----

    static ValuesIndices max(String name, int axes, Tensor x, PoolOptions options) {
        Geometry g = checked(name, axes, x, options);
        if (x.rank() == axes + 1) {
            ValuesIndices batch = max(name, axes, x.unsqueeze(0), options);
            return new ValuesIndices(batch.values().squeeze(0), batch.indices().squeeze(0));
        }
        if (axes == 1) {
            Tensor[] pooled = Dispatch.bindAll(new Op.MaxPool2d(g.plane(-1, 0)), x.unsqueeze(2));
            return new ValuesIndices(pooled[0].squeeze(2), pooled[1].squeeze(2));
        }
        if (axes == 2) {
            Tensor[] pooled = Dispatch.bindAll(new Op.MaxPool2d(g.plane(0, 1)), x);
            return new ValuesIndices(pooled[0], pooled[1]);
        }
        Tensor[] planes = Dispatch.bindAll(new Op.MaxPool2d(g.plane(1, 2)), x.flatten(1, 2));
        Shape pooled = x.shape().withSize(3, planes[0].size(2)).withSize(4, planes[0].size(3));
        return along(planes[0].reshape(pooled), planes[1].reshape(pooled), 2, x.size(3) * x.size(4), g.plane(0, -1));
    }

    /**
     * The largest elements of windows along an axis.
     *
     * @param values (n, c, .., k, ..)
     * @param inner where in its own slice across the axis each element comes from
     * @param slice the elements of such a slice
     * @param spec the windows along the first of two axes
     * @return the maxima, and where they come from in all slices, one after the other
     */
    private static ValuesIndices along(Tensor values, Tensor inner, int axis, long slice, PoolSpec spec) {
        Shape x = values.shape();
        long outer = product(x, 0, axis);
        long width = product(x, axis + 1, x.rank());
        Tensor plane = values.reshape(outer, 1, x.size(axis), width);
        Tensor[] pooled = Dispatch.bindAll(new Op.MaxPool2d(spec), plane);
        Tensor places = pooled[1].flatten(1, 3);
        Tensor from = inner.reshape(outer, x.size(axis) * width).gather(1, places);
        Tensor index = places.floorDivide(width).mul(slice).add(from);
        Shape shape = x.withSize(axis, pooled[0].size(2));
        return new ValuesIndices(pooled[0].reshape(shape), index.reshape(shape));
    }

    private static long product(Shape shape, int from, int to) {
        long n = 1;
        for (int a = from; a < to; a++) {
            n *= shape.size(a);
        }
        return n;
    }

    // ---- means ----

    static Tensor avg(int axes, Tensor x, PoolOptions options) {
        return avg("avgPool" + axes + "d", axes, x, options);
    }

    private static Tensor avg(String name, int axes, Tensor x, PoolOptions options) {
        Geometry g = checked(name, axes, x, options);
        for (long d : g.dilation()) {
            if (d != 1) {
                throw new ShapeException(
                        name + ": dilation " + options.dilation() + ": averages have no dilation, give 1");
            }
        }
        return Widened.compute(
                x,
                wide -> Convolutions.inBatch(
                        axes,
                        wide,
                        batch -> options.divisorOverride() != 0
                                ? sums(axes, batch, options, g)
                                : means(axes, batch, g)));
    }

    private static Tensor means(int axes, Tensor x, Geometry g) {
        if (axes == 1) {
            return Dispatch.bind(new Op.AvgPool2d(g.plane(-1, 0)), x.unsqueeze(2))
                    .squeeze(2);
        }
        if (axes == 2) {
            return Dispatch.bind(new Op.AvgPool2d(g.plane(0, 1)), x);
        }
        Tensor planes = Dispatch.bind(new Op.AvgPool2d(g.plane(1, 2)), x.flatten(1, 2));
        Tensor lines = planes.reshape(x.size(0), x.size(1), x.size(2), planes.size(2) * planes.size(3));
        Tensor y = Dispatch.bind(new Op.AvgPool2d(g.plane(0, -1)), lines);
        return y.reshape(Shape.of(x.size(0), x.size(1), y.size(2), planes.size(2), planes.size(3)));
    }

    /** The sums over windows divided by one number: means times the elements that they are of, which are those without padding. */
    private static Tensor sums(int axes, Tensor x, PoolOptions options, Geometry g) {
        Tensor y = means(axes, x, options.countIncludePad(false).windows("avgPool", axes));
        for (int a = 0; a < axes; a++) {
            long n = x.size(2 + a);
            double[] counts = new double[Math.toIntExact(y.size(2 + a))];
            for (int i = 0; i < counts.length; i++) {
                long start = i * g.stride()[a] - g.padding()[a];
                counts[i] = Math.min(start + g.kernel()[a], n) - Math.max(start, 0);
            }
            long[] aligned = new long[axes];
            Arrays.fill(aligned, 1);
            aligned[a] = counts.length;
            y = y.mul(Tensors.of(Shape.of(aligned), counts).to(x.device()).to(x.dtype()));
        }
        return y.div((double) options.divisorOverride());
    }

    // ---- norms ----

    static Tensor lp(int axes, Tensor x, double p, PoolOptions options) {
        String name = "lpPool" + axes + "d";
        Objects.requireNonNull(options, name + ": the windows are null: give PoolOptions");
        if (!(p > 0) || Double.isInfinite(p)) {
            throw new IllegalArgumentException(name + ": p = " + p
                    + " must be above 0 and finite; for the largest elements use maxPool" + axes + "d");
        }
        Geometry g = options.windows(name, axes);
        long elements = 1;
        for (int a = 0; a < axes; a++) {
            elements *= g.kernel()[a];
            if (g.padding()[a] != 0) {
                throw new ShapeException(name + ": padding " + options.padding() + ": norms take none, pad the input");
            }
        }
        double count = elements;
        return Widened.compute(
                x, wide -> root(avg(name, axes, wide.pow(p), options).mul(count), p));
    }

    private static Tensor root(Tensor sums, double p) {
        // The root has an infinite derivative at 0, where that of a norm counts as 0.
        Tensor none = sums.eq(0);
        return none.where(sums.fullLike(0), none.where(sums.fullLike(1), sums).pow(1 / p));
    }

    // ---- windows that adapt to the input ----

    static Tensor adaptiveAvg(int axes, Tensor x, long[] sizes) {
        String name = "adaptiveAvgPool" + axes + "d";
        long[] out = adaptive(name, axes, x, sizes);
        return Widened.compute(
                x,
                wide -> Convolutions.inBatch(axes, wide, batch -> {
                    Tensor y = batch;
                    for (int a = axes - 1; a >= 0; a--) {
                        y = meansAlong(y, 2 + a, out[a]);
                    }
                    return y == batch ? batch.view() : y;
                }));
    }

    /** Means of windows {@code i n / m} to {@code (i + 1) n / m}, rounded down and up, along an axis. */
    static Tensor meansAlong(Tensor x, int axis, long m) {
        long n = x.size(axis);
        if (m == n) {
            return x;
        }
        if (m > 0 && n % m == 0) {
            return x.reshape(split(x.shape(), axis, m, n / m)).mean(axis + 1);
        }
        Adaptive w = Adaptive.of(n, m);
        Tensor taps = w.taps(x, axis);
        long[] aligned = new long[x.rank() - axis + 1];
        Arrays.fill(aligned, 1);
        aligned[0] = m;
        aligned[1] = w.width;
        Tensor inside = w.inside(Shape.of(aligned)).to(x.device());
        aligned[1] = 1;
        Tensor sizes =
                HostCopies.reals(Shape.of(aligned), w::size).to(x.device()).to(x.dtype());
        return inside.where(taps, Arithmetic.constant(x, x.dtype(), 0.0))
                .sum(true, axis + 1)
                .div(sizes)
                .squeeze(axis + 1);
    }

    static ValuesIndices adaptiveMax(String name, int axes, Tensor x, long[] sizes) {
        long[] out = adaptive(name, axes, x, sizes);
        if (x.rank() == axes + 1) {
            ValuesIndices batch = adaptiveMax(name, axes, x.unsqueeze(0), sizes);
            return new ValuesIndices(batch.values().squeeze(0), batch.indices().squeeze(0));
        }
        Tensor values = x;
        Tensor index = Tensors.zeros(DType.I64).to(x.device()).broadcastTo(x.shape());
        long slice = 1;
        for (int a = axes - 1; a >= 0; a--) {
            int axis = 2 + a;
            Adaptive w = Adaptive.of(x.size(axis), out[a]);
            // Taps beyond a window repeat its last element, so that they win no tie.
            Tensor taps = w.taps(values, axis).flatten(axis, axis + 1);
            Tensor rows = w.index().to(x.device()).mul(slice);
            long[] aligned = new long[taps.rank() - axis];
            Arrays.fill(aligned, 1);
            aligned[0] = rows.size(0);
            Tensor from = w.taps(index, axis).flatten(axis, axis + 1).add(rows.reshape(aligned));
            PoolSpec spec = new PoolSpec(w.width, 1, w.width, 1, 0, 0, 1, 1, false, true);
            ValuesIndices pooled = along(taps, from, axis, 0, spec);
            values = pooled.values();
            index = pooled.indices();
            slice *= x.size(axis);
        }
        return new ValuesIndices(values, index);
    }

    private static Shape split(Shape shape, int axis, long a, long b) {
        return shape.withSize(axis, a).inserted(axis + 1, b);
    }

    /** The windows along an axis from n elements to m, all as wide as the widest. */
    private record Adaptive(long n, long m, int width) {
        static Adaptive of(long n, long m) {
            long width = 1;
            for (long i = 0; i < m; i++) {
                width = Math.max(width, end(i, n, m) - start(i, n, m));
            }
            return new Adaptive(n, m, Math.toIntExact(width));
        }

        private static long start(long i, long n, long m) {
            return Math.multiplyExact(i, n) / m;
        }

        private static long end(long i, long n, long m) {
            return Math.ceilDiv(Math.multiplyExact(i + 1, n), m);
        }

        /** How many elements each window has. */
        double size(long i) {
            return end(i, n, m) - start(i, n, m);
        }

        /** Where each tap of each window is; those beyond a window are where its last element is. */
        Tensor index() {
            return HostCopies.wholes(
                    Shape.of(m * width), k -> Math.min(start(k / width, n, m) + k % width, end(k / width, n, m) - 1));
        }

        /** Which taps are in their windows. */
        Tensor inside(Shape aligned) {
            return HostCopies.wholes(aligned, k -> k % width < size(k / width) ? 1 : 0)
                    .to(DType.BOOL);
        }

        /** The elements of the windows along an axis, which becomes two. */
        Tensor taps(Tensor x, int axis) {
            Tensor picked = x.indexSelect(axis, index().to(x.device()));
            return picked.reshape(split(x.shape(), axis, m, width));
        }
    }

    private static long[] adaptive(String name, int axes, Tensor x, long[] sizes) {
        Reductions.requireFloating(name, x);
        requireRank(name, axes, x);
        long[] out = ConvOptions.along(name, "the size", Shape.of(name, sizes), axes);
        for (int a = 0; a < axes; a++) {
            long n = x.size(a - axes);
            if (n < 1 || out[a] < 1) {
                throw new ShapeException(name + ": an input of shape " + x.shape() + " to size " + Shape.of(sizes)
                        + ": both must have 1 element or more along each spatial axis");
            }
        }
        ConvOptions.requireCountable(name, x, out);
        return out;
    }

    // ---- the way back ----

    static Tensor unpool(int axes, Tensor x, Tensor indices, PoolOptions options, long[] size) {
        String name = "maxUnpool" + axes + "d";
        Objects.requireNonNull(options, name + ": the windows are null: give PoolOptions");
        Reductions.requireFloating(name, x);
        requireRank(name, axes, x);
        if (indices.dtype() != DType.I64 || !indices.shape().equals(x.shape())) {
            throw new ShapeException(name + ": indices of " + indices.dtype() + " and shape " + indices.shape()
                    + " do not go with an input of shape " + x.shape() + ": give those of a maxPool" + axes
                    + "d, I64 of the same shape");
        }
        Geometry g = options.windows(name, axes);
        long[] out = new long[axes];
        for (int a = 0; a < axes; a++) {
            out[a] = (x.size(a - axes) - 1) * g.stride()[a] - 2 * g.padding()[a] + g.kernel()[a];
        }
        if (size.length > 0) {
            long[] wanted = ConvOptions.along(name, "the size", Shape.of(name, size), axes);
            for (int a = 0; a < axes; a++) {
                if (Math.abs(wanted[a] - out[a]) >= g.stride()[a]) {
                    throw new ShapeException(name + ": a size of " + Shape.of(size) + ": along spatial axis " + a
                            + " an input of shape " + x.shape() + " comes from " + out[a] + ", give or take less than a"
                            + " stride of " + g.stride()[a]);
                }
            }
            out = wanted;
        }
        int lead = x.rank() - axes;
        long[] shape = x.shape().toArray();
        long plane = 1;
        for (int a = 0; a < axes; a++) {
            shape[lead + a] = out[a];
            plane *= out[a];
        }
        Shape result = Shape.of(shape);
        long outer = product(x.shape(), 0, lead);
        long inner = product(x.shape(), lead, x.rank());
        Tensor zeros = Arithmetic.constant(x, x.dtype(), 0.0).broadcastTo(outer, plane);
        return zeros.scatter(1, indices.reshape(outer, inner), x.reshape(outer, inner))
                .reshape(result);
    }

    // ---- checks ----

    private static Geometry checked(String name, int axes, Tensor x, PoolOptions options) {
        Objects.requireNonNull(options, name + ": the windows are null: give PoolOptions");
        Reductions.requireFloating(name, x);
        requireRank(name, axes, x);
        Geometry g = options.windows(name, axes);
        for (int a = 0; a < axes; a++) {
            if (2 * g.padding()[a] > g.kernel()[a]) {
                throw new ShapeException(name + ": padding " + options.padding() + " must be at most half the window "
                        + options.kernel());
            }
            if (g.count(a, x.size(a - axes)) < 1) {
                throw new ShapeException(name + ": " + g + ", do not fit into an input of shape " + x.shape()
                        + " along spatial axis " + a + ": take a smaller window");
            }
        }
        return g;
    }

    private static void requireRank(String name, int axes, Tensor x) {
        if (x.rank() != axes + 1 && x.rank() != axes + 2) {
            String space = axes == 1 ? "l" : axes == 2 ? "h, w" : "d, h, w";
            throw new ShapeException(name + ": an input of shape " + x.shape() + ": it must be (n, c, " + space
                    + "), or (c, " + space + ") without a batch");
        }
    }
}
