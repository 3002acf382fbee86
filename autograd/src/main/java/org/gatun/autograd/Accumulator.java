package org.gatun.autograd;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Sums gradients by slot: the first is assigned, the second added, and from then on they are added in place. */
final class Accumulator {
    private final @Nullable Tensor[] sums;
    private final boolean[] exclusive;
    private final boolean[] kept;

    Accumulator(int slots) {
        sums = new Tensor[slots];
        exclusive = new boolean[slots];
        kept = new boolean[slots];
    }

    /** Marks a slot whose sum the caller wants. */
    void keep(int slot) {
        kept[slot] = true;
    }

    @Nullable
    Tensor get(int slot) {
        return sums[slot];
    }

    /**
     * Adds a gradient, which then outlives the current scope.
     *
     * @param own whether nobody else uses this tensor, so that the sum may take it over
     */
    void add(int slot, Tensor g, boolean own) {
        Tensor sum = sums[slot];
        if (sum == null) {
            // Every slot has a handle of its own, so that it can be closed when its node is done.
            Tensor first = own ? g : g.view();
            first.keep();
            sums[slot] = first;
        } else if (exclusive[slot] && sum instanceof ConcreteTensor && g instanceof ConcreteTensor) {
            sum.add_(g);
        } else {
            Tensor total = sum.add(g);
            total.keep();
            sums[slot] = total;
            exclusive[slot] = true;
            sum.close();
        }
    }

    /** Takes another gradient in the place of the sum, which then outlives the current scope. */
    void replace(int slot, Tensor g) {
        Tensor sum = sums[slot];
        Tensor other = g.view();
        other.keep();
        sums[slot] = other;
        exclusive[slot] = false;
        if (sum != null) {
            sum.close();
        }
    }

    /** Frees the gradient of an inner value, which its node has used. */
    void drop(int slot) {
        Tensor sum = sums[slot];
        if (sum != null && !kept[slot]) {
            sum.close();
            sums[slot] = null;
        }
    }

    @Nullable
    Tensor[] kept() {
        @Nullable Tensor[] out = new Tensor[sums.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = kept[i] ? sums[i] : null;
        }
        return out;
    }
}
