package org.gatun.bench.suites;

import static org.gatun.bench.Input.constant;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.gatun.autograd.Parameter;
import org.gatun.bench.Input;
import org.gatun.nn.Module;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;

/**
 * A network that is built for both sides at once: each layer adds its parameters, a line of TorchScript and what Gatun does.
 * Layers are functions of values, which are numbered in the order in which they come: 0 is the input.
 */
final class Net {
    private final List<Input> parameters = new ArrayList<>();
    private final StringBuilder torch = new StringBuilder("a0 = x\n");
    private final List<BiFunction<List<Tensor>, List<Parameter>, Tensor>> layers = new ArrayList<>();

    Net() {}

    /** Adds a parameter and returns its number. */
    int parameter(Input start) {
        parameters.add(start);
        return parameters.size() - 1;
    }

    /** A parameter with the same number everywhere. */
    int parameter(float value, long... sizes) {
        return parameter(constant(value, sizes));
    }

    /**
     * Adds a layer.
     *
     * @param expression in TorchScript: {@code a0}, {@code a1}, ... are the values so far, {@code p0}, {@code p1}, ... the parameters
     * @param gatun the same of the values so far and of the parameters
     * @return the number of its value
     */
    int layer(String expression, BiFunction<List<Tensor>, List<Parameter>, Tensor> gatun) {
        layers.add(gatun);
        torch.append('a').append(layers.size()).append(" = ").append(expression).append('\n');
        return layers.size();
    }

    /** Further statements of TorchScript, for the next layer. */
    void statements(String lines) {
        torch.append(lines);
    }

    /** The parameters as they begin. */
    List<Input> parameters() {
        return parameters;
    }

    /** The script; its last value is {@code y}. */
    String script() {
        return torch + "y = a" + layers.size() + "\n";
    }

    /** The network in Gatun. */
    Module module() {
        return new Built(
                parameters.stream()
                        .map(p -> Parameter.of(Tensors.zeros(p.sizes())))
                        .toList(),
                List.copyOf(layers));
    }

    private static final class Built implements Module {
        private final List<Parameter> parameters;
        private final transient List<BiFunction<List<Tensor>, List<Parameter>, Tensor>> layers;

        Built(List<Parameter> parameters, List<BiFunction<List<Tensor>, List<Parameter>, Tensor>> layers) {
            this.parameters = parameters;
            this.layers = layers;
        }

        @Override
        public Tensor forward(Tensor x) {
            var values = new ArrayList<Tensor>();
            values.add(x);
            layers.forEach(layer -> values.add(layer.apply(values, parameters)));
            return values.getLast();
        }
    }
}
