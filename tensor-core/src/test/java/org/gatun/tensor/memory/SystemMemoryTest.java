package org.gatun.tensor.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class SystemMemoryTest {
    private static final long PAGE = 4096;

    @Test
    void whatWouldExceedTheLimitIsNotTaken() {
        var memory = new SystemMemory(3 * PAGE);
        long first = memory.take(2 * PAGE, PAGE);
        assertThat(first).isNotZero();
        assertThat(memory.take(2 * PAGE, PAGE)).isZero();
        assertThat(memory.held()).isEqualTo(2 * PAGE);
        long second = memory.take(PAGE, PAGE);
        assertThat(second).isNotZero();
        memory.give(first, 2 * PAGE);
        memory.give(second, PAGE);
        assertThat(memory.held()).isZero();
        assertThat(memory.takes()).isEqualTo(2);
    }

    /** A request that fails never stands in the way of one that fits. */
    @Test
    void aRequestThatFitsSucceedsWhileAnotherThreadsFails() throws Exception {
        var memory = new SystemMemory(3 * PAGE);
        var over = new AtomicBoolean();
        Thread greedy = Thread.ofPlatform().start(() -> {
            while (!over.get()) {
                assertThat(memory.take(4 * PAGE, PAGE)).isZero();
            }
        });
        int refused = 0;
        for (int i = 0; i < 100_000; i++) {
            long address = memory.take(PAGE, PAGE);
            if (address == 0) {
                refused++;
            } else {
                memory.give(address, PAGE);
            }
        }
        over.set(true);
        greedy.join();
        assertThat(refused).isZero();
    }
}
