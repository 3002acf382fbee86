package org.gatun.autograd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.trace.ActiveCast;
import org.gatun.tensor.trace.Dispatch;
import org.gatun.tensor.trace.Levels;
import org.gatun.tensor.trace.Trace;
import org.gatun.tensor.trace.Traced;
import org.jspecify.annotations.Nullable;

/**
 * A function at a point as a list of linear maps: runs the function once and keeps, for each operation that depends on the argument, what its
 * forward rule reads. Tangents then go through the list without the function. The forward counterpart of {@link Recording}.
 */
final class LinearTrace implements Trace {
    private final int level = Levels.open();
    private final Thread owner = Thread.currentThread();
    private final List<Node> nodes = new ArrayList<>();
    private int slots;
    private boolean open = true;

    /** A value that depends on the argument: the tensor of the level below, and the slot of its tangent. */
    static final class Value extends Traced {
        private final LinearTrace trace;
        private final Tensor value;
        private final int slot;

        Value(LinearTrace trace, Tensor value, int slot) {
            this.trace = trace;
            this.value = value;
            this.slot = slot;
        }

        int slot() {
            return slot;
        }

        @Override
        public Trace trace() {
            trace.checkUse(this);
            return trace;
        }

        @Override
        public Tensor value() {
            return value;
        }

        @Override
        public Tensor saved() {
            return new Value(trace, Saved.alias(value), slot);
        }
    }

    void close() {
        if (open) {
            Levels.close(level);
            open = false;
        }
    }

    void free() {
        nodes.forEach(Node::free);
    }

    void unscope() {
        nodes.forEach(Node::unscope);
    }

    @Override
    public int level() {
        return level;
    }

    private void checkUse(Value v) {
        if (!open) {
            throw new IllegalStateException("linearize: a tensor of shape " + v.shape()
                    + " was used after the linearize that made it had ended: use what linearize returns instead");
        }
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException("linearize: a tensor of shape " + v.shape() + " belongs to thread "
                    + owner.getName() + " and was used on "
                    + Thread.currentThread().getName());
        }
    }

    Value leaf(Tensor value) {
        return new Value(this, value, slots++);
    }

    boolean own(Tensor t) {
        return t instanceof Value v && v.trace == this;
    }

    // ---- the function ----

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
        Tensor[] results = Dispatch.bindAll(op, values);
        int n = values.length;
        int m = results.length;
        DType[] types = new DType[n];
        BitSet wanted = new BitSet();
        for (int i = 0; i < n; i++) {
            types[i] = values[i].dtype();
            wanted.set(i, own(inputs[i]));
        }
        DerivativeRegion region = DerivativeRegion.jvp(op, Arrays.asList(types), wanted);
        Node.Pullback push = (p, tangents) -> {
            BitSet present = new BitSet();
            for (int i = 0; i < n; i++) {
                present.set(i, tangents[i] != null);
            }
            // A tangent that is zero after all drops out of the region.
            DerivativeRegion r =
                    present.equals(wanted) ? region : DerivativeRegion.jvp(op, Arrays.asList(types), present);
            return r.run(k ->
                    k < n ? p.input(k) : k < n + m ? p.result(k - n) : Objects.requireNonNull(tangents[k - n - m]));
        };
        return keep(op, push, inputs, values, results, region::reads, i -> region.reads(n + i));
    }

    private Tensor[] multilinear(Op.Multilinear op, Tensor[] inputs) {
        Tensor[] values = values(inputs);
        Tensor[] results = Dispatch.bindAll(op, values);
        if (!results[0].dtype().isFloating()) {
            return results;
        }
        int n = values.length;
        Node.Pullback push = (p, tangents) -> {
            Tensor sum = null;
            for (int i = 0; i < n; i++) {
                Tensor t = tangents[i];
                if (t != null) {
                    Tensor[] operands = new Tensor[n];
                    for (int k = 0; k < n; k++) {
                        operands[k] = k == i ? t : p.input(k);
                    }
                    Tensor term = Dispatch.bind(op, operands);
                    sum = sum == null ? term : sum.add(term);
                }
            }
            return new @Nullable Tensor[] {sum};
        };
        IntPredicate read = i -> {
            boolean another = false;
            for (int k = 0; k < n; k++) {
                another |= k != i && own(inputs[k]);
            }
            return another;
        };
        return keep(op, push, inputs, values, results, read, i -> false);
    }

    private Tensor[] irregular(Op.Irregular op, Tensor[] inputs) {
        Tensor[] values = values(inputs);
        Tensor[] results = Dispatch.bindAll(op, values);
        if (!results[0].dtype().isFloating()) {
            return results;
        }
        Node.Pullback push = (p, tangents) -> {
            @Nullable Tensor[] out = new Tensor[results.length];
            if (Arrays.stream(tangents).anyMatch(Objects::nonNull)) {
                out[0] = IrregularRules.jvp(op, p, tangents);
            }
            return out;
        };
        return keep(op, push, inputs, values, results, i -> true, i -> true);
    }

    private Tensor[] linearAlgebra(Op.LinearAlgebra op, Tensor[] inputs) {
        Tensor[] values = values(inputs);
        Tensor[] results = Dispatch.bindAll(op, values);
        Node.Pullback push = (p, tangents) -> Arrays.stream(tangents).anyMatch(Objects::nonNull)
                ? LinearAlgebraRules.jvp(op, p, tangents)
                : new Tensor[results.length];
        return keep(op, push, inputs, values, results, i -> true, i -> true);
    }

    private Tensor[] call(Op.Call op, Tensor[] inputs) {
        Composite composite = op.composite();
        Optional<Composite.Derivative> own = composite.derivative();
        if (own.isEmpty() || !own.get().definesJvp()) {
            return Dispatch.inline(composite, inputs);
        }
        Composite.Derivative derivative = own.get();
        Tensor[] values = values(inputs);
        Tensor[] results = Dispatch.bindAll(op, values);
        CompositeRules.checkCaptures(composite, results, this::own);
        Node.Pullback push = (p, known) -> {
            Tensor[] operands = new Tensor[known.length];
            Tensor[] tangents = new Tensor[known.length];
            for (int i = 0; i < operands.length; i++) {
                operands[i] = p.input(i);
                Tensor t = known[i];
                tangents[i] = t != null ? t : operands[i].fullLike(0);
            }
            Tensor[] outcome = new Tensor[results.length];
            for (int i = 0; i < outcome.length; i++) {
                outcome[i] = p.result(i);
            }
            return CompositeRules.jvp(composite, derivative, operands, outcome, tangents, i -> known[i] != null);
        };
        return keep(composite.name(), push, inputs, values, results, i -> true, i -> true);
    }

    private Tensor[] keep(
            Object op,
            Node.Pullback push,
            Tensor[] inputs,
            Tensor[] values,
            Tensor[] results,
            IntPredicate savesInput,
            IntPredicate savesResult) {
        int[] from = new int[inputs.length];
        for (int i = 0; i < from.length; i++) {
            from[i] = own(inputs[i]) ? ((Value) inputs[i]).slot() : -1;
        }
        int[] to = new int[results.length];
        Tensor[] out = Arrays.copyOf(results, results.length, Tensor[].class);
        for (int i = 0; i < to.length; i++) {
            to[i] = results[i].dtype().isFloating() ? slots++ : -1;
            if (to[i] >= 0) {
                out[i] = new Value(this, results[i], to[i]);
            }
        }
        nodes.add(new Node(op, push, values, results, from, to, savesInput, savesResult));
        return out;
    }

    private Tensor[] values(Tensor[] inputs) {
        Tensor[] values = Arrays.copyOf(inputs, inputs.length, Tensor[].class);
        for (int i = 0; i < values.length; i++) {
            if (own(inputs[i])) {
                values[i] = ((Value) inputs[i]).value();
            }
        }
        return values;
    }

    // ---- tangents ----

    /**
     * The tangents of some values from those of the leaves.
     *
     * @param leaves the tangents of the leaves, by slot
     * @param wanted the slots of the values; -1 for one that does not move
     * @return a tangent for each value, null where it is 0; they belong to the current scope
     */
    @Nullable
    Tensor[] push(List<Tensor> leaves, int[] wanted) {
        return ActiveCast.within(null, () -> pushed(leaves, wanted));
    }

    private @Nullable Tensor[] pushed(List<Tensor> leaves, int[] wanted) {
        int[] last = new int[slots];
        for (int i = 0; i < nodes.size(); i++) {
            for (int slot : nodes.get(i).inputs) {
                if (slot >= 0) {
                    last[slot] = i;
                }
            }
        }
        for (int slot : wanted) {
            if (slot >= 0) {
                last[slot] = Integer.MAX_VALUE;
            }
        }
        @Nullable Tensor[] tangents = new Tensor[slots];
        for (int i = 0; i < leaves.size(); i++) {
            tangents[i] = leaves.get(i).view();
        }
        for (int i = 0; i < nodes.size(); i++) {
            step(nodes.get(i), tangents);
            for (int slot : nodes.get(i).inputs) {
                Tensor t = slot < 0 ? null : tangents[slot];
                if (t != null && last[slot] == i) {
                    t.close();
                    tangents[slot] = null;
                }
            }
        }
        @Nullable Tensor[] out = new Tensor[wanted.length];
        for (int i = 0; i < out.length; i++) {
            Tensor t = wanted[i] < 0 ? null : tangents[wanted[i]];
            out[i] = t == null ? null : t.view();
        }
        return out;
    }

    private static void step(Node node, @Nullable Tensor[] tangents) {
        @Nullable Tensor[] in = new Tensor[node.inputs.length];
        boolean moves = false;
        for (int k = 0; k < in.length; k++) {
            in[k] = node.inputs[k] < 0 ? null : tangents[node.inputs[k]];
            moves |= in[k] != null;
        }
        if (!moves) {
            return;
        }
        try (var scope = MemoryScope.open("linearize")) {
            @Nullable Tensor[] out = node.pullback.apply(node.primal(), in);
            for (int k = 0; k < node.results.length; k++) {
                Tensor t = out[k];
                if (node.results[k] >= 0 && t != null) {
                    // Every slot has a handle of its own, so that it can be closed after its last use.
                    Tensor own = t.view();
                    own.keep();
                    tangents[node.results[k]] = own;
                }
            }
        }
    }
}
