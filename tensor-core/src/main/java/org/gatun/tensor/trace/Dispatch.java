package org.gatun.tensor.trace;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.cpu.CpuBackend;
import org.gatun.tensor.cuda.CudaBackend;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.ir.TypeRules;
import org.gatun.tensor.memory.ClosedTensorException;
import org.gatun.tensor.memory.Storage;
import org.gatun.tensor.shape.Layout;

/**
 * Where every operation passes: the innermost interpreter among the operands handles it, or the operands' device runs it.
 */
public final class Dispatch {
    /** Whether every operation is checked against the type rules before and after it runs: where Java assertions are enabled. */
    private static final boolean VERIFY = Dispatch.class.desiredAssertionStatus();

    private Dispatch() {}

    /** Applies an operation that has one result. */
    public static Tensor bind(Op op, Tensor... inputs) {
        return bindAll(op, inputs)[0];
    }

    /**
     * Applies an operation to operands that fit it (the public methods of {@link Tensor} see to that).
     *
     * @return its results
     */
    public static Tensor[] bindAll(Op op, Tensor... inputs) {
        Trace top = null;
        Tensor[] resolved = inputs;
        for (int i = 0; i < inputs.length; i++) {
            if (inputs[i] instanceof Traced traced) {
                Tensor now = traced.resolve();
                if (now != traced) {
                    if (resolved == inputs) {
                        resolved = Arrays.copyOf(inputs, inputs.length, Tensor[].class);
                    }
                    resolved[i] = now;
                }
                if (now instanceof Traced followed) {
                    Trace trace = followed.trace();
                    if (trace != null && (top == null || trace.level() > top.level())) {
                        top = trace;
                    }
                }
            }
        }
        DType cast = ActiveCast.replace(null);
        if (cast == null) {
            return top == null ? run(op, resolved) : top.process(op, resolved);
        }
        try {
            return top == null ? run(op, resolved) : top.process(op, resolved);
        } finally {
            ActiveCast.replace(cast);
        }
    }

    /** Applies an operation without operands on a device. */
    public static Tensor source(Op op, Device device) {
        Backend backend = backend(device);
        ConcreteTensor[] none = {};
        return VERIFY ? verified(op, none, () -> backend.execute(op, none))[0] : backend.execute(op, none)[0];
    }

    /** The implementation of the operations on a device. */
    public static Backend backend(Device device) {
        return switch (device) {
            case Device.Cpu cpu -> CpuBackend.INSTANCE;
            case Device.Cuda cuda -> CudaBackend.of(cuda);
        };
    }

    /** Applies a composite by its fallback: how an interpreter treats one that brings nothing better. */
    public static Tensor[] inline(Composite composite, Tensor... inputs) {
        return composite.fallback(List.of(inputs)).toArray(Tensor[]::new);
    }

    private static Tensor[] run(Op op, Tensor[] inputs) {
        ConcreteTensor[] operands = new ConcreteTensor[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            operands[i] = inputs[i].concrete();
        }
        // The results of composites are not checked here: what their fallbacks would give is known only by running
        // them.
        return VERIFY && !(op instanceof Op.Call)
                ? verified(op, operands, () -> run(op, operands, inputs))
                : run(op, operands, inputs);
    }

    private static Tensor[] verified(Op op, ConcreteTensor[] operands, Supplier<Tensor[]> execution) {
        List<TensorType> expected = TypeRules.infer(op, types(operands));
        Tensor[] results = execution.get();
        for (int i = 0; i < expected.size(); i++) {
            if (results.length != expected.size()
                    || !results[i].concrete().type().equals(expected.get(i))) {
                List<TensorType> found =
                        Arrays.stream(results).map(t -> t.concrete().type()).toList();
                throw new AssertionError(
                        op + " on " + types(operands) + " gave " + found + " where the type rules say " + expected);
            }
        }
        return results;
    }

    private static Tensor[] run(Op op, ConcreteTensor[] operands, Tensor[] inputs) {
        if (op instanceof Op.View view) {
            return new Tensor[] {Views.of(view, operands[0])};
        }
        if (op instanceof Op.Reshape reshape) {
            Layout layout = operands[0].layout().reshaped(reshape.shape());
            if (layout != null) {
                return new Tensor[] {operands[0].view(layout)};
            }
        }
        if (op instanceof Op.Call call) {
            return call(call, operands, inputs);
        }
        Backend backend = backend(Placement.device(op, operands));
        ConcreteTensor[] together = Placement.together(operands);
        try {
            return execute(o -> backend.execute(op, o), together);
        } finally {
            Placement.closeCopies(operands, together);
        }
    }

    /** Runs the composite's fused kernel for the operands' device or, if there is none, its fallback. */
    private static Tensor[] call(Op.Call op, ConcreteTensor[] operands, Tensor[] inputs) {
        Composite composite = op.composite();
        Optional<Composite.Kernel> kernel = switch (Placement.device(op, operands)) {
            case Device.Cpu cpu -> composite.cpuKernel(types(operands));
            case Device.Cuda cuda -> composite.cudaKernel(types(operands)).map(CudaBackend.of(cuda)::ordered);
        };
        if (kernel.isEmpty()) {
            return inline(composite, inputs);
        }
        ConcreteTensor[] together = Placement.together(operands);
        try {
            return execute(kernel.get(), together);
        } finally {
            Placement.closeCopies(operands, together);
        }
    }

    /** Runs a kernel while its operands' memory is held, so that closing a tensor on another thread can't free it. */
    private static Tensor[] execute(Composite.Kernel kernel, ConcreteTensor[] operands) {
        Storage[] held = new Storage[operands.length];
        try {
            for (int i = 0; i < operands.length; i++) {
                held[i] = operands[i].acquire();
            }
            return run(kernel, operands, held);
        } finally {
            for (Storage storage : held) {
                if (storage != null) {
                    storage.release();
                }
            }
        }
    }

    /** Kernels have no effects but their results, so one that finds an operand closed meanwhile can run again. */
    private static Tensor[] run(Composite.Kernel kernel, ConcreteTensor[] operands, Storage[] held) {
        try {
            return kernel.run(operands);
        } catch (ClosedTensorException e) {
            ConcreteTensor[] again = new ConcreteTensor[operands.length];
            try {
                for (int i = 0; i < again.length; i++) {
                    again[i] = ConcreteTensor.over(held[i].retain(), operands[i].layout(), operands[i].dtype());
                }
                return kernel.run(again);
            } finally {
                for (ConcreteTensor operand : again) {
                    if (operand != null) {
                        operand.close();
                    }
                }
            }
        }
    }

    private static List<TensorType> types(ConcreteTensor[] operands) {
        TensorType[] types = new TensorType[operands.length];
        for (int i = 0; i < types.length; i++) {
            types[i] = operands[i].type();
        }
        return List.of(types);
    }
}
