package org.gatun.examples.bench;

import java.util.List;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** A problem of one size whose operands lie on a device, ready to run any number of times. */
interface Step extends AutoCloseable {
    /** Does the work once. The result belongs to the caller's memory scope; a device may still be computing it. */
    Tensor run();

    /**
     * The same work as a graph that is captured once and launched as a whole, for those problems of many small operations that it is meant for.
     *
     * @return null for other problems; it may be closed before or after this step
     */
    default @Nullable Step captured(Device.Cuda device) {
        return null;
    }

    /** What a caller whose numbers lie on the host has to bring to the device for each step. */
    List<Tensor> inputs();

    /** Frees the operands. */
    @Override
    void close();
}
