package org.gatun.bench;

import java.util.List;

/** A problem on one side, its operands in place, ready to be run any number of times. */
public interface Computation extends AutoCloseable {
    /** Sets what this side keeps for each thread, before it runs on another one. */
    default void enter() {}

    /** How often a run computes, for time is of one computation. */
    default int repeats() {
        return 1;
    }

    /** Runs once and frees the results: what is timed. */
    void run();

    /** Runs once and reads the results. */
    List<Output> results();

    /** Frees the operands. */
    @Override
    void close();
}
