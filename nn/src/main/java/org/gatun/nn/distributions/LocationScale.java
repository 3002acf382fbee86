package org.gatun.nn.distributions;

import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.shape.Shape;

/** A distribution of {@code location + scale * Z}, with Z of a fixed distribution. */
abstract class LocationScale extends Distribution {
    private final Tensor loc;
    private final Tensor scale;

    LocationScale(String name, Tensor... parameters) {
        Tensor[] p = Parameters.broadcast(name, parameters);
        super(p[0].shape(), Shape.SCALAR);
        Constraint.FINITE.require(name, "location", p[0]);
        Constraint.POSITIVE.require(name, "scale", p[1]);
        loc = p[0];
        scale = p[1];
    }

    static Tensor number(double value) {
        return Tensors.scalar((float) value);
    }

    /** The location, of the batch's shape. */
    public final Tensor loc() {
        return loc;
    }

    /** The scale, of the batch's shape, positive. */
    public final Tensor scale() {
        return scale;
    }

    @Override
    public Constraint support() {
        return Constraint.REAL;
    }

    @Override
    public boolean hasRsample() {
        return true;
    }

    /** {@code (value - location) / scale}. */
    final Tensor standard(String method, Tensor value) {
        return supported(method, value).sub(loc).div(scale);
    }

    /** {@code location + scale * z}. */
    final Tensor placed(Tensor z) {
        return z.mul(scale).add(loc);
    }
}
