package org.gatun.nn.distributions;

import java.util.Arrays;
import java.util.Objects;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * The distribution of a random variable, as {@code torch.distributions.Distribution}: a batch of independent distributions of events, one
 * for each element of the parameters, which broadcast to one shape and promote to one floating dtype.
 *
 * <p>A sample of shape {@code s} has the shape s + {@link #batchShape} + {@link #eventShape}; {@link #logProb} of values whose shape
 * broadcasts with batch + event gives a number for each event. Everything differentiates in the parameters and in the values, in both
 * modes and to any order, unless said otherwise.
 *
 * <p>Parameters are checked when the distribution is made, values when {@link #logProb}, {@link #cdf} or {@link #icdf} gets them, as
 * PyTorch does by default: an {@link IllegalArgumentException} names the distribution, the argument and the range. The checks read the
 * values, which costs a pass. What a distribution has no formula for throws an {@link UnsupportedOperationException} that says so.
 *
 * <p>To add a distribution, extend this class; {@link KullbackLeibler#register} adds its divergences.
 */
public abstract class Distribution {
    private final Shape batchShape;
    private final Shape eventShape;

    /**
     * A distribution of the given shapes.
     *
     * @param batchShape the shape of the parameters
     * @param eventShape the shape of one event: a scalar's, unless its elements depend on each other
     */
    protected Distribution(Shape batchShape, Shape eventShape) {
        this.batchShape = batchShape;
        this.eventShape = eventShape;
    }

    /** The shape of the batch: how many independent distributions there are. */
    public final Shape batchShape() {
        return batchShape;
    }

    /** The shape of one event. */
    public final Shape eventShape() {
        return eventShape;
    }

    /**
     * The same distributions, repeated to a larger batch without a copy of the parameters, as {@code torch.distributions}' {@code expand}.
     *
     * @param batch a shape that {@link #batchShape} broadcasts to
     * @throws org.gatun.tensor.ShapeException when it does not
     */
    public Distribution expand(Shape batch) {
        throw unsupported("expand", "this class does not override it");
    }

    /** Which values have a positive probability or density. */
    public abstract Constraint support();

    /** Whether samples carry gradients to the parameters: whether there is an {@link #rsample}. */
    public boolean hasRsample() {
        return false;
    }

    /** Samples that carry no gradient. */
    public Tensor sample(Generator generator, Shape shape) {
        return rsample(generator, shape).detach();
    }

    /** {@link #sample(Generator, Shape)} of a shape given by its sizes; without any, one sample. */
    public final Tensor sample(Generator generator, long... sizes) {
        return sample(required("sample", "generator", generator), shape("sample", sizes));
    }

    /**
     * Reparameterised samples: a function of noise and of the parameters, to which they carry gradients.
     *
     * @throws UnsupportedOperationException when there is none; {@link Expectation#of} then differentiates by the score function
     */
    public Tensor rsample(Generator generator, Shape shape) {
        throw unsupported("rsample", "its samples do not depend smoothly on its parameters: use sample");
    }

    /** {@link #rsample(Generator, Shape)} of a shape given by its sizes; without any, one sample. */
    public final Tensor rsample(Generator generator, long... sizes) {
        return rsample(required("rsample", "generator", generator), shape("rsample", sizes));
    }

    /**
     * The logarithm of the probability, or of the density, of each event.
     *
     * @throws IllegalArgumentException when a value is outside the {@link #support}
     */
    public abstract Tensor logProb(Tensor value);

    /** The probability or density p(a) of each event: {@code exp(logProb(value))}. */
    public final Tensor prob(Tensor value) {
        return logProb(value).exp();
    }

    /** The probability of being at most {@code value}. */
    public Tensor cdf(Tensor value) {
        throw unsupported("cdf", "there is no closed form");
    }

    /** The value that a fraction {@code q} of the probability lies below: the inverse of {@link #cdf}. */
    public Tensor icdf(Tensor q) {
        throw unsupported("icdf", "there is no closed form");
    }

    /** The expectation E[X], of shape batch + event; NaN where there is none. */
    public abstract Tensor mean();

    /** The most probable value. */
    public Tensor mode() {
        throw unsupported("mode", "there is no closed form");
    }

    /** The variance Var[X] of each element; NaN or infinite where there is none. */
    public abstract Tensor variance();

    /** The square root of the variance. */
    public Tensor stddev() {
        return variance().sqrt();
    }

    /** The entropy {@code H = -E[log p(X)]} in nats, of the batch's shape; for densities the differential entropy. */
    public Tensor entropy() {
        throw unsupported("entropy", "there is no closed form: estimate it with Expectation.entropy");
    }

    /**
     * All values of a finite support, along a new first axis, of shape (count) + batch + event.
     *
     * @throws UnsupportedOperationException when the support is not finite, or has so many values that they are not listed
     */
    public Tensor enumerateSupport() {
        throw unsupported(
                "enumerateSupport",
                "there is no finite list of its values: estimate expectations with Expectation.of, which samples");
    }

    // ---- for subclasses ----

    /** The shape of samples: {@code sampleShape + batchShape + eventShape}. */
    protected final Shape extended(Shape sampleShape) {
        return Shapes.join(sampleShape, batchShape, eventShape);
    }

    /**
     * A value after the check of its shape and its support.
     *
     * @throws ShapeException when its shape does not broadcast with batch + event
     * @throws IllegalArgumentException when an element is outside the support
     */
    protected final Tensor supported(String method, Tensor value) {
        String name = getClass().getSimpleName() + "." + method;
        required(method, "value", value);
        Shape whole = Shapes.join(batchShape, eventShape);
        int rank = value.rank();
        int events = eventShape.rank();
        boolean fits = rank >= events && Shapes.last(value.shape(), events).equals(eventShape);
        if (!fits) {
            throw new ShapeException(name + ": the value of shape " + value.shape()
                    + " does not end with the event shape " + eventShape);
        }
        Broadcasting.common(name, value.shape(), whole);
        support().require(name, "value", value);
        return value;
    }

    /**
     * A value after the check of its shape and that it is a number, for methods that answer outside the support too.
     *
     * @throws ShapeException when its shape does not broadcast with batch + event
     * @throws IllegalArgumentException when an element is NaN
     */
    protected final Tensor real(String method, Tensor value) {
        return within(Constraint.REAL, method, "value", value);
    }

    /**
     * A fraction after the check of its shape and that it is from 0 to 1.
     *
     * @throws ShapeException when its shape does not broadcast with batch + event
     * @throws IllegalArgumentException when an element is outside
     */
    protected final Tensor fraction(Tensor q) {
        return within(Constraint.UNIT_INTERVAL, "icdf", "fraction", q);
    }

    private Tensor within(Constraint range, String method, String argument, Tensor x) {
        String name = getClass().getSimpleName() + "." + method;
        required(method, argument, x);
        Broadcasting.common(name, x.shape(), Shapes.join(batchShape, eventShape));
        range.require(name, argument, x);
        return x;
    }

    /** An argument that must not be null. */
    final <T> T required(String method, String argument, @Nullable T given) {
        return required(getClass().getSimpleName() + "." + method, argument, "give one", given);
    }

    static <T> T required(String name, String argument, String remedy, @Nullable T given) {
        return Objects.requireNonNull(given, () -> name + ": the " + argument + " is null: " + remedy);
    }

    private Shape shape(String method, long[] sizes) {
        for (long size : sizes) {
            if (size < 0) {
                throw new ShapeException(getClass().getSimpleName() + "." + method + ": the sample shape "
                        + Arrays.toString(sizes) + " has a negative size: give sizes of 0 or more");
            }
        }
        return Shape.of(sizes);
    }

    /** The error of a method that this distribution does not have. */
    protected final UnsupportedOperationException unsupported(String method, String why) {
        return new UnsupportedOperationException(getClass().getSimpleName() + "." + method + ": " + why);
    }
}
