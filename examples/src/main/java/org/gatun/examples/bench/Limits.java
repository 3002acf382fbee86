package org.gatun.examples.bench;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a device can do at most, as measured on it.
 *
 * @param device {@code "cpu"} or {@code "cuda:0"}
 * @param name what it calls itself
 * @param memory its memory in bytes
 * @param copyBytesPerSecond bytes read and written in a second by the fastest copy within its memory
 * @param flopsPerSecond the fastest matrix product of each precision, or what else was measured to be faster
 */
record Limits(
        String device, String name, long memory, double copyBytesPerSecond, Map<Precision, Double> flopsPerSecond) {

    /** Which limit a step runs into, and how near it comes. */
    record Share(double percent, boolean ofProducts) {}

    /** The greater of a step's shares of the copy's and of the product's rates; null if it was not run. */
    @Nullable
    Share share(Measurement m) {
        Double seconds = m.seconds();
        if (seconds == null) {
            return null;
        }
        double copy = 100 * m.bytes() / seconds / copyBytesPerSecond;
        Double peak = flopsPerSecond.get(m.precision());
        double products = peak == null ? 0 : 100 * m.flops() / seconds / peak;
        return new Share(Math.max(copy, products), products > copy);
    }
}
