package org.gatun.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnduranceTest {
    private static final class Counted implements Computation {
        private long runs;

        @Override
        public void run() {
            runs++;
        }

        @Override
        public List<Output> results() {
            return List.of();
        }

        @Override
        public void close() {}
    }

    @ParameterizedTest
    @CsvSource({"1, 4, 1", "3, 4, 3", "4, 4, 4", "10, 4, 4", "7, 1, 1"})
    void allStepsAreRunAndThePointsAreSpreadOverThem(long steps, int points, int looks) throws Exception {
        var computation = new Counted();
        List<Endurance.Point> found = Endurance.of(computation, steps, points).points();
        assertThat(computation.runs).isEqualTo(steps);
        assertThat(found).hasSize(looks);
        long[] at = found.stream().mapToLong(Endurance.Point::step).toArray();
        assertThat(at).endsWith(steps);
        long least = steps / looks;
        long before = 0;
        for (long step : at) {
            assertThat(step - before).isBetween(least, least + 1);
            before = step;
        }
    }

    @Test
    void aPointSaysHowLongStepsTookAndWhatIsHeld() throws Exception {
        Endurance.Point point = Endurance.of(new Counted(), 5, 1).points().getFirst();
        assertThat(point.median()).isNotNegative().isLessThanOrEqualTo(point.slowest());
        assertThat(point.heap()).isPositive();
        assertThat(point.live()).isNotNegative();
        assertThat(point.cached()).isNotNegative();
    }
}
