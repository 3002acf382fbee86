package org.gatun.examples.bench;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A whole run, as it is written to JSON; {@code docs/bench.md} describes the fields.
 *
 * @param schema {@link #SCHEMA}
 * @param created when, by ISO 8601
 * @param versions of what ran: {@code gatun}, {@code java}, {@code pytorch}
 * @param limits of each device
 * @param measurements all of them
 * @param crossovers derived from the measurements
 * @param ratios derived from the measurements
 */
record Results(
        String schema,
        String created,
        Map<String, String> versions,
        List<Limits> limits,
        List<Measurement> measurements,
        List<Crossover> crossovers,
        List<Ratio> ratios) {
    static final String SCHEMA = "gatun-bench-cpu-gpu/1";

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    Results {
        versions = Map.copyOf(new TreeMap<>(versions));
        limits = List.copyOf(limits);
        measurements = List.copyOf(measurements);
        crossovers = List.copyOf(crossovers);
        ratios = List.copyOf(ratios);
    }

    /** The results of a run, with all that follows from its measurements. */
    static Results of(
            String created, Map<String, String> versions, List<Limits> limits, List<Measurement> measurements) {
        return new Results(
                SCHEMA, created, versions, limits, measurements, crossovers(measurements), ratios(measurements));
    }

    /** These results with further measurements, such as PyTorch's. */
    Results with(Map<String, String> moreVersions, List<Measurement> more) {
        var allVersions = new TreeMap<>(versions);
        allVersions.putAll(moreVersions);
        var all = new ArrayList<>(measurements);
        all.addAll(more);
        return of(created, allVersions, limits, all);
    }

    /** The names of the problems in their order. */
    List<String> problems() {
        return new ArrayList<>(new LinkedHashSet<>(
                measurements.stream().map(Measurement::problem).toList()));
    }

    String json() throws IOException {
        return JSON.writeValueAsString(this) + "\n";
    }

    /**
     * Reads what {@link #json} wrote, or what the script for PyTorch did.
     *
     * @throws IOException when the file can't be read or is something else
     */
    static Results read(Path file) throws IOException {
        Results results = JSON.readValue(Files.readString(file), Results.class);
        if (!SCHEMA.equals(results.schema())) {
            throw new IOException(file + ": the schema is '" + results.schema() + "', not '" + SCHEMA + "'");
        }
        return results;
    }

    private static List<Crossover> crossovers(List<Measurement> all) {
        List<Measurement> own = all.stream()
                .filter(m -> m.runtime().equals(Measurement.GATUN) && m.mode().equals(Measurement.EAGER))
                .toList();
        var found = new ArrayList<Crossover>();
        for (String problem :
                new LinkedHashSet<>(own.stream().map(Measurement::problem).toList())) {
            for (Precision precision : Precision.values()) {
                List<Measurement> cpu = own.stream()
                        .filter(m -> m.problem().equals(problem) && m.onCpu() && m.precision() == precision.onCpu())
                        .toList();
                List<Measurement> gpu = own.stream()
                        .filter(m -> m.problem().equals(problem) && !m.onCpu() && m.precision() == precision)
                        .toList();
                add(
                        found,
                        Crossover.of(
                                problem,
                                precision,
                                false,
                                seconds(cpu, Measurement::seconds),
                                seconds(gpu, Measurement::seconds)));
                add(
                        found,
                        Crossover.of(
                                problem,
                                precision,
                                true,
                                seconds(cpu, Measurement::seconds),
                                seconds(gpu, Measurement::secondsWithTransfers)));
            }
        }
        return found;
    }

    private static void add(List<Crossover> found, @Nullable Crossover crossover) {
        if (crossover != null) {
            found.add(crossover);
        }
    }

    private static Map<Long, Double> seconds(List<Measurement> series, Function<Measurement, @Nullable Double> time) {
        var bySize = new TreeMap<Long, Double>();
        for (Measurement m : series) {
            Double t = time.apply(m);
            if (t != null) {
                bySize.put(m.size(), t);
            }
        }
        return bySize;
    }

    private static List<Ratio> ratios(List<Measurement> all) {
        var found = new ArrayList<Ratio>();
        for (Measurement theirs : all) {
            Double seconds = theirs.seconds();
            if (!theirs.runtime().equals(Measurement.PYTORCH) || seconds == null) {
                continue;
            }
            for (Measurement ours : all) {
                Double own = ours.seconds();
                if (ours.runtime().equals(Measurement.GATUN) && own != null && ours.sameWork(theirs)) {
                    found.add(new Ratio(
                            ours.problem(),
                            ours.size(),
                            ours.device(),
                            ours.precision(),
                            ours.mode(),
                            theirs.mode(),
                            seconds / own));
                }
            }
        }
        return found;
    }
}
