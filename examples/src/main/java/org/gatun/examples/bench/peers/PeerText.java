package org.gatun.examples.bench.peers;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.gatun.examples.bench.Quantity;
import org.gatun.examples.bench.peers.PeerResults.Measurement;

/** A run as text. */
final class PeerText {
    static final String LEGEND =
            "Times are medians, ± half of what lies between the quartiles; best peer/Gatun is how many times"
                    + " faster Gatun is than the fastest peer; of limit is the time that the machine needs at the least (%p by its"
                    + " products, %c by its copies of as many bytes) over Gatun's.";

    private PeerText() {}

    /** The text. */
    static String of(PeerResults results) {
        var out = new StringBuilder();
        head(results).forEach(line -> out.append(line).append('\n'));
        out.append(LEGEND).append('\n');
        for (String suite : results.suites()) {
            for (int threads : results.threads()) {
                var table = PeerTables.times(results, suite, threads);
                if (!table.rows().isEmpty()) {
                    out.append('\n').append(title(suite, threads)).append('\n').append(table.text());
                }
            }
        }
        for (int threads : results.threads()) {
            var table = PeerTables.starts(results, threads);
            if (!table.rows().isEmpty()) {
                out.append('\n')
                        .append(title("fresh processes", threads))
                        .append('\n')
                        .append(table.text());
            }
        }
        results.failures().forEach(failure -> out.append(failure).append('\n'));
        appendEndurance(out, results);
        return out.toString();
    }

    private static void appendEndurance(StringBuilder out, PeerResults results) {
        JsonNode endurance = results.endurance();
        if (endurance != null) {
            out.append("\nendurance\n").append(PeerTables.endurance(endurance).text());
        }
    }

    /** Of a run that only compares: what differs or failed. */
    static String ofCheck(PeerResults results) {
        var out = new StringBuilder();
        results.measurements().stream()
                .filter(Measurement::isWrong)
                .forEach(m -> out.append(m.problem())
                        .append(", ")
                        .append(m.side().title())
                        .append(": ")
                        .append(m.missing())
                        .append('\n'));
        results.failures().forEach(failure -> out.append(failure).append('\n'));
        long compared = results.measurements().stream()
                .filter(m -> m.difference() != null)
                .count();
        out.append(out.isEmpty() ? "all agree, " : "not all agree, ")
                .append(compared)
                .append(compared == 1 ? " result" : " results")
                .append(" of peers compared\n");
        appendEndurance(out, results);
        return out.toString();
    }

    static String title(String what, int threads) {
        return what + ", " + threads + (threads == 1 ? " thread" : " threads");
    }

    /** What ran where, and the machine's limits. */
    static List<String> head(PeerResults results) {
        var lines = new ArrayList<String>();
        lines.add(results.machine());
        String revision = results.revision();
        if (revision != null) {
            lines.add("Gatun's sources: " + revision);
        }
        for (SideKind side : results.sides()) {
            lines.add(side.title() + ": " + results.versions().get(side));
        }
        for (PeerResults.Limits l : results.limits()) {
            var copies = new ArrayList<String>();
            l.copies()
                    .forEach((bytes, rate) -> copies.add(Quantity.of(rate, "B/s") + " of " + Quantity.of(bytes, "B")));
            lines.add(title("limits", l.threads()) + ": F32 " + Quantity.of(l.floats(), "FLOP/s") + ", F64 "
                    + Quantity.of(l.doubles(), "FLOP/s") + "; copies " + String.join(", ", copies));
        }
        return lines;
    }
}
