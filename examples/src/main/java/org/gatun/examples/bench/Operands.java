package org.gatun.examples.bench;

import java.util.function.Supplier;
import org.gatun.autograd.Parameter;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;

/**
 * Makes operands. They repeat 65,536 normal numbers, which takes the time of a copy: what they are makes no difference to how long a step
 * takes, but zeros would, as they let a GPU run cooler and faster.
 */
final class Operands {
    private static final long PERIOD = 1 << 16;

    private final Device device;
    private final DType dtype;
    private final Generator generator = new Generator(1);

    Operands(Device device, Precision precision) {
        this.device = device;
        this.dtype = precision.dtype();
    }

    /** Normal numbers. */
    Tensor normal(long... sizes) {
        return repeated(() -> Tensors.randn(generator, PERIOD).to(dtype), Shape.of(sizes));
    }

    /** Class numbers below {@code classes}. */
    Tensor classes(int classes, long count) {
        return repeated(() -> Tensors.randint(generator, 0, classes, Shape.of(PERIOD)), Shape.of(count));
    }

    /** A parameter of normal numbers with standard deviation 1 / sqrt(fanIn). */
    Parameter weight(long fanIn, long... sizes) {
        try (var scope = MemoryScope.open()) {
            return Parameter.of(normal(sizes).mul(1 / Math.sqrt(fanIn)));
        }
    }

    /** A parameter of one value. */
    Parameter constant(double value, long... sizes) {
        try (var scope = MemoryScope.open()) {
            return Parameter.of(Tensors.full(dtype, value, sizes).to(device));
        }
    }

    private Tensor repeated(Supplier<Tensor> period, Shape shape) {
        return MemoryScope.tidy(() -> {
            long elements = shape.elements();
            long periods = Math.ceilDiv(elements, PERIOD);
            Tensor there = period.get().to(device);
            Tensor all =
                    periods == 1 ? there.copy() : there.expand(periods, PERIOD).reshape(periods * PERIOD);
            return all.narrow(0, 0, elements).reshape(shape);
        });
    }
}
