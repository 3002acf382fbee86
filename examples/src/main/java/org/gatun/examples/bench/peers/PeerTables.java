package org.gatun.examples.bench.peers;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gatun.examples.bench.Quantity;
import org.gatun.examples.bench.Table;
import org.gatun.examples.bench.peers.PeerResults.Limits;
import org.gatun.examples.bench.peers.PeerResults.Measurement;
import org.gatun.examples.bench.peers.PeerResults.Problem;
import org.gatun.examples.bench.peers.PeerResults.Start;

/** The tables of a run. */
final class PeerTables {
    private static final String ABSENT = "-";
    private static final int ENDURANCE_ROWS = 10;

    private PeerTables() {}

    /** A suite on a number of threads, a line for each problem: times, ratios and shares of the limits. */
    static Table times(PeerResults results, String suite, int threads) {
        List<SideKind> sides = results.sides();
        List<Problem> problems =
                results.problems().stream().filter(p -> p.suite().equals(suite)).toList();
        boolean counted = problems.stream().anyMatch(p -> p.work().units() > 0);
        var header = new ArrayList<>(List.of("problem"));
        sides.forEach(s -> header.add(s.title()));
        if (sides.size() > 1) {
            header.add("best peer/Gatun");
        }
        header.add("of limit");
        if (counted) {
            header.add("Gatun's rate");
        }
        var rows = new ArrayList<List<String>>();
        var notes = new ArrayList<String>();
        for (Problem p : problems) {
            if (results.measurements().stream().noneMatch(m -> m.problem().equals(p.id()) && m.threads() == threads)) {
                continue;
            }
            var row = new ArrayList<String>();
            row.add(p.operation() + " " + p.size());
            sides.forEach(s -> row.add(
                    results.timed(p.id(), s, threads).map(PeerTables::time).orElse(ABSENT)));
            if (sides.size() > 1) {
                row.add(results.ratio(p.id(), threads).map(Quantity::digits).orElse(ABSENT));
            }
            row.add(share(results, p, threads));
            if (counted) {
                row.add(results.timed(p.id(), SideKind.GATUN, threads)
                        .filter(m -> p.work().units() > 0)
                        .map(m -> Quantity.of(
                                p.work().units() / m.median(), p.work().unit() + "/s"))
                        .orElse(ABSENT));
            }
            rows.add(row);
        }
        for (Measurement m : results.measurements()) {
            String missing = m.missing();
            if (missing != null
                    && m.threads() == threads
                    && m.problem().startsWith(suite + "/")
                    && !missing.equals(Comparison.ABSENT)) {
                notes.add(m.problem().substring(suite.length() + 1) + ", "
                        + m.side().title() + ": " + missing);
            }
        }
        return new Table(header, rows, notes);
    }

    private static String time(Measurement m) {
        return Quantity.seconds(m.median()) + " ±" + Math.round(100 * m.spread()) + "%";
    }

    private static String share(PeerResults results, Problem p, int threads) {
        Optional<Limits> limits =
                results.limits().stream().filter(l -> l.threads() == threads).findFirst();
        return results.share(p, threads)
                .flatMap(share ->
                        limits.map(l -> Math.round(100 * share) + "%" + (l.isOfProducts(p.work()) ? "p" : "c")))
                .orElse(ABSENT);
    }

    /** What was found along many steps: at the first point, and at ten that divide the rest. */
    static Table endurance(JsonNode endurance) {
        JsonNode points = endurance.get("points");
        int each = Math.max(1, points.size() / ENDURANCE_ROWS);
        var rows = new ArrayList<List<String>>();
        for (int i = 0; i < points.size(); i++) {
            if (i == 0 || (i + 1) % each == 0) {
                JsonNode p = points.get(i);
                rows.add(List.of(
                        Quantity.count(p.path("step").asDouble()),
                        Quantity.seconds(p.path("median").asDouble()),
                        Quantity.seconds(p.path("slowest").asDouble()),
                        Quantity.of(p.path("heap").asDouble(), "B"),
                        Quantity.of(p.path("live").asDouble() + p.path("cached").asDouble(), "B"),
                        p.path("resident").isNumber()
                                ? Quantity.of(p.path("resident").asDouble(), "B")
                                : ABSENT));
            }
        }
        return new Table(
                List.of(
                        "step",
                        "median step since",
                        "slowest",
                        "heap after collection",
                        "native memory",
                        "resident memory"),
                rows,
                List.of());
    }

    /** The first steps of fresh processes. */
    static Table starts(PeerResults results, int threads) {
        var rows = new ArrayList<List<String>>();
        for (Start s : results.starts()) {
            if (s.threads() == threads) {
                Long peak = s.peakBytes();
                double steady = results.timed(s.problem(), s.side(), threads)
                        .map(Measurement::median)
                        .orElse(Double.NaN);
                rows.add(List.of(
                        s.problem().substring(s.problem().indexOf('/') + 1),
                        s.side().title(),
                        Quantity.seconds(s.firstStep()),
                        Quantity.seconds(s.firstSteps()),
                        Quantity.digits(s.firstSteps() / s.steps().size() / steady),
                        peak == null ? ABSENT : Quantity.of(peak, "B")));
            }
        }
        return new Table(
                List.of(
                        "step",
                        "side",
                        "JVM's start to first step",
                        "first 100 steps",
                        "of their steady time",
                        "peak memory"),
                rows,
                List.of());
    }
}
