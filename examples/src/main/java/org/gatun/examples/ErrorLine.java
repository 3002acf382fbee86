package org.gatun.examples;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.gatun.bindings.NativeLibraryException;

/** What a failure says in one line. */
final class ErrorLine {
    private ErrorLine() {}

    /** The line, without a line break. */
    static String of(Throwable failure) {
        return switch (failure) {
            case NoSuchFileException e when e.getReason() == null -> e.getFile() + ": there is no such file";
            case AccessDeniedException e when e.getReason() == null -> e.getFile() + ": access is denied";
            case FileAlreadyExistsException e when e.getReason() == null -> e.getFile() + ": is no folder";
            case NotDirectoryException e when e.getReason() == null -> e.getFile() + ": is no folder";
            case OutOfMemoryError e ->
                "the Java heap is full (" + message(e) + "): start with more, for instance GATUN_JAVA_OPTS=-Xmx8g";
            case NativeLibraryException e -> missing(e);
            case ExceptionInInitializerError e when e.getCause() != null -> of(e.getCause());
            default -> message(failure);
        };
    }

    /** The first line and the remedy; {@code gatun doctor} prints the list between them. */
    private static String missing(NativeLibraryException e) {
        String text = String.valueOf(e.getMessage());
        String remedy = text.lines()
                .filter(line -> line.startsWith("Remedy: "))
                .findFirst()
                .orElse("");
        return text.lines().findFirst().orElse(text).replace("Tried, in order:", remedy)
                + " 'gatun doctor' lists where it was looked for.";
    }

    private static String message(Throwable failure) {
        String text = failure.getMessage();
        return text == null || text.isBlank()
                ? failure.toString()
                : text.lines().filter(line -> !line.isBlank()).findFirst().orElse(text);
    }
}
