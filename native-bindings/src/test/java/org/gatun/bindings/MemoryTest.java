package org.gatun.bindings;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryTest {

    @ParameterizedTest
    @ValueSource(longs = {8, 64, 4096, 2 << 20})
    void blocksAreAlignedAndDistinct(long alignment) {
        long first = Memory.allocate(100, alignment);
        long second = Memory.allocate(100, alignment);
        try {
            assertThat(first % alignment).isZero();
            assertThat(second % alignment).isZero();
            assertThat(Math.abs(first - second)).isGreaterThanOrEqualTo(100);
            Memory.fill(first, 100, (byte) 1);
            Memory.fill(second, 100, (byte) 2);
            for (int i = 0; i < 100; i++) {
                assertThat(Memory.ALL.get(JAVA_BYTE, first + i)).isEqualTo((byte) 1);
            }
            Memory.copy(second, first + 1, 99);
            assertThat(Memory.ALL.get(JAVA_BYTE, first)).isEqualTo((byte) 1);
            assertThat(Memory.ALL.get(JAVA_LONG_UNALIGNED, first + 1)).isEqualTo(0x0202020202020202L);
        } finally {
            Memory.free(first);
            Memory.free(second);
        }
    }

    @Test
    void copyAllowsOverlap() {
        long block = Memory.allocate(16, 16);
        try {
            for (int i = 0; i < 16; i++) {
                Memory.ALL.set(JAVA_BYTE, block + i, (byte) i);
            }
            Memory.copy(block, block + 3, 13);
            for (int i = 3; i < 16; i++) {
                assertThat(Memory.ALL.get(JAVA_BYTE, block + i)).isEqualTo((byte) (i - 3));
            }
        } finally {
            Memory.free(block);
        }
    }

    @Test
    void moreThanTheSystemHasIsZero() {
        assertThat(Memory.allocate(1L << 60, 64)).isZero();
        Memory.free(0);
    }

    @Test
    void sizesAndAlignmentsAreChecked() {
        assertThatThrownBy(() -> Memory.allocate(0, 64))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("size must be 1 or more");
        assertThatThrownBy(() -> Memory.allocate(Long.MAX_VALUE, 64)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Memory.allocate(8, 48))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("power of two");
        assertThatThrownBy(() -> Memory.allocate(8, 4)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void hugePagesLeaveTheContentsAlone() {
        long bytes = 8 << 20;
        long block = Memory.allocate(bytes, 2 << 20);
        try {
            Memory.fill(block, bytes, (byte) 5);
            Memory.adviseHugePages(block, bytes);
            assertThat(Memory.ALL.get(JAVA_BYTE, block)).isEqualTo((byte) 5);
            assertThat(Memory.ALL.get(JAVA_BYTE, block + bytes - 1)).isEqualTo((byte) 5);
            // no whole page inside
            assertThat(Memory.adviseHugePages(block + 1, 100)).isFalse();
        } finally {
            Memory.free(block);
        }
    }
}
