package org.gatun.nn;

import java.util.Map;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Tensor;

/** The activations without settings, as modules: {@code new Sequential(new Linear(4, 8, g), Activation.RELU, ..)}. */
public enum Activation implements Module {
    /** {@code max(x, 0)}. */
    RELU,
    /** {@code 1 / (1 + e^-x)}. */
    SIGMOID,
    /** The hyperbolic tangent. */
    TANH,
    /** {@code x Phi(x)} with the normal distribution function Phi (Hendrycks and Gimpel 2016), exact. */
    GELU,
    /** {@code x sigmoid(x)}. */
    SILU,
    /** {@code log(1 + e^x)}. */
    SOFTPLUS,
    /** {@code x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))}, near {@link #GELU}. */
    GELU_TANH,
    /** {@link Functional#selu}: {@code 1.0507.. x} above 0, {@code 1.7580.. (e^x - 1)} elsewhere (Klambauer et al. 2017). */
    SELU,
    /** The logarithm of {@link #SIGMOID}. */
    LOG_SIGMOID,
    /** {@code min(max(x, 0), 6)}. */
    RELU6,
    /** {@code min(max(x + 3, 0), 6) / 6}. */
    HARDSIGMOID,
    /** {@code x min(max(x + 3, 0), 6) / 6}. */
    HARDSWISH,
    /** {@code x tanh(softplus(x))}. */
    MISH,
    /** {@code x / (1 + |x|)}. */
    SOFTSIGN,
    /** {@code x - tanh(x)}. */
    TANHSHRINK,
    /** {@code e^x / sum(e^x)} over the last axis. */
    SOFTMAX,
    /** The logarithm of {@link #SOFTMAX}. */
    LOG_SOFTMAX,
    /** The input as it is. */
    IDENTITY;

    @Override
    public Tensor forward(Tensor x) {
        return switch (this) {
            case RELU -> x.relu();
            case SIGMOID -> x.sigmoid();
            case TANH -> x.tanh();
            case GELU -> Functional.gelu(x);
            case SILU -> Functional.silu(x);
            case SOFTPLUS -> x.softplus();
            case GELU_TANH -> Functional.geluTanh(x);
            case SELU -> Functional.selu(x);
            case LOG_SIGMOID -> Functional.logSigmoid(x);
            case RELU6 -> Functional.relu6(x);
            case HARDSIGMOID -> Functional.hardsigmoid(x);
            case HARDSWISH -> Functional.hardswish(x);
            case MISH -> Functional.mish(x);
            case SOFTSIGN -> Functional.softsign(x);
            case TANHSHRINK -> Functional.tanhshrink(x);
            case SOFTMAX -> x.softmax(-1);
            case LOG_SOFTMAX -> x.logSoftmax(-1);
            case IDENTITY -> x;
        };
    }

    @Override
    public Map<String, Object> members() {
        return Map.of();
    }
}
