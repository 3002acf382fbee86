package org.gatun.nn;

import org.gatun.tensor.Functional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.PoolSpec;

/**
 * The mean of each window of images (n, c, h, w), as {@code torch.nn.AvgPool2d}.
 *
 * @param spec window, stride and padding
 */
public record AvgPool2d(PoolSpec spec) implements Module {
    /** Checks that there is no dilation, which averages do not have. */
    public AvgPool2d {
        if (spec.dilationH() != 1 || spec.dilationW() != 1) {
            throw new IllegalArgumentException("avgPool2d: dilation (" + spec.dilationH() + ", " + spec.dilationW()
                    + "): averages have no dilation, give 1");
        }
    }

    /** Square windows side by side. */
    public AvgPool2d(int kernel) {
        this(PoolSpec.of(kernel));
    }

    @Override
    public Tensor forward(Tensor x) {
        return Functional.avgPool2d(x, spec);
    }
}
