package org.gatun.tensor;

/** Where a tensor's memory lies and its operations run. */
public sealed interface Device {
    /** The host: main memory, Java Vector API kernels and OpenBLAS. */
    Device CPU = new Cpu();

    /** The host processor; use {@link #CPU}. */
    record Cpu() implements Device {
        @Override
        public String toString() {
            return "cpu";
        }
    }
}
