package org.gatun.tensor.linalg;

import org.gatun.tensor.Tensor;

/**
 * {@code A = U diag(s) V'}, as {@code torch.linalg.svd} returns it; with k = min(m, n).
 *
 * @param u left singular vectors, orthonormal, as columns: (.., m, m), or (.., m, k) reduced
 * @param s singular values (.., k), descending
 * @param vh right singular vectors, orthonormal, as rows: (.., n, n), or (.., k, n) reduced
 */
public record Svd(Tensor u, Tensor s, Tensor vh) {}
