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
import java.util.SortedSet;
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
    /** What a side that lacks an operation says. */
    static final String ABSENT = "has no such operation";

    private static final int FIRST_STEPS = 100;

    /** How long worker threads of the side before may still spin for work: OpenMP's do for a fifth of a second, and take a processor from the next. */
    private static final long QUIET_NANOS = 300_000_000;

    private final SortedSet<SideKind> sides;
    private final Starter starter;
    private final Settings settings;
    private final Consumer<String> progress;
    private final Path folder;
    private final Map<SideKind, String> versions = new EnumMap<>(SideKind.class);
    private final SortedMap<Integer, Limits> limits = new TreeMap<>();
    private final Map<String, Problem> problems = new LinkedHashMap<>();
    private final List<Measurement> measurements = new ArrayList<>();
    private final List<Start> starts = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    /** Starts the process of a side. */
    @FunctionalInterface
    interface Starter {
        /** Starts it, to compute on so many threads. */
        SideProcess start(SideKind kind, int threads) throws IOException;
    }

    /**
     * A comparison.
     *
     * @param sides Gatun is one of them
     * @param starter starts their processes
     * @param settings how long it takes
     * @param folder for files between the sides
     * @param progress is told what is being measured
     */
    Comparison(SortedSet<SideKind> sides, Starter starter, Settings settings, Path folder, Consumer<String> progress) {
        this.sides = sides;
        this.starter = starter;
        this.settings = settings;
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
        Map<SideKind, SideProcess> running = new EnumMap<>(SideKind.class);
        try {
            for (SideKind kind : sides) {
                running.put(kind, starter.start(kind, threads));
            }
            for (SideProcess side : running.values()) {
                versions.put(
                        side.kind(), required(side.ask("version"), "version").asText());
            }
            for (String suite : suites) {
                List<Problem> listed = listed(gatun(running), suite, pattern);
                listed.removeIf(problem -> !single && !problem.parallel());
                if (!settings.isCheck() && !listed.isEmpty()) {
                    measureLimits(gatun(running), threads);
                }
                for (Problem problem : listed) {
                    problems.put(problem.id(), problem);
                    progress.accept(problem.id() + ", threads: " + threads);
                    measure(problem, threads, running);
                    if (problem.training()) {
                        first(problem, threads);
                    }
                }
                saving.save();
            }
        } finally {
            running.values().forEach(SideProcess::close);
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

    private static SideProcess gatun(Map<SideKind, SideProcess> running) {
        SideProcess gatun = running.get(SideKind.GATUN);
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

    private void measure(Problem problem, int threads, Map<SideKind, SideProcess> running) throws IOException {
        Map<SideKind, Taken> taken = new EnumMap<>(SideKind.class);
        // Else, where Gatun fails, the others would be compared with its results of the problem before.
        Files.deleteIfExists(folder.resolve(SideKind.GATUN.key()));
        for (SideKind kind : sides) {
            var one = new Taken();
            taken.put(kind, one);
            Request check = side -> check(problem, side, gatun(running), one);
            if (!guarded(kind, threads, running, one, check)) {
                // The process may have ended over what it did before: a fresh one shows whether it is this problem.
                one.missing = null;
                guarded(kind, threads, running, one, check);
            }
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
                    guarded(kind, threads, running, one, side -> {
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

    /**
     * Makes a request; where that fails, this is why the side has no times.
     *
     * @return whether the side's process is the same as before; one that ended is started anew
     */
    private boolean guarded(
            SideKind kind, int threads, Map<SideKind, SideProcess> running, Taken taken, Request request)
            throws IOException {
        SideProcess side = Objects.requireNonNull(running.get(kind));
        try {
            request.to(side);
        } catch (IOException e) {
            taken.missing = e.getMessage();
        }
        if (side.isAlive()) {
            return true;
        }
        side.close();
        running.put(kind, starter.start(kind, threads));
        return false;
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
                if (!(difference <= problem.tolerance())) {
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
        for (SideKind kind : sides) {
            var runs = new ArrayList<Start>();
            for (int i = 0; i < settings.starts() && (i == 0 || !isLong(runs)); i++) {
                try (SideProcess side = starter.start(kind, threads)) {
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
        try (SideProcess side = starter.start(SideKind.GATUN, threads)) {
            JsonNode answer = side.ask("endure", problem, String.valueOf(steps), String.valueOf(points));
            if (answer.has("failed")) {
                failed(steps + " steps of " + problem, SideKind.GATUN, answer);
                return null;
            }
            return required(answer, "endurance");
        }
    }

    /** Everything that was found so far. */
    PeerResults results(String created, String machine, @Nullable String revision, @Nullable JsonNode endurance) {
        return new PeerResults(
                PeerResults.SCHEMA,
                created,
                machine,
                revision,
                versions,
                List.copyOf(limits.values()),
                List.copyOf(problems.values()),
                measurements,
                starts,
                failures,
                endurance);
    }
}
