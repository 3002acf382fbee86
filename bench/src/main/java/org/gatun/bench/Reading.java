package org.gatun.bench;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * Reads a number of a tensor from Java.
 *
 * @param <T> the tensor's type
 */
public final class Reading<T> implements Computation {
    private final T tensor;
    private final ToDoubleFunction<T> read;
    private final Consumer<T> free;
    private double last;

    /** A reading of the only number of a tensor. */
    public Reading(T tensor, ToDoubleFunction<T> read, Consumer<T> free) {
        this.tensor = tensor;
        this.read = read;
        this.free = free;
    }

    @Override
    public void run() {
        last = read.applyAsDouble(tensor);
    }

    @Override
    public List<Output> results() {
        run();
        return List.of(new Output(new long[] {1}, new double[] {last}));
    }

    @Override
    public void close() {
        free.accept(tensor);
    }
}
