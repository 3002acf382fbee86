package org.gatun.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Every iteration is done once by one of the two loops, and the vector loop takes over when it is the faster one, not before. */
class WarmUpTest {
    private static final int VECTOR = 16;

    private final int[] done = new int[5_000];
    private long byVectors;
    private int slowRuns;

    @Test
    void doesEveryIterationOnce() {
        var warmUp = new WarmUp(VECTOR, 3_000);
        for (int n : new int[] {0, 1, 15, 16, 17, 63, 64, 65, 1_000, 4_999, 5_000, 1, 31, 32, 97}) {
            for (int k = 0; k < 100; k++) {
                warmUp.run(n, this::plain, this::vectors);
            }
            int[] expected = new int[done.length];
            Arrays.fill(expected, 0, n, 100);
            assertArrayEquals(expected, done, "n = " + n);
            Arrays.fill(done, 0);
        }
    }

    @Test
    void isPlainForSoManyIterations() {
        var warmUp = new WarmUp(VECTOR, 10_000);
        for (int k = 0; k < 10; k++) {
            warmUp.run(1_000, this::plain, this::vectors);
        }
        assertEquals(0, byVectors);
        warmUp.run(1_000, this::plain, this::vectors);
        assertTrue(byVectors > 0 && byVectors <= 1_000 / 2, () -> byVectors + " by vectors");
    }

    @Test
    void isOverWhenVectorsAreFaster() {
        var warmUp = new WarmUp(VECTOR, 0);
        for (int k = 0; k < 10_000 && !warmUp.isOver(); k++) {
            warmUp.run(5_000, this::slow, this::vectors);
        }
        assertTrue(warmUp.isOver());
    }

    @Test
    void isNotOverWhileVectorsAreSlower() {
        var warmUp = new WarmUp(VECTOR, 0);
        int compared = 0;
        int over = 0;
        // Nine vectors of each call are done by the vector loop; after 4,000 of them one more is timed beside the plain
        // loop.
        for (int k = 0; k < 600; k++) {
            int before = slowRuns;
            warmUp.run(5_000, (from, to) -> {}, this::slow);
            compared += slowRuns - before > 9 ? 1 : 0;
            over += warmUp.isOver() ? 1 : 0;
        }
        assertTrue(compared > 100, () -> "comparisons");
        assertTrue(over < 20, () -> "a plain loop that was interrupted may seem slower, but rarely");
    }

    private void plain(long from, long to) {
        for (long i = from; i < to; i++) {
            done[(int) i]++;
        }
    }

    private void vectors(long from, long to) {
        assertTrue(to - from <= VECTOR);
        byVectors += to - from;
        plain(from, to);
    }

    private void slow(long from, long to) {
        slowRuns++;
        long start = System.nanoTime();
        while (System.nanoTime() - start < 20_000) {
            Thread.onSpinWait();
        }
    }
}
