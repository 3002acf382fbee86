package org.gatun.autograd;

import static org.gatun.autograd.LinearAlgebraRules.solve;
import static org.gatun.autograd.LinearAlgebraRules.solveRight;
import static org.gatun.autograd.LinearAlgebraRules.transpose;

import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.trace.Dispatch;

/**
 * The derivative of {@code P A = L U}, of any shape, in both modes. With the leading k by k blocks L1 and U1, {@code L1^-1 P dA U1^-1 =
 * L1^-1 dL1 + dU1 U1^-1}, of which the first is strictly lower and the second upper triangular; rows of L below and columns of U to the
 * right follow from {@code P A = L U}.
 */
final class LuRules {
    private LuRules() {}

    static Tensor jvp(Tensor lu, Tensor permutation, Tensor t) {
        long m = lu.size(-2);
        long n = lu.size(-1);
        long k = Math.min(m, n);
        Tensor square = block(lu, 0, k, 0, k);
        Tensor dA = Dispatch.bind(new Op.Gather(lu.rank() - 2), t, rows(permutation, n));
        Tensor inner = solveRight(true, false, square, solve(false, true, square, block(dA, 0, k, 0, k)));
        Tensor dL = lower(square).matmul(inner.tril(-1));
        Tensor dU = inner.triu().matmul(square.triu());
        Tensor whole = dL.add(dU);
        if (m > n) {
            Tensor below = block(dA, k, m, 0, k).sub(block(lu, k, m, 0, k).matmul(dU));
            return Dispatch.bind(new Op.Concat(lu.rank() - 2), whole, solveRight(true, false, square, below));
        }
        if (m < n) {
            Tensor right = block(dA, 0, k, k, n).sub(dL.matmul(block(lu, 0, k, k, n)));
            return Dispatch.bind(new Op.Concat(lu.rank() - 1), whole, solve(false, true, square, right));
        }
        return whole;
    }

    static Tensor vjp(Tensor lu, Tensor permutation, Tensor g) {
        long m = lu.size(-2);
        long n = lu.size(-1);
        long k = Math.min(m, n);
        Tensor square = block(lu, 0, k, 0, k);
        Tensor gSquare = block(g, 0, k, 0, k);
        Tensor gL = gSquare.tril(-1);
        Tensor gU = gSquare.triu();
        Tensor gA;
        if (m > n) {
            Tensor below = solveRight(false, false, transpose(square), block(g, k, m, 0, k));
            gU = gU.sub(transpose(block(lu, k, m, 0, k)).matmul(below));
            gA = Dispatch.bind(new Op.Concat(lu.rank() - 2), inner(square, gL, gU), below);
        } else if (m < n) {
            Tensor right = solve(true, true, transpose(square), block(g, 0, k, k, n));
            gL = gL.sub(right.matmul(transpose(block(lu, 0, k, k, n))));
            gA = Dispatch.bind(new Op.Concat(lu.rank() - 1), inner(square, gL, gU), right);
        } else {
            gA = inner(square, gL, gU);
        }
        return Dispatch.bind(new Op.ScatterAdd(lu.rank() - 2, lu.shape()), gA, rows(permutation, n));
    }

    private static Tensor inner(Tensor square, Tensor gL, Tensor gU) {
        Tensor lowerPart = transpose(lower(square)).matmul(gL).tril(-1);
        Tensor upperPart = gU.matmul(transpose(square.triu())).triu();
        Tensor half = solve(true, true, transpose(square), lowerPart.add(upperPart));
        return solveRight(false, false, transpose(square), half);
    }

    private static Tensor lower(Tensor square) {
        Tensor diagonal = LinearAlgebraRules.diagonal(square.diagonal());
        return square.tril(-1).maskedFill(diagonal, 1);
    }

    private static Tensor block(Tensor x, long top, long bottom, long left, long right) {
        return x.slice(-2, top, bottom).slice(-1, left, right);
    }

    /** For each element of a matrix the row that the permutation takes it from. */
    private static Tensor rows(Tensor permutation, long columns) {
        Tensor column = permutation.unsqueeze(-1);
        return column.broadcastTo(column.shape().withSize(-1, columns));
    }
}
