package org.gatun.tensor.conformance;

import org.gatun.tensor.Device;

/** The CPU agrees with the reference. */
class CpuConformanceTest extends ConformanceSuite {
    @Override
    protected Device device() {
        return Device.CPU;
    }
}
