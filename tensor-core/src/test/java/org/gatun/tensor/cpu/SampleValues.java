package org.gatun.tensor.cpu;

import java.util.SplittableRandom;

/** Arguments that try a function where it is used and where it breaks: special values, every exponent, and ordinary ranges. */
final class SampleValues {
    private static final double[] SPECIAL = {
        0,
        -0.0,
        1,
        -1,
        0.5,
        -0.5,
        2,
        -2,
        1.5,
        -1.5,
        2.5,
        -2.5,
        3,
        10,
        -10,
        100,
        1000,
        Math.PI,
        Math.PI / 2,
        -Math.PI / 4,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        88.7,
        88.8,
        -87.4,
        -103.9,
        -104.1,
        709.7,
        709.8,
        -708.4,
        -745.1,
        -745.2,
        127.9,
        128,
        -149,
        -149.5,
        -150,
        1023.9,
        1024,
        -1074,
        -1074.5,
        -1075,
        0.625,
        9.01,
        19.06,
        22
    };

    private SampleValues() {}

    static float[] floats(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] extremes = {
            Float.MIN_VALUE,
            -Float.MIN_VALUE,
            Float.MIN_NORMAL,
            -Float.MIN_NORMAL,
            Float.MAX_VALUE,
            -Float.MAX_VALUE,
            Math.nextDown(1f),
            Math.nextUp(1f),
            0x1p23f,
            0x1p24f,
            0x1p31f,
            -0x1p31f,
            0x1p63f,
            8388607.5f,
            4194303.5f
        };
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = switch (i % 4) {
                case 0 ->
                    i / 4 < SPECIAL.length
                            ? (float) SPECIAL[i / 4]
                            : i / 4 < SPECIAL.length + extremes.length
                                    ? extremes[i / 4 - SPECIAL.length]
                                    : Float.intBitsToFloat(random.nextInt());
                case 1 -> (float) random.nextDouble(-2, 2);
                case 2 -> (float) random.nextDouble(-20, 20);
                default -> (float) random.nextDouble(-120, 120);
            };
        }
        return values;
    }

    static double[] doubles(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] extremes = {
            Double.MIN_VALUE,
            -Double.MIN_VALUE,
            Double.MIN_NORMAL,
            -Double.MIN_NORMAL,
            Double.MAX_VALUE,
            -Double.MAX_VALUE,
            Math.nextDown(1d),
            Math.nextUp(1d),
            0x1p52,
            0x1p53,
            0x1p31,
            -0x1p31,
            0x1p63,
            0x1p52 - 0.5,
            0x1p51 - 0.5
        };
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = switch (i % 4) {
                case 0 ->
                    i / 4 < SPECIAL.length
                            ? SPECIAL[i / 4]
                            : i / 4 < SPECIAL.length + extremes.length
                                    ? extremes[i / 4 - SPECIAL.length]
                                    : Double.longBitsToDouble(random.nextLong());
                case 1 -> random.nextDouble(-2, 2);
                case 2 -> random.nextDouble(-20, 20);
                default -> random.nextDouble(-800, 800);
            };
        }
        return values;
    }
}
