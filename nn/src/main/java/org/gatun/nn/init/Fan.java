package org.gatun.nn.init;

import org.gatun.tensor.ShapeException;
import org.gatun.tensor.shape.Shape;

/** The number of inputs or of outputs of one unit of a weight of shape (out, in, window..). */
public enum Fan {
    /** {@code shape[1] * window}: keeps the variance of activations on the way forward. */
    IN,
    /** {@code shape[0] * window}: keeps the variance of gradients on the way back. */
    OUT;

    /**
     * This fan of a weight of the given shape.
     *
     * @throws ShapeException when the rank is below 2, or an axis is empty
     */
    public double of(Shape shape) {
        if (shape.rank() < 2 || shape.isEmpty()) {
            throw new ShapeException(
                    "initializer: the fans of shape " + shape
                            + " are not defined: a weight has rank 2 or more and no empty axis; use uniform, normal or constant");
        }
        double n = shape.size(this == IN ? 1 : 0);
        for (int a = 2; a < shape.rank(); a++) {
            n *= shape.size(a);
        }
        return n;
    }
}
