package org.gatun.autograd;

/**
 * What forward accumulation gives.
 *
 * @param value f(x)
 * @param tangent the Jacobian of f at x times the direction v; of the value's form, shapes and dtypes, 0 in the place of integers
 * @param <R> the form of the result: a tensor, or a record, list, map, optional or array of tensors
 */
public record JvpResult<R>(R value, R tangent) {}
