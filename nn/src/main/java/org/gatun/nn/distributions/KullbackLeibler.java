package org.gatun.nn.distributions;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.gatun.nn.distributions.Expectation.Estimate;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Broadcasting;
import org.jspecify.annotations.Nullable;

/**
 * The Kullback-Leibler divergence {@code KL(p || q) = E_p[log p(X) - log q(X)]}, as {@code torch.distributions.kl}: closed forms by the
 * classes of the two distributions, open for others to be registered, and an estimate by sampling.
 */
public final class KullbackLeibler {
    private static final ConcurrentHashMap<Pair, Formula<?, ?>> FORMULAS = new ConcurrentHashMap<>();

    static {
        ClosedForms.addAll();
        CrossFamilyForms.addAll();
    }

    private KullbackLeibler() {}

    private record Pair(Class<?> p, Class<?> q) {}

    /**
     * A closed form.
     *
     * @param <P> the class of p
     * @param <Q> the class of q
     */
    @FunctionalInterface
    public interface Formula<P extends Distribution, Q extends Distribution> {
        /** KL(p || q), of the shape to which the batch shapes broadcast. */
        Tensor divergence(P p, Q q);
    }

    /** Registers a closed form for two classes and their subclasses, as {@code torch.distributions.register_kl}; it replaces an earlier one. */
    public static <P extends Distribution, Q extends Distribution> void register(
            Class<P> p, Class<Q> q, Formula<P, Q> formula) {
        FORMULAS.put(new Pair(p, q), formula);
    }

    /**
     * KL(p || q) in closed form, with gradients to the parameters of both; infinite where p has probability that q has not.
     *
     * @return of the shape to which the batch shapes broadcast
     * @throws UnsupportedOperationException when there is no closed form for the two classes, naming both
     * @throws ShapeException when the events have different shapes, or the batches do not broadcast
     */
    public static Tensor divergence(Distribution p, Distribution q) {
        requireFit("divergence", p, q);
        Formula<Distribution, Distribution> formula = find(p.getClass(), q.getClass());
        if (formula == null) {
            throw new UnsupportedOperationException("KullbackLeibler.divergence: there is no closed form for "
                    + p.getClass().getSimpleName() + " and " + q.getClass().getSimpleName()
                    + ": register one, or use KullbackLeibler.estimate, which samples");
        }
        return formula.divergence(p, q);
    }

    private static void requireFit(String method, Distribution p, Distribution q) {
        String names = p.getClass().getSimpleName() + " and " + q.getClass().getSimpleName();
        if (!p.eventShape().equals(q.eventShape())) {
            throw new ShapeException("KullbackLeibler." + method + ": " + names + " have events of shape "
                    + p.eventShape() + " and " + q.eventShape() + ": Independent makes batch axes part of the event");
        }
        Broadcasting.common("KullbackLeibler." + method + ": the batches of " + names, p.batchShape(), q.batchShape());
    }

    /** The formula of the nearest classes above the given ones, first of p's. */
    @SuppressWarnings("unchecked") // register takes a formula for its two classes only
    private static @Nullable Formula<Distribution, Distribution> find(Class<?> p, Class<?> q) {
        for (Class<?> a : lineage(p)) {
            for (Class<?> b : lineage(q)) {
                Formula<?, ?> formula = FORMULAS.get(new Pair(a, b));
                if (formula != null) {
                    return (Formula<Distribution, Distribution>) formula;
                }
            }
        }
        return null;
    }

    private static List<Class<?>> lineage(Class<?> type) {
        var classes = new ArrayList<Class<?>>();
        for (Class<?> c = type; c != null && Distribution.class.isAssignableFrom(c); c = c.getSuperclass()) {
            classes.add(c);
        }
        return classes;
    }

    /** KL(p || q) as the mean of {@code log p(x) - log q(x)} over samples of p, for any two distributions of one event shape. */
    public static Estimate estimate(Distribution p, Distribution q, Generator generator, long count) {
        requireFit("estimate", p, q);
        return Expectation.of(p, x -> p.logProb(x).sub(q.logProb(x)), generator, count);
    }
}
