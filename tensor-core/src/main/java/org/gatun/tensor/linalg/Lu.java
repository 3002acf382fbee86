package org.gatun.tensor.linalg;

import org.gatun.tensor.Tensor;

/**
 * {@code A = P L U}, as {@code torch.linalg.lu} returns it; with k = min(m, n).
 *
 * @param p a permutation matrix (.., m, m)
 * @param l lower triangular (.., m, k) with ones on the diagonal
 * @param u upper triangular (.., k, n)
 */
public record Lu(Tensor p, Tensor l, Tensor u) {}
