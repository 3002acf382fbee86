package org.gatun.tensor.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.gatun.bindings.Memory;
import org.gatun.tensor.Device;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On allocators of its own, so that counts are exact. */
class CachingAllocatorTest {
    private static final long MIB = 1L << 20;

    private final CachingAllocator allocator = new CachingAllocator(Device.CPU, Long.MAX_VALUE);

    @ParameterizedTest
    @ValueSource(
            longs = {
                0,
                1,
                63,
                64,
                65,
                4095,
                8128,
                8192,
                8193,
                100_000,
                MIB,
                16 * MIB - 64,
                16 * MIB,
                16 * MIB + 1,
                40 * MIB
            })
    void givesAlignedMemoryThatCanBeWrittenToItsEnd(long bytes) {
        Storage storage = allocator.allocate(bytes);
        assertThat(storage.address() % 64).isZero();
        assertThat(storage.address()).isNotZero();
        assertThat(storage.bytes()).isEqualTo(bytes);
        assertThat(storage.device()).isEqualTo(Device.CPU);
        assertThat(storage.references()).isEqualTo(1);
        long leaks = LeakReports.count();
        Memory.fill(storage.address(), bytes, (byte) 1);
        storage.release();
        assertThat(LeakReports.count()).isEqualTo(leaks);
        assertThat(allocator.stats().liveBytes()).isZero();
        assertThat(allocator.stats().liveCount()).isZero();
    }

    @Test
    void refusesNegativeSizes() {
        assertThatThrownBy(() -> allocator.allocate(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1");
    }

    @Test
    void sizesBeyondAnyMachineAreOutOfMemory() {
        for (long bytes : new long[] {Long.MAX_VALUE, Long.MAX_VALUE - 63, 1L << 60, (1L << 47) + 1}) {
            assertThatThrownBy(() -> allocator.allocate(bytes))
                    .isInstanceOfSatisfying(
                            OutOfNativeMemoryException.class,
                            e -> assertThat(e.requestedBytes()).isEqualTo(bytes))
                    .hasMessageContaining("cpu");
        }
    }

    @Test
    void countsExactlyWhatIsAskedFor() {
        List<Storage> held = new ArrayList<>();
        long sum = 0;
        for (long bytes : new long[] {0, 4, 100, 5000, 300_000, 20 * MIB}) {
            held.add(allocator.allocate(bytes));
            sum += bytes;
            assertThat(allocator.stats().liveBytes()).isEqualTo(sum);
            assertThat(allocator.stats().liveCount()).isEqualTo(held.size());
            assertThat(allocator.stats().peakBytes()).isEqualTo(sum);
        }
        assertThat(allocator.stats().allocations()).isEqualTo(6);
        held.removeFirst().release();
        held.removeLast().release();
        MemoryStats stats = allocator.stats();
        assertThat(stats.liveBytes()).isEqualTo(sum - 20 * MIB);
        assertThat(stats.peakBytes()).isEqualTo(sum);
        assertThat(stats.systemBytes() - stats.cachedBytes()).isGreaterThanOrEqualTo(stats.liveBytes());
        allocator.resetPeak();
        assertThat(allocator.stats().peakBytes()).isEqualTo(sum - 20 * MIB);
        held.forEach(Storage::release);
        assertThat(allocator.stats().liveBytes()).isZero();
        assertThat(allocator.stats().liveCount()).isZero();
        assertThat(allocator.stats().cachedBytes()).isEqualTo(allocator.stats().systemBytes());
    }

    @Test
    void thePeakSeesAShortRiseOfSmallBlocks() {
        List<Storage> held = new ArrayList<>();
        for (int i = 0; i < 700; i++) {
            held.add(allocator.allocate(10));
        }
        held.forEach(Storage::release);
        assertThat(allocator.stats().peakBytes()).isEqualTo(7000);
    }

    @Test
    void aSteadyStateTakesNothingFromTheSystem() {
        long[] sizes = {4, 64, 512, 5120, 40_000, 262_144, 1_605_632, 25 * MIB};
        long afterFirst = 0;
        for (int step = 0; step < 50; step++) {
            List<Storage> held = new ArrayList<>();
            for (int repeat = 0; repeat < 5; repeat++) {
                for (long bytes : sizes) {
                    held.add(allocator.allocate(bytes));
                }
            }
            held.forEach(Storage::release);
            if (step == 0) {
                afterFirst = allocator.stats().systemAllocations();
            }
        }
        assertThat(allocator.stats().systemAllocations()).isEqualTo(afterFirst);
    }

    @Test
    @SuppressWarnings("ListRemoveAmbiguous") // by index
    void blocksInUseNeverOverlap() {
        Random random = new Random(1);
        List<Storage> held = new ArrayList<>();
        List<Integer> marks = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            if (held.size() > 300 || (!held.isEmpty() && random.nextInt(3) == 0)) {
                int at = random.nextInt(held.size());
                Storage storage = held.remove(at);
                int mark = marks.remove(at);
                checkMarks(storage, mark);
                storage.release();
            } else {
                long bytes = 8 + (long) Math.exp(random.nextDouble() * Math.log(2 * MIB));
                Storage storage = allocator.allocate(bytes);
                mark(storage, i);
                held.add(storage);
                marks.add(i);
            }
        }
        for (int i = 0; i < held.size(); i++) {
            checkMarks(held.get(i), marks.get(i));
            held.get(i).release();
        }
        assertThat(allocator.stats().liveBytes()).isZero();
        allocator.trim();
        assertThat(allocator.stats().systemBytes()).isZero();
    }

    /** Writes a number at the storage's ends and middle. */
    private static void mark(Storage storage, int number) {
        Memory.ALL.set(ValueLayout.JAVA_INT_UNALIGNED, storage.address(), number);
        Memory.ALL.set(ValueLayout.JAVA_INT_UNALIGNED, storage.address() + storage.bytes() / 2, number);
        Memory.ALL.set(ValueLayout.JAVA_INT_UNALIGNED, storage.address() + storage.bytes() - 4, number);
    }

    private static void checkMarks(Storage storage, int number) {
        assertThat(Memory.ALL.get(ValueLayout.JAVA_INT_UNALIGNED, storage.address() + storage.bytes() - 4))
                .isEqualTo(number);
        if (storage.bytes() >= 16) {
            assertThat(Memory.ALL.get(ValueLayout.JAVA_INT_UNALIGNED, storage.address()))
                    .isEqualTo(number);
            assertThat(Memory.ALL.get(ValueLayout.JAVA_INT_UNALIGNED, storage.address() + storage.bytes() / 2))
                    .isEqualTo(number);
        }
    }

    @Test
    void freedNeighboursJoinAndServeALargerBlock() {
        List<Storage> held = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            held.add(allocator.allocate(64 << 10));
        }
        long system = allocator.stats().systemBytes();
        held.forEach(Storage::release);
        Storage large = allocator.allocate(3 * MIB);
        assertThat(allocator.stats().systemBytes()).isEqualTo(system);
        large.release();
    }

    @Test
    void trimGivesBackWhatIsFreeAndNothingElse() {
        Storage small = allocator.allocate(100);
        Storage medium = allocator.allocate(MIB);
        Storage large = allocator.allocate(20 * MIB);
        mark(small, 1);
        mark(medium, 2);
        mark(large, 3);
        allocator.trim();
        checkMarks(small, 1);
        checkMarks(medium, 2);
        checkMarks(large, 3);
        large.release();
        assertThat(allocator.stats().systemBytes()).isGreaterThanOrEqualTo(25 * MIB);
        allocator.trim();
        assertThat(allocator.stats().systemBytes()).isLessThan(20 * MIB);
        checkMarks(small, 1);
        checkMarks(medium, 2);
        small.release();
        medium.release();
        allocator.trim();
        assertThat(allocator.stats().systemBytes()).isZero();
        Storage again = allocator.allocate(100);
        mark(again, 4);
        checkMarks(again, 4);
        again.release();
    }

    @Test
    void unusedRegionsStayBounded() {
        for (int i = 0; i < 40; i++) {
            allocator.allocate(17 * MIB * (1 + i % 8) + i * MIB).release();
            assertThat(allocator.stats().systemBytes()).isLessThanOrEqualTo((256 + 2 * 200) * MIB);
        }
    }

    @Test
    void blocksFreedByOtherThreadsAreFoundAgain() throws InterruptedException {
        BlockingQueue<Storage> handed = new ArrayBlockingQueue<>(64);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread consumer = Thread.ofPlatform().start(() -> {
            try {
                for (int i = 0; i < 200_000; i++) {
                    Storage storage = handed.take();
                    checkMarks(storage, 7);
                    storage.release();
                }
            } catch (Throwable e) {
                failure.set(e);
            }
        });
        for (int i = 0; i < 200_000 && consumer.isAlive(); i++) {
            Storage storage = allocator.allocate(16 + i % 1000);
            mark(storage, 7);
            handed.put(storage);
        }
        consumer.join();
        assertThat(failure.get()).isNull();
        assertThat(allocator.stats().liveBytes()).isZero();
        assertThat(allocator.stats().liveCount()).isZero();
        assertThat(allocator.stats().systemBytes()).isLessThan(8 * MIB);
    }

    @Test
    void threadsAllocateReleaseAndTrimAtOnce() throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 6; t++) {
            int seed = t;
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    churn(new Random(seed), seed);
                } catch (Throwable e) {
                    failure.set(e);
                }
            }));
        }
        for (int i = 0; i < 50; i++) {
            allocator.trim();
            MemoryStats stats = allocator.stats();
            assertThat(stats.cachedBytes()).isLessThanOrEqualTo(stats.systemBytes());
            Thread.sleep(1);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failure.get()).isNull();
        assertThat(allocator.stats().liveBytes()).isZero();
        assertThat(allocator.stats().liveCount()).isZero();
        allocator.trim();
        assertThat(allocator.stats().systemBytes()).isZero();
    }

    private void churn(Random random, int mark) {
        List<Storage> held = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            if (held.size() > 50 || (!held.isEmpty() && random.nextBoolean())) {
                Storage storage = held.remove(random.nextInt(held.size()));
                checkMarks(storage, mark);
                storage.release();
            } else {
                Storage storage = allocator.allocate(8 + random.nextInt(random.nextInt(20) == 0 ? 200_000 : 4_000));
                mark(storage, mark);
                held.add(storage);
            }
        }
        held.forEach(Storage::release);
    }
}
