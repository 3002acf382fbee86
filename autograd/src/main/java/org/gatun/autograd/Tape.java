package org.gatun.autograd;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.DeviceException;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.trace.Traced;
import org.jspecify.annotations.Nullable;

/**
 * Reverse-mode differentiation in the imperative style: while a tape is open, operations on {@link Parameter}s and {@linkplain
 * #watch watched} tensors are recorded, and {@link #backward} propagates gradients back through them.
 *
 * <pre>{@code
 * try (Tape tape = Tape.open()) {
 *     Tensor loss = x.matmul(w.t()).add(b).sub(t).square().mean();
 *     tape.backward(loss);     // adds to w.grad() and b.grad()
 * }
 * }</pre>
 *
 * <p>The tape is the memory scope of the step: what is created inside is freed when it closes, except gradients of parameters and
 * what was kept. Tapes nest; an operation is recorded by every tape whose leaves it depends on, so gradients can be
 * differentiated again. A tape belongs to one thread.
 */
public final class Tape implements AutoCloseable {
    private static final ThreadLocal<Deque<Tape>> OPEN = ThreadLocal.withInitial(ArrayDeque::new);

    /** Parameters that the table has room for at first: an empty one should cost little. */
    private static final int FEW = 5;

    private final MemoryScope scope;
    private final Recording recording;
    private final Map<Parameter, Variable> parameters = new IdentityHashMap<>(FEW);
    private final @Nullable Tape outer;
    private boolean open = true;

    private Tape(MemoryScope scope, Recording recording, @Nullable Tape outer) {
        this.scope = scope;
        this.recording = recording;
        this.outer = outer;
    }

    /** Opens a tape on this thread. Close it with try-with-resources. */
    public static Tape open() {
        Tape tape = new Tape(MemoryScope.open("tape"), Recording.open(), current());
        OPEN.get().push(tape);
        return tape;
    }

    /** The innermost tape that is open on this thread, or null. */
    static @Nullable Tape current() {
        return OPEN.get().peek();
    }

    Variable variable(Parameter parameter) {
        Variable known = parameters.get(parameter);
        if (known == null) {
            // Over the outer tape's variable, so that it can differentiate this tape's gradients again.
            known = recording.leaf(below(parameter));
            parameters.put(parameter, known);
        }
        return known;
    }

    private Tensor below(Parameter parameter) {
        return outer == null || !parameter.requiresGrad() ? parameter.value() : outer.variable(parameter);
    }

    /**
     * Makes a leaf of a tensor: operations on the result are recorded, and {@link #gradient} can ask for its gradient. What this tape
     * follows already, a parameter or an intermediate value, stays part of its graph.
     *
     * @param x a tensor of a floating dtype: concrete, or followed by this tape or an outer one
     * @return the leaf, to be used in place of {@code x}
     * @throws org.gatun.tensor.DTypeException when the dtype is not floating
     */
    public Tensor watch(Tensor x) {
        checkOpen("watch");
        if (x instanceof Parameter p) {
            return p.requiresGrad() ? variable(p) : recording.leaf(p.value());
        }
        return recording.leaf(x);
    }

    /**
     * Propagates from a scalar loss back to every parameter it depends on, and adds to the parameters' gradients. Saved values
     * are freed on the way.
     *
     * @throws ShapeException when the loss has more than one element
     * @throws IllegalStateException when the loss was not recorded here, or its operations were used by a backward before
     */
    public void backward(Tensor loss) {
        backward(loss, false);
    }

    /** As {@link #backward(Tensor)}; saved values stay for another pass over the same operations if {@code retain}. */
    public void backward(Tensor loss, boolean retain) {
        Variable root = root("backward", loss);
        if (root.elements() != 1) {
            throw new ShapeException(
                    "backward: the loss has shape " + root.shape() + " and " + root.elements()
                            + " elements: reduce it to one with sum() or mean(), or give the cotangent with backward(y, cotangent, retain)");
        }
        propagate(root, null, retain);
    }

    /**
     * Propagates a cotangent of {@code y}'s shape and dtype back to every parameter: adds {@code cotangent^T dy/dw} to each gradient.
     */
    public void backward(Tensor y, Tensor cotangent, boolean retain) {
        Variable root = root("backward", y);
        checkCotangent("backward", root, cotangent);
        propagate(root, cotangent, retain);
    }

    /** Goes back from a cotangent, or from ones if it is null. */
    private void propagate(Variable root, @Nullable Tensor cotangent, boolean retain) {
        try (var inner = MemoryScope.open("backward")) {
            Tensor seed = cotangent == null ? root.value().fullLike(1) : cotangent;
            @Nullable Tensor[] gradients = recording.pullback(root, seed, retain);
            for (var entry : parameters.entrySet()) {
                Tensor g = gradients[entry.getValue().slot()];
                if (g != null) {
                    entry.getKey().accumulate(g);
                }
            }
        }
    }

    /**
     * The gradients of a scalar with respect to watched tensors or parameters; nothing is accumulated. A source that the loss
     * does not depend on has gradient 0.
     *
     * @return a gradient for each source, in order, owned by the tape; {@link Tensor#keep} what should outlive it
     */
    public List<Tensor> gradient(Tensor loss, List<? extends Tensor> sources) {
        return gradient(loss, sources, false);
    }

    /** As {@link #gradient(Tensor, List)}; saved values stay for another pass if {@code retain}. */
    public List<Tensor> gradient(Tensor loss, List<? extends Tensor> sources, boolean retain) {
        Variable root = root("gradient", loss);
        if (root.elements() != 1) {
            throw new ShapeException("gradient: the loss has shape " + root.shape() + " and " + root.elements()
                    + " elements: reduce it to one with sum() or mean()");
        }
        List<Variable> leaves = sources.stream().map(this::leaf).toList();
        return MemoryScope.tidy(() -> {
            @Nullable Tensor[] gradients = recording.pullback(root, root.value().fullLike(1), retain);
            var out = new ArrayList<Tensor>();
            for (Variable leaf : leaves) {
                Tensor g = gradients[leaf.slot()];
                out.add(g == null ? leaf.value().fullLike(0) : g);
            }
            return List.copyOf(out);
        });
    }

    /** The gradient with respect to one source, as {@link #gradient(Tensor, List)}. */
    public Tensor gradient(Tensor loss, Tensor source) {
        return gradient(loss, List.of(source), false).get(0);
    }

    private Variable leaf(Tensor source) {
        if (source instanceof Parameter p) {
            if (!p.requiresGrad()) {
                throw new IllegalArgumentException("gradient: the parameter " + p.name()
                        + (p.name().isEmpty() ? "" : " ") + "of shape " + p.shape()
                        + " is frozen, and no tape records it: call requiresGrad(true) before its use, or pass what watch"
                        + " returned for it");
            }
            return variable(p);
        }
        if (source instanceof Variable v && recording.leaves().contains(v)) {
            return v;
        }
        throw new IllegalArgumentException("gradient: a source of shape " + source.shape()
                + " is not a leaf of this tape: pass what watch returned, or a parameter");
    }

    private Variable root(String operation, Tensor y) {
        checkOpen(operation);
        recording.checkThread();
        Tensor now = y instanceof Parameter p ? p.resolve() : y;
        if (now instanceof Variable v) {
            if (v.recording() == recording) {
                return v;
            }
            if (!v.recording().isOpen()) {
                v.trace();
            }
            if (v.recording().level() > recording.level()) {
                throw new IllegalStateException(
                        operation + ": a tensor of shape " + y.shape()
                                + " belongs to a tape that was opened inside this one: ask that tape, or compute it outside of that tape");
            }
        }
        if (!y.dtype().isFloating()) {
            throw new DTypeException(
                    operation + ": a tensor of " + y.dtype() + y.shape()
                            + ": derivatives exist for floating dtypes only; what leads to it must not be converted to integers");
        }
        throw new IllegalStateException(operation + ": a tensor of shape " + y.shape()
                + " does not depend on anything this tape follows: compute it inside the tape from parameters or from what watch"
                + " returned");
    }

    static void checkCotangent(String operation, Tensor y, Tensor cotangent) {
        if (!cotangent.shape().equals(y.shape()) || cotangent.dtype() != y.dtype()) {
            throw new ShapeException(operation + ": a cotangent of " + cotangent.dtype() + cotangent.shape()
                    + " for a value of " + y.dtype() + y.shape() + ": the two must agree");
        }
        checkDevice(operation, "cotangent", cotangent, "a value", y);
    }

    /** Refuses a derivative that lies on another device than what it belongs to. */
    static void checkDevice(String operation, String what, Tensor derivative, String whose, Tensor of) {
        // A single number goes along, as it does in operations; what has a type only lies nowhere.
        boolean somewhere = Traced.hasNumbers(derivative) && Traced.hasNumbers(of);
        if (somewhere && derivative.rank() > 0 && !derivative.device().equals(of.device())) {
            throw new DeviceException(operation + ": a " + what + " of " + derivative.dtype() + derivative.shape()
                    + " on " + derivative.device() + " for " + whose + " on " + of.device()
                    + ": bring it there with to(device)");
        }
    }

    private void checkOpen(String operation) {
        if (!open) {
            throw new IllegalStateException(operation + ": the tape is closed: work with it inside its try block");
        }
    }

    /** The recorded operations, a line each: results, operation, operands. */
    @Override
    public String toString() {
        return TapePrinter.text(recording, names());
    }

    /** The recorded operations as a graph in Graphviz's DOT language. */
    public String toDot() {
        return TapePrinter.dot(recording, names());
    }

    /**
     * The recorded operations as JSON, for other programs: an object with {@code "leaves"} (id, name, dtype, shape) and {@code
     * "operations"} in order, each with its {@code "op"}, {@code "inputs"} (id, or null for a constant, dtype, shape) and {@code
     * "outputs"} (id, or null where no gradient flows, dtype, shape).
     */
    public String toJson() {
        return TapeJson.of(recording, names());
    }

    /**
     * Calls a function with the gradient of a tensor whenever this tape computes it, as {@code torch.Tensor.register_hook}: once in each
     * backward pass that reaches the tensor, when all of its gradient is summed up, before it goes further back.
     *
     * @param x a tensor that this tape follows: a result, what {@link #watch} returned, or a parameter
     * @param hook from the gradient to what goes on in its place, of the same shape and dtype; the gradient itself, or null, to observe only
     * @return what removes the hook
     */
    public Hook hook(Tensor x, UnaryOperator<Tensor> hook) {
        return recording.hook(x instanceof Parameter p ? leaf(p) : root("hook", x), hook);
    }

    private Map<Integer, String> names() {
        Map<Integer, String> names = new HashMap<>();
        parameters.forEach((p, v) -> {
            if (!p.name().isEmpty()) {
                names.put(v.slot(), p.name());
            }
        });
        return names;
    }

    /** Ends the tape and frees what was created inside and not kept. Closing twice does no harm. */
    @Override
    public void close() {
        if (open) {
            recording.checkThread();
            if (OPEN.get().peek() != this) {
                throw new IllegalStateException(
                        "tape: closed while a tape opened after it is still open: close tapes in the reverse order of opening");
            }
            open = false;
            OPEN.get().pop();
            try {
                recording.close();
            } finally {
                recording.free();
                scope.close();
            }
        }
    }
}
