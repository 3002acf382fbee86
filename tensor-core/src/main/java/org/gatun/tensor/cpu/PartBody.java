package org.gatun.tensor.cpu;

/** The work on one numbered part of a parallel loop; see {@link WorkerPool#forParts}. */
@FunctionalInterface
public interface PartBody {
    /**
     * Does the iterations from {@code begin} (inclusive) to {@code end} (exclusive), which are part number {@code part}.
     *
     * @param part the part's number, from 0; each number is passed exactly once, so it can index a private accumulator
     * @param begin the first iteration
     * @param end one past the last iteration; always greater than {@code begin}
     */
    void run(int part, long begin, long end);
}
