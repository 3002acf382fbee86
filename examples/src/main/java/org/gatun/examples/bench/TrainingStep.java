package org.gatun.examples.bench;

import java.util.List;
import java.util.function.UnaryOperator;
import org.gatun.autograd.Parameter;
import org.gatun.autograd.Tape;
import org.gatun.optim.Sgd;
import org.gatun.tensor.CudaGraph;
import org.gatun.tensor.Device;
import org.gatun.tensor.Losses;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryScope;

/** One update of a network's parameters by a batch: forward, cross-entropy, backward, plain gradient descent. */
final class TrainingStep implements Step {
    private static final double LEARNING_RATE = 1e-3;

    private final List<Parameter> parameters;
    private final Sgd optimizer;
    private final UnaryOperator<Tensor> network;
    private final Tensor x;
    private final Tensor target;

    /**
     * A step.
     *
     * @param parameters what is trained
     * @param network from a batch to logits
     * @param x the batch, freed with the step
     * @param target the class of each sample, freed with the step
     */
    TrainingStep(List<Parameter> parameters, UnaryOperator<Tensor> network, Tensor x, Tensor target) {
        this.parameters = parameters;
        this.optimizer = Sgd.of(parameters).learningRate(LEARNING_RATE);
        this.network = network;
        this.x = x;
        this.target = target;
    }

    /** The loss. */
    @Override
    public Tensor run() {
        optimizer.zeroGrad();
        Tensor value = MemoryScope.tidy(() -> {
            try (Tape tape = Tape.open()) {
                Tensor loss = Losses.crossEntropy(network.apply(x), target);
                tape.backward(loss);
                Tensor copy = loss.detach().copy();
                copy.keep();
                return copy;
            }
        });
        optimizer.step();
        return value;
    }

    @Override
    public Step captured(Device.Cuda device) {
        CudaGraph graph = CudaGraph.capture(device, operands -> List.of(TrainingStep.this.run()));
        return new Step() {
            @Override
            public Tensor run() {
                return graph.run().getFirst();
            }

            @Override
            public List<Tensor> inputs() {
                return TrainingStep.this.inputs();
            }

            @Override
            public void close() {
                graph.close();
            }
        };
    }

    @Override
    public List<Tensor> inputs() {
        return List.of(x, target);
    }

    @Override
    public void close() {
        optimizer.zeroGrad();
        optimizer.close();
        parameters.forEach(p -> p.value().close());
        x.close();
        target.close();
    }
}
