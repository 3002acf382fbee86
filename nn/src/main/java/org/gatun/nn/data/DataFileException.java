package org.gatun.nn.data;

import java.io.IOException;
import java.nio.file.Path;

/** A data file that is corrupt, truncated or of another kind; the message names the file and the field. */
public final class DataFileException extends IOException {
    private static final long serialVersionUID = 1L;

    /** An error in a field of a file. */
    public DataFileException(Path file, String field, String problem) {
        super(file + ": " + field + ": " + problem);
    }

    /** An error in a field of a file with its cause. */
    public DataFileException(Path file, String field, String problem, Throwable cause) {
        super(file + ": " + field + ": " + problem, cause);
    }
}
