package org.gatun.examples.bench.peers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A process of {@code org.gatun.bench.SideProgram}, which answers a line of JSON for each request. */
final class SideProcess implements AutoCloseable {
    /** Begins an answer, among what libraries print. */
    private static final String MARK = "gatun-bench ";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LAST_LINES = 12;

    /** Begins a line of what a JVM says at its start, of incubating modules for instance. */
    private static final String WARNING = "WARNING: ";

    /** Seconds that a process may take to end. */
    private static final int WAIT = 5;

    /** Seconds to wait for what a process that ended leaves: its status and its last words. */
    private static final int WAIT_FOR_STATUS = 60;

    /** What the libraries of the peers heed. */
    private static final List<String> THREADS = List.of("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS");

    /** How {@code ./gatun} starts its JVM, and so these; a collector among the user's options takes its place. */
    private static final List<String> COLLECTOR = List.of("-XX:+UseSerialGC", "-Xmn32m");

    private static final Pattern A_COLLECTOR = Pattern.compile("-XX:\\+Use.*GC");

    /** Options that every JVM takes from its environment. */
    private static final List<String> ENVIRONMENT = List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS");

    private final SideKind kind;
    private final Process process;
    private final BufferedWriter requests;
    private final BufferedReader answers;
    private final List<String> errors = new ArrayList<>();
    private final Thread reader;

    private SideProcess(SideKind kind, Process process) {
        this.kind = kind;
        this.process = process;
        this.requests = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        reader = Thread.ofPlatform().daemon().name("gatun-bench-errors").start(this::keepErrors);
    }

    /**
     * Starts a side.
     *
     * @param program the class of its program
     * @param classPath of the program, see {@link #classPath}
     * @param threads that it may compute on
     * @param options further options of its JVM
     */
    static SideProcess start(SideKind kind, String program, String classPath, int threads, List<String> options)
            throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Djmh.ignoreLock=true",
                "-Djava.awt.headless=true"));
        if (!namesCollector(options)) {
            command.addAll(COLLECTOR);
        }
        command.addAll(options);
        command.addAll(List.of("-classpath", classPath, program, String.valueOf(threads)));
        var builder = new ProcessBuilder(command);
        for (String name : THREADS) {
            builder.environment().put(name, String.valueOf(threads));
        }
        return new SideProcess(kind, builder.start());
    }

    private static boolean namesCollector(List<String> options) {
        var words = new ArrayList<>(options);
        for (String name : ENVIRONMENT) {
            words.addAll(List.of(System.getenv().getOrDefault(name, "").split("\\s+")));
        }
        return words.stream().anyMatch(A_COLLECTOR.asMatchPredicate());
    }

    /** Builds a side's program if need be, and finds its class path; Maven fetches the peer's libraries the first time. */
    static String classPath(Path root, SideKind kind) throws IOException, InterruptedException {
        Process script = new ProcessBuilder(root.resolve("scripts/class-path").toString(), kind.module())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String path;
        try (InputStream out = script.getInputStream()) {
            path = new String(out.readAllBytes(), StandardCharsets.UTF_8).strip();
        }
        if (script.waitFor() != 0) {
            throw new IOException("the program of " + kind.title() + " could not be built: see above");
        }
        return Arrays.stream(path.split(File.pathSeparator))
                .distinct()
                .reduce((a, b) -> a + File.pathSeparator + b)
                .orElse("");
    }

    SideKind kind() {
        return kind;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /**
     * Asks for something.
     *
     * @param words the request
     * @return the answer; its field {@code failed} says why there is none
     * @throws IOException when the process ended
     */
    JsonNode ask(String... words) throws IOException {
        try {
            requests.write(String.join("\t", words));
            requests.write('\n');
            requests.flush();
            for (String line = answers.readLine(); line != null; line = answers.readLine()) {
                if (line.startsWith(MARK)) {
                    return JSON.readTree(line.substring(MARK.length()));
                }
            }
        } catch (IOException e) {
            throw new IOException(ended(), e);
        }
        throw new IOException(ended());
    }

    private String ended() {
        String how = "";
        try {
            if (process.waitFor(WAIT_FOR_STATUS, TimeUnit.SECONDS)) {
                how = " with status " + process.exitValue();
                reader.join(Duration.ofSeconds(WAIT_FOR_STATUS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (errors) {
            return kind.title() + "'s process ended" + how
                    + (errors.isEmpty() ? "" : ": " + String.join(" | ", errors));
        }
    }

    private void keepErrors() {
        try (var lines = new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(WARNING)) {
                    continue;
                }
                synchronized (errors) {
                    errors.add(line);
                    if (errors.size() > LAST_LINES) {
                        errors.removeFirst();
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the process. */
    @Override
    public void close() {
        try {
            requests.close();
        } catch (IOException e) {
            process.destroy(); // it does not read any more
        }
        try {
            if (!process.waitFor(WAIT, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
