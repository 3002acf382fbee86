package org.gatun.tensor.memory;

import java.lang.foreign.ValueLayout;
import org.gatun.bindings.Memory;
import org.gatun.tensor.Device;

/** Programs with one memory mistake each, for {@link LeakDetectionTest} to run. */
final class LeakPrograms {
    private static final Allocator ALLOCATOR = Allocators.of(Device.CPU);

    private LeakPrograms() {}

    public static void main(String[] arguments) throws InterruptedException {
        switch (arguments[0]) {
            case "manual" -> forgetManualLeases(Integer.parseInt(arguments[1]));
            case "closed" -> closeManualLeases();
            case "scope" -> endThreadWithOpenScope();
            case "collected" -> leaveToCollector();
            case "poison" -> readFreedAndFresh();
            case "write-freed" -> writeFreed();
            case "write-past-end" -> writePastEnd(Long.parseLong(arguments[1]));
            case "use-closed" -> useClosed();
            case "no-collection" -> exhaust();
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        Allocators.collect();
        System.out.println("leaks=" + LeakReports.count());
        System.out.println("live=" + ALLOCATOR.stats().liveCount());
    }

    private static void forgetManualLeases(int count) {
        for (int i = 0; i < count; i++) {
            Lease.manual(ALLOCATOR.allocate(1234));
        }
    }

    private static void closeManualLeases() {
        for (int i = 0; i < 100_000; i++) {
            Lease.manual(ALLOCATOR.allocate(64)).close();
        }
    }

    private static void endThreadWithOpenScope() throws InterruptedException {
        Thread thread = Thread.ofPlatform().name("careless").start(() -> {
            MemoryScope.open("outer");
            MemoryScope.open("forgotten");
            for (int i = 0; i < 5; i++) {
                Handle.of(64);
            }
        });
        thread.join();
        // The thread's own bookkeeping ends a little after join returns.
        for (int i = 0; i < 100 && LeakReports.count() == 0; i++) {
            Allocators.collect();
            Thread.sleep(10);
        }
    }

    private static void leaveToCollector() {
        for (int i = 0; i < 100_000; i++) {
            Handle.of(64);
        }
    }

    private static void readFreedAndFresh() {
        for (long bytes : new long[] {64, 5000, 100_000, 20 << 20}) {
            Storage storage = ALLOCATOR.allocate(bytes);
            print("fresh", storage);
            Memory.fill(storage.address(), bytes, (byte) 0);
            storage.release();
            print("freed", storage);
        }
    }

    private static void print(String what, Storage storage) {
        long at = storage.address() + storage.bytes() / 2 / 8 * 8;
        System.out.println(what + "=" + Memory.ALL.get(ValueLayout.JAVA_FLOAT, at) + ","
                + Memory.ALL.get(ValueLayout.JAVA_FLOAT, at + 4) + ","
                + Memory.ALL.get(ValueLayout.JAVA_DOUBLE, at) + ","
                + Float.float16ToFloat(Memory.ALL.get(ValueLayout.JAVA_SHORT, at)));
    }

    private static void writeFreed() {
        Storage storage = ALLOCATOR.allocate(64);
        storage.release();
        Memory.ALL.set(ValueLayout.JAVA_BYTE, storage.address() + 5, (byte) 1);
        ALLOCATOR.allocate(64).release();
    }

    private static void writePastEnd(long bytes) {
        Storage storage = ALLOCATOR.allocate(bytes);
        Memory.ALL.set(ValueLayout.JAVA_BYTE, storage.address() + bytes, (byte) 1);
        storage.release();
    }

    private static void useClosed() {
        Handle closed = Handle.of(64);
        closed.lease.close();
        Handle scoped;
        try (MemoryScope scope = MemoryScope.open("step")) {
            scoped = Handle.of(64);
        }
        for (Handle handle : new Handle[] {closed, scoped}) {
            try {
                handle.lease.acquire();
            } catch (ClosedTensorException e) {
                e.printStackTrace(System.out);
            }
        }
    }

    private static void exhaust() {
        try {
            while (true) {
                Handle.of(1 << 20);
            }
        } catch (OutOfNativeMemoryException e) {
            System.out.println(e.getMessage());
        }
    }
}
