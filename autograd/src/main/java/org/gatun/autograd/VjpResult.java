package org.gatun.autograd;

import java.util.List;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryScope;

/**
 * A value and the pullback at its point: what reverse accumulation gives. It holds the values that the pullback needs until it is
 * closed or unreachable.
 *
 * @param <P> the form of the argument: a tensor, or a record, list, map, optional or array of tensors
 * @param <R> the form of the result, likewise
 */
public final class VjpResult<P, R> implements AutoCloseable {
    private final R value;
    private final Recording recording;
    private final List<Tensor> results;
    private final P arguments;
    private boolean closed;

    VjpResult(R value, Recording recording, List<Tensor> results, P arguments) {
        this.value = value;
        this.recording = recording;
        this.results = results;
        this.arguments = arguments;
    }

    /** f(x). */
    public R value() {
        return value;
    }

    /**
     * The transposed Jacobian times a cotangent; may be called any number of times, inside other transforms too.
     *
     * @param cotangent of the value's form, shapes and dtypes; in the place of integers, anything
     * @return a structure of x's form, shapes and dtypes, 0 where the value does not depend on x
     * @throws IllegalStateException after {@link #close}
     */
    public P pullback(R cotangent) {
        return pullback("pullback", cotangent);
    }

    /** As {@link #pullback(Object)}, under the name of the transform that it serves. */
    P pullback(String name, R cotangent) {
        if (closed) {
            throw new IllegalStateException(
                    name + ": closed: what it needs is freed: call it before close(), or call vjp again");
        }
        List<Tensor> cotangents = Structure.tensors(name + ": the cotangent", cotangent, value);
        Reverse.checkCotangents(name, Structure.tensors(value), cotangents);
        return MemoryScope.tidy(() -> Reverse.pull(recording, results, arguments, cotangents, true));
    }

    /** Frees what the pullback needs. The value stays. */
    @Override
    public void close() {
        closed = true;
        recording.free();
    }
}
