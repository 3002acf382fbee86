package org.gatun.examples.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A run as one HTML file with charts, which needs no other file; it is well-formed XML too. */
public final class HtmlReport {
    private static final String STYLE =
            "body{font-family:sans-serif;margin:2em}table{border-collapse:collapse;margin:1em 0}"
                    + "td,th{padding:.15em .6em;border:1px solid #ccc;text-align:right;font-size:13px}";

    private HtmlReport() {}

    /** The file's text. */
    static String of(Results results) {
        var out = new StringBuilder("<ul>\n");
        TextReport.limits(results)
                .forEach(line -> out.append("<li>").append(escaped(line)).append("</li>\n"));
        out.append("</ul>\n<p>").append(escaped(TextReport.LEGEND)).append("</p>\n");
        for (String problem : results.problems()) {
            out.append("<h2>")
                    .append(escaped(problem))
                    .append("</h2>\n")
                    .append(chart(results, problem).svg());
            out.append(ProblemTable.of(results, problem).html());
        }
        return page("Gatun: CPU and GPU", results.created() + ", " + TextReport.versions(results), out.toString());
    }

    /**
     * A page that needs no other file.
     *
     * @param title its title
     * @param subtitle a line below it
     * @param body elements
     */
    public static String page(String title, String subtitle, String body) {
        return "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head><meta charset=\"utf-8\"/>"
                + "<title>" + escaped(title) + "</title><style>" + STYLE + "</style></head>\n<body>\n<h1>"
                + escaped(title) + "</h1>\n<p>" + escaped(subtitle) + "</p>\n" + body + "</body>\n</html>\n";
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
        return new LineChart(axis, "seconds", true, drawn);
    }

    /** Text as it stands in HTML and XML. */
    public static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
