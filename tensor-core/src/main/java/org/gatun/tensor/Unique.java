package org.gatun.tensor;

/**
 * Different elements or slices, and where they occur.
 *
 * @param values each once
 * @param inverse for each element, or slice, the index (I64) of its equal in {@code values}
 * @param counts how often each of {@code values} occurs (I64), a vector
 */
public record Unique(Tensor values, Tensor inverse, Tensor counts) {}
