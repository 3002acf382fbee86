package org.gatun.autograd;

import org.gatun.tensor.Tensor;

/**
 * What forward accumulation gives.
 *
 * @param value f(x)
 * @param tangent the Jacobian of f at x times the direction v; of the value's shape and dtype
 */
public record JvpResult(Tensor value, Tensor tangent) {}
