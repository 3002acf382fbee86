package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.MemoryStats;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Runs each test in a memory scope and asserts that no native memory is left behind it, whether the test passes or fails. */
public final class BalancedMemory implements BeforeEachCallback, AfterEachCallback {
    private static final ExtensionContext.Namespace STORE = ExtensionContext.Namespace.create(BalancedMemory.class);

    @Override
    public void beforeEach(ExtensionContext context) {
        context.getStore(STORE).put("bytes", MemoryStats.of(Device.CPU).liveBytes());
        context.getStore(STORE).put("scope", MemoryScope.open(context.getDisplayName()));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        context.getStore(STORE).get("scope", MemoryScope.class).close();
        long before = context.getStore(STORE).get("bytes", Long.class);
        assertThat(MemoryStats.of(Device.CPU).liveBytes())
                .as("live native bytes after the test")
                .isLessThanOrEqualTo(before);
    }
}
