package org.gatun.nn;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gatun.tensor.Tensor;

/**
 * Modules one after the other, as {@code torch.nn.Sequential}; parameters are named by position: {@code 0.weight}. A {@link Linear} and the
 * {@link Activation} behind it run together where that saves a pass over memory.
 */
public final class Sequential implements Module {
    private final List<Module> layers;

    /** The given modules in order. */
    public Sequential(Module... layers) {
        this(List.of(layers));
    }

    /** The given modules in order. */
    public Sequential(List<? extends Module> layers) {
        this.layers = List.copyOf(layers);
    }

    /** The modules in order. */
    public List<Module> layers() {
        return layers;
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor y = x;
        for (int i = 0; i < layers.size(); i++) {
            Module layer = layers.get(i);
            Module next = i + 1 < layers.size() ? layers.get(i + 1) : null;
            if (layer instanceof Linear linear && next instanceof Activation activation) {
                y = linear.forward(y, activation);
                i++;
            } else {
                y = layer.forward(y);
            }
        }
        return y;
    }

    @Override
    public Map<String, Object> members() {
        var out = new LinkedHashMap<String, Object>();
        for (int i = 0; i < layers.size(); i++) {
            out.put(Integer.toString(i), layers.get(i));
        }
        return out;
    }
}
