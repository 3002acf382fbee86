package org.gatun.examples.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * A table of a report.
 *
 * @param header the names of the columns
 * @param rows the cells
 * @param notes lines below
 */
public record Table(List<String> header, List<List<String>> rows, List<String> notes) {
    /** Copies what it is made of. */
    public Table {
        header = List.copyOf(header);
        rows = List.copyOf(rows);
        notes = List.copyOf(notes);
    }

    /** The table as text whose columns are aligned. */
    public String text() {
        int[] widths = new int[header.size()];
        var lines = new ArrayList<List<String>>();
        lines.add(header);
        lines.addAll(rows);
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        // Names stand to the left, numbers to the right.
        boolean named =
                rows.stream().anyMatch(row -> Character.isLetter(row.getFirst().charAt(0)));
        var out = new StringBuilder();
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                String space = " ".repeat(widths[i] - line.get(i).length());
                out.append(i == 0 ? "  " : "   ").append(i == 0 && named ? line.get(i) + space : space + line.get(i));
            }
            out.append('\n');
        }
        notes.forEach(note -> out.append("  ").append(note).append('\n'));
        return out.toString();
    }

    /** The table as HTML, its notes as a list below. */
    public String html() {
        var out = new StringBuilder("<table>\n").append(row(header, "th"));
        rows.forEach(cells -> out.append(row(cells, "td")));
        out.append("</table>\n<ul>\n");
        notes.forEach(
                note -> out.append("<li>").append(HtmlReport.escaped(note)).append("</li>\n"));
        return out.append("</ul>\n").toString();
    }

    private static String row(List<String> cells, String element) {
        var out = new StringBuilder("<tr>");
        for (String cell : cells) {
            out.append('<')
                    .append(element)
                    .append('>')
                    .append(HtmlReport.escaped(cell))
                    .append("</")
                    .append(element)
                    .append('>');
        }
        return out.append("</tr>\n").toString();
    }
}
