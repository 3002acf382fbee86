package org.gatun.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.CudaGraph;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.Device;
import org.gatun.tensor.DeviceException;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.trace.Trace;
import org.gatun.tensor.trace.Traced;
import org.jspecify.annotations.Nullable;

/**
 * A leaf that is trained: a value, a gradient that {@link Tape#backward} adds to until {@link #zeroGrad}, and a name. It is a
 * tensor and can stand wherever one can: while a {@link Tape} is open on the thread, operations on it are recorded; otherwise it is just
 * its value. As {@code torch.nn.Parameter}.
 *
 * <p>A parameter owns its value and its gradient: no memory scope frees them.
 */
public final class Parameter extends Traced {
    private ConcreteTensor value;
    private String name;
    private final List<Consumer<Parameter>> hooks = new ArrayList<>();
    private boolean requiresGrad = true;
    private @Nullable ConcreteTensor grad;

    private Parameter(String name, ConcreteTensor value) {
        this.name = name;
        this.value = value;
    }

    /** A parameter whose value is a copy of {@code initial}, of a floating dtype. */
    public static Parameter of(Tensor initial) {
        return of("", initial);
    }

    /**
     * A named parameter whose value is a copy of {@code initial}.
     *
     * @throws DTypeException when the dtype is not floating
     */
    public static Parameter of(String name, Tensor initial) {
        if (!initial.dtype().isFloating()) {
            throw new DTypeException("parameter: gradients exist for floating dtypes only, not for " + initial.dtype()
                    + ": convert first, for instance to(DType.F32)");
        }
        ConcreteTensor value = (ConcreteTensor) initial.concrete().copy();
        value.unscope();
        return new Parameter(name, value);
    }

    /** The name, empty when none was given. */
    public String name() {
        return name;
    }

    /** Gives the parameter a name. */
    public void name(String newName) {
        this.name = newName;
    }

    /** Whether tapes record operations on this parameter. */
    public boolean requiresGrad() {
        return requiresGrad;
    }

    /** Freezes (false) or trains (true) this parameter from now on. */
    public Parameter requiresGrad(boolean wanted) {
        this.requiresGrad = wanted;
        return this;
    }

    /** The gradient that has accumulated, or null when there is none. It belongs to the parameter. */
    public @Nullable Tensor grad() {
        return grad;
    }

    /**
     * Replaces the gradient with a copy of {@code gradient}, or removes it (null).
     *
     * @throws ShapeException when it has another shape or dtype than the parameter
     * @throws DeviceException when it lies on another device
     */
    public void grad(@Nullable Tensor gradient) {
        if (gradient == null) {
            zeroGrad();
            return;
        }
        checkGradient(gradient);
        ConcreteTensor copy = copied(gradient);
        if (CudaGraph.isCapturing()) {
            CapturedGradient.replaces(this, copy);
        } else {
            replaceGrad(copy);
        }
    }

    /** Removes the gradient, so that the next one is assigned and not added. */
    public void zeroGrad() {
        CudaGraph.onHost(() -> replaceGrad(null));
    }

    /**
     * Calls a function whenever a backward pass has added to the gradient, as {@code
     * torch.Tensor.register_post_accumulate_grad_hook}: to look at {@link #grad}, to change it, or to step and clear it at once.
     *
     * @return what removes the hook
     */
    public Hook afterAccumulation(Consumer<Parameter> hook) {
        hooks.add(hook);
        return new Hook(() -> hooks.remove(hook));
    }

    /** Adds to the gradient, and calls the hooks. */
    void accumulate(Tensor gradient) {
        // The parameter may have moved since it was used.
        sumUp(gradient.to(device()));
        if (!hooks.isEmpty()) {
            List.copyOf(hooks).forEach(hook -> hook.accept(this));
        }
    }

    /** Adds to the gradient: assigned first, then added in place. */
    private void sumUp(Tensor gradient) {
        checkGradient(gradient);
        ConcreteTensor known = grad;
        if (known != null) {
            CapturedGradient.adds(this, known);
            known.add_(gradient.concrete());
        } else if (gradient instanceof ConcreteTensor own
                && own.isContiguous()
                && own.layout().offset() == 0
                && own.storage().bytes() == own.elements() * own.dtype().bytes()
                && own.storage().references() == 1
                && !own.storage().isReadOnly()) {
            // Nobody else holds this memory, and it holds nothing else: take it over instead of copying it.
            own.unscope();
            assignGrad(own);
        } else {
            assignGrad(copied(gradient));
        }
    }

    private static ConcreteTensor copied(Tensor gradient) {
        var copy = (ConcreteTensor) gradient.concrete().copy();
        copy.unscope();
        return copy;
    }

    private void assignGrad(ConcreteTensor first) {
        if (CudaGraph.isCapturing()) {
            CapturedGradient.assigns(this, first);
        } else {
            replaceGrad(first);
        }
    }

    private void checkGradient(Tensor gradient) {
        if (!gradient.shape().equals(shape()) || gradient.dtype() != dtype()) {
            throw new ShapeException("grad: a gradient of " + gradient.dtype() + gradient.shape()
                    + " for a parameter of " + dtype() + shape() + ": the two must agree");
        }
        if (!gradient.device().equals(device())) {
            throw new DeviceException("grad: a gradient of " + gradient.dtype() + gradient.shape() + " on "
                    + gradient.device() + " for a parameter on " + device() + ": bring it there with to(device)");
        }
    }

    void replaceGrad(@Nullable ConcreteTensor replacement) {
        ConcreteTensor known = grad;
        grad = replacement;
        if (known != null) {
            known.close();
        }
    }

    /**
     * Copies new values, which broadcast to this shape, into the parameter's memory.
     *
     * @return this parameter
     */
    public Parameter assign(Tensor values) {
        value.copy_(values.concrete());
        return this;
    }

    /**
     * Moves the value and the gradient to a device. The parameter stays the same object, so that modules and optimizers go on with it, but what
     * {@link #value} and {@link #grad} gave before is closed. Move parameters outside of tapes.
     *
     * @return this parameter
     * @throws DeviceException when the device can't be used; nothing is changed
     */
    public Parameter moveTo(Device device) {
        if (!value.device().equals(device)) {
            ConcreteTensor known = grad;
            ConcreteTensor moved = moved(value, device);
            ConcreteTensor movedGrad;
            try {
                movedGrad = known == null ? null : moved(known, device);
            } catch (Throwable e) {
                moved.close();
                throw e;
            }
            value.close();
            value = moved;
            replaceGrad(movedGrad);
        }
        return this;
    }

    private static ConcreteTensor moved(ConcreteTensor t, Device device) {
        ConcreteTensor there = (ConcreteTensor) t.to(device);
        there.unscope();
        return there;
    }

    /** The variable of the innermost tape on this thread that follows this parameter, or the value when there is none. */
    @Override
    public Tensor resolve() {
        Tape tape = requiresGrad ? Tape.current() : null;
        return tape == null ? value : tape.variable(this).resolve();
    }

    @Override
    public @Nullable Trace trace() {
        return null;
    }

    /** The value, to read or to change in place. */
    @Override
    public ConcreteTensor value() {
        return value;
    }

    @Override
    public Tensor saved() {
        return value.saved();
    }

    /** Has no effect: a parameter belongs to no scope. */
    @Override
    public void keep() {}

    /** Has no effect: a parameter belongs to no scope. */
    @Override
    public void keepFrom(MemoryScope scope) {}

    /** Frees the value and the gradient. */
    @Override
    public void close() {
        replaceGrad(null);
        value.close();
    }
}
