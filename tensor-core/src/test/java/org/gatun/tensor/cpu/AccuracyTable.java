package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.UnaryFn;

/**
 * The table of worst errors in {@code docs/accuracy.md}. A measured error above the one that the table states fails the test; so do
 * missing and superfluous rows. {@code -Dgatun.accuracy.write=true} writes the measured errors, rounded up to a tenth, instead.
 */
final class AccuracyTable {
    private static final Path FILE = Path.of("..", "docs", "accuracy.md");
    private static final boolean WRITE = Boolean.getBoolean("gatun.accuracy.write");
    private static final List<DType> DTYPES = List.of(DType.F32, DType.F64);

    private AccuracyTable() {}

    static void check(UnaryFn fn, DType dtype, UlpHistogram vectors, UlpHistogram scalars) {
        check(key(fn.name(), dtype), domain(fn), vectors, scalars);
    }

    static void check(BinaryFn fn, DType dtype, UlpHistogram vectors, UlpHistogram scalars) {
        check(key(fn.name(), dtype), domain(fn), vectors, scalars);
    }

    /** Fails unless the table has a row for each function and dtype, and no others. */
    static void checkRows() {
        var keys = new TreeSet<String>();
        for (DType dtype : DTYPES) {
            for (UnaryFn fn : UnaryFn.values()) {
                keys.add(key(fn.name(), dtype));
            }
            for (BinaryFn fn : BinaryFn.values()) {
                keys.add(key(fn.name(), dtype));
            }
        }
        assertThat(rows().keySet())
                .as("rows of %s; write it with -Dgatun.accuracy.write=true", FILE)
                .isEqualTo(keys);
    }

    private static String key(String fn, DType dtype) {
        return "| " + fn.toLowerCase(Locale.ROOT) + " | " + dtype + " |";
    }

    private static synchronized void check(String key, String domain, UlpHistogram vectors, UlpHistogram scalars) {
        if (WRITE) {
            Map<String, String> rows = rows();
            rows.put(key, key + " " + domain + " | " + cells(vectors) + " | " + cells(scalars) + " |");
            write(rows);
            return;
        }
        String row = rows().get(key);
        assertThat(row).as("row of %s in %s", key, FILE).isNotNull();
        String[] cells = row.split("\\|");
        assertThat(vectors.worst())
                .as("%s of vectors: %s; the table states", key, vectors)
                .isLessThanOrEqualTo(Double.parseDouble(cells[4].strip()) + 1e-6);
        assertThat(scalars.worst())
                .as("%s one by one: %s; the table states", key, scalars)
                .isLessThanOrEqualTo(Double.parseDouble(cells[6].strip()) + 1e-6);
    }

    /** The worst error, rounded up to a tenth, and where it is. */
    private static String cells(UlpHistogram histogram) {
        // not -0
        double tenths = Math.ceil(10 * histogram.worst() - 1e-6) / 10 + 0.0;
        return String.format(Locale.ROOT, "%.1f | %s", tenths, histogram.place());
    }

    private static Map<String, String> rows() {
        var rows = new TreeMap<String, String>();
        for (String line : lines()) {
            if (isRow(line)) {
                String[] cells = line.split("\\|");
                rows.put("|" + cells[1] + "|" + cells[2] + "|", line);
            }
        }
        return rows;
    }

    private static boolean isRow(String line) {
        return DTYPES.stream().anyMatch(d -> line.startsWith("| ") && line.contains(" | " + d + " | "));
    }

    private static List<String> lines() {
        try {
            return Files.readAllLines(FILE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The text before the table, then its rows in order. */
    private static void write(Map<String, String> rows) {
        var text = new ArrayList<String>();
        for (String line : lines()) {
            if (!isRow(line)) {
                text.add(line);
            }
        }
        text.addAll(rows.values());
        try {
            Files.write(FILE, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where a function is defined; the sweep covers all of it and what lies outside. */
    private static String domain(UnaryFn fn) {
        return switch (fn) {
            case NEG, ABS, SIGN, SQUARE, RELU, CBRT, FLOOR, CEIL, ROUND, TRUNC -> "all";
            case EXP, EXP2, EXPM1, SIN, COS, TAN, ATAN, SINH, COSH, TANH, ASINH -> "all";
            case SIGMOID, SOFTPLUS, ERF, ERFC, ERFCX, NDTR, I0, I0E, I1, I1E -> "all";
            case SQRT, LOG, LOG2, LOG10, RSQRT -> "x >= 0";
            case RECIPROCAL -> "x != 0";
            case LOG1P -> "x >= -1";
            case ASIN, ACOS, ATANH, ERFINV -> "-1 <= x <= 1";
            case ACOSH -> "x >= 1";
            case NDTRI -> "0 <= x <= 1";
            case LGAMMA, DIGAMMA -> "all but 0, -1, -2, ...";
        };
    }

    private static String domain(BinaryFn fn) {
        return switch (fn) {
            case ADD, SUB, MUL, MAXIMUM, MINIMUM, ATAN2, HYPOT, COPYSIGN, NEXTAFTER -> "all";
            case DIV, FLOOR_DIVIDE, TRUNC_DIVIDE, REMAINDER, FMOD -> "b != 0";
            case POW -> "a > 0, or whole b";
            case GAMMAINC, GAMMAINCC -> "a, b >= 0";
            case ZETA -> "a > 1, and b > 0 or whole a";
        };
    }
}
