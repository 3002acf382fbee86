package org.gatun.tensor.conformance;

import static org.gatun.tensor.conformance.OpCase.Operand.value;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.conformance.OpCase.Operand;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.BoolReduceFn;
import org.gatun.tensor.ir.CompareFn;
import org.gatun.tensor.ir.ConvSpec;
import org.gatun.tensor.ir.Distribution;
import org.gatun.tensor.ir.Expr;
import org.gatun.tensor.ir.ExtremumFn;
import org.gatun.tensor.ir.LogicFn;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.PadSpec;
import org.gatun.tensor.ir.PoolSpec;
import org.gatun.tensor.ir.SliceSpec;
import org.gatun.tensor.ir.UnaryFn;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Shape;

/**
 * Parameter choices and operand shapes for every kind of operation. The switch is exhaustive: a new operation does not compile
 * without cases.
 */
public final class OpCases {
    /** Shapes for elementwise operations: a scalar, empty ones, odd sizes around those of vectors and blocks, several axes. */
    static final List<Shape> ELEMENTWISE = List.of(
            Shape.SCALAR,
            Shape.of(0),
            Shape.of(1),
            Shape.of(3),
            Shape.of(7),
            Shape.of(17),
            Shape.of(33),
            Shape.of(1025),
            Shape.of(5, 33),
            Shape.of(3, 5, 7),
            Shape.of(2, 0, 3));

    private static final DType[] ALL = DType.values();
    private static final DType[] NUMBERS = {
        DType.F32, DType.F64, DType.BF16, DType.F16, DType.I64, DType.I32, DType.I16, DType.I8, DType.U8
    };
    private static final DType[] FLOATING = {DType.F32, DType.F64, DType.BF16, DType.F16};
    private static final DType[] INTEGERS = {DType.I64, DType.I32, DType.I16, DType.I8, DType.U8, DType.BOOL};
    private static final DType[] ACCUMULATING = {DType.F32, DType.F64, DType.BF16, DType.F16, DType.I64};

    private OpCases() {}

    /** One operation of each kind, and of each function where a kind has several. */
    public static List<Op> kinds() {
        var kinds = new ArrayList<Op>();
        for (UnaryFn fn : UnaryFn.values()) {
            kinds.add(new Op.Unary(fn));
        }
        for (BinaryFn fn : BinaryFn.values()) {
            kinds.add(new Op.Binary(fn));
        }
        for (CompareFn fn : CompareFn.values()) {
            kinds.add(new Op.Compare(fn));
        }
        for (LogicFn fn : LogicFn.values()) {
            kinds.add(new Op.Logic(fn));
        }
        for (DType dtype : DType.values()) {
            kinds.add(new Op.Cast(dtype));
        }
        for (ExtremumFn fn : ExtremumFn.values()) {
            kinds.add(new Op.Extremum(fn, Axes.NONE));
            kinds.add(new Op.ArgExtremum(fn, 0));
        }
        for (BoolReduceFn fn : BoolReduceFn.values()) {
            kinds.add(new Op.BoolReduce(fn, Axes.NONE));
        }
        for (Distribution distribution : Distribution.values()) {
            kinds.add(new Op.Random(distribution, DType.F32, Shape.SCALAR, 0, 0));
        }
        Shape none = Shape.SCALAR;
        kinds.addAll(List.of(
                new Op.Not(),
                new Op.Select(),
                new Op.Fused(RandomPrograms.square()),
                new Op.Reshape(none),
                new Op.Permute(Axes.NONE),
                new Op.Broadcast(none),
                new Op.Slice(new SliceSpec(none, none, none)),
                new Op.Flip(Axes.NONE),
                new Op.Windows(0, 1, 1),
                new Op.Pad(new PadSpec(none, none, none)),
                new Op.Copy(),
                new Op.Transfer(Device.CPU, Device.CPU),
                new Op.Concat(0),
                new Op.Sum(Axes.NONE),
                new Op.Prod(Axes.NONE),
                new Op.CumSum(0, false),
                new Op.CumProd(0),
                new Op.Sort(0, false),
                new Op.TopK(0, 1, true),
                new Op.Gather(0),
                new Op.ScatterAdd(0, none),
                new Op.Scatter(0),
                new Op.IndexSelect(0),
                new Op.IndexAdd(0, 1),
                new Op.MatMul(),
                new Op.Conv2d(ConvSpec.DEFAULT),
                new Op.Conv2dInputGrad(ConvSpec.DEFAULT, none),
                new Op.Conv2dWeightGrad(ConvSpec.DEFAULT, none),
                new Op.MaxPool2d(PoolSpec.of(1)),
                new Op.AvgPool2d(PoolSpec.of(1)),
                new Op.AvgPool2dGrad(PoolSpec.of(1), none),
                new Op.Fft(0, false),
                new Op.Cholesky(),
                new Op.Lu(false),
                new Op.Qr(false),
                new Op.Eigh(),
                new Op.Svd(false),
                new Op.TriangularSolve(false, false),
                new Op.Iota(0),
                new Op.Call(new SampleComposite(2))));
        return kinds;
    }

    /** The name of a kind: its record, and its function where it has one. */
    public static String name(Op kind) {
        return switch (kind) {
            case Op.Unary op -> op.fn().name();
            case Op.Binary op -> op.fn().name();
            case Op.Compare op -> op.fn().name();
            case Op.Logic op -> op.fn().name();
            case Op.Cast op -> "Cast to " + op.to();
            case Op.Extremum op -> "Extremum " + op.fn();
            case Op.ArgExtremum op -> "ArgExtremum " + op.fn();
            case Op.BoolReduce op -> "BoolReduce " + op.fn();
            case Op.Random op -> "Random " + op.distribution();
            case Op.Diagonal op -> op.getClass().getSimpleName();
            case Op.Multilinear op -> op.getClass().getSimpleName();
            case Op.Irregular op -> op.getClass().getSimpleName();
            case Op.LinearAlgebra op -> op.getClass().getSimpleName();
            case Op.NonDifferentiable op -> op.getClass().getSimpleName();
            case Op.Call op -> "Call";
        };
    }

    /** The dtypes that a kind of operation takes; for sources, those that it gives. */
    public static List<DType> dtypes(Op kind) {
        return switch (kind) {
            case Op.Unary op -> List.of(ALL).stream().filter(op.fn()::accepts).toList();
            case Op.Binary op -> List.of(ALL).stream().filter(op.fn()::accepts).toList();
            case Op.Compare op -> List.of(ALL);
            case Op.Logic op -> Arrays.stream(ALL).filter(op.fn()::accepts).toList();
            case Op.Not op -> List.of(INTEGERS);
            case Op.Cast op -> List.of(ALL);
            case Op.Select op -> List.of(ALL);
            case Op.Fused op -> List.of(DType.F32);
            case Op.Reshape op -> List.of(ALL);
            case Op.Permute op -> List.of(ALL);
            case Op.Broadcast op -> List.of(ALL);
            case Op.Slice op -> List.of(ALL);
            case Op.Flip op -> List.of(ALL);
            case Op.Windows op -> List.of(ALL);
            case Op.Pad op -> List.of(ALL);
            case Op.Copy op -> List.of(ALL);
            case Op.Transfer op -> List.of(ALL);
            case Op.Concat op -> List.of(ALL);
            case Op.Sum op -> List.of(ACCUMULATING);
            case Op.Prod op -> List.of(ACCUMULATING);
            case Op.Extremum op -> List.of(ALL);
            case Op.ArgExtremum op -> List.of(ALL);
            case Op.BoolReduce op -> List.of(DType.BOOL);
            case Op.CumSum op -> List.of(ACCUMULATING);
            case Op.CumProd op -> List.of(ACCUMULATING);
            case Op.Sort op -> List.of(ALL);
            case Op.TopK op -> List.of(ALL);
            case Op.Gather op -> List.of(ALL);
            case Op.ScatterAdd op -> List.of(ACCUMULATING);
            case Op.Scatter op -> List.of(ALL);
            case Op.IndexSelect op -> List.of(ALL);
            case Op.IndexAdd op -> List.of(ACCUMULATING);
            case Op.MatMul op -> List.of(NUMBERS);
            case Op.Conv2d op -> List.of(FLOATING);
            case Op.Conv2dInputGrad op -> List.of(FLOATING);
            case Op.Conv2dWeightGrad op -> List.of(FLOATING);
            case Op.MaxPool2d op -> List.of(NUMBERS);
            case Op.AvgPool2d op -> List.of(FLOATING);
            case Op.AvgPool2dGrad op -> List.of(FLOATING);
            case Op.Fft op -> List.of(DType.F32, DType.F64);
            case Op.LinearAlgebra op -> List.of(DType.F32, DType.F64);
            case Op.Iota op -> List.of(DType.I64);
            case Op.Random op -> op.distribution() == Distribution.BITS ? List.of(INTEGERS) : List.of(FLOATING);
            case Op.Call op -> List.of(FLOATING);
        };
    }

    /** The cases of a kind of operation for operands of a dtype. */
    public static List<OpCase> cases(Op kind, DType dtype) {
        return switch (kind) {
            case Op.Unary op -> elementwise(op, 1);
            case Op.Binary op -> elementwise(op, 2);
            case Op.Compare op -> elementwise(op, 2);
            case Op.Logic op -> elementwise(op, 2);
            case Op.Not op -> elementwise(op, 1);
            case Op.Cast op -> elementwise(op, 1);
            case Op.Select op ->
                ELEMENTWISE.stream()
                        .map(s -> OpCase.of(op, Operand.of(DType.BOOL, s), value(s), value(s)))
                        .toList();
            case Op.Fused op -> fused();
            case Op.Reshape op -> reshape();
            case Op.Permute op -> permute();
            case Op.Broadcast op -> broadcast();
            case Op.Slice op -> slice();
            case Op.Flip op -> flip();
            case Op.Windows op -> IndexingCases.windows();
            case Op.Pad op -> pad();
            case Op.Copy op -> elementwise(op, 1);
            case Op.Transfer op -> elementwise(op, 1);
            case Op.Concat op -> concat();
            case Op.Sum op ->
                reductions(true)
                        .map(r -> OpCase.of(new Op.Sum(r.axes), value(r.shape)))
                        .toList();
            case Op.Prod op ->
                reductions(true)
                        .map(r -> OpCase.of(new Op.Prod(r.axes), value(r.shape)))
                        .toList();
            case Op.Extremum op ->
                reductions(false)
                        .map(r -> OpCase.of(new Op.Extremum(op.fn(), r.axes), value(r.shape)))
                        .toList();
            case Op.ArgExtremum op -> along(false, axis -> new Op.ArgExtremum(op.fn(), axis));
            case Op.BoolReduce op ->
                reductions(true)
                        .map(r -> OpCase.of(new Op.BoolReduce(op.fn(), r.axes), value(r.shape)))
                        .toList();
            case Op.CumSum op ->
                join(along(true, a -> new Op.CumSum(a, false)), along(true, a -> new Op.CumSum(a, true)));
            case Op.CumProd op -> along(true, Op.CumProd::new);
            case Op.Sort op -> join(along(true, a -> new Op.Sort(a, false)), along(true, a -> new Op.Sort(a, true)));
            case Op.TopK op -> IndexingCases.topK();
            case Op.Gather op -> IndexingCases.gather();
            case Op.ScatterAdd op -> IndexingCases.scatterAdd();
            case Op.Scatter op -> IndexingCases.scatter();
            case Op.IndexSelect op -> IndexingCases.indexSelect();
            case Op.IndexAdd op -> IndexingCases.indexAdd();
            case Op.MatMul op -> WindowCases.matMul();
            case Op.Conv2d op -> WindowCases.conv2d();
            case Op.Conv2dInputGrad op -> WindowCases.conv2dInputGrad();
            case Op.Conv2dWeightGrad op -> WindowCases.conv2dWeightGrad();
            case Op.MaxPool2d op -> WindowCases.maxPool2d();
            case Op.AvgPool2d op -> WindowCases.avgPool2d();
            case Op.AvgPool2dGrad op -> WindowCases.avgPool2dGrad();
            case Op.Fft op -> FourierCases.fft();
            case Op.LinearAlgebra op -> LinearAlgebraCases.cases(op);
            case Op.Iota op ->
                List.of(OpCase.of(new Op.Iota(0)), OpCase.of(new Op.Iota(1)), OpCase.of(new Op.Iota(1025)));
            case Op.Random op -> random(op.distribution(), dtype);
            case Op.Call op -> elementwise(op, 2);
        };
    }

    private static List<OpCase> elementwise(Op op, int operands) {
        return ELEMENTWISE.stream()
                .map(s -> new OpCase(op, Collections.nCopies(operands, value(s))))
                .toList();
    }

    private static List<OpCase> fused() {
        var cases = new ArrayList<OpCase>();
        for (int seed = 0; seed < 8; seed++) {
            Expr expr = RandomPrograms.program(seed);
            for (Shape shape : ELEMENTWISE) {
                cases.add(new OpCase(
                        new Op.Fused(expr),
                        expr.inputs().stream().map(d -> Operand.of(d, shape)).toList()));
            }
        }
        return cases;
    }

    private static List<OpCase> reshape() {
        return List.of(
                OpCase.of(new Op.Reshape(Shape.of(4, 6)), value(2, 3, 4)),
                OpCase.of(new Op.Reshape(Shape.of(24)), value(2, 3, 4)),
                OpCase.of(new Op.Reshape(Shape.of(2, 12)), value(2, 3, 4)),
                OpCase.of(new Op.Reshape(Shape.of(3, 8)), value(4, 6)),
                OpCase.of(new Op.Reshape(Shape.of(1, 7, 1)), value(7)),
                OpCase.of(new Op.Reshape(Shape.of(1, 1)), value()),
                OpCase.of(new Op.Reshape(Shape.SCALAR), value(1)),
                OpCase.of(new Op.Reshape(Shape.of(3, 0)), value(0, 5)));
    }

    private static List<OpCase> permute() {
        return List.of(
                OpCase.of(new Op.Permute(Axes.listed("permute", 3, 2, 0, 1)), value(2, 3, 4)),
                OpCase.of(new Op.Permute(Axes.listed("permute", 3, 1, 0, 2)), value(2, 3, 4)),
                OpCase.of(new Op.Permute(Axes.listed("permute", 2, 1, 0)), value(3, 7)),
                OpCase.of(new Op.Permute(Axes.listed("permute", 2, 1, 0)), value(3, 0)),
                OpCase.of(new Op.Permute(Axes.NONE), value()));
    }

    private static List<OpCase> broadcast() {
        return List.of(
                OpCase.of(new Op.Broadcast(Shape.of(3, 2)), value()),
                OpCase.of(new Op.Broadcast(Shape.of(2, 4, 3)), value(1, 3)),
                OpCase.of(new Op.Broadcast(Shape.of(3, 5)), value(3, 1)),
                OpCase.of(new Op.Broadcast(Shape.of(2, 3)), value(2, 3)),
                OpCase.of(new Op.Broadcast(Shape.of(0, 3)), value(1, 3)),
                OpCase.of(new Op.Broadcast(Shape.SCALAR), value()));
    }

    private static List<OpCase> slice() {
        return List.of(
                OpCase.of(new Op.Slice(spec(Shape.of(1, 0), Shape.of(3, 5), Shape.of(2, 1))), value(7, 5)),
                OpCase.of(new Op.Slice(spec(Shape.of(0, 2), Shape.of(7, 2), Shape.of(1, 2))), value(7, 5)),
                OpCase.of(new Op.Slice(spec(Shape.of(4), Shape.of(1), Shape.of(3))), value(5)),
                OpCase.of(new Op.Slice(spec(Shape.of(5), Shape.of(0), Shape.of(1))), value(5)),
                OpCase.of(new Op.Slice(spec(Shape.of(0), Shape.of(0), Shape.of(1))), value(0)),
                OpCase.of(new Op.Slice(spec(Shape.SCALAR, Shape.SCALAR, Shape.SCALAR)), value()));
    }

    private static SliceSpec spec(Shape start, Shape size, Shape step) {
        return new SliceSpec(start, size, step);
    }

    private static List<OpCase> flip() {
        return List.of(
                OpCase.of(new Op.Flip(Axes.listed("flip", 2, 0)), value(3, 4)),
                OpCase.of(new Op.Flip(Axes.listed("flip", 2, 1)), value(3, 4)),
                OpCase.of(new Op.Flip(Axes.all(3)), value(2, 3, 4)),
                OpCase.of(new Op.Flip(Axes.NONE), value(3)),
                OpCase.of(new Op.Flip(Axes.all(1)), value(0)),
                OpCase.of(new Op.Flip(Axes.NONE), value()));
    }

    private static List<OpCase> pad() {
        return List.of(
                OpCase.of(pad(Shape.of(1, 0), Shape.of(0, 2), Shape.of(0, 1)), value(2, 3)),
                OpCase.of(pad(Shape.of(0, 3), Shape.of(2, 0), Shape.of(2, 0)), value(3, 5)),
                OpCase.of(pad(Shape.of(2), Shape.of(1), Shape.of(3)), value(1)),
                OpCase.of(pad(Shape.of(2), Shape.of(1), Shape.of(3)), value(0)),
                OpCase.of(pad(Shape.of(0, 0, 1), Shape.of(0, 0, 0), Shape.of(0, 1, 0)), value(2, 3, 2)),
                OpCase.of(pad(Shape.SCALAR, Shape.SCALAR, Shape.SCALAR), value()));
    }

    private static Op.Pad pad(Shape low, Shape high, Shape interior) {
        return new Op.Pad(new PadSpec(low, high, interior));
    }

    private static List<OpCase> concat() {
        return List.of(
                OpCase.of(new Op.Concat(0), value(2, 3), value(4, 3)),
                OpCase.of(new Op.Concat(1), value(3, 1), value(3, 7), value(3, 0), value(3, 2)),
                OpCase.of(new Op.Concat(1), value(2, 3, 2), value(2, 1, 2)),
                OpCase.of(new Op.Concat(2), value(2, 3, 2), value(2, 3, 5)),
                OpCase.of(new Op.Concat(0), value(5)),
                OpCase.of(new Op.Concat(0), value(0), value(0)),
                OpCase.of(new Op.Concat(1), value(0, 3), value(0, 2)));
    }

    private record Reduction(Shape shape, Axes axes) {}

    private static Stream<Reduction> reductions(boolean overNothing) {
        var list = new ArrayList<Reduction>();
        list.add(reduction(Shape.SCALAR));
        list.add(reduction(Shape.of(1), 0));
        list.add(reduction(Shape.of(17)));
        list.add(reduction(Shape.of(33), 0));
        list.add(reduction(Shape.of(7, 5), 0));
        list.add(reduction(Shape.of(7, 5), 1));
        list.add(reduction(Shape.of(7, 5), 0, 1));
        list.add(reduction(Shape.of(2, 3, 4), 0, 2));
        list.add(reduction(Shape.of(2, 3, 4), 1));
        list.add(reduction(Shape.of(2, 3, 4), 1, 2));
        list.add(reduction(Shape.of(2, 3, 4, 2), 1, 3));
        list.add(reduction(Shape.of(0, 3), 1));
        list.add(reduction(Shape.of(1025), 0));
        list.add(reduction(Shape.of(2, 1025), 1));
        list.add(reduction(Shape.of(1025, 3), 0));
        if (overNothing) {
            list.add(reduction(Shape.of(0), 0));
            list.add(reduction(Shape.of(3, 0), 1));
            list.add(reduction(Shape.of(0, 3), 0));
            list.add(reduction(Shape.of(0, 3), 0, 1));
        }
        return list.stream();
    }

    private static Reduction reduction(Shape shape, int... axes) {
        return new Reduction(shape, axes.length == 0 ? Axes.NONE : Axes.listed("reduce", shape.rank(), axes));
    }

    /** An operation along one axis. */
    @FunctionalInterface
    private interface Along {
        Op of(int axis);
    }

    private static List<OpCase> along(boolean overNothing, Along op) {
        var cases = new ArrayList<>(List.of(
                OpCase.of(op.of(0), value(1)),
                OpCase.of(op.of(0), value(7)),
                OpCase.of(op.of(0), value(33)),
                OpCase.of(op.of(0), value(5, 3)),
                OpCase.of(op.of(1), value(5, 3)),
                OpCase.of(op.of(1), value(2, 17, 3)),
                OpCase.of(op.of(2), value(2, 3, 4)),
                OpCase.of(op.of(1), value(0, 3)),
                OpCase.of(op.of(0), value(257)),
                OpCase.of(op.of(0), value(129, 3)),
                OpCase.of(op.of(1), value(3, 129))));
        if (overNothing) {
            cases.add(OpCase.of(op.of(0), value(0)));
            cases.add(OpCase.of(op.of(0), value(0, 3)));
        }
        return cases;
    }

    private static List<OpCase> join(List<OpCase> a, List<OpCase> b) {
        var cases = new ArrayList<>(a);
        cases.addAll(b);
        return cases;
    }

    private static List<OpCase> random(Distribution distribution, DType dtype) {
        var cases = new ArrayList<OpCase>();
        for (Shape shape :
                List.of(Shape.SCALAR, Shape.of(0), Shape.of(3), Shape.of(5, 7), Shape.of(1025), Shape.of(9001))) {
            cases.add(OpCase.of(new Op.Random(distribution, dtype, shape, 42, 0)));
            cases.add(OpCase.of(new Op.Random(distribution, dtype, shape, 0x123456789ABCDEFL, 7)));
            cases.add(OpCase.of(new Op.Random(distribution, dtype, shape, -1, 0xFFFFFFF0L)));
        }
        return cases;
    }
}
