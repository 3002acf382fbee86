package org.gatun.examples.bench.peers;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.gatun.examples.bench.peers.PeerResults.Limits;
import org.gatun.examples.bench.peers.PeerResults.Measurement;
import org.gatun.examples.bench.peers.PeerResults.Problem;
import org.gatun.examples.bench.peers.PeerResults.Start;
import org.jspecify.annotations.Nullable;

/**
 * Measures problems on all sides, each in a process of its own: for each number of threads, problem by problem, first the results of all,
 * which have to agree, then times, the sides in turn.
 */
final class Comparison {
    /** The most by which results may differ, of the largest number. */
    static final double TOLERANCE = 1e-4;

    /** What a side that lacks an operation says. */
    static final String ABSENT = "has no such operation";

    private static final int FIRST_STEPS = 100;

    /** How long worker threads of the side before may still spin for work: OpenMP's do for a fifth of a second, and take a processor from the next. */
    private static final long QUIET_NANOS = 300_000_000;

    private final Map<SideKind, String> classPaths;
    private final Settings settings;
    private final List<String> options;
    private final Consumer<String> progress;
    private final Path folder;
    private final Map<SideKind, String> versions = new EnumMap<>(SideKind.class);
    private final SortedMap<Integer, Limits> limits = new TreeMap<>();
    private final Map<String, Problem> problems = new LinkedHashMap<>();
    private final List<Measurement> measurements = new ArrayList<>();
    private final List<Start> starts = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    /**
     * A comparison.
     *
     * @param classPaths of the sides' programs; Gatun is one of them
     * @param settings how long it takes
     * @param options further options of Gatun's JVM
     * @param folder for files between the sides
     * @param progress is told what is being measured
     */
    Comparison(
            Map<SideKind, String> classPaths,
            Settings settings,
            List<String> options,
            Path folder,
            Consumer<String> progress) {
        this.classPaths = classPaths;
        this.settings = settings;
        this.options = options;
        this.folder = folder;
        this.progress = progress;
    }

    /**
     * Measures the problems of suites whose names match on so many threads.
     *
     * @param single whether problems count that are too small for several threads
     * @param saving is called after each suite
     */
    void measure(List<String> suites, String pattern, int threads, boolean single, PeerRun.Saving saving)
            throws IOException {
        Map<SideKind, SideProcess> sides = new EnumMap<>(SideKind.class);
        try {
            for (SideKind kind : classPaths.keySet()) {
                sides.put(kind, start(kind, threads));
            }
            for (SideProcess side : sides.values()) {
                versions.put(
                        side.kind(), required(side.ask("version"), "version").asText());
            }
            for (String suite : suites) {
                List<Problem> listed = listed(gatun(sides), suite, pattern);
                listed.removeIf(problem -> !single && !problem.parallel());
                if (settings.rounds() > 0 && !listed.isEmpty()) {
                    measureLimits(gatun(sides), threads);
                }
                for (Problem problem : listed) {
                    problems.put(problem.id(), problem);
                    progress.accept(problem.id() + ", threads: " + threads);
                    measure(problem, threads, sides);
                    if (problem.training()) {
                        first(problem, threads);
                    }
                }
                saving.save();
            }
        } finally {
            sides.values().forEach(SideProcess::close);
        }
    }

    private static List<Problem> listed(SideProcess gatun, String suite, String pattern) throws IOException {
        var listed = new ArrayList<Problem>();
        for (JsonNode one : required(gatun.ask("list", suite, pattern), "problems")) {
            listed.add(PeerResults.parsed(one, Problem.class));
        }
        return listed;
    }

    /** Before each suite, and the best counts: a machine that others share is slow for seconds at a time. */
    private void measureLimits(SideProcess gatun, int threads) throws IOException {
        progress.accept("limits of the machine on " + threads + (threads == 1 ? " thread" : " threads"));
        Limits now = PeerResults.parsed(required(gatun.ask("limits", String.valueOf(threads)), "limits"), Limits.class);
        limits.merge(threads, now, Limits::best);
    }

    private SideProcess start(SideKind kind, int threads) throws IOException {
        return SideProcess.start(
                kind, classPaths.getOrDefault(kind, ""), threads, kind == SideKind.GATUN ? options : List.of());
    }

    private static SideProcess gatun(Map<SideKind, SideProcess> sides) {
        SideProcess gatun = sides.get(SideKind.GATUN);
        if (gatun == null) {
            throw new IllegalStateException("Gatun itself is not among the sides");
        }
        return gatun;
    }

    private static JsonNode required(JsonNode answer, String field) throws IOException {
        JsonNode found = answer.get(field);
        if (found == null) {
            throw new IOException("a side answered " + answer + " where '" + field + "' was asked for");
        }
        return found;
    }

    /** Times on one side, as they come. */
    private static final class Taken {
        private final List<Double> seconds = new ArrayList<>();
        private int samples;
        private @Nullable Double difference;
        private @Nullable String missing;

        Measurement of(Problem problem, SideKind side, int threads) {
            return new Measurement(
                    problem.id(), side, threads, missing == null ? seconds : List.of(), difference, missing);
        }
    }

    private void measure(Problem problem, int threads, Map<SideKind, SideProcess> sides) throws IOException {
        Map<SideKind, Taken> taken = new EnumMap<>(SideKind.class);
        // Else, where Gatun fails, the others would be compared with its results of the problem before.
        Files.deleteIfExists(folder.resolve(SideKind.GATUN.key()));
        for (SideKind kind : sides.keySet()) {
            var one = new Taken();
            taken.put(kind, one);
            guarded(kind, threads, sides, one, side -> check(problem, side, gatun(sides), one));
        }
        for (int round = 0; round < settings.rounds(); round++) {
            boolean first = round == 0;
            // Who comes first, after another problem, finds other caches than who comes last: each does in turn.
            List<SideKind> order = new ArrayList<>(taken.keySet());
            Collections.rotate(order, -round);
            for (SideKind kind : order) {
                Taken one = Objects.requireNonNull(taken.get(kind));
                if (one.missing == null) {
                    if (threads > 1) {
                        LockSupport.parkNanos(QUIET_NANOS);
                    }
                    guarded(kind, threads, sides, one, side -> {
                        if (first) {
                            one.samples = settings.samples(warmUp(problem, side), settings.samples());
                        }
                        // a long run needs no run before it
                        double warmup = one.samples == settings.samples() ? settings.seconds() : 0;
                        one.seconds.addAll(times(side, warmup, one.samples, settings.seconds()));
                    });
                }
            }
        }
        taken.forEach((kind, one) -> measurements.add(one.of(problem, kind, threads)));
    }

    /** What a side is asked for. */
    private interface Request {
        void to(SideProcess side) throws IOException;
    }

    /** Makes a request; where the side's process ends over it, that is why it has no times, and another process is started. */
    private void guarded(SideKind kind, int threads, Map<SideKind, SideProcess> sides, Taken taken, Request request) {
        SideProcess side = sides.get(kind);
        if (side == null) {
            return;
        }
        try {
            request.to(side);
        } catch (IOException e) {
            taken.missing = e.getMessage();
            if (!side.isAlive()) {
                side.close();
                try {
                    sides.put(kind, start(kind, threads));
                } catch (IOException again) {
                    throw new IllegalStateException(again);
                }
            }
        }
    }

    /** Has a side compute a problem, and compares. */
    private void check(Problem problem, SideProcess side, SideProcess gatun, Taken taken) throws IOException {
        Path file = folder.resolve(side.kind().key());
        JsonNode answer = side.ask("compute", problem.id(), file.toString());
        if (answer.has("absent")) {
            taken.missing = ABSENT;
        } else if (answer.has("failed")) {
            taken.missing = answer.get("failed").asText();
        } else if (side != gatun) {
            JsonNode compared = gatun.ask(
                    "compare",
                    problem.id(),
                    folder.resolve(SideKind.GATUN.key()).toString(),
                    file.toString());
            if (compared.has("failed")) {
                taken.missing = "differs: " + compared.get("failed").asText();
            } else {
                double difference = required(compared, "difference").asDouble();
                taken.difference = difference;
                if (!(difference <= TOLERANCE)) {
                    taken.missing = "differs by " + difference + " of the largest number";
                }
            }
        }
        if (side != gatun) {
            Files.deleteIfExists(file);
        }
    }

    /** Runs until times fall no more: a JIT compiler needs a while. What a run took at the end comes back. */
    private double warmUp(Problem problem, SideProcess side) throws IOException {
        int windows = settings.windows() * (problem.training() ? Settings.TRAINING_WINDOWS : 1);
        double before = PeerResults.quantile(times(side, 0, 1, settings.seconds()), 0.5);
        int settled = 0;
        for (int i = 0; i < windows && settled < 2; i++) {
            double now = PeerResults.quantile(
                    times(side, 0, settings.samples(before, Settings.WINDOW), settings.seconds()), 0.5);
            settled = now > Settings.SETTLED * before ? settled + 1 : 0;
            before = Math.min(before, now);
        }
        return before;
    }

    private static List<Double> times(SideProcess side, double warmup, int samples, double seconds) throws IOException {
        JsonNode answer = side.ask("time", String.valueOf(warmup), String.valueOf(samples), String.valueOf(seconds));
        if (answer.has("failed")) {
            throw new IOException(answer.get("failed").asText());
        }
        var found = new ArrayList<Double>();
        required(answer, "seconds").forEach(s -> found.add(s.asDouble()));
        return found;
    }

    /** The first steps of fresh processes. */
    private void first(Problem problem, int threads) throws IOException {
        for (SideKind kind : classPaths.keySet()) {
            var runs = new ArrayList<Start>();
            for (int i = 0; i < settings.starts() && (i == 0 || !isLong(runs)); i++) {
                try (SideProcess side = start(kind, threads)) {
                    JsonNode answer = side.ask("start", problem.id(), String.valueOf(FIRST_STEPS));
                    if (answer.has("start")) {
                        runs.add(of(problem, kind, threads, answer.get("start")));
                    } else if (answer.has("failed")) {
                        failed("first steps of " + problem.id(), kind, answer);
                    }
                } catch (IOException e) {
                    failures.add("first steps of " + problem.id() + ", " + e.getMessage());
                }
            }
            runs.sort(Comparator.comparingDouble(Start::firstSteps));
            if (!runs.isEmpty()) {
                starts.add(median(runs));
            }
        }
    }

    private static boolean isLong(List<Start> runs) {
        return !runs.isEmpty() && runs.getFirst().firstSteps() > Settings.LONG_START;
    }

    private void failed(String what, SideKind kind, JsonNode answer) {
        failures.add(what + ", " + kind.title() + ": " + answer.get("failed").asText());
    }

    /** The median of each number, with the steps of the run in the middle. */
    private static Start median(List<Start> sorted) {
        Start middle = sorted.get(sorted.size() / 2);
        List<Double> firsts = sorted.stream().map(Start::firstStep).toList();
        List<Long> peaks = sorted.stream()
                .map(Start::peakBytes)
                .filter(Objects::nonNull)
                .sorted()
                .toList();
        return new Start(
                middle.problem(),
                middle.side(),
                middle.threads(),
                PeerResults.quantile(firsts, 0.5),
                middle.firstSteps(),
                middle.steps(),
                peaks.isEmpty() ? null : peaks.get(peaks.size() / 2));
    }

    private static Start of(Problem problem, SideKind kind, int threads, JsonNode answer) throws IOException {
        var steps = new ArrayList<Double>();
        required(answer, "steps").forEach(s -> steps.add(s.asDouble()));
        JsonNode peak = answer.get("peakBytes");
        return new Start(
                problem.id(),
                kind,
                threads,
                required(answer, "firstStep").asDouble(),
                steps.stream().mapToDouble(Double::doubleValue).sum(),
                steps,
                peak == null || peak.isNull() ? null : peak.asLong());
    }

    /** Runs so many steps of a training problem in a fresh process of Gatun, and looks for what grows; null where that fails. */
    @Nullable
    JsonNode endure(String problem, long steps, int points, int threads) throws IOException {
        progress.accept(steps + " steps of " + problem);
        try (SideProcess side = start(SideKind.GATUN, threads)) {
            JsonNode answer = side.ask("endure", problem, String.valueOf(steps), String.valueOf(points));
            if (answer.has("failed")) {
                failed(steps + " steps of " + problem, SideKind.GATUN, answer);
                return null;
            }
            return required(answer, "endurance");
        }
    }

    /** Everything that was found so far. */
    PeerResults results(String created, String machine, @Nullable JsonNode endurance) {
        return new PeerResults(
                PeerResults.SCHEMA,
                created,
                machine,
                versions,
                List.copyOf(limits.values()),
                List.copyOf(problems.values()),
                measurements,
                starts,
                failures,
                endurance);
    }
}
