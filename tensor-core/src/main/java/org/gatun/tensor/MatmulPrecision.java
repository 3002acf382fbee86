package org.gatun.tensor;

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
    private static final ThreadLocal<MatmulPrecision> CURRENT = ThreadLocal.withInitial(MatmulPrecision::initial);

    /** A scope in which a precision holds on the thread that opened it; closing it brings back the one before. */
    public static final class Scope implements AutoCloseable {
        private final Thread owner = Thread.currentThread();
        private final MatmulPrecision before;

        private Scope(MatmulPrecision before) {
            this.before = before;
        }

        /**
         * Ends the scope.
         *
         * @throws IllegalStateException when another thread opened it
         */
        @Override
        public void close() {
            if (owner != Thread.currentThread()) {
                throw new IllegalStateException("MatmulPrecision: the scope belongs to thread '" + owner.getName()
                        + "': close it there, with try-with-resources");
            }
            CURRENT.set(before);
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
        return CURRENT.get();
    }

    /** Lets this precision hold on this thread until the scope is closed. */
    public Scope open() {
        var scope = new Scope(CURRENT.get());
        CURRENT.set(this);
        return scope;
    }
}
