package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
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

    static void check(GradientSample sample) {
        try (MemoryScope scope = MemoryScope.open("sample")) {
            List<Tensor> origin = sample.place(Device.CPU);
            GradCheck.Function f =
                    sample.step() == GradientSample.STEP ? in -> bent(sample, in, origin) : sample::apply;
            GradCheck.standard().step(sample.step()).check(f, sample.place(Device.CPU));
        }
    }

    /**
     * The sample between two curves: its operands are {@code x + (x - x0)^2 / 2}, which is x at the point of the check, and its
     * results {@code y + y^2 / 4}. So tangents and cotangents depend on x, and a rule that does not carry their derivatives fails at
     * second order.
     */
    private static Tensor bent(GradientSample sample, List<Tensor> in, List<Tensor> origin) {
        var operands = new ArrayList<Tensor>();
        for (int k = 0; k < in.size(); k++) {
            Tensor x = in.get(k);
            operands.add(
                    x.dtype().isFloating() ? x.add(x.sub(origin.get(k)).square().mul(0.5)) : x);
        }
        Tensor y = sample.apply(operands);
        return y.add(y.square().mul(0.25));
    }

    /** Only conversions to dtypes without derivatives, and to those too coarse for differences, have no samples. */
    @Test
    void everyDifferentiableOperationHasSamples() {
        for (Op kind : OpCases.kinds()) {
            boolean without = kind instanceof Op.NonDifferentiable
                    || (kind instanceof Op.Cast cast
                            && (!cast.to().isFloating() || cast.to().isNarrow()));
            assertThat(GradientSamples.of(kind).isEmpty()).as("%s", kind).isEqualTo(without);
        }
    }
}
