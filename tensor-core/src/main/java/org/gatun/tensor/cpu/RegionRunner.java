package org.gatun.tensor.cpu;

import java.util.ArrayList;
import java.util.List;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.Expr;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Shape;

/**
 * Runs elementwise operations, single ones and regions. A single operation on contiguous operands is one kernel call, in
 * parallel if it is worth it; everything else is a {@link Program}, run block by block.
 */
final class RegionRunner {
    private RegionRunner() {}

    /** Runs an operation on operands of one shape, into fresh memory. */
    static ConcreteTensor[] run(Op.Scalar op, ConcreteTensor[] in) {
        DType dtype = resultType(op, in);
        ConcreteTensor out = ConcreteTensor.allocate(dtype, in[0].shape(), in[0].device());
        runInto(op, in, out);
        return new ConcreteTensor[] {out};
    }

    /** Runs a region on operands of one shape, into fresh memory. */
    static ConcreteTensor[] run(Expr expr, ConcreteTensor[] in) {
        Shape shape = in[0].shape();
        List<Integer> outputs = expr.outputs();
        ConcreteTensor[] results = Results.allocate(
                outputs.size(), i -> ConcreteTensor.allocate(expr.dtype(outputs.get(i)), shape, in[0].device()));
        runInto(expr, in, results);
        return results;
    }

    /** Runs a region into existing memory; see {@link org.gatun.tensor.trace.Backend#executeInto}. */
    static void runInto(Expr expr, ConcreteTensor[] in, ConcreteTensor[] out) {
        if (out.length > 0) {
            RegionRun.run(Program.of(expr), in, out);
        }
    }

    /** Runs an operation into existing memory; see {@link org.gatun.tensor.trace.Backend#executeInto}. */
    static void runInto(Op.Scalar op, ConcreteTensor[] in, ConcreteTensor out) {
        boolean done = out.isContiguous()
                && switch (op) {
                    case Op.Unary u -> one(ElementwiseKernels.unary(u.fn(), in[0].dtype()), op, in[0], out);
                    case Op.Not n -> one(ElementwiseKernels.not(in[0].dtype()), op, in[0], out);
                    case Op.Cast c -> one(ElementwiseKernels.cast(in[0].dtype(), c.to()), op, in[0], out);
                    case Op.Binary b -> two(ElementwiseKernels.binary(b.fn(), in[0].dtype()), op, in[0], in[1], out);
                    case Op.Compare c -> two(ElementwiseKernels.compare(c.fn(), in[0].dtype()), op, in[0], in[1], out);
                    case Op.Logic l -> two(ElementwiseKernels.logic(l.fn(), in[0].dtype()), op, in[0], in[1], out);
                    case Op.Select s -> choice(ElementwiseKernels.select(out.dtype()), op, in, out);
                };
        if (!done) {
            RegionRun.run(Program.of(region(op, in)), in, new ConcreteTensor[] {out});
        }
    }

    private static boolean one(UnaryKernel kernel, Op.Scalar op, ConcreteTensor x, ConcreteTensor out) {
        if (!x.isContiguous()) {
            return false;
        }
        long from = x.address();
        long to = out.address();
        long n = out.shape().elements();
        long grain = Cost.grain(Cost.of(op, x.dtype()));
        if (n < 2 * grain) {
            kernel.apply(from, to, n);
        } else {
            int step = x.dtype().bytes();
            int outStep = out.dtype().bytes();
            WorkerPool.parallelFor(n, grain, (i, end) -> kernel.apply(from + i * step, to + i * outStep, end - i));
        }
        return true;
    }

    private static boolean two(
            BinaryKernel kernel, Op.Scalar op, ConcreteTensor a, ConcreteTensor b, ConcreteTensor out) {
        boolean singleA = !a.isContiguous() && RegionRun.isOneElement(a.layout());
        boolean singleB = !b.isContiguous() && RegionRun.isOneElement(b.layout());
        if ((!singleA && !a.isContiguous()) || (!singleB && !b.isContiguous()) || (singleA && singleB)) {
            return RowwiseBinary.run(kernel, a, b, out, Cost.grain(Cost.of(op, a.dtype())));
        }
        long left = a.address();
        long right = b.address();
        long to = out.address();
        long n = out.shape().elements();
        long grain = Cost.grain(Cost.of(op, a.dtype()));
        if (n < 2 * grain) {
            if (singleB) {
                kernel.applyScalarRight(left, right, to, n);
            } else if (singleA) {
                kernel.applyScalarLeft(left, right, to, n);
            } else {
                kernel.apply(left, right, to, n);
            }
        } else {
            int step = a.dtype().bytes();
            int outStep = out.dtype().bytes();
            RangeBody body;
            if (singleB) {
                body = (i, end) -> kernel.applyScalarRight(left + i * step, right, to + i * outStep, end - i);
            } else if (singleA) {
                body = (i, end) -> kernel.applyScalarLeft(left, right + i * step, to + i * outStep, end - i);
            } else {
                body = (i, end) -> kernel.apply(left + i * step, right + i * step, to + i * outStep, end - i);
            }
            WorkerPool.parallelFor(n, grain, body);
        }
        return true;
    }

    private static boolean choice(SelectKernel kernel, Op.Scalar op, ConcreteTensor[] in, ConcreteTensor out) {
        if (!in[0].isContiguous() || !in[1].isContiguous() || !in[2].isContiguous()) {
            return false;
        }
        long cond = in[0].address();
        long a = in[1].address();
        long b = in[2].address();
        long to = out.address();
        int step = out.dtype().bytes();
        WorkerPool.parallelFor(
                out.shape().elements(),
                Cost.grain(Cost.of(op, out.dtype())),
                (i, end) -> kernel.apply(cond + i, a + i * step, b + i * step, to + i * step, end - i));
        return true;
    }

    /** The region that consists of one operation. */
    private static Expr region(Op.Scalar op, ConcreteTensor[] in) {
        List<DType> inputs = new ArrayList<>();
        for (ConcreteTensor x : in) {
            inputs.add(x.dtype());
        }
        Expr.Node node = new Expr.Apply(op, 0, in.length > 1 ? 1 : -1, in.length > 2 ? 2 : -1, resultType(op, in));
        return new Expr(inputs, List.of(node), List.of(in.length));
    }

    private static DType resultType(Op.Scalar op, ConcreteTensor[] in) {
        return switch (op) {
            case Op.Unary u -> in[0].dtype();
            case Op.Binary b -> in[0].dtype();
            case Op.Compare c -> DType.BOOL;
            case Op.Logic l -> in[0].dtype();
            case Op.Not n -> in[0].dtype();
            case Op.Select s -> in[1].dtype();
            case Op.Cast c -> c.to();
        };
    }
}
