package org.gatun.bindings;

import java.io.Serial;

/**
 * A native library was not found or could not be loaded. The message lists every place tried, what was found there, and
 * the remedy.
 */
public final class NativeLibraryException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final transient Resolution resolution;

    /**
     * Creates the exception for a search that failed.
     *
     * @param resolution where the library was looked for
     */
    public NativeLibraryException(Resolution resolution) {
        this(resolution.explain(), resolution);
    }

    /**
     * Creates the exception for a library that was found but lacks something.
     *
     * @param message what it lacks, and the remedy
     * @param resolution where the library was looked for
     */
    NativeLibraryException(String message, Resolution resolution) {
        super(message);
        this.resolution = resolution;
    }

    /**
     * Where the library was looked for.
     *
     * @return the search
     */
    public Resolution resolution() {
        return resolution;
    }
}
