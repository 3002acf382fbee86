package org.gatun.bindings;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Asks the system whether it takes a library, and if not, why. The JVM's symbol lookup keeps the reason to itself, and on
 * Linux the JVM prints a warning about stack guards for each file that is no library.
 */
final class TrialLoad {

    private static final int RTLD_LAZY = 1;

    private TrialLoad() {}

    /**
     * Loads a library by the system's own call, where that is possible without side effects. It stays loaded, so that
     * loading it again by a symbol lookup costs nothing.
     *
     * @param os this operating system
     * @param file the library
     * @return the system's words if it refuses, else null
     */
    static @Nullable String refusal(Platform.Os os, Path file) {
        return switch (os) {
            case LINUX -> {
                var lack = ElfFile.lack(file);
                yield lack == null ? dynamicLinker(file) : lack;
            }
            case MACOS -> dynamicLinker(file);
            case WINDOWS, OTHER -> null;
        };
    }

    /**
     * Why a symbol lookup could not load a library. This binds the library to a class loader if it loads after all, so
     * it is only for failures.
     *
     * @param file the library
     * @return the system's words
     */
    static String reason(Path file) {
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

    private static @Nullable String dynamicLinker(Path file) {
        var open = Downcalls.standard("dlopen", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT));
        var error = Downcalls.standard("dlerror", FunctionDescriptor.of(JAVA_LONG));
        try (var arena = Arena.ofConfined()) {
            long path = arena.allocateFrom(file.toString()).address();
            if ((long) open.invokeExact(path, RTLD_LAZY) != 0) {
                return null;
            }
            long text = (long) error.invokeExact();
            return text == 0 ? "the system gives no reason" : Memory.ALL.getString(text);
        } catch (Throwable thrown) {
            throw Downcalls.unexpected(thrown);
        }
    }
}
