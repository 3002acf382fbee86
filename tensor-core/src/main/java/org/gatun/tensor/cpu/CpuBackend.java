package org.gatun.tensor.cpu;

import java.util.List;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.cuda.Transfers;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.trace.Backend;
import org.gatun.tensor.trace.Views;

/** The operations on the host: one line for each, naming where its arithmetic is. */
public final class CpuBackend implements Backend {
    /** The only instance. */
    public static final CpuBackend INSTANCE = new CpuBackend();

    private CpuBackend() {}

    @Override
    public ConcreteTensor[] execute(Op op, ConcreteTensor[] in) {
        return Widening.applies(op, in) ? Widening.run(wide -> run(op, wide), in) : run(op, in);
    }

    private static ConcreteTensor[] run(Op op, ConcreteTensor[] in) {
        return switch (op) {
            case Op.Diagonal diagonal -> diagonal(diagonal, in);
            case Op.Multilinear multilinear -> multilinear(multilinear, in);
            case Op.Irregular irregular -> irregular(irregular, in);
            case Op.LinearAlgebra algebra -> LinearAlgebraKernels.execute(algebra, in);
            case Op.NonDifferentiable other -> nonDifferentiable(other, in);
            case Op.Call call ->
                call.composite().fallback(List.of(in)).stream()
                        .map(Tensor::concrete)
                        .toArray(ConcreteTensor[]::new);
        };
    }

    @Override
    public void executeInto(Op.Elementwise op, ConcreteTensor[] inputs, ConcreteTensor[] results) {
        switch (op) {
            case Op.Fused fused -> RegionRunner.runInto(fused.expr(), inputs, results);
            case Op.Scalar scalar -> RegionRunner.runInto(scalar, inputs, results[0]);
        }
    }

    private static ConcreteTensor[] diagonal(Op.Diagonal op, ConcreteTensor[] in) {
        return switch (op) {
            case Op.Unary unary -> RegionRunner.run(unary, in);
            case Op.Binary binary -> RegionRunner.run(binary, in);
            case Op.Select select -> RegionRunner.run(select, in);
            case Op.Fused fused -> RegionRunner.run(fused.expr(), in);
        };
    }

    private static ConcreteTensor[] multilinear(Op.Multilinear op, ConcreteTensor[] in) {
        return switch (op) {
            case Op.Cast cast -> RegionRunner.run(cast, in);
            case Op.Reshape reshape -> one(Copies.copy(in[0], reshape.shape()));
            case Op.View view -> one(Views.of(view, in[0]));
            case Op.Pad pad -> one(Copies.pad(pad, in[0]));
            case Op.Copy copy -> one(Copies.copy(in[0]));
            case Op.Transfer transfer -> one(Transfers.fromHost(in[0], transfer.to()));
            case Op.Sum sum -> one(Reduce.sum(sum, in[0]));
            case Op.CumSum cumSum -> one(Scan.sum(cumSum, in[0]));
            case Op.Gather gather -> one(Indexing.gather(gather, in[0], in[1]));
            case Op.ScatterAdd scatterAdd -> one(Indexing.scatterAdd(scatterAdd, in[0], in[1]));
            case Op.IndexSelect indexSelect -> one(Indexing.indexSelect(indexSelect, in[0], in[1]));
            case Op.IndexAdd indexAdd -> one(Indexing.indexAdd(indexAdd, in[0], in[1]));
            case Op.MatMul matMul -> one(MatMulKernels.matMul(in[0], in[1]));
            case Op.Conv2d conv -> one(ConvKernels.conv2d(conv.spec(), in[0], in[1]));
            case Op.Conv2dInputGrad conv -> one(ConvKernels.inputGrad(conv.spec(), conv.input(), in[0], in[1]));
            case Op.Conv2dWeightGrad conv -> one(ConvKernels.weightGrad(conv.spec(), conv.weight(), in[0], in[1]));
            case Op.AvgPool2d pool -> one(PoolKernels.avgPool2d(pool.spec(), in[0]));
            case Op.AvgPool2dGrad pool -> one(PoolKernels.avgPool2dGrad(pool.spec(), pool.input(), in[0]));
            case Op.Fft fft -> one(FftKernels.fft(fft, in[0]));
        };
    }

    private static ConcreteTensor[] irregular(Op.Irregular op, ConcreteTensor[] in) {
        return switch (op) {
            case Op.Concat concat -> one(Copies.concat(concat, in));
            case Op.Prod prod -> one(Reduce.prod(prod, in[0]));
            case Op.Extremum extremum -> one(Reduce.extremum(extremum, in[0]));
            case Op.CumProd cumProd -> one(Scan.prod(cumProd, in[0]));
            case Op.Sort sort -> Sorting.sort(sort, in[0]);
            case Op.TopK topK -> Sorting.topK(topK, in[0]);
            case Op.Scatter scatter -> one(Indexing.scatter(scatter, in[0], in[1], in[2]));
            case Op.MaxPool2d pool -> PoolKernels.maxPool2d(pool.spec(), in[0]);
        };
    }

    private static ConcreteTensor[] nonDifferentiable(Op.NonDifferentiable op, ConcreteTensor[] in) {
        return switch (op) {
            case Op.Compare compare -> RegionRunner.run(compare, in);
            case Op.Logic logic -> RegionRunner.run(logic, in);
            case Op.Not not -> RegionRunner.run(not, in);
            case Op.ArgExtremum arg -> one(Reduce.argExtremum(arg, in[0]));
            case Op.BoolReduce bool -> one(Reduce.bool(bool, in[0]));
            case Op.Iota iota -> one(Sources.iota(iota));
            case Op.Random random -> one(Sources.random(random));
        };
    }

    private static ConcreteTensor[] one(ConcreteTensor result) {
        return new ConcreteTensor[] {result};
    }
}
