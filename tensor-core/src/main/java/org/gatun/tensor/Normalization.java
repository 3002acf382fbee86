package org.gatun.tensor;

import java.util.Arrays;
import java.util.Objects;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.composite.ChannelAffine;
import org.gatun.tensor.composite.ChannelNorm;
import org.gatun.tensor.composite.RowNorm;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

/** The normalising functions: their arguments, checked and brought to rows, each of which is normalised by itself. */
final class Normalization {
    private static final Region AFFINE =
            Widened.region(3, in -> in.get(0).mul(in.get(1)).add(in.get(2)));

    private static final Region SCALED = Widened.region((y, weight) -> y.mul(weight));

    private static final Region SHIFTED = Widened.region((y, bias) -> y.add(bias));

    /** By a given mean and variance, which has epsilon in it. */
    private static final Region BY_STATISTICS =
            Widened.region((x, mean, variance) -> x.sub(mean).mul(variance.rsqrt()));

    private Normalization() {}

    static Tensor layerNorm(
            Tensor x, Shape normalized, @Nullable Tensor weight, @Nullable Tensor bias, double epsilon) {
        check("layerNorm", x, normalized);
        requireShape("layerNorm", "weight", weight, x, normalized);
        requireShape("layerNorm", "bias", bias, x, normalized);
        return rows(x, normalized.elements(), weight, bias, true, epsilon);
    }

    static Tensor rmsNorm(Tensor x, Shape normalized, @Nullable Tensor weight, double epsilon) {
        check("rmsNorm", x, normalized);
        requireShape("rmsNorm", "weight", weight, x, normalized);
        return rows(x, normalized.elements(), weight, null, false, epsilon);
    }

    /** The distance from 1 to the next number. */
    static double epsilon(DType dtype) {
        return switch (dtype) {
            case F32 -> 0x1p-23;
            case F64 -> 0x1p-52;
            case BF16 -> 0x1p-7;
            case F16 -> 0x1p-10;
            // They are refused by name.
            case I64, I32, I16, I8, U8, BOOL -> 0;
        };
    }

    static Tensor groupNorm(Tensor x, long groups, @Nullable Tensor weight, @Nullable Tensor bias, double epsilon) {
        Shape channels = channels("groupNorm", x);
        requireShape("groupNorm", "weight", weight, x, channels);
        requireShape("groupNorm", "bias", bias, x, channels);
        long c = channels.elements();
        if (groups < 1 || c % groups != 0) {
            throw new ShapeException("groupNorm: " + groups + " groups do not divide the " + c
                    + " channels of an input of shape " + x.shape() + ": give a divisor");
        }
        long n = x.elements() == 0 ? 0 : x.elements() / x.size(0) / groups;
        return affine(rows(x, n, null, null, true, epsilon), weight, bias);
    }

    static Tensor batchNorm(
            Tensor x,
            @Nullable Tensor mean,
            @Nullable Tensor variance,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            double epsilon) {
        Shape channels = channels("batchNorm", x);
        requireChannels("weight", weight, x, channels);
        requireChannels("bias", bias, x, channels);
        if (mean != null && variance != null) {
            requireChannels("mean", mean, x, channels);
            requireChannels("variance", variance, x, channels);
            return byStatistics(x, mean, variance, weight, bias, epsilon);
        }
        if (x.elements() > 0 && x.elements() == x.size(1)) {
            throw new ShapeException(
                    "batchNorm: an input of shape " + x.shape()
                            + " has one number in each channel, whose variance is 0: give a larger batch, or mean and variance");
        }
        if (x.elements() == 0) {
            return affine(x.copy(), weight, bias);
        }
        if (x.device() instanceof Device.Cuda) {
            // Its kernels are for rows.
            Tensor first = x.moveAxis(1, 0);
            Tensor y = rows(first, x.elements() / x.size(1), null, null, true, epsilon);
            return affine(y.moveAxis(0, 1), weight, bias);
        }
        Op.Call op = new Op.Call(new ChannelNorm(epsilon, weight != null, bias != null));
        Tensor y = Dispatch.bindAll(op, present(pieces(x), wide(weight), wide(bias)))[0];
        return y.reshape(x.shape()).to(x.dtype());
    }

    private static Tensor byStatistics(
            Tensor x, Tensor mean, Tensor variance, @Nullable Tensor weight, @Nullable Tensor bias, double epsilon) {
        if (x.dtype().isNarrow() || x.device() instanceof Device.Cuda || x.elements() == 0) {
            Tensor more = Widened.compute(variance, v -> v.add(epsilon));
            return affine(BY_STATISTICS.apply(x, beside(x, mean), beside(x, more)), weight, bias);
        }
        Tensor scale = variance.add(epsilon).rsqrt();
        Tensor factor = weight == null ? scale : scale.mul(weight);
        Tensor term = bias == null ? factor.fullLike(0) : bias;
        return Dispatch.bind(new Op.Call(new ChannelAffine()), pieces(x), mean, factor, term)
                .reshape(x.shape());
    }

    /** The elements as (n, channels, m), in F32 if they have 16 bits. */
    private static Tensor pieces(Tensor x) {
        return Widened.of(x).reshape(x.size(0), x.size(1), x.elements() / (x.size(0) * x.size(1)));
    }

    private static @Nullable Tensor wide(@Nullable Tensor x) {
        return x == null ? null : Widened.of(x);
    }

    private static Tensor[] present(@Nullable Tensor... operands) {
        return Arrays.stream(operands).filter(Objects::nonNull).toArray(Tensor[]::new);
    }

    /** Normalises pieces of n elements that follow each other, row by row, each with weight and bias of n elements. */
    private static Tensor rows(
            Tensor x, long n, @Nullable Tensor weight, @Nullable Tensor bias, boolean centred, double epsilon) {
        if (x.elements() == 0) {
            Tensor scaled = weight == null ? x.copy() : x.mul(weight);
            return bias == null ? scaled : scaled.add(bias);
        }
        Op.Call op = new Op.Call(new RowNorm(centred, epsilon, weight != null, bias != null));
        Tensor[] operands = {x.reshape(x.elements() / n, n), null, null};
        int count = 1;
        for (Tensor more : new Tensor[] {weight, bias}) {
            if (more != null) {
                operands[count++] = more.reshape(n);
            }
        }
        return Dispatch.bindAll(op, Arrays.copyOf(operands, count))[0].reshape(x.shape());
    }

    /** A factor and a term for each channel. */
    private static Tensor affine(Tensor y, @Nullable Tensor weight, @Nullable Tensor bias) {
        if (weight == null) {
            return bias == null ? y : SHIFTED.apply(y, beside(y, bias));
        }
        return bias == null ? SCALED.apply(y, beside(y, weight)) : AFFINE.apply(y, beside(y, weight), beside(y, bias));
    }

    /** A vector along the second axis. */
    private static Tensor beside(Tensor x, Tensor channels) {
        long[] sizes = new long[x.rank() - 1];
        Arrays.fill(sizes, 1);
        sizes[0] = channels.size(0);
        return channels.reshape(sizes);
    }

    private static void check(String name, Tensor x, Shape normalized) {
        Reductions.requireFloating(name, x);
        int rank = normalized.rank();
        boolean fits = rank > 0 && rank <= x.rank();
        for (int a = 0; fits && a < rank; a++) {
            fits = normalized.size(a) == x.size(x.rank() - rank + a);
        }
        if (!fits) {
            throw new ShapeException(name + ": an input of shape " + x.shape() + " does not end in the sizes "
                    + normalized + " that are normalised: give the sizes of its last axes, at least one");
        }
    }

    private static Shape channels(String name, Tensor x) {
        Reductions.requireFloating(name, x);
        if (x.rank() < 2) {
            throw new ShapeException(name + ": an input of shape " + x.shape() + " must be (n, c) or (n, c, ...)");
        }
        return Shape.of(x.size(1));
    }

    /** What batchNorm has for each channel may be F32 where the input has 16 bits, as behind a convolution in an autocast scope. */
    private static void requireChannels(String what, @Nullable Tensor operand, Tensor x, Shape channels) {
        if (operand == null) {
            return;
        }
        if (operand.dtype() != x.dtype().arithmetic()) {
            Windows.requireType("batchNorm", what, operand, x);
        }
        requireSizes("batchNorm", what, operand, x, channels);
    }

    private static void requireShape(String name, String what, @Nullable Tensor operand, Tensor x, Shape shape) {
        if (operand != null) {
            Windows.requireType(name, what, operand, x);
            requireSizes(name, what, operand, x, shape);
        }
    }

    private static void requireSizes(String name, String what, Tensor operand, Tensor x, Shape shape) {
        if (!operand.shape().equals(shape)) {
            throw new ShapeException(name + ": a " + what + " of shape " + operand.shape() + " does not fit an input of"
                    + " shape " + x.shape() + ": it must be " + shape);
        }
    }
}
