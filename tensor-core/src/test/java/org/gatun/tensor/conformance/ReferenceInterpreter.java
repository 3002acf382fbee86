package org.gatun.tensor.conformance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.Expr;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.ScalarTypes;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Shape;

/**
 * The whole IR in plain Java, one element at a time, straight from the definitions: what backends are compared with. F32 is
 * computed in double and rounded once for each operation. It shares no code with any kernel.
 */
public final class ReferenceInterpreter {
    private ReferenceInterpreter() {}

    /** The results of an operation; composites by their fallbacks. */
    public static List<HostArray> run(Op op, List<HostArray> in) {
        return switch (op) {
            case Op.Scalar scalar -> List.of(scalar(scalar, in));
            case Op.Fused fused -> fused(fused.expr(), in);
            case Op.Reshape reshape -> List.of(in.get(0).pick(reshape.shape(), i -> i));
            case Op.Permute permute -> List.of(permute(in.get(0), permute.order()));
            case Op.Broadcast broadcast -> List.of(broadcast(in.get(0), broadcast.shape()));
            case Op.Slice slice -> List.of(slice(slice, in.get(0)));
            case Op.Flip flip -> List.of(flip(in.get(0), flip.axes()));
            case Op.Windows windows -> List.of(windows(windows, in.get(0)));
            case Op.Pad pad -> List.of(pad(pad, in.get(0)));
            case Op.Copy copy -> List.of(in.get(0));
            case Op.Transfer transfer -> List.of(in.get(0));
            case Op.Concat concat -> List.of(concat(concat.axis(), in));
            case Op.Sum sum -> List.of(ReferenceReductions.sum(in.get(0), sum.axes()));
            case Op.Prod prod -> List.of(ReferenceReductions.prod(in.get(0), prod.axes()));
            case Op.Extremum extremum -> List.of(ReferenceReductions.extremum(extremum, in.get(0)));
            case Op.ArgExtremum arg -> List.of(ReferenceReductions.argExtremum(arg, in.get(0)));
            case Op.BoolReduce reduce -> List.of(ReferenceReductions.bool(reduce, in.get(0)));
            case Op.CumSum cumSum -> List.of(ReferenceReductions.cumSum(cumSum, in.get(0)));
            case Op.CumProd cumProd -> List.of(ReferenceReductions.cumProd(cumProd, in.get(0)));
            case Op.Sort sort ->
                ReferenceReductions.sorted(
                        in.get(0),
                        sort.axis(),
                        sort.descending(),
                        in.get(0).shape().size(sort.axis()));
            case Op.TopK topK -> ReferenceReductions.sorted(in.get(0), topK.axis(), topK.largest(), topK.k());
            case Op.Gather gather -> List.of(gather(gather.axis(), in.get(0), in.get(1)));
            case Op.ScatterAdd scatter -> List.of(scatterAdd(scatter, in.get(0), in.get(1)));
            case Op.Scatter scatter -> List.of(scatter(scatter.axis(), in.get(0), in.get(1), in.get(2)));
            case Op.IndexSelect select -> List.of(indexSelect(select.axis(), in.get(0), in.get(1)));
            case Op.IndexAdd add -> List.of(indexAdd(add, in.get(0), in.get(1)));
            case Op.MatMul matMul -> List.of(ReferenceWindows.matMul(in.get(0), in.get(1)));
            case Op.Conv2d conv -> List.of(ReferenceWindows.conv2d(conv.spec(), in.get(0), in.get(1)));
            case Op.Conv2dInputGrad conv ->
                List.of(ReferenceWindows.conv2dInput(conv.spec(), conv.input(), in.get(0), in.get(1)));
            case Op.Conv2dWeightGrad conv ->
                List.of(ReferenceWindows.conv2dWeight(conv.spec(), conv.weight(), in.get(0), in.get(1)));
            case Op.MaxPool2d pool -> ReferenceWindows.maxPool2d(pool.spec(), in.get(0));
            case Op.AvgPool2d pool -> List.of(ReferenceWindows.avgPool2d(pool.spec(), in.get(0)));
            case Op.AvgPool2dGrad pool -> List.of(ReferenceWindows.avgPool2dGrad(pool.spec(), pool.input(), in.get(0)));
            case Op.Fft fft -> List.of(FourierCases.transform(fft, in.get(0)));
            case Op.LinearAlgebra algebra -> ReferenceLinearAlgebra.run(algebra, in);
            case Op.Iota iota -> List.of(HostArray.wholes(DType.I64, Shape.of(iota.count()), i -> i));
            case Op.Random random -> List.of(PhiloxReference.draw(random));
            case Op.Call call -> ReferenceTrace.evaluate(in, call.composite()::fallback);
        };
    }

    // ---- elementwise ----

    private static HostArray scalar(Op.Scalar op, List<HostArray> in) {
        HostArray a = in.get(0);
        HostArray b = in.get(in.size() > 1 ? 1 : 0);
        DType result = ScalarTypes.result(op, in.stream().map(HostArray::dtype).toArray(DType[]::new));
        return switch (op) {
            case Op.Unary u ->
                result.isFloating()
                        ? HostArray.reals(result, a.shape(), i -> ScalarReference.unary(u.fn(), a.real(i)))
                        : HostArray.wholes(result, a.shape(), i -> ScalarReference.unary(u.fn(), a.whole(i)));
            case Op.Binary f ->
                result.isFloating()
                        ? HostArray.reals(
                                result, a.shape(), i -> ScalarReference.binary(f.fn(), result, a.real(i), b.real(i)))
                        : HostArray.wholes(
                                result, a.shape(), i -> ScalarReference.binary(f.fn(), a.whole(i), b.whole(i)));
            case Op.Compare c ->
                HostArray.wholes(result, a.shape(), i -> {
                    boolean holds = a.dtype().isFloating()
                            ? ScalarReference.compare(c.fn(), a.real(i), b.real(i))
                            : ScalarReference.compare(c.fn(), a.whole(i), b.whole(i));
                    return holds ? 1 : 0;
                });
            case Op.Logic l ->
                HostArray.wholes(result, a.shape(), i -> ScalarReference.logic(l.fn(), a.whole(i), b.whole(i)));
            case Op.Not not ->
                HostArray.wholes(result, a.shape(), i -> result == DType.BOOL ? 1 - a.whole(i) : ~a.whole(i));
            case Op.Select select -> select(a, in.get(1), in.get(2));
            case Op.Cast cast -> cast(a, cast.to());
        };
    }

    private static HostArray select(HostArray condition, HostArray a, HostArray b) {
        return a.dtype().isFloating()
                ? HostArray.reals(a.dtype(), a.shape(), i -> condition.whole(i) != 0 ? a.real(i) : b.real(i))
                : HostArray.wholes(a.dtype(), a.shape(), i -> condition.whole(i) != 0 ? a.whole(i) : b.whole(i));
    }

    private static HostArray cast(HostArray x, DType to) {
        if (to.isFloating()) {
            // A long is rounded to F32 at once, not by way of double, and from there to BF16 and F16.
            return HostArray.reals(
                    to,
                    x.shape(),
                    i -> x.dtype().isFloating() ? x.real(i) : to == DType.F64 ? x.whole(i) : (float) x.whole(i));
        }
        return HostArray.wholes(
                to, x.shape(), i -> x.dtype().isFloating() ? ScalarReference.toWhole(to, x.real(i)) : x.whole(i));
    }

    private static List<HostArray> fused(Expr expr, List<HostArray> in) {
        Shape shape = in.get(0).shape();
        var values = new ArrayList<>(in);
        for (Expr.Node node : expr.nodes()) {
            values.add(
                    switch (node) {
                        case Expr.Constant c ->
                            c.dtype().isFloating()
                                    ? HostArray.reals(c.dtype(), shape, i -> c.value())
                                    : HostArray.wholes(c.dtype(), shape, i -> c.bits());
                        case Expr.Apply a -> {
                            var operands = new ArrayList<HostArray>();
                            for (int value : new int[] {a.a(), a.b(), a.c()}) {
                                if (value >= 0) {
                                    operands.add(values.get(value));
                                }
                            }
                            yield scalar(a.op(), operands);
                        }
                    });
        }
        return expr.outputs().stream().map(values::get).toList();
    }

    // ---- shape ----

    private static HostArray permute(HostArray x, Axes order) {
        Shape shape = x.shape().permuted(order);
        return x.pick(shape, i -> {
            long[] to = HostArray.index(shape, i);
            long[] from = new long[to.length];
            for (int a = 0; a < to.length; a++) {
                from[order.get(a)] = to[a];
            }
            return HostArray.flat(x.shape(), from);
        });
    }

    private static HostArray broadcast(HostArray x, Shape shape) {
        int lead = shape.rank() - x.shape().rank();
        return x.pick(shape, i -> {
            long[] to = HostArray.index(shape, i);
            long[] from = new long[x.shape().rank()];
            for (int a = 0; a < from.length; a++) {
                from[a] = x.shape().size(a) == 1 ? 0 : to[lead + a];
            }
            return HostArray.flat(x.shape(), from);
        });
    }

    private static HostArray slice(Op.Slice op, HostArray x) {
        Shape shape = op.spec().size();
        return x.pick(shape, i -> {
            long[] index = HostArray.index(shape, i);
            for (int a = 0; a < index.length; a++) {
                index[a] =
                        op.spec().start().size(a) + index[a] * op.spec().step().size(a);
            }
            return HostArray.flat(x.shape(), index);
        });
    }

    private static HostArray flip(HostArray x, Axes axes) {
        return x.pick(x.shape(), i -> {
            long[] index = HostArray.index(x.shape(), i);
            for (int a : axes.toArray()) {
                index[a] = x.shape().size(a) - 1 - index[a];
            }
            return HostArray.flat(x.shape(), index);
        });
    }

    private static HostArray windows(Op.Windows op, HostArray x) {
        int rank = x.shape().rank();
        long n = x.shape().size(op.axis());
        long count = 0;
        while (count * op.step() + op.size() <= n) {
            count++;
        }
        Shape shape = x.shape().withSize(op.axis(), count).inserted(rank, op.size());
        return x.pick(shape, i -> {
            long[] index = HostArray.index(shape, i);
            index[op.axis()] = index[op.axis()] * op.step() + index[rank];
            return HostArray.flat(x.shape(), Arrays.copyOf(index, rank));
        });
    }

    private static HostArray pad(Op.Pad op, HostArray x) {
        Shape shape = op.spec().padded(x.shape());
        var out = new Accumulator(x.dtype(), shape);
        for (int i = 0; i < x.size(); i++) {
            long[] index = HostArray.index(x.shape(), i);
            for (int a = 0; a < index.length; a++) {
                index[a] = op.spec().low().size(a)
                        + index[a] * (1 + op.spec().interior().size(a));
            }
            out.set(HostArray.flat(shape, index), x, i);
        }
        return out.array();
    }

    private static HostArray concat(int axis, List<HostArray> in) {
        long size = in.stream().mapToLong(x -> x.shape().size(axis)).sum();
        Shape shape = in.get(0).shape().withSize(axis, size);
        var out = new Accumulator(in.get(0).dtype(), shape);
        long before = 0;
        for (HostArray x : in) {
            for (int i = 0; i < x.size(); i++) {
                long[] index = HostArray.index(x.shape(), i);
                index[axis] += before;
                out.set(HostArray.flat(shape, index), x, i);
            }
            before += x.shape().size(axis);
        }
        return out.array();
    }

    // ---- indexing ----

    private static long wrapped(long index, long size) {
        if (index < -size || index >= size) {
            throw new IndexOutOfBoundsException("index " + index + " for size " + size);
        }
        return index < 0 ? index + size : index;
    }

    /** The place that element {@code i} of an index array means in an array of the given shape. */
    private static int target(int axis, HostArray index, int i, Shape shape) {
        long[] at = HostArray.index(index.shape(), i);
        at[axis] = wrapped(index.whole(i), shape.size(axis));
        return HostArray.flat(shape, at);
    }

    private static HostArray gather(int axis, HostArray x, HostArray index) {
        return x.pick(index.shape(), i -> target(axis, index, i, x.shape()));
    }

    private static HostArray scatterAdd(Op.ScatterAdd op, HostArray src, HostArray index) {
        var out = new Accumulator(src.dtype(), op.shape());
        for (int i = 0; i < src.size(); i++) {
            out.add(target(op.axis(), index, i, op.shape()), src, i);
        }
        return out.array();
    }

    private static HostArray scatter(int axis, HostArray base, HostArray index, HostArray src) {
        var out = new Accumulator(base.dtype(), base.shape());
        for (int i = 0; i < base.size(); i++) {
            out.set(i, base, i);
        }
        for (int i = 0; i < index.size(); i++) {
            out.set(target(axis, index, i, base.shape()), src, i);
        }
        return out.array();
    }

    private static HostArray indexSelect(int axis, HostArray x, HostArray index) {
        Shape shape = x.shape().withSize(axis, index.size());
        return x.pick(shape, i -> {
            long[] at = HostArray.index(shape, i);
            at[axis] = wrapped(index.whole((int) at[axis]), x.shape().size(axis));
            return HostArray.flat(x.shape(), at);
        });
    }

    private static HostArray indexAdd(Op.IndexAdd op, HostArray src, HostArray index) {
        Shape shape = src.shape().withSize(op.axis(), op.size());
        var out = new Accumulator(src.dtype(), shape);
        for (int i = 0; i < src.size(); i++) {
            long[] at = HostArray.index(src.shape(), i);
            at[op.axis()] = wrapped(index.whole((int) at[op.axis()]), op.size());
            out.add(HostArray.flat(shape, at), src, i);
        }
        return out.array();
    }
}
