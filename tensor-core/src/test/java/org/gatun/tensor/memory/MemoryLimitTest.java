package org.gatun.tensor.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.gatun.tensor.Device;
import org.junit.jupiter.api.Test;

class MemoryLimitTest {
    private static final long MIB = 1L << 20;

    private final CachingAllocator allocator = new CachingAllocator(Device.CPU, 64 * MIB);

    @Test
    void neverHoldsMoreThanTheLimit() {
        List<Storage> held = new ArrayList<>();
        assertThatThrownBy(() -> {
                    while (true) {
                        held.add(allocator.allocate(100_000));
                        assertThat(allocator.stats().systemBytes()).isLessThanOrEqualTo(64 * MIB);
                    }
                })
                .isInstanceOf(OutOfNativeMemoryException.class);
        assertThat(held).as("nearly all of the limit is usable").hasSizeGreaterThan((int) (60 * MIB / 100_000));
        held.forEach(Storage::release);
        allocator.allocate(60 * MIB).release();
        assertThat(allocator.stats().liveBytes()).isZero();
    }

    @Test
    void cachesOfEverySizeAreGivenBackForALargeBlock() {
        for (long bytes : new long[] {64, 4096, 100_000, 5 * MIB, 40 * MIB}) {
            List<Storage> held = new ArrayList<>();
            for (long sum = 0; sum + bytes <= (bytes < 10_000 ? 20 : 45) * MIB; sum += bytes) {
                held.add(allocator.allocate(bytes));
            }
            held.forEach(Storage::release);
            allocator.allocate(62 * MIB).release();
        }
        assertThat(allocator.stats().liveBytes()).isZero();
    }

    @Test
    void unreachableTensorsAreCollectedBeforeFailing() {
        long collections = Collector.INSTANCE.collections();
        for (int i = 0; i < 100; i++) {
            Handle.of(allocator, 30 * MIB);
        }
        assertThat(Collector.INSTANCE.collections()).isGreaterThan(collections);
        assertThat(allocator.stats().peakBytes()).isLessThanOrEqualTo(64 * MIB);
    }

    @Test
    void aShortageAsksForOneCollectionOnly() {
        Storage most = allocator.allocate(60 * MIB);
        long collections = Collector.INSTANCE.collections();
        assertThatThrownBy(() -> allocator.allocate(10 * MIB)).isInstanceOf(OutOfNativeMemoryException.class);
        assertThat(Collector.INSTANCE.collections() - collections).isEqualTo(1);
        most.release();
    }

    @Test
    void aSizeBeyondTheLimitFailsAtOnce() {
        long collections = Collector.INSTANCE.collections();
        assertThatThrownBy(() -> allocator.allocate(65 * MIB))
                .isInstanceOf(OutOfNativeMemoryException.class)
                .hasMessageContaining("That alone is more than may be held");
        assertThat(Collector.INSTANCE.collections()).isEqualTo(collections);
    }

    @Test
    void theMessageNamesSizeLimitPeakAndTheLargestHolders() {
        List<Storage> held = new ArrayList<>();
        try (MemoryScope scope = MemoryScope.open("epoch")) {
            for (int i = 0; i < 3; i++) {
                held.add(allocator.allocate(10 * MIB));
            }
        }
        held.add(allocator.allocate(20 * MIB));
        for (int i = 0; i < 1000; i++) {
            held.add(allocator.allocate(1000));
        }
        assertThatThrownBy(() -> allocator.allocate(30 * MIB))
                .isInstanceOf(OutOfNativeMemoryException.class)
                .hasMessageContaining("cannot allocate 30.0 MiB (31,457,280 bytes)")
                .hasMessageContaining("51.0 MiB live in 1,004 storages (peak 51.0 MiB)")
                .hasMessageContaining("the limit is 64.0 MiB (-Dgatun.memory.limit")
                .hasMessageContaining("30.0 MiB  in 3 storages of 10.0 MiB, memory scope 'epoch'")
                .hasMessageContaining("20.0 MiB  in 1 storage of 20.0 MiB")
                .hasMessageContaining("in 1,000 storages of up to")
                .hasMessageContaining("MemoryScope")
                .satisfies(e -> assertThat(e.getMessage().indexOf("in 3 storages"))
                        .as("the largest holder comes first")
                        .isLessThan(e.getMessage().indexOf("in 1 storage ")));
        held.forEach(Storage::release);
        assertThat(allocator.stats().liveBytes()).isZero();
    }

    @Test
    void aLowerLimitGivesCachesBackAtOnce() {
        allocator.allocate(50 * MIB).release();
        assertThat(allocator.stats().systemBytes()).isGreaterThan(20 * MIB);
        allocator.limit(20 * MIB);
        assertThat(allocator.limit()).isEqualTo(20 * MIB);
        assertThat(allocator.stats().limit()).isEqualTo(20 * MIB);
        assertThat(allocator.stats().systemBytes()).isZero();
        assertThatThrownBy(() -> allocator.allocate(30 * MIB)).isInstanceOf(OutOfNativeMemoryException.class);
        allocator.limit(40 * MIB);
        allocator.allocate(30 * MIB).release();
        Collector.INSTANCE.limit(Long.MAX_VALUE);
    }

    @Test
    void smallLimitsWorkToo() {
        CachingAllocator small = new CachingAllocator(Device.CPU, 3 * MIB);
        small.allocate(100).release();
        small.allocate(50_000).release();
        small.allocate(MIB).release();
        assertThat(small.stats().systemBytes()).isLessThanOrEqualTo(3 * MIB);
    }

    @Test
    void refusesALimitBelowOne() {
        assertThatThrownBy(() -> allocator.limit(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0");
    }
}
