package org.gatun.autograd;

import java.util.Arrays;
import java.util.List;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.SliceSpec;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

/**
 * The derivatives of the irregular operations, both modes written out in public operations. Index results carry no derivative:
 * the only cotangent and the only tangent are those of the first result.
 */
final class IrregularRules {
    private IrregularRules() {}

    /** Whether the pullback reads operand {@code i}. */
    static boolean readsInput(Op.Irregular op, int i) {
        return switch (op) {
            case Op.Concat c -> false;
            case Op.Prod p -> true;
            case Op.Extremum e -> true;
            case Op.CumProd c -> true;
            case Op.Sort s -> false;
            case Op.TopK t -> false;
            case Op.Scatter s -> i == 1;
            case Op.MaxPool2d m -> false;
        };
    }

    /** Whether the pullback reads result {@code i}. */
    static boolean readsResult(Op.Irregular op, int i) {
        return switch (op) {
            case Op.Concat c -> false;
            case Op.Prod p -> false;
            case Op.Extremum e -> true;
            case Op.CumProd c -> true;
            case Op.Sort s -> i == 1;
            case Op.TopK t -> i == 1;
            case Op.Scatter s -> false;
            case Op.MaxPool2d m -> i == 1;
        };
    }

    /** The cotangents of the operands from that of the first result. */
    static @Nullable Tensor[] vjp(Op.Irregular op, Primal p, Tensor g) {
        return switch (op) {
            case Op.Concat concat -> split(concat.axis(), p.inputTypes(), g);
            case Op.Prod prod -> one(ProductRules.prodVjp(prod.axes(), p.input(0), g));
            case Op.Extremum e -> one(share(p.input(0), p.result(0), e.axes()).mul(g));
            case Op.CumProd cumProd -> one(ProductRules.cumProdVjp(cumProd.axis(), p.input(0), p.result(0), g));
            case Op.Sort sort -> one(scatter(sort.axis(), p, g));
            case Op.TopK topK -> one(scatter(topK.axis(), p, g));
            case Op.Scatter scatter ->
                new Tensor[] {
                    Dispatch.bind(scatter, g, p.input(1), zeros(p.type(2), g)), null, sourceOfScatter(scatter, p, g)
                };
            case Op.MaxPool2d pool -> {
                Shape x = p.type(0).shape();
                Shape plane = Shape.of(x.size(0), x.size(1), x.size(2) * x.size(3));
                Tensor index = p.result(1);
                yield one(Dispatch.bind(new Op.ScatterAdd(2, plane), flat(g), flat(index))
                        .reshape(x));
            }
        };
    }

    /** The tangent of the first result from those of the operands, null where there is none. */
    static Tensor jvp(Op.Irregular op, Primal p, @Nullable Tensor[] tangents) {
        return switch (op) {
            case Op.Concat concat -> {
                Tensor[] all = new Tensor[tangents.length];
                for (int i = 0; i < all.length; i++) {
                    all[i] = orZeros(tangents[i], p.input(i));
                }
                yield Dispatch.bind(concat, all);
            }
            case Op.Prod prod -> ProductRules.prodJvp(prod.axes(), p.input(0), only(tangents));
            case Op.Extremum e ->
                Dispatch.bind(
                        new Op.Sum(e.axes()),
                        share(p.input(0), p.result(0), e.axes()).mul(only(tangents)));
            case Op.CumProd cumProd -> ProductRules.cumProdJvp(cumProd.axis(), p.input(0), p.result(0), only(tangents));
            case Op.Sort sort -> Dispatch.bind(new Op.Gather(sort.axis()), only(tangents), p.result(1));
            case Op.TopK topK -> Dispatch.bind(new Op.Gather(topK.axis()), only(tangents), p.result(1));
            case Op.Scatter scatter ->
                Dispatch.bind(scatter, orZeros(tangents[0], p.input(0)), p.input(1), orZeros(tangents[2], p.input(2)));
            case Op.MaxPool2d pool -> {
                Tensor index = p.result(1);
                yield Dispatch.bind(new Op.Gather(2), flat(only(tangents)), flat(index))
                        .reshape(index.shape());
            }
        };
    }

    /** Which part of the gradient each element gets: an even share for all that equal the extremum, NaN with NaN, as torch.max has it. */
    private static Tensor share(Tensor x, Tensor extremum, Axes axes) {
        // Where an element is NaN, so is the extremum.
        Tensor ties = x.eq(extremum).or(x.isNan()).to(x.dtype());
        return ties.div(Dispatch.bind(new Op.Sum(axes), ties));
    }

    private static Tensor scatter(int axis, Primal p, Tensor g) {
        return Dispatch.bind(new Op.ScatterAdd(axis, p.type(0).shape()), g, p.result(1));
    }

    /** The cotangent of what is scattered: none where a later source took the same target. */
    private static Tensor sourceOfScatter(Op.Scatter op, Primal p, Tensor g) {
        Tensor index = p.input(1);
        var gather = new Op.Gather(op.axis());
        long[] aligned = new long[index.rank() - op.axis()];
        Arrays.fill(aligned, 1);
        aligned[0] = index.size(op.axis());
        Tensor place = Dispatch.source(new Op.Iota(aligned[0]), g.device())
                .reshape(aligned)
                .broadcastTo(index.shape());
        Tensor last =
                Dispatch.bind(op, zeros(new TensorType(DType.I64, p.type(0).shape()), g), index, place);
        Tensor picked = Dispatch.bind(gather, g, index);
        return Dispatch.bind(gather, last, index).eq(place).where(picked, picked.fullLike(0));
    }

    private static Tensor flat(Tensor windows) {
        return windows.flatten(2, 3);
    }

    private static Tensor[] split(int axis, List<TensorType> parts, Tensor g) {
        Tensor[] out = new Tensor[parts.size()];
        long from = 0;
        for (int i = 0; i < out.length; i++) {
            Shape size = parts.get(i).shape();
            long[] start = new long[size.rank()];
            long[] step = new long[size.rank()];
            Arrays.fill(step, 1);
            start[axis] = from;
            out[i] = Dispatch.bind(new Op.Slice(new SliceSpec(Shape.of(start), size, Shape.of(step))), g);
            from += size.size(axis);
        }
        return out;
    }

    private static Tensor zeros(TensorType type, Tensor like) {
        return ConcreteTensor.scalar(type.dtype(), 0.0, like.device()).broadcastTo(type.shape());
    }

    private static Tensor orZeros(@Nullable Tensor tangent, Tensor primal) {
        return tangent == null ? primal.fullLike(0) : tangent;
    }

    private static Tensor only(@Nullable Tensor[] tangents) {
        Tensor t = tangents[0];
        if (t == null) {
            throw new IllegalStateException("a push-forward was asked for without a tangent");
        }
        return t;
    }

    private static @Nullable Tensor[] one(Tensor g) {
        return new Tensor[] {g};
    }
}
