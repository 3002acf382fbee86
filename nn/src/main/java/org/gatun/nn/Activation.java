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
