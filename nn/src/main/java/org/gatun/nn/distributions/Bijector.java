package org.gatun.nn.distributions;

import org.gatun.tensor.Tensor;
import org.gatun.tensor.shape.Shape;

/**
 * A smooth function with a smooth inverse, as {@code torch.distributions.transforms.Transform}: what {@link Transformed} makes new
 * distributions with. {@link Bijectors} has the common ones; implement this interface to add another.
 */
public interface Bijector {
    /** {@code y = f(x)}. */
    Tensor forward(Tensor x);

    /** {@code x} with {@code f(x) = y}. */
    Tensor inverse(Tensor y);

    /**
     * {@code x} with {@code f(x) = y} among the numbers and the infinities, for distribution functions: it is infinite at ends of the {@link
     * #codomain} where {@link #inverse} gives a finite number, for the sake of samples that rounded to them.
     */
    default Tensor extendedInverse(Tensor y) {
        return inverse(y);
    }

    /** {@code log |det df/dx|} for each event, from x and {@code y = f(x)}: whichever the formula is better with. */
    Tensor logDetJacobian(Tensor x, Tensor y);

    /** What f takes values in. */
    Constraint codomain();

    /** The number of axes of an event: 0 if f works on each element alone. */
    default int eventRank() {
        return 0;
    }

    /** The shape of {@code f(x)} for x of a shape. */
    default Shape forwardShape(Shape x) {
        return x;
    }

    /** The shape of {@code x} for {@code f(x)} of a shape. */
    default Shape inverseShape(Shape y) {
        return y;
    }

    /** 1 where f increases, -1 where it decreases, broadcasting with the elements: for distribution functions. */
    default Tensor sign(Tensor like) {
        return like.fullLike(1.0);
    }
}
