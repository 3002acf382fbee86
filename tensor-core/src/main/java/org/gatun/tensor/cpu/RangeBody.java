package org.gatun.tensor.cpu;

/** The work on one range of a parallel loop; see {@link WorkerPool#parallelFor}. */
@FunctionalInterface
public interface RangeBody {
    /**
     * Does the iterations from {@code begin} (inclusive) to {@code end} (exclusive).
     *
     * @param begin the first iteration
     * @param end one past the last iteration; always greater than {@code begin}
     */
    void run(long begin, long end);
}
