package org.gatun.optim;

import java.util.Collection;
import org.gatun.autograd.Parameter;

/**
 * Adam (Kingma and Ba 2015), as {@code torch.optim.Adam}: {@code g += weightDecay p; m = beta1 m + (1 - beta1) g; v = beta2 v + (1 -
 * beta2) g^2; p -= rate / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)}.
 */
public final class Adam extends AdaptiveMoments<Adam> {
    private static final Kernel KERNEL = new Kernel((p, g, decay) -> g.add(p.mul(decay)), (p, decay) -> p);

    private Adam(Collection<Parameter> parameters) {
        super(parameters, KERNEL, 0);
    }

    /** Adam with learning rate 1e-3, betas 0.9 and 0.999, epsilon 1e-8, no weight decay. */
    public static Adam of(Collection<Parameter> parameters) {
        return new Adam(parameters);
    }

    @Override
    protected double decay(double rate, double weightDecay) {
        return weightDecay;
    }
}
