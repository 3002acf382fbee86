package org.gatun.nn.data;

import org.gatun.tensor.Device;
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

    /**
     * The samples on a device: this batch when they are there, otherwise copies, which belong to no memory scope; close it too.
     *
     * @throws org.gatun.tensor.DeviceException when the device can't be used
     */
    public Batch to(Device device) {
        if (inputs.device().equals(device) && targets.device().equals(device)) {
            return this;
        }
        Tensor x = owned(inputs, device);
        try {
            return new Batch(x, owned(targets, device));
        } catch (Throwable e) {
            x.close();
            throw e;
        }
    }

    private static Tensor owned(Tensor t, Device device) {
        Tensor there = t.device().equals(device) ? t.copy() : t.to(device);
        there.unscope();
        return there;
    }

    /** Frees both tensors. */
    @Override
    public void close() {
        inputs.close();
        targets.close();
    }
}
