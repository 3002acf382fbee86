package org.gatun.tensor.cpu;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** The passes in vectors of floats. A template for {@link KernelTemplate#outOfLine}. */
final class F32FftPasses implements FftPasses {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int LANES = SPECIES.length();
    private static final long SIZE = Float.BYTES;
    private static final long VECTOR = LANES * SIZE;

    /** The even and the odd elements of two vectors, and the elements of two in turn. */
    private static final VectorShuffle<Float> EVEN = VectorShuffle.fromOp(SPECIES, i -> wrap(2 * i));

    private static final VectorShuffle<Float> ODD = VectorShuffle.fromOp(SPECIES, i -> wrap(2 * i + 1));
    private static final VectorShuffle<Float> LOW = VectorShuffle.fromOp(SPECIES, i -> i / 2 - (i % 2) * LANES);
    private static final VectorShuffle<Float> HIGH =
            VectorShuffle.fromOp(SPECIES, i -> LANES / 2 + i / 2 - (i % 2) * LANES);

    private static final float COS3 = -0.5f;
    private static final float SIN3 = (float) 0.866025403784438646763723170752936;
    private static final float COS5 = (float) 0.309016994374947424102293417182819;
    private static final float SIN5 = (float) 0.951056516295153572116439333379382;
    private static final float COS5_2 = (float) -0.809016994374947424102293417182819;
    private static final float SIN5_2 = (float) 0.587785252292473129168705954639073;

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

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER);
    }

    private static void store(FloatVector x, long address) {
        x.intoMemorySegment(Ram.ALL, address, ORDER);
    }

    /** Stores (re, im) times (c, s). */
    private static void store(FloatVector re, FloatVector im, float c, float s, long toRe, long toIm) {
        store(re.mul(c).sub(im.mul(s)), toRe);
        store(re.mul(s).add(im.mul(c)), toIm);
    }

    @Override
    public void pass(int radix, long re, long im, long toRe, long toIm, int m, int s, Roots roots) {
        long row = s * SIZE;
        long part = m * row;
        float[] w = roots.narrow;
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

    private static void two(long re, long im, long part, long toRe, long toIm, long row, float[] w, int k) {
        float c1 = w[k];
        float s1 = w[k + 1];
        for (long q = 0; q < row; q += VECTOR) {
            FloatVector ar = load(re + q);
            FloatVector ai = load(im + q);
            FloatVector br = load(re + q + part);
            FloatVector bi = load(im + q + part);
            store(ar.add(br), toRe + q);
            store(ai.add(bi), toIm + q);
            store(ar.sub(br), ai.sub(bi), c1, s1, toRe + q + row, toIm + q + row);
        }
    }

    private static void three(long re, long im, long part, long toRe, long toIm, long row, float[] w, int k) {
        float c1 = w[k];
        float s1 = w[k + 1];
        float c2 = w[k + 2];
        float s2 = w[k + 3];
        for (long q = 0; q < row; q += VECTOR) {
            FloatVector ar = load(re + q);
            FloatVector ai = load(im + q);
            FloatVector br = load(re + q + part);
            FloatVector bi = load(im + q + part);
            FloatVector cr = load(re + q + 2 * part);
            FloatVector ci = load(im + q + 2 * part);
            FloatVector tr = br.add(cr);
            FloatVector ti = bi.add(ci);
            FloatVector dr = br.sub(cr).mul(SIN3);
            FloatVector di = bi.sub(ci).mul(SIN3);
            FloatVector mr = tr.mul(COS3).add(ar);
            FloatVector mi = ti.mul(COS3).add(ai);
            store(ar.add(tr), toRe + q);
            store(ai.add(ti), toIm + q);
            store(mr.add(di), mi.sub(dr), c1, s1, toRe + q + row, toIm + q + row);
            store(mr.sub(di), mi.add(dr), c2, s2, toRe + q + 2 * row, toIm + q + 2 * row);
        }
    }

    private static void four(long re, long im, long part, long toRe, long toIm, long row, float[] w, int k) {
        float c1 = w[k];
        float s1 = w[k + 1];
        float c2 = w[k + 2];
        float s2 = w[k + 3];
        float c3 = w[k + 4];
        float s3 = w[k + 5];
        for (long q = 0; q < row; q += VECTOR) {
            FloatVector ar = load(re + q);
            FloatVector ai = load(im + q);
            FloatVector br = load(re + q + part);
            FloatVector bi = load(im + q + part);
            FloatVector cr = load(re + q + 2 * part);
            FloatVector ci = load(im + q + 2 * part);
            FloatVector dr = load(re + q + 3 * part);
            FloatVector di = load(im + q + 3 * part);
            FloatVector er = ar.add(cr);
            FloatVector ei = ai.add(ci);
            FloatVector fr = br.add(dr);
            FloatVector fi = bi.add(di);
            FloatVector gr = ar.sub(cr);
            FloatVector gi = ai.sub(ci);
            FloatVector hr = br.sub(dr);
            FloatVector hi = bi.sub(di);
            store(er.add(fr), toRe + q);
            store(ei.add(fi), toIm + q);
            store(gr.add(hi), gi.sub(hr), c1, s1, toRe + q + row, toIm + q + row);
            store(er.sub(fr), ei.sub(fi), c2, s2, toRe + q + 2 * row, toIm + q + 2 * row);
            store(gr.sub(hi), gi.add(hr), c3, s3, toRe + q + 3 * row, toIm + q + 3 * row);
        }
    }

    private static void five(long re, long im, long part, long toRe, long toIm, long row, float[] w, int k) {
        for (long q = 0; q < row; q += VECTOR) {
            FloatVector ar = load(re + q);
            FloatVector ai = load(im + q);
            FloatVector br = load(re + q + part);
            FloatVector bi = load(im + q + part);
            FloatVector cr = load(re + q + 2 * part);
            FloatVector ci = load(im + q + 2 * part);
            FloatVector dr = load(re + q + 3 * part);
            FloatVector di = load(im + q + 3 * part);
            FloatVector er = load(re + q + 4 * part);
            FloatVector ei = load(im + q + 4 * part);
            FloatVector tr = br.add(er);
            FloatVector ti = bi.add(ei);
            FloatVector ur = cr.add(dr);
            FloatVector ui = ci.add(di);
            FloatVector vr = br.sub(er);
            FloatVector vi = bi.sub(ei);
            FloatVector xr = cr.sub(dr);
            FloatVector xi = ci.sub(di);
            store(ar.add(tr.add(ur)), toRe + q);
            store(ai.add(ti.add(ui)), toIm + q);
            FloatVector mr = tr.mul(COS5).add(ur.mul(COS5_2)).add(ar);
            FloatVector mi = ti.mul(COS5).add(ui.mul(COS5_2)).add(ai);
            FloatVector nr = vr.mul(SIN5).add(xr.mul(SIN5_2));
            FloatVector ni = vi.mul(SIN5).add(xi.mul(SIN5_2));
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
        float[] w = factors.narrow;
        for (int j = 0; j < rows; j++) {
            long at = j * VECTOR;
            store(load(re + at), load(im + at), w[2 * j], w[2 * j + 1], re + at, im + at);
        }
    }

    @Override
    public void scale(long re, long im, int rows, double[] rowFactors, Roots factors) {
        float[] w = factors.narrow;
        int half = w.length / 2;
        for (int j = 0; j < rows; j++) {
            long at = j * VECTOR;
            FloatVector c = FloatVector.fromArray(SPECIES, w, j * LANES);
            FloatVector s = FloatVector.fromArray(SPECIES, w, half + j * LANES);
            float rowC = (float) rowFactors[j];
            float rowS = (float) rowFactors[rows + j];
            FloatVector fr = c.mul(rowC).sub(s.mul(rowS));
            FloatVector fi = c.mul(rowS).add(s.mul(rowC));
            FloatVector xr = load(re + at);
            FloatVector xi = load(im + at);
            store(xr.mul(fr).sub(xi.mul(fi)), re + at);
            store(xr.mul(fi).add(xi.mul(fr)), im + at);
        }
    }

    @Override
    public void readColumn(long from, long step, int rows, int column, long re, long im) {
        long to = column * SIZE;
        for (int j = 0; j < rows; j++) {
            Ram.putFloat(re + to + j * VECTOR, Ram.getFloat(from + j * step));
            Ram.putFloat(im + to + j * VECTOR, Ram.getFloat(from + j * step + SIZE));
        }
    }

    /** Stores the elements of two vectors in turn. */
    private static void zip(FloatVector x, FloatVector y, long low, long high) {
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
            FloatVector a = load(from + j * step);
            FloatVector b = load(from + j * step + VECTOR);
            store(a.rearrange(EVEN, b), re + j * VECTOR);
            store(a.rearrange(ODD, b), im + j * VECTOR);
        }
    }

    @Override
    public void writeColumn(long re, long im, int rows, int column, long to, long step) {
        long from = column * SIZE;
        for (int j = 0; j < rows; j++) {
            Ram.putFloat(to + j * step, Ram.getFloat(re + from + j * VECTOR));
            Ram.putFloat(to + j * step + SIZE, Ram.getFloat(im + from + j * VECTOR));
        }
    }

    @Override
    public void writeColumns(long re, long im, int rows, long to, long step) {
        for (int j = 0; j < rows; j++) {
            FloatVector a = load(re + j * VECTOR);
            FloatVector b = load(im + j * VECTOR);
            store(a.rearrange(LOW, b), to + j * step);
            store(a.rearrange(HIGH, b), to + j * step + VECTOR);
        }
    }
}
