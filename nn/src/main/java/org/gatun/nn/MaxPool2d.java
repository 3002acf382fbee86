package org.gatun.nn;

import org.gatun.tensor.Functional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.PoolSpec;

/**
 * The largest element of each window of images (n, c, h, w), as {@code torch.nn.MaxPool2d}.
 *
 * @param spec window, stride, padding and dilation
 */
public record MaxPool2d(PoolSpec spec) implements Module {
    /** Square windows side by side. */
    public MaxPool2d(int kernel) {
        this(PoolSpec.of(kernel));
    }

    @Override
    public Tensor forward(Tensor x) {
        return Functional.maxPool2d(x, spec);
    }
}
