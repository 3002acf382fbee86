package org.gatun.tensor.conformance;

import org.gatun.tensor.cuda.standin.StandInDriver;

/** The second JVM of {@link CudaConformanceTest}. */
final class CudaConformanceAhead {
    private CudaConformanceAhead() {}

    /** Runs the tests from the last to the first. */
    public static void main(String[] arguments) {
        SecondJvm.endWithParent();
        StandInDriver.use();
        var suite = new CudaConformanceTest();
        SecondJvm.run("values", suite.values());
        SecondJvm.run("composites", suite.composites());
        SecondJvm.run("regions", suite.regions());
        System.exit(0);
    }
}
