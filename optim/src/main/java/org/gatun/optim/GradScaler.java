package org.gatun.optim;

import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.gatun.autograd.Parameter;
import org.gatun.tensor.Autocast;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.CudaGraph;
import org.gatun.tensor.DType;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.Device;
import org.gatun.tensor.DeviceException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryScope;

/**
 * Scales a loss so that gradients of F16 do not vanish on their way back, as {@code torch.amp.GradScaler}. Before the update gradients are
 * divided by the scale again; where one is infinite or NaN the update is skipped and the scale halved, and after many good updates it is doubled.
 *
 * <pre>{@code
 * var scaler = new GradScaler();
 * for (Batch batch : batches) {
 *     optimizer.zeroGrad();
 *     try (Tape tape = Tape.open()) {
 *         Tensor loss = Autocast.run(DType.F16, () -> loss(batch));
 *         tape.backward(scaler.scale(loss));
 *     }
 *     scaler.unscale(optimizer);                                  // only to look at the gradients, for instance
 *     GradientClipping.byNorm(optimizer.parameters(), 1.0);       // to clip them
 *     scaler.step(optimizer);
 *     scaler.update();
 * }
 * }</pre>
 *
 * <p>With several optimizers, each is stepped once, then the scale updated once. Parameters are F32: F16 itself has no room for gradients that are
 * divided by the scale. BF16 has F32's range and needs no scaler. Not for use by several threads at once. A {@link CudaGraph} can capture a step up to the backward pass; what follows looks for overflow on
 * the host and comes after each run.
 */
public final class GradScaler {
    /** The names that PyTorch gives to the state. */
    private static final String SCALE = "scale";

    private static final String GROWTH = "growth_factor";
    private static final String BACKOFF = "backoff_factor";
    private static final String INTERVAL = "growth_interval";
    private static final String GOOD = "_growth_tracker";
    private static final Set<String> NAMES = Set.of(SCALE, GROWTH, BACKOFF, INTERVAL, GOOD);

    /** What was done with an optimizer's gradients since the last update of the scale. */
    private static final class Progress {
        private final boolean recorded;
        private final boolean finite;
        private boolean stepped;

        Progress(boolean recorded, boolean finite) {
            this.recorded = recorded;
            this.finite = finite;
        }
    }

    private final Map<Optimizer, Progress> optimizers = new IdentityHashMap<>();
    private double scale = 65536;
    private double growthFactor = 2;
    private double backoffFactor = 0.5;
    private long growthInterval = 2000;
    private long good;
    private boolean enabled = true;

    /** A scaler that starts with 65536, doubles after 2000 updates in a row and halves at once. */
    public GradScaler() {}

    // ---- settings ----

    /** Sets the scale to start with. */
    public GradScaler initialScale(double number) {
        this.scale = checkedScale("initialScale", number);
        return this;
    }

    /** Sets what the scale is multiplied by after {@link #growthInterval} updates in a row without an overflow: more than 1. */
    public GradScaler growthFactor(double factor) {
        if (!(factor > 1) || Double.isInfinite(factor)) {
            throw new IllegalArgumentException(
                    "GradScaler: growthFactor is " + factor + " and must be a finite number above 1");
        }
        this.growthFactor = factor;
        return this;
    }

    /** Sets what the scale is multiplied by after an overflow: between 0 and 1. */
    public GradScaler backoffFactor(double factor) {
        if (!(factor > 0 && factor < 1)) {
            throw new IllegalArgumentException("GradScaler: backoffFactor is " + factor + " and must lie in (0, 1)");
        }
        this.backoffFactor = factor;
        return this;
    }

    /** Sets after how many updates in a row without an overflow the scale grows. */
    public GradScaler growthInterval(long updates) {
        if (updates < 1) {
            throw new IllegalArgumentException("GradScaler: growthInterval is " + updates + " and must be 1 or more");
        }
        this.growthInterval = updates;
        return this;
    }

    /** Sets whether to scale at all; otherwise a loss is its own scaled loss and {@link #step} is the optimizer's. */
    public GradScaler enabled(boolean wanted) {
        this.enabled = wanted;
        return this;
    }

    /** Whether this scales. */
    public boolean isEnabled() {
        return enabled;
    }

    /** The scale; 1 if this is not enabled. */
    public double scale() {
        return enabled ? scale : 1;
    }

    // ---- a step ----

    /**
     * A loss times the scale, to go back from. One of BF16 or F16 is converted to F32 first, in which the product does not overflow. In a captured step
     * it is the scale of each run.
     */
    public Tensor scale(Tensor loss) {
        if (!enabled) {
            return loss;
        }
        Tensor wide = loss.to(loss.dtype().arithmetic());
        return CudaGraph.isCapturing()
                ? wide.mul(CudaGraph.number(wide.dtype(), wide.device(), this::scale))
                : wide.mul(scale);
    }

    /**
     * Divides the gradients of an optimizer's parameters by the scale, in place, and notes whether one was infinite or NaN. {@link #step} does it where it was
     * not done before; call it to look at gradients or clip them between the backward pass and the step.
     *
     * @throws IllegalStateException when it was called for this optimizer since the last {@link #update}, or {@link #step} was
     * @throws DTypeException when a parameter is F16
     */
    public void unscale(Optimizer optimizer) {
        if (!enabled) {
            return;
        }
        Progress before = optimizers.get(optimizer);
        if (before != null) {
            throw new IllegalStateException("GradScaler: unscale of " + optimizer.name()
                    + (before.stepped ? " after step" : " twice since the last update")
                    + ", which would divide its gradients by the scale again: call update() after all steps, and unscale"
                    + " once before each step");
        }
        optimizers.put(optimizer, divide(optimizer));
    }

    private Progress divide(Optimizer optimizer) {
        for (Parameter p : optimizer.parameters()) {
            if (p.grad() != null && p.dtype() == DType.F16) {
                throw new DTypeException("GradScaler: the parameter '" + p.name() + "' of shape " + p.shape()
                        + " is F16, whose gradients may vanish when they are divided by the scale: keep parameters in F32"
                        + " and compute in F16 inside Autocast.open(DType.F16)");
            }
        }
        if (CudaGraph.isCapturing()) {
            throw new DeviceException(
                    "GradScaler: whether a gradient overflowed is read on the host, which a captured step"
                            + " can't do: capture the step up to the backward pass, and call unscale, step and update after each run;"
                            + " BF16 needs no scaler");
        }
        double inverse = 1 / scale;
        try (MemoryScope scope = MemoryScope.open("unscale");
                Autocast none = Autocast.off()) {
            Gradients gradients = Gradients.of(optimizer.parameters());
            boolean finite = gradients.areFinite();
            gradients.scale(inverse);
            return new Progress(!gradients.isEmpty(), finite);
        }
    }

    /**
     * Updates an optimizer's parameters, unless a gradient is infinite or NaN. Gradients are divided by the scale first where {@link #unscale} did not.
     *
     * @return whether the update was made
     * @throws IllegalStateException when it was called for this optimizer since the last {@link #update}, or no parameter has a gradient
     */
    public boolean step(Optimizer optimizer) {
        if (!enabled) {
            optimizer.step();
            return true;
        }
        Progress progress = optimizers.get(optimizer);
        if (progress != null && progress.stepped) {
            throw new IllegalStateException("GradScaler: step of " + optimizer.name()
                    + " twice since the last update: call update() after the steps of all optimizers");
        }
        if (progress == null) {
            progress = divide(optimizer);
        }
        if (!progress.recorded) {
            throw new IllegalStateException("GradScaler: step of " + optimizer.name() + " while none of its "
                    + optimizer.parameters().size()
                    + " parameters has a gradient: call tape.backward(scaler.scale(loss)) before");
        }
        optimizers.put(optimizer, progress);
        if (progress.finite) {
            optimizer.step();
        }
        progress.stepped = true;
        return progress.finite;
    }

    /**
     * Adapts the scale to what the steps since the last update found: backs off after an overflow, grows after enough updates in a row without
     * one, as far as F32 goes.
     *
     * @throws IllegalStateException when no optimizer was stepped or unscaled since the last update
     */
    public void update() {
        if (!enabled) {
            return;
        }
        if (optimizers.values().stream().noneMatch(p -> p.recorded)) {
            throw new IllegalStateException("GradScaler: update without a step since the last one: call step(optimizer)"
                    + " after each backward pass, then update() once");
        }
        if (optimizers.values().stream().allMatch(p -> p.finite)) {
            good++;
            if (good >= growthInterval) {
                good = 0;
                double grown = scale * growthFactor;
                scale = grown <= Float.MAX_VALUE ? grown : scale;
            }
        } else {
            good = 0;
            // Were it 0 after many overflows, its reciprocal would be infinite.
            scale = Math.max(scale * backoffFactor, Float.MIN_NORMAL);
        }
        optimizers.clear();
    }

    /**
     * Sets the scale, and forgets what the steps since the last update found.
     *
     * @param newScale a positive normal number of F32
     */
    public void update(double newScale) {
        double checked = checkedScale("update", newScale);
        if (enabled) {
            scale = checked;
            optimizers.clear();
        }
    }

    private static double checkedScale(String what, double number) {
        if (!(number >= Float.MIN_NORMAL && number <= Float.MAX_VALUE)) {
            throw new IllegalArgumentException(
                    "GradScaler: " + what + ": the scale " + number + " must be a positive normal number of F32");
        }
        return number;
    }

    // ---- the state ----

    /** The state as 0-d tensors under PyTorch's names, which are the caller's; empty if this is not enabled. */
    public Map<String, Tensor> stateDict() {
        var out = new LinkedHashMap<String, Tensor>();
        if (enabled) {
            out.put(SCALE, ConcreteTensor.scalar(DType.F64, scale, Device.CPU));
            out.put(GROWTH, ConcreteTensor.scalar(DType.F64, growthFactor, Device.CPU));
            out.put(BACKOFF, ConcreteTensor.scalar(DType.F64, backoffFactor, Device.CPU));
            out.put(INTERVAL, ConcreteTensor.scalar(DType.I64, growthInterval, Device.CPU));
            out.put(GOOD, ConcreteTensor.scalar(DType.I64, good, Device.CPU));
        }
        return out;
    }

    /**
     * Restores what {@link #stateDict} gave; does nothing if this is not enabled.
     *
     * @throws IllegalArgumentException when an entry is missing, unknown, no scalar of its dtype, or out of range
     */
    public void loadStateDict(Map<String, Tensor> saved) {
        if (!enabled) {
            return;
        }
        if (saved.isEmpty()) {
            throw new IllegalArgumentException(
                    "GradScaler: the saved state is empty: it was saved by a scaler that was not"
                            + " enabled; start with a new one");
        }
        for (String name : saved.keySet()) {
            if (!NAMES.contains(name)) {
                throw new IllegalArgumentException(
                        "GradScaler: the saved state has an unknown entry '" + name + "': is it a scaler's?");
            }
        }
        long count = entry(saved, GOOD, DType.I64).itemLong();
        if (count < 0) {
            throw new IllegalArgumentException(
                    "GradScaler: the saved '" + GOOD + "' is " + count + " and must be 0 or more");
        }
        // All checks come before the first change.
        var checked = new GradScaler()
                .initialScale(entry(saved, SCALE, DType.F64).item())
                .growthFactor(entry(saved, GROWTH, DType.F64).item())
                .backoffFactor(entry(saved, BACKOFF, DType.F64).item())
                .growthInterval(entry(saved, INTERVAL, DType.I64).itemLong());
        scale = checked.scale;
        growthFactor = checked.growthFactor;
        backoffFactor = checked.backoffFactor;
        growthInterval = checked.growthInterval;
        good = count;
    }

    private static Tensor entry(Map<String, Tensor> saved, String name, DType dtype) {
        Tensor t = saved.get(name);
        if (t == null || t.rank() != 0 || t.dtype() != dtype) {
            throw new IllegalArgumentException("GradScaler: the saved state has "
                    + (t == null ? "no entry '" + name + "'" : "'" + name + "' as " + t.dtype() + t.shape())
                    + ", which must be " + dtype + "[]: is it a scaler's?");
        }
        return t;
    }
}
