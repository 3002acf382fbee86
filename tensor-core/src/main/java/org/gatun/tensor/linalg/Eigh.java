package org.gatun.tensor.linalg;

import org.gatun.tensor.Tensor;

/**
 * {@code A = V diag(w) V'} for symmetric A, as {@code torch.linalg.eigh} returns it.
 *
 * @param values the eigenvalues w (.., n), ascending
 * @param vectors the eigenvectors, orthonormal, as the columns of V (.., n, n)
 */
public record Eigh(Tensor values, Tensor vectors) {}
