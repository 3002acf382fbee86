package org.gatun.nn;

import org.gatun.tensor.Functional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.random.Generator;

/**
 * Sets elements to 0 with probability p and scales the others by {@code 1 / (1 - p)}, inside a {@link Training} scope; outside it returns its
 * input (Srivastava et al. 2014). As {@code torch.nn.Dropout}.
 *
 * @param p the probability of dropping an element, from 0 to 1
 */
public record Dropout(double p) implements Module {
    /** Checks the range. */
    public Dropout {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("dropout: the probability " + p + " must lie in [0, 1]");
        }
    }

    @Override
    public Tensor forward(Tensor x) {
        Generator generator = Training.generator();
        return generator == null ? x : Functional.dropout(x, p, true, generator);
    }
}
