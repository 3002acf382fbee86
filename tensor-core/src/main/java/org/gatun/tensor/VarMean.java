package org.gatun.tensor;

/**
 * The two moments of a sample.
 *
 * @param variance the variance
 * @param mean the mean, of the same shape
 */
public record VarMean(Tensor variance, Tensor mean) {}
