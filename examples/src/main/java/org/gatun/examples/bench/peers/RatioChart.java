package org.gatun.examples.bench.peers;

import java.util.List;
import java.util.Locale;
import org.gatun.examples.bench.HtmlReport;
import org.gatun.examples.bench.Quantity;

/**
 * Ratios as bars over a logarithmic axis, as SVG: to the right of 1 where Gatun is the faster.
 *
 * @param bars what is drawn
 */
record RatioChart(List<Bar> bars) {
    private static final int NAMES = 300;
    private static final int WIDTH = 820;
    private static final int LINE = 15;
    private static final int TOP = 18;

    /** The axis goes from one over this to this; longer bars are cut. */
    private static final double LARGEST = 32;

    /**
     * A bar.
     *
     * @param name beside it
     * @param ratio the best peer's time over Gatun's
     */
    record Bar(String name, double ratio) {}

    /** The picture, an {@code svg} element. */
    String svg() {
        int height = TOP + LINE * bars.size() + 4;
        var out = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">%n",
                WIDTH,
                height,
                WIDTH,
                height));
        for (double tick = 1 / LARGEST; tick <= LARGEST; tick *= 2) {
            double x = at(tick);
            out.append(String.format(
                    Locale.ROOT,
                    "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\"/>%n",
                    x,
                    TOP,
                    x,
                    height,
                    tick == 1 ? "#000000" : "#dddddd"));
            text(out, x, TOP - 5, "middle", tick < 1 ? "1/" + Math.round(1 / tick) : String.valueOf(Math.round(tick)));
        }
        for (int i = 0; i < bars.size(); i++) {
            Bar bar = bars.get(i);
            double y = TOP + LINE * i;
            double one = at(1);
            double end = at(bar.ratio);
            out.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n",
                    Math.min(one, end),
                    y + 2,
                    Math.abs(end - one),
                    LINE - 4,
                    bar.ratio >= 1 ? "#228833" : "#ee6677"));
            text(out, NAMES - 6, y + LINE - 4, "end", bar.name);
            text(out, WIDTH - 4, y + LINE - 4, "end", Quantity.digits(bar.ratio));
        }
        return out.append("</svg>\n").toString();
    }

    private static double at(double ratio) {
        double part = Math.log(Math.clamp(ratio, 1 / LARGEST, LARGEST)) / Math.log(LARGEST);
        return NAMES + (WIDTH - 50 - NAMES) * (part + 1) / 2;
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
