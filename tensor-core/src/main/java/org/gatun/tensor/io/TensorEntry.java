package org.gatun.tensor.io;

import org.gatun.tensor.DType;
import org.gatun.tensor.shape.Shape;

/**
 * What a tensor file says of one of its tensors.
 *
 * @param name its name
 * @param dtype the element type
 * @param shape the sizes
 * @param begin the position of its first byte, counted from the end of the header
 * @param end the position behind its last byte
 */
public record TensorEntry(String name, DType dtype, Shape shape, long begin, long end) {}
