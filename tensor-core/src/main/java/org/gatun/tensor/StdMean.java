package org.gatun.tensor;

/**
 * The standard deviation and the mean of a sample.
 *
 * @param std the standard deviation
 * @param mean the mean, of the same shape
 */
public record StdMean(Tensor std, Tensor mean) {}
