package org.gatun.tensor.memory;

import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;

/** A program that runs ten million small operations in a loop, with scopes or without, and prints what it held at most. */
final class ManySmallTensors {
    private static final int COUNT = 10_000_000;
    private static final int SCOPE = 1000;

    private ManySmallTensors() {}

    public static void main(String[] arguments) {
        boolean scopes = arguments[0].equals("scopes");
        Tensor x = Tensors.of(1f, 2f, 3f, 4f);
        Tensor y = Tensors.of(10f, 20f, 30f, 40f);
        double checksum = 0;
        long mostHeld = 0;
        for (int i = 0; i < COUNT; i += SCOPE) {
            if (scopes) {
                try (MemoryScope scope = MemoryScope.open()) {
                    checksum += run(x, y);
                }
            } else {
                checksum += run(x, y);
            }
            if (i % 100_000 == 0) {
                mostHeld = Math.max(mostHeld, MemoryStats.of(Device.CPU).systemBytes());
            }
        }
        x.close();
        y.close();
        Allocators.collect();
        MemoryStats stats = MemoryStats.of(Device.CPU);
        System.out.println("operations=" + stats.allocations());
        System.out.println("checksum=" + (long) checksum);
        System.out.println("live=" + stats.liveBytes());
        System.out.println("held=" + Math.max(mostHeld, stats.systemBytes()));
    }

    /** Makes 1,000 tensors, and returns the last element of the last. */
    private static double run(Tensor x, Tensor y) {
        Tensor sum = x;
        for (int i = 0; i < SCOPE; i++) {
            sum = x.add(y);
        }
        return sum.get(3);
    }
}
