package org.gatun.bindings;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.nio.file.Path;

/** Asks the system why it refuses to load a library; the JVM's symbol lookup keeps the reason to itself. */
final class LoadFailure {

    private static final int RTLD_LAZY = 1;

    private LoadFailure() {}

    /**
     * Tries again to load a library that could not be loaded.
     *
     * @param os this operating system
     * @param file the library
     * @return the system's words
     */
    static String reason(Platform.Os os, Path file) {
        return switch (os) {
            case LINUX, MACOS -> dynamicLinkerError(file);
            case WINDOWS, OTHER -> loadError(file);
        };
    }

    private static String dynamicLinkerError(Path file) {
        var open = Downcalls.standard("dlopen", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT));
        var error = Downcalls.standard("dlerror", FunctionDescriptor.of(JAVA_LONG));
        try (var arena = Arena.ofConfined()) {
            long path = arena.allocateFrom(file.toString()).address();
            if ((long) open.invokeExact(path, RTLD_LAZY) == 0) {
                long text = (long) error.invokeExact();
                if (text != 0) {
                    return Memory.ALL.getString(text);
                }
            }
            return "the system refused it once and gave no reason";
        } catch (Throwable thrown) {
            throw Downcalls.unexpected(thrown);
        }
    }

    private static String loadError(Path file) {
        try {
            NativeAccess.restricted(() -> {
                System.load(file.toString());
                return file;
            });
            return "the system refused it once and gave no reason";
        } catch (UnsatisfiedLinkError error) {
            var message = error.getMessage();
            return message == null ? error.toString() : message;
        }
    }
}
