package org.gatun.optim;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.LongSupplier;
import org.gatun.autograd.Parameter;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Tensor;

/** What Adam and AdamW share: two moments, their bias corrections, and one fused pass. */
abstract sealed class AdaptiveMoments<S extends AdaptiveMoments<S>> extends Optimizer permits Adam, AdamW {
    /**
     * The fused update {@code (p, g, m, v, step size, 1 / sqrt of the second bias correction, 1 - beta1, 1 - beta2, beta2, epsilon,
     * decay) -> (p, m, v)}. Numbers that change come as operands, so that the program stays the same at every step.
     */
    static final class Kernel {
        private final Elementwise.Region region;

        /**
         * An update.
         *
         * @param gradient the gradient from parameter, gradient and decay
         * @param shrunk the parameter before the update, from parameter and decay
         */
        Kernel(Elementwise.Ternary gradient, BinaryOperator<Tensor> shrunk) {
            region = Elementwise.region(11, in -> {
                Tensor decay = in.get(10);
                Tensor g = gradient.apply(in.get(0), in.get(1), decay);
                Tensor m = in.get(2).add(g.sub(in.get(2)).mul(in.get(6)));
                Tensor v = in.get(3).mul(in.get(8)).add(g.square().mul(in.get(7)));
                Tensor denominator = v.sqrt().mul(in.get(5)).add(in.get(9));
                Tensor p = shrunk.apply(in.get(0), decay).sub(m.div(denominator).mul(in.get(4)));
                return List.of(p, m, v);
            });
        }
    }

    /** The update without weight decay, which both share. */
    private static final Kernel PLAIN = new Kernel((p, g, decay) -> g, (p, decay) -> p);

    private final Kernel kernel;
    private double beta1 = 0.9;
    private double beta2 = 0.999;
    private double epsilon = 1e-8;
    private double weightDecay;

    AdaptiveMoments(Collection<Parameter> parameters, Kernel kernel, double weightDecay) {
        super(parameters, 1e-3);
        this.kernel = kernel;
        this.weightDecay = weightDecay;
    }

    /** The number that the kernel's weight decay takes. */
    protected abstract double decay(double rate, double factor);

    @SuppressWarnings("unchecked")
    private S self() {
        return (S) this;
    }

    /** Sets a constant learning rate. */
    public S learningRate(double rate) {
        schedule(Schedule.constant(rate));
        return self();
    }

    /** Sets the learning rate as a function of the step. */
    public S learningRate(Schedule rates) {
        schedule(rates);
        return self();
    }

    /** Sets the decay rates of the two moments, in [0, 1). */
    public S betas(double first, double second) {
        this.beta1 = decay("the first beta", first);
        this.beta2 = decay("the second beta", second);
        return self();
    }

    /** Sets the number added to the denominator. */
    public S epsilon(double number) {
        this.epsilon = nonNegative("epsilon", number);
        return self();
    }

    /** Sets the weight decay. */
    public S weightDecay(double factor) {
        this.weightDecay = nonNegative("weightDecay", factor);
        return self();
    }

    @Override
    protected Set<String> stateNames() {
        return Set.of("step", "exp_avg", "exp_avg_sq");
    }

    @Override
    protected Elementwise.Region region() {
        return (weightDecay == 0 ? PLAIN : kernel).region;
    }

    @Override
    protected Update update(Tensor value, Tensor gradient, Map<String, Tensor> state) {
        LongSupplier t = count(state);
        Tensor m = zeros(state, "exp_avg", value);
        Tensor v = zeros(state, "exp_avg_sq", value);
        return new Update(
                List.of(value, gradient, m, v),
                List.of(
                        () -> rate() / (1 - Math.pow(beta1, t.getAsLong())),
                        () -> 1 / Math.sqrt(1 - Math.pow(beta2, t.getAsLong())),
                        () -> 1 - beta1,
                        () -> 1 - beta2,
                        () -> beta2,
                        () -> epsilon,
                        () -> decay(rate(), weightDecay)),
                List.of(value, m, v));
    }
}
