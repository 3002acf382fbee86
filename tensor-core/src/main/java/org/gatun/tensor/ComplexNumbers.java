package org.gatun.tensor;

import org.gatun.tensor.ir.UnaryFn;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;

/** Complex numbers as a last axis of two. */
final class ComplexNumbers {
    private ComplexNumbers() {}

    static Tensor complex(Tensor real, Tensor imag) {
        Shape shape = Broadcasting.common("complex", real.shape(), imag.shape());
        return Joining.stack(-1, real.broadcastTo(shape), imag.broadcastTo(shape));
    }

    /** Checks that a tensor holds complex numbers. */
    static void require(String name, Tensor z) {
        if (z.rank() == 0 || z.size(-1) != 2) {
            throw new ShapeException(name + ": takes complex numbers, with a last axis of size 2 for the real and the"
                    + " imaginary part, not a tensor of shape " + z.shape()
                    + ": make them of real numbers by Fft.complex(x, x.fullLike(0))");
        }
    }

    static Tensor part(String name, Tensor z, int part) {
        require(name, z);
        return z.select(-1, part);
    }

    static Tensor conj(String name, Tensor z) {
        require(name, z);
        Arithmetic.requireArithmetic(name, UnaryFn.NEG, z);
        return complex(part(name, z, 0), part(name, z, 1).neg());
    }

    static Tensor mul(Tensor a, Tensor b) {
        Tensor ar = part("mul", a, 0);
        Tensor ai = part("mul", a, 1);
        Tensor br = part("mul", b, 0);
        Tensor bi = part("mul", b, 1);
        return complex(ar.mul(br).sub(ai.mul(bi)), ar.mul(bi).add(ai.mul(br)));
    }
}
