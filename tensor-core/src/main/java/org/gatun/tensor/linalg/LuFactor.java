package org.gatun.tensor.linalg;

import org.gatun.tensor.Tensor;

/**
 * LU factors in one matrix, for {@link Linalg#luSolve}. Where {@code torch.linalg.lu_factor} returns LAPACK's row exchanges, this is the
 * permutation that they amount to, from 0 on: {@code A[permutation] = L U}.
 *
 * @param lu U on and above the diagonal, L below (its own diagonal is 1): (.., m, n)
 * @param permutation I64 (.., m): which row of A is row i of L U
 */
public record LuFactor(Tensor lu, Tensor permutation) {}
