package org.gatun.autograd;

import org.gatun.tensor.Tensor;

/**
 * A value with its gradient.
 *
 * @param value f(x), a scalar
 * @param grad the gradient of f at x, of the form of x
 * @param <P> the form of the argument: a tensor, or a record, list, map or array of tensors
 */
public record ValueAndGrad<P>(Tensor value, P grad) {}
