package org.gatun.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** The arithmetic of crossovers. */
class CrossoverTest {
    private static Crossover of(Map<Long, Double> cpu, Map<Long, Double> gpu) {
        return Crossover.of("p", Precision.F32, false, cpu, gpu);
    }

    @Test
    void powersOfTheSizeMeetWhereAlgebraSays() {
        // The CPU takes n / 1000 seconds, the GPU sqrt(n): equal at n = 1,000,000.
        Crossover c =
                of(Map.of(10_000L, 10.0, 100_000_000L, 100_000.0), Map.of(10_000L, 100.0, 100_000_000L, 10_000.0));
        assertThat(c.size()).isCloseTo(1e6, within(1e-3));
        assertThat(c.belowSmallest()).isFalse();
    }

    @Test
    void aConstantMeetsALineBetweenTheSizesThatEncloseIt() {
        // The CPU takes n microseconds, the GPU always 100.
        Crossover c = of(
                Map.of(10L, 10e-6, 50L, 50e-6, 200L, 200e-6, 1000L, 1e-3),
                Map.of(10L, 1e-4, 50L, 1e-4, 200L, 1e-4, 1000L, 1e-4));
        assertThat(c.size()).isCloseTo(100, within(1e-6));
    }

    @Test
    void equalTimesAreTheCrossover() {
        assertThat(of(Map.of(8L, 1.0, 64L, 2.0), Map.of(8L, 1.0, 64L, 1.0)).size())
                .isCloseTo(8, within(1e-9));
    }

    @Test
    void theLastOfSeveralCounts() {
        Crossover c =
                of(Map.of(1L, 2.0, 10L, 1.0, 100L, 1.0, 1000L, 4.0), Map.of(1L, 1.0, 10L, 2.0, 100L, 4.0, 1000L, 1.0));
        assertThat(c.size()).isBetween(100.0, 1000.0).isCloseTo(Math.sqrt(100 * 1000), within(1e-6));
    }

    @Test
    void aGpuThatIsFasterEverywhereHasItBelowTheSmallestSize() {
        Crossover c = of(Map.of(4L, 2.0, 8L, 2.0), Map.of(4L, 1.0, 8L, 1.0));
        assertThat(c.size()).isEqualTo(4);
        assertThat(c.belowSmallest()).isTrue();
    }

    @Test
    void aGpuThatIsSlowerAtTheEndHasNone() {
        assertThat(of(Map.of(4L, 2.0, 8L, 1.0), Map.of(4L, 1.0, 8L, 2.0)).size())
                .isNull();
    }

    @Test
    void onlySizesThatBothRanCount() {
        Crossover c = of(Map.of(4L, 1.0), Map.of(4L, 2.0, 8L, 0.1));
        assertThat(c.size()).isNull();
        assertThat(Crossover.of("p", Precision.F32, false, Map.of(4L, 1.0), Map.of(8L, 1.0)))
                .isNull();
    }
}
