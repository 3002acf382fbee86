package org.gatun.autograd;

import org.gatun.tensor.conformance.BegunFirst;

/** Runs {@link CoverageContractTest} last; its second JVM begins first. */
public final class CoverageContractLast extends BegunFirst {
    /** Made by JUnit. */
    public CoverageContractLast() {
        super(CoverageContractTest.class, CoverageContractTest::startASecondJvm);
    }
}
