package org.gatun.examples.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;

/**
 * Lines over two axes, as SVG.
 *
 * @param xTitle what is to the right
 * @param yTitle what is upward
 * @param logarithmic whether both axes are; else they begin at 0
 * @param lines what is drawn
 */
public record LineChart(String xTitle, String yTitle, boolean logarithmic, List<Line> lines) {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 400;
    private static final int LEFT = 70;
    private static final int RIGHT = 190;
    private static final int TOP = 12;
    private static final int BOTTOM = 46;
    private static final String[] COLOURS = {
        "#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#777777", "#000000"
    };

    /**
     * A line.
     *
     * @param name its name in the legend
     * @param dashed whether it is drawn with gaps
     * @param points y by x, all above 0 where axes are logarithmic
     */
    public record Line(String name, boolean dashed, SortedMap<Long, Double> points) {}

    /**
     * An axis.
     *
     * @param logarithmic whether it is
     * @param low what it begins with, of a logarithmic one the power of ten
     * @param high what it ends with, likewise
     * @param step from a tick to the next
     * @param start where it begins in the picture
     * @param end where it ends
     */
    private record Axis(boolean logarithmic, double low, double high, double step, double start, double end) {
        /** The powers of ten that span the values, at least one decade. */
        static Axis ofPowers(List<Double> values, double start, double end) {
            double low = values.stream().mapToDouble(Math::log10).min().orElse(0);
            double high = values.stream().mapToDouble(Math::log10).max().orElse(1);
            double floor = Math.floor(low);
            return new Axis(true, floor, Math.max(floor + 1, Math.ceil(high)), 1, start, end);
        }

        /** From 0 in two to five round steps. */
        static Axis ofNumbers(List<Double> values, double start, double end) {
            double most = values.stream().mapToDouble(Double::doubleValue).max().orElse(1);
            double power = Math.pow(10, Math.floor(Math.log10(most)));
            double step = most > 5 * power ? 2 * power : most > 2 * power ? power : power / 2;
            return new Axis(false, 0, Math.ceil(most / step) * step, step, start, end);
        }

        double at(double value) {
            return place(logarithmic ? Math.log10(value) : value);
        }

        private double place(double value) {
            return start + (value - low) / (high - low) * (end - start);
        }

        int ticks() {
            return (int) Math.round((high - low) / step) + 1;
        }

        double tickAt(int index) {
            return place(low + index * step);
        }

        String label(int index) {
            double value = low + index * step;
            return logarithmic
                    ? "1e" + Math.round(value)
                    : Quantity.of(value, "").strip();
        }
    }

    /** The picture, an {@code svg} element. */
    public String svg() {
        var xs = new ArrayList<Double>();
        var ys = new ArrayList<Double>();
        for (Line line : lines) {
            line.points.forEach((x, y) -> {
                xs.add((double) x);
                ys.add(y);
            });
        }
        Axis x = axis(xs, LEFT, WIDTH - RIGHT);
        Axis y = axis(ys, HEIGHT - BOTTOM, TOP);
        var out = new StringBuilder();
        out.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">%n",
                WIDTH,
                HEIGHT,
                WIDTH,
                HEIGHT));
        for (int i = 0; i < x.ticks(); i++) {
            double at = x.tickAt(i);
            grid(out, at, TOP, at, HEIGHT - BOTTOM);
            text(out, at, HEIGHT - BOTTOM + 16, "middle", x.label(i));
        }
        for (int i = 0; i < y.ticks(); i++) {
            double at = y.tickAt(i);
            grid(out, LEFT, at, WIDTH - RIGHT, at);
            text(out, LEFT - 6, at + 4, "end", y.label(i));
        }
        text(out, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 8, "middle", xTitle);
        text(out, 4, TOP + 8, "start", yTitle);
        for (int i = 0; i < lines.size(); i++) {
            draw(out, lines.get(i), i, x, y);
        }
        return out.append("</svg>\n").toString();
    }

    private Axis axis(List<Double> values, double start, double end) {
        return logarithmic ? Axis.ofPowers(values, start, end) : Axis.ofNumbers(values, start, end);
    }

    private static void draw(StringBuilder out, Line line, int index, Axis x, Axis y) {
        String colour = COLOURS[index % COLOURS.length];
        String dash = line.dashed ? " stroke-dasharray=\"5 3\"" : "";
        var points = new StringBuilder();
        line.points.forEach((px, py) -> points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x.at(px), y.at(py))));
        out.append("<polyline fill=\"none\" stroke=\"" + colour + "\" stroke-width=\"1.8\"" + dash + " points=\"")
                .append(points.toString().strip())
                .append("\"/>\n");
        line.points.forEach((px, py) -> out.append(String.format(
                Locale.ROOT, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.4\" fill=\"%s\"/>%n", x.at(px), y.at(py), colour)));
        double at = TOP + 8 + 17.0 * index;
        int left = WIDTH - RIGHT + 12;
        out.append(String.format(
                Locale.ROOT,
                "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"1.8\"%s/>%n",
                left,
                at,
                left + 22,
                at,
                colour,
                dash));
        text(out, left + 28, at + 4, "start", line.name);
    }

    private static void grid(StringBuilder out, double x1, double y1, double x2, double y2) {
        out.append(String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#dddddd\"/>%n",
                x1,
                y1,
                x2,
                y2));
    }

    private static void text(StringBuilder out, double x, double y, String anchor, String content) {
        out.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"11\" font-family=\"sans-serif\">%s</text>%n",
                x,
                y,
                anchor,
                HtmlReport.escaped(content)));
    }
}
