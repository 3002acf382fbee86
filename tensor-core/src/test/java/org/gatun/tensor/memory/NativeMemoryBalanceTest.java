package org.gatun.tensor.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gatun.tensor.Device;
import org.junit.jupiter.api.Test;

class NativeMemoryBalanceTest {
    @Test
    void passesWhenAllIsFreedOrUnreachable() {
        NativeMemoryBalance.Before before = NativeMemoryBalance.before();
        Handle.of(100).lease.close();
        for (int i = 0; i < 1000; i++) {
            Handle.of(100);
        }
        assertThatCode(() -> NativeMemoryBalance.check(before)).doesNotThrowAnyException();
    }

    @Test
    void failsWhenMemoryIsLeftLive() {
        NativeMemoryBalance.Before before = NativeMemoryBalance.before();
        Storage left = Allocators.of(Device.CPU).allocate(100);
        assertThatThrownBy(() -> NativeMemoryBalance.check(before))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("out of balance")
                .hasMessageContaining(
                        (before.bytes() + 100) + " bytes in " + (before.count() + 1) + " storages after it");
        left.release();
    }

    @Test
    void failsWhenAScopeIsLeftOpen() {
        NativeMemoryBalance.Before before = NativeMemoryBalance.before();
        MemoryScope left = MemoryScope.open("left");
        assertThatThrownBy(() -> NativeMemoryBalance.check(before))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("'left'");
        assertThat(left.isClosed()).isTrue();
    }
}
