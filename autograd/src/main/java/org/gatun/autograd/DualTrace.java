package org.gatun.autograd;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.trace.Dispatch;
import org.gatun.tensor.trace.Levels;
import org.gatun.tensor.trace.Trace;
import org.jspecify.annotations.Nullable;

/** The forward mode: operations on dual numbers, values and tangents side by side. Keeps nothing. */
final class DualTrace implements Trace {
    private final int level = Levels.open();
    private final Thread owner = Thread.currentThread();
    private boolean open = true;

    void close() {
        Levels.close(level);
        open = false;
    }

    @Override
    public int level() {
        return level;
    }

    void checkUse(Dual d) {
        if (!open) {
            throw new IllegalStateException("jvp: a tensor of shape " + d.shape()
                    + " was used after the jvp that made it had ended: use what jvp returns instead");
        }
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException(
                    "jvp: a tensor of shape " + d.shape() + " belongs to thread " + owner.getName()
                            + " and was used on " + Thread.currentThread().getName());
        }
    }

    @Override
    public Tensor[] process(Op op, Tensor[] inputs) {
        return switch (op) {
            case Op.NonDifferentiable n -> Dispatch.bindAll(n, values(inputs));
            case Op.Diagonal diagonal -> diagonal(diagonal, inputs);
            case Op.Multilinear multilinear -> multilinear(multilinear, inputs);
            case Op.Irregular irregular -> irregular(irregular, inputs);
            case Op.LinearAlgebra algebra -> linearAlgebra(algebra, inputs);
            case Op.Call call -> call(call, inputs);
        };
    }

    private Tensor[] diagonal(Op.Diagonal op, Tensor[] inputs) {
        Tensor[] values = values(inputs);
        @Nullable Tensor[] tangents = tangents(inputs);
        Tensor[] results = Dispatch.bindAll(op, values);
        int n = values.length;
        int m = results.length;
        DType[] types = new DType[n];
        BitSet wanted = new BitSet();
        for (int i = 0; i < n; i++) {
            types[i] = values[i].dtype();
            wanted.set(i, tangents[i] != null);
        }
        @Nullable
        Tensor[] out = DerivativeRegion.jvp(op, Arrays.asList(types), wanted)
                .run(k -> k < n ? values[k] : k < n + m ? results[k - n] : present(tangents[k - n - m]));
        Tensor[] duals = Arrays.copyOf(results, results.length, Tensor[].class);
        for (int i = 0; i < m; i++) {
            // A tangent that passes as it is gets a handle of its own: closing one dual number leaves the other.
            Tensor t = out[i];
            duals[i] = dual(results[i], t != null && Arrays.asList(tangents).contains(t) ? t.view() : t);
        }
        return duals;
    }

    private Tensor[] multilinear(Op.Multilinear op, Tensor[] inputs) {
        Tensor[] values = values(inputs);
        @Nullable Tensor[] tangents = tangents(inputs);
        Tensor result = Dispatch.bind(op, values);
        Tensor sum = null;
        if (result.dtype().isFloating()) {
            for (int i = 0; i < values.length; i++) {
                Tensor t = tangents[i];
                if (t != null) {
                    Tensor[] operands = Arrays.copyOf(values, values.length, Tensor[].class);
                    operands[i] = t;
                    Tensor term = Dispatch.bind(op, operands);
                    sum = sum == null ? term : sum.add(term);
                }
            }
        }
        return new Tensor[] {dual(result, sum)};
    }

    private Tensor[] irregular(Op.Irregular op, Tensor[] inputs) {
        Tensor[] values = values(inputs);
        Tensor[] results = Dispatch.bindAll(op, values);
        if (results[0].dtype().isFloating()) {
            results = Arrays.copyOf(results, results.length, Tensor[].class);
            Tensor t =
                    IrregularRules.jvp(op, new Primal(Node.types(values), values, results.clone()), tangents(inputs));
            results[0] = dual(results[0], t);
        }
        return results;
    }

    private Tensor[] linearAlgebra(Op.LinearAlgebra op, Tensor[] inputs) {
        Tensor[] values = values(inputs);
        Tensor[] results = Dispatch.bindAll(op, values);
        @Nullable
        Tensor[] t = LinearAlgebraRules.jvp(op, new Primal(Node.types(values), values, results), tangents(inputs));
        Tensor[] duals = new Tensor[results.length];
        for (int i = 0; i < duals.length; i++) {
            duals[i] = dual(results[i], t[i]);
        }
        return duals;
    }

    private Tensor[] call(Op.Call op, Tensor[] inputs) {
        Composite composite = op.composite();
        Optional<Composite.Derivative> own = composite.derivative();
        if (own.isEmpty() || !own.get().definesJvp()) {
            return Dispatch.inline(composite, inputs);
        }
        Tensor[] values = values(inputs);
        @Nullable Tensor[] known = tangents(inputs);
        Tensor[] results = Dispatch.bindAll(op, values);
        CompositeRules.checkCaptures(composite, results, this::own);
        Tensor[] tangents = new Tensor[known.length];
        for (int i = 0; i < tangents.length; i++) {
            Tensor t = known[i];
            tangents[i] = t != null ? t : values[i].fullLike(0);
        }
        @Nullable
        Tensor[] out = CompositeRules.jvp(composite, own.get(), values, results, tangents, i -> known[i] != null);
        Tensor[] duals = new Tensor[results.length];
        for (int i = 0; i < duals.length; i++) {
            duals[i] = dual(results[i], out[i]);
        }
        return duals;
    }

    boolean own(Tensor t) {
        return t instanceof Dual d && d.owner() == this;
    }

    private Tensor dual(Tensor value, @Nullable Tensor tangent) {
        return tangent == null ? value : new Dual(this, value, tangent);
    }

    private Tensor[] values(Tensor[] inputs) {
        Tensor[] values = Arrays.copyOf(inputs, inputs.length, Tensor[].class);
        for (int i = 0; i < values.length; i++) {
            if (inputs[i] instanceof Dual d && d.owner() == this) {
                values[i] = d.value();
            }
        }
        return values;
    }

    private @Nullable Tensor[] tangents(Tensor[] inputs) {
        @Nullable Tensor[] tangents = new Tensor[inputs.length];
        for (int i = 0; i < tangents.length; i++) {
            tangents[i] = inputs[i] instanceof Dual d && d.owner() == this ? d.tangent() : null;
        }
        return tangents;
    }

    private static Tensor present(@Nullable Tensor t) {
        if (t == null) {
            throw new IllegalStateException("a tangent that is zero was read");
        }
        return t;
    }
}
