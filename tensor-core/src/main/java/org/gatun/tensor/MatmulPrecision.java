package org.gatun.tensor;

import org.jspecify.annotations.Nullable;

/**
 * How exactly GPUs multiply F32 matrices, in products and convolutions; as {@code torch.set_float32_matmul_precision}, but for a thread and a
 * scope. The CPU always multiplies exactly.
 *
 * <pre>{@code
 * try (var scope = MatmulPrecision.TF32.open()) {
 *     y = x.matmul(w); // several times faster, with 10 bits of mantissa in the factors
 * }
 * }</pre>
 *
 * <p>Outside of all scopes it is {@link #FULL}, or what the system property {@code gatun.cuda.matmul} says ({@code full} or {@code tf32}).
 */
public enum MatmulPrecision {
    /** Factors and sums in F32. */
    FULL,
    /** Factors rounded to TF32, with the range of F32 and 10 bits of mantissa; sums in F32. Errors are about 1e-3 relative. */
    TF32;

    private static final String PROPERTY = "gatun.cuda.matmul";
    /** The precision outside of all scopes. */
    private static final ThreadLocal<MatmulPrecision> OUTSIDE = ThreadLocal.withInitial(MatmulPrecision::initial);

    private static final ThreadLocal<@Nullable Scope> INNERMOST = new ThreadLocal<>();

    /** A scope in which a precision holds on the thread that opened it; closing it brings back the one before. */
    public static final class Scope implements AutoCloseable {
        private final Thread owner = Thread.currentThread();
        private final MatmulPrecision precision;
        private final @Nullable Scope around = INNERMOST.get();
        private boolean open = true;

        private Scope(MatmulPrecision precision) {
            this.precision = precision;
        }

        /**
         * Ends the scope. Closing twice does no harm.
         *
         * @throws IllegalStateException on another thread than the one that opened it, or while a scope opened after it is still open
         */
        @Override
        public void close() {
            if (!open) {
                return;
            }
            if (owner != Thread.currentThread()) {
                throw new IllegalStateException("MatmulPrecision: the scope belongs to thread '" + owner.getName()
                        + "': close it there, with try-with-resources");
            }
            if (INNERMOST.get() != this) {
                throw new IllegalStateException(
                        "MatmulPrecision: the scope is closed while one opened after it is still open: close"
                                + " scopes in the reverse order of opening, with try-with-resources");
            }
            open = false;
            if (around == null) {
                INNERMOST.remove();
            } else {
                INNERMOST.set(around);
            }
        }
    }

    private static MatmulPrecision initial() {
        String text = System.getProperty(PROPERTY);
        if (text == null || text.isBlank()) {
            return FULL;
        }
        for (MatmulPrecision precision : values()) {
            if (precision.name().equalsIgnoreCase(text.strip())) {
                return precision;
            }
        }
        throw new IllegalArgumentException("-D" + PROPERTY + "=" + text + ": expected full or tf32");
    }

    /** The precision of this thread's products now. */
    public static MatmulPrecision current() {
        Scope scope = INNERMOST.get();
        return scope == null ? OUTSIDE.get() : scope.precision;
    }

    /** Lets this precision hold on this thread until the scope is closed. Close it with try-with-resources. */
    public Scope open() {
        var scope = new Scope(this);
        INNERMOST.set(scope);
        return scope;
    }
}
