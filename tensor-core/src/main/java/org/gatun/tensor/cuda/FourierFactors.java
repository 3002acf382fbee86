package org.gatun.tensor.cuda;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How lengths of Fourier transforms are divided into those of lines that a block transforms, and these into the radices of passes. */
final class FourierFactors {
    private static final int[] PRIMES = {7, 5, 3};
    private static final int MOST_FACTORS = 3;
    private static final int BITS_OF_A_RADIX = 4;

    private FourierFactors() {}

    /**
     * Up to three factors of a length, each at most {@code most}; as few and as equal as can be. Null if there are none, as for a length
     * with a prime factor above 7.
     *
     * @param length at least 2
     */
    static @Nullable List<Integer> of(long length, int most) {
        long rest = length;
        for (int prime : new int[] {2, 3, 5, 7}) {
            while (rest % prime == 0) {
                rest /= prime;
            }
        }
        if (rest != 1) {
            return null;
        }
        for (int count = 1; count <= MOST_FACTORS; count++) {
            List<Integer> factors = divided(length, most, count);
            if (factors != null) {
                return factors;
            }
        }
        return null;
    }

    private static @Nullable List<Integer> divided(long length, int most, int count) {
        if (count == 1) {
            return length <= most ? List.of((int) length) : null;
        }
        // From the nearest to the count-th root outwards, so that factors are about equal.
        int middle = (int) Math.round(Math.pow(length, 1.0 / count));
        for (int distance = 0; distance < most; distance++) {
            for (int factor : new int[] {middle + distance, middle - distance}) {
                if (factor >= 2 && factor <= most && length % factor == 0) {
                    List<Integer> rest = divided(length / factor, most, count - 1);
                    if (rest != null) {
                        var factors = new ArrayList<Integer>();
                        factors.add(factor);
                        factors.addAll(rest);
                        return factors;
                    }
                }
            }
        }
        return null;
    }

    /** The radices of the passes over a line whose length has no prime factor above 7, in four bits each, the first the lowest. */
    static long radices(int length) {
        var radices = new ArrayList<Integer>();
        int twos = Integer.numberOfTrailingZeros(length);
        // 16 in two passes of radix 4 is less work than 8 and 2.
        while (twos >= 3 && twos != 4) {
            radices.add(8);
            twos -= 3;
        }
        while (twos >= 2) {
            radices.add(4);
            twos -= 2;
        }
        if (twos == 1) {
            radices.add(2);
        }
        int rest = length >> Integer.numberOfTrailingZeros(length);
        for (int prime : PRIMES) {
            for (; rest % prime == 0; rest /= prime) {
                radices.add(prime);
            }
        }
        long packed = 0;
        for (int i = 0; i < radices.size(); i++) {
            packed |= (long) radices.get(i) << (BITS_OF_A_RADIX * i);
        }
        return packed;
    }

    /** The least of the lengths 2^i, 3 2^i and 5 2^i that is not below a length. */
    static long next(long length) {
        long best = Long.MAX_VALUE;
        for (long odd : new long[] {1, 3, 5}) {
            long candidate = odd;
            while (candidate < length) {
                candidate *= 2;
            }
            best = Math.min(best, candidate);
        }
        return best;
    }
}
