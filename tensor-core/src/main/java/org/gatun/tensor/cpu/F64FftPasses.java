package org.gatun.tensor.cpu;

import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** The passes in vectors of doubles. A template for {@link KernelTemplate#outOfLine}. */
final class F64FftPasses implements FftPasses {
    private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int LANES = SPECIES.length();
    private static final long SIZE = Double.BYTES;
    private static final long VECTOR = LANES * SIZE;

    /** The even and the odd elements of two vectors, and the elements of two in turn. */
    private static final VectorShuffle<Double> EVEN = VectorShuffle.fromOp(SPECIES, i -> wrap(2 * i));

    private static final VectorShuffle<Double> ODD = VectorShuffle.fromOp(SPECIES, i -> wrap(2 * i + 1));
    private static final VectorShuffle<Double> LOW = VectorShuffle.fromOp(SPECIES, i -> i / 2 - (i % 2) * LANES);
    private static final VectorShuffle<Double> HIGH =
            VectorShuffle.fromOp(SPECIES, i -> LANES / 2 + i / 2 - (i % 2) * LANES);

    private static final double COS3 = -0.5;
    private static final double SIN3 = 0.866025403784438646763723170752936;
    private static final double COS5 = 0.309016994374947424102293417182819;
    private static final double SIN5 = 0.951056516295153572116439333379382;
    private static final double COS5_2 = -0.809016994374947424102293417182819;
    private static final double SIN5_2 = 0.587785252292473129168705954639073;

    /** The source of a lane of a rearrangement: exceptional indices, which name the second vector, are negative. */
    private static int wrap(int i) {
        return i < LANES ? i : i - 2 * LANES;
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
        return (int) (2 * SIZE);
    }

    private static DoubleVector load(long address) {
        return DoubleVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER);
    }

    private static void store(DoubleVector x, long address) {
        x.intoMemorySegment(Ram.ALL, address, ORDER);
    }

    /** Stores (re, im) times (c, s). */
    private static void store(DoubleVector re, DoubleVector im, double c, double s, long toRe, long toIm) {
        store(re.mul(c).sub(im.mul(s)), toRe);
        store(re.mul(s).add(im.mul(c)), toIm);
    }

    @Override
    public void pass(int radix, long re, long im, long toRe, long toIm, int m, int s, Roots roots) {
        long row = s * SIZE;
        long part = m * row;
        double[] w = roots.wide;
        for (int p = 0; p < m; p++) {
            long at = p * row;
            long to = radix * at;
            int k = p * (radix - 1) * 2;
            if (radix == 2) {
                two(re + at, im + at, part, toRe + to, toIm + to, row, w, k);
            } else if (radix == 3) {
                three(re + at, im + at, part, toRe + to, toIm + to, row, w, k);
            } else if (radix == 4) {
                four(re + at, im + at, part, toRe + to, toIm + to, row, w, k);
            } else {
                five(re + at, im + at, part, toRe + to, toIm + to, row, w, k);
            }
        }
    }

    private static void two(long re, long im, long part, long toRe, long toIm, long row, double[] w, int k) {
        double c1 = w[k];
        double s1 = w[k + 1];
        for (long q = 0; q < row; q += VECTOR) {
            DoubleVector ar = load(re + q);
            DoubleVector ai = load(im + q);
            DoubleVector br = load(re + q + part);
            DoubleVector bi = load(im + q + part);
            store(ar.add(br), toRe + q);
            store(ai.add(bi), toIm + q);
            store(ar.sub(br), ai.sub(bi), c1, s1, toRe + q + row, toIm + q + row);
        }
    }

    private static void three(long re, long im, long part, long toRe, long toIm, long row, double[] w, int k) {
        double c1 = w[k];
        double s1 = w[k + 1];
        double c2 = w[k + 2];
        double s2 = w[k + 3];
        for (long q = 0; q < row; q += VECTOR) {
            DoubleVector ar = load(re + q);
            DoubleVector ai = load(im + q);
            DoubleVector br = load(re + q + part);
            DoubleVector bi = load(im + q + part);
            DoubleVector cr = load(re + q + 2 * part);
            DoubleVector ci = load(im + q + 2 * part);
            DoubleVector tr = br.add(cr);
            DoubleVector ti = bi.add(ci);
            DoubleVector dr = br.sub(cr).mul(SIN3);
            DoubleVector di = bi.sub(ci).mul(SIN3);
            DoubleVector mr = tr.mul(COS3).add(ar);
            DoubleVector mi = ti.mul(COS3).add(ai);
            store(ar.add(tr), toRe + q);
            store(ai.add(ti), toIm + q);
            store(mr.add(di), mi.sub(dr), c1, s1, toRe + q + row, toIm + q + row);
            store(mr.sub(di), mi.add(dr), c2, s2, toRe + q + 2 * row, toIm + q + 2 * row);
        }
    }

    private static void four(long re, long im, long part, long toRe, long toIm, long row, double[] w, int k) {
        double c1 = w[k];
        double s1 = w[k + 1];
        double c2 = w[k + 2];
        double s2 = w[k + 3];
        double c3 = w[k + 4];
        double s3 = w[k + 5];
        for (long q = 0; q < row; q += VECTOR) {
            DoubleVector ar = load(re + q);
            DoubleVector ai = load(im + q);
            DoubleVector br = load(re + q + part);
            DoubleVector bi = load(im + q + part);
            DoubleVector cr = load(re + q + 2 * part);
            DoubleVector ci = load(im + q + 2 * part);
            DoubleVector dr = load(re + q + 3 * part);
            DoubleVector di = load(im + q + 3 * part);
            DoubleVector er = ar.add(cr);
            DoubleVector ei = ai.add(ci);
            DoubleVector fr = br.add(dr);
            DoubleVector fi = bi.add(di);
            DoubleVector gr = ar.sub(cr);
            DoubleVector gi = ai.sub(ci);
            DoubleVector hr = br.sub(dr);
            DoubleVector hi = bi.sub(di);
            store(er.add(fr), toRe + q);
            store(ei.add(fi), toIm + q);
            store(gr.add(hi), gi.sub(hr), c1, s1, toRe + q + row, toIm + q + row);
            store(er.sub(fr), ei.sub(fi), c2, s2, toRe + q + 2 * row, toIm + q + 2 * row);
            store(gr.sub(hi), gi.add(hr), c3, s3, toRe + q + 3 * row, toIm + q + 3 * row);
        }
    }

    private static void five(long re, long im, long part, long toRe, long toIm, long row, double[] w, int k) {
        for (long q = 0; q < row; q += VECTOR) {
            DoubleVector ar = load(re + q);
            DoubleVector ai = load(im + q);
            DoubleVector br = load(re + q + part);
            DoubleVector bi = load(im + q + part);
            DoubleVector cr = load(re + q + 2 * part);
            DoubleVector ci = load(im + q + 2 * part);
            DoubleVector dr = load(re + q + 3 * part);
            DoubleVector di = load(im + q + 3 * part);
            DoubleVector er = load(re + q + 4 * part);
            DoubleVector ei = load(im + q + 4 * part);
            DoubleVector tr = br.add(er);
            DoubleVector ti = bi.add(ei);
            DoubleVector ur = cr.add(dr);
            DoubleVector ui = ci.add(di);
            DoubleVector vr = br.sub(er);
            DoubleVector vi = bi.sub(ei);
            DoubleVector xr = cr.sub(dr);
            DoubleVector xi = ci.sub(di);
            store(ar.add(tr.add(ur)), toRe + q);
            store(ai.add(ti.add(ui)), toIm + q);
            DoubleVector mr = tr.mul(COS5).add(ur.mul(COS5_2)).add(ar);
            DoubleVector mi = ti.mul(COS5).add(ui.mul(COS5_2)).add(ai);
            DoubleVector nr = vr.mul(SIN5).add(xr.mul(SIN5_2));
            DoubleVector ni = vi.mul(SIN5).add(xi.mul(SIN5_2));
            store(mr.add(ni), mi.sub(nr), w[k], w[k + 1], toRe + q + row, toIm + q + row);
            store(mr.sub(ni), mi.add(nr), w[k + 6], w[k + 7], toRe + q + 4 * row, toIm + q + 4 * row);
            mr = tr.mul(COS5_2).add(ur.mul(COS5)).add(ar);
            mi = ti.mul(COS5_2).add(ui.mul(COS5)).add(ai);
            nr = vr.mul(SIN5_2).sub(xr.mul(SIN5));
            ni = vi.mul(SIN5_2).sub(xi.mul(SIN5));
            store(mr.add(ni), mi.sub(nr), w[k + 2], w[k + 3], toRe + q + 2 * row, toIm + q + 2 * row);
            store(mr.sub(ni), mi.add(nr), w[k + 4], w[k + 5], toRe + q + 3 * row, toIm + q + 3 * row);
        }
    }

    @Override
    public void scaleRows(long re, long im, int rows, Roots factors) {
        double[] w = factors.wide;
        for (int j = 0; j < rows; j++) {
            long at = j * VECTOR;
            store(load(re + at), load(im + at), w[2 * j], w[2 * j + 1], re + at, im + at);
        }
    }

    @Override
    public void scale(long re, long im, int rows, double[] rowFactors, Roots factors) {
        double[] w = factors.wide;
        int half = w.length / 2;
        for (int j = 0; j < rows; j++) {
            long at = j * VECTOR;
            DoubleVector c = DoubleVector.fromArray(SPECIES, w, j * LANES);
            DoubleVector s = DoubleVector.fromArray(SPECIES, w, half + j * LANES);
            double rowC = rowFactors[j];
            double rowS = rowFactors[rows + j];
            DoubleVector fr = c.mul(rowC).sub(s.mul(rowS));
            DoubleVector fi = c.mul(rowS).add(s.mul(rowC));
            DoubleVector xr = load(re + at);
            DoubleVector xi = load(im + at);
            store(xr.mul(fr).sub(xi.mul(fi)), re + at);
            store(xr.mul(fi).add(xi.mul(fr)), im + at);
        }
    }

    @Override
    public void readColumn(long from, long step, int rows, int column, long re, long im) {
        long to = column * SIZE;
        for (int j = 0; j < rows; j++) {
            Ram.putDouble(re + to + j * VECTOR, Ram.getDouble(from + j * step));
            Ram.putDouble(im + to + j * VECTOR, Ram.getDouble(from + j * step + SIZE));
        }
    }

    /** Stores the elements of two vectors in turn. */
    private static void zip(DoubleVector x, DoubleVector y, long low, long high) {
        store(x.rearrange(LOW, y), low);
        store(x.rearrange(HIGH, y), high);
    }

    /**
     * The zips of a transposition but the first and the last. A square of as many vectors as lanes is transposed by zipping its first half with
     * its second, again and again: each time the bits of an element's place go round by one.
     *
     * @return where the square is then
     */
    private static long zips(long a, long b) {
        long from = a;
        long to = b;
        for (int left = LANES / 4; left > 1; left /= 2) {
            for (int i = 0; i < LANES / 2; i++) {
                long at = from + i * VECTOR;
                zip(load(at), load(at + LANES / 2 * VECTOR), to + 2L * i * VECTOR, to + (2L * i + 1) * VECTOR);
            }
            long other = from;
            from = to;
            to = other;
        }
        return from;
    }

    @Override
    public void readLines(long from, long step, int rows, long re, long im, long a, long b) {
        int half = LANES / 2;
        int whole = LANES < 4 ? 0 : rows / half * half;
        for (int j = 0; j < whole; j += half) {
            long at = from + 2 * SIZE * j;
            for (int i = 0; i < half; i++) {
                long to = a + 2L * i * VECTOR;
                zip(load(at + i * step), load(at + (i + half) * step), to, to + VECTOR);
            }
            long square = zips(a, b);
            for (int i = 0; i < half; i++) {
                long x = square + i * VECTOR;
                zip(load(x), load(x + half * VECTOR), re + (j + i) * VECTOR, im + (j + i) * VECTOR);
            }
        }
        for (int c = 0; c < LANES; c++) {
            long rest = whole * VECTOR;
            readColumn(from + c * step + 2 * SIZE * whole, 2 * SIZE, rows - whole, c, re + rest, im + rest);
        }
    }

    @Override
    public void writeLines(long re, long im, int rows, long to, long step, long a, long b) {
        int half = LANES / 2;
        int whole = LANES < 4 ? 0 : rows / half * half;
        for (int j = 0; j < whole; j += half) {
            for (int i = 0; i < half; i++) {
                long part = (i % 2 == 0 ? re : im) + (j + i / 2) * VECTOR;
                long at = a + 2L * i * VECTOR;
                zip(load(part), load(part + half / 2 * VECTOR), at, at + VECTOR);
            }
            long square = zips(a, b);
            long line = to + 2 * SIZE * j;
            for (int i = 0; i < half; i++) {
                long x = square + i * VECTOR;
                zip(load(x), load(x + half * VECTOR), line + 2L * i * step, line + (2L * i + 1) * step);
            }
        }
        for (int c = 0; c < LANES; c++) {
            long rest = whole * VECTOR;
            writeColumn(re + rest, im + rest, rows - whole, c, to + c * step + 2 * SIZE * whole, 2 * SIZE);
        }
    }

    @Override
    public void readColumns(long from, long step, int rows, long re, long im) {
        for (int j = 0; j < rows; j++) {
            DoubleVector a = load(from + j * step);
            DoubleVector b = load(from + j * step + VECTOR);
            store(a.rearrange(EVEN, b), re + j * VECTOR);
            store(a.rearrange(ODD, b), im + j * VECTOR);
        }
    }

    @Override
    public void writeColumn(long re, long im, int rows, int column, long to, long step) {
        long from = column * SIZE;
        for (int j = 0; j < rows; j++) {
            Ram.putDouble(to + j * step, Ram.getDouble(re + from + j * VECTOR));
            Ram.putDouble(to + j * step + SIZE, Ram.getDouble(im + from + j * VECTOR));
        }
    }

    @Override
    public void writeColumns(long re, long im, int rows, long to, long step) {
        for (int j = 0; j < rows; j++) {
            DoubleVector a = load(re + j * VECTOR);
            DoubleVector b = load(im + j * VECTOR);
            store(a.rearrange(LOW, b), to + j * step);
            store(a.rearrange(HIGH, b), to + j * step + VECTOR);
        }
    }
}
