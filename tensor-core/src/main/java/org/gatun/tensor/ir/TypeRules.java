package org.gatun.tensor.ir;

import java.util.List;
import org.gatun.tensor.DType;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.TypeTrace;

/**
 * The verifier of the IR: which operands an operation takes, and the dtypes and shapes of its results. Everything here is known
 * without values, so that results can be allocated, programs checked and graphs typed before anything runs. Index values are
 * checked where they are read.
 */
public final class TypeRules {
    private TypeRules() {}

    /**
     * The types of the results of {@code op} on operands of the given types.
     *
     * @throws IllegalArgumentException when the number of operands is wrong
     * @throws ShapeException when shapes, axes or sizes do not fit the operation
     * @throws DTypeException when dtypes do not fit the operation
     */
    public static List<TensorType> infer(Op op, List<TensorType> inputs) {
        if (op.arity() >= 0 && inputs.size() != op.arity()) {
            throw new IllegalArgumentException(
                    op + ": takes " + op.arity() + " operands, not " + inputs.size() + " " + inputs);
        }
        return switch (op) {
            case Op.Scalar scalar -> List.of(scalar(scalar, inputs));
            case Op.Fused fused -> fused(fused, inputs);
            case Op.Reshape reshape -> List.of(reshape(reshape, inputs.get(0)));
            case Op.Permute permute -> List.of(permute(permute, inputs.get(0)));
            case Op.Broadcast broadcast -> List.of(broadcast(broadcast, inputs.get(0)));
            case Op.Slice slice -> List.of(slice(slice, inputs.get(0)));
            case Op.Flip flip -> List.of(flip(flip, inputs.get(0)));
            case Op.Windows windows -> List.of(windows(windows, inputs.get(0)));
            case Op.Pad pad -> List.of(pad(pad, inputs.get(0)));
            case Op.Copy copy -> List.of(inputs.get(0));
            case Op.Transfer transfer -> List.of(inputs.get(0));
            case Op.Concat concat -> List.of(concat(concat, inputs));
            case Op.Sum sum -> List.of(accumulated(op, sum.axes(), inputs.get(0)));
            case Op.Prod prod -> List.of(accumulated(op, prod.axes(), inputs.get(0)));
            case Op.Extremum extremum -> List.of(extremum(extremum, inputs.get(0)));
            case Op.ArgExtremum arg -> List.of(argExtremum(arg, inputs.get(0)));
            case Op.BoolReduce reduce -> List.of(boolReduce(reduce, inputs.get(0)));
            case Op.CumSum cumSum -> List.of(running(op, cumSum.axis(), inputs.get(0)));
            case Op.CumProd cumProd -> List.of(running(op, cumProd.axis(), inputs.get(0)));
            case Op.Sort sort -> sort(sort, inputs.get(0));
            case Op.TopK topK -> topK(topK, inputs.get(0));
            case Op.Gather gather -> List.of(gather(gather, inputs.get(0), inputs.get(1)));
            case Op.ScatterAdd scatter -> List.of(scatterAdd(scatter, inputs.get(0), inputs.get(1)));
            case Op.Scatter scatter -> List.of(scatter(scatter, inputs.get(0), inputs.get(1), inputs.get(2)));
            case Op.IndexSelect select -> List.of(indexSelect(select, inputs.get(0), inputs.get(1)));
            case Op.IndexAdd add -> List.of(indexAdd(add, inputs.get(0), inputs.get(1)));
            case Op.MatMul matMul -> List.of(matMul(matMul, inputs.get(0), inputs.get(1)));
            case Op.Conv2d conv -> List.of(WindowTypes.conv2d(conv, inputs.get(0), inputs.get(1)));
            case Op.Conv2dInputGrad conv -> List.of(WindowTypes.inputGrad(conv, inputs.get(0), inputs.get(1)));
            case Op.Conv2dWeightGrad conv -> List.of(WindowTypes.weightGrad(conv, inputs.get(0), inputs.get(1)));
            case Op.MaxPool2d pool -> WindowTypes.maxPool2d(pool, inputs.get(0));
            case Op.AvgPool2d pool -> List.of(WindowTypes.avgPool2d(pool, inputs.get(0)));
            case Op.AvgPool2dGrad pool -> List.of(WindowTypes.avgPool2dGrad(pool, inputs.get(0)));
            case Op.Fft fft -> List.of(WindowTypes.fft(fft, inputs.get(0)));
            case Op.LinearAlgebra algebra -> LinearAlgebraTypes.infer(algebra, inputs);
            case Op.Iota iota -> List.of(iota(iota));
            case Op.Random random -> List.of(random(random));
            case Op.Call call -> TypeTrace.infer(call.composite(), inputs);
        };
    }

    // ---- elementwise ----

    private static TensorType scalar(Op.Scalar op, List<TensorType> inputs) {
        DType[] dtypes = new DType[inputs.size()];
        for (int i = 0; i < dtypes.length; i++) {
            dtypes[i] = inputs.get(i).dtype();
        }
        return new TensorType(ScalarTypes.result(op, dtypes), equalShapes(op, inputs));
    }

    private static List<TensorType> fused(Op.Fused op, List<TensorType> inputs) {
        Expr expr = op.expr();
        requireShape(!inputs.isEmpty(), op, inputs, "a region needs at least one operand, which gives the shape");
        Shape shape = equalShapes(op, inputs);
        for (int i = 0; i < inputs.size(); i++) {
            requireDType(
                    inputs.get(i).dtype() == expr.inputs().get(i),
                    op,
                    inputs,
                    "the region was traced for " + expr.inputs()
                            + ": trace it for these dtypes or convert the operands");
        }
        return expr.outputs().stream()
                .map(o -> new TensorType(expr.dtype(o), shape))
                .toList();
    }

    private static Shape equalShapes(Op op, List<TensorType> inputs) {
        Shape shape = inputs.get(0).shape();
        for (TensorType input : inputs) {
            requireShape(
                    input.shape().equals(shape),
                    op,
                    inputs,
                    "operands must have one shape: broadcast them to it first");
        }
        return shape;
    }

    // ---- shape ----

    private static TensorType reshape(Op.Reshape op, TensorType x) {
        requireShape(
                x.shape().elements() == op.shape().elements(),
                op,
                List.of(x),
                "the element counts " + x.shape().elements() + " and "
                        + op.shape().elements() + " must be equal");
        return new TensorType(x.dtype(), op.shape());
    }

    private static TensorType permute(Op.Permute op, TensorType x) {
        // Distinct axes, as many as there are, each of which exists: a permutation.
        requireShape(op.order().count() == x.shape().rank(), op, List.of(x), "name every axis once");
        axes(op, op.order(), x);
        return new TensorType(x.dtype(), x.shape().permuted(op.order()));
    }

    private static TensorType broadcast(Op.Broadcast op, TensorType x) {
        requireShape(
                Broadcasting.fits(x.shape(), op.shape()),
                op,
                List.of(x),
                "aligned at the last axis, each size must be 1 or equal the new one");
        return new TensorType(x.dtype(), op.shape());
    }

    private static TensorType slice(Op.Slice op, TensorType x) {
        SliceSpec spec = op.spec();
        int rank = x.shape().rank();
        requireShape(
                spec.start().rank() == rank
                        && spec.size().rank() == rank
                        && spec.step().rank() == rank,
                op,
                List.of(x),
                "give a start, a size and a step for each axis");
        for (int a = 0; a < rank; a++) {
            long n = x.shape().size(a);
            long start = spec.start().size(a);
            long size = spec.size().size(a);
            long step = spec.step().size(a);
            boolean inside = size == 0 ? start <= n : start < n && step >= 1 && size - 1 <= (n - 1 - start) / step;
            requireShape(
                    inside && step >= 1,
                    op,
                    List.of(x),
                    "axis " + a + " takes " + size + " elements from " + start + " in steps of " + step
                            + ": steps must be 1 or more and all elements lie inside the size " + n);
        }
        return new TensorType(x.dtype(), spec.size());
    }

    private static TensorType flip(Op.Flip op, TensorType x) {
        axes(op, op.axes(), x);
        return x;
    }

    private static TensorType windows(Op.Windows op, TensorType x) {
        int axis = axis(op, op.axis(), x);
        long n = x.shape().size(axis);
        requireShape(
                op.size() >= 0 && op.size() <= n && op.step() >= 1,
                op,
                List.of(x),
                "windows take 0 to " + n + " elements of axis " + axis + " and begin 1 or more apart");
        return new TensorType(x.dtype(), x.shape().windowed(axis, op.size(), op.step()));
    }

    private static TensorType pad(Op.Pad op, TensorType x) {
        PadSpec spec = op.spec();
        int rank = x.shape().rank();
        requireShape(
                spec.low().rank() == rank
                        && spec.high().rank() == rank
                        && spec.interior().rank() == rank,
                op,
                List.of(x),
                "give a padding before, after and between for each axis");
        return new TensorType(x.dtype(), spec.padded(x.shape()));
    }

    private static TensorType concat(Op.Concat op, List<TensorType> inputs) {
        requireShape(!inputs.isEmpty(), op, inputs, "give at least one operand");
        TensorType first = inputs.get(0);
        axis(op, op.axis(), first);
        for (TensorType input : inputs) {
            requireDType(input.dtype() == first.dtype(), op, inputs, "convert the operands to one dtype");
            requireShape(
                    input.shape().rank() == first.shape().rank()
                            && input.shape()
                                    .withSize(op.axis(), first.shape().size(op.axis()))
                                    .equals(first.shape()),
                    op,
                    inputs,
                    "all sizes but those of axis " + op.axis() + " must be equal");
        }
        List<Shape> shapes = inputs.stream().map(TensorType::shape).toList();
        return new TensorType(first.dtype(), Shape.joined(op.axis(), shapes));
    }

    // ---- reductions and along one axis ----

    private static TensorType accumulated(Op op, Axes axes, TensorType x) {
        accumulates(op, x);
        return new TensorType(x.dtype(), x.shape().reduced(axes(op, axes, x)));
    }

    private static TensorType running(Op op, int axis, TensorType x) {
        accumulates(op, x);
        axis(op, axis, x);
        return x;
    }

    private static void accumulates(Op op, TensorType x) {
        requireDType(
                x.dtype().isFloating() || x.dtype() == DType.I64,
                op,
                List.of(x),
                "takes a floating dtype or I64, so that integers do not overflow early: convert to I64");
    }

    private static TensorType extremum(Op.Extremum op, TensorType x) {
        Axes axes = axes(op, op.axes(), x);
        for (int i = 0; i < axes.count(); i++) {
            nonEmpty(op, axes.get(i), x);
        }
        return new TensorType(x.dtype(), x.shape().reduced(axes));
    }

    private static TensorType argExtremum(Op.ArgExtremum op, TensorType x) {
        int axis = axis(op, op.axis(), x);
        nonEmpty(op, axis, x);
        return new TensorType(DType.I64, x.shape().withSize(axis, 1));
    }

    private static TensorType boolReduce(Op.BoolReduce op, TensorType x) {
        requireDType(x.dtype() == DType.BOOL, op, List.of(x), "takes BOOL: compare or convert first");
        return new TensorType(DType.BOOL, x.shape().reduced(axes(op, op.axes(), x)));
    }

    private static List<TensorType> sort(Op.Sort op, TensorType x) {
        axis(op, op.axis(), x);
        return List.of(x, new TensorType(DType.I64, x.shape()));
    }

    private static List<TensorType> topK(Op.TopK op, TensorType x) {
        int axis = axis(op, op.axis(), x);
        requireShape(
                op.k() >= 0 && op.k() <= x.shape().size(axis),
                op,
                List.of(x),
                "k = " + op.k() + " must be from 0 to the size " + x.shape().size(axis) + " of axis " + axis);
        Shape shape = x.shape().withSize(axis, op.k());
        return List.of(new TensorType(x.dtype(), shape), new TensorType(DType.I64, shape));
    }

    // ---- indexing ----

    private static TensorType gather(Op.Gather op, TensorType x, TensorType index) {
        int axis = axis(op, op.axis(), x);
        index(op, index, List.of(x, index));
        inside(op, axis, index.shape(), x.shape(), List.of(x, index));
        return new TensorType(x.dtype(), index.shape());
    }

    private static TensorType scatterAdd(Op.ScatterAdd op, TensorType src, TensorType index) {
        List<TensorType> inputs = List.of(src, index);
        int axis = axis(op, op.axis(), src);
        index(op, index, inputs);
        accumulates(op, src);
        requireShape(src.shape().equals(index.shape()), op, inputs, "source and index must have one shape");
        inside(op, axis, index.shape(), op.shape(), inputs);
        return new TensorType(src.dtype(), op.shape());
    }

    private static TensorType scatter(Op.Scatter op, TensorType base, TensorType index, TensorType src) {
        List<TensorType> inputs = List.of(base, index, src);
        int axis = axis(op, op.axis(), base);
        index(op, index, inputs);
        requireDType(base.dtype() == src.dtype(), op, inputs, "convert base and source to one dtype");
        requireShape(src.shape().equals(index.shape()), op, inputs, "source and index must have one shape");
        inside(op, axis, index.shape(), base.shape(), inputs);
        return base;
    }

    private static TensorType indexSelect(Op.IndexSelect op, TensorType x, TensorType index) {
        int axis = axis(op, op.axis(), x);
        index(op, index, List.of(x, index));
        requireShape(index.shape().rank() == 1, op, List.of(x, index), "the index must have rank 1");
        return new TensorType(x.dtype(), x.shape().withSize(axis, index.shape().elements()));
    }

    private static TensorType indexAdd(Op.IndexAdd op, TensorType src, TensorType index) {
        List<TensorType> inputs = List.of(src, index);
        int axis = axis(op, op.axis(), src);
        index(op, index, inputs);
        accumulates(op, src);
        requireShape(
                index.shape().rank() == 1
                        && index.shape().elements() == src.shape().size(axis),
                op,
                inputs,
                "the index must have rank 1 and one element for each slice of the source along axis " + axis);
        return new TensorType(src.dtype(), src.shape().withSize(axis, op.size()));
    }

    private static void index(Op op, TensorType index, List<TensorType> inputs) {
        requireDType(index.dtype() == DType.I64, op, inputs, "the index must be I64: convert it");
    }

    /** Checks that {@code index} has the rank of {@code values} and is no larger along any axis but {@code axis}. */
    private static void inside(Op op, int axis, Shape index, Shape values, List<TensorType> inputs) {
        boolean fits = index.rank() == values.rank();
        for (int a = 0; fits && a < index.rank(); a++) {
            fits = a == axis || index.size(a) <= values.size(a);
        }
        requireShape(
                fits,
                op,
                inputs,
                "the index must have the rank of " + values + " and be no larger along axes other than " + axis);
    }

    // ---- products ----

    private static TensorType matMul(Op.MatMul op, TensorType a, TensorType b) {
        List<TensorType> inputs = List.of(a, b);
        requireDType(
                a.dtype() == b.dtype() && a.dtype() != DType.BOOL,
                op,
                inputs,
                "operands must have one dtype, not BOOL");
        int rank = a.shape().rank();
        requireShape(rank >= 2 && b.shape().rank() == rank, op, inputs, "operands must have one rank, 2 or more");
        requireShape(
                a.shape().size(-1) == b.shape().size(-2),
                op,
                inputs,
                "the last size of the left must equal the last but one of the right; transpose one of them?");
        Shape result = a.shape().withSize(-1, b.shape().size(-1));
        requireShape(
                b.shape().withSize(-2, result.size(-2)).equals(result),
                op,
                inputs,
                "the leading sizes must be equal: broadcast them first");
        return new TensorType(a.dtype(), result);
    }

    // ---- sources ----

    private static TensorType iota(Op.Iota op) {
        requireShape(op.count() >= 0, op, List.of(), "the count must be 0 or more");
        return new TensorType(DType.I64, Shape.of(op.count()));
    }

    private static TensorType random(Op.Random op) {
        boolean drawn = switch (op.distribution()) {
            case UNIFORM, NORMAL -> op.dtype().isFloating();
            case BITS -> !op.dtype().isFloating();
        };
        requireDType(drawn, op, List.of(), "uniform and normal numbers are floating, bits are integers or BOOL");
        return new TensorType(op.dtype(), op.shape());
    }

    // ---- checks ----

    private static Axes axes(Op op, Axes axes, TensorType x) {
        for (int i = 0; i < axes.count(); i++) {
            axis(op, axes.get(i), x);
        }
        return axes;
    }

    private static int axis(Op op, int axis, TensorType x) {
        int rank = x.shape().rank();
        requireShape(
                axis >= 0 && axis < rank,
                op,
                List.of(x),
                "axis " + axis + " does not exist in rank " + rank
                        + (rank == 0
                                ? ": reshape the scalar to one element first"
                                : ": give one from 0 to " + (rank - 1)));
        return axis;
    }

    private static void nonEmpty(Op op, int axis, TensorType x) {
        requireShape(
                x.shape().size(axis) > 0,
                op,
                List.of(x),
                "axis " + axis + " has no elements to choose from: an empty maximum or minimum is not defined");
    }

    static void requireShape(boolean holds, Op op, List<TensorType> inputs, String remedy) {
        if (!holds) {
            throw new ShapeException(message(op, inputs, remedy));
        }
    }

    static void requireDType(boolean holds, Op op, List<TensorType> inputs, String remedy) {
        if (!holds) {
            throw new DTypeException(message(op, inputs, remedy));
        }
    }

    private static String message(Op op, List<TensorType> inputs, String remedy) {
        return op + " on " + inputs + ": " + remedy;
    }
}
