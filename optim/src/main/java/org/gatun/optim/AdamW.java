package org.gatun.optim;

import java.util.Collection;
import org.gatun.autograd.Parameter;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019), as {@code torch.optim.AdamW}: first {@code p *= 1 - rate
 * weightDecay}, then {@link Adam}'s update without decay.
 */
public final class AdamW extends AdaptiveMoments<AdamW> {
    private static final Kernel KERNEL = new Kernel((p, g, decay) -> g, (p, decay) -> p.mul(decay));

    private AdamW(Collection<Parameter> parameters) {
        super(parameters, KERNEL, 1e-2);
    }

    /** AdamW with learning rate 1e-3, betas 0.9 and 0.999, epsilon 1e-8, weight decay 0.01. */
    public static AdamW of(Collection<Parameter> parameters) {
        return new AdamW(parameters);
    }

    @Override
    protected double decay(double rate, double weightDecay) {
        return 1 - rate * weightDecay;
    }
}
