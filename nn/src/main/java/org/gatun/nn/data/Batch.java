package org.gatun.nn.data;

import org.gatun.tensor.Tensor;

/**
 * Some samples of a dataset together. It belongs to no memory scope: close it when done.
 *
 * @param inputs the inputs, one along the first axis for each sample
 * @param targets the targets, one along the first axis for each sample
 */
public record Batch(Tensor inputs, Tensor targets) implements AutoCloseable {
    /** The number of samples. */
    public long size() {
        return inputs.size(0);
    }

    /** Frees both tensors. */
    @Override
    public void close() {
        inputs.close();
        targets.close();
    }
}
