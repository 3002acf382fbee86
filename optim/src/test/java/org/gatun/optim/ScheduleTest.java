package org.gatun.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Schedules against their formulas. */
class ScheduleTest {
    @Test
    void constantStaysAsItIs() {
        assertThat(Schedule.constant(0.3).rate(0)).isEqualTo(0.3);
        assertThat(Schedule.constant(0.3).rate(1_000_000)).isEqualTo(0.3);
    }

    @Test
    void stepDropsByAFactorEveryFewUpdates() {
        Schedule s = Schedule.step(0.8, 3, 0.5);
        double[] expected = {0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.2, 0.2, 0.2, 0.1};
        for (int i = 0; i < expected.length; i++) {
            assertThat(s.rate(i)).as("step %d", i).isCloseTo(expected[i], within(1e-15));
        }
    }

    @Test
    void cosineFallsFromTheFirstRateToTheLast() {
        Schedule s = Schedule.cosine(1.0, 0.2, 6);
        // cos of 0, 30, 60, 90, 120, 150 degrees
        double r3 = StrictMath.sqrt(3) / 2;
        double[] cosines = {1, r3, 0.5, 0, -0.5, -r3, -1};
        for (int i = 0; i < cosines.length; i++) {
            assertThat(s.rate(i)).as("step %d", i).isCloseTo(0.2 + 0.4 * (1 + cosines[i]), within(1e-15));
        }
        assertThat(s.rate(100)).isEqualTo(0.2);
    }

    @Test
    void warmupRisesLinearly() {
        Schedule s = Schedule.constant(1).warmup(4);
        double[] expected = {0.2, 0.4, 0.6, 0.8, 1, 1};
        for (int i = 0; i < expected.length; i++) {
            assertThat(s.rate(i)).as("step %d", i).isCloseTo(expected[i], within(1e-15));
        }
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        wrong(() -> Schedule.constant(-1), "constant");
        wrong(() -> Schedule.constant(Double.NaN), "constant");
        wrong(() -> Schedule.step(0.1, 0, 0.5), "every");
        for (double gamma : new double[] {-0.5, Double.NaN, Double.POSITIVE_INFINITY}) {
            wrong(() -> Schedule.step(0.1, 10, gamma), "schedule step: gamma is " + gamma);
        }
        wrong(() -> Schedule.cosine(0.1, -1, 5), "minimum");
        wrong(() -> Schedule.cosine(0.1, 0, 0), "steps");
        wrong(() -> Schedule.constant(1).warmup(-1), "warmup");
    }

    private static void wrong(Runnable setting, String message) {
        assertThatThrownBy(setting::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
