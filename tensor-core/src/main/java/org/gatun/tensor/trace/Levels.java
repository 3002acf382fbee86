package org.gatun.tensor.trace;

/** Counts the interpreters that are open on each thread, which gives each new one its level. */
public final class Levels {
    private static final ThreadLocal<int[]> DEPTH = ThreadLocal.withInitial(() -> new int[1]);

    private Levels() {}

    /** Opens a level on this thread and returns its number, 1 for the outermost. Pair it with {@link #close}. */
    public static int open() {
        return ++DEPTH.get()[0];
    }

    /**
     * Closes the innermost level of this thread.
     *
     * @throws IllegalStateException when {@code level} is not the innermost
     */
    public static void close(int level) {
        int[] depth = DEPTH.get();
        if (depth[0] != level) {
            throw new IllegalStateException(
                    "closing level " + level + " while level " + depth[0]
                            + " is the innermost: close tapes and transforms in the reverse order of opening, on the same thread");
        }
        depth[0]--;
    }

    /** The number of open levels on this thread. */
    public static int current() {
        return DEPTH.get()[0];
    }
}
