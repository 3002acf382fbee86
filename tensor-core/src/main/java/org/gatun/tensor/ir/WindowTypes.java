package org.gatun.tensor.ir;

import static org.gatun.tensor.ir.TypeRules.requireDType;
import static org.gatun.tensor.ir.TypeRules.requireShape;

import java.util.List;
import org.gatun.tensor.DType;
import org.gatun.tensor.shape.Shape;

/**
 * The type rules of convolutions and pooling, whose operands have rank 4 over (batch, channels, height, width), and of Fourier
 * transforms.
 */
final class WindowTypes {
    /** The longest Fourier transform: its convolution with a chirp, twice as long, still has an int for each number. */
    private static final long MOST_FREQUENCIES = 1 << 28;

    private WindowTypes() {}

    static TensorType conv2d(Op.Conv2d op, TensorType x, TensorType weight) {
        List<TensorType> inputs = List.of(x, weight);
        floating(op, inputs);
        return new TensorType(x.dtype(), convolved(op, op.spec(), x.shape(), weight.shape(), inputs));
    }

    static TensorType inputGrad(Op.Conv2dInputGrad op, TensorType g, TensorType weight) {
        List<TensorType> inputs = List.of(g, weight);
        floating(op, inputs);
        Shape forward = convolved(op, op.spec(), op.input(), weight.shape(), inputs);
        requireShape(
                g.shape().equals(forward), op, inputs, "the cotangent must have the convolution's shape " + forward);
        return new TensorType(g.dtype(), op.input());
    }

    static TensorType weightGrad(Op.Conv2dWeightGrad op, TensorType g, TensorType x) {
        List<TensorType> inputs = List.of(g, x);
        floating(op, inputs);
        Shape forward = convolved(op, op.spec(), x.shape(), op.weight(), inputs);
        requireShape(
                g.shape().equals(forward), op, inputs, "the cotangent must have the convolution's shape " + forward);
        return new TensorType(g.dtype(), op.weight());
    }

    static List<TensorType> maxPool2d(Op.MaxPool2d op, TensorType x) {
        requireDType(x.dtype() != DType.BOOL, op, List.of(x), "takes numbers, not BOOL: convert first");
        Shape shape = pooled(op, op.spec(), x.shape(), List.of(x));
        return List.of(new TensorType(x.dtype(), shape), new TensorType(DType.I64, shape));
    }

    static TensorType avgPool2d(Op.AvgPool2d op, TensorType x) {
        floating(op, List.of(x));
        undilated(op, op.spec(), List.of(x));
        return new TensorType(x.dtype(), pooled(op, op.spec(), x.shape(), List.of(x)));
    }

    static TensorType avgPool2dGrad(Op.AvgPool2dGrad op, TensorType g) {
        floating(op, List.of(g));
        undilated(op, op.spec(), List.of(g));
        Shape forward = pooled(op, op.spec(), op.input(), List.of(g));
        requireShape(g.shape().equals(forward), op, List.of(g), "the cotangent must have the pool's shape " + forward);
        return new TensorType(g.dtype(), op.input());
    }

    static TensorType fft(Op.Fft op, TensorType x) {
        requireDType(
                x.dtype() == DType.F32 || x.dtype() == DType.F64, op, List.of(x), "takes F32 or F64: convert first");
        Shape shape = x.shape();
        requireShape(
                shape.rank() >= 2 && shape.size(-1) == 2,
                op,
                List.of(x),
                "the last axis must have size 2, for the real and the imaginary part, and there must be another");
        requireShape(
                op.axis() >= 0 && op.axis() < shape.rank() - 1,
                op,
                List.of(x),
                "axis " + op.axis() + " must be one from 0 to " + (shape.rank() - 2)
                        + ": the last is that of the parts");
        requireShape(
                shape.size(op.axis()) <= MOST_FREQUENCIES,
                op,
                List.of(x),
                "no more than " + MOST_FREQUENCIES + " numbers are transformed at once: give fewer");
        return x;
    }

    private static Shape convolved(Op op, ConvSpec spec, Shape x, Shape weight, List<TensorType> inputs) {
        requireShape(
                x.rank() == 4 && weight.rank() == 4,
                op,
                inputs,
                "the image must be (batch, channels, height, width), the weight (out, channels / groups, height, width)");
        requireShape(
                x.size(1) == weight.size(1) * spec.groups() && weight.size(0) % spec.groups() == 0,
                op,
                inputs,
                "with " + spec.groups() + " groups the image's channels, " + x.size(1) + ", must be groups times the"
                        + " weight's, " + weight.size(1) + ", and the weight's outputs, " + weight.size(0)
                        + ", a multiple of the groups");
        long height = spec.outHeight(x.size(2), weight.size(2));
        long width = spec.outWidth(x.size(3), weight.size(3));
        requireShape(
                height >= 1 && width >= 1 && weight.size(2) >= 1 && weight.size(3) >= 1,
                op,
                inputs,
                "the (dilated) window must have a tap and fit into the padded image: pad more or use a smaller window");
        return Shape.of(x.size(0), weight.size(0), height, width);
    }

    private static Shape pooled(Op op, PoolSpec spec, Shape x, List<TensorType> inputs) {
        requireShape(x.rank() == 4, op, inputs, "the image must be (batch, channels, height, width)");
        long height = spec.outHeight(x.size(2));
        long width = spec.outWidth(x.size(3));
        requireShape(
                height >= 1 && width >= 1,
                op,
                inputs,
                "the (dilated) window must fit into the padded image: pad more or use a smaller window");
        return Shape.of(x.size(0), x.size(1), height, width);
    }

    private static void undilated(Op op, PoolSpec spec, List<TensorType> inputs) {
        requireShape(
                spec.dilationH() == 1 && spec.dilationW() == 1, op, inputs, "average pooling takes no dilation: use 1");
    }

    private static void floating(Op op, List<TensorType> inputs) {
        DType dtype = inputs.get(0).dtype();
        requireDType(
                dtype.isFloating() && inputs.stream().allMatch(t -> t.dtype() == dtype),
                op,
                inputs,
                "operands must have one floating dtype: convert them");
    }
}
