package org.gatun.bench;

/**
 * What a problem has to do at least, for its share of the machine's limits.
 *
 * @param flops multiplications and additions, 0 where they are not what counts
 * @param bytes read and written: each operand once, and where a problem counts them itself each result too
 * @param wide whether the operations are on doubles
 * @param units what it handles, such as samples or tokens; 0 if that says nothing
 * @param unit what these are
 */
public record Work(double flops, double bytes, boolean wide, double units, String unit) {
    /** Work that is counted by its bytes. */
    public static Work ofBytes(double bytes) {
        return new Work(0, bytes, false, 0, "");
    }

    /** Work that is counted by its operations, and its bytes. */
    public static Work of(double flops, double bytes) {
        return new Work(flops, bytes, false, 0, "");
    }

    /** The same work, of so many units. */
    public Work counted(double count, String name) {
        return new Work(flops, bytes, wide, count, name);
    }

    /** The same work on doubles. */
    public Work asWide() {
        return new Work(flops, bytes, true, units, unit);
    }
}
