package org.gatun.tensor;

import java.util.ArrayList;
import java.util.List;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.ScalarTypes;
import org.gatun.tensor.memory.Storage;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;

/** Changes in place: elementwise operations that write into existing memory and count up its version. */
final class InPlace {
    private InPlace() {}

    /** {@code target = fn(target, other)} in the memory of {@code target}. */
    static Tensor binary(String name, BinaryFn fn, Tensor target, Tensor other) {
        requireConcrete(name, target);
        run(name, new Op.Binary(fn), List.of(target, Arithmetic.cast(other, target.dtype())), List.of(target));
        return target;
    }

    /** Copies {@code source} into the memory of {@code target}. */
    static Tensor copy(Tensor target, Tensor source) {
        requireConcrete("copy_", target);
        run("copy_", new Op.Cast(target.dtype()), List.of(source), List.of(target));
        return target;
    }

    private static void requireConcrete(String name, Tensor target) {
        if (!(target instanceof ConcreteTensor)) {
            throw new IllegalStateException(name + ": a tensor of shape " + target.shape()
                    + " that a tape or another interpreter follows can't be changed in place: use the method that returns a new"
                    + " tensor");
        }
    }

    /** Runs {@code op}, elementwise, on {@code inputs} broadcast to the results' shape, and writes into {@code results}. */
    static void run(String name, Op op, List<Tensor> inputs, List<Tensor> results) {
        ConcreteTensor[] out = new ConcreteTensor[results.size()];
        Shape shape = results.get(0).shape();
        for (int i = 0; i < out.length; i++) {
            out[i] = results.get(i).concrete();
            if (!out[i].shape().equals(shape)) {
                throw new ShapeException(name + ": results of shapes " + shape + " and " + out[i].shape()
                        + ": all results must have one shape");
            }
            DType dtype = dtype(op, i, inputs);
            if (out[i].dtype() != dtype) {
                throw new DTypeException(name + ": the result is " + dtype + " and can't be stored in place in a tensor of "
                        + out[i].dtype() + ": convert the operands first");
            }
            if (out[i].layout().isOverlapping()) {
                throw new ShapeException(name + ": the tensor of shape " + shape
                        + " is broadcast, several of its elements are one in memory: copy it first");
            }
        }
        List<ConcreteTensor> copies = new ArrayList<>();
        Storage[] held = new Storage[inputs.size() + out.length];
        try {
            ConcreteTensor[] in = new ConcreteTensor[inputs.size()];
            for (int i = 0; i < in.length; i++) {
                ConcreteTensor x = inputs.get(i).concrete();
                if (!Broadcasting.fits(x.shape(), shape)) {
                    throw new ShapeException(name + ": an operand of shape " + x.shape() + " can't be repeated to " + shape
                            + ", the shape of the tensor that is changed: in place, only the operand broadcasts");
                }
                if (!x.shape().equals(shape)) {
                    x = x.view(x.layout().broadcast(shape));
                    copies.add(x);
                }
                if (clashes(x, out)) {
                    x = (ConcreteTensor) x.copy();
                    copies.add(x);
                }
                in[i] = x;
                held[i] = x.acquire();
            }
            for (int i = 0; i < out.length; i++) {
                held[in.length + i] = out[i].acquire();
            }
            Dispatch.backend(out[0].device()).executeInto(op, in, out);
            for (ConcreteTensor t : out) {
                t.storage().bumpVersion();
            }
        } finally {
            for (Storage storage : held) {
                if (storage != null) {
                    storage.release();
                }
            }
            copies.forEach(ConcreteTensor::close);
        }
    }

    /** Whether an operand shares memory with a result without being the very same view of it. */
    private static boolean clashes(ConcreteTensor x, ConcreteTensor[] out) {
        for (ConcreteTensor t : out) {
            if (x.storage() == t.storage() && !same(x, t)) {
                return true;
            }
        }
        return false;
    }

    private static boolean same(ConcreteTensor x, ConcreteTensor t) {
        Layout a = x.layout();
        Layout b = t.layout();
        return x.dtype() == t.dtype()
                && a.offset() == b.offset()
                && (a.equals(b) || (a.isContiguous() && b.isContiguous()));
    }

    private static DType dtype(Op op, int result, List<Tensor> inputs) {
        return switch (op) {
            case Op.Scalar scalar ->
                ScalarTypes.result(
                        scalar, inputs.stream().map(Tensor::dtype).toArray(DType[]::new));
            case Op.Fused fused -> fused.expr().dtype(fused.expr().outputs().get(result));
            case Op.Multilinear other -> throw new IllegalArgumentException("in place: " + other + " is not elementwise");
            case Op.Irregular other -> throw new IllegalArgumentException("in place: " + other + " is not elementwise");
            case Op.NonDifferentiable other ->
                throw new IllegalArgumentException("in place: " + other + " is not elementwise");
            case Op.Call call -> throw new IllegalArgumentException("in place: " + call + " is not elementwise");
        };
    }
}
