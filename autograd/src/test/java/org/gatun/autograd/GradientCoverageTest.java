package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.List;
import java.util.stream.Stream;
import org.gatun.tensor.Device;
import org.gatun.tensor.conformance.GradientSample;
import org.gatun.tensor.conformance.GradientSamples;
import org.gatun.tensor.conformance.OpCases;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Every differentiable operation, with every function: {@link GradCheck} to second order, forward and reverse, over contiguous,
 * transposed, sliced, broadcast, empty and 0-d operands. The samples come from exhaustive switches over the operations and their
 * functions, so one without a sample does not compile.
 */
@ExtendWith(NativeMemoryBalance.class)
class GradientCoverageTest {
    @TestFactory
    Stream<DynamicNode> operations() {
        return OpCases.kinds().stream()
                .filter(kind -> !(kind instanceof Op.NonDifferentiable))
                .map(kind -> dynamicContainer(OpCases.name(kind), tests(GradientSamples.of(kind))));
    }

    private static Stream<DynamicNode> tests(List<GradientSample> samples) {
        return samples.stream().map(sample -> dynamicTest(sample.name(), () -> check(sample)));
    }

    private static void check(GradientSample sample) {
        try (MemoryScope scope = MemoryScope.open("sample")) {
            GradCheck.standard().step(sample.step()).check(sample::apply, sample.place(Device.CPU));
        }
    }

    /** Only conversions to dtypes without derivatives have no samples. */
    @Test
    void everyDifferentiableOperationHasSamples() {
        for (Op kind : OpCases.kinds()) {
            boolean without = kind instanceof Op.NonDifferentiable
                    || (kind instanceof Op.Cast cast && !cast.to().isFloating());
            assertThat(GradientSamples.of(kind).isEmpty()).as("%s", kind).isEqualTo(without);
        }
    }
}
