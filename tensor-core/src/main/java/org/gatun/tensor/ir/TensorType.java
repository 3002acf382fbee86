package org.gatun.tensor.ir;

import org.gatun.tensor.DType;
import org.gatun.tensor.shape.Shape;

/**
 * What the IR knows of a tensor without its values.
 *
 * @param dtype the element type
 * @param shape the sizes
 */
public record TensorType(DType dtype, Shape shape) {
    /** Such as {@code F32[2, 3]}. */
    @Override
    public String toString() {
        return dtype.toString() + shape;
    }
}
