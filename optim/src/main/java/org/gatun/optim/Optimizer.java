package org.gatun.optim;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.gatun.autograd.Parameter;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryScope;

/**
 * Updates parameters in place from their gradients. Each update is one fused pass over a parameter, its gradient and its state, on their
 * device. State is made at the first update and freed by {@link #close}; when a parameter has moved to another device, its state follows at the
 * next update.
 *
 * <pre>{@code
 * var optimizer = Adam.of(model.parameters()).learningRate(1e-3);
 * for (Batch batch : batches) {
 *     optimizer.zeroGrad();
 *     try (Tape tape = Tape.open()) {
 *         tape.backward(loss(batch));
 *     }
 *     optimizer.step();
 * }
 * }</pre>
 */
public abstract class Optimizer implements AutoCloseable {
    private final List<Parameter> parameters;
    private final List<Map<String, Tensor>> state = new ArrayList<>();
    private Schedule schedule;
    private long steps;
    private boolean closed;

    /**
     * An optimizer of the given parameters.
     *
     * @throws IllegalArgumentException when there is none, or one stands twice
     */
    @SuppressWarnings("this-escape") // name() is a constant of the subclass
    protected Optimizer(Collection<Parameter> parameters, double learningRate) {
        this.parameters = List.copyOf(parameters);
        if (this.parameters.isEmpty()) {
            throw new IllegalArgumentException(
                    name() + ": no parameters to optimize: pass those of a module, for instance model.parameters()");
        }
        var seen = Collections.newSetFromMap(new IdentityHashMap<Parameter, Boolean>());
        for (Parameter p : this.parameters) {
            if (!seen.add(p)) {
                throw new IllegalArgumentException(name() + ": the parameter '" + p.name() + "' of shape " + p.shape()
                        + " stands twice: pass each once");
            }
            state.add(new LinkedHashMap<>());
        }
        this.schedule = Schedule.constant(learningRate);
    }

    /** The optimizer's name in messages. */
    protected String name() {
        return getClass().getSimpleName();
    }

    /** The parameters, in the order given. */
    public final List<Parameter> parameters() {
        return parameters;
    }

    /** The number of updates made. */
    public final long steps() {
        return steps;
    }

    /** The learning rate of the next update. */
    public final double learningRate() {
        return schedule.rate(steps);
    }

    /** Sets the learning rate of all updates from now on. */
    protected final void schedule(Schedule newSchedule) {
        this.schedule = newSchedule;
    }

    /** Removes the gradients of all parameters. */
    public final void zeroGrad() {
        parameters.forEach(Parameter::zeroGrad);
    }

    /** Updates every parameter that has a gradient. */
    public final void step() {
        requireOpen("step");
        double rate = learningRate();
        try (var scope = MemoryScope.open("optimizer")) {
            for (int i = 0; i < parameters.size(); i++) {
                Parameter p = parameters.get(i);
                Tensor g = p.grad();
                if (g != null) {
                    follow(p.device(), state.get(i));
                    update(p.value(), g, state.get(i), rate);
                }
            }
        }
        steps++;
    }

    /** Moves a parameter's state to its device. */
    private static void follow(Device device, Map<String, Tensor> state) {
        for (var entry : state.entrySet()) {
            Tensor t = entry.getValue();
            Device place = placeOf(entry.getKey(), device);
            if (!t.device().equals(place)) {
                entry.setValue(owned(t, place));
                t.close();
            }
        }
    }

    /** Where a state tensor of a parameter on a device lies: counts stay on the host, where they are read. */
    private static Device placeOf(String name, Device device) {
        return name.equals("step") ? Device.CPU : device;
    }

    /**
     * Updates one parameter in place.
     *
     * @param value the parameter's value
     * @param gradient its gradient, of the same shape and dtype
     * @param state this parameter's state by name, empty at its first update
     * @param rate the learning rate
     */
    protected abstract void update(Tensor value, Tensor gradient, Map<String, Tensor> state, double rate);

    /** The names of the tensors that {@link #update} keeps in a parameter's state. */
    protected abstract Set<String> stateNames();

    /** A state tensor of zeros like {@code value}, made at the first call and kept. */
    protected static Tensor zeros(Map<String, Tensor> state, String name, Tensor value) {
        return state.computeIfAbsent(name, n -> owned(value.fullLike(0)));
    }

    /** The number of updates of one parameter, kept in its state as a 0-d I64 tensor on the host, after counting this one. */
    protected static long count(Map<String, Tensor> state, Tensor value) {
        Tensor count = state.computeIfAbsent("step", n -> owned(ConcreteTensor.scalar(DType.I64, 0L, Device.CPU)));
        count.copy_(count.add(1));
        return count.itemLong();
    }

    /** A copy that no scope frees. */
    protected static Tensor owned(Tensor x) {
        Tensor copy = x.copy();
        copy.unscope();
        return copy;
    }

    private static Tensor owned(Tensor x, Device device) {
        if (x.device().equals(device)) {
            return owned(x);
        }
        Tensor there = x.to(device);
        there.unscope();
        return there;
    }

    /** A 0-d constant in the dtype of arithmetic on {@code like}, on its device, in the current scope. */
    protected static Tensor scalar(Tensor like, double value) {
        return ConcreteTensor.scalar(like.dtype().arithmetic(), value, like.device());
    }

    /**
     * Runs a region that updates tensors in place. Those of BF16 and F16 are computed in F32, as PyTorch's fused optimizers do, and
     * rounded once.
     */
    protected static void apply(Elementwise.Region region, List<Tensor> inputs, List<Tensor> results) {
        if (!results.get(0).dtype().isNarrow()) {
            region.applyInto(inputs, results);
            return;
        }
        try (var scope = MemoryScope.open("update")) {
            Tensor[] wide =
                    inputs.stream().map(x -> x.to(x.dtype().arithmetic())).toArray(Tensor[]::new);
            Tensor[] updated = region.applyAll(wide);
            for (int i = 0; i < updated.length; i++) {
                results.get(i).copy_(updated[i]);
            }
        }
    }

    /**
     * The state as named tensors: {@code state.I.NAME} for parameter number I, and {@code steps}. The tensors belong to the
     * optimizer, but for {@code steps}, which is the caller's.
     */
    public final Map<String, Tensor> stateDict() {
        requireOpen("stateDict");
        var out = new LinkedHashMap<String, Tensor>();
        out.put("steps", ConcreteTensor.scalar(DType.I64, steps, Device.CPU));
        for (int i = 0; i < state.size(); i++) {
            int number = i;
            state.get(i).forEach((name, t) -> out.put("state." + number + "." + name, t));
        }
        return out;
    }

    /**
     * Restores what {@link #stateDict} gave, by copying; the next update is that of the run that was saved.
     *
     * @throws IllegalArgumentException when an entry is missing, unknown, of another shape or dtype, or a negative number of updates
     */
    public final void loadStateDict(Map<String, Tensor> saved) {
        requireOpen("loadStateDict");
        Tensor counter = saved.get("steps");
        if (counter == null) {
            throw new IllegalArgumentException(
                    name() + ": the saved state has no entry 'steps': is it an optimizer's?");
        }
        if (!isCount(counter)) {
            throw new IllegalArgumentException(name() + ": the saved 'steps' is " + counter.dtype() + counter.shape()
                    + " and must be a number of updates, I64[], 0 or more");
        }
        var restored = new ArrayList<Map<String, Tensor>>();
        for (int i = 0; i < parameters.size(); i++) {
            restored.add(new LinkedHashMap<>());
        }
        for (var entry : saved.entrySet()) {
            if (!entry.getKey().equals("steps")) {
                place(entry.getKey(), entry.getValue(), restored);
            }
        }
        for (int i = 0; i < restored.size(); i++) {
            Set<String> names = restored.get(i).keySet();
            if (!names.isEmpty() && !names.equals(stateNames())) {
                throw new IllegalArgumentException(name() + ": the saved state of parameter " + i + " has the entries "
                        + names + " and must have " + stateNames());
            }
        }
        // The copies first: what is loaded may be this optimizer's own state.
        long count = counter.itemLong();
        for (int i = 0; i < restored.size(); i++) {
            Device device = parameters.get(i).device();
            restored.get(i).replaceAll((name, t) -> owned(t, placeOf(name, device)));
        }
        free();
        for (int i = 0; i < restored.size(); i++) {
            state.get(i).putAll(restored.get(i));
        }
        steps = count;
    }

    private static boolean isCount(Tensor t) {
        return t.rank() == 0 && t.dtype() == DType.I64 && t.itemLong() >= 0;
    }

    private void place(String key, Tensor t, List<Map<String, Tensor>> restored) {
        String[] parts = key.split("\\.", 3);
        int number;
        try {
            number = parts.length == 3 && parts[0].equals("state") ? Integer.parseInt(parts[1]) : -1;
        } catch (NumberFormatException e) {
            number = -1;
        }
        if (number < 0 || number >= parameters.size()) {
            throw new IllegalArgumentException(name() + ": the saved state has an entry '" + key
                    + "' that fits none of the " + parameters.size() + " parameters");
        }
        if (!stateNames().contains(parts[2])) {
            throw new IllegalArgumentException(name() + ": the saved state has an entry '" + key
                    + "', but the state of a parameter is " + stateNames() + ": was it another optimizer's?");
        }
        Parameter p = parameters.get(number);
        boolean counts = parts[2].equals("step");
        if (counts ? !isCount(t) : !t.shape().equals(p.shape()) || t.dtype() != p.dtype()) {
            throw new IllegalArgumentException(name() + ": the saved '" + key + "' is " + t.dtype() + t.shape()
                    + " and must be "
                    + (counts
                            ? "a number of updates, I64[], 0 or more"
                            : "as the parameter, " + p.dtype() + p.shape()));
        }
        restored.get(number).put(parts[2], t);
    }

    private void free() {
        for (Map<String, Tensor> s : state) {
            s.values().forEach(Tensor::close);
            s.clear();
        }
    }

    /** Frees the state; the parameters stay. */
    @Override
    public void close() {
        closed = true;
        free();
    }

    /** Else moments would start again from 0, unnoticed. */
    private void requireOpen(String method) {
        if (closed) {
            throw new IllegalStateException(
                    name() + ": " + method + " after close, which freed the state: make a new optimizer");
        }
    }

    /** Checks that a setting is a finite number from 0. */
    final double nonNegative(String what, double value) {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(
                    name() + ": " + what + " is " + value + " and must be a finite number, 0 or more");
        }
        return value;
    }

    /** Checks that a setting lies in [0, 1). */
    final double decay(String what, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(name() + ": " + what + " is " + value + " and must lie in [0, 1)");
        }
        return value;
    }
}
