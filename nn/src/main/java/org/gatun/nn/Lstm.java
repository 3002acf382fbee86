package org.gatun.nn;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gatun.autograd.Parameter;
import org.gatun.nn.init.Initializer;
import org.gatun.tensor.DType;
import org.gatun.tensor.Functional;
import org.gatun.tensor.LstmStates;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Layers of a long short-term memory (Hochreiter and Schmidhuber 1997), one above the other, as {@code torch.nn.LSTM}, whose names, layouts and
 * first values the parameters have: {@code weight_ih_l0} (4 hidden, input), {@code weight_hh_l0} (4 hidden, hidden), {@code bias_ih_l0} and
 * {@code bias_hh_l0} (4 hidden), gates in the order i, f, g, o, all uniform in {@code +-1/sqrt(hidden)}.
 */
public final class Lstm implements Module {
    /** The parameters of a layer; biases may be null. */
    private record Layer(
            Parameter inputWeight,
            Parameter hiddenWeight,
            @Nullable Parameter inputBias,
            @Nullable Parameter hiddenBias) {}

    /**
     * Outputs and last states.
     *
     * @param outputs h of the top layer at each step, in the layout of the inputs
     * @param hidden h of each layer after the last step (layers, batch, hidden)
     * @param cell c of each layer after the last step (layers, batch, hidden)
     */
    public record Result(Tensor outputs, Tensor hidden, Tensor cell) {}

    private final long input;
    private final long hidden;
    private final boolean batchFirst;
    private final List<Layer> layers = new ArrayList<>();

    /** Layers with biases, in F32, for inputs (batch, steps, input). */
    public Lstm(long input, long hidden, int layers, Generator generator) {
        this(input, hidden, layers, true, true, DType.F32, generator);
    }

    /**
     * Layers.
     *
     * @param input the size of the last axis of inputs
     * @param hidden the size of the states
     * @param layers how many, 1 or more
     * @param bias whether there are biases
     * @param batchFirst whether inputs and outputs are (batch, steps, ..), instead of (steps, batch, ..)
     * @param dtype a floating dtype
     * @throws IllegalArgumentException when a size is out of range, or the dtype not floating
     */
    public Lstm(
            long input, long hidden, int layers, boolean bias, boolean batchFirst, DType dtype, Generator generator) {
        if (input < 1 || hidden < 1 || layers < 1) {
            throw new IllegalArgumentException("lstm: sizes input " + input + ", hidden " + hidden + " and layers "
                    + layers + ": each must be 1 or more");
        }
        Linear.requireFloating("lstm", dtype);
        this.input = input;
        this.hidden = hidden;
        this.batchFirst = batchFirst;
        Initializer initial = Initializer.uniform(-1 / Math.sqrt(hidden), 1 / Math.sqrt(hidden));
        for (int i = 0; i < layers; i++) {
            Parameter inputWeight = initial.parameter(dtype, Shape.of(4 * hidden, i == 0 ? input : hidden), generator);
            Parameter hiddenWeight = initial.parameter(dtype, Shape.of(4 * hidden, hidden), generator);
            Parameter inputBias = bias ? initial.parameter(dtype, Shape.of(4 * hidden), generator) : null;
            Parameter hiddenBias = bias ? initial.parameter(dtype, Shape.of(4 * hidden), generator) : null;
            this.layers.add(new Layer(inputWeight, hiddenWeight, inputBias, hiddenBias));
        }
    }

    @Override
    public Map<String, Object> members() {
        var out = new LinkedHashMap<String, Object>();
        for (int i = 0; i < layers.size(); i++) {
            Layer layer = layers.get(i);
            out.put("weight_ih_l" + i, layer.inputWeight);
            out.put("weight_hh_l" + i, layer.hiddenWeight);
            if (layer.inputBias != null && layer.hiddenBias != null) {
                out.put("bias_ih_l" + i, layer.inputBias);
                out.put("bias_hh_l" + i, layer.hiddenBias);
            }
        }
        return out;
    }

    /** The outputs of the top layer from states of 0. */
    @Override
    public Tensor forward(Tensor x) {
        return run(x, null, null).outputs();
    }

    /**
     * Outputs and last states.
     *
     * @param x (batch, steps, input), or (steps, batch, input) if not batchFirst
     * @param hidden the first h of each layer (layers, batch, hidden), or null for 0
     * @param cell the first c of each layer (layers, batch, hidden), or null for 0
     * @throws ShapeException when the sizes do not fit
     */
    public Result run(Tensor x, @Nullable Tensor hidden, @Nullable Tensor cell) {
        if (x.rank() != 3 || x.size(2) != input) {
            throw new ShapeException("lstm: inputs of shape " + x.shape() + ": they must be "
                    + (batchFirst ? "(batch, steps, " : "(steps, batch, ") + input + ")");
        }
        Tensor y = batchFirst ? x.transpose(0, 1) : x;
        List<Tensor> lastHidden = new ArrayList<>();
        List<Tensor> lastCell = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            Layer layer = layers.get(i);
            Tensor bias =
                    layer.inputBias == null || layer.hiddenBias == null ? null : layer.inputBias.add(layer.hiddenBias);
            Tensor gates = Functional.linear(y, layer.inputWeight, bias);
            LstmStates states =
                    Functional.lstm(gates, layer.hiddenWeight, state(hidden, i, gates), state(cell, i, gates));
            y = states.outputs();
            lastHidden.add(y.select(0, -1));
            lastCell.add(states.cell());
        }
        return new Result(batchFirst ? y.transpose(0, 1) : y, stacked(lastHidden), stacked(lastCell));
    }

    private Tensor state(@Nullable Tensor states, int layer, Tensor gates) {
        return states == null
                ? Tensors.zeros(gates.dtype(), Shape.of(gates.size(1), hidden), gates.device())
                : states.select(0, layer);
    }

    private static Tensor stacked(List<Tensor> states) {
        return Tensors.stack(0, states.toArray(Tensor[]::new));
    }
}
