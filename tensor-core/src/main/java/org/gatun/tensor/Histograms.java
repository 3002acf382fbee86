package org.gatun.tensor;

import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;
import org.gatun.tensor.trace.Traced;
import org.jspecify.annotations.Nullable;

/** Counts, or sums of weights, of the elements that fall into bins. */
final class Histograms {
    private Histograms() {}

    static Tensor bincount(Tensor x, @Nullable Tensor weights, long minLength) {
        if (x.rank() != 1) {
            throw new ShapeException(
                    "bincount: takes a vector of numbers to count, not shape " + x.shape() + ": flatten it first");
        }
        if (!x.dtype().isInteger()) {
            throw new DTypeException("bincount: takes an integer dtype, not " + x.dtype()
                    + ": convert first, for instance to(DType.I64)");
        }
        if (minLength < 0) {
            throw new IllegalArgumentException(
                    "bincount: the least length " + minLength + " is negative: give 0 or more");
        }
        var _ = Creation.shape("bincount", DType.I64, minLength);
        Tensor terms;
        if (weights == null) {
            terms = Tensors.ones(DType.I64, x.shape(), x.device());
        } else {
            requireShape("bincount", x, weights);
            terms = Arithmetic.cast(weights, weights.dtype() == DType.F32 ? DType.F32 : DType.F64);
        }
        long length = minLength;
        if (x.elements() > 0) {
            MinMax range = x.aminmax();
            long least = range.min().itemLong();
            if (least < 0) {
                throw new IllegalArgumentException("bincount: " + least + " in a tensor of shape " + x.shape()
                        + " can't be counted: the numbers" + " are bins, give 0 and more");
            }
            long most = range.max().itemLong();
            if (most == Long.MAX_VALUE) {
                throw new IllegalArgumentException(
                        "bincount: " + most + " is too large a number: there is a bin for each from 0 to the largest");
            }
            length = Math.max(length, most + 1);
        }
        return sums(terms, Arithmetic.cast(x, DType.I64), length);
    }

    static Tensor histc(Tensor x, long bins, double min, double max) {
        Reductions.requireFloating("histc", x);
        requireBins("histc", bins);
        double[] range = {min, max};
        if (min == max && x.elements() > 0) {
            range = dataRange(x);
        }
        if (range[0] == range[1]) {
            range = new double[] {range[0] - 1, range[1] + 1};
        }
        Tensor edges = edges("histc", x, bins, range);
        return Arithmetic.cast(counts(Widened.of(x), edges), x.dtype());
    }

    static Histogram histogram(Tensor x, long bins, @Nullable Tensor weight, boolean density) {
        Reductions.requireFloating("histogram", x);
        double[] range = x.elements() == 0 ? new double[] {0, 1} : dataRange(x);
        return histogram(x, bins, range[0], range[1], weight, density);
    }

    static Histogram histogram(Tensor x, long bins, double low, double high, @Nullable Tensor weight, boolean density) {
        Reductions.requireFloating("histogram", x);
        requireBins("histogram", bins);
        double[] range = low == high ? new double[] {low - 0.5, high + 0.5} : new double[] {low, high};
        return histogram(x, edges("histogram", x, bins, range), weight, density);
    }

    static Histogram histogramOfEdges(Tensor x, Tensor edges, @Nullable Tensor weight, boolean density) {
        Reductions.requireFloating("histogram", x);
        if (edges.rank() != 1 || edges.elements() == 0) {
            throw new ShapeException("histogram: the edges of the bins of elements of shape " + x.shape()
                    + " have shape " + edges.shape() + ": give a vector, one more than there are bins");
        }
        if (edges.dtype() != x.dtype()) {
            throw new DTypeException("histogram: the edges are " + edges.dtype() + " and the elements " + x.dtype()
                    + ": convert one of them with to(...)");
        }
        requireRising(edges);
        return histogram(x, Widened.of(edges), weight, density);
    }

    /** Checks edges whose values are known here, not those of each element of a batch. */
    private static void requireRising(Tensor edges) {
        Tensor known = Traced.beneath(edges);
        double[] values = known.shape().equals(edges.shape()) ? Values.doubles(known) : new double[0];
        for (int i = 1; i < values.length; i++) {
            if (!(values[i - 1] <= values[i])) {
                throw new IllegalArgumentException("histogram: edge " + values[i - 1] + " stands before " + values[i]
                        + " in edges of shape " + edges.shape() + ": sort them");
            }
        }
    }

    /** With edges of the dtype that {@code x} is computed in. */
    private static Histogram histogram(Tensor x, Tensor edges, @Nullable Tensor weight, boolean density) {
        Tensor wide = Widened.of(x);
        Tensor hist;
        if (weight == null) {
            hist = Arithmetic.cast(counts(wide, edges), wide.dtype());
        } else {
            requireShape("histogram", x, weight);
            if (weight.dtype() != x.dtype()) {
                throw new DTypeException("histogram: the weights are " + weight.dtype() + " and the elements "
                        + x.dtype() + ": convert one of them with to(...)");
            }
            hist = inBins(wide, edges, Widened.of(weight));
        }
        if (density) {
            hist = hist.div(hist.sum()).div(edges.diff());
        }
        return new Histogram(Arithmetic.cast(hist, x.dtype()), Arithmetic.cast(edges, x.dtype()));
    }

    private static Tensor counts(Tensor x, Tensor edges) {
        return inBins(x, edges, Tensors.ones(DType.I64, x.shape(), x.device()));
    }

    /** The sums of the terms of the elements in each bin, whose right edge belongs to the next one, or to the last one itself. */
    private static Tensor inBins(Tensor x, Tensor edges, Tensor terms) {
        long bins = edges.size(0) - 1;
        Tensor inside = x.ge(edges.select(0, 0)).and(x.le(edges.select(0, bins)));
        Tensor bin = Searches.bucketize(x, edges, true).sub(1).minimum(Math.max(bins - 1, 0));
        // What lies outside is summed behind the last bin, and dropped.
        Tensor outside = Arithmetic.constant(bin, DType.I64, bins);
        Tensor sums = sums(terms.flatten(), inside.where(bin, outside).flatten(), bins + 1);
        return sums.narrow(0, 0, bins);
    }

    /** The sum of the terms of each place from 0 to {@code length - 1}. */
    private static Tensor sums(Tensor terms, Tensor places, long length) {
        return Dispatch.bind(new Op.ScatterAdd(0, Shape.of(length)), terms, places);
    }

    private static double[] dataRange(Tensor x) {
        MinMax range = x.detach().aminmax();
        return new double[] {range.min().item(), range.max().item()};
    }

    private static Tensor edges(String name, Tensor x, long bins, double[] range) {
        double low = range[0];
        double high = range[1];
        if (!(Double.isFinite(low) && Double.isFinite(high) && low < high)) {
            throw new IllegalArgumentException(name + ": the range from " + low + " to " + high
                    + " can't be cut into bins: give two finite numbers, the smaller one first");
        }
        return Tensors.linspace(x.dtype().arithmetic(), low, high, bins + 1).to(x.device());
    }

    private static void requireBins(String name, long bins) {
        if (bins < 1 || bins >= Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    name + ": " + bins + " bins can't be made: give from 1 to " + (Integer.MAX_VALUE - 9));
        }
    }

    private static void requireShape(String name, Tensor x, Tensor weight) {
        if (!weight.shape().equals(x.shape())) {
            throw new ShapeException(name + ": weights of shape " + weight.shape() + " do not fit elements of shape "
                    + x.shape() + ": give one for each element");
        }
    }
}
