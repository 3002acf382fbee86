package org.gatun.examples.bench.peers;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A whole run, as it is written to JSON; {@code docs/bench.md} describes the fields.
 *
 * @param schema {@link #SCHEMA}
 * @param created when, by ISO 8601
 * @param machine the processor and the system
 * @param revision the commit of Gatun's sources, or null
 * @param versions of each side
 * @param limits of the machine, for each number of threads
 * @param problems what was measured
 * @param measurements all of them
 * @param starts first steps of fresh processes
 * @param failures what else went wrong, in words
 * @param endurance many steps of one process, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record PeerResults(
        String schema,
        String created,
        String machine,
        @Nullable String revision,
        Map<SideKind, String> versions,
        List<Limits> limits,
        List<Problem> problems,
        List<Measurement> measurements,
        List<Start> starts,
        List<String> failures,
        @Nullable JsonNode endurance) {
    static final String SCHEMA = "gatun-bench-peers/1";

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    PeerResults {
        versions = Map.copyOf(versions);
        limits = List.copyOf(limits);
        problems = List.copyOf(problems);
        measurements = List.copyOf(measurements);
        starts = List.copyOf(starts);
        failures = List.copyOf(failures);
    }

    /**
     * What the machine can do at most.
     *
     * @param threads on how many threads
     * @param floats operations on floats in a second
     * @param doubles operations on doubles in a second
     * @param copies bytes read and written in a second, by the bytes that a copy touches
     */
    record Limits(int threads, double floats, double doubles, SortedMap<Long, Double> copies) {
        /** The time that work takes at the limit. */
        double seconds(Work work) {
            return Math.max(products(work), moves(work));
        }

        /** Whether the limit is that of operations, not of memory. */
        boolean isOfProducts(Work work) {
            return products(work) > moves(work);
        }

        /** The better of two measurements, number by number. */
        Limits best(Limits other) {
            var best = new TreeMap<>(copies);
            other.copies.forEach((bytes, rate) -> best.merge(bytes, rate, Math::max));
            return new Limits(threads, Math.max(floats, other.floats), Math.max(doubles, other.doubles), best);
        }

        private double products(Work work) {
            return work.flops() / (work.wide() ? doubles : floats);
        }

        private double moves(Work work) {
            SortedMap<Long, Double> larger = copies.tailMap((long) work.bytes());
            double rate = (larger.isEmpty() ? copies.lastEntry() : larger.firstEntry()).getValue();
            return work.bytes() / rate;
        }
    }

    /**
     * What a problem has to do at least.
     *
     * @param flops operations
     * @param bytes to be moved
     * @param wide whether the operations are on doubles
     * @param units what it handles, or 0
     * @param unit what these are
     */
    record Work(double flops, double bytes, boolean wide, double units, String unit) {}

    /**
     * A problem.
     *
     * @param id its whole name
     * @param suite what it is of
     * @param operation what it does
     * @param size how large it is
     * @param work what it has to do
     * @param tolerance the most by which results may differ, of the largest number
     * @param parallel whether it runs on several threads
     * @param training whether it is a training step
     */
    record Problem(
            String id,
            String suite,
            String operation,
            String size,
            Work work,
            double tolerance,
            boolean parallel,
            boolean training) {}

    /**
     * Times of a problem on one side, or why there are none.
     *
     * @param problem its id
     * @param side whose
     * @param threads on how many threads
     * @param seconds of a run, one for each sample; empty if there are none
     * @param difference of the results from Gatun's, of the largest number; null if they were not compared
     * @param missing why there are no times, or null
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Measurement(
            String problem,
            SideKind side,
            int threads,
            List<Double> seconds,
            @Nullable Double difference,
            @Nullable String missing) {
        Measurement {
            seconds = List.copyOf(seconds);
        }

        /** Whether there are no times though the side has such an operation. */
        @JsonIgnore
        boolean isWrong() {
            return missing != null && !missing.equals(Comparison.ABSENT);
        }

        /** The median; NaN without times. */
        double median() {
            return quantile(seconds, 0.5);
        }

        /** Half of what lies between the quartiles, of the median. */
        double spread() {
            return (quantile(seconds, 0.75) - quantile(seconds, 0.25)) / 2 / median();
        }
    }

    /**
     * The first steps of fresh processes.
     *
     * @param problem the id of a training step
     * @param side whose
     * @param threads on how many threads
     * @param firstStep seconds from the start of the JVM to the end of the first step, the median of several processes
     * @param firstSteps seconds of the first hundred steps together, likewise
     * @param steps seconds of each step of the median process
     * @param peakBytes most memory that the process held, or null
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Start(
            String problem,
            SideKind side,
            int threads,
            double firstStep,
            double firstSteps,
            List<Double> steps,
            @Nullable Long peakBytes) {}

    /** A quantile by linear interpolation; NaN of nothing. */
    static double quantile(List<Double> values, double part) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        if (sorted.length == 0) {
            return Double.NaN;
        }
        Arrays.sort(sorted);
        double at = part * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    /** The measurement of a problem on a side, if it has times. */
    Optional<Measurement> timed(String problem, SideKind side, int threads) {
        return measurements.stream()
                .filter(m ->
                        m.problem.equals(problem) && m.side == side && m.threads == threads && !m.seconds.isEmpty())
                .findFirst();
    }

    /** The fastest peer of a problem. */
    Optional<Measurement> bestPeer(String problem, int threads) {
        return measurements.stream()
                .filter(m -> m.problem.equals(problem)
                        && m.side != SideKind.GATUN
                        && m.threads == threads
                        && !m.seconds.isEmpty())
                .min(Comparator.comparingDouble(Measurement::median));
    }

    /** The fastest peer's time over Gatun's: how many times faster Gatun is. */
    Optional<Double> ratio(String problem, int threads) {
        Optional<Measurement> own = timed(problem, SideKind.GATUN, threads);
        return bestPeer(problem, threads).flatMap(p -> own.map(o -> p.median() / o.median()));
    }

    /** The share of the machine's limit that Gatun reaches. */
    Optional<Double> share(Problem problem, int threads) {
        return limits.stream()
                .filter(l -> l.threads == threads)
                .findFirst()
                .flatMap(
                        l -> timed(problem.id, SideKind.GATUN, threads).map(m -> l.seconds(problem.work) / m.median()));
    }

    /** The numbers of threads, in order. */
    List<Integer> threads() {
        return measurements.stream()
                .map(Measurement::threads)
                .distinct()
                .sorted()
                .toList();
    }

    /** How many results differ or failed, in a line; nothing where all sides agree. */
    String disagreement() {
        long wrong = measurements.stream().filter(Measurement::isWrong).count() + failures.size();
        return wrong == 0
                ? ""
                : (wrong == 1 ? "1 result differs or failed" : wrong + " results differ or failed") + ": see above";
    }

    /** The names of the suites, in order. */
    List<String> suites() {
        return problems.stream().map(Problem::suite).distinct().toList();
    }

    /** The sides, in order. */
    List<SideKind> sides() {
        return Arrays.stream(SideKind.values()).filter(versions::containsKey).toList();
    }

    String json() throws IOException {
        return JSON.writeValueAsString(this) + "\n";
    }

    /**
     * Reads what {@link #json} wrote.
     *
     * @throws IOException when the file can't be read or is something else
     */
    static PeerResults read(Path file) throws IOException {
        PeerResults results = JSON.readValue(Files.readString(file), PeerResults.class);
        if (!SCHEMA.equals(results.schema())) {
            throw new IOException(file + ": the schema is '" + results.schema() + "', not '" + SCHEMA + "'");
        }
        return results;
    }

    /** An answer of a side as an object. */
    static <T> T parsed(JsonNode node, Class<T> type) throws IOException {
        return JSON.treeToValue(node, type);
    }
}
