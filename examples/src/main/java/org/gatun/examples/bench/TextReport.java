package org.gatun.examples.bench;

import java.util.List;
import java.util.stream.Collectors;

/** A run as text. */
final class TextReport {
    static final String LEGEND =
            "Times are those of one step with its operands on the device; upload and download are the transfers of"
                    + " one step's operands and result, on top of it. %c is the share of the copy's rate, %p that of the"
                    + " matrix products', whichever is greater; more than 100 %c means that a cache serves. PyTorch/: its time over Gatun's,"
                    + " in its fastest mode.";

    private TextReport() {}

    /** The text. */
    static String of(Results results) {
        var out = new StringBuilder();
        out.append(versions(results)).append('\n');
        limits(results).forEach(line -> out.append(line).append('\n'));
        out.append(LEGEND).append('\n');
        for (String problem : results.problems()) {
            out.append('\n')
                    .append(problem)
                    .append('\n')
                    .append(ProblemTable.of(results, problem).text());
        }
        return out.toString();
    }

    static String versions(Results results) {
        return results.versions().entrySet().stream()
                .sorted(java.util.Map.Entry.comparingByKey())
                .map(e -> e.getKey() + " " + e.getValue())
                .collect(Collectors.joining(", "));
    }

    /** A line for each device. */
    static List<String> limits(Results results) {
        return results.limits().stream()
                .map(l -> l.device() + ": " + l.name() + ", " + Quantity.of(l.memory(), "B") + "; copy "
                        + Quantity.of(l.copyBytesPerSecond(), "B/s") + "; products "
                        + l.flopsPerSecond().entrySet().stream()
                                .map(e -> e.getKey() + " " + Quantity.of(e.getValue(), "FLOP/s"))
                                .collect(Collectors.joining(", ")))
                .toList();
    }
}
