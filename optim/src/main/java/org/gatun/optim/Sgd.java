package org.gatun.optim;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.gatun.autograd.Parameter;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Tensor;

/**
 * Stochastic gradient descent, as {@code torch.optim.SGD}, with its update order: {@code g += weightDecay p; b = momentum b + (1 -
 * dampening) g} (at first {@code b = g}); {@code g = nesterov ? g + momentum b : b; p -= rate g}.
 */
public final class Sgd extends Optimizer {
    /** Without weight decay, which would make 0 times an infinite parameter. */
    private static final Kernels PLAIN = new Kernels((p, g, decay) -> g);

    private static final Kernels DECAYED = new Kernels((p, g, decay) -> g.add(p.mul(decay)));

    private double momentum;
    private double dampening;
    private double weightDecay;
    private boolean nesterov;

    private Sgd(Collection<Parameter> parameters, double learningRate) {
        super(parameters, learningRate);
    }

    /** Plain gradient descent with learning rate 1e-3, no momentum and no weight decay. */
    public static Sgd of(Collection<Parameter> parameters) {
        return new Sgd(parameters, 1e-3);
    }

    /** The gradient that the update goes by. */
    @FunctionalInterface
    private interface Gradient {
        Tensor of(Tensor p, Tensor g, Tensor decay);
    }

    /** The updates of one kind of gradient. */
    private static final class Kernels {
        /** {@code (p, g, rate, decay) -> p}. */
        private final Elementwise.Region plain;

        /** {@code (p, g, b, rate, decay, momentum, damping) -> (p, b)}. */
        private final Elementwise.Region momentum;

        /** As momentum. */
        private final Elementwise.Region nesterov;

        Kernels(Gradient gradient) {
            plain = Elementwise.region(4, in -> {
                Tensor g = gradient.of(in.get(0), in.get(1), in.get(3));
                return List.of(in.get(0).sub(g.mul(in.get(2))));
            });
            momentum = Elementwise.region(7, in -> {
                Tensor g = gradient.of(in.get(0), in.get(1), in.get(4));
                Tensor b = in.get(2).mul(in.get(5)).add(g.mul(in.get(6)));
                return List.of(in.get(0).sub(b.mul(in.get(3))), b);
            });
            nesterov = Elementwise.region(7, in -> {
                Tensor g = gradient.of(in.get(0), in.get(1), in.get(4));
                Tensor b = in.get(2).mul(in.get(5)).add(g.mul(in.get(6)));
                return List.of(in.get(0).sub(g.add(b.mul(in.get(5))).mul(in.get(3))), b);
            });
        }
    }

    /** Sets a constant learning rate. */
    public Sgd learningRate(double rate) {
        schedule(Schedule.constant(rate));
        return this;
    }

    /** Sets the learning rate as a function of the step. */
    public Sgd learningRate(Schedule rates) {
        schedule(rates);
        return this;
    }

    /** Sets the momentum factor, 0 for none. */
    public Sgd momentum(double factor) {
        this.momentum = nonNegative("momentum", factor);
        return this;
    }

    /** Sets the dampening of the momentum. */
    public Sgd dampening(double factor) {
        this.dampening = nonNegative("dampening", factor);
        return this;
    }

    /** Sets the L2 penalty. */
    public Sgd weightDecay(double factor) {
        this.weightDecay = nonNegative("weightDecay", factor);
        return this;
    }

    /** Chooses Nesterov's momentum (Sutskever et al. 2013); it needs a momentum and no dampening. */
    public Sgd nesterov(boolean wanted) {
        this.nesterov = wanted;
        return this;
    }

    @Override
    protected Set<String> stateNames() {
        return Set.of("momentum_buffer");
    }

    @Override
    protected Elementwise.Region region() {
        if (nesterov && momentum == 0) {
            throw new IllegalArgumentException(
                    "Sgd: nesterov needs a momentum above 0: set momentum, for instance 0.9");
        }
        if (nesterov && dampening != 0) {
            throw new IllegalArgumentException("Sgd: nesterov needs dampening 0, not " + dampening);
        }
        Kernels kernels = weightDecay == 0 ? PLAIN : DECAYED;
        return momentum == 0 ? kernels.plain : nesterov ? kernels.nesterov : kernels.momentum;
    }

    @Override
    protected Update update(Tensor value, Tensor gradient, Map<String, Tensor> state) {
        if (momentum == 0) {
            return new Update(List.of(value, gradient), List.of(this::rate, () -> weightDecay), List.of(value));
        }
        // The first buffer is the gradient itself, without dampening.
        boolean first = !state.containsKey("momentum_buffer");
        Tensor buffer = zeros(state, "momentum_buffer", value);
        return new Update(
                List.of(value, gradient, buffer),
                List.of(this::rate, () -> weightDecay, () -> momentum, () -> first ? 1 : 1 - dampening),
                List.of(value, buffer));
    }
}
