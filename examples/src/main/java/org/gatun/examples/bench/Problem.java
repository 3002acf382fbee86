package org.gatun.examples.bench;

import java.util.List;
import org.gatun.tensor.Device;

/**
 * A computation at several sizes. {@code bench/pytorch/cpu_gpu.py} has the same ones under the same names: change both.
 *
 * @param name its name in reports and in the script for PyTorch
 * @param axis what the size counts, such as {@code "batch"}
 * @param sizes the sizes, ascending
 * @param multiplies whether it multiplies matrices, so that TF32 makes a difference
 * @param scale what a size costs
 * @param preparation makes the operands of a size
 */
record Problem(String name, String axis, List<Long> sizes, boolean multiplies, Scale scale, Preparation preparation) {
    /** What a size costs. */
    @FunctionalInterface
    interface Scale {
        /** The work at a size whose elements take so many bytes. */
        Work work(long size, int elementBytes);
    }

    /** Makes operands. */
    @FunctionalInterface
    interface Preparation {
        /** The step of a size on a device. */
        Step prepare(Device device, Precision precision, long size);
    }

    Work work(long size, Precision precision) {
        return scale.work(size, precision.dtype().bytes());
    }

    Step prepare(Device device, Precision precision, long size) {
        return preparation.prepare(device, precision, size);
    }
}
