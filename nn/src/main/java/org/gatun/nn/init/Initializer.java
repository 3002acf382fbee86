package org.gatun.nn.init;

import org.gatun.autograd.Parameter;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
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
        if (!(low <= high) || !Double.isFinite(high - low)) {
            throw new IllegalArgumentException(
                    "uniform: low " + low + " and high " + high + " must be in order and a finite distance apart");
        }
        return (dtype, shape, g) -> {
            // The sum may be rounded up to the bound, which is excluded; it can't be rounded below the lower one.
            double last = Math.max(low, Bounds.below(dtype, high));
            return Tensors.rand(g, dtype, shape, Device.CPU)
                    .mul(high - low)
                    .add(low)
                    .minimum(last);
        };
    }

    /** Normal with the given mean and standard deviation. */
    static Initializer normal(double mean, double deviation) {
        if (!(deviation >= 0) || !Double.isFinite(deviation) || !Double.isFinite(mean)) {
            throw new IllegalArgumentException("normal: the mean " + mean + " and the standard deviation " + deviation
                    + " must be finite, and the deviation 0 or more");
        }
        return (dtype, shape, g) ->
                Tensors.randn(g, dtype, shape, Device.CPU).mul(deviation).add(mean);
    }

    /** Uniform in {@code +-gain sqrt(6 / (fanIn + fanOut))} (Glorot and Bengio 2010). */
    static Initializer xavierUniform(double gain) {
        Gain.check("xavierUniform", gain);
        return (dtype, shape, g) -> {
            double a = gain * Math.sqrt(6 / (Fan.IN.of(shape) + Fan.OUT.of(shape)));
            return uniform(-a, a).values(dtype, shape, g);
        };
    }

    /** Normal with standard deviation {@code gain sqrt(2 / (fanIn + fanOut))} (Glorot and Bengio 2010). */
    static Initializer xavierNormal(double gain) {
        Gain.check("xavierNormal", gain);
        return (dtype, shape, g) -> normal(0, gain * Math.sqrt(2 / (Fan.IN.of(shape) + Fan.OUT.of(shape))))
                .values(dtype, shape, g);
    }

    /** Uniform in {@code +-sqrt(6 / fanIn)}: for ReLU networks (He et al. 2015). */
    static Initializer kaimingUniform() {
        return kaimingUniform(Fan.IN, Gain.RELU);
    }

    /**
     * Uniform in {@code +-gain sqrt(3 / fan)} (He et al. 2015).
     *
     * @param gain that of the nonlinearity behind the weight, see {@link Gain}
     */
    static Initializer kaimingUniform(Fan fan, double gain) {
        Gain.check("kaimingUniform", gain);
        return (dtype, shape, g) -> {
            double a = gain * Math.sqrt(3 / fan.of(shape));
            return uniform(-a, a).values(dtype, shape, g);
        };
    }

    /** Normal with standard deviation {@code sqrt(2 / fanIn)}: for ReLU networks (He et al. 2015). */
    static Initializer kaimingNormal() {
        return kaimingNormal(Fan.IN, Gain.RELU);
    }

    /**
     * Normal with standard deviation {@code gain / sqrt(fan)} (He et al. 2015).
     *
     * @param gain that of the nonlinearity behind the weight, see {@link Gain}
     */
    static Initializer kaimingNormal(Fan fan, double gain) {
        Gain.check("kaimingNormal", gain);
        return (dtype, shape, g) -> normal(0, gain / Math.sqrt(fan.of(shape))).values(dtype, shape, g);
    }
}
