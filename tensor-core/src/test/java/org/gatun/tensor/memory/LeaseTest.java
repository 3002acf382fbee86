package org.gatun.tensor.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicReference;
import org.gatun.tensor.Device;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NativeMemoryBalance.class)
class LeaseTest {
    private final CachingAllocator allocator = new CachingAllocator(Device.CPU, Long.MAX_VALUE);

    private long live() {
        return allocator.stats().liveCount();
    }

    @Test
    void closeGivesTheReferenceUpOnce() {
        Handle handle = Handle.of(allocator, 100);
        assertThat(live()).isEqualTo(1);
        handle.lease.close();
        assertThat(handle.isClosed()).isTrue();
        assertThat(live()).isZero();
        handle.lease.close();
        assertThat(live()).isZero();
    }

    @Test
    void useAfterCloseSaysWhatClosedIt() {
        Handle closed = Handle.of(allocator, 100);
        closed.lease.close();
        assertThatThrownBy(closed.lease::storage)
                .isInstanceOf(ClosedTensorException.class)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("by close()");
        assertThatThrownBy(closed.lease::acquire).isInstanceOf(ClosedTensorException.class);

        Handle scoped;
        try (MemoryScope scope = MemoryScope.open("step 7")) {
            scoped = Handle.of(allocator, 100);
        }
        assertThatThrownBy(scoped.lease::acquire)
                .isInstanceOf(ClosedTensorException.class)
                .hasMessageContaining("end of memory scope 'step 7'")
                .hasMessageContaining("keep()");
        assertThatThrownBy(scoped::keep).isInstanceOf(ClosedTensorException.class);
        assertThatThrownBy(() -> scoped.lease.unscope(scoped)).isInstanceOf(ClosedTensorException.class);
    }

    @Test
    void aViewHoldsTheMemoryOfItsBase() {
        Handle base = Handle.of(allocator, 100);
        Handle view = base.view();
        base.lease.close();
        assertThat(live()).isEqualTo(1);
        assertThat(view.lease.storage().references()).isEqualTo(1);
        view.lease.close();
        assertThat(live()).isZero();
    }

    @Test
    void anOperationHoldsTheMemoryThatAnotherThreadCloses() throws InterruptedException {
        Handle handle = Handle.of(allocator, 100);
        Storage held = handle.lease.acquire();
        Thread.ofPlatform().start(handle.lease::close).join();
        assertThat(handle.isClosed()).isTrue();
        assertThat(live()).isEqualTo(1);
        held.release();
        assertThat(live()).isZero();
    }

    @Test
    void anUnreachableHandleIsCollected() {
        makeAndForget(1000);
        Allocators.collect();
        assertThat(live()).isZero();
    }

    private void makeAndForget(int count) {
        for (int i = 0; i < count; i++) {
            Handle handle = Handle.of(allocator, 100);
            if (i % 3 == 0) {
                handle.view();
            }
            if (i % 5 == 0) {
                handle.lease.close();
            }
        }
    }

    @Test
    void aReachableHandleIsNotCollected() {
        List<Handle> held = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            Handle handle = Handle.of(allocator, 100);
            if (i % 2 == 0) {
                held.add(handle);
            }
        }
        Allocators.collect();
        assertThat(live()).isEqualTo(1000);
        for (Handle handle : held) {
            handle.lease.acquire().release();
            handle.lease.close();
        }
        assertThat(live()).isZero();
        Allocators.collect();
        assertThat(live()).isZero();
    }

    @Test
    void aManualLeaseIsLeftToItsHolder() {
        Lease lease;
        try (MemoryScope scope = MemoryScope.open()) {
            lease = Lease.manual(allocator.allocate(100));
            assertThat(scope.size()).isZero();
        }
        lease.keep(lease);
        lease.unscope(lease);
        Allocators.collect();
        assertThat(lease.storage().references()).isEqualTo(1);
        lease.close();
        assertThat(live()).isZero();
    }

    @Test
    void ofManyClosersOneGivesTheReferenceUp() throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(3);
        AtomicReference<Handle> current = new AtomicReference<>();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> closers = new ArrayList<>();
        int rounds = 3000;
        for (int t = 0; t < 2; t++) {
            boolean unscopes = t == 1;
            closers.add(Thread.ofPlatform().start(() -> {
                try {
                    for (int i = 0; i < rounds; i++) {
                        barrier.await();
                        Handle handle = current.get();
                        if (unscopes && i % 2 == 0) {
                            try {
                                handle.lease.unscope(handle);
                            } catch (ClosedTensorException lost) {
                                assertThat(handle.isClosed()).isTrue();
                            }
                        } else {
                            handle.lease.close();
                        }
                        barrier.await();
                    }
                } catch (Throwable e) {
                    failure.set(e);
                    barrier.reset();
                }
            }));
        }
        for (int i = 0; i < rounds; i++) {
            Storage storage;
            try (MemoryScope scope = MemoryScope.open()) {
                Handle handle = i % 3 == 0 ? null : Handle.of(allocator, 64);
                if (handle == null) {
                    handle = Handle.of(allocator, 64);
                    handle.keep();
                }
                storage = handle.lease.acquire();
                current.set(handle);
                barrier.await();
            }
            barrier.await();
            Handle handle = current.getAndSet(null);
            handle.lease.close();
            assertThat(storage.references()).isEqualTo(1);
            storage.release();
        }
        for (Thread thread : closers) {
            thread.join();
        }
        assertThat(failure.get()).isNull();
        assertThat(live()).isZero();
        Allocators.collect();
        assertThat(live()).isZero();
    }

    @Test
    void keepRacingUnscopeAndCloseGivesTheReferenceUpOnce() throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(3);
        AtomicReference<Handle> current = new AtomicReference<>();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        int rounds = 3000;
        List<Thread> others = new ArrayList<>();
        for (int t = 0; t < 2; t++) {
            boolean closes = t == 1;
            others.add(Thread.ofPlatform().start(() -> {
                try {
                    for (int i = 0; i < rounds; i++) {
                        barrier.await();
                        Handle handle = current.get();
                        if (closes && i % 2 == 0) {
                            handle.lease.close();
                        } else {
                            tryUnscope(handle);
                        }
                        barrier.await();
                    }
                } catch (Throwable e) {
                    failure.set(e);
                    barrier.reset();
                }
            }));
        }
        for (int i = 0; i < rounds; i++) {
            Storage storage;
            try (MemoryScope outer = MemoryScope.open()) {
                try (MemoryScope inner = MemoryScope.open()) {
                    Handle handle = Handle.of(allocator, 64);
                    storage = handle.lease.acquire();
                    current.set(handle);
                    barrier.await();
                    try {
                        handle.keep();
                    } catch (ClosedTensorException lost) {
                        assertThat(handle.isClosed()).isTrue();
                    }
                }
                barrier.await();
                current.getAndSet(null).lease.close();
            }
            assertThat(storage.references()).isBetween(1, 2);
            storage.release();
        }
        for (Thread thread : others) {
            thread.join();
        }
        assertThat(failure.get()).isNull();
        Allocators.collect();
        assertThat(live()).isZero();
    }

    private static void tryUnscope(Handle handle) {
        try {
            handle.lease.unscope(handle);
        } catch (ClosedTensorException lost) {
            assertThat(handle.isClosed()).isTrue();
        }
    }

    @Test
    void closersAndTheCollectorTogetherFreeEachOnce() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        for (int t = 0; t < 3; t++) {
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    for (int i = 0; i < 30; i++) {
                        makeAndForget(2000);
                        Collector.INSTANCE.scan();
                    }
                } catch (Throwable e) {
                    failure.set(e);
                }
            }));
        }
        for (int i = 0; i < 5; i++) {
            Allocators.collect();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        Allocators.collect();
        assertThat(failure.get()).isNull();
        assertThat(live()).isZero();
    }
}
