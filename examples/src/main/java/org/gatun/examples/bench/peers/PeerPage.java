package org.gatun.examples.bench.peers;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.gatun.examples.bench.HtmlReport;
import org.gatun.examples.bench.LineChart;
import org.gatun.examples.bench.Table;
import org.gatun.examples.bench.peers.RatioChart.Bar;
import org.jspecify.annotations.Nullable;

/** A run as one HTML file with charts, which needs no other file; it is well-formed XML too. */
final class PeerPage {
    private PeerPage() {}

    /** The file's text. */
    static String of(PeerResults results) {
        var out = new StringBuilder("<ul>\n");
        PeerText.head(results)
                .forEach(line ->
                        out.append("<li>").append(HtmlReport.escaped(line)).append("</li>\n"));
        out.append("</ul>\n<p>").append(HtmlReport.escaped(PeerText.LEGEND)).append("</p>\n");
        for (String suite : results.suites()) {
            for (int threads : results.threads()) {
                Table table = PeerTables.times(results, suite, threads);
                if (!table.rows().isEmpty()) {
                    title(out, PeerText.title(suite, threads));
                    List<Bar> bars = bars(results, suite, threads);
                    if (!bars.isEmpty()) {
                        out.append(new RatioChart(bars).svg());
                    }
                    out.append(table.html());
                }
            }
        }
        for (int threads : results.threads()) {
            Table table = PeerTables.starts(results, threads);
            if (!table.rows().isEmpty()) {
                title(out, PeerText.title("fresh processes", threads));
                out.append(table.html());
            }
        }
        results.failures()
                .forEach(failure ->
                        out.append("<p>").append(HtmlReport.escaped(failure)).append("</p>\n"));
        JsonNode endurance = results.endurance();
        if (endurance != null) {
            title(out, "endurance");
            out.append(endurance(endurance).svg());
            out.append(PeerTables.endurance(endurance).html());
        }
        return HtmlReport.page("Gatun and its peers", results.created(), out.toString());
    }

    private static void title(StringBuilder out, String text) {
        out.append("<h2>").append(HtmlReport.escaped(text)).append("</h2>\n");
    }

    private static List<Bar> bars(PeerResults results, String suite, int threads) {
        return results.problems().stream()
                .filter(p -> p.suite().equals(suite))
                .flatMap(p ->
                        results.ratio(p.id(), threads).map(r -> new Bar(p.operation() + " " + p.size(), r)).stream())
                .toList();
    }

    /** What may not grow, each over its first value. */
    private static LineChart endurance(JsonNode endurance) {
        JsonNode points = endurance.get("points");
        return new LineChart(
                "steps",
                "relative to the first point",
                false,
                List.of(
                        line(points, "time of a step", p -> p.get("median").asDouble()),
                        line(points, "heap after collection", p -> p.get("heap").asDouble()),
                        line(
                                points,
                                "native memory",
                                p -> p.get("live").asDouble() + p.get("cached").asDouble()),
                        line(points, "resident memory", p -> number(p.get("resident")))));
    }

    private static double number(@Nullable JsonNode node) {
        return node == null ? 0 : node.asDouble();
    }

    private static LineChart.Line line(JsonNode points, String name, ToDoubleFunction<JsonNode> value) {
        SortedMap<Long, Double> drawn = new TreeMap<>();
        double first = 0;
        for (JsonNode point : points) {
            double now = value.applyAsDouble(point);
            first = first == 0 ? now : first;
            if (now > 0) {
                drawn.put(point.get("step").asLong(), now / first);
            }
        }
        return new LineChart.Line(name, false, drawn);
    }
}
