package org.gatun.tensor.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class GeneratorTest {

    @Test
    void drawsAreConsecutiveAndDisjoint() {
        Generator g = new Generator(42);
        assertThat(g.seed()).isEqualTo(42);
        assertThat(g.reserve(3)).isEqualTo(new Generator.Draw(42, 0));
        assertThat(g.reserve(0)).isEqualTo(new Generator.Draw(42, 3));
        assertThat(g.reserve(5)).isEqualTo(new Generator.Draw(42, 3));
        assertThat(g.state()).isEqualTo(new Generator.State(42, 8));
    }

    @Test
    void aRestoredStateContinuesWhereItWasTaken() {
        Generator g = new Generator(1);
        g.reserve(10);
        Generator.State state = g.state();
        Generator.Draw next = g.reserve(4);
        long fork = g.fork().seed();

        Generator other = new Generator(99);
        other.restore(state);
        assertThat(other.reserve(4)).isEqualTo(next);
        assertThat(other.fork().seed()).isEqualTo(fork);
        other.seed(1);
        assertThat(other.state()).isEqualTo(new Generator(1).state());
    }

    @Test
    void forksDifferFromEachOtherAndFromTheirParent() {
        Generator g = new Generator(0);
        Set<Long> keys = new HashSet<>();
        keys.add(g.seed());
        for (Generator fork : g.split(1000)) {
            keys.add(fork.seed());
            keys.add(fork.fork().seed());
        }
        assertThat(keys).hasSize(2001);
        assertThat(g.state().position()).isEqualTo(1000);
        assertThat(new Generator(0).fork().seed()).as("reproducible").isIn(keys);
    }

    @Test
    void threadsGetDisjointPartsOfTheStream() throws InterruptedException {
        Generator g = new Generator(5);
        Set<Long> offsets = ConcurrentHashMap.newKeySet();
        Thread[] threads = new Thread[4];
        for (int t = 0; t < threads.length; t++) {
            threads[t] = new Thread(() -> {
                for (int i = 0; i < 1000; i++) {
                    offsets.add(g.reserve(2).offset());
                }
            });
            threads[t].start();
        }
        for (Thread t : threads) {
            t.join();
        }
        assertThat(offsets).hasSize(4000).allMatch(o -> o % 2 == 0 && o < 8000);
    }

    @Test
    void negativeCountsAreRefused() {
        Generator g = new Generator(5);
        assertThatThrownBy(() -> g.reserve(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1");
        assertThatThrownBy(() -> g.split(-2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-2");
    }
}
