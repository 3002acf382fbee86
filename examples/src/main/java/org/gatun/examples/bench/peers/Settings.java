package org.gatun.examples.bench.peers;

/**
 * How long measurements take.
 *
 * @param rounds how often each side's turn comes in a problem, so that what else the machine does falls on all
 * @param samples of a side in a round
 * @param seconds that a sample takes, at least one run
 * @param turn seconds that a side's turn in a round takes at the most where a run is long, but for its first sample
 * @param windows the most times that a side is warmed up for {@link #WINDOW} samples; it ends when times fall no more
 * @param starts fresh processes for the first steps of a training problem, but see {@link #LONG_START}
 */
record Settings(int rounds, int samples, double seconds, double turn, int windows, int starts) {
    /** A whole run. */
    static final Settings THOROUGH = new Settings(4, 2, 0.05, 0.6, 12, 3);

    /** A look. */
    static final Settings QUICK = new Settings(1, 3, 0.03, 0.3, 5, 1);

    /** Results are compared and nothing is timed. */
    static final Settings CHECK = new Settings(0, 0, 0, 0, 0, 0);

    /** Samples that are compared with as many before, to see whether a side is warm: time enough for a JIT compiler. */
    static final int WINDOW = 4;

    /** One process is enough where the first steps take so many seconds. */
    static final double LONG_START = 10;

    /** Of a training step warming up takes so many times as long: it is hundreds of operations to compile. */
    static final int TRAINING_WINDOWS = 5;

    /** Times have settled when a window is not faster than this part of the one before. */
    static final double SETTLED = 0.97;

    /** Whether nothing is timed. */
    boolean isCheck() {
        return rounds == 0;
    }

    /** How many of so many samples a side's turn takes of runs that take so many seconds each. */
    int samples(double run, int most) {
        return Math.clamp((long) (turn / run), 1, most);
    }
}
