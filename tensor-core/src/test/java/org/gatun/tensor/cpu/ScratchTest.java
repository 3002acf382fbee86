package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.gatun.tensor.Device;
import org.gatun.tensor.memory.Allocator;
import org.gatun.tensor.memory.Allocators;
import org.gatun.tensor.memory.MemoryStats;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.memory.OutOfNativeMemoryException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NativeMemoryBalance.class)
class ScratchTest {
    private static final long MIB = 1L << 20;

    private static long live() {
        return MemoryStats.of(Device.CPU).liveBytes();
    }

    private record Piece(long address, long bytes, long mark) {}

    @Test
    void piecesAreAlignedAndKeepTheirContentsUntilTheirFrameCloses() {
        List<Piece> pieces = new ArrayList<>();
        try (Scratch outer = Scratch.open()) {
            for (long bytes : new long[] {1, 64, 65, 1000, MIB, 0, 3 * MIB, 100, 20 * MIB, 7, MIB, MIB, MIB}) {
                mark(pieces, outer.allocate(bytes), bytes);
                try (Scratch inner = Scratch.open()) {
                    long address = inner.allocate(2 * bytes + 1);
                    Ram.zero(address, 2 * bytes + 1);
                }
            }
            for (Piece piece : pieces) {
                assertThat(piece.address() % 64).isZero();
                for (long i = 0; i < piece.bytes(); i += 997) {
                    assertThat(Ram.getByte(piece.address() + i)).isEqualTo((byte) piece.mark());
                }
            }
        }
    }

    private static void mark(List<Piece> pieces, long address, long bytes) {
        Piece piece = new Piece(address, bytes, pieces.size() + 1);
        for (long i = 0; i < bytes; i++) {
            Ram.putByte(address + i, (byte) piece.mark());
        }
        pieces.add(piece);
    }

    @Test
    void largePiecesCountInTheStatisticsAndGoBackWithTheirFrame() {
        long before = live();
        try (Scratch outer = Scratch.open()) {
            outer.allocate(70 * MIB);
            try (Scratch inner = Scratch.open()) {
                inner.allocate(10 * MIB);
                assertThat(live() - before).isEqualTo(80 * MIB);
            }
            assertThat(live() - before).isEqualTo(70 * MIB);
        }
        assertThat(live()).isEqualTo(before);
    }

    @Test
    void steadyWorkTakesNothingFromTheSystem() {
        frame();
        long taken = MemoryStats.of(Device.CPU).systemAllocations();
        for (int i = 0; i < 5; i++) {
            frame();
        }
        assertThat(MemoryStats.of(Device.CPU).systemAllocations()).isEqualTo(taken);
    }

    private static void frame() {
        try (Scratch scratch = Scratch.open()) {
            scratch.allocate(100 * MIB);
            scratch.allocate(1000);
            scratch.allocate(5 * MIB);
        }
    }

    @Test
    void theLimitHolds() {
        Allocator allocator = Allocators.of(Device.CPU);
        allocator.trim();
        long limit = allocator.limit();
        allocator.limit(MemoryStats.of(Device.CPU).systemBytes() + 16 * MIB);
        try (Scratch scratch = Scratch.open()) {
            assertThatThrownBy(() -> scratch.allocate(100 * MIB)).isInstanceOf(OutOfNativeMemoryException.class);
            scratch.allocate(1000);
        } finally {
            allocator.limit(limit);
        }
    }

    /** A product of sizes that wrapped around must not pass for a wish for no memory. */
    @Test
    void aNegativeSizeIsRefused() {
        try (Scratch scratch = Scratch.open()) {
            assertThatThrownBy(() -> scratch.allocate(-1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> scratch.allocate(Long.MIN_VALUE)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
