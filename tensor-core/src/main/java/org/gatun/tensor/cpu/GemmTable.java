package org.gatun.tensor.cpu;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Up to which size a product is faster in small tiles, whose operands OpenBLAS reads where they lie, than in one call that copies
 * them first: a number for each way of storing the operands, by the processor's vendor. The table is a resource that {@code
 * GemmTableTest} measures, in F32 on one thread, and writes. It goes for F64 and for all threads' work together, too.
 *
 * @param vendor whom the numbers are for, as the processor names it
 * @param millions of multiply-adds: of A B, A B', A' B, A' B', where A' is stored transposed
 */
record GemmTable(String vendor, List<Double> millions) {
    /** The resource, beside this class. */
    static final String NAME = "gemm-table.txt";

    /** What the table writes for "of any size". */
    private static final String ALL = "all";

    private static final Path CPUS = Path.of("/proc/cpuinfo");

    GemmTable {
        if (millions.size() != 4) {
            throw new IllegalArgumentException(NAME + ": " + vendor + " has " + millions.size() + " numbers, not 4");
        }
        millions = List.copyOf(millions);
    }

    /** Read once, when a product first needs it. */
    private static final class Holder {
        static final GemmTable HERE = of(processorVendor());
    }

    /** The numbers for this machine. */
    static GemmTable here() {
        return Holder.HERE;
    }

    /** The numbers for a vendor; without any of its own, small tiles are used at any size. */
    static GemmTable of(String vendor) {
        var unlimited = List.of(Double.MAX_VALUE, Double.MAX_VALUE, Double.MAX_VALUE, Double.MAX_VALUE);
        return read().getOrDefault(vendor, new GemmTable(vendor, unlimited));
    }

    /** All rows by vendor. */
    private static Map<String, GemmTable> read() {
        try (InputStream in = GemmTable.class.getResourceAsStream(NAME)) {
            if (in == null) {
                throw new IllegalStateException(NAME + ": missing in this build");
            }
            try (var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
                return lines.lines()
                        .filter(line -> !line.isBlank() && !line.startsWith("#"))
                        .map(GemmTable::parse)
                        .collect(Collectors.toMap(GemmTable::vendor, row -> row));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(NAME + ": cannot be read", e);
        }
    }

    /** A row from its line. */
    static GemmTable parse(String line) {
        String[] words = line.strip().split("\\s+");
        return new GemmTable(
                words[0],
                Stream.of(words)
                        .skip(1)
                        .map(word -> ALL.equals(word) ? Double.MAX_VALUE : Double.parseDouble(word))
                        .toList());
    }

    /** The row as it stands in the table. */
    String line() {
        return vendor
                + millions.stream()
                        .map(number -> " " + (number == Double.MAX_VALUE ? ALL : String.valueOf(Math.round(number))))
                        .collect(Collectors.joining());
    }

    /** Whether a product of so many multiply-adds is to be cut into small tiles. */
    boolean inTiles(boolean transA, boolean transB, double macs) {
        return macs <= 1e6 * millions.get((transA ? 2 : 0) + (transB ? 1 : 0));
    }

    /** The vendor's name, such as {@code GenuineIntel}, or "unknown" where the system does not say. */
    static String processorVendor() {
        try (Stream<String> lines = Files.lines(CPUS)) {
            return lines.filter(line -> line.startsWith("vendor_id"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException | UncheckedIOException e) {
            return "unknown";
        }
    }
}
