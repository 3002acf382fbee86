package org.gatun.tensor.linalg;

import org.gatun.tensor.Tensor;

/**
 * A least squares solution, as {@code torch.linalg.lstsq} returns it.
 *
 * @param solution X, which minimises {@code |A X - B|}, and among those {@code |X|}
 * @param residuals the squared distances {@code |A x - b|^2} for each column of B, for m > n; otherwise empty. PyTorch leaves them out for
 *     matrices of less than full rank too
 * @param rank the rank of A (I64); empty for {@link LstsqDriver#GELS}
 * @param singularValues those of A, descending; empty for {@link LstsqDriver#GELS}
 */
public record Lstsq(Tensor solution, Tensor residuals, Tensor rank, Tensor singularValues) {}
