package org.gatun.examples.mnist;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;

/** The pictures of a run. */
final class Charts {
    private static final int SIZE = 28;
    private static final int SCALE = 3;
    private static final int COLUMNS = 10;
    private static final int CAPTION = 16;

    /** A digit that was classified wrong: its pixels from 0 to 255, its label, and the model's answer. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Mistake(double[] pixels, long label, long answer) {}

    private Charts() {}

    /** Loss and accuracy by epoch, side by side, as a PNG. */
    static void curves(Path file, List<EpochResult> epochs) throws IOException {
        double[] x = epochs.stream().mapToDouble(EpochResult::epoch).toArray();
        XYChart loss = chart("Loss", "cross-entropy");
        loss.addSeries(
                "training",
                x,
                epochs.stream().mapToDouble(EpochResult::trainLoss).toArray());
        loss.addSeries(
                "test", x, epochs.stream().mapToDouble(EpochResult::testLoss).toArray());
        XYChart accuracy = chart("Accuracy", "percent of the test set");
        accuracy.addSeries(
                "test",
                x,
                epochs.stream().mapToDouble(e -> 100 * e.testAccuracy()).toArray());
        BitmapEncoder.saveBitmap(List.of(loss, accuracy), 1, 2, file.toString(), BitmapEncoder.BitmapFormat.PNG);
    }

    private static XYChart chart(String title, String y) {
        XYChart chart = new XYChartBuilder()
                .width(520)
                .height(380)
                .title(title)
                .xAxisTitle("epoch")
                .yAxisTitle(y)
                .build();
        chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNE);
        chart.getStyler().setXAxisDecimalPattern("0");
        return chart;
    }

    /** Digits that were classified wrong, each with its label and the answer below, as a PNG. */
    static void mistakes(Path file, List<Mistake> mistakes) throws IOException {
        int rows = Math.max(1, Math.ceilDiv(mistakes.size(), COLUMNS));
        int cell = SIZE * SCALE + 6;
        var image = new BufferedImage(COLUMNS * cell, rows * (cell + CAPTION), BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, image.getWidth(), image.getHeight());
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        for (int i = 0; i < mistakes.size(); i++) {
            Mistake m = mistakes.get(i);
            int left = i % COLUMNS * cell + 3;
            int top = i / COLUMNS * (cell + CAPTION) + 3;
            for (int p = 0; p < m.pixels.length; p++) {
                int shade = (int) Math.round(255 - m.pixels[p]);
                g.setColor(new Color(shade, shade, shade));
                g.fillRect(left + p % SIZE * SCALE, top + p / SIZE * SCALE, SCALE, SCALE);
            }
            g.setColor(Color.BLACK);
            g.drawString(m.label + " taken for " + m.answer, left, top + SIZE * SCALE + CAPTION - 4);
        }
        g.dispose();
        if (!ImageIO.write(image, "png", file.toFile())) {
            throw new IOException(file + ": this Java has no PNG writer");
        }
    }
}
