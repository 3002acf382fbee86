package org.gatun.tensor.conformance;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.gatun.tensor.ir.Op;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** A GPU agrees with the reference: a real one where there is one, otherwise the stand-in driver. */
class CudaConformanceTest extends ConformanceSuite {
    private static @Nullable SecondJvm second;

    @BeforeAll
    static void findADriver() {
        StandInDriver.use();
    }

    @BeforeAll
    static void startASecondJvm() {
        // A GPU compiles in the driver, and is not to be shared.
        if (second == null && SecondJvm.pays() && StandInDriver.isUsable() && !StandInDriver.onGpu()) {
            second = SecondJvm.start(CudaConformanceAhead.class);
        }
    }

    @AfterAll
    static void stopTheSecondJvm() {
        if (second != null) {
            second.close();
        }
    }

    private static Stream<DynamicNode> shared(String factory, Stream<DynamicNode> tests) {
        return second == null ? tests : second.share(factory, tests);
    }

    @Override
    @TestFactory
    Stream<DynamicNode> values() {
        return shared("values", super.values());
    }

    @Override
    @TestFactory
    Stream<DynamicNode> regions() {
        return shared("regions", super.regions());
    }

    @Override
    protected Device device() {
        return Device.cuda(0);
    }

    @Override
    protected void requireSound() {
        StandInDriver.requireNoViolations();
    }

    /**
     * How elementwise kernels walk over axes has nothing to do with dtypes; every layout with kernels of its own costs a compilation for each
     * function and dtype, so those run in F32.
     */
    @Override
    protected boolean covers(Op kind, DType dtype, LayoutVariant layout) {
        boolean own = layout == LayoutVariant.REVERSED_AXES || layout == LayoutVariant.BROADCAST_ALL;
        return !own || dtype == DType.F32 || !(kind instanceof Op.Scalar);
    }

    /**
     * One in five public methods in every layout: they call primitives only, which run in every layout above, and the coverage contract runs
     * all of them in every dtype on the device too.
     */
    @Override
    @TestFactory
    Stream<DynamicNode> composites() {
        var number = new AtomicInteger();
        return shared("composites", super.composites().filter(test -> number.getAndIncrement() % 5 == 0));
    }
}
