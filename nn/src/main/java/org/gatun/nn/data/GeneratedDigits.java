package org.gatun.nn.data;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.shape.Shape;

/**
 * Digits that look handwritten, drawn by the program for when there is no data: strokes of each digit, varied in slant, size, place
 * and thickness, and bent by a smooth random displacement field (Simard, Steinkraus and Platt 2003). 28x28 bytes like MNIST; the
 * same seed gives the same images.
 */
public final class GeneratedDigits {
    private static final int SIZE = 28;
    private static final int STEPS = 14;

    /** For each digit its strokes, each a row of points x, y in the unit square, to be joined by a smooth curve. */
    private static final double[][][] STROKES = {
        {{.5, .08, .22, .2, .15, .5, .22, .82, .5, .93, .78, .82, .85, .5, .78, .2, .5, .08}},
        {{.35, .25, .55, .08, .55, .35, .55, .65, .55, .93}},
        {{.2, .25, .35, .1, .6, .08, .78, .25, .7, .48, .45, .7, .18, .92}, {.18, .92, .5, .92, .85, .9}},
        {{.2, .15, .5, .07, .76, .2, .7, .42, .45, .48}, {.45, .48, .75, .54, .82, .76, .6, .93, .3, .92, .16, .8}},
        {{.6, .07, .4, .35, .15, .65}, {.15, .65, .5, .64, .9, .63}, {.66, .4, .65, .65, .63, .95}},
        {
            {.8, .08, .55, .09, .28, .1},
            {.28, .1, .25, .28, .22, .45},
            {.22, .45, .5, .4, .78, .55, .76, .82, .5, .94, .18, .85}
        },
        {{.7, .08, .42, .25, .22, .55, .25, .82, .5, .94, .76, .82, .74, .58, .5, .5, .26, .64}},
        {{.15, .1, .5, .1, .85, .1}, {.85, .1, .65, .4, .5, .68, .42, .94}},
        {
            {.5, .48, .26, .36, .28, .14, .5, .07, .73, .15, .74, .36, .5, .48},
            {.5, .48, .2, .62, .22, .86, .5, .94, .79, .85, .8, .62, .5, .48}
        },
        {{.76, .3, .6, .48, .32, .46, .22, .26, .36, .09, .62, .08, .76, .3, .75, .6, .62, .94}},
    };

    private GeneratedDigits() {}

    /** A dataset of {@code count} digits in equal shares, normalised as MNIST. */
    public static TensorDataset of(int count, long seed) {
        byte[] images = new byte[count * SIZE * SIZE];
        long[] labels = new long[count];
        IntStream.range(0, count).parallel().forEach(i -> {
            labels[i] = i % 10;
            draw(i % 10, random(seed, i), images, i * SIZE * SIZE);
        });
        return new TensorDataset(
                Tensors.ofUnsigned(Shape.of(count, SIZE, SIZE), images),
                Tensors.of(Shape.of(count), labels),
                Mnist::normalise);
    }

    /**
     * The random numbers of one image. A SplittableRandom counts on from its seed, so the seeds are mixed first: else the numbers
     * of one could be those of another, shifted.
     */
    static SplittableRandom random(long seed, int image) {
        return new SplittableRandom(new SplittableRandom(seed).nextLong() + image);
    }

    private static void draw(int digit, SplittableRandom random, byte[] out, int at) {
        double angle = uniform(random, -0.22, 0.22);
        double shear = uniform(random, -0.25, 0.25);
        double scaleX = uniform(random, 0.75, 1.05);
        double scaleY = uniform(random, 0.85, 1.1);
        double shiftX = uniform(random, -0.06, 0.06);
        double shiftY = uniform(random, -0.06, 0.06);
        double thickness = uniform(random, 0.9, 1.7);
        // The displacement field: two random waves for each coordinate.
        double[] wave = new double[8];
        for (int k = 0; k < wave.length; k++) {
            wave[k] = uniform(random, -1, 1);
        }
        double[] distance = new double[SIZE * SIZE];
        Arrays.fill(distance, Double.MAX_VALUE);
        for (double[] stroke : STROKES[digit]) {
            int points = stroke.length / 2;
            for (int s = 0; s < points - 1; s++) {
                for (int k = 0; k <= STEPS; k++) {
                    double t = (double) k / STEPS;
                    double px = spline(stroke, s, points, t, 0) - 0.5;
                    double py = spline(stroke, s, points, t, 1) - 0.5;
                    double qx = px
                            + 0.045
                                    * (Math.sin(5 * py + 3 * wave[0]) * wave[1]
                                            + Math.cos(7 * px + 3 * wave[2]) * wave[3]);
                    double qy = py
                            + 0.045
                                    * (Math.sin(5 * px + 3 * wave[4]) * wave[5]
                                            + Math.cos(7 * py + 3 * wave[6]) * wave[7]);
                    double sx = scaleX * (qx - shear * qy);
                    double sy = scaleY * qy;
                    double x = Math.cos(angle) * sx - Math.sin(angle) * sy + shiftX;
                    double y = Math.sin(angle) * sx + Math.cos(angle) * sy + shiftY;
                    stamp(distance, SIZE / 2.0 + 20 * x - 0.5, SIZE / 2.0 + 20 * y - 0.5);
                }
            }
        }
        for (int i = 0; i < distance.length; i++) {
            double ink = 1.2 * (thickness + 0.5 - Math.sqrt(distance[i]));
            out[at + i] = (byte) Math.round(255 * Math.clamp(ink, 0, 1));
        }
    }

    /** Keeps, for pixels near (x, y), the squared distance to the nearest point of the strokes. */
    private static void stamp(double[] distance, double x, double y) {
        int reach = 3;
        for (int r = Math.max(0, (int) y - reach); r <= Math.min(SIZE - 1, (int) y + reach); r++) {
            for (int c = Math.max(0, (int) x - reach); c <= Math.min(SIZE - 1, (int) x + reach); c++) {
                double d = (r - y) * (r - y) + (c - x) * (c - x);
                distance[r * SIZE + c] = Math.min(distance[r * SIZE + c], d);
            }
        }
    }

    /** A Catmull-Rom spline through the points of a stroke, between points s and s + 1. */
    private static double spline(double[] stroke, int s, int points, double t, int coordinate) {
        double a = stroke[2 * Math.max(s - 1, 0) + coordinate];
        double b = stroke[2 * s + coordinate];
        double c = stroke[2 * (s + 1) + coordinate];
        double d = stroke[2 * Math.min(s + 2, points - 1) + coordinate];
        return 0.5 * (2 * b + t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a))));
    }

    private static double uniform(SplittableRandom random, double low, double high) {
        return random.nextDouble(low, high);
    }
}
