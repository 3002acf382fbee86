package org.gatun.autograd;

import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Shape;

/**
 * Who says that a function is linear, for the message when it is not.
 *
 * @param function the function with its name, as {@code transpose: the function}
 * @param argument what it is to be linear in
 * @param remedy what to do otherwise
 */
record Linearity(String function, String argument, String remedy) {
    IllegalArgumentException refused(Op op) {
        return new IllegalArgumentException(
                function + " is not linear in its " + argument + ": it applies " + applied(op) + " to it: " + remedy);
    }

    private static String applied(Op op) {
        if (op instanceof Op.Fused) {
            return "an elementwise region"; // its expression is long, and not as it was written
        }
        return op instanceof Op.Unary unary
                ? unary.fn().toString()
                : op instanceof Op.Binary binary ? binary.fn().toString() : op.toString();
    }

    IllegalArgumentException refused(Shape shape) {
        return new IllegalArgumentException(
                function + " is not linear in its " + argument + ": at 0 it gives other than 0 in a result of shape "
                        + shape + ": leave out what it adds, or " + remedy);
    }
}
