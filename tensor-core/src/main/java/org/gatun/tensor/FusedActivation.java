package org.gatun.tensor;

/** The activations that {@link Functional#linear(Tensor, Tensor, Tensor, FusedActivation)} applies on the way to its result. */
public enum FusedActivation {
    /** {@link Tensor#relu}. */
    RELU,
    /** {@link Functional#geluTanh}. */
    GELU_TANH
}
