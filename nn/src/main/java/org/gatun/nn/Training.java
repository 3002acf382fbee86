package org.gatun.nn;

import org.gatun.tensor.random.Generator;
import org.jspecify.annotations.Nullable;

/**
 * The scope inside which layers behave as in training: dropout drops. Outside, they behave as in evaluation. It belongs to a thread,
 * and nests.
 *
 * <pre>{@code
 * try (var training = Training.with(generator); var tape = Tape.open()) {
 *     tape.backward(loss(model.forward(x), t));
 * }
 * }</pre>
 */
public final class Training implements AutoCloseable {
    private static final ThreadLocal<@Nullable Training> CURRENT = new ThreadLocal<>();

    private final @Nullable Training outer = CURRENT.get();
    private final Generator generator;
    private final Thread owner = Thread.currentThread();
    private boolean open = true;

    private Training(Generator generator) {
        this.generator = generator;
    }

    /** Opens a training scope on this thread, whose random choices come from the given generator. */
    public static Training with(Generator generator) {
        Training scope = new Training(generator);
        CURRENT.set(scope);
        return scope;
    }

    /** Whether a training scope is open on this thread. */
    public static boolean isOn() {
        return CURRENT.get() != null;
    }

    /** The generator of this thread's training scope, or null outside of training. */
    static @Nullable Generator generator() {
        Training scope = CURRENT.get();
        return scope == null ? null : scope.generator;
    }

    /**
     * Ends the scope. Closing twice does no harm.
     *
     * @throws IllegalStateException on another thread, or while a scope opened inside is still open
     */
    @Override
    public void close() {
        if (!open) {
            return;
        }
        if (Thread.currentThread() != owner || CURRENT.get() != this) {
            throw new IllegalStateException(
                    "training: the scope was closed on another thread or before a scope inside it: close"
                            + " scopes in the reverse order of opening: use try-with-resources");
        }
        open = false;
        CURRENT.set(outer);
    }
}
