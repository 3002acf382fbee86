package org.gatun.nn;

import org.gatun.tensor.Tensor;

/**
 * Joins axes into one, as {@code torch.nn.Flatten}.
 *
 * @param from the first axis to join
 * @param to the last axis to join
 */
public record Flatten(int from, int to) implements Module {
    /** All axes but the first. */
    public Flatten() {
        this(1, -1);
    }

    @Override
    public Tensor forward(Tensor x) {
        return x.flatten(from, to);
    }
}
