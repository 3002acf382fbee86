package org.gatun.tensor.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.function.Executable;

/**
 * A JVM of low priority that runs some of this one's tests from the last to the first, while this one runs other tests or these from the first on: what
 * the other has run already is taken over, passed or failed. The stand-in's compiler takes much of the time and one core, and tests of one JVM must run one
 * after another, whose memory would not balance otherwise. If the other JVM ends, this one runs all that is left. On Linux only, as the stand-in.
 */
public final class SecondJvm implements AutoCloseable {
    private static final String RESULT = "result\t";
    private static final String PASSED = "passed";

    private final Process process;
    private final Map<String, String> results = new ConcurrentHashMap<>();

    private SecondJvm(Process process) {
        this.process = process;
        Thread.ofPlatform().daemon().start(this::read);
    }

    /** Whether it pays: not where Maven has two JVMs share the tests already. */
    public static boolean pays() {
        return Integer.getInteger("gatun.test.forks", 1) == 1;
    }

    /** Starts a JVM with this one's options and class path. Its main class first calls {@link #endWithParent}, and {@link #run} for each test. */
    public static SecondJvm start(Class<?> main) {
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
            return new SecondJvm(new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(RESULT)) {
                    int tab = line.indexOf('\t', RESULT.length());
                    results.put(line.substring(RESULT.length(), tab), line.substring(tab + 1));
                }
            }
        } catch (IOException e) {
            // It has ended: this JVM does the rest.
        }
    }

    /** Runs a test, unless the other JVM has: then it passes or fails as it did there. */
    public void once(String name, Executable test) throws Throwable {
        String result = results.get(name);
        if (result == null) {
            test.execute();
        } else if (!result.equals(PASSED)) {
            throw new AssertionError("failed in the second JVM: " + result.replace("\\n", "\n"));
        }
    }

    /** The tests of a factory, each run {@linkplain #once once}. */
    Stream<DynamicNode> share(String factory, Stream<DynamicNode> nodes) {
        var number = new AtomicInteger();
        return nodes.map(node -> share(factory, node, number));
    }

    private DynamicNode share(String factory, DynamicNode node, AtomicInteger number) {
        if (node instanceof DynamicContainer container) {
            return DynamicContainer.dynamicContainer(
                    container.getDisplayName(), container.getChildren().map(child -> share(factory, child, number)));
        }
        DynamicTest test = (DynamicTest) node;
        String name = name(factory, number.getAndIncrement(), test);
        return DynamicTest.dynamicTest(test.getDisplayName(), () -> once(name, test.getExecutable()));
    }

    /** What both JVMs call a factory's test. */
    private static String name(String factory, int number, DynamicTest test) {
        return factory + " " + number + " " + test.getDisplayName();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    // ---- in the other JVM ----

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

    /** Runs a test, and tells the first JVM what became of it. */
    public static void run(String name, Executable test) {
        System.out.println(RESULT + name + "\t" + result(test));
    }

    /** Runs the tests of a factory from the last to the first. */
    static void run(String factory, Stream<DynamicNode> nodes) {
        List<DynamicTest> tests = new ArrayList<>();
        nodes.forEach(node -> collect(node, tests));
        for (int i = tests.size() - 1; i >= 0; i--) {
            run(name(factory, i, tests.get(i)), tests.get(i).getExecutable());
        }
    }

    private static void collect(DynamicNode node, List<DynamicTest> tests) {
        if (node instanceof DynamicContainer container) {
            container.getChildren().forEach(child -> collect(child, tests));
        } else {
            tests.add((DynamicTest) node);
        }
    }

    private static String result(Executable test) {
        try {
            test.execute();
            return PASSED;
        } catch (Throwable e) {
            var text = new StringWriter();
            e.printStackTrace(new PrintWriter(text, true));
            return text.toString().replace("\t", "    ").replace("\r", "").replace("\n", "\\n");
        }
    }
}
