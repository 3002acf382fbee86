package org.gatun.autograd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.Device;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.trace.ActiveCast;
import org.gatun.tensor.trace.Dispatch;
import org.gatun.tensor.trace.Levels;
import org.gatun.tensor.trace.Trace;
import org.jspecify.annotations.Nullable;

/**
 * The reverse mode: an append-only list of the operations that depend on its leaves, in order of execution and so in topological
 * order. The pullback walks it backwards once. Values and rules live on the level below, so recordings nest.
 */
final class Recording implements Trace {
    private static final ThreadLocal<@Nullable Recording> INNERMOST = new ThreadLocal<>();

    private final int level;
    private final Thread owner = Thread.currentThread();
    private final List<Node> nodes = new ArrayList<>();
    private final List<Variable> leaves = new ArrayList<>();
    private final Map<Integer, List<UnaryOperator<Tensor>>> hooks = new HashMap<>();
    private final boolean examined = AnomalyDetection.isActive();
    private final @Nullable Recording around = INNERMOST.get();
    /** Whose function is refused unless it is linear; null if any function will do. */
    private final @Nullable Linearity linear;

    private final boolean keeps;
    private @Nullable StandIns standIns;
    private int slots;
    private boolean open = true;

    private Recording(int level, @Nullable Linearity linear, boolean keeps) {
        this.level = level;
        this.linear = linear;
        this.keeps = keeps;
        INNERMOST.set(this);
    }

    /** Opens a recording on this thread, inside those that are open. */
    static Recording open() {
        return new Recording(Levels.open(), null, true);
    }

    /** Opens a recording that keeps nothing and refuses what is not linear in its leaves. */
    static Recording openLinear(Linearity claim) {
        return new Recording(Levels.open(), claim, false);
    }

    /** Opens a recording as any other that refuses what is not linear in its leaves. */
    static Recording openOnlyLinear(Linearity claim) {
        return new Recording(Levels.open(), claim, true);
    }

    /**
     * The open recordings of this thread that no other interpreter lies above of, the innermost first; without those that pause. None
     * beneath one that looks for linearity, which is to see every operation.
     */
    static List<Recording> innermost() {
        var found = new ArrayList<Recording>();
        int top = Levels.current();
        for (Recording r = INNERMOST.get(); r != null && r.level == top && r.linear == null; r = r.around) {
            if (r.standIns == null) {
                found.add(r);
            }
            top--;
        }
        return found;
    }

    /** Ends the recording; pullbacks over what was recorded stay possible until {@link #free}. */
    void close() {
        if (open) {
            checkThread();
            Levels.close(level);
            open = false;
            INNERMOST.set(around);
        }
    }

    /** Gives up all saved values. */
    void free() {
        nodes.forEach(Node::free);
    }

    /** Leaves all saved values to the collector. */
    void unscope() {
        nodes.forEach(Node::unscope);
    }

    @Override
    public int level() {
        return level;
    }

    boolean isOpen() {
        return open;
    }

    List<Node> nodes() {
        return nodes;
    }

    List<Variable> leaves() {
        return leaves;
    }

    void checkThread() {
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException("tape: opened on thread " + owner.getName() + " and used on "
                    + Thread.currentThread().getName() + ": a tape belongs to one thread; open one on each");
        }
    }

    void checkUse(Variable v) {
        if (!open) {
            throw new IllegalStateException("tape: a tensor of shape " + v.shape()
                    + " was used after the tape that recorded it was closed: detach() it inside the tape and keep() that, or do"
                    + " the work inside");
        }
        checkThread();
    }

    /** A variable for a value that gradients are wanted for: a new one, or the value itself if it is recorded here already. */
    Variable leaf(Tensor value) {
        checkThread();
        if (value instanceof Variable recorded && own(value)) {
            if (!leaves.contains(recorded)) {
                leaves.add(recorded);
            }
            return recorded;
        }
        if (!value.dtype().isFloating()) {
            throw new DTypeException("gradients exist for floating dtypes only, not for " + value.dtype()
                    + ": convert first, for instance to(DType.F32)");
        }
        Variable v = new Variable(this, value, slots++);
        leaves.add(v);
        return v;
    }

    // ---- variables that others stand in for ----

    /**
     * What stands in for this recording's variables while a checkpointed function runs: their values, or leaves of another recording.
     *
     * @param slots the leaves by the slots of the variables that they stand in for; null for values
     * @param used the variables that values stood in for
     */
    record StandIns(
            @Nullable Map<Integer, Variable> slots,
            List<Variable> used,
            @Nullable StandIns before) {}

    /** From now on values stand for this recording's variables, so that nothing is recorded. */
    StandIns pause() {
        standIns = new StandIns(null, new ArrayList<>(), standIns);
        return standIns;
    }

    /** From now on some variables stand for others. */
    StandIns replace(List<Variable> variables, List<Variable> by) {
        var slots = new HashMap<Integer, Variable>();
        for (int i = 0; i < by.size(); i++) {
            slots.put(variables.get(i).slot(), by.get(i));
        }
        standIns = new StandIns(slots, List.of(), standIns);
        return standIns;
    }

    /** Ends what {@link #pause} or {@link #replace} began. */
    void resume(StandIns ended) {
        standIns = ended.before();
    }

    Tensor standIn(Variable v) {
        StandIns now = standIns;
        if (now == null) {
            return v;
        }
        if (now.slots() == null) {
            if (now.used().stream().noneMatch(u -> u.slot() == v.slot())) {
                now.used().add(v);
            }
            return v.value();
        }
        Variable other = now.slots().get(v.slot());
        if (other == null) {
            throw new IllegalStateException(
                    "checkpoint: run again for its derivative, the function uses a tensor of shape " + v.shape()
                            + " that it did not use at first: it must do the same each time");
        }
        return other;
    }

    // ---- hooks ----

    /** Calls a function with the whole gradient of a variable, and goes on with what it returns. */
    Hook hook(Variable v, UnaryOperator<Tensor> hook) {
        List<UnaryOperator<Tensor>> all = hooks.computeIfAbsent(v.slot(), s -> new ArrayList<>());
        all.add(hook);
        return new Hook(() -> all.remove(hook));
    }

    private void callHooks(int slot, Accumulator sums) {
        for (UnaryOperator<Tensor> hook : List.copyOf(hooks.getOrDefault(slot, List.of()))) {
            Tensor g = sums.get(slot);
            if (g != null) {
                // A handle of its own: one that the hook keeps holds the memory, so that no parameter takes it over.
                Tensor shown = g instanceof ConcreteTensor own ? own.view(own.layout()) : g;
                Tensor other = hook.apply(shown);
                if (other != null && other != shown) {
                    if (!other.shape().equals(g.shape()) || other.dtype() != g.dtype()) {
                        throw new ShapeException("hook: returns " + other.dtype() + other.shape()
                                + " for a gradient of " + g.dtype() + g.shape() + ": the two must agree");
                    }
                    sums.replace(slot, other);
                }
            }
        }
    }

    // ---- recording ----

    @Override
    public Tensor[] process(Op op, Tensor[] inputs) {
        if (linear != null) {
            if (op instanceof Op.Call call && LinearityRules.looksInto(call.composite(), keeps)) {
                return Dispatch.inline(call.composite(), inputs);
            }
            LinearityRules.require(linear, op, this, inputs, values(inputs));
            if (!keeps) {
                return variables(Dispatch.bindAll(op, values(inputs)));
            }
        }
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
        boolean[] seeded = new boolean[results.length];
        boolean any = false;
        for (int i = 0; i < results.length; i++) {
            seeded[i] = results[i].dtype().isFloating();
            any |= seeded[i];
        }
        if (!any) {
            return results;
        }
        boolean[] wanted = owned(inputs);
        DType[] types = new DType[values.length];
        for (int i = 0; i < types.length; i++) {
            types[i] = values[i].dtype();
        }
        DerivativeRegion region = DerivativeRegion.vjp(op, types, wanted, seeded);
        int n = values.length;
        Node.Pullback pullback = (p, g) -> {
            // A result that no gradient flowed into drops out of the region.
            boolean[] present = present(g);
            DerivativeRegion r =
                    Arrays.equals(present, seeded) ? region : DerivativeRegion.vjp(op, types, wanted, present);
            return r.run(k -> k < n
                    ? p.input(k)
                    : k < n + g.length ? p.result(k - n) : Objects.requireNonNull(g[k - n - g.length]));
        };
        return record(op, pullback, inputs, values, results, region::reads, i -> region.reads(n + i));
    }

    private static boolean[] present(@Nullable Tensor[] tensors) {
        boolean[] present = new boolean[tensors.length];
        for (int i = 0; i < present.length; i++) {
            present[i] = tensors[i] != null;
        }
        return present;
    }

    /** Which operands are variables of this recording. */
    private boolean[] owned(Tensor[] inputs) {
        boolean[] owned = new boolean[inputs.length];
        for (int i = 0; i < owned.length; i++) {
            owned[i] = own(inputs[i]);
        }
        return owned;
    }

    private Tensor[] multilinear(Op.Multilinear op, Tensor[] inputs) {
        Tensor[] values = values(inputs);
        Tensor[] results = Dispatch.bindAll(op, values);
        if (!results[0].dtype().isFloating()) {
            return results;
        }
        boolean[] wanted = owned(inputs);
        Node.Pullback pullback = (p, g) -> {
            @Nullable Tensor[] out = new Tensor[wanted.length];
            Tensor seed = g[0];
            if (seed != null) {
                for (int i = 0; i < out.length; i++) {
                    out[i] = wanted[i] ? Transposes.apply(op, i, p, seed) : null;
                }
            }
            return out;
        };
        return record(op, pullback, inputs, values, results, i -> Transposes.reads(op, i, wanted), i -> false);
    }

    private Tensor[] irregular(Op.Irregular op, Tensor[] inputs) {
        Tensor[] values = values(inputs);
        Tensor[] results = Dispatch.bindAll(op, values);
        if (!results[0].dtype().isFloating()) {
            return results;
        }
        Node.Pullback pullback = (p, g) -> {
            Tensor seed = g[0];
            return seed == null ? new Tensor[p.inputs().length] : IrregularRules.vjp(op, p, seed);
        };
        return record(
                op,
                pullback,
                inputs,
                values,
                results,
                i -> IrregularRules.readsInput(op, i),
                i -> IrregularRules.readsResult(op, i));
    }

    private Tensor[] linearAlgebra(Op.LinearAlgebra op, Tensor[] inputs) {
        Tensor[] values = values(inputs);
        return record(
                op,
                (p, g) -> LinearAlgebraRules.vjp(op, p, g),
                inputs,
                values,
                Dispatch.bindAll(op, values),
                i -> LinearAlgebraRules.readsInput(op, i),
                i -> LinearAlgebraRules.readsResult(op, i));
    }

    private Tensor[] call(Op.Call op, Tensor[] inputs) {
        Composite composite = op.composite();
        Optional<Composite.Derivative> own = composite.derivative();
        if (own.isEmpty() || !own.get().definesVjp()) {
            return Dispatch.inline(composite, inputs);
        }
        Composite.Derivative derivative = own.get();
        Tensor[] values = values(inputs);
        Tensor[] results = Dispatch.bindAll(op, values);
        CompositeRules.checkCaptures(composite, results, this::own);
        List<TensorType> types = Node.types(results);
        boolean[] wanted = owned(inputs);
        Node.Pullback pullback = (p, g) -> {
            Tensor[] seeds = new Tensor[g.length];
            for (int i = 0; i < seeds.length; i++) {
                Tensor seed = g[i];
                seeds[i] = seed != null
                        ? seed
                        : ConcreteTensor.scalar(
                                        types.get(i).dtype(),
                                        0.0,
                                        derivative.usesCotangent(i) ? results[0].device() : Device.CPU)
                                .broadcastTo(types.get(i).shape());
            }
            return CompositeRules.vjp(composite, derivative, p, seeds, i -> wanted[i]);
        };
        return record(
                composite.name(), pullback, inputs, values, results, derivative::usesInput, derivative::usesResult);
    }

    /** Records a node that saves all its operands and none of its results. */
    Tensor[] recordOpaque(Object op, Node.Pullback pullback, Tensor[] inputs, Tensor[] results) {
        return record(op, pullback, inputs, values(inputs), results, i -> true, i -> false);
    }

    /** Variables for the floating ones of some results. */
    private Tensor[] variables(Tensor[] results) {
        Tensor[] out = Arrays.copyOf(results, results.length, Tensor[].class);
        for (int i = 0; i < out.length; i++) {
            out[i] = results[i].dtype().isFloating() ? new Variable(this, results[i], slots++) : results[i];
        }
        return out;
    }

    private Tensor[] record(
            Object op,
            Node.Pullback pullback,
            Tensor[] inputs,
            Tensor[] values,
            Tensor[] results,
            IntPredicate savesInput,
            IntPredicate savesResult) {
        int[] from = new int[inputs.length];
        for (int i = 0; i < from.length; i++) {
            from[i] = own(inputs[i]) ? ((Variable) inputs[i]).slot() : -1;
        }
        int[] to = new int[results.length];
        Tensor[] out = Arrays.copyOf(results, results.length, Tensor[].class);
        for (int i = 0; i < to.length; i++) {
            to[i] = results[i].dtype().isFloating() ? slots++ : -1;
            if (to[i] >= 0) {
                out[i] = new Variable(this, results[i], to[i]);
            }
        }
        Node node = new Node(op, pullback, values, results, from, to, savesInput, savesResult);
        nodes.add(node);
        if (examined) {
            node.origin = AnomalyDetection.origin();
            AnomalyDetection.checkResults(node, values, results);
        }
        return out;
    }

    /** Whether a tensor is a variable of this recording. */
    boolean own(Tensor t) {
        return t instanceof Variable v && v.recording() == this;
    }

    private Tensor[] values(Tensor[] inputs) {
        Tensor[] values = Arrays.copyOf(inputs, inputs.length, Tensor[].class);
        for (int i = 0; i < values.length; i++) {
            if (inputs[i] instanceof Variable v && v.recording() == this) {
                values[i] = v.value();
            }
        }
        return values;
    }

    // ---- the pullback ----

    /**
     * The gradients of the leaves, by slot, from the cotangent of one variable. They belong to the current scope, with the sums that
     * a rule which throws leaves behind.
     *
     * @param retain whether saved values are kept for another pullback
     * @return an array by slot, with entries for leaves only; null where no gradient flowed
     */
    @Nullable
    Tensor[] pullback(Variable root, Tensor seed, boolean retain) {
        return pullback(List.of(root), List.of(seed), retain);
    }

    /** As {@link #pullback(Variable, Tensor, boolean)}, from the cotangents of several variables. */
    @Nullable
    Tensor[] pullback(List<Variable> roots, List<Tensor> seeds, boolean retain) {
        // The rules compute in the dtypes of what was recorded, whatever scope the pullback runs in.
        return ActiveCast.within(null, () -> pull(roots, seeds, retain));
    }

    private @Nullable Tensor[] pull(List<Variable> roots, List<Tensor> seeds, boolean retain) {
        Accumulator sums = new Accumulator(slots);
        for (Variable leaf : leaves) {
            sums.keep(leaf.slot());
        }
        // The sum outlives the scope that it is added in, and belongs to the caller's.
        try (var scope = MemoryScope.open("backward")) {
            for (int i = 0; i < roots.size(); i++) {
                Variable root = roots.get(i);
                sums.add(root.slot(), seeds.get(i).to(root.device()), false);
            }
        }
        BitSet hooked = new BitSet();
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node node = nodes.get(i);
            @Nullable Tensor[] cotangents = new Tensor[node.results.length];
            boolean reached = false;
            for (int k = 0; k < cotangents.length; k++) {
                if (node.results[k] >= 0 && !hooks.isEmpty()) {
                    callHooks(node.results[k], sums);
                    hooked.set(node.results[k]);
                }
                cotangents[k] = node.results[k] < 0 ? null : sums.get(node.results[k]);
                reached |= cotangents[k] != null;
            }
            if (reached) {
                step(node, cotangents, sums);
                if (!retain) {
                    node.free();
                }
            }
        }
        for (Variable leaf : leaves) {
            if (!hooks.isEmpty() && !hooked.get(leaf.slot())) {
                callHooks(leaf.slot(), sums);
            }
        }
        return sums.kept();
    }

    private void step(Node node, @Nullable Tensor[] cotangents, Accumulator sums) {
        try (var scope = MemoryScope.open("backward")) {
            Primal primal = node.primal();
            @Nullable Tensor[] gradients = node.pullback.apply(primal, cotangents);
            if (examined) {
                AnomalyDetection.checkGradients(node, primal, cotangents, gradients);
            }
            for (int k = 0; k < node.inputs.length; k++) {
                Tensor g = gradients[k];
                if (node.inputs[k] >= 0 && g != null) {
                    boolean passed = Arrays.asList(cotangents).contains(g) || repeats(gradients, k);
                    Tensor home = node.home(k, g);
                    sums.add(node.inputs[k], home, home != g || !passed);
                }
            }
        }
        for (int slot : node.results) {
            if (slot >= 0) {
                sums.drop(slot);
            }
        }
    }

    private static boolean repeats(@Nullable Tensor[] gradients, int k) {
        for (int i = 0; i < k; i++) {
            if (gradients[i] == gradients[k]) {
                return true;
            }
        }
        return false;
    }
}
