package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Copies of one element that is repeated along every axis, as the gradient of a sum is. */
class RepeatedCopyTest {
    @ParameterizedTest
    @EnumSource(DType.class)
    void everyElementIsTheOne(DType dtype) {
        double value = dtype == DType.BOOL ? 1 : 97;
        for (long n : new long[] {0, 1, 2, 3, 31, 64, 65, 1_000, 90_001}) {
            for (Shape shape : new Shape[] {Shape.of(n), Shape.of(3, n), Shape.of(n, 1, 2)}) {
                try (var scope = MemoryScope.open()) {
                    ConcreteTensor one = ConcreteTensor.scalar(dtype, value, Device.CPU);
                    ConcreteTensor copy = one.broadcastTo(shape).copy().concrete();
                    assertThat(copy.shape()).isEqualTo(shape);
                    assertThat(copy.isContiguous()).isTrue();
                    assertThat(copy.storage()).isNotSameAs(one.storage());
                    for (long i = 0; i < shape.elements(); i++) {
                        if (copy.read(i) != value) {
                            assertThat(copy.read(i)).as("%s of %s", i, shape).isEqualTo(value);
                        }
                    }
                }
            }
        }
    }
}
