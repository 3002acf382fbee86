package org.gatun.tensor;

import org.gatun.tensor.memory.MemoryScope;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Runs each test in a memory scope, so that its tensors are freed behind it. Stands after {@link
 * org.gatun.tensor.memory.NativeMemoryBalance}, which then finds any storage that an operation, or one that failed, still holds.
 */
public final class ScopePerTest implements BeforeEachCallback, AfterEachCallback {
    private static final ExtensionContext.Namespace STORE = ExtensionContext.Namespace.create(ScopePerTest.class);

    @Override
    public void beforeEach(ExtensionContext context) {
        context.getStore(STORE).put(context.getUniqueId(), MemoryScope.open(context.getDisplayName()));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        context.getStore(STORE).remove(context.getUniqueId(), MemoryScope.class).close();
    }
}
