package org.gatun.bindings;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a native library was looked for, and what came of it.
 *
 * @param name the library's name for people, such as {@code "OpenBLAS"}
 * @param found whether it was found
 * @param path its file, or null if it was not found or the system's loader does not tell
 * @param origin where it came from, such as {@code "native jar"}, or {@code "not found"}
 * @param version what it says of itself, or null if it was not found or says nothing
 * @param attempts every place tried, in order
 * @param remedy what to do when it is missing, or empty if it was found
 */
public record Resolution(
        String name,
        boolean found,
        @Nullable Path path,
        String origin,
        @Nullable String version,
        List<Attempt> attempts,
        String remedy) {

    /** Copies the list of attempts. */
    public Resolution {
        attempts = List.copyOf(attempts);
    }

    /**
     * The whole story in several lines: every place tried, then the remedy.
     *
     * @return the text, without a line break at its end
     */
    public String explain() {
        var text = new StringBuilder(name).append(found ? " was found (" + origin + ")" : " was not found");
        text.append(". Tried, in order:");
        int number = 0;
        for (var attempt : attempts) {
            text.append("\n  ").append(++number).append(". ").append(attempt);
        }
        if (!remedy.isEmpty()) {
            text.append("\nRemedy: ").append(remedy);
        }
        return text.toString();
    }
}
