package org.gatun.optim;

/**
 * A learning rate as a pure function of the step: the number of updates already made, from 0. Nothing to advance and nothing to
 * save: resuming at a step gives the rate of that step.
 */
@FunctionalInterface
public interface Schedule {
    /** The learning rate of the update after {@code step} updates. */
    double rate(long step);

    /** The same rate at every step. */
    static Schedule constant(double rate) {
        require("constant", "rate", rate);
        return step -> rate;
    }

    /**
     * {@code initial * gamma^floor(step / every)}, as {@code torch.optim.lr_scheduler.StepLR} counted in updates.
     *
     * @param every the number of updates between two drops, at least 1
     * @param gamma the factor of a drop, 0 or more
     */
    static Schedule step(double initial, long every, double gamma) {
        require("step", "initial", initial);
        require("step", "gamma", gamma);
        if (every < 1) {
            throw new IllegalArgumentException("schedule step: every is " + every + " and must be 1 or more");
        }
        return step -> initial * Math.pow(gamma, Math.floorDiv(step, every));
    }

    /**
     * Half a cosine from {@code initial} down to {@code minimum} over {@code steps} updates, then {@code minimum}: {@code minimum +
     * (initial - minimum) (1 + cos(pi step / steps)) / 2}, as {@code CosineAnnealingLR} within its first period (Loshchilov and
     * Hutter 2017, without restarts).
     *
     * @param steps the number of updates of the descent, at least 1
     */
    static Schedule cosine(double initial, double minimum, long steps) {
        require("cosine", "initial", initial);
        require("cosine", "minimum", minimum);
        if (steps < 1) {
            throw new IllegalArgumentException("schedule cosine: steps is " + steps + " and must be 1 or more");
        }
        return step ->
                step >= steps ? minimum : minimum + (initial - minimum) * (1 + Math.cos(Math.PI * step / steps)) / 2;
    }

    /** This schedule with a linear rise over the first {@code steps} updates: its rate times {@code (step + 1) / (steps + 1)}. */
    default Schedule warmup(long steps) {
        if (steps < 0) {
            throw new IllegalArgumentException("schedule warmup: steps is " + steps + " and must be 0 or more");
        }
        return step -> step < steps ? rate(step) * (step + 1) / (steps + 1) : rate(step);
    }

    private static void require(String schedule, String what, double value) {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(
                    "schedule " + schedule + ": " + what + " is " + value + " and must be a finite number, 0 or more");
        }
    }
}
