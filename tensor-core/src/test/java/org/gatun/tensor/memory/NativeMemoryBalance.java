package org.gatun.tensor.memory;

import org.gatun.tensor.Device;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A JUnit extension that fails a test which leaves more native memory live than it found, leaks a manual lease or a scope, leaves a scope
 * open, or writes to memory that it does not own (the last at leak level {@code paranoid}). Where tests of this JVM use a GPU, its memory counts
 * too, and so does what its stand-in found wrong.
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

    /** What was live before a test, on the GPU last: 0 if there is none. */
    record Before(long bytes, long count, long leaks, long gpuBytes, long gpuCount) {}

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
        return now();
    }

    private static Before now() {
        MemoryStats host = MemoryStats.of(Device.CPU);
        if (!StandInDriver.isUsed()) {
            return new Before(host.liveBytes(), host.liveCount(), LeakReports.count(), 0, 0);
        }
        MemoryStats gpu = MemoryStats.of(Device.cuda(0));
        return new Before(host.liveBytes(), host.liveCount(), LeakReports.count(), gpu.liveBytes(), gpu.liveCount());
    }

    static void check(Before before) throws InterruptedException {
        MemoryScope open = MemoryScope.current();
        if (open != null) {
            open.close();
            throw new AssertionError("the test left " + open.describe() + " open");
        }
        Before now = now();
        // Worker threads may need a moment to let go of an operand, so give them one, and the collector a few runs.
        for (int i = 0; i < COLLECTIONS && !balanced(before, now); i++) {
            Thread.sleep(i);
            collect();
            now = now();
        }
        if (now.leaks() != before.leaks()) {
            throw new AssertionError(
                    "native memory was leaked or damaged: see the errors of logger org.gatun.memory above");
        }
        if (StandInDriver.isUsed()) {
            StandInDriver.requireNoViolations();
        }
        if (!balanced(before, now)) {
            boolean host = now.bytes() > before.bytes() || now.count() > before.count();
            throw new AssertionError("native memory is out of balance"
                    + (host
                            ? change(before.bytes(), before.count(), now.bytes(), now.count())
                            : " on the GPU"
                                    + change(before.gpuBytes(), before.gpuCount(), now.gpuBytes(), now.gpuCount())));
        }
    }

    private static String change(long bytesBefore, long countBefore, long bytesAfter, long countAfter) {
        return ": " + bytesBefore + " bytes in " + countBefore + " storages were live before the test, " + bytesAfter
                + " bytes in " + countAfter + " storages after it";
    }

    /** A test may free what an earlier one left in static fields; it may not add. */
    private static boolean balanced(Before before, Before now) {
        return now.bytes() <= before.bytes()
                && now.count() <= before.count()
                && now.gpuBytes() <= before.gpuBytes()
                && now.gpuCount() <= before.gpuCount();
    }

    private static void collect() {
        Allocators.collect();
        weightWhenCollected = Collector.INSTANCE.weight();
    }
}
