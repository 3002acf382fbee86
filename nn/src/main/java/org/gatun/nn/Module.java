package org.gatun.nn;

import java.util.List;
import java.util.Map;
import org.gatun.autograd.Parameter;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;

/**
 * A function of a tensor with parameters: a layer, or a network of layers. Write one as a class whose fields, or a record whose
 * components, are parameters, other modules, or lists and maps of these; they are found there and named by their path, as in
 * PyTorch: {@code conv1.weight}, {@code layers.0.bias}.
 *
 * <pre>{@code
 * final class Mlp implements Module {
 *     private final Linear hidden = new Linear(784, 256, generator);
 *     private final Linear output = new Linear(256, 10, generator);
 *
 *     public Tensor forward(Tensor x) {
 *         return output.forward(hidden.forward(x).relu());
 *     }
 * }
 * }</pre>
 *
 * <p>A tensor in a field that is no parameter is a buffer: saved and loaded with the parameters, and not trained, such as a running
 * mean. Memory scopes free it like any other tensor, so make it with {@link Tensor#unscope}; for {@link #to} its field must not be final. A
 * field that is {@code transient} is no part of the module.
 *
 * <p>Modules have no training mode: dropout is on inside a {@link Training} scope and off outside.
 */
@FunctionalInterface
public interface Module {
    /** The result for an input, usually a batch along the first axis. */
    Tensor forward(Tensor x);

    /**
     * What this module consists of, by name: parameters, buffers, modules, and lists, arrays and maps of these. By default the fields of
     * a class (those of superclasses first) or the components of a record.
     */
    default Map<String, Object> members() {
        return Members.of(this);
    }

    /** All parameters of this module and the modules in it, each once, in order of their fields. */
    default List<Parameter> parameters() {
        return List.copyOf(namedParameters().values());
    }

    /** All parameters by path. A parameter that stands in several places has the first path. */
    default Map<String, Parameter> namedParameters() {
        return Members.parameters(this);
    }

    /** All buffers of this module and the modules in it by path, PyTorch's {@code named_buffers}. */
    default Map<String, Tensor> namedBuffers() {
        return Members.buffers(this);
    }

    /** The number of trained numbers. */
    default long parameterCount() {
        return parameters().stream().mapToLong(Parameter::elements).sum();
    }

    /**
     * The values of all parameters and buffers by path, PyTorch's {@code state_dict}. The tensors are the module's own memory.
     */
    default Map<String, Tensor> stateDict() {
        Map<String, Tensor> out = Members.tensors(this);
        out.replaceAll((name, t) -> t instanceof Parameter p ? p.value() : t);
        return out;
    }

    /**
     * Copies values into the parameters and buffers, as {@code load_state_dict} with {@code strict=True}.
     *
     * @throws IllegalArgumentException naming the entry when one is missing, unknown, closed, or of another shape or dtype; nothing is
     *     changed
     */
    default void loadStateDict(Map<String, Tensor> state) {
        Members.load(this, state);
    }

    /**
     * Moves all parameters, their gradients and all buffers to a device, as {@code torch.nn.Module.to}. Parameters stay the same objects, so that
     * optimizers made before go on with them; copies take the buffers' places. What {@link #stateDict} gave before is closed.
     *
     * @return this module
     * @throws org.gatun.tensor.DeviceException when the device can't be used
     * @throws IllegalStateException naming a buffer that a copy can't replace, such as one in a final field; nothing is changed
     */
    default Module to(Device device) {
        Buffers buffers = Buffers.elsewhere(this, device);
        parameters().forEach(p -> p.moveTo(device));
        buffers.move();
        return this;
    }

    /** Freezes (false) or trains (true) all parameters. */
    default void requiresGrad(boolean wanted) {
        parameters().forEach(p -> p.requiresGrad(wanted));
    }

    /** Frees the memory of all parameters and buffers. */
    default void free() {
        Members.tensors(this).values().forEach(Tensor::close);
    }
}
