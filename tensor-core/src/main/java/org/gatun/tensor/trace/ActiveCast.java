package org.gatun.tensor.trace;

import java.util.function.Supplier;
import org.gatun.tensor.DType;
import org.jspecify.annotations.Nullable;

/**
 * The dtype of the autocast scope that the current thread works in. It is suspended below {@link Dispatch}: operations are converted where
 * the program calls them, above every interpreter, so that tapes record the conversions; what interpreters, composites and derivative rules
 * call is what they say.
 */
public final class ActiveCast {
    private static final ThreadLocal<@Nullable DType[]> ACTIVE = ThreadLocal.withInitial(() -> new DType[1]);

    /**
     * Whether a scope was ever open: until then no operation looks for its thread's. A thread sees what it wrote itself, and no other thread's
     * scope is its own.
     */
    private static boolean everOpen;

    private ActiveCast() {}

    /** The dtype of the scope, or null where none is open or it is suspended. */
    public static @Nullable DType dtype() {
        return everOpen ? ACTIVE.get()[0] : null;
    }

    /** Makes a dtype, or none, the current thread's, and returns the one before, which the caller restores. */
    public static @Nullable DType replace(@Nullable DType dtype) {
        if (!everOpen) {
            if (dtype == null) {
                return null;
            }
            everOpen = true;
        }
        @Nullable DType[] active = ACTIVE.get();
        DType before = active[0];
        active[0] = dtype;
        return before;
    }

    /** Runs a function as inside a scope of the given dtype, or outside of all where that is null. */
    public static <T> T within(@Nullable DType dtype, Supplier<T> body) {
        DType before = replace(dtype);
        try {
            return body.get();
        } finally {
            replace(before);
        }
    }
}
