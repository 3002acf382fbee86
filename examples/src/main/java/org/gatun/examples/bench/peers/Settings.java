package org.gatun.examples.bench.peers;

/**
 * How long measurements take.
 *
 * @param rounds how often each side's turn comes in a problem, so that what else the machine does falls on all
 * @param samples of a side in a round
 * @param seconds that a sample takes, at least one run
 * @param turn seconds that a side's turn in a round takes at the most where a run is long, but for its first sample
 * @param windows the most times that a side is warmed up for as long as a round takes; it ends when times fall no more
 * @param starts fresh processes for the first steps of a training problem
 */
record Settings(int rounds, int samples, double seconds, double turn, int windows, int starts) {
    /** A whole run. */
    static final Settings THOROUGH = new Settings(3, 4, 0.06, 1, 12, 3);

    /** A look. */
    static final Settings QUICK = new Settings(1, 3, 0.03, 0.3, 5, 1);

    /** Results are compared and nothing is timed. */
    static final Settings CHECK = new Settings(0, 0, 0, 0, 0, 0);

    /** Of a training step warming up takes so many times as long: it is hundreds of operations to compile. */
    static final int TRAINING_WINDOWS = 5;

    /** Times have settled when a window is not faster than this part of the one before. */
    static final double SETTLED = 0.97;

    /** How many samples a side's turn takes of runs that take so many seconds each. */
    int samples(double run) {
        return Math.clamp((long) (turn / run), 1, samples);
    }
}
