package org.gatun.autograd;

import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.PadSpec;
import org.gatun.tensor.ir.SliceSpec;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

/**
 * The transposes of the multilinear operations: from the cotangent {@code g} of the result to that of operand {@code i}, the
 * other operands fixed. The forward mode needs no rules: it applies the operation itself to the tangent.
 */
final class Transposes {
    private Transposes() {}

    /** Whether the transpose with respect to some operand reads operand {@code i}: another factor, or an index. */
    static boolean reads(Op.Multilinear op, int i, boolean[] wanted) {
        return switch (op) {
            case Op.Cast c -> false;
            case Op.Reshape r -> false;
            case Op.Permute p -> false;
            case Op.Broadcast b -> false;
            case Op.Slice s -> false;
            case Op.Flip f -> false;
            case Op.Windows w -> false;
            case Op.Pad p -> false;
            case Op.Copy c -> false;
            case Op.Transfer t -> false;
            case Op.Sum s -> false;
            case Op.CumSum c -> false;
            case Op.AvgPool2d a -> false;
            case Op.AvgPool2dGrad a -> false;
            case Op.Fft f -> false;
            case Op.Gather g -> i == 1;
            case Op.ScatterAdd s -> i == 1;
            case Op.IndexSelect s -> i == 1;
            case Op.IndexAdd a -> i == 1;
            case Op.MatMul m -> wanted[1 - i];
            case Op.Conv2d c -> wanted[1 - i];
            case Op.Conv2dInputGrad c -> wanted[1 - i];
            case Op.Conv2dWeightGrad c -> wanted[1 - i];
        };
    }

    /** The cotangent of operand {@code i}; null where no derivative passes. */
    static @Nullable Tensor apply(Op.Multilinear op, int i, Primal p, Tensor g) {
        return switch (op) {
            case Op.Cast cast -> cast.to().isFloating() ? g.to(p.type(0).dtype()) : null;
            case Op.Reshape reshape -> g.reshape(p.type(0).shape());
            case Op.Permute permute ->
                Dispatch.bind(new Op.Permute(permute.order().inverse()), g);
            case Op.Broadcast broadcast -> sumTo(g, p.type(0).shape());
            case Op.Slice slice -> unslice(slice.spec(), p.type(0).shape(), g);
            case Op.Flip flip -> Dispatch.bind(flip, g);
            case Op.Windows windows -> overlapped(windows, p.type(0).shape(), g);
            case Op.Pad pad -> unpad(pad.spec(), p.type(0).shape(), g);
            case Op.Copy copy -> g;
            case Op.Transfer transfer -> Dispatch.bind(new Op.Transfer(transfer.to(), transfer.from()), g);
            case Op.Sum sum -> g.broadcastTo(p.type(0).shape());
            case Op.CumSum cumSum -> Dispatch.bind(new Op.CumSum(cumSum.axis(), !cumSum.reverse()), g);
            case Op.Gather gather ->
                Dispatch.bind(new Op.ScatterAdd(gather.axis(), p.type(0).shape()), g, p.input(1));
            case Op.ScatterAdd scatter -> Dispatch.bind(new Op.Gather(scatter.axis()), g, p.input(1));
            case Op.IndexSelect select ->
                Dispatch.bind(new Op.IndexAdd(select.axis(), p.type(0).shape().size(select.axis())), g, p.input(1));
            case Op.IndexAdd add -> Dispatch.bind(new Op.IndexSelect(add.axis()), g, p.input(1));
            case Op.MatMul matmul ->
                i == 0
                        ? Dispatch.bind(matmul, g, p.input(1).transpose(-2, -1))
                        : Dispatch.bind(matmul, p.input(0).transpose(-2, -1), g);
            case Op.Conv2d conv ->
                i == 0
                        ? Dispatch.bind(
                                new Op.Conv2dInputGrad(conv.spec(), p.type(0).shape()), g, p.input(1))
                        : Dispatch.bind(
                                new Op.Conv2dWeightGrad(conv.spec(), p.type(1).shape()), g, p.input(0));
            // <g, InputGrad(y, w)> = <Conv(g, w), y>: bilinear in y and w.
            case Op.Conv2dInputGrad conv ->
                i == 0
                        ? Dispatch.bind(new Op.Conv2d(conv.spec()), g, p.input(1))
                        : Dispatch.bind(
                                new Op.Conv2dWeightGrad(conv.spec(), p.type(1).shape()), p.input(0), g);
            // <g, WeightGrad(y, x)> = <Conv(x, g), y>: bilinear in y and x.
            case Op.Conv2dWeightGrad conv ->
                i == 0
                        ? Dispatch.bind(new Op.Conv2d(conv.spec()), p.input(1), g)
                        : Dispatch.bind(
                                new Op.Conv2dInputGrad(conv.spec(), p.type(1).shape()), p.input(0), g);
            case Op.AvgPool2d pool ->
                Dispatch.bind(new Op.AvgPool2dGrad(pool.spec(), p.type(0).shape()), g);
            case Op.AvgPool2dGrad pool -> Dispatch.bind(new Op.AvgPool2d(pool.spec()), g);
            // The matrix of e^(-2 pi i j k / n) is symmetric; as a map of real and imaginary parts its transpose is the
            // conjugate.
            case Op.Fft fft -> Dispatch.bind(new Op.Fft(fft.axis(), !fft.inverse()), g);
        };
    }

    /** The sum over the axes along which {@code shape} was repeated: the transpose of a broadcast. */
    static Tensor sumTo(Tensor g, Shape shape) {
        Axes repeated = Broadcasting.repeatedAxes(shape, g.shape());
        Tensor sum = repeated.count() == 0 ? g : Dispatch.bind(new Op.Sum(repeated), g);
        return sum.shape().equals(shape) ? sum : sum.reshape(shape);
    }

    /** Puts the elements of a slice back to their places among zeros. */
    private static Tensor unslice(SliceSpec spec, Shape whole, Tensor g) {
        int rank = whole.rank();
        long[] low = new long[rank];
        long[] high = new long[rank];
        long[] interior = new long[rank];
        for (int a = 0; a < rank; a++) {
            long n = spec.size().size(a);
            interior[a] = spec.step().size(a) - 1;
            low[a] = n == 0 ? whole.size(a) : spec.start().size(a);
            high[a] = n == 0
                    ? 0
                    : whole.size(a)
                            - spec.start().size(a)
                            - (n - 1) * spec.step().size(a)
                            - 1;
        }
        return Dispatch.bind(new Op.Pad(new PadSpec(Shape.of(low), Shape.of(high), Shape.of(interior))), g);
    }

    /** Adds up the elements of windows at the places they were taken from. */
    private static Tensor overlapped(Op.Windows op, Shape whole, Tensor g) {
        int axis = op.axis();
        Tensor rows = g.moveAxis(-1, axis + 1);
        long count = rows.size(axis);
        long n = whole.size(axis);
        if (op.step() >= op.size()) {
            // Apart from each other: zeros behind each, then behind the last, or fewer there.
            long[] none = new long[rows.rank()];
            long[] after = none.clone();
            after[axis + 1] = Math.min(op.step(), n) - op.size();
            long[] end = new long[whole.rank()];
            end[axis] = n - count * Math.min(op.step(), n);
            return rows.pad(none, after).flatten(axis, axis + 1).pad(new long[whole.rank()], end);
        }
        Tensor places = Tensors.arange(count).mul(op.step()).unsqueeze(1).add(Tensors.arange(op.size()));
        return Dispatch.bind(
                new Op.IndexAdd(axis, n),
                rows.flatten(axis, axis + 1),
                places.flatten().to(g.device()));
    }

    /** Takes the elements out of the zeros that a pad put around and between them. */
    private static Tensor unpad(PadSpec spec, Shape inner, Tensor g) {
        long[] step = new long[inner.rank()];
        for (int a = 0; a < step.length; a++) {
            step[a] = spec.interior().size(a) + 1;
        }
        return Dispatch.bind(new Op.Slice(new SliceSpec(spec.low(), inner, Shape.of(step))), g);
    }
}
