package org.gatun.nn.data;

import java.util.function.UnaryOperator;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.MemoryScope;

/**
 * A dataset in memory: samples along the first axis of two tensors, as {@code torch.utils.data.TensorDataset}. Batches are on the tensors'
 * devices.
 */
public final class TensorDataset implements Dataset, AutoCloseable {
    private final Tensor inputs;
    private final Tensor targets;
    private final UnaryOperator<Tensor> transform;

    /**
     * A dataset over tensors that it takes over and frees when closed.
     *
     * @param inputs samples along the first axis
     * @param targets as many along the first axis
     * @throws ShapeException when the numbers of samples differ
     */
    public TensorDataset(Tensor inputs, Tensor targets) {
        this(inputs, targets, x -> x);
    }

    /** As above; {@code transform} turns the inputs of each batch into what a model takes, for instance bytes into floats. */
    public TensorDataset(Tensor inputs, Tensor targets, UnaryOperator<Tensor> transform) {
        if (inputs.rank() == 0 || targets.rank() == 0 || inputs.size(0) != targets.size(0)) {
            throw new ShapeException("dataset: inputs of shape " + inputs.shape() + " and targets of shape "
                    + targets.shape() + " must have the same number of samples along their first axis");
        }
        inputs.unscope();
        targets.unscope();
        this.inputs = inputs;
        this.targets = targets;
        this.transform = transform;
    }

    @Override
    public long size() {
        return inputs.size(0);
    }

    @Override
    public Batch batch(long[] indices) {
        return MemoryScope.tidy(() -> {
            Tensor index = Tensors.of(indices);
            Batch batch = new Batch(transform.apply(picked(inputs, index)), picked(targets, index));
            batch.inputs().unscope();
            batch.targets().unscope();
            return batch;
        });
    }

    private static Tensor picked(Tensor data, Tensor index) {
        return data.indexSelect(0, index.to(data.device()));
    }

    /** Frees the data. */
    @Override
    public void close() {
        inputs.close();
        targets.close();
    }
}
