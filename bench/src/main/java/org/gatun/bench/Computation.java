package org.gatun.bench;

import java.util.List;

/** A problem on one side, its operands in place, ready to be run any number of times. */
public interface Computation extends AutoCloseable {
    /** Runs once and frees the results: what is timed. */
    void run();

    /** Runs once and reads the results. */
    List<Output> results();

    /** Frees the operands. */
    @Override
    void close();
}
