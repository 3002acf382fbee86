package org.gatun.tensor.memory;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The memory settings that system properties give, read once. */
public final class Settings {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,15})([kmgt]?)i?b?");

    /** {@code gatun.memory.limit}: the most bytes to hold from the system, such as {@code 256m}. */
    static final long LIMIT = bytes("gatun.memory.limit", System.getProperty("gatun.memory.limit"));

    /** {@code gatun.leak}: off, sampled or paranoid. */
    static final LeakLevel LEAK_LEVEL = LeakLevel.parse(System.getProperty("gatun.leak"));

    private Settings() {}

    /**
     * Reads a size such as {@code 1048576}, {@code 256m} or {@code 2g}.
     *
     * @param property the system property, for the error's message
     * @param text its value, null if it is not set
     * @return the number of bytes, {@link Long#MAX_VALUE} if it is not set
     * @throws IllegalArgumentException when it is no size
     */
    public static long bytes(String property, @Nullable String text) {
        if (text == null || text.isBlank()) {
            return Long.MAX_VALUE;
        }
        Matcher matcher = SIZE.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw malformed(property, text);
        }
        int shift = switch (matcher.group(2)) {
            case "k" -> 10;
            case "m" -> 20;
            case "g" -> 30;
            case "t" -> 40;
            default -> 0;
        };
        long number = Long.parseLong(matcher.group(1));
        if (number < 1 || number > Long.MAX_VALUE >> shift) {
            throw malformed(property, text);
        }
        return number << shift;
    }

    private static IllegalArgumentException malformed(String property, String text) {
        return new IllegalArgumentException("-D" + property + "=" + text
                + ": expected a positive size in bytes, with k, m, g or t for powers of 1024, such as 256m");
    }
}
