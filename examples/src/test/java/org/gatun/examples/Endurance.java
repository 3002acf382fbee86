package org.gatun.examples;

import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.MemoryStats;

/**
 * Ten million small operations in a JVM of its own under a limit on native memory: {@code scopes} opens a memory scope for every
 * hundred, {@code collector} has none. Prints the native memory held from the system after a tenth and at the end.
 */
final class Endurance {
    private static final int OPERATIONS = 10_000_000;
    private static final int CHAIN = 100;

    private Endurance() {}

    public static void main(String[] args) {
        boolean scopes = args[0].equals("scopes");
        Tensor a = Tensors.of(1.0f, 2.0f, 3.0f, 4.0f);
        Tensor b = Tensors.of(0.5f, -0.5f, 0.25f, 0.0f);
        long early = 0;
        for (int i = 0; i < OPERATIONS / CHAIN; i++) {
            if (i == OPERATIONS / CHAIN / 10) {
                early = MemoryStats.of(Device.CPU).systemBytes();
            }
            if (scopes) {
                try (var scope = MemoryScope.open()) {
                    check(chain(a, b));
                }
            } else {
                check(chain(a, b));
            }
        }
        MemoryStats end = MemoryStats.of(Device.CPU);
        System.out.println("early " + early + " end " + end.systemBytes() + " allocations " + end.allocations());
    }

    private static Tensor chain(Tensor a, Tensor b) {
        Tensor x = a;
        for (int k = 0; k < CHAIN; k++) {
            x = x.add(b);
        }
        return x;
    }

    private static void check(Tensor x) {
        // 1 + 100 / 2 and 2 - 100 / 2, exact in binary
        if (x.get(0) != 51 || x.get(1) != -48) {
            throw new IllegalStateException("wrong values " + x);
        }
    }
}
