package org.gatun.examples;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Files that commands write their results to, in folders that may not be there yet. */
public final class ReportFile {
    private ReportFile() {}

    /**
     * Makes sure, before a long run, that its results can be written, and leaves no empty file behind.
     *
     * @throws IOException when they can't
     */
    public static void prepare(Path file) throws IOException {
        makeFolder(file);
        boolean isSpecial = Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file);
        if (isSpecial || Files.isSymbolicLink(file)) {
            // Opening a pipe would end it, and a link's target is not ours to make before there is something to say.
            return;
        }
        boolean isNew = Files.notExists(file);
        Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)
                .close();
        if (isNew) {
            Files.delete(file);
        }
    }

    /**
     * Writes results.
     *
     * @throws IOException naming the file when they can't be written
     */
    public static void write(Path file, String text) throws IOException {
        makeFolder(file);
        try {
            Files.writeString(file, text);
        } catch (FileSystemException e) {
            throw e; // names the file
        } catch (IOException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    private static void makeFolder(Path file) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
    }
}
