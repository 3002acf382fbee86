package org.gatun.tensor.linalg;

/** The norms of matrices, by their names in {@code torch.linalg.matrix_norm}. */
public enum MatrixNorm {
    /** "fro": the root of the sum of squares. */
    FROBENIUS,
    /** "nuc": the sum of the singular values. */
    NUCLEAR,
    /** inf: the largest sum of magnitudes in a row. */
    INF,
    /** -inf: the least sum of magnitudes in a row. */
    NEGATIVE_INF,
    /** 1: the largest sum of magnitudes in a column. */
    ONE,
    /** -1: the least sum of magnitudes in a column. */
    NEGATIVE_ONE,
    /** 2: the largest singular value. */
    TWO,
    /** -2: the least singular value. */
    NEGATIVE_TWO
}
