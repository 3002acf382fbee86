package org.gatun.tensor.ir;

import org.gatun.tensor.shape.Shape;

/**
 * A box of elements with steps: along axis {@code a}, the elements {@code start(a) + k * step(a)} for {@code k} from 0 to
 * {@code size(a) - 1}. One entry for every axis; steps are positive. Sizes are {@link Shape}s because those are immutable lists
 * of non-negative numbers.
 *
 * @param start the first element along each axis
 * @param size the number of elements along each axis
 * @param step the distance between elements along each axis, at least 1
 */
public record SliceSpec(Shape start, Shape size, Shape step) {}
