package org.gatun.bindings;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a search for libraries depends on: the platform, the system properties and the environment variables.
 *
 * @param platform the platform
 * @param properties a system property's value by name, or null
 * @param variables an environment variable's value by name, or null
 */
record Environment(
        Platform platform,
        Function<String, @Nullable String> properties,
        Function<String, @Nullable String> variables) {

    /** This process's. */
    static Environment current() {
        return new Environment(Platform.current(), System::getProperty, System::getenv);
    }

    /** A system property's value, or null if it is not set or blank. */
    @Nullable
    String property(String name) {
        return blankToNull(properties.apply(name));
    }

    /** An environment variable's value, or null if it is not set or blank. */
    @Nullable
    String variable(String name) {
        return blankToNull(variables.apply(name));
    }

    /** An environment variable that holds a folder, or null if it is not set or not a path. */
    @Nullable
    Path folder(String variable) {
        var value = variable(variable);
        if (value == null) {
            return null;
        }
        try {
            return Path.of(value);
        } catch (InvalidPathException notAPath) {
            return null;
        }
    }

    /** The user's home folder. */
    Path home() {
        var home = property("user.home");
        return Path.of(home == null ? "." : home);
    }

    private static @Nullable String blankToNull(@Nullable String value) {
        return value == null || value.isBlank() ? null : value;
    }
}
