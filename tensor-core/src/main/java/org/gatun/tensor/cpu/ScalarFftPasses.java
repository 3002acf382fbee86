package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;

/** The passes in plain Java: in double precision for numbers of either floating dtype outside. */
final class ScalarFftPasses implements FftPasses {
    private static final int LANES = 4;
    private static final long SIZE = Double.BYTES;
    private static final long ROW = LANES * SIZE;

    private final boolean narrow;

    ScalarFftPasses(DType dtype) {
        this.narrow = dtype == DType.F32;
    }

    @Override
    public int lanes() {
        return LANES;
    }

    @Override
    public int bytes() {
        return (int) SIZE;
    }

    @Override
    public int complexBytes() {
        return narrow ? 2 * Float.BYTES : 2 * Double.BYTES;
    }

    /** From the definition of the pass; the roots of the radix are exact enough to serve as its table. */
    @Override
    public void pass(int radix, long re, long im, long toRe, long toIm, int m, int s, Roots roots) {
        double[] w = roots.wide;
        double[] cos = new double[radix];
        double[] sin = new double[radix];
        for (int k = 0; k < radix; k++) {
            cos[k] = Roots.cos(k, radix);
            sin[k] = Roots.minusSin(k, radix);
        }
        for (int p = 0; p < m; p++) {
            for (int k = 0; k < radix; k++) {
                int root = (p * (radix - 1) + k - 1) * 2;
                double c = k == 0 ? 1 : w[root];
                double d = k == 0 ? 0 : w[root + 1];
                long to = ((long) radix * p + k) * s * SIZE;
                for (int q = 0; q < s; q++) {
                    double sumRe = 0;
                    double sumIm = 0;
                    for (int t = 0; t < radix; t++) {
                        long at = (((long) t * m + p) * s + q) * SIZE;
                        double x = Ram.getDouble(re + at);
                        double y = Ram.getDouble(im + at);
                        int u = k * t % radix;
                        sumRe += x * cos[u] - y * sin[u];
                        sumIm += x * sin[u] + y * cos[u];
                    }
                    Ram.putDouble(toRe + to + q * SIZE, sumRe * c - sumIm * d);
                    Ram.putDouble(toIm + to + q * SIZE, sumRe * d + sumIm * c);
                }
            }
        }
    }

    @Override
    public void scaleRows(long re, long im, int rows, Roots factors) {
        for (int i = 0; i < rows * LANES; i++) {
            int j = i / LANES;
            multiply(re + i * SIZE, im + i * SIZE, factors.wide[2 * j], factors.wide[2 * j + 1]);
        }
    }

    @Override
    public void scale(long re, long im, int rows, double[] rowFactors, Roots factors) {
        double[] w = factors.wide;
        int half = w.length / 2;
        for (int i = 0; i < rows * LANES; i++) {
            int j = i / LANES;
            multiply(re + i * SIZE, im + i * SIZE, rowFactors[j], rowFactors[rows + j]);
            multiply(re + i * SIZE, im + i * SIZE, w[i], w[half + i]);
        }
    }

    private static void multiply(long re, long im, double c, double s) {
        double x = Ram.getDouble(re);
        double y = Ram.getDouble(im);
        Ram.putDouble(re, x * c - y * s);
        Ram.putDouble(im, x * s + y * c);
    }

    @Override
    public void readColumn(long from, long step, int rows, int column, long re, long im) {
        long to = column * SIZE;
        for (int j = 0; j < rows; j++) {
            long at = from + j * step;
            Ram.putDouble(re + to + j * ROW, narrow ? Ram.getFloat(at) : Ram.getDouble(at));
            Ram.putDouble(im + to + j * ROW, narrow ? Ram.getFloat(at + 4) : Ram.getDouble(at + 8));
        }
    }

    @Override
    public void readColumns(long from, long step, int rows, long re, long im) {
        for (int c = 0; c < LANES; c++) {
            readColumn(from + (long) c * complexBytes(), step, rows, c, re, im);
        }
    }

    @Override
    public void writeColumn(long re, long im, int rows, int column, long to, long step) {
        for (int j = 0; j < rows; j++) {
            double x = Ram.getDouble(re + column * SIZE + j * ROW);
            double y = Ram.getDouble(im + column * SIZE + j * ROW);
            long at = to + j * step;
            if (narrow) {
                Ram.putFloat(at, (float) x);
                Ram.putFloat(at + 4, (float) y);
            } else {
                Ram.putDouble(at, x);
                Ram.putDouble(at + 8, y);
            }
        }
    }

    @Override
    public void writeColumns(long re, long im, int rows, long to, long step) {
        for (int c = 0; c < LANES; c++) {
            writeColumn(re, im, rows, c, to + (long) c * complexBytes(), step);
        }
    }
}
