package org.gatun.examples.bench;

import java.util.Locale;

/** Numbers as reports write them. */
public final class Quantity {
    private static final String[] TIMES = {"ns", "us", "ms", "s"};
    private static final String[] SCALES = {"", "k", "M", "G", "T", "P"};

    private Quantity() {}

    /** Seconds with three digits, such as {@code "1.25 ms"}. */
    public static String seconds(double seconds) {
        double value = seconds * 1e9;
        int unit = 0;
        while (value >= 999.5 && unit < TIMES.length - 1) {
            value /= 1000;
            unit++;
        }
        return digits(value) + " " + TIMES[unit];
    }

    /** A rate or an amount with three digits, such as {@code "3.35 TB/s"}. */
    public static String of(double amount, String unit) {
        double value = amount;
        int scale = 0;
        while (value >= 999.5 && scale < SCALES.length - 1) {
            value /= 1000;
            scale++;
        }
        return digits(value) + " " + SCALES[scale] + unit;
    }

    /** Three digits. */
    public static String digits(double value) {
        int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    /** A size, such as {@code "1,048,576"}. */
    public static String count(double value) {
        return String.format(Locale.ROOT, "%,.0f", value);
    }
}
