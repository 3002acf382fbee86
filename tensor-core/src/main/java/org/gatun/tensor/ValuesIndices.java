package org.gatun.tensor;

/**
 * Elements picked along an axis, and where they were.
 *
 * @param values the elements
 * @param indices their positions along the axis, I64, of the same shape
 */
public record ValuesIndices(Tensor values, Tensor indices) {}
