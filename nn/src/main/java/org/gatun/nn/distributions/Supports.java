package org.gatun.nn.distributions;

import java.util.Arrays;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.shape.Shape;

/** Values of finite supports. */
final class Supports {
    private Supports() {}

    /** 0 to {@code count - 1} along a new first axis, in the dtype of a parameter, repeated over a batch. */
    static Tensor integers(Tensor like, long count, Shape batch) {
        long[] sizes = new long[batch.rank() + 1];
        Arrays.fill(sizes, 1);
        sizes[0] = count;
        return Tensors.arange(count)
                .to(like.device())
                .to(like.dtype())
                .reshape(Shape.of(sizes))
                .broadcastTo(Shapes.join(Shape.of(count), batch));
    }
}
