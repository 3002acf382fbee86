package org.gatun.autograd;

import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.cuda.standin.StandInDriver;

/**
 * The device that tests of behaviour run on, whose classes run once on the CPU and once, in a JVM of their own, on a GPU: see the executions in
 * the module's {@code pom.xml}.
 */
final class DeviceUnderTest {
    private static final boolean CUDA = Boolean.getBoolean("gatun.test.cuda");

    private DeviceUnderTest() {}

    /** The device; where it is a GPU and there is neither one nor its stand-in, the calling test is skipped. */
    static Device device() {
        if (!CUDA) {
            return Device.CPU;
        }
        StandInDriver.use();
        return Device.cuda(0);
    }

    /** A tensor that was just made, on the device. */
    static Tensor on(Tensor made) {
        if (!CUDA) {
            return made;
        }
        try (made) {
            return made.to(device());
        }
    }
}
