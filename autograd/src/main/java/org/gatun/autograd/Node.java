package org.gatun.autograd;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.TensorType;
import org.jspecify.annotations.Nullable;

/** One recorded operation: where gradients come from and go to, and what its pullback needs. */
final class Node {
    /** Computes the cotangents of the operands; null for an operand that gets none. */
    interface Pullback {
        @Nullable
        Tensor[] apply(Primal primal, @Nullable Tensor[] cotangents);
    }

    final Object op;
    final Pullback pullback;
    final List<TensorType> inputTypes;
    final List<TensorType> resultTypes;

    /** The slots of the operands, -1 for constants. */
    final int[] inputs;

    /** The slots of the results, -1 for results that carry no gradient. */
    final int[] results;

    private final @Nullable Saved[] savedInputs;
    private final @Nullable Saved[] savedResults;
    private boolean freed;

    /**
     * The devices of the operands that lie elsewhere than the results, numbers on the host that went along with tensors on a GPU; null for
     * the others, and altogether when there is none.
     */
    private final @Nullable Device @Nullable [] elsewhere;

    /** The line of the program that made the node, empty unless anomalies are looked for. */
    String origin = "";

    /** A node that saves those of the operands' and results' values that its pullback reads. */
    Node(
            Object op,
            Pullback pullback,
            Tensor[] values,
            Tensor[] results,
            int[] inputs,
            int[] slots,
            IntPredicate savesInput,
            IntPredicate savesResult) {
        this.op = op;
        this.pullback = pullback;
        this.inputTypes = types(values);
        this.resultTypes = types(results);
        this.inputs = inputs;
        this.results = slots;
        this.elsewhere = elsewhere(values, results);
        this.savedInputs = Saved.of(values, savesInput);
        try {
            this.savedResults = Saved.of(results, savesResult);
        } catch (Throwable t) {
            Saved.free(savedInputs);
            throw t;
        }
    }

    private static @Nullable Device @Nullable [] elsewhere(Tensor[] values, Tensor[] results) {
        Device device = results[0].device();
        @Nullable Device[] out = null;
        for (int i = 0; i < values.length; i++) {
            Device own = values[i].device();
            if (!own.equals(device)) {
                out = out == null ? new Device[values.length] : out;
                out[i] = own;
            }
        }
        return out;
    }

    /** The cotangent of operand {@code k} on that operand's device, where the rules of the operations before it expect it. */
    Tensor home(int k, Tensor cotangent) {
        Device device = elsewhere == null ? null : elsewhere[k];
        return device == null ? cotangent : cotangent.to(device);
    }

    static List<TensorType> types(Tensor[] tensors) {
        TensorType[] types = new TensorType[tensors.length];
        for (int i = 0; i < types.length; i++) {
            types[i] = new TensorType(tensors[i].dtype(), tensors[i].shape());
        }
        return Arrays.asList(types);
    }

    Primal primal() {
        if (freed) {
            throw new IllegalStateException(
                    "backward: the values that " + op + " saved are freed: a second backward or gradient"
                            + " over the same operations needs retain = true in the first");
        }
        @Nullable Tensor[] in = new Tensor[savedInputs.length];
        for (int i = 0; i < in.length; i++) {
            Saved s = savedInputs[i];
            in[i] = s == null ? null : s.get("operand " + i, op);
        }
        @Nullable Tensor[] out = new Tensor[savedResults.length];
        for (int i = 0; i < out.length; i++) {
            Saved s = savedResults[i];
            out[i] = s == null ? null : s.get("the result", op);
        }
        return new Primal(inputTypes, in, out);
    }

    void free() {
        if (!freed) {
            freed = true;
            Saved.free(savedInputs);
            Saved.free(savedResults);
        }
    }

    void unscope() {
        for (Saved s : savedInputs) {
            if (s != null) {
                s.unscope();
            }
        }
        for (Saved s : savedResults) {
            if (s != null) {
                s.unscope();
            }
        }
    }
}
