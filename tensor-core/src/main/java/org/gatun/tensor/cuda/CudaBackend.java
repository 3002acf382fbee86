package org.gatun.tensor.cuda;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.gatun.bindings.cuda.CudaException;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.memory.Allocator;
import org.gatun.tensor.trace.Backend;
import org.gatun.tensor.trace.Views;

/** The operations on a GPU: one line for each, naming where its kernels are. */
public final class CudaBackend implements Backend {
    private static final Map<Device.Cuda, CudaBackend> BACKENDS = new ConcurrentHashMap<>();

    private final CudaDevice gpu;

    private CudaBackend(Device.Cuda device) {
        gpu = CudaDevice.of(device);
    }

    /**
     * A GPU's backend, which makes the GPU ready on first use.
     *
     * @throws org.gatun.tensor.DeviceException when it is not there or can't be used
     */
    public static CudaBackend of(Device.Cuda device) {
        CudaBackend known = BACKENDS.get(device);
        return known != null ? known : BACKENDS.computeIfAbsent(device, CudaBackend::new);
    }

    /** The GPU's memory. */
    public Allocator allocator() {
        return gpu.allocator();
    }

    /** Waits until all work of the calling thread is done, and throws what its kernels found wrong. */
    public void synchronize() {
        gpu.synchronize();
    }

    @Override
    public ConcreteTensor[] execute(Op op, ConcreteTensor[] in) {
        return ordered(operands -> run(op, operands), in);
    }

    /** A composite's kernel that runs after the work of other threads on its operands. */
    public Composite.Kernel ordered(Composite.Kernel kernel) {
        return in -> ordered(kernel, in);
    }

    private ConcreteTensor[] ordered(Composite.Kernel kernel, ConcreteTensor[] in) {
        gpu.requireOwnCapture();
        Lane lane = gpu.lane();
        CudaStream stream = lane.stream();
        CudaBlock[] read = blocks(in);
        int begun = lane.begin();
        boolean failed = true;
        try {
            for (CudaBlock block : read) {
                block.beforeRead(stream);
            }
            ConcreteTensor[] results = kernel.run(in);
            failed = false;
            return results;
        } catch (CudaException e) {
            throw gpu.failure(e);
        } finally {
            lane.end(begun, failed);
            // Also when it failed: part of the work may have been given to the stream.
            for (CudaBlock block : read) {
                block.afterRead(stream);
            }
        }
    }

    private static CudaBlock[] blocks(ConcreteTensor[] tensors) {
        CudaBlock[] blocks = new CudaBlock[tensors.length];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = CudaBlock.of(tensors[i].storage());
        }
        return blocks;
    }

    @Override
    public void executeInto(Op.Elementwise op, ConcreteTensor[] inputs, ConcreteTensor[] results) {
        changing(
                in -> {
                    switch (op) {
                        case Op.Fused fused -> CudaRegions.runInto(gpu, fused.expr(), in, results);
                        case Op.Scalar scalar -> CudaRegions.runInto(gpu, scalar, in, results[0]);
                    }
                    return results;
                },
                inputs,
                results);
    }

    @Override
    public void executeEachInto(
            Op.Fused op, List<ConcreteTensor[]> inputs, ConcreteTensor[] shared, List<ConcreteTensor[]> results) {
        changing(
                in -> {
                    CudaForEach.runInto(gpu, op.expr(), inputs, shared, results);
                    return in;
                },
                Stream.concat(inputs.stream().flatMap(Arrays::stream), Arrays.stream(shared))
                        .toArray(ConcreteTensor[]::new),
                results.stream().flatMap(Arrays::stream).toArray(ConcreteTensor[]::new));
    }

    /** Runs what writes into existing memory after the work of other threads on it. */
    private void changing(Composite.Kernel kernel, ConcreteTensor[] inputs, ConcreteTensor[] results) {
        CudaStream stream = gpu.stream();
        CudaBlock[] written = blocks(results);
        try {
            for (CudaBlock block : written) {
                block.beforeWrite(stream);
            }
        } catch (CudaException e) {
            throw gpu.failure(e);
        }
        try {
            ordered(kernel, inputs);
        } finally {
            for (CudaBlock block : written) {
                block.afterWrite(stream);
            }
        }
    }

    private ConcreteTensor[] run(Op op, ConcreteTensor[] in) {
        return switch (op) {
            case Op.Diagonal diagonal -> diagonal(diagonal, in);
            case Op.Multilinear multilinear -> multilinear(multilinear, in);
            case Op.Irregular irregular -> irregular(irregular, in);
            case Op.LinearAlgebra algebra -> OnHost.run(gpu, algebra, in);
            case Op.NonDifferentiable other -> nonDifferentiable(other, in);
            case Op.Call call ->
                call.composite().fallback(List.of(in)).stream()
                        .map(Tensor::concrete)
                        .toArray(ConcreteTensor[]::new);
        };
    }

    private ConcreteTensor[] diagonal(Op.Diagonal op, ConcreteTensor[] in) {
        return switch (op) {
            case Op.Scalar scalar -> CudaRegions.run(gpu, scalar, in);
            case Op.Fused fused -> CudaRegions.run(gpu, fused.expr(), in);
        };
    }

    private ConcreteTensor[] multilinear(Op.Multilinear op, ConcreteTensor[] in) {
        return switch (op) {
            case Op.Cast cast -> CudaRegions.run(gpu, cast, in);
            case Op.Reshape reshape -> one(CudaCopies.copy(gpu, in[0], reshape.shape()));
            case Op.View view -> one(Views.of(view, in[0]));
            case Op.Pad pad -> one(CudaCopies.pad(gpu, pad, in[0]));
            case Op.Copy copy -> one(CudaCopies.copy(gpu, in[0]));
            case Op.Transfer transfer -> one(Transfers.fromDevice(gpu, in[0], transfer.to()));
            case Op.Sum sum -> one(CudaReductions.sum(gpu, sum, in[0]));
            case Op.CumSum cumSum -> one(CudaScans.sum(gpu, cumSum, in[0]));
            case Op.Gather gather -> one(CudaIndexing.gather(gpu, gather, in[0], in[1]));
            case Op.ScatterAdd scatterAdd -> one(CudaIndexing.scatterAdd(gpu, scatterAdd, in[0], in[1]));
            case Op.IndexSelect indexSelect -> one(CudaIndexing.indexSelect(gpu, indexSelect, in[0], in[1]));
            case Op.IndexAdd indexAdd -> one(CudaIndexing.indexAdd(gpu, indexAdd, in[0], in[1]));
            case Op.MatMul matMul -> one(CudaProducts.matMul(gpu, in[0], in[1]));
            case Op.Conv2d conv -> one(CudaConvolutions.conv2d(gpu, conv, in[0], in[1]));
            case Op.Conv2dInputGrad conv -> one(CudaConvolutions.inputGrad(gpu, conv, in[0], in[1]));
            case Op.Conv2dWeightGrad conv -> one(CudaConvolutions.weightGrad(gpu, conv, in[0], in[1]));
            case Op.AvgPool2d pool -> one(CudaPooling.avgPool2d(gpu, pool.spec(), in[0]));
            case Op.AvgPool2dGrad pool -> one(CudaPooling.avgPool2dGrad(gpu, pool.spec(), pool.input(), in[0]));
            case Op.Fft fft -> one(CudaFourier.fft(gpu, fft, in[0]));
        };
    }

    private ConcreteTensor[] irregular(Op.Irregular op, ConcreteTensor[] in) {
        return switch (op) {
            case Op.Concat concat -> one(CudaCopies.concat(gpu, concat, in));
            case Op.Prod prod -> one(CudaReductions.prod(gpu, prod, in[0]));
            case Op.Extremum extremum -> one(CudaReductions.extremum(gpu, extremum, in[0]));
            case Op.CumProd cumProd -> one(CudaScans.prod(gpu, cumProd, in[0]));
            case Op.Sort sort -> CudaSorting.sort(gpu, sort, in[0]);
            case Op.TopK topK -> CudaSorting.topK(gpu, topK, in[0]);
            case Op.Scatter scatter -> one(CudaIndexing.scatter(gpu, scatter, in[0], in[1], in[2]));
            case Op.MaxPool2d pool -> CudaPooling.maxPool2d(gpu, pool.spec(), in[0]);
        };
    }

    private ConcreteTensor[] nonDifferentiable(Op.NonDifferentiable op, ConcreteTensor[] in) {
        return switch (op) {
            case Op.Scalar scalar -> CudaRegions.run(gpu, scalar, in);
            case Op.ArgExtremum arg -> one(CudaReductions.argExtremum(gpu, arg, in[0]));
            case Op.BoolReduce bool -> one(CudaReductions.bool(gpu, bool, in[0]));
            case Op.Iota iota -> one(CudaSources.iota(gpu, iota));
            case Op.Random random -> one(CudaSources.random(gpu, random));
        };
    }

    private static ConcreteTensor[] one(ConcreteTensor result) {
        return new ConcreteTensor[] {result};
    }
}
