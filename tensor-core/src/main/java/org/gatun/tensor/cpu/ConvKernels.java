package org.gatun.tensor.cpu;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.ir.ConvSpec;
import org.gatun.tensor.shape.Shape;

/** {@code Op.Conv2d} and its two transposes on tensors; operands with other layouts than row by row are copied first. */
final class ConvKernels {

    private ConvKernels() {}

    /** The convolution of x (n, c, h, w) with the weight (out, c / groups, kh, kw). */
    static ConcreteTensor conv2d(ConvSpec spec, ConcreteTensor x, ConcreteTensor weight) {
        ConvGeometry geometry = ConvGeometry.of(spec, x.shape(), weight.shape());
        Shape shape = Shape.of(x.shape().size(0), weight.shape().size(0), geometry.outHeight(), geometry.outWidth());
        ConcreteTensor y = ConcreteTensor.allocate(x.dtype(), shape, x.device());
        return Results.filled(y, () -> {
            try (Scratch scratch = Scratch.open()) {
                new Convolution(x.dtype(), geometry)
                        .forward(Rows.of(x, scratch), Rows.of(weight, scratch), y.address());
            }
        });
    }

    /** The transpose of {@link #conv2d} in x, of shape {@code input}, applied to the cotangent g (n, out, oh, ow). */
    static ConcreteTensor inputGrad(ConvSpec spec, Shape input, ConcreteTensor g, ConcreteTensor weight) {
        ConcreteTensor dx = ConcreteTensor.allocate(g.dtype(), input, g.device());
        return Results.filled(dx, () -> {
            try (Scratch scratch = Scratch.open()) {
                new Convolution(g.dtype(), ConvGeometry.of(spec, input, weight.shape()))
                        .inputGradient(Rows.of(g, scratch), Rows.of(weight, scratch), dx.address());
            }
        });
    }

    /** The transpose of {@link #conv2d} in the weight, of shape {@code weight}, applied to the cotangent g (n, out, oh, ow). */
    static ConcreteTensor weightGrad(ConvSpec spec, Shape weight, ConcreteTensor g, ConcreteTensor x) {
        ConcreteTensor dw = ConcreteTensor.allocate(g.dtype(), weight, g.device());
        return Results.filled(dw, () -> {
            try (Scratch scratch = Scratch.open()) {
                new Convolution(g.dtype(), ConvGeometry.of(spec, x.shape(), weight))
                        .weightGradient(Rows.of(g, scratch), Rows.of(x, scratch), dw.address());
            }
        });
    }
}
