package org.gatun.tensor.cpu;

import java.util.ArrayList;
import java.util.List;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * The fused kernels of {@link org.gatun.tensor.composite.ChannelNorm}, of its gradient, and of the same with given statistics, for a run of
 * {@link Channels} at a time.
 */
public final class ChannelNormKernels {
    private ChannelNormKernels() {}

    /** The kernel of the function, with or without a weight in front of the bias. */
    public static Composite.Kernel forward(double epsilon, boolean weighted) {
        return in -> {
            ConcreteTensor bias = in.length > (weighted ? 2 : 1) ? in[in.length - 1] : null;
            return normalize(epsilon, in[0], weighted ? in[1] : null, bias);
        };
    }

    /** The kernel of the cotangents that are wanted. */
    public static Composite.Kernel gradient(boolean ofInput, boolean ofWeight, boolean ofBias) {
        return in -> gradient(ofInput, ofWeight, ofBias, in[0], in[1], in[2], in.length > 3 ? in[3] : null);
    }

    /** The kernel of {@code (x - shift) factor + term} for x (n, channels, m) and the others (channels). */
    public static ConcreteTensor affine(
            ConcreteTensor x, ConcreteTensor shift, ConcreteTensor factor, ConcreteTensor term) {
        DType dtype = x.dtype();
        try (Scratch scratch = Scratch.open()) {
            Channels from = Channels.of(x, scratch);
            long shifts = Rows.of(shift, scratch);
            long factors = Rows.of(factor, scratch);
            long terms = Rows.of(term, scratch);
            ConcreteTensor out = ConcreteTensor.allocate(dtype, x.shape(), x.device());
            Channels.Body body = (first, count, to) -> from.affine(
                    first,
                    to,
                    numbers(dtype, shifts, first, count),
                    numbers(dtype, factors, first, count),
                    numbers(dtype, terms, first, count));
            return Results.filled(out, () -> from.write(out, scratch, body));
        }
    }

    private static ConcreteTensor[] normalize(
            double epsilon, ConcreteTensor x, @Nullable ConcreteTensor weight, @Nullable ConcreteTensor bias) {
        DType dtype = x.dtype();
        try (Scratch scratch = Scratch.open()) {
            Channels from = Channels.of(x, scratch);
            long weights = weight == null ? 0 : Rows.of(weight, scratch);
            long terms = bias == null ? 0 : Rows.of(bias, scratch);
            Shape[] shapes = {x.shape(), Shape.of(from.channels(), 3)};
            ConcreteTensor[] out = Results.allocate(2, i -> ConcreteTensor.allocate(dtype, shapes[i], x.device()));
            long statistics = out[1].address();
            Channels.Body body = (first, count, to) -> {
                double[] shift = new double[count];
                from.sum(first, shift);
                for (int c = 0; c < count; c++) {
                    shift[c] = rounded(dtype, shift[c] / from.size());
                }
                double[] sums = new double[count];
                double[] squares = new double[count];
                from.moments(first, shift, sums, squares);
                double[] factor = new double[count];
                double[] term = new double[count];
                for (int c = 0; c < count; c++) {
                    long channel = first + c;
                    double offset = sums[c] / from.size();
                    // Nothing cancels: the differences' mean is a rounding error beside them.
                    double variance = Math.max(0, squares[c] / from.size() - offset * offset);
                    double scale = 1 / Math.sqrt(variance + epsilon);
                    Channels.put(dtype, statistics, 3 * channel, shift[c]);
                    Channels.put(dtype, statistics, 3 * channel + 1, offset);
                    Channels.put(dtype, statistics, 3 * channel + 2, scale);
                    factor[c] = weights == 0 ? scale : scale * Channels.get(dtype, weights, channel);
                    term[c] = (terms == 0 ? 0 : Channels.get(dtype, terms, channel)) - offset * factor[c];
                }
                from.affine(first, to, shift, factor, term);
            };
            return Results.filled(out, () -> from.write(out[0], scratch, body));
        }
    }

    private static ConcreteTensor[] gradient(
            boolean ofInput,
            boolean ofWeight,
            boolean ofBias,
            ConcreteTensor x,
            ConcreteTensor statistics,
            ConcreteTensor g,
            @Nullable ConcreteTensor weight) {
        DType dtype = x.dtype();
        try (Scratch scratch = Scratch.open()) {
            Channels from = Channels.of(x, scratch);
            Channels cotangents = Channels.of(g, scratch);
            long toX = from.address() - cotangents.address();
            long parts = Rows.of(statistics, scratch);
            long weights = weight == null ? 0 : Rows.of(weight, scratch);
            List<Shape> shapes = new ArrayList<>();
            if (ofInput) {
                shapes.add(x.shape());
            }
            int count = (ofWeight ? 1 : 0) + (ofBias ? 1 : 0);
            for (int i = 0; i < count; i++) {
                shapes.add(Shape.of(from.channels()));
            }
            ConcreteTensor[] out =
                    Results.allocate(shapes.size(), i -> ConcreteTensor.allocate(dtype, shapes.get(i), x.device()));
            long toWeight = ofWeight ? out[ofInput ? 1 : 0].address() : 0;
            long toBias = ofBias ? out[out.length - 1].address() : 0;
            Channels.Body body = (first, n, to) -> {
                double[] shift = new double[n];
                for (int c = 0; c < n; c++) {
                    shift[c] = Channels.get(dtype, parts, 3 * (first + c));
                }
                double[] sums = new double[n];
                double[] products = new double[n];
                cotangents.products(first, toX, shift, sums, products);
                double[] factor = new double[n];
                double[] slope = new double[n];
                double[] term = new double[n];
                for (int c = 0; c < n; c++) {
                    long channel = first + c;
                    double offset = Channels.get(dtype, parts, 3 * channel + 1);
                    double scale = Channels.get(dtype, parts, 3 * channel + 2);
                    double along = scale * (products[c] - offset * sums[c]);
                    if (ofWeight) {
                        Channels.put(dtype, toWeight, channel, along);
                    }
                    if (ofBias) {
                        Channels.put(dtype, toBias, channel, sums[c]);
                    }
                    factor[c] = weights == 0 ? scale : scale * Channels.get(dtype, weights, channel);
                    slope[c] = -factor[c] * scale * along / from.size();
                    term[c] = -factor[c] * sums[c] / from.size() - slope[c] * offset;
                }
                if (ofInput) {
                    cotangents.combine(first, toX, to, shift, factor, slope, term);
                }
            };
            return Results.filled(out, () -> {
                if (ofInput) {
                    from.write(out[0], scratch, body);
                } else {
                    from.forEach(body);
                }
            });
        }
    }

    /** The numbers of a run of channels. */
    private static double[] numbers(DType dtype, long address, long first, int count) {
        double[] numbers = new double[count];
        for (int c = 0; c < count; c++) {
            numbers[c] = Channels.get(dtype, address, first + c);
        }
        return numbers;
    }

    private static double rounded(DType dtype, double value) {
        return dtype == DType.F32 ? (float) value : value;
    }
}
