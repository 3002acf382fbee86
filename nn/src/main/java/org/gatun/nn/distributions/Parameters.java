package org.gatun.nn.distributions;

import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;

/** The parameters of distributions. */
final class Parameters {
    private Parameters() {}

    /** Parameters of one floating dtype and one shape. */
    static Tensor[] broadcast(String owner, Tensor... parameters) {
        Tensor[] out = floating(parameters);
        Shape shape = out[0].shape();
        for (Tensor p : out) {
            shape = Broadcasting.common(owner, shape, p.shape());
        }
        for (int i = 0; i < out.length; i++) {
            out[i] = out[i].broadcastTo(shape);
        }
        return out;
    }

    /** Refuses whole numbers that a dtype would round. */
    static void requireExact(String owner, String parameter, Tensor x, DType dtype) {
        new Constraint(
                        "a number that " + dtype + " does not round; give the probabilities in a wider dtype",
                        t -> t.to(dtype).to(DType.F64).eq(t.to(DType.F64)))
                .require(owner, parameter, x);
    }

    /** Parameters of one floating dtype; single numbers on the host go along with others on a GPU. */
    static Tensor[] floating(Tensor... parameters) {
        DType dtype = parameters[0].dtype();
        Device device = Device.CPU;
        for (Tensor p : parameters) {
            dtype = DType.promote(dtype, p.dtype());
            device = p.device().equals(Device.CPU) ? device : p.device();
        }
        if (!dtype.isFloating()) {
            dtype = DType.F32;
        }
        Tensor[] out = new Tensor[parameters.length];
        for (int i = 0; i < out.length; i++) {
            Tensor p = parameters[i];
            out[i] = (p.rank() == 0 ? p.to(device) : p).to(dtype);
        }
        return out;
    }
}
