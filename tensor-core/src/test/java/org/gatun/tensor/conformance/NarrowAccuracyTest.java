package org.gatun.tensor.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.gatun.tensor.DType;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Every public method on BF16, F16, I16 and I8 against itself in F64 or I64 on the same numbers: it is as accurate as the dtype
 * allows, or refuses the dtype and says what to do.
 */
@ExtendWith(NativeMemoryBalance.class)
class NarrowAccuracyTest {
    /** What a random number is made of depends on its dtype. */
    private static final Set<String> RANDOM =
            Set.of("Tensors.randLike", "Tensors.randnLike", "Tensors.bernoulli", "Functional.dropout");

    /** In units of the last place of the largest element: two or three roundings, such as those of a convolution and its bias. */
    private static final double BOUND = 1.5;

    @TestFactory
    Stream<DynamicNode> values() {
        return CompositeSamples.all().stream()
                .filter(sample -> !RANDOM.contains(sample.method()))
                .flatMap(sample -> Arrays.stream(DType.values())
                        .filter(DType::isNarrow)
                        .map(dtype -> dynamicTest(sample + " of " + dtype, () -> check(sample, dtype))));
    }

    private static void check(CompositeSample sample, DType dtype) {
        try (MemoryScope scope = MemoryScope.open("narrow")) {
            List<HostArray> operands = sample.fill(dtype);
            List<HostArray> actual;
            try {
                actual = run(sample, operands, t -> t);
            } catch (DTypeException refused) {
                assertThat(refused).hasMessageContaining(dtype.name()).hasMessageContaining("convert");
                return;
            }
            DType wide = dtype.isFloating() ? DType.F64 : DType.I64;
            List<HostArray> expected = run(sample, operands, t -> t.dtype() == dtype ? t.to(wide) : t);
            assertThat(actual).hasSameSizeAs(expected);
            for (int r = 0; r < expected.size(); r++) {
                compare(expected.get(r), actual.get(r));
            }
        }
    }

    private static List<HostArray> run(
            CompositeSample sample, List<HostArray> operands, UnaryOperator<Tensor> conversion) {
        List<Tensor> placed = operands.stream()
                .map(o -> conversion.apply(LayoutVariant.CONTIGUOUS.place(o, Device.CPU)))
                .toList();
        return sample.body().apply(placed).stream().map(HostArray::of).toList();
    }

    private static void compare(HostArray expected, HostArray actual) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.dtype().kind()).isEqualTo(expected.dtype().kind());
        double largest = 0.5;
        for (int i = 0; expected.dtype().isFloating() && i < expected.size(); i++) {
            largest = Math.max(largest, Math.abs(expected.real(i)));
        }
        double unit = HostArray.ulp(actual.dtype().isFloating() ? actual.dtype() : DType.F64, largest);
        for (int i = 0; i < expected.size(); i++) {
            if (expected.dtype().isFloating()) {
                double x = expected.real(i);
                double y = actual.real(i);
                assertThat(Double.compare(x, y) == 0 || Math.abs(x - y) <= BOUND * unit)
                        .as("element %d is %s instead of %s", i, y, x)
                        .isTrue();
            } else {
                assertThat(actual.whole(i))
                        .as("element %d", i)
                        .isEqualTo(HostArray.wrap(actual.dtype(), expected.whole(i)));
            }
        }
    }
}
