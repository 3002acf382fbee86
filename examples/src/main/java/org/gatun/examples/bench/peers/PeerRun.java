package org.gatun.examples.bench.peers;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A run of suites on Gatun and on peers, and its reports. */
public final class PeerRun {
    private static final List<String> SUITES =
            List.of("overhead", "elementwise", "reduce", "gemm", "conv", "train", "forward-mode", "operations");

    private static final String ENDURED = "train/mlp batch 32";
    private static final int ENDURANCE_POINTS = 100;

    private final List<String> suites;
    private final TreeSet<SideKind> sides = new TreeSet<>(List.of(SideKind.GATUN));
    private final TreeSet<Integer> threads;
    private final String only;
    private final Settings settings;
    private final long endurance;
    private final Consumer<String> progress;
    private @Nullable PeerResults results;

    /**
     * A run.
     *
     * @param suites their names, or {@code all}
     * @param peers their names
     * @param threads numbers of threads; if none, one and one for each processor
     * @param only a pattern of problems' names
     * @param quick whether a look is enough
     * @param check whether results are compared and nothing is timed
     * @param endurance steps to endure, or 0
     * @param progress is told what is being measured
     * @throws IllegalArgumentException when a name or a number is wrong
     */
    public PeerRun(
            List<String> suites,
            List<String> peers,
            List<Integer> threads,
            String only,
            boolean quick,
            boolean check,
            long endurance,
            Consumer<String> progress) {
        for (String suite : suites) {
            if (!suite.equals("all") && !SUITES.contains(suite)) {
                throw new IllegalArgumentException(
                        "no suite is called '" + suite + "': choose from " + String.join(", ", SUITES) + ", or all");
            }
        }
        this.suites = suites.contains("all") ? SUITES : List.copyOf(suites);
        for (String peer : peers) {
            sides.add(Arrays.stream(SideKind.values())
                    .filter(s ->
                            s != SideKind.GATUN && s.key().equals(peer.strip().toLowerCase(Locale.ROOT)))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "--peers: no peer is called '" + peer + "': choose from djl, libtorch, nd4j")));
        }
        for (int n : threads) {
            if (n < 1) {
                throw new IllegalArgumentException("--threads: " + n + " must be 1 or more");
            }
        }
        if (endurance < 0) {
            throw new IllegalArgumentException("--endurance: " + endurance + " must be 0 or more");
        }
        this.threads = new TreeSet<>(
                threads.isEmpty() ? List.of(1, Runtime.getRuntime().availableProcessors()) : threads);
        this.only = only;
        this.settings = check ? Settings.CHECK : quick ? Settings.QUICK : Settings.THOROUGH;
        this.endurance = endurance;
        this.progress = progress;
    }

    /** What is done with the results so far. */
    @FunctionalInterface
    public interface Saving {
        /** Saves them. */
        void save() throws IOException;
    }

    /**
     * Measures.
     *
     * @param saving is called whenever there are new results: a run takes hours
     * @throws IllegalArgumentException when no problem's name matches
     */
    public void measure(Saving saving) throws IOException, InterruptedException {
        String root = System.getProperty("gatun.root");
        if (root == null) {
            throw new IOException("bench builds the programs of all sides: start it by ./gatun in Gatun's sources");
        }
        String revision = revision(Path.of(root));
        Map<SideKind, String> classPaths = new EnumMap<>(SideKind.class);
        for (SideKind side : sides) {
            classPaths.put(side, SideProcess.classPath(Path.of(root), side));
        }
        Path folder = Files.createTempDirectory("gatun-bench");
        try {
            List<String> options = options();
            Comparison.Starter starter = (kind, n) -> SideProcess.start(
                    kind,
                    kind.program(),
                    Objects.requireNonNull(classPaths.get(kind)),
                    n,
                    kind == SideKind.GATUN ? options : List.of());
            var comparison = new Comparison(sides, starter, settings, folder, progress);
            String created = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
            for (int n : suites.isEmpty() ? List.<Integer>of() : List.copyOf(threads)) {
                comparison.measure(suites, only, n, n == threads.first(), () -> {
                    results = comparison.results(created, machine(), revision, null);
                    saving.save();
                });
            }
            if (!suites.isEmpty() && measured().problems().isEmpty()) {
                throw new IllegalArgumentException(
                        "--only: no problem of " + String.join(", ", suites) + " has a match of '" + only + "'");
            }
            JsonNode endured =
                    endurance == 0 ? null : comparison.endure(ENDURED, endurance, ENDURANCE_POINTS, threads.last());
            results = comparison.results(created, machine(), revision, endured);
            saving.save();
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** What the user says about the JVM goes for Gatun's. */
    private static List<String> options() {
        String options = System.getenv("GATUN_JAVA_OPTS");
        return options == null || options.isBlank()
                ? List.of()
                : List.of(options.strip().split("\\s+"));
    }

    private static String machine() throws IOException {
        Path cpus = Path.of("/proc/cpuinfo");
        String name = System.getProperty("os.arch");
        if (Files.isReadable(cpus)) {
            try (Stream<String> lines = Files.lines(cpus)) {
                name = lines.filter(l -> l.startsWith("model name"))
                        .findFirst()
                        .map(l -> l.substring(l.indexOf(':') + 1).strip())
                        .orElse(name);
            }
        }
        return name + ", " + Runtime.getRuntime().availableProcessors() + " processors, "
                + System.getProperty("os.name") + ", Java " + Runtime.version();
    }

    /** The commit of the sources, with {@code -dirty} where they were changed; null where git does not know. */
    private static @Nullable String revision(Path root) throws InterruptedException {
        try {
            Process git = new ProcessBuilder(
                            "git", "-C", root.toString(), "describe", "--always", "--dirty", "--exclude=*")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String commit;
            try (InputStream out = git.getInputStream()) {
                commit = new String(out.readAllBytes(), StandardCharsets.UTF_8).strip();
            }
            return git.waitFor() == 0 && !commit.isEmpty() ? commit : null;
        } catch (IOException e) {
            return null; // no git here
        }
    }

    private PeerResults measured() {
        PeerResults found = results;
        if (found == null) {
            throw new IllegalStateException("nothing was measured");
        }
        return found;
    }

    /** How many results differ or failed, in a line; nothing where all sides agree. */
    public String disagreement() {
        return measured().disagreement();
    }

    /** The tables as text. */
    public String text() {
        return settings.isCheck() ? PeerText.ofCheck(measured()) : PeerText.of(measured());
    }

    /** The page. */
    public String page() {
        return PeerPage.of(measured());
    }

    /** All numbers. */
    public String json() throws IOException {
        return measured().json();
    }
}
