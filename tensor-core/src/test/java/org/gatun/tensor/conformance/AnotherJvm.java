package org.gatun.tensor.conformance;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts a JVM of low priority beside this one, with the same options and class path, which ends when this one does. For the stand-in driver: on Linux only. */
public final class AnotherJvm {
    private AnotherJvm() {}

    /** Starts a JVM with a main class, which calls {@link #endWithParent} first. */
    public static Process start(Class<?> main) {
        List<String> command = new ArrayList<>(List.of("nice"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!option.startsWith("-agentlib") && !option.startsWith("-javaagent")) {
                command.add(option);
            }
        }
        command.add("-Dstdout.encoding=UTF-8");
        // Surefire hands properties over by a file, not by options.
        String leak = System.getProperty("gatun.leak");
        if (leak != null) {
            command.add("-Dgatun.leak=" + leak);
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        try {
            return new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets this JVM end when the one that started it has ended. */
    public static void endWithParent() {
        Thread.ofPlatform().daemon().start(() -> {
            try {
                System.in.transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                // As at the end.
            }
            Runtime.getRuntime().halt(0);
        });
    }
}
