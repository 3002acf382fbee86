package org.gatun.tensor.memory;

import org.gatun.tensor.Device;

/** A program that makes ten million small tensors in a loop, with scopes or without, and prints what it held at most. */
final class ManySmallTensors {
    private static final int COUNT = 10_000_000;
    private static final int SCOPE = 1000;

    private ManySmallTensors() {}

    public static void main(String[] arguments) {
        boolean scopes = arguments[0].equals("scopes");
        Allocator allocator = Allocators.of(Device.CPU);
        long checksum = 0;
        long mostHeld = 0;
        long start = System.nanoTime();
        for (int i = 0; i < COUNT; i += SCOPE) {
            if (scopes) {
                try (MemoryScope scope = MemoryScope.open()) {
                    checksum += some(allocator, i);
                }
            } else {
                checksum += some(allocator, i);
            }
            if (i % 1_000_000 == 0) {
                mostHeld = Math.max(mostHeld, allocator.stats().systemBytes());
            }
        }
        long nanoseconds = System.nanoTime() - start;
        Allocators.collect();
        MemoryStats stats = allocator.stats();
        System.out.println("made=" + stats.allocations());
        System.out.println("checksum=" + checksum);
        System.out.println("live=" + stats.liveBytes());
        System.out.println("held=" + Math.max(mostHeld, stats.systemBytes()));
        System.out.println("ns=" + nanoseconds / COUNT);
    }

    private static long some(Allocator allocator, int from) {
        long sum = 0;
        for (int i = from; i < from + SCOPE; i++) {
            Handle handle = Handle.of(allocator, 4 + (i & 63) * 4L);
            sum += handle.lease.storage().bytes();
        }
        return sum;
    }
}
