package org.gatun.autograd;

import org.gatun.tensor.conformance.BegunFirst;

/** Runs {@link CoverageContractTest} last; the JVM that compiles its kernels begins first. */
public final class CoverageContractLast extends BegunFirst {
    /** Made by JUnit. */
    public CoverageContractLast() {
        super(CoverageContractTest.class, CoverageContractTest::compileKernelsAhead);
    }
}
