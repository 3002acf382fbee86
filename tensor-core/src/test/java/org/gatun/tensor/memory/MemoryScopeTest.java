package org.gatun.tensor.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.gatun.tensor.Device;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NativeMemoryBalance.class)
class MemoryScopeTest {
    private final CachingAllocator allocator = new CachingAllocator(Device.CPU, Long.MAX_VALUE);

    private Handle make() {
        return Handle.of(allocator, 40);
    }

    private long live() {
        return allocator.stats().liveCount();
    }

    @Test
    void freesWhatWasCreatedInside() {
        Handle outside = make();
        Handle inside;
        try (MemoryScope scope = MemoryScope.open("a")) {
            assertThat(MemoryScope.current()).isSameAs(scope);
            inside = make();
            for (int i = 0; i < 1000; i++) {
                make();
            }
            assertThat(scope.size()).isEqualTo(1001);
            assertThat(live()).isEqualTo(1002);
        }
        assertThat(MemoryScope.current()).isNull();
        assertThat(inside.isClosed()).isTrue();
        assertThat(outside.isClosed()).isFalse();
        assertThat(live()).isEqualTo(1);
        outside.lease.close();
    }

    @Test
    void theInnermostScopeOwns() {
        try (MemoryScope outer = MemoryScope.open()) {
            Handle first = make();
            try (MemoryScope inner = MemoryScope.open()) {
                make();
                assertThat(inner.size()).isEqualTo(1);
            }
            Handle second = make();
            assertThat(first.isClosed()).isFalse();
            assertThat(outer.size()).isEqualTo(2);
            assertThat(second.isClosed()).isFalse();
        }
        assertThat(live()).isZero();
    }

    @Test
    void earlyClosesDoNotAccumulate() {
        try (MemoryScope scope = MemoryScope.open()) {
            List<Handle> held = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                held.add(make());
            }
            for (int i = 0; i < 10_000; i++) {
                Handle handle = make();
                int at = (i * 37) % held.size();
                held.set(at, handle).lease.close();
                assertThat(scope.size()).isEqualTo(100);
            }
            for (Handle handle : held) {
                assertThat(handle.isClosed()).isFalse();
            }
        }
        assertThat(live()).isZero();
    }

    @Test
    void closesByOtherThreadsDoNotAccumulate() throws InterruptedException {
        try (MemoryScope scope = MemoryScope.open()) {
            for (int i = 0; i < 200; i++) {
                List<Handle> batch = new ArrayList<>();
                for (int j = 0; j < 10; j++) {
                    batch.add(make());
                }
                Thread.ofPlatform()
                        .start(() -> batch.forEach(handle -> handle.lease.close()))
                        .join();
                assertThat(live()).isZero();
            }
            assertThat(scope.size()).isLessThanOrEqualTo(32);
        }
    }

    @Test
    void keepMovesToTheScopeAround() {
        Handle kept;
        try (MemoryScope outer = MemoryScope.open()) {
            try (MemoryScope middle = MemoryScope.open()) {
                try (MemoryScope inner = MemoryScope.open()) {
                    make();
                    kept = make();
                    make();
                    kept.keep();
                    assertThat(inner.size()).isEqualTo(2);
                    assertThat(middle.size()).isEqualTo(1);
                    kept.keep();
                    assertThat(outer.size()).isEqualTo(1);
                }
            }
            assertThat(kept.isClosed()).isFalse();
        }
        assertThat(kept.isClosed()).isTrue();
        assertThat(live()).isZero();
    }

    @Test
    void keepFromTheOutermostScopeLeavesItToTheCollector() {
        keepAndForget();
        Allocators.collect();
        assertThat(live()).isZero();
    }

    private void keepAndForget() {
        Handle kept;
        try (MemoryScope scope = MemoryScope.open()) {
            kept = make();
            kept.keep();
            kept.keep();
        }
        assertThat(kept.isClosed()).isFalse();
        assertThat(live()).isEqualTo(1);
        Allocators.collect();
        assertThat(kept.lease.storage().references()).isEqualTo(1);
    }

    @Test
    void unscopeLeavesAllScopesFromAnyThread() throws InterruptedException {
        Handle mine;
        Handle theirs;
        try (MemoryScope outer = MemoryScope.open()) {
            try (MemoryScope inner = MemoryScope.open()) {
                mine = make();
                theirs = make();
                mine.lease.unscope(mine);
                Handle shared = theirs;
                Thread.ofPlatform().start(() -> shared.lease.unscope(shared)).join();
                for (int i = 0; i < 100; i++) {
                    make();
                }
            }
        }
        assertThat(mine.isClosed()).isFalse();
        assertThat(theirs.isClosed()).isFalse();
        assertThat(live()).isEqualTo(2);
        mine.lease.close();
        theirs.lease.close();
        assertThat(live()).isZero();
    }

    @Test
    void keepFromAnotherThreadIsRefused() throws InterruptedException {
        try (MemoryScope scope = MemoryScope.open("mine")) {
            Handle handle = make();
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread.ofPlatform()
                    .name("other")
                    .start(() -> thrown.set(catching(handle::keep)))
                    .join();
            assertThat(thrown.get())
                    .isInstanceOf(MemoryScopeException.class)
                    .hasMessageContaining("keep")
                    .hasMessageContaining("'mine'")
                    .hasMessageContaining("'other'")
                    .hasMessageContaining(Thread.currentThread().getName());
            assertThat(handle.isClosed()).isFalse();
        }
    }

    private static Throwable catching(Runnable body) {
        try {
            body.run();
            return new AssertionError("nothing was thrown");
        } catch (RuntimeException e) {
            return e;
        }
    }

    @Test
    void closeFromAnotherThreadIsRefusedAndFreesNothing() throws InterruptedException {
        try (MemoryScope scope = MemoryScope.open("mine")) {
            Handle handle = make();
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread.ofPlatform()
                    .name("other")
                    .start(() -> thrown.set(catching(scope::close)))
                    .join();
            assertThat(thrown.get())
                    .isInstanceOf(MemoryScopeException.class)
                    .hasMessageContaining("close")
                    .hasMessageContaining("one thread");
            assertThat(handle.isClosed()).isFalse();
            assertThat(scope.isClosed()).isFalse();
        }
    }

    @Test
    void closingOutOfOrderClosesTheInnerOnesAndSaysSo() {
        MemoryScope outer = MemoryScope.open("outer");
        MemoryScope inner = MemoryScope.open("inner");
        MemoryScope innermost = MemoryScope.open();
        make();
        assertThatThrownBy(outer::close)
                .isInstanceOf(MemoryScopeException.class)
                .hasMessageContaining("memory scope 'outer'")
                .hasMessageContaining("an unnamed memory scope, memory scope 'inner'")
                .hasMessageContaining("try-with-resources");
        assertThat(outer.isClosed() && inner.isClosed() && innermost.isClosed()).isTrue();
        assertThat(MemoryScope.current()).isNull();
        assertThat(live()).isZero();
        assertThatCode(inner::close).doesNotThrowAnyException();
    }

    @Test
    void closingTwiceIsHarmless() {
        try (MemoryScope outer = MemoryScope.open()) {
            MemoryScope inner = MemoryScope.open();
            inner.close();
            Handle handle = make();
            inner.close();
            assertThat(handle.isClosed()).isFalse();
            assertThat(MemoryScope.current()).isSameAs(outer);
            assertThatThrownBy(() -> inner.keep(handle))
                    .isInstanceOf(MemoryScopeException.class)
                    .hasMessageContaining("closed");
        }
    }

    @Test
    void aScopeEndsByAnExceptionToo() {
        assertThatThrownBy(() -> MemoryScope.tidy((Runnable) () -> {
                    make();
                    throw new IllegalArgumentException("of the body");
                }))
                .hasMessage("of the body");
        assertThat(MemoryScope.current()).isNull();
        assertThat(live()).isZero();
    }

    @Test
    void tidyKeepsItsResult() {
        try (MemoryScope outer = MemoryScope.open()) {
            Handle result = MemoryScope.tidy(() -> {
                make();
                return make();
            });
            assertThat(result.isClosed()).isFalse();
            assertThat(outer.size()).isEqualTo(1);
        }
        assertThat(live()).isZero();
    }

    record Params(Handle w, Optional<Handle> b, int size, List<Handle[]> layers, Map<String, Params> nested) {}

    @Test
    void tidyKeepsStructures() {
        try (MemoryScope outer = MemoryScope.open()) {
            Params result = MemoryScope.tidy(() -> {
                make();
                Params leaf = new Params(make(), Optional.empty(), 1, List.of(), Map.of());
                return new Params(
                        make(),
                        Optional.of(make()),
                        2,
                        List.<Handle[]>of(new Handle[] {make(), make()}),
                        Map.of("x", leaf));
            });
            assertThat(outer.size()).isEqualTo(5);
            assertThat(live()).isEqualTo(5);
            assertThat(result.w().isClosed()).isFalse();
            assertThat(result.nested().get("x").w().isClosed()).isFalse();
        }
        assertThat(live()).isZero();
    }

    @Test
    void tidyLeavesOtherScopesTensorsWhereTheyAre() {
        try (MemoryScope outer = MemoryScope.open()) {
            Handle other = make();
            try (MemoryScope inner = MemoryScope.open()) {
                Handle mine = make();
                Set<Handle> result = MemoryScope.tidy(() -> Set.of(mine, other));
                assertThat(result).hasSize(2);
                assertThat(inner.size()).isEqualTo(1);
                assertThat(outer.size()).isEqualTo(1);
            }
            assertThat(other.isClosed()).isFalse();
        }
        assertThat(live()).isZero();
    }

    @Test
    void tidyReturnsWhatHoldsNoTensors() {
        assertThat(MemoryScope.<Object>tidy(() -> null)).isNull();
        assertThat(MemoryScope.<Integer>tidy(() -> 3)).isEqualTo(3);
        assertThat(MemoryScope.<int[]>tidy(() -> new int[] {1})).containsExactly(1);
    }

    @Test
    void aStructureThatContainsItselfIsRefused() {
        List<Object> circular = new ArrayList<>();
        circular.add(circular);
        assertThatThrownBy(() -> MemoryScope.<Object>tidy(() -> circular))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("contain itself");
        assertThat(MemoryScope.current()).isNull();
    }

    @Test
    void eachThreadHasItsOwnScopes() throws InterruptedException {
        try (MemoryScope scope = MemoryScope.open()) {
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread.ofPlatform()
                    .start(() -> {
                        try (MemoryScope theirs = MemoryScope.open()) {
                            make();
                            assertThat(theirs.size()).isEqualTo(1);
                        } catch (Throwable e) {
                            failure.set(e);
                        }
                    })
                    .join();
            assertThat(failure.get()).isNull();
            assertThat(scope.size()).isZero();
        }
    }

    @Test
    void virtualThreadsHaveScopesToo() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        for (int t = 0; t < 200; t++) {
            threads.add(Thread.ofVirtual().start(() -> {
                try (MemoryScope scope = MemoryScope.open()) {
                    for (int i = 0; i < 100; i++) {
                        make();
                        if (i % 10 == 0) {
                            Thread.yield();
                        }
                    }
                    assertThat(scope.size()).isEqualTo(100);
                } catch (Throwable e) {
                    failure.set(e);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failure.get()).isNull();
        assertThat(live()).isZero();
    }

    @Test
    void anOperationOutlivesTheScopeOfItsOperand() {
        Storage held;
        try (MemoryScope scope = MemoryScope.open()) {
            held = make().lease.acquire();
        }
        assertThat(live()).isEqualTo(1);
        assertThat(held.references()).isEqualTo(1);
        held.release();
        assertThat(live()).isZero();
    }
}
