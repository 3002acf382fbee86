package org.gatun.tensor;

/**
 * How the elements of a sample spread over bins.
 *
 * @param hist the number, weight or density of each bin
 * @param edges the edges of the bins, in rising order, one more than there are bins
 */
public record Histogram(Tensor hist, Tensor edges) {}
