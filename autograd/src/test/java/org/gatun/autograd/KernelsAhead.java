package org.gatun.autograd;

import java.util.stream.Stream;
import org.gatun.tensor.conformance.AnotherJvm;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;

/**
 * A JVM that runs what {@link CoverageContractTest} computes on CUDA while that one still computes on the CPU. The stand-in's compiler takes most of the
 * time, and keeps what it made for both. What is wrong here the test itself finds.
 */
final class KernelsAhead {
    private KernelsAhead() {}

    public static void main(String[] arguments) {
        AnotherJvm.endWithParent();
        StandInDriver.use();
        var contract = new CoverageContractTest();
        Stream.concat(contract.valuesOnCuda(), contract.derivativesOnCuda()).forEach(KernelsAhead::run);
        System.exit(0);
    }

    private static void run(DynamicNode node) {
        try {
            ((DynamicTest) node).getExecutable().execute();
        } catch (Throwable e) {
            // The test's own run says so.
        }
    }
}
