package org.gatun.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** The harness, on a clock that the test moves. */
class StopwatchTest {
    private static final long MILLISECOND = 1_000_000;

    /** A device that works off a queue only when it is waited for. */
    private static final class Queue {
        private long clock;
        private long waiting;
        private int runs;

        private final long cost;
        private final long first;

        Queue(long cost, long first) {
            this.cost = cost;
            this.first = first;
        }

        void run() {
            waiting += runs++ == 0 ? first : cost;
        }

        void await() {
            clock += waiting;
            waiting = 0;
        }
    }

    @Test
    void workThatIsDoneOnlyWhenWaitedForIsTimedInFull() {
        var queue = new Queue(3 * MILLISECOND, 3 * MILLISECOND);
        assertThat(new Stopwatch(() -> queue.clock).seconds(queue::run, queue::await, 1))
                .isCloseTo(3e-3, within(1e-9));
    }

    @Test
    void theFirstRunWhichCompilesDoesNotCount() {
        var queue = new Queue(MILLISECOND, 900 * MILLISECOND);
        assertThat(new Stopwatch(() -> queue.clock).seconds(queue::run, queue::await, 1))
                .isCloseTo(1e-3, within(1e-9));
    }

    @Test
    void aLongRunIsMadeThriceAndNoMore() {
        var queue = new Queue(10_000 * MILLISECOND, 10_000 * MILLISECOND);
        assertThat(new Stopwatch(() -> queue.clock).seconds(queue::run, queue::await, 0.1))
                .isCloseTo(10, within(1e-9));
        assertThat(queue.runs).isEqualTo(3);
    }

    @Test
    void theMedianIsTheMiddle() {
        assertThat(Stopwatch.median(new double[] {5, 1, 900})).isEqualTo(5);
        assertThat(Stopwatch.median(new double[] {4, 1, 2, 900})).isEqualTo(3);
    }
}
