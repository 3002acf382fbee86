package org.gatun.tensor.cpu;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.gatun.tensor.random.Philox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PhiloxTest {

    /** The known answers for philox4x32-10 that the authors publish with Random123 (kat_vectors). */
    @ParameterizedTest
    @CsvSource({
        "00000000 00000000 00000000 00000000, 00000000 00000000, 6627e8d5 e169c58d bc57ac4c 9b00dbd8",
        "ffffffff ffffffff ffffffff ffffffff, ffffffff ffffffff, 408f276d 41c83b0e a20bc7c6 6d5451fd",
        "243f6a88 85a308d3 13198a2e 03707344, a4093822 299f31d0, d16cfe09 94fdcceb 5001e420 24126ea1"
    })
    void agreesWithThePublishedAnswers(String counter, String key, String expected) {
        int[] c = words(counter);
        int[] k = words(key);
        int[] out = new int[4];
        Philox.block(join(c[0], c[1]), join(c[2], c[3]), join(k[0], k[1]), out);
        assertThat(out).containsExactly(words(expected));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 5, 0xFFFFFFFDL, 0x123456789ABCDEFL, -3})
    void bulkBlocksAreTheBlocksOneByOne(long first) {
        long key = 0xFEEDFACECAFEBEEFL;
        for (int count : new int[] {0, 1, 2, 7, 8, 9, 33}) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment memory = arena.allocate(16L * count + 16, 16).fill((byte) 0x5A);
                RandomFill.fillBlocks(memory.address(), first, count, key);
                int[] words = new int[4];
                for (int b = 0; b < count; b++) {
                    Philox.block(first + b, Philox.DRAWS, key, words);
                    for (int w = 0; w < 4; w++) {
                        assertThat(memory.getAtIndex(JAVA_INT, 4L * b + w))
                                .as("block %d of %d, word %d", b, count, w)
                                .isEqualTo(words[w]);
                    }
                }
                for (int w = 0; w < 4; w++) {
                    assertThat(memory.getAtIndex(JAVA_INT, 4L * count + w))
                            .as("memory past the end")
                            .isEqualTo(0x5A5A5A5A);
                }
            }
        }
    }

    @Test
    void scalarTwinWritesTheSameBlocks() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment a = arena.allocate(16 * 100, 16);
            MemorySegment b = arena.allocate(16 * 100, 16);
            RandomFill.fillBlocks(a.address(), 77, 100, 3);
            RandomFill.fillBlocksScalar(b.address(), 77, 100, 3);
            assertThat(a.mismatch(b)).isEqualTo(-1);
        }
    }

    @Test
    void oneBitOfTheKeyOrCounterFlipsHalfOfTheOutput() {
        int[] base = new int[4];
        int[] other = new int[4];
        long flipped = 0;
        int trials = 0;
        for (int bit = 0; bit < 64; bit++) {
            Philox.block(12345, 0, 678, base);
            Philox.block(12345 ^ (1L << bit), 0, 678, other);
            flipped += distance(base, other);
            Philox.block(12345, 0, 678 ^ (1L << bit), other);
            flipped += distance(base, other);
            trials += 2;
        }
        // 128 trials of 128 bits: mean 64 each, standard deviation of the mean 5.66 / sqrt(128) = 0.5.
        assertThat((double) flipped / trials).isBetween(62.0, 66.0);
    }

    private static int distance(int[] a, int[] b) {
        int bits = 0;
        for (int i = 0; i < a.length; i++) {
            bits += Integer.bitCount(a[i] ^ b[i]);
        }
        return bits;
    }

    private static int[] words(String hex) {
        String[] parts = hex.trim().split(" ", -1);
        int[] out = new int[parts.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = Integer.parseUnsignedInt(parts[i], 16);
        }
        return out;
    }

    private static long join(int low, int high) {
        return Integer.toUnsignedLong(low) | ((long) high << 32);
    }
}
