package org.gatun.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Starts another JVM like that of the tests. */
public final class OtherJvm {
    private OtherJvm() {}

    /**
     * Runs a main class; its standard error joins its output.
     *
     * @param environment variables beside those of this process
     * @param options options of the JVM beside what Gatun needs
     * @param main what to run
     * @param arguments its arguments
     */
    public static Process start(
            Map<String, String> environment, List<String> options, Class<?> main, String... arguments)
            throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED"));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath(), main.getName()));
        command.addAll(Arrays.asList(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** The class path of the tests, or on the module path the modules' archives and folders. */
    private static String classPath() {
        String modules = System.getProperty("jdk.module.path");
        String classes = System.getProperty("java.class.path");
        String tests = Path.of(OtherJvm.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath())
                .toString();
        return String.join(System.getProperty("path.separator"), tests, classes, modules == null ? "" : modules);
    }
}
