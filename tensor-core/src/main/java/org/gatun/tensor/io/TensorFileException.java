package org.gatun.tensor.io;

import java.io.IOException;
import java.nio.file.Path;

/** A tensor file that does not hold what it claims; the message names the file, the field and what is wrong with it. */
public final class TensorFileException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient Path file;
    private final String field;

    /**
     * An exception about a file.
     *
     * @param file the file
     * @param field the part of it, such as {@code "header"} or {@code "conv1.weight.data_offsets"}
     * @param problem what is wrong, and what it should be
     */
    public TensorFileException(Path file, String field, String problem) {
        super(file + ": " + field + ": " + problem);
        this.file = file;
        this.field = field;
    }

    /** An exception about a file, with its cause. */
    public TensorFileException(Path file, String field, String problem, Throwable cause) {
        super(file + ": " + field + ": " + problem, cause);
        this.file = file;
        this.field = field;
    }

    /** The file. */
    public Path file() {
        return file;
    }

    /** The part of the file that is wrong. */
    public String field() {
        return field;
    }
}
