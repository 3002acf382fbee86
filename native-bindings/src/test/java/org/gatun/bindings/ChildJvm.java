package org.gatun.bindings;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Runs {@link LoadAndMultiply} in a JVM of its own. */
final class ChildJvm {

    /**
     * How a JVM ended.
     *
     * @param status its exit status
     * @param output what it printed on both streams
     */
    record Result(int status, String output) {}

    private final Process process;
    private final Path output;

    private ChildJvm(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Starts {@code java} with arguments; settings of this JVM's own environment are not handed on. */
    static ChildJvm start(List<String> arguments) {
        try {
            var command = new ArrayList<String>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.add("-Xmx256m");
            command.addAll(arguments);
            var output = Files.createTempFile("gatun-child-", ".txt");
            var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("GATUN_") || name.startsWith("JDK_JAVA"));
            return new ChildJvm(builder.start(), output);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static Result run(String... arguments) {
        return start(Arrays.asList(arguments)).await();
    }

    Result await() {
        try {
            if (!process.waitFor(2, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError("the child JVM did not end: " + Files.readString(output));
            }
            return new Result(process.exitValue(), Files.readString(output));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            throw new AssertionError("interrupted while a child JVM ran", interrupted);
        } finally {
            output.toFile().delete();
        }
    }

    /** A class path of the given places; those that are null are left out. */
    static String path(@Nullable Path... places) {
        return Arrays.stream(places)
                .filter(place -> place != null)
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Where a class of this build was loaded from. */
    static Path placeOf(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** OpenBLAS's native jar on this JVM's class path. */
    static Path nativeJar() {
        var platform = Platform.current();
        var name = platform.openBlasFolder() + platform.openBlasFiles().getLast();
        var url = ChildJvm.class.getClassLoader().getResource(name);
        try {
            if (url != null && url.openConnection() instanceof JarURLConnection jar) {
                return Path.of(jar.getJarFileURL().toURI());
            }
        } catch (IOException | URISyntaxException impossible) {
            throw new AssertionError(impossible);
        }
        throw new AssertionError("the tests need the native jar of OpenBLAS on their class path; found " + url);
    }
}
