package org.gatun.examples.bench;

import java.util.List;
import org.gatun.tensor.Tensor;

/** A problem of one size whose operands lie on a device, ready to run any number of times. */
interface Step extends AutoCloseable {
    /** Does the work once. The result belongs to the caller's memory scope; a device may still be computing it. */
    Tensor run();

    /** What a caller whose numbers lie on the host has to bring to the device for each step. */
    List<Tensor> inputs();

    /** Frees the operands. */
    @Override
    void close();
}
