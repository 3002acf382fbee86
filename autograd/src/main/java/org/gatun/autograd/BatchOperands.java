package org.gatun.autograd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Shape;

/**
 * The operands of an operation on a batch.
 *
 * @param values the operands of the level below: with the batch as first axis where they have one
 * @param batched which of them have one; at least one does
 * @param size the number of elements of the batch
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record BatchOperands(Tensor[] values, boolean[] batched, long size) {
    Tensor value(int i) {
        return values[i];
    }

    boolean has(int i) {
        return batched[i];
    }

    /** An operand with the batch as its first axis, repeated along it by stride 0 if it has none. */
    Tensor whole(int i) {
        return batched[i] ? values[i] : BatchTrace.repeated(values[i], size);
    }

    /** Which operands have a batch, as a value. */
    List<Boolean> flags() {
        var flags = new ArrayList<Boolean>();
        for (boolean b : batched) {
            flags.add(b);
        }
        return List.copyOf(flags);
    }

    /** All operands with the batch as first axis. */
    Tensor[] whole() {
        Tensor[] all = new Tensor[values.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = whole(i);
        }
        return all;
    }

    /** The shape of an operand without the batch. */
    Shape shape(int i) {
        Shape s = values[i].shape();
        return batched[i] ? s.without(BatchTrace.FIRST) : s;
    }

    /** The types of the operands without the batch. */
    List<TensorType> types() {
        var types = new ArrayList<TensorType>();
        for (int i = 0; i < values.length; i++) {
            types.add(new TensorType(values[i].dtype(), shape(i)));
        }
        return types;
    }

    /** A shape with the batch in front. */
    Shape with(Shape shape) {
        return shape.inserted(0, size);
    }

    /** Axes of the first operand's elements as axes of the batch. */
    Axes shifted(Axes axes) {
        int[] shifted = Arrays.stream(axes.toArray()).map(a -> a + 1).toArray();
        return Axes.listed("vmap", values[0].rank() + (batched[0] ? 0 : 1), shifted);
    }
}
