package org.gatun.tensor.ir;

import org.gatun.tensor.ShapeException;
import org.gatun.tensor.shape.Shape;

/**
 * Zeros around and between elements, one entry for every axis: the transpose of a slice (XLA's {@code Pad} with interior
 * padding). Along axis {@code a} the result has {@code low + n + (n - 1) * interior + high} elements ({@code low + high} when n
 * is 0).
 *
 * @param low zeros before the first element along each axis
 * @param high zeros after the last element along each axis
 * @param interior zeros between neighbours along each axis
 */
public record PadSpec(Shape low, Shape high, Shape interior) {
    /**
     * The shape of the padded result.
     *
     * @throws ShapeException when a size exceeds the longs
     */
    public Shape padded(Shape shape) {
        long[] s = shape.toArray();
        for (int a = 0; a < s.length; a++) {
            try {
                long between = Math.multiplyExact(Math.max(s[a] - 1, 0), interior.size(a));
                s[a] = Math.addExact(Math.addExact(low.size(a), s[a]), Math.addExact(between, high.size(a)));
            } catch (ArithmeticException e) {
                throw new ShapeException(
                        "pad: shape " + shape + " with " + low + " before, " + high + " after and " + interior
                                + " between elements has more than 2^63 - 1 elements along axis " + a + ": pad less",
                        e);
            }
        }
        return Shape.of(s);
    }
}
