package org.gatun.tensor;

/**
 * Numbers taken apart: {@code x = mantissa * 2^exponent}.
 *
 * @param mantissa from 1/2 to 1 in magnitude, the end not included; 0, infinities and NaN as they are
 * @param exponent the exponents, I32; 0 for 0, infinities and NaN
 */
public record Frexp(Tensor mantissa, Tensor exponent) {}
