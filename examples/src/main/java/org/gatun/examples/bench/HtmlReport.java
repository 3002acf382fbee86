package org.gatun.examples.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A run as one HTML file with charts, which needs no other file; it is well-formed XML too. */
final class HtmlReport {
    private static final String STYLE =
            "body{font-family:sans-serif;margin:2em}table{border-collapse:collapse;margin:1em 0}"
                    + "td,th{padding:.15em .6em;border:1px solid #ccc;text-align:right;font-size:13px}";

    private HtmlReport() {}

    /** The file's text. */
    static String of(Results results) {
        var out = new StringBuilder();
        out.append(
                        "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head><meta charset=\"utf-8\"/>")
                .append("<title>Gatun: CPU and GPU</title><style>")
                .append(STYLE)
                .append("</style></head>\n<body>\n<h1>Gatun: CPU and GPU</h1>\n<p>")
                .append(escaped(results.created() + ", " + TextReport.versions(results)))
                .append("</p>\n<ul>\n");
        TextReport.limits(results)
                .forEach(line -> out.append("<li>").append(escaped(line)).append("</li>\n"));
        out.append("</ul>\n<p>").append(escaped(TextReport.LEGEND)).append("</p>\n");
        for (String problem : results.problems()) {
            out.append("<h2>")
                    .append(escaped(problem))
                    .append("</h2>\n")
                    .append(chart(results, problem).svg());
            Table table = Table.of(results, problem);
            out.append("<table>\n").append(row(table.header(), "th"));
            table.rows().forEach(cells -> out.append(row(cells, "td")));
            out.append("</table>\n<ul>\n");
            table.notes()
                    .forEach(note -> out.append("<li>").append(escaped(note)).append("</li>\n"));
            out.append("</ul>\n");
        }
        return out.append("</body>\n</html>\n").toString();
    }

    private static LineChart chart(Results results, String problem) {
        Map<String, SortedMap<Long, Double>> lines = new LinkedHashMap<>();
        String axis = "";
        for (Measurement m : results.measurements()) {
            Double seconds = m.seconds();
            if (m.problem().equals(problem)) {
                axis = m.axis();
                if (seconds != null && seconds > 0) {
                    boolean own = m.runtime().equals(Measurement.GATUN);
                    String mode = m.mode().equals(Measurement.EAGER) && own ? "" : " " + m.mode();
                    String name = m.device() + " " + m.precision() + (own ? "" : " PyTorch") + mode;
                    lines.computeIfAbsent(name, n -> new TreeMap<>()).put(m.size(), seconds);
                }
            }
        }
        List<LineChart.Line> drawn = new ArrayList<>();
        lines.forEach((name, points) -> drawn.add(new LineChart.Line(name, name.contains("PyTorch"), points)));
        return new LineChart(axis, "seconds", drawn);
    }

    private static String row(List<String> cells, String element) {
        var out = new StringBuilder("<tr>");
        for (String cell : cells) {
            out.append('<')
                    .append(element)
                    .append('>')
                    .append(escaped(cell))
                    .append("</")
                    .append(element)
                    .append('>');
        }
        return out.append("</tr>\n").toString();
    }

    /** Text as it stands in HTML and XML. */
    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
