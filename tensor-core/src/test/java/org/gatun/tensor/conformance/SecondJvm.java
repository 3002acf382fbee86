package org.gatun.tensor.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;

/**
 * A JVM that runs the tests of {@link CudaConformanceTest} from the last to the first, while this one runs them from the first on: what the other
 * has run already is taken over, passed or failed. The stand-in's compiler takes most of the time and one core, and tests of one JVM must run one after
 * another, whose memory would not balance otherwise. If the other JVM ends, this one runs all that is left.
 */
final class SecondJvm implements AutoCloseable {
    private static final String RESULT = "result\t";
    private static final String PASSED = "passed";

    private final Process process;
    private final Map<String, String> results = new ConcurrentHashMap<>();

    private SecondJvm(Process process) {
        this.process = process;
        Thread.ofPlatform().daemon().start(this::read);
    }

    static SecondJvm start() {
        return new SecondJvm(AnotherJvm.start(SecondJvm.class));
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

    /** The tests of a factory, each of which takes its result over if there is one. */
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
        return DynamicTest.dynamicTest(test.getDisplayName(), () -> {
            String result = results.get(name);
            if (result == null) {
                test.getExecutable().execute();
            } else if (!result.equals(PASSED)) {
                throw new AssertionError("failed in the second JVM: " + result.replace("\\n", "\n"));
            }
        });
    }

    /** What both JVMs call a test. */
    private static String name(String factory, int number, DynamicTest test) {
        return factory + " " + number + " " + test.getDisplayName();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** Runs the tests from the last to the first, and prints what became of them. */
    public static void main(String[] arguments) {
        AnotherJvm.endWithParent();
        StandInDriver.use();
        var suite = new CudaConformanceTest();
        run("values", suite.values());
        run("composites", suite.composites());
        run("regions", suite.regions());
        System.exit(0);
    }

    private static void run(String factory, Stream<DynamicNode> nodes) {
        List<DynamicTest> tests = new ArrayList<>();
        nodes.forEach(node -> collect(node, tests));
        for (int i = tests.size() - 1; i >= 0; i--) {
            System.out.println(RESULT + name(factory, i, tests.get(i)) + "\t" + run(tests.get(i)));
        }
    }

    private static void collect(DynamicNode node, List<DynamicTest> tests) {
        if (node instanceof DynamicContainer container) {
            container.getChildren().forEach(child -> collect(child, tests));
        } else {
            tests.add((DynamicTest) node);
        }
    }

    private static String run(DynamicTest test) {
        try {
            test.getExecutable().execute();
            return PASSED;
        } catch (Throwable e) {
            var text = new StringWriter();
            e.printStackTrace(new PrintWriter(text, true));
            return text.toString().replace("\t", "    ").replace("\r", "").replace("\n", "\\n");
        }
    }
}
