package org.gatun.tensor.memory;

import org.gatun.tensor.Device;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A JUnit extension that fails a test which leaves more native memory live than it found, leaks a manual lease or a scope, leaves a scope
 * open, or writes to memory that it does not own (the last at leak level {@code paranoid}).
 *
 * <pre>{@code
 * @ExtendWith(NativeMemoryBalance.class)
 * class MyTest { ... }
 * }</pre>
 *
 * <p>Tensors that no scope owns and that the test no longer refers to are collected first. Tests in one JVM must run one after another.
 */
public final class NativeMemoryBalance implements BeforeEachCallback, AfterEachCallback {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(NativeMemoryBalance.class);
    private static final int COLLECTIONS = 20;

    /** The native bytes that reachable tensors outside scopes held after the last collection. */
    private static long weightWhenCollected;

    /** What was live before a test. */
    record Before(long bytes, long count, long leaks) {}

    @Override
    public void beforeEach(ExtensionContext context) {
        context.getStore(NAMESPACE).put(context.getUniqueId(), before());
    }

    @Override
    public void afterEach(ExtensionContext context) throws InterruptedException {
        check(context.getStore(NAMESPACE).remove(context.getUniqueId(), Before.class));
    }

    static Before before() {
        // What an earlier test left to the collector must not be freed during this one: it would hide a leak of the
        // same size.
        if (Collector.INSTANCE.weight() != weightWhenCollected) {
            collect();
        }
        MemoryStats stats = MemoryStats.of(Device.CPU);
        return new Before(stats.liveBytes(), stats.liveCount(), LeakReports.count());
    }

    static void check(Before before) throws InterruptedException {
        MemoryScope open = MemoryScope.current();
        if (open != null) {
            open.close();
            throw new AssertionError("the test left " + open.describe() + " open");
        }
        MemoryStats stats = MemoryStats.of(Device.CPU);
        // Worker threads may need a moment to let go of an operand, so give them one, and the collector a few runs.
        for (int i = 0; i < COLLECTIONS && !balanced(before, stats); i++) {
            Thread.sleep(i);
            collect();
            stats = MemoryStats.of(Device.CPU);
        }
        if (LeakReports.count() != before.leaks()) {
            throw new AssertionError(
                    "native memory was leaked or damaged: see the errors of logger org.gatun.memory above");
        }
        if (!balanced(before, stats)) {
            throw new AssertionError("native memory is out of balance: "
                    + before.bytes() + " bytes in " + before.count() + " storages were live before the test, "
                    + stats.liveBytes() + " bytes in " + stats.liveCount() + " storages after it");
        }
    }

    /** A test may free what an earlier one left in static fields; it may not add. */
    private static boolean balanced(Before before, MemoryStats now) {
        return now.liveBytes() <= before.bytes() && now.liveCount() <= before.count();
    }

    private static void collect() {
        Allocators.collect();
        weightWhenCollected = Collector.INSTANCE.weight();
    }
}
