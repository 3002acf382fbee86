/**
 * The numerical functions of the CPU backend: {@link org.gatun.tensor.cpu.math.ScalarMath} on single doubles, the others on
 * vectors of the Vector API's preferred width. Polynomials are minimax fits of our own.
 */
@NullMarked
package org.gatun.tensor.cpu.math;

import org.jspecify.annotations.NullMarked;
