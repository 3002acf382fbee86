package org.gatun.tensor.cpu;

import org.gatun.tensor.random.Philox;

/**
 * The stream of a single element: {@link Philox} under a key of 64 bits that only this element has. A rejection loop may take as many
 * blocks of it as it likes without a trace in any other element's numbers. Each block gives one uniform number of 53 bits and two of 32.
 */
final class ElementStream {
    private final int[] words = new int[Philox.WORDS];
    private long key;

    /** Starts the stream of a key. */
    void start(long newKey) {
        key = newKey;
    }

    /** Makes the numbers of a block. */
    void block(long number) {
        Philox.block(number, Philox.ELEMENTS, key, words);
    }

    /** Uniform on (0, 1], with 53 bits. */
    double fine() {
        long pair = (words[0] & Philox.LOW) | ((long) words[1] << 32);
        return 1 - (pair >>> 11) * 0x1p-53;
    }

    /** Uniform on (0, 1), with 32 bits. */
    double second() {
        return ((words[2] & Philox.LOW) + 0.5) * 0x1p-32;
    }

    /** Uniform on (0, 1), with 32 bits, independent of the {@link #second}. */
    double third() {
        return ((words[3] & Philox.LOW) + 0.5) * 0x1p-32;
    }
}
