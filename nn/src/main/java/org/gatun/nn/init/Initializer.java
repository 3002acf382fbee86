package org.gatun.nn.init;

import org.gatun.autograd.Parameter;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;

/** How parameters start, as {@code torch.nn.init}. Fans are those of a weight of shape (out, in, window..). */
@FunctionalInterface
public interface Initializer {
    /** Fresh values. */
    Tensor values(DType dtype, Shape shape, Generator generator);

    /** A new parameter with values from this initializer. */
    default Parameter parameter(DType dtype, Shape shape, Generator generator) {
        try (var scope = MemoryScope.open("initial")) {
            return Parameter.of(values(dtype, shape, generator));
        }
    }

    /** Writes fresh values into a parameter. */
    default void fill(Parameter parameter, Generator generator) {
        try (var scope = MemoryScope.open("initial")) {
            parameter.assign(values(parameter.dtype(), parameter.shape(), generator));
        }
    }

    /** The same value everywhere. */
    static Initializer constant(double value) {
        return (dtype, shape, g) -> ConcreteTensor.scalar(dtype, value, Device.CPU)
                .broadcastTo(shape)
                .copy();
    }

    /** Uniform in [low, high). */
    static Initializer uniform(double low, double high) {
        if (!(low <= high)) {
            throw new IllegalArgumentException("uniform: low " + low + " must not be above high " + high);
        }
        return (dtype, shape, g) ->
                Tensors.rand(g, dtype, shape, Device.CPU).mul(high - low).add(low);
    }

    /** Normal with the given mean and standard deviation. */
    static Initializer normal(double mean, double deviation) {
        if (!(deviation >= 0)) {
            throw new IllegalArgumentException("normal: the standard deviation " + deviation + " must be 0 or more");
        }
        return (dtype, shape, g) ->
                Tensors.randn(g, dtype, shape, Device.CPU).mul(deviation).add(mean);
    }

    /** Uniform in {@code +-gain sqrt(6 / (fanIn + fanOut))} (Glorot and Bengio 2010). */
    static Initializer xavierUniform(double gain) {
        return (dtype, shape, g) -> {
            double a = gain * Math.sqrt(6.0 / (Fans.in(shape) + Fans.out(shape)));
            return uniform(-a, a).values(dtype, shape, g);
        };
    }

    /** Normal with standard deviation {@code gain sqrt(2 / (fanIn + fanOut))} (Glorot and Bengio 2010). */
    static Initializer xavierNormal(double gain) {
        return (dtype, shape, g) -> normal(0, gain * Math.sqrt(2.0 / (Fans.in(shape) + Fans.out(shape))))
                .values(dtype, shape, g);
    }

    /** Uniform in {@code +-sqrt(6 / fanIn)}: for ReLU networks (He et al. 2015). */
    static Initializer kaimingUniform() {
        return (dtype, shape, g) -> {
            double a = Math.sqrt(6.0 / Fans.in(shape));
            return uniform(-a, a).values(dtype, shape, g);
        };
    }

    /** Normal with standard deviation {@code sqrt(2 / fanIn)}: for ReLU networks (He et al. 2015). */
    static Initializer kaimingNormal() {
        return (dtype, shape, g) -> normal(0, Math.sqrt(2.0 / Fans.in(shape))).values(dtype, shape, g);
    }

    /** The number of inputs and outputs of one unit of a weight. */
    final class Fans {
        private Fans() {}

        /** {@code shape[1] * window}. */
        static double in(Shape shape) {
            return check(shape).size(1) * window(shape);
        }

        /** {@code shape[0] * window}. */
        static double out(Shape shape) {
            return check(shape).size(0) * window(shape);
        }

        private static Shape check(Shape shape) {
            if (shape.rank() < 2 || shape.isEmpty()) {
                throw new ShapeException("initializer: the fans of shape " + shape
                        + " are not defined: a weight has rank 2 or more and no empty axis; use uniform,"
                        + " normal or constant");
            }
            return shape;
        }

        private static double window(Shape shape) {
            double n = 1;
            for (int a = 2; a < shape.rank(); a++) {
                n *= shape.size(a);
            }
            return n;
        }
    }
}
