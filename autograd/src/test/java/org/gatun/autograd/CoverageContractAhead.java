package org.gatun.autograd;

import java.util.List;
import java.util.stream.Stream;
import org.gatun.tensor.conformance.SecondJvm;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;

/**
 * The second JVM of {@link CoverageContractTest}: runs first what that one computes on CUDA, since the stand-in's compiler takes most of that time and
 * keeps what it made for both, and then checks of derivatives, which that one takes over.
 */
final class CoverageContractAhead {
    private CoverageContractAhead() {}

    public static void main(String[] arguments) {
        SecondJvm.endWithParent();
        StandInDriver.use();
        var contract = new CoverageContractTest();
        Stream.concat(contract.valuesOnCuda(), contract.derivativesOnCuda()).forEach(CoverageContractAhead::compile);
        List<CoverageContractTest.DerivativeCheck> checks = CoverageContractTest.derivativeChecks();
        for (CoverageContractTest.DerivativeCheck check : checks.reversed()) {
            SecondJvm.run(check.name(), check::run);
        }
        System.exit(0);
    }

    private static void compile(DynamicNode node) {
        try {
            ((DynamicTest) node).getExecutable().execute();
        } catch (Throwable e) {
            // The test's own run says so.
        }
    }
}
