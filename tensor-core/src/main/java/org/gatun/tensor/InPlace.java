package org.gatun.tensor;

import java.util.ArrayList;
import java.util.List;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.ScalarTypes;
import org.gatun.tensor.ir.UnaryFn;
import org.gatun.tensor.memory.Storage;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;
import org.gatun.tensor.trace.Placement;
import org.gatun.tensor.trace.Traced;

/** Changes in place: elementwise operations that write into existing memory and count up its version. */
final class InPlace {
    private InPlace() {}

    /** {@code target = fn(target, other)}. */
    static Tensor binary(String name, BinaryFn fn, Tensor target, Tensor other) {
        ConcreteTensor t = writable(name, target);
        try (Converted x = new Converted(name, t, other)) {
            run(name, op(name, fn, t), List.of(t, x.tensor()), List.of(t));
        }
        return target;
    }

    /** {@code target = fn(target, other)}. */
    static Tensor binary(String name, BinaryFn fn, Tensor target, double other) {
        ConcreteTensor t = writable(name, target);
        requireKind(name, t, t.dtype().promoteWithScalar(DType.Kind.FLOATING));
        boolean narrow = NarrowScalars.applies(t.dtype());
        try (Tensor x = ConcreteTensor.scalar(narrow ? DType.F32 : t.dtype(), other, t.device())) {
            run(name, narrow ? NarrowScalars.op(fn, t.dtype()) : new Op.Binary(fn), List.of(t, x), List.of(t));
        }
        return target;
    }

    /** {@code target = fn(target, other)}. */
    static Tensor binary(String name, BinaryFn fn, Tensor target, long other) {
        ConcreteTensor t = writable(name, target);
        requireKind(name, t, t.dtype().promoteWithScalar(DType.Kind.INTEGER));
        if (NarrowScalars.applies(t.dtype())) {
            return binary(name, fn, target, (double) other);
        }
        try (Tensor x = ConcreteTensor.scalar(t.dtype(), Arithmetic.operand(name, fn, t.dtype(), other), t.device())) {
            run(name, op(name, fn, t), List.of(t, x), List.of(t));
        }
        return target;
    }

    /** The operation on the tensor's own dtype, as {@link Arithmetic#binary} chooses it. */
    private static Op.Scalar op(String name, BinaryFn fn, ConcreteTensor t) {
        if (t.dtype() == DType.BOOL && fn.isArithmetic()) {
            return new Op.Logic(Arithmetic.truth(name, fn));
        }
        if (!fn.accepts(t.dtype())) {
            requireKind(name, t, t.dtype().toFloating());
        }
        return new Op.Binary(fn);
    }

    /** {@code target = fn(target)}. */
    static Tensor unary(String name, UnaryFn fn, Tensor target) {
        ConcreteTensor t = writable(name, target);
        Arithmetic.requireArithmetic(name, fn, t);
        if (!fn.accepts(t.dtype())) {
            requireKind(name, t, t.dtype().toFloating());
        }
        run(name, new Op.Unary(fn), List.of(t), List.of(t));
        return target;
    }

    static Tensor clamp(Tensor target, double min, double max) {
        ConcreteTensor t = writable("clamp_", target);
        return replace("clamp_", t, target, Limits.clamp("clamp_", t, min, max));
    }

    static Tensor clamp(Tensor target, long min, long max) {
        ConcreteTensor t = writable("clamp_", target);
        return replace("clamp_", t, target, Limits.clamp("clamp_", t, min, max));
    }

    private static Tensor replace(String name, ConcreteTensor t, Tensor target, Tensor values) {
        try (values;
                Converted x = new Converted(name, t, values)) {
            run(name, new Op.Cast(t.dtype()), List.of(x.tensor()), List.of(t));
        }
        return target;
    }

    static Tensor fill(String name, Tensor target, double value) {
        ConcreteTensor t = writable(name, target);
        try (Tensor x = Arithmetic.constant(name, t, value)) {
            run(name, new Op.Cast(t.dtype()), List.of(x), List.of(t));
        }
        return target;
    }

    static Tensor fill(String name, Tensor target, long value) {
        ConcreteTensor t = writable(name, target);
        try (Tensor x = Arithmetic.constant(name, t, value)) {
            run(name, new Op.Cast(t.dtype()), List.of(x), List.of(t));
        }
        return target;
    }

    /** Copies {@code source}, converted, into the memory of {@code target}. */
    static Tensor copy(String name, Tensor target, Tensor source) {
        ConcreteTensor t = writable(name, target);
        ConcreteTensor x = readable(name, source);
        // As in PyTorch, a copy may go from one device to another.
        ConcreteTensor here = (ConcreteTensor) x.to(t.device());
        try {
            run(name, new Op.Cast(t.dtype()), List.of(here), List.of(t));
        } finally {
            if (here != x) {
                here.close();
            }
        }
        return target;
    }

    static Tensor maskedFill(Tensor target, Tensor mask, double value) {
        ConcreteTensor t = writable("maskedFill_", target);
        return maskedFill(t, target, mask, Arithmetic.constant("maskedFill_", t, value));
    }

    static Tensor maskedFill(Tensor target, Tensor mask, long value) {
        ConcreteTensor t = writable("maskedFill_", target);
        return maskedFill(t, target, mask, Arithmetic.constant("maskedFill_", t, value));
    }

    private static Tensor maskedFill(ConcreteTensor t, Tensor target, Tensor mask, Tensor value) {
        try (value) {
            Arithmetic.requireMask("maskedFill_", mask);
            run("maskedFill_", new Op.Select(), List.of(readable("maskedFill_", mask), value, t), List.of(t));
        }
        return target;
    }

    /** The tensor that is changed: concrete, or the value of a parameter. */
    private static ConcreteTensor writable(String name, Tensor target) {
        if (target instanceof Traced traced && traced.trace() != null) {
            throw new IllegalStateException(name + ": a tensor of shape " + target.shape()
                    + " that a tape or another interpreter follows can't be changed in place: use "
                    + outOfPlace(name) + ", which returns a new tensor");
        }
        return target.concrete();
    }

    /** An operand that is only read, and whose gradient nobody would get. */
    static ConcreteTensor readable(String name, Tensor operand) {
        // A parameter resolves to the variable of the tape that follows it.
        if (operand instanceof Traced traced && traced.resolve() instanceof Traced now && now.trace() != null) {
            throw new IllegalStateException(name + ": the operand of shape " + operand.shape()
                    + " is followed by a tape or another interpreter, and a change in place is not recorded: use "
                    + outOfPlace(name)
                    + (isDetachable(now)
                            ? ", or pass its detach()"
                            : ", and return the result from the function; what is to be gathered over a batch, gather"
                                    + " from what vmap returns, for instance with its sum(0)"));
        }
        return operand.concrete();
    }

    /** Whether {@code detach()} gives numbers: of a tensor that stands for a batch, it stands for the batch. */
    private static boolean isDetachable(Traced operand) {
        if (!Traced.hasNumbers(operand)) {
            return false;
        }
        try (Tensor detached = operand.detached()) {
            return !(detached instanceof Traced);
        }
    }

    /** The method that does the same without changing anything. */
    private static String outOfPlace(String name) {
        return switch (name) {
            case "region" -> "apply";
            case "zero_" -> "Tensors.zerosLike";
            case "fill_" -> "fullLike";
            case "copy_" -> "the source's copy()";
            default -> name.substring(0, name.length() - 1);
        };
    }

    private static void requireKind(String name, ConcreteTensor target, DType result) {
        if (result.kind().compareTo(target.dtype().kind()) > 0) {
            throw new DTypeException(name + ": the result is " + result
                    + " and can't be stored in place in a tensor of " + target.dtype() + ": use "
                    + outOfPlace(name) + ", which returns a new tensor");
        }
    }

    /** An operand in the dtype of the tensor that is changed; closing it frees a conversion. */
    private static final class Converted implements AutoCloseable {
        private final ConcreteTensor source;
        private final ConcreteTensor tensor;

        Converted(String name, ConcreteTensor target, Tensor operand) {
            this.source = readable(name, operand);
            requireKind(name, target, source.dtype());
            this.tensor = (ConcreteTensor) Arithmetic.cast(source, target.dtype());
        }

        ConcreteTensor tensor() {
            return tensor;
        }

        @Override
        public void close() {
            if (tensor != source) {
                tensor.close();
            }
        }
    }

    /** Runs a region on inputs converted to the given dtypes, and writes into {@code results}. */
    static void region(Op.Fused op, List<Tensor> inputs, DType[] dtypes, List<Tensor> results) {
        requireResults(op, results);
        List<Tensor> operands = new ArrayList<>();
        List<Tensor> conversions = new ArrayList<>();
        try {
            for (int i = 0; i < dtypes.length; i++) {
                Tensor x = readable("region", inputs.get(i));
                Tensor converted = Arithmetic.cast(x, dtypes[i]);
                if (converted != x) {
                    conversions.add(converted);
                }
                operands.add(converted);
            }
            run("region", op, operands, results);
        } finally {
            conversions.forEach(Tensor::close);
        }
    }

    /** Checks that there is a tensor that may be written for each result of a region. */
    static void requireResults(Op.Fused op, List<Tensor> results) {
        int count = op.expr().outputs().size();
        if (results.size() != count) {
            throw new IllegalArgumentException("region: gives " + count + " results, not " + results.size()
                    + ": give a tensor to write into for each");
        }
        for (Tensor result : results) {
            var _ = writable("region", result);
        }
    }

    /** Runs {@code op} on {@code inputs} broadcast to the results' shape, and writes into {@code results}. */
    static void run(String name, Op.Elementwise op, List<? extends Tensor> inputs, List<? extends Tensor> results) {
        ConcreteTensor[] out = checked(name, op, inputs, results);
        List<ConcreteTensor> copies = new ArrayList<>();
        Storage[] held = new Storage[inputs.size() + out.length];
        try {
            ConcreteTensor[] in = new ConcreteTensor[inputs.size()];
            for (int i = 0; i < in.length; i++) {
                in[i] = operand(name, inputs.get(i).concrete(), out, copies);
                held[i] = in[i].acquire();
            }
            for (int i = 0; i < out.length; i++) {
                held[in.length + i] = out[i].acquire();
            }
            try {
                Dispatch.backend(out[0].device()).executeInto(op, in, out);
            } finally {
                // Also when it failed: part of the results may be written.
                for (int i = in.length; i < held.length; i++) {
                    held[i].bumpVersion();
                }
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

    /** The results, after checks of what does not depend on the operands' shapes and places. */
    static ConcreteTensor[] checked(
            String name, Op.Elementwise op, List<? extends Tensor> inputs, List<? extends Tensor> results) {
        ConcreteTensor[] out = new ConcreteTensor[results.size()];
        Shape shape = results.get(0).shape();
        for (int i = 0; i < out.length; i++) {
            out[i] = results.get(i).concrete();
            if (!out[i].shape().equals(shape)) {
                throw new ShapeException(name + ": results of shapes " + shape + " and " + out[i].shape()
                        + ": all results must have one shape");
            }
            if (out[i].storage().isReadOnly()) {
                throw new IllegalStateException(name + ": the tensor of shape " + shape
                        + " lies in a file that is mapped for reading and can't be changed in place: use "
                        + outOfPlace(name) + ", or copy() it first");
            }
            DType dtype = dtype(op, i, inputs);
            if (out[i].dtype() != dtype) {
                throw new DTypeException(
                        name + ": the result is " + dtype + " and can't be stored in place in a tensor of "
                                + out[i].dtype() + ": convert the operands first");
            }
            if (out[i].layout().isOverlapping()) {
                throw new ShapeException(name + ": the tensor of shape " + shape
                        + " is broadcast, several of its elements are one in memory: copy it first");
            }
        }
        requireApart(name, out);
        Placement.requireOneDevice(name, out);
        return out;
    }

    /** Checks that an operand can be repeated to the shape of the results. */
    static void requireFits(String name, ConcreteTensor x, ConcreteTensor[] out) {
        Shape shape = out[0].shape();
        if (!Broadcasting.fits(x.shape(), shape)) {
            throw new ShapeException(name + ": an operand of shape " + x.shape() + " can't be repeated to " + shape
                    + ", the shape of the tensor that is changed: in place, only the operand"
                    + " broadcasts");
        }
    }

    /**
     * An operand in the shape of the results, on their device, and in memory that is apart from theirs or one with it.
     *
     * @param copies gets what is to be closed afterwards
     */
    static ConcreteTensor operand(String name, ConcreteTensor x, ConcreteTensor[] out, List<ConcreteTensor> copies) {
        requireFits(name, x, out);
        if (!x.shape().equals(out[0].shape())) {
            x = x.view(x.layout().broadcast(out[0].shape()));
            copies.add(x);
        }
        if (clashes(x, out)) {
            x = (ConcreteTensor) x.copy();
            copies.add(x);
        }
        ConcreteTensor beside = Placement.beside(name, out[0], x);
        if (beside != x) {
            x = beside;
            copies.add(x);
        }
        return x;
    }

    private static void requireApart(String name, ConcreteTensor[] out) {
        for (int i = 0; i < out.length; i++) {
            for (int j = 0; j < i; j++) {
                if (out[i].storage() == out[j].storage() && !out[i].layout().isApartFrom(out[j].layout())) {
                    throw new IllegalArgumentException(name + ": results " + j + " and " + i + ", of shape "
                            + out[i].shape() + ", share elements: give each memory of its own");
                }
            }
        }
    }

    /** Whether an operand may share elements with a result without being the very same view of them. */
    private static boolean clashes(ConcreteTensor x, ConcreteTensor[] out) {
        for (ConcreteTensor t : out) {
            if (x.storage() == t.storage() && !same(x, t) && !areApart(x, t)) {
                return true;
            }
        }
        return false;
    }

    private static boolean areApart(ConcreteTensor x, ConcreteTensor t) {
        return x.dtype() == t.dtype() && x.layout().isApartFrom(t.layout());
    }

    private static boolean same(ConcreteTensor x, ConcreteTensor t) {
        Layout a = x.layout();
        Layout b = t.layout();
        return x.dtype() == t.dtype()
                && a.offset() == b.offset()
                && (a.equals(b) || (a.isContiguous() && b.isContiguous()));
    }

    private static DType dtype(Op.Elementwise op, int result, List<? extends Tensor> inputs) {
        return switch (op) {
            case Op.Scalar scalar ->
                ScalarTypes.result(scalar, inputs.stream().map(Tensor::dtype).toArray(DType[]::new));
            case Op.Fused fused -> fused.expr().dtype(fused.expr().outputs().get(result));
        };
    }
}
