package org.gatun.bindings;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Tells which file a loaded function came from. */
final class LoadedLibraries {

    private static final Path MAPS = Path.of("/proc/self/maps");

    private LoadedLibraries() {}

    /**
     * The file that is mapped where a function is.
     *
     * @param symbol the function
     * @return its library's file, or null on systems that do not tell
     */
    static @Nullable Path fileOf(MemorySegment symbol) {
        if (!Files.isReadable(MAPS)) {
            return null;
        }
        // file names are bytes; Latin-1 reads any of them
        try (var lines = Files.lines(MAPS, StandardCharsets.ISO_8859_1)) {
            return lines.map(line -> file(line, symbol.address()))
                    .filter(path -> path != null)
                    .findFirst()
                    .orElse(null);
        } catch (IOException unreadable) {
            return null;
        }
    }

    /**
     * Reads one line of the maps file, such as {@code 7f00-7f10 r-xp 00000000 08:01 123   /usr/lib/libblas.so.3}.
     *
     * @param line the line
     * @param address an address
     * @return the line's file if it maps the address, else null
     */
    static @Nullable Path file(String line, long address) {
        var fields = line.split("\\s+", 6);
        int dash = fields[0].indexOf('-');
        if (fields.length < 6 || dash < 0 || !fields[5].startsWith("/")) {
            return null;
        }
        long first = Long.parseUnsignedLong(fields[0].substring(0, dash), 16);
        long end = Long.parseUnsignedLong(fields[0].substring(dash + 1), 16);
        return address >= first && address < end ? Path.of(fields[5]) : null;
    }
}
