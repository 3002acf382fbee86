package org.gatun.tensor.linalg;

import org.gatun.tensor.Tensor;

/**
 * A determinant as {@code sign e^logAbsDet}, as {@code torch.linalg.slogdet} returns it.
 *
 * @param sign 1, -1, or 0 for a singular matrix
 * @param logAbsDet the logarithm of the determinant's magnitude, -infinity for a singular matrix
 */
public record SlogDet(Tensor sign, Tensor logAbsDet) {}
