package org.gatun.optim;

import java.util.Collection;
import java.util.Objects;
import org.gatun.autograd.Parameter;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryScope;

/** Limits on gradients before an update. */
public final class GradientClipping {
    private GradientClipping() {}

    /**
     * Scales all gradients together so that their Euclidean norm is at most {@code maximum}: by {@code min(1, maximum / (norm +
     * 1e-6))}, as {@code torch.nn.utils.clip_grad_norm_}. A norm that is NaN makes every gradient NaN.
     *
     * @return the norm before
     */
    public static double byNorm(Collection<Parameter> parameters, double maximum) {
        if (!(maximum >= 0)) {
            throw new IllegalArgumentException("clip by norm: the maximum " + maximum + " must be 0 or more");
        }
        try (var scope = MemoryScope.open("clip")) {
            double squares = 0;
            for (Parameter p : parameters) {
                Tensor g = p.grad();
                if (g != null) {
                    // In F16 a square overflows from 256 on.
                    squares += g.to(g.dtype().arithmetic()).square().sum().item();
                }
            }
            double norm = Math.sqrt(squares);
            double factor = maximum / (norm + 1e-6);
            if (!(factor >= 1)) { // also NaN
                for (Parameter p : parameters) {
                    if (p.grad() != null) {
                        Tensor g = Objects.requireNonNull(p.grad());
                        g.copy_(g.mul(factor));
                    }
                }
            }
            return norm;
        }
    }
}
