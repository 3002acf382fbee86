package org.gatun.nn.distributions;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.shape.Shape;

/** Shapes of samples, batches and events. */
final class Shapes {
    private Shapes() {}

    static Shape join(Shape... shapes) {
        return Shape.of(Arrays.stream(shapes)
                .flatMapToLong(s -> LongStream.of(s.toArray()))
                .toArray());
    }

    /** The last {@code count} sizes. */
    static Shape last(Shape shape, int count) {
        long[] sizes = shape.toArray();
        return Shape.of(Arrays.copyOfRange(sizes, sizes.length - count, sizes.length));
    }

    /** All but the last {@code count} sizes. */
    static Shape allBut(Shape shape, int count) {
        return Shape.of(Arrays.copyOf(shape.toArray(), shape.rank() - count));
    }

    /** The sum over the last {@code count} axes. */
    static Tensor sumLast(Tensor x, int count) {
        Tensor sum = x;
        for (int i = 0; i < count; i++) {
            sum = sum.sum(-1);
        }
        return sum;
    }

    /** A tensor of equal numbers of a shape, in the dtype of another. */
    static Tensor full(Tensor like, Shape shape, double value) {
        return Tensors.full(like.dtype(), value, shape, like.device());
    }
}
