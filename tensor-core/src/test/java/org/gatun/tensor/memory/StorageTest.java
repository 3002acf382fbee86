package org.gatun.tensor.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.gatun.tensor.Device;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NativeMemoryBalance.class)
class StorageTest {
    /** A source that counts what comes back. */
    private static final class Counting implements Storage.Source {
        final AtomicInteger reclaimed = new AtomicInteger();

        @Override
        public Device device() {
            return Device.CPU;
        }

        @Override
        public void reclaim(Storage storage) {
            reclaimed.incrementAndGet();
        }
    }

    @Test
    void theLastReleaseGivesTheMemoryBackOnce() {
        Counting source = new Counting();
        Storage storage = Storage.of(64, 8, source);
        assertThat(storage.retain()).isSameAs(storage);
        assertThat(storage.references()).isEqualTo(2);
        storage.release();
        assertThat(source.reclaimed).hasValue(0);
        storage.release();
        assertThat(source.reclaimed).hasValue(1);
        assertThat(storage.references()).isZero();
    }

    @Test
    void releasingTooOftenIsAnErrorAndFreesNothing() {
        Counting source = new Counting();
        Storage storage = Storage.of(64, 8, source);
        storage.release();
        assertThatThrownBy(storage::release)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("released more often than retained");
        assertThat(source.reclaimed).hasValue(1);
    }

    @Test
    void retainingFreedMemoryIsAnError() {
        Storage storage = Storage.of(64, 8, new Counting());
        storage.release();
        assertThatThrownBy(storage::retain).isInstanceOf(ClosedTensorException.class);
        assertThat(storage.tryRetain()).isFalse();
    }

    @Test
    void countsInPlaceChanges() {
        Storage storage = Storage.of(64, 8, new Counting());
        int before = storage.version();
        storage.bumpVersion();
        assertThat(storage.version()).isEqualTo(before + 1);
    }

    @Test
    void manyThreadsRetainAndReleaseAndTheMemoryComesBackOnce() throws InterruptedException {
        for (int round = 0; round < 200; round++) {
            Counting source = new Counting();
            Storage storage = Storage.of(64, 8, source);
            List<Thread> threads = new ArrayList<>();
            AtomicInteger refused = new AtomicInteger();
            for (int t = 0; t < 4; t++) {
                threads.add(Thread.ofPlatform().start(() -> {
                    for (int i = 0; i < 100; i++) {
                        if (storage.tryRetain()) {
                            assertThat(source.reclaimed).hasValue(0);
                            storage.release();
                        } else {
                            refused.incrementAndGet();
                        }
                    }
                }));
            }
            storage.release();
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(source.reclaimed).hasValue(1);
            assertThat(storage.references()).isZero();
        }
    }
}
