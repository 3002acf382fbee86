package org.gatun.tensor.random;

/**
 * The counter-based generator Philox 4x32 with ten rounds (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
 *
 * <p>It is a keyed bijection of 128-bit counters: block {@code b} of a stream is a function of the 64-bit key and of {@code b} alone,
 * so any thread or device can compute any part of a stream, and the stream does not depend on who computes what.
 *
 * <p>Gatun's layout of the counter, from the least significant 32-bit word: the two halves of the 64-bit block number, then the two
 * halves of a {@code domain}. Values drawn for tensors come from domain {@link #DRAWS}, keys of forked generators from domain
 * {@link #FORKS}, the numbers of single elements' streams from domain {@link #ELEMENTS}; they can therefore never coincide. Block {@code b} yields the words {@code 4b} to {@code 4b + 3} of the stream.
 */
public final class Philox {
    /** The domain of all numbers that are drawn into tensors. */
    public static final long DRAWS = 0;

    /** The domain of the keys of forked generators. */
    public static final long FORKS = 1;

    /** The domain of the streams of single elements, from which functions draw that take a varying number of draws each. */
    public static final long ELEMENTS = 2;

    /** The 32-bit words in a block. */
    public static final int WORDS = 4;

    /** What the first word of the counter is multiplied by in each round. */
    public static final long MULTIPLIER_0 = 0xD2511F53L;

    /** What the third word of the counter is multiplied by in each round. */
    public static final long MULTIPLIER_1 = 0xCD9E8D57L;

    /** What the lower half of the key grows by from round to round. */
    public static final int WEYL_0 = 0x9E3779B9;

    /** What the upper half of the key grows by from round to round. */
    public static final int WEYL_1 = 0xBB67AE85;

    /** The number of rounds. */
    public static final int ROUNDS = 10;

    /** The lower 32 bits of a long. */
    public static final long LOW = 0xFFFFFFFFL;

    private Philox() {}

    /**
     * Encrypts one counter.
     *
     * @param low the lower 64 bits of the counter
     * @param high the upper 64 bits of the counter
     * @param key the 64-bit key
     * @param words receives the four words of the block, in order
     */
    public static void block(long low, long high, long key, int[] words) {
        long c0 = low & LOW;
        long c1 = low >>> 32;
        long c2 = high & LOW;
        long c3 = high >>> 32;
        int k0 = (int) key;
        int k1 = (int) (key >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            long p0 = c0 * MULTIPLIER_0;
            long p1 = c2 * MULTIPLIER_1;
            c0 = (p1 >>> 32) ^ c1 ^ (k0 & LOW);
            c1 = p1 & LOW;
            c2 = (p0 >>> 32) ^ c3 ^ (k1 & LOW);
            c3 = p0 & LOW;
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        words[0] = (int) c0;
        words[1] = (int) c1;
        words[2] = (int) c2;
        words[3] = (int) c3;
    }
}
