package org.gatun.tensor.conformance;

/** Runs {@link CudaConformanceTest} last; its second JVM begins first. */
public final class CudaConformanceLast extends BegunFirst {
    /** Made by JUnit. */
    public CudaConformanceLast() {
        super(CudaConformanceTest.class, CudaConformanceTest::startASecondJvm);
    }
}
