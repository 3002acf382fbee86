package org.gatun.autograd;

import java.util.Arrays;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.PadSpec;
import org.gatun.tensor.ir.SliceSpec;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;

/**
 * One rule for each operation: from operands with the batch as first axis (some may have none) to results with the batch as first
 * axis, in operations on the whole batch. No rule loops over the batch. What an operand without a batch is needed for repeatedly, it is
 * repeated by stride 0; matrix products and convolutions fold the batch into another axis instead.
 */
final class BatchRules {
    private BatchRules() {}

    /** The results of an elementwise operation, with the batch as first axis: it sees elements only. */
    static Tensor[] diagonal(Op.Diagonal op, BatchOperands in) {
        return Dispatch.bindAll(op, in.whole());
    }

    /** The result of a multilinear operation, with the batch as first axis. */
    static Tensor multilinear(Op.Multilinear op, BatchOperands in) {
        return switch (op) {
            case Op.Cast cast -> Dispatch.bind(cast, in.value(0));
            case Op.Reshape reshape -> in.value(0).reshape(in.with(reshape.shape()));
            case Op.Permute permute -> permute(permute.order(), in);
            case Op.Broadcast broadcast -> broadcast(broadcast.shape(), in);
            case Op.Slice slice -> Dispatch.bind(new Op.Slice(slice(slice.spec(), in)), in.value(0));
            case Op.Windows w -> Dispatch.bind(new Op.Windows(w.axis() + 1, w.size(), w.step()), in.value(0));
            case Op.Flip flip -> Dispatch.bind(new Op.Flip(in.shifted(flip.axes())), in.value(0));
            case Op.Pad pad -> Dispatch.bind(new Op.Pad(pad(pad.spec())), in.value(0));
            case Op.Copy copy -> Dispatch.bind(copy, in.value(0));
            case Op.Transfer transfer -> Dispatch.bind(transfer, in.value(0));
            case Op.Sum sum -> Dispatch.bind(new Op.Sum(in.shifted(sum.axes())), in.value(0));
            case Op.CumSum sum -> Dispatch.bind(new Op.CumSum(sum.axis() + 1, sum.reverse()), in.value(0));
            case Op.Gather gather -> Dispatch.bind(new Op.Gather(gather.axis() + 1), in.whole());
            case Op.ScatterAdd add ->
                Dispatch.bind(new Op.ScatterAdd(add.axis() + 1, in.with(add.shape())), in.whole());
            case Op.IndexSelect select -> indexSelect(select, in);
            case Op.IndexAdd add -> indexAdd(add, in);
            case Op.MatMul matmul -> matmul(matmul, in);
            case Op.Conv2d conv -> BatchedWindows.conv2d(conv, in);
            case Op.Conv2dInputGrad conv -> BatchedWindows.inputGrad(conv, in);
            case Op.Conv2dWeightGrad conv -> BatchedWindows.weightGrad(conv, in);
            case Op.AvgPool2d pool -> BatchedWindows.pool(pool, in)[0];
            case Op.AvgPool2dGrad pool -> BatchedWindows.avgPoolGrad(pool, in);
            case Op.Fft fft -> Dispatch.bind(new Op.Fft(fft.axis() + 1, fft.inverse()), in.value(0));
        };
    }

    /** The results of an irregular operation, with the batch as first axis. */
    static Tensor[] irregular(Op.Irregular op, BatchOperands in) {
        return switch (op) {
            case Op.Concat concat -> Dispatch.bindAll(new Op.Concat(concat.axis() + 1), in.whole());
            case Op.Prod prod -> Dispatch.bindAll(new Op.Prod(in.shifted(prod.axes())), in.value(0));
            case Op.Extremum e -> Dispatch.bindAll(new Op.Extremum(e.fn(), in.shifted(e.axes())), in.value(0));
            case Op.CumProd prod -> Dispatch.bindAll(new Op.CumProd(prod.axis() + 1), in.value(0));
            case Op.Sort sort -> Dispatch.bindAll(new Op.Sort(sort.axis() + 1, sort.descending()), in.value(0));
            case Op.TopK topK -> Dispatch.bindAll(new Op.TopK(topK.axis() + 1, topK.k(), topK.largest()), in.value(0));
            case Op.Scatter scatter -> Dispatch.bindAll(new Op.Scatter(scatter.axis() + 1), in.whole());
            case Op.MaxPool2d pool -> BatchedWindows.pool(pool, in);
        };
    }

    /** The results of linear algebra, with the batch as first axis: it takes batches in front itself. */
    static Tensor[] linearAlgebra(Op.LinearAlgebra op, BatchOperands in) {
        return Dispatch.bindAll(op, in.whole());
    }

    /** The results of an operation without a derivative, with the batch as first axis. */
    static Tensor[] nonDifferentiable(Op.NonDifferentiable op, BatchOperands in) {
        return switch (op) {
            case Op.Compare compare -> Dispatch.bindAll(compare, in.whole());
            case Op.Logic logic -> Dispatch.bindAll(logic, in.whole());
            case Op.Not not -> Dispatch.bindAll(not, in.value(0));
            case Op.ArgExtremum e -> Dispatch.bindAll(new Op.ArgExtremum(e.fn(), e.axis() + 1), in.value(0));
            case Op.BoolReduce r -> Dispatch.bindAll(new Op.BoolReduce(r.fn(), in.shifted(r.axes())), in.value(0));
            case Op.Iota iota -> repeated(iota, in);
            case Op.Random random -> repeated(random, in);
        };
    }

    /** Without operands, the same for each element. */
    private static Tensor[] repeated(Op source, BatchOperands in) {
        return new Tensor[] {BatchTrace.repeated(Dispatch.source(source, Device.CPU), in.size())};
    }

    // ---- shape ----

    private static Tensor permute(Axes order, BatchOperands in) {
        int[] whole = new int[order.count() + 1];
        for (int a = 1; a < whole.length; a++) {
            whole[a] = order.get(a - 1) + 1;
        }
        return in.value(0).permute(whole);
    }

    /** New axes come in front of those of an element, and behind the batch. */
    private static Tensor broadcast(Shape shape, BatchOperands in) {
        Shape x = in.shape(0);
        long[] aligned = new long[shape.rank() + 1];
        Arrays.fill(aligned, 1);
        aligned[0] = in.size();
        System.arraycopy(x.toArray(), 0, aligned, aligned.length - x.rank(), x.rank());
        return in.value(0).reshape(Shape.of(aligned)).broadcastTo(in.with(shape));
    }

    private static SliceSpec slice(SliceSpec spec, BatchOperands in) {
        return new SliceSpec(prefixed(0, spec.start()), in.with(spec.size()), prefixed(1, spec.step()));
    }

    private static PadSpec pad(PadSpec spec) {
        return new PadSpec(prefixed(0, spec.low()), prefixed(0, spec.high()), prefixed(0, spec.interior()));
    }

    private static Shape prefixed(long first, Shape shape) {
        return shape.inserted(0, first);
    }

    // ---- indexing ----

    private static Tensor indexSelect(Op.IndexSelect op, BatchOperands in) {
        if (!in.has(1)) {
            return Dispatch.bind(new Op.IndexSelect(op.axis() + 1), in.value(0), in.value(1));
        }
        long count = in.shape(1).elements();
        if (in.has(0)) {
            return Dispatch.bind(
                    new Op.Gather(op.axis() + 1),
                    in.value(0),
                    along(op.axis(), in, in.shape(0).withSize(op.axis(), count)));
        }
        // All elements pick from the same tensor: one selection by all of their indices.
        Tensor picked = Dispatch.bind(op, in.value(0), in.value(1).flatten());
        Shape apart = in.shape(0).withSize(op.axis(), count).inserted(op.axis(), in.size());
        return picked.reshape(apart).moveAxis(op.axis(), 0);
    }

    private static Tensor indexAdd(Op.IndexAdd op, BatchOperands in) {
        if (!in.has(1)) {
            return Dispatch.bind(new Op.IndexAdd(op.axis() + 1, op.size()), in.value(0), in.value(1));
        }
        Shape sums = in.with(in.shape(0).withSize(op.axis(), op.size()));
        return Dispatch.bind(new Op.ScatterAdd(op.axis() + 1, sums), in.whole(0), along(op.axis(), in, in.shape(0)));
    }

    /** The index vectors (batch, count) along an axis of a shape, repeated along its other axes. */
    private static Tensor along(int axis, BatchOperands in, Shape shape) {
        long[] aligned = new long[shape.rank() + 1];
        Arrays.fill(aligned, 1);
        aligned[0] = in.size();
        aligned[axis + 1] = in.shape(1).elements();
        return in.value(1).reshape(Shape.of(aligned)).broadcastTo(in.with(shape));
    }

    // ---- products ----

    /** With one operand for all elements, the rows or columns of the others go into one product with it. */
    private static Tensor matmul(Op.MatMul op, BatchOperands in) {
        if (in.has(0) && in.has(1)) {
            return Dispatch.bind(op, in.value(0), in.value(1));
        }
        int rank = in.shape(0).rank();
        if (in.has(0)) {
            // (batch, .., m, k) to (.., batch * m, k)
            Tensor rows = in.value(0).moveAxis(0, rank - 2);
            Tensor product = Dispatch.bind(op, rows.flatten(rank - 2, rank - 1), in.value(1));
            return product.reshape(rows.shape().withSize(rank, product.size(-1)))
                    .moveAxis(rank - 2, 0);
        }
        // (batch, .., k, n) to (.., k, batch * n)
        Tensor columns = in.value(1).moveAxis(0, rank - 1);
        Tensor product = Dispatch.bind(op, in.value(0), columns.flatten(rank - 1, rank));
        return product.reshape(columns.shape().withSize(rank - 2, product.size(rank - 2)))
                .moveAxis(rank - 1, 0);
    }
}
