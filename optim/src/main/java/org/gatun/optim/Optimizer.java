package org.gatun.optim;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.gatun.autograd.Parameter;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.CudaGraph;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryScope;

/**
 * Updates parameters in place from their gradients. Each update is one fused pass over a parameter, its gradient and its state, on their
 * device; on a GPU one launch updates all parameters of a dtype, see {@link Elementwise.Region#applyEachInto}. State is made at the first update and freed by {@link #close}; when a parameter has moved to another device, its state follows at the
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
    private double rate;
    private boolean closed;

    /**
     * How one parameter is updated in place: by {@link #region} of its tensors and of numbers.
     *
     * @param tensors the parameter's value, its gradient and its state, of one shape and dtype
     * @param numbers numbers of this update, which may be other ones at the next
     * @param results the tensors that the region's results are written into
     */
    protected record Update(List<Tensor> tensors, List<DoubleSupplier> numbers, List<Tensor> results) {
        List<Double> now() {
            return numbers.stream().map(DoubleSupplier::getAsDouble).toList();
        }
    }

    /** Updates that run together: those with the same numbers. */
    private record Group(Device device, DType arithmetic, List<Double> numbers) {}

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

    /**
     * Updates every parameter that has a gradient. In a step that is captured as a {@link CudaGraph}, rates and other numbers are those of each run.
     *
     * @throws IllegalStateException when the first update is made in a captured step, or, in a later run, when that is not the step to do any
     *     more: a setting asks for another computation, a parameter's value or state was replaced, or those that were updated with the
     *     same numbers now have different ones
     */
    public final void step() {
        Elementwise.Region region = region();
        CudaGraph.onHost(() -> {
            requireOpen("step");
            requireCaptured(region() == region, "a setting now asks for another computation");
            rate = learningRate();
        });
        var groups = new LinkedHashMap<Group, List<Update>>();
        var updated = new ArrayList<Map<String, Tensor>>();
        try (var scope = MemoryScope.open("optimizer")) {
            for (int i = 0; i < parameters.size(); i++) {
                Parameter p = parameters.get(i);
                Tensor g = p.grad();
                if (g != null) {
                    follow(p.device(), state.get(i));
                    Update update = update(p.value(), g, state.get(i));
                    var group = new Group(p.device(), p.dtype().arithmetic(), update.now());
                    groups.computeIfAbsent(group, key -> new ArrayList<>()).add(update);
                    updated.add(state.get(i));
                    if (CudaGraph.isCapturing()) {
                        stays(p, p.value(), state.get(i), new LinkedHashMap<>(state.get(i)));
                    }
                }
            }
            groups.forEach((group, updates) -> run(region, group, updates));
        }
        CudaGraph.onHost(() -> {
            updated.forEach(Optimizer::countUp);
            steps++;
        });
    }

    /** Has a captured step check in each run that it still works on a parameter's value and state. */
    private void stays(Parameter p, Tensor value, Map<String, Tensor> known, Map<String, Tensor> captured) {
        CudaGraph.onHost(() -> requireCaptured(
                p.value() == value && !value.isClosed() && known.equals(captured),
                "the value or the state of the parameter '" + p.name() + "' of shape " + p.shape()
                        + " was replaced or closed"));
    }

    private void requireCaptured(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(
                    name() + ": " + otherwise
                            + " since the step was captured, which would go on as before: make a new CudaGraph after such a change");
        }
    }

    private void run(Elementwise.Region region, Group group, List<Update> updates) {
        if (CudaGraph.isCapturing() && updates.size() > 1) {
            CudaGraph.onHost(() -> {
                List<Double> first = updates.get(0).now();
                requireCaptured(
                        updates.stream().allMatch(update -> update.now().equals(first)),
                        "parameters that were updated alike, after equally many updates, differ in these");
            });
        }
        List<Tensor> numbers = updates.get(0).numbers.stream()
                .map(number -> number(group.arithmetic, group.device, number))
                .toList();
        region.applyEachInto(
                updates.stream().map(Update::tensors).toList(),
                numbers,
                updates.stream().map(Update::results).toList());
    }

    /**
     * A number of the host as a 0-d tensor, in the current scope, which a captured step asks for anew at each run. All numbers that may be other
     * ones at the next step, such as the learning rate, come to the device here.
     */
    private static Tensor number(DType dtype, Device device, DoubleSupplier number) {
        return CudaGraph.number(dtype, device, number);
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

    /** What updates compute with the settings as they are, of a parameter's tensors and then the numbers of its {@link Update}. */
    protected abstract Elementwise.Region region();

    /**
     * How one parameter is updated. Nothing is changed yet but the state made at the first update.
     *
     * @param value the parameter's value
     * @param gradient its gradient, of the same shape and dtype
     * @param state this parameter's state by name, empty at its first update
     */
    protected abstract Update update(Tensor value, Tensor gradient, Map<String, Tensor> state);

    /** The learning rate of the update under way. */
    protected final double rate() {
        return rate;
    }

    /** The names of the tensors that {@link #update} keeps in a parameter's state. */
    protected abstract Set<String> stateNames();

    /** A state tensor of zeros like {@code value}, made at the first call and kept. */
    protected final Tensor zeros(Map<String, Tensor> state, String name, Tensor value) {
        return state.computeIfAbsent(name, n -> {
            if (CudaGraph.isCapturing()) {
                throw new IllegalStateException(name() + ": the captured step makes the state '" + name
                        + "' of a parameter of shape " + value.shape()
                        + ", which would be 0 again in each run: let the step's first run, which is not captured, update"
                        + " all parameters");
            }
            return owned(value.fullLike(0));
        });
    }

    /** The number of the update under way among those of one parameter, from 1, by a count in its state, a 0-d I64 tensor on the host. */
    protected static LongSupplier count(Map<String, Tensor> state) {
        state.computeIfAbsent("step", n -> owned(ConcreteTensor.scalar(DType.I64, 0L, Device.CPU)));
        return () -> Objects.requireNonNull(state.get("step")).itemLong() + 1;
    }

    private static void countUp(Map<String, Tensor> state) {
        Tensor count = state.get("step");
        if (count != null) {
            count.add_(1);
        }
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
     * Restores what {@link #stateDict} gave, by copying; the next update is that of the run that was saved. State that is there already keeps its
     * memory, so that captured steps go on with what was restored.
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
        for (int i = 0; i < restored.size(); i++) {
            restore(state.get(i), restored.get(i));
        }
        steps = count;
    }

    /** Brings a parameter's state to saved values, which are given up: in the memory it has, on which a captured step works. */
    private static void restore(Map<String, Tensor> known, Map<String, Tensor> saved) {
        boolean fits = known.keySet().equals(saved.keySet())
                && known.entrySet().stream()
                        .allMatch(e -> e.getValue()
                                .device()
                                .equals(Objects.requireNonNull(saved.get(e.getKey()))
                                        .device()));
        if (fits) {
            known.forEach((name, t) -> {
                try (Tensor values = Objects.requireNonNull(saved.get(name))) {
                    t.copy_(values);
                }
            });
        } else {
            known.values().forEach(Tensor::close);
            known.clear();
            known.putAll(saved);
        }
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
