package org.gatun.tensor.conformance;

import org.gatun.tensor.Device;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.junit.jupiter.api.BeforeAll;

/** A GPU agrees with the reference: a real one where there is one, otherwise the stand-in driver. */
class CudaConformanceTest extends ConformanceSuite {
    @BeforeAll
    static void findADriver() {
        StandInDriver.use();
    }

    @Override
    protected Device device() {
        return Device.cuda(0);
    }

    @Override
    protected void requireSound() {
        StandInDriver.requireNoViolations();
    }
}
