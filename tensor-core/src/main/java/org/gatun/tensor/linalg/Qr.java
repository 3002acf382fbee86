package org.gatun.tensor.linalg;

import org.gatun.tensor.Tensor;

/**
 * {@code A = Q R}, as {@code torch.linalg.qr} returns it.
 *
 * @param q orthonormal columns; empty for {@link QrMode#R}
 * @param r upper triangular
 */
public record Qr(Tensor q, Tensor r) {}
