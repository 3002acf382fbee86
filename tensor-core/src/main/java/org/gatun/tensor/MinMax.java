package org.gatun.tensor;

/**
 * The extreme elements of a sample.
 *
 * @param min the smallest
 * @param max the largest, of the same shape
 */
public record MinMax(Tensor min, Tensor max) {}
