package org.gatun.bench;

import org.jspecify.annotations.Nullable;

/** One of the runtimes that are compared, in a process of its own. */
public interface Side {
    /** Its version and those of the libraries that it computes with. */
    String version();

    /** Sets the number of threads, before anything else. */
    void threads(int threads);

    /**
     * Prepares a problem.
     *
     * @return null when this side has no such computation
     */
    @Nullable
    Computation prepare(Problem problem);
}
