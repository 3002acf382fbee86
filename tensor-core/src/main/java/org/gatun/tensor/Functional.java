package org.gatun.tensor;

import java.util.Objects;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.CastPolicy;
import org.jspecify.annotations.Nullable;

/**
 * The functions of neural networks, as {@code torch.nn.functional}: linear maps, convolution, pooling, the resampling of images, activations,
 * normalisation, attention and dropout.
 * {@link Losses} has the losses; softmax, sigmoid, tanh, relu and softplus are methods of {@link Tensor}.
 *
 * <p>Floating dtypes only. Everything is differentiable to any order; derivatives at kinks are PyTorch's and stated where there
 * is one.
 */
public final class Functional extends DistanceFunctions {
    private static final double SELU_ALPHA = 1.6732632423543772848170429916717;
    private static final double SELU_SCALE = 1.0507009873554804934193349852946;

    private Functional() {}

    // ---- linear maps ----

    /**
     * {@code x w' + bias}, as {@code torch.nn.functional.linear}.
     *
     * @param x of shape (..., in)
     * @param weight of shape (out, in)
     * @param bias of shape (out), or null for none
     * @return of shape (..., out)
     * @throws ShapeException when the sizes do not fit, naming both shapes
     */
    public static Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
        return CastPolicy.LOWER.apply(in -> Windows.linear(in[0], in[1], in[2], null), x, weight, bias);
    }

    /**
     * An activation of {@link #linear(Tensor, Tensor, Tensor) x w' + bias}, applied on the way to the result where that saves a pass over it: what
     * {@code relu(linear(x, w, b))} and {@code geluTanh(linear(x, w, b))} give, within rounding, as {@code torch._addmm_activation}. GELU of BF16
     * and F16 on a GPU may be rounded as coarsely as x itself, so that its digits are lost where it is much smaller than x.
     *
     * @param x of shape (..., in)
     * @param weight of shape (out, in)
     * @param bias of shape (out), or null for none
     * @return of shape (..., out)
     * @throws ShapeException when the sizes do not fit, naming both shapes
     */
    public static Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias, FusedActivation activation) {
        Objects.requireNonNull(activation, "linear: the activation is null: leave it out for none");
        return CastPolicy.LOWER.apply(in -> Windows.linear(in[0], in[1], in[2], activation), x, weight, bias);
    }

    // ---- padding ----

    /**
     * {@link Tensor#pad(long[], long[], double)} with PyTorch's order of numbers, as {@code torch.nn.functional.pad}: the last axis first, for
     * each a number before and one after, {@code {left, right, top, bottom, ...}}; axes that are not mentioned stay as they are.
     *
     * @throws ShapeException when the numbers are no pairs, more than axes, or take away more than there is
     * @throws DTypeException when the value is outside this integer dtype's range
     */
    public static Tensor pad(Tensor x, long[] pairs, double value) {
        long[][] ends = EdgePadding.inOrder(x, pairs);
        return x.pad(ends[0], ends[1], value);
    }

    /** {@link #pad(Tensor, long[], double)} with zeros. */
    public static Tensor pad(Tensor x, long... pairs) {
        long[][] ends = EdgePadding.inOrder(x, pairs);
        return x.pad(ends[0], ends[1]);
    }

    /**
     * {@link Tensor#pad(long[], long[], PadMode)} with PyTorch's order of numbers: {@code {left, right, top, bottom, ...}}. Unlike PyTorch, any
     * axes of a tensor of any rank can be padded.
     *
     * @throws ShapeException when the numbers are no pairs, more than axes, or more than the axes can give
     */
    public static Tensor pad(Tensor x, long[] pairs, PadMode mode) {
        long[][] ends = EdgePadding.inOrder(x, pairs);
        return x.pad(ends[0], ends[1], mode);
    }

    // ---- recurrences ----

    /**
     * The linear recurrence {@code y[t] = a[t] y[t - 1] + b[t]} along an axis, or {@code y[t] = a[t] y[t + 1] + b[t]} in reverse: what
     * {@code jax.lax.associative_scan} is often used for, as in gated and state space layers. The first y is the first b; the
     * first a is not used. One pass over memory in double precision.
     *
     * @param a the factors
     * @param b the terms; the two broadcast
     * @param axis the axis of the common shape
     * @param reverse whether to run from the last element to the first
     * @throws ShapeException when the operands do not broadcast or the axis does not exist
     * @throws DTypeException when a dtype is not floating
     */
    public static Tensor linearRecurrence(Tensor a, Tensor b, int axis, boolean reverse) {
        return Orders.linearRecurrence(a, b, axis, reverse);
    }

    /**
     * The steps of a long short-term memory (Hochreiter and Schmidhuber 1997), one layer of {@code torch.nn.LSTM}. With {@code z = inputs[t] +
     * h weight'} cut into the gates i, f, g and o, {@code c = sigmoid(f) c + sigmoid(i) tanh(g)} and {@code h = sigmoid(o) tanh(c)}. What the
     * inputs give is an operand, so that it is one product over all steps: {@code linear(x, inputWeight, bias)}.
     *
     * @param inputs of shape (steps, batch, 4 width), with at least one step
     * @param weight of shape (4 width, width)
     * @param hidden the first h, of shape (batch, width)
     * @param cell the first c, of shape (batch, width)
     * @throws ShapeException when the sizes do not fit or there is no step
     * @throws DTypeException when the inputs' dtype is not floating, or another operand has another one
     */
    public static LstmStates lstm(Tensor inputs, Tensor weight, Tensor hidden, Tensor cell) {
        return Recurrence.lstm(inputs, weight, hidden, cell);
    }

    // ---- activations ----

    /** {@code x Phi(x)}, with Phi the normal distribution function, exact, as {@code torch.nn.functional.gelu}. */
    public static Tensor gelu(Tensor x) {
        return Activations.gelu(x);
    }

    /** {@code x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))}: {@link #gelu} with approximate "tanh". */
    public static Tensor geluTanh(Tensor x) {
        return Activations.apply("geluTanh", Activations.GELU_TANH, x);
    }

    /** {@code x sigmoid(x)}, also called swish, as {@code torch.nn.functional.silu}. */
    public static Tensor silu(Tensor x) {
        return Activations.apply("silu", Activations.SILU, x);
    }

    /** {@code x} above 0, {@code slope * x} elsewhere; derivative {@code slope} at 0. As {@code torch.nn.functional.leaky_relu}. */
    public static Tensor leakyRelu(Tensor x, double slope) {
        return Activations.apply("leakyRelu", Activations.LEAKY_RELU, x, slope);
    }

    /** {@link #leakyRelu(Tensor, double)} with slope 0.01. */
    public static Tensor leakyRelu(Tensor x) {
        return Activations.apply("leakyRelu", Activations.LEAKY_RELU, x, 0.01);
    }

    /** {@code x} above 0, {@code alpha (e^x - 1)} elsewhere; derivative {@code alpha} at 0. As {@code torch.nn.functional.elu}. */
    public static Tensor elu(Tensor x, double alpha) {
        return Activations.apply("elu", Activations.ELU, x, alpha, 1);
    }

    /** {@link #elu(Tensor, double)} with alpha 1. */
    public static Tensor elu(Tensor x) {
        return Activations.apply("elu", Activations.ELU, x, 1, 1);
    }

    /** {@link #elu(Tensor, double)} times 1.0507... with alpha 1.6732..., which keeps mean 0 and variance 1, as {@code torch.nn.functional.selu}. */
    public static Tensor selu(Tensor x) {
        return Activations.apply("selu", Activations.ELU, x, SELU_ALPHA, SELU_SCALE);
    }

    /**
     * {@code x} above 0, {@code alpha (e^(x / alpha) - 1)} elsewhere, which is smooth to the first order for every alpha, as {@code
     * torch.nn.functional.celu}.
     *
     * @throws IllegalArgumentException when alpha is 0
     */
    public static Tensor celu(Tensor x, double alpha) {
        if (alpha == 0) {
            throw new IllegalArgumentException("celu: alpha is 0, and x is divided by it: give another");
        }
        return Activations.apply("celu", Activations.CELU, x, alpha);
    }

    /** {@link #celu(Tensor, double)} with alpha 1. */
    public static Tensor celu(Tensor x) {
        return celu(x, 1);
    }

    /**
     * The first half of x along an axis times the sigmoid of the second half, as {@code torch.nn.functional.glu}.
     *
     * @throws ShapeException when the axis has an odd size
     */
    public static Tensor glu(Tensor x, int axis) {
        return Activations.glu(x, axis);
    }

    /** {@link #glu(Tensor, int)} along the last axis. */
    public static Tensor glu(Tensor x) {
        return glu(x, -1);
    }

    /** {@code log(sigmoid(x))} without overflow, as {@code torch.nn.functional.logsigmoid}. */
    public static Tensor logSigmoid(Tensor x) {
        return Activations.apply("logSigmoid", Activations.LOG_SIGMOID, x);
    }

    /**
     * {@code log(1 + e^(beta x)) / beta}, and x itself where {@code beta x} is above {@code threshold}, as {@code
     * torch.nn.functional.softplus}. With beta 1 and without a threshold it is {@link Tensor#softplus}.
     */
    public static Tensor softplus(Tensor x, double beta, double threshold) {
        return CastPolicy.F32.apply(x, w -> Activations.apply("softplus", Activations.SOFTPLUS, w, beta, threshold));
    }

    /**
     * x limited to the range from {@code low} to {@code high}; derivative 0 at both, unlike {@link Tensor#clamp}. As {@code
     * torch.nn.functional.hardtanh}.
     */
    public static Tensor hardtanh(Tensor x, double low, double high) {
        if (!(low < high)) {
            throw new IllegalArgumentException("hardtanh: the lower bound " + low + " must be below the upper " + high);
        }
        return Activations.apply("hardtanh", Activations.HARD_TANH, x, low, high);
    }

    /** {@link #hardtanh(Tensor, double, double)} from -1 to 1. */
    public static Tensor hardtanh(Tensor x) {
        return hardtanh(x, -1, 1);
    }

    /** {@code min(max(x, 0), 6)}; derivative 0 at both bounds. As {@code torch.nn.functional.relu6}. */
    public static Tensor relu6(Tensor x) {
        return Activations.apply("relu6", Activations.HARD_TANH, x, 0, 6);
    }

    /** {@code min(max(x + 3, 0), 6) / 6}; derivative 0 at -3 and 3. As {@code torch.nn.functional.hardsigmoid}. */
    public static Tensor hardsigmoid(Tensor x) {
        return Activations.apply("hardsigmoid", Activations.HARD_SIGMOID, x);
    }

    /** {@code x min(max(x + 3, 0), 6) / 6}; derivative -1/2 at -3, 3/2 at 3. As {@code torch.nn.functional.hardswish}. */
    public static Tensor hardswish(Tensor x) {
        return Activations.apply("hardswish", Activations.HARD_SWISH, x);
    }

    /** {@code x tanh(softplus(x))}, as {@code torch.nn.functional.mish}. */
    public static Tensor mish(Tensor x) {
        return Activations.apply("mish", Activations.MISH, x);
    }

    /**
     * {@code x / (1 + |x|)}, as {@code torch.nn.functional.softsign}; at infinities the limits 1 and -1, where PyTorch's quotient of infinities
     * gives NaN.
     */
    public static Tensor softsign(Tensor x) {
        return Activations.apply("softsign", Activations.SOFTSIGN, x);
    }

    /** {@code x - tanh(x)}, as {@code torch.nn.functional.tanhshrink}. */
    public static Tensor tanhshrink(Tensor x) {
        return Activations.apply("tanhshrink", Activations.TANHSHRINK, x);
    }

    /**
     * x moved towards 0 by {@code lambda}, 0 within it; derivative 0 at the bounds. As {@code torch.nn.functional.softshrink}.
     *
     * @throws IllegalArgumentException when lambda is not 0 or more
     */
    public static Tensor softshrink(Tensor x, double lambda) {
        if (!(lambda >= 0)) {
            throw new IllegalArgumentException("softshrink: lambda " + lambda + " must be 0 or more");
        }
        return Activations.apply("softshrink", Activations.SOFT_SHRINK, x, lambda);
    }

    /** x where {@code |x| > lambda}, otherwise 0; derivative 0 at the bounds. As {@code torch.nn.functional.hardshrink}. */
    public static Tensor hardshrink(Tensor x, double lambda) {
        return Activations.apply("hardshrink", Activations.HARD_SHRINK, x, lambda);
    }

    /** x above {@code threshold}, {@code value} elsewhere, as {@code torch.nn.functional.threshold}. */
    public static Tensor threshold(Tensor x, double threshold, double value) {
        return Activations.apply("threshold", Activations.THRESHOLD, x, threshold, value);
    }

    /**
     * x where it is above 0, {@code weight * x} elsewhere, as {@code torch.nn.functional.prelu}. The derivative at 0 is the weight.
     *
     * @param x of shape (n, c, ...)
     * @param weight one number, or one for each channel c
     */
    public static Tensor prelu(Tensor x, Tensor weight) {
        return CastPolicy.LOWER.apply(x, weight, Windows::prelu);
    }

    // ---- normalisation ----

    /**
     * {@code (x - mean) / sqrt(variance + epsilon) weight + bias}, with the mean and the biased variance of the last axes, as {@code
     * torch.nn.functional.layer_norm}. BF16 and F16 are computed in F32 and rounded once.
     *
     * @param x of shape (..., normalized)
     * @param normalized the sizes of the last axes, at least one
     * @param weight of shape normalized and x's dtype, or null for 1
     * @param bias of shape normalized and x's dtype, or null for 0
     * @param epsilon what is added to the variance
     * @return of x's shape
     * @throws ShapeException when the shapes do not fit, naming both
     * @throws DTypeException when a dtype is not floating, or they differ
     */
    public static Tensor layerNorm(
            Tensor x, Shape normalized, @Nullable Tensor weight, @Nullable Tensor bias, double epsilon) {
        return CastPolicy.F32.apply(
                in -> Normalization.layerNorm(in[0], normalized, in[1], in[2], epsilon), x, weight, bias);
    }

    /** {@link #layerNorm(Tensor, Shape, Tensor, Tensor, double)} without weight and bias, with epsilon 1e-5. */
    public static Tensor layerNorm(Tensor x, Shape normalized) {
        return layerNorm(x, normalized, null, null, 1e-5);
    }

    /**
     * {@code x / sqrt(mean(x^2) + epsilon) weight}, with the mean over the last axes, as {@code torch.nn.functional.rms_norm}. BF16 and F16
     * are computed in F32 and rounded once.
     *
     * @param x of shape (..., normalized)
     * @param normalized the sizes of the last axes, at least one
     * @param weight of shape normalized and x's dtype, or null for 1
     * @param epsilon what is added to the mean square
     * @return of x's shape
     * @throws ShapeException when the shapes do not fit, naming both
     * @throws DTypeException when a dtype is not floating, or they differ
     */
    public static Tensor rmsNorm(Tensor x, Shape normalized, @Nullable Tensor weight, double epsilon) {
        return CastPolicy.F32.apply(in -> Normalization.rmsNorm(in[0], normalized, in[1], epsilon), x, weight);
    }

    /**
     * {@link #rmsNorm(Tensor, Shape, Tensor, double)} with PyTorch's default epsilon: the distance from 1 to the next number of x's dtype,
     * such as 2^-23 of F32.
     */
    public static Tensor rmsNorm(Tensor x, Shape normalized, @Nullable Tensor weight) {
        return CastPolicy.F32.apply(
                in -> Normalization.rmsNorm(in[0], normalized, in[1], Normalization.epsilon(in[0].dtype())), x, weight);
    }

    /**
     * {@link #layerNorm(Tensor, Shape, Tensor, Tensor, double) Normalises} groups of channels of each sample, as {@code
     * torch.nn.functional.group_norm}; weight and bias have a number for each channel.
     *
     * @param x of shape (n, c, ...)
     * @param groups how many, which divides c
     * @param weight of shape (c) and x's dtype, or null for 1
     * @param bias of shape (c) and x's dtype, or null for 0
     * @param epsilon what is added to the variance
     * @return of x's shape
     * @throws ShapeException when the shapes do not fit, naming both
     * @throws DTypeException when a dtype is not floating, or they differ
     */
    public static Tensor groupNorm(
            Tensor x, long groups, @Nullable Tensor weight, @Nullable Tensor bias, double epsilon) {
        return CastPolicy.F32.apply(
                in -> Normalization.groupNorm(in[0], groups, in[1], in[2], epsilon), x, weight, bias);
    }

    /** {@link #groupNorm(Tensor, long, Tensor, Tensor, double)} without weight and bias, with epsilon 1e-5. */
    public static Tensor groupNorm(Tensor x, long groups) {
        return groupNorm(x, groups, null, null, 1e-5);
    }

    /**
     * {@code (x - mean) / sqrt(variance + epsilon) weight + bias} for each channel, with the mean and the biased variance of the batch, as
     * {@code torch.nn.functional.batch_norm} in training. Running statistics are a layer's affair.
     *
     * @param x of shape (n, c, ...), with more than one number in each channel
     * @param weight of shape (c) and x's dtype, or F32 beside BF16 and F16, or null for 1
     * @param bias as weight, or null for 0
     * @param epsilon what is added to the variance
     * @return of x's shape and dtype
     * @throws ShapeException when the shapes do not fit, naming both
     * @throws DTypeException when a dtype is not floating, or they do not fit
     */
    public static Tensor batchNorm(Tensor x, @Nullable Tensor weight, @Nullable Tensor bias, double epsilon) {
        return CastPolicy.AS_IS.apply(
                in -> Normalization.batchNorm(in[0], null, null, in[1], in[2], epsilon), x, weight, bias);
    }

    /**
     * {@link #batchNorm(Tensor, Tensor, Tensor, double)} with a mean and a variance that are given, as {@code torch.nn.functional.batch_norm}
     * outside of training.
     *
     * @param mean of shape (c) and the dtypes of a weight
     * @param variance as mean
     */
    public static Tensor batchNorm(
            Tensor x, Tensor mean, Tensor variance, @Nullable Tensor weight, @Nullable Tensor bias, double epsilon) {
        return CastPolicy.AS_IS.apply(
                in -> Normalization.batchNorm(in[0], in[1], in[2], in[3], in[4], epsilon),
                x,
                mean,
                variance,
                weight,
                bias);
    }

    // ---- attention ----

    /** {@link #scaledDotProductAttention(Tensor, Tensor, Tensor, AttentionOptions)} with the default options: every query sees all keys. */
    public static Tensor scaledDotProductAttention(Tensor q, Tensor k, Tensor v) {
        return scaledDotProductAttention(q, k, v, AttentionOptions.DEFAULT);
    }

    /**
     * Attention (Vaswani et al. 2017) {@code softmax(scale q k' + mask) v}, the softmax over keys, as {@code
     * torch.nn.functional.scaled_dot_product_attention}. In blocks (Dao 2023): on the
     * CPU, and on a GPU for widths up to 128 in F32, BF16 and F16, nothing of the size L S is in memory, neither forward nor backward, unless a
     * gradient of the mask is wanted; a GPU's products of 16-bit elements run on tensor cores, for which the softmax is rounded to 16 bits.
     *
     * <p>Sums of BF16 and F16 run in F32. A row of which all keys are masked is 0, as in PyTorch from 2.5 on, and gets no
     * gradient; so is everything where there are no keys. The causal mask begins at the top left, also where L and S differ: query i sees
     * the keys 0 to i. Keys and values that are masked should be finite: 0 times an infinity may be NaN in one way of computing and left out in
     * another. There is no dropout of the softmax.
     *
     * @param q queries of shape (..., L, E)
     * @param k keys of shape (..., S, E)
     * @param v values of shape (..., S, Ev); the leading axes of all three broadcast
     * @param options mask, causal mask, scale and heads
     * @return of shape (..., L, Ev)
     * @throws ShapeException when the sizes do not fit or the mask does not broadcast, naming the shapes
     * @throws DTypeException when the queries' dtype is not floating, the three differ, or the mask has another one and is not BOOL
     */
    public static Tensor scaledDotProductAttention(Tensor q, Tensor k, Tensor v, AttentionOptions options) {
        return Attending.attend(q, k, v, options);
    }

    // ---- dropout ----

    /**
     * While training, each element is 0 with the probability {@code p} and otherwise {@code x / (1 - p)}; else x as it is. As
     * {@code torch.nn.functional.dropout}; nothing but {@code training} switches it on.
     *
     * @param x any shape
     * @param p the probability from 0 to 1
     * @param training whether to drop
     * @param generator what the choice is drawn from
     * @throws IllegalArgumentException when p is not from 0 to 1
     */
    public static Tensor dropout(Tensor x, double p, boolean training, Generator generator) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("dropout: the probability " + p + " must be from 0 to 1");
        }
        Reductions.requireFloating("dropout", x);
        if (!training || p == 0) {
            return x.view();
        }
        double keep = 1 - p;
        Tensor chance = Tensors.rand(generator, DType.F32, x.shape(), x.device());
        Tensor limit = ConcreteTensor.scalar(DType.F32, keep, x.device());
        Tensor scale = Arithmetic.constant(x, x.dtype().arithmetic(), keep == 0 ? 0 : 1 / keep);
        DType[] dtypes = {x.dtype(), DType.F32, DType.F32, scale.dtype()};
        return Activations.DROPOUT.applyAs(dtypes, x, chance, limit, scale)[0];
    }

    /** {@link #dropout(Tensor, double, boolean, Generator)} from the default generator (see {@link Tensors#defaultGenerator}). */
    public static Tensor dropout(Tensor x, double p, boolean training) {
        return dropout(x, p, training, Tensors.defaultGenerator());
    }
}
