package org.gatun.tensor.cpu;

import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** The vector loops that fold F64 elements; a template for {@link KernelTemplate}. */
final class F64FoldLoop implements FoldKernel {
    /** The function on vectors and on single elements, and its identity. */
    record Of(F64Binary vectors, ScalarF64FoldLoop.Fn elements, double identity) {}

    private static final Of DATA = KernelTemplate.data(MethodHandles.lookup(), Of.class);
    private static final F64Binary FN = DATA.vectors();
    private static final ScalarF64FoldLoop.Fn ONE = DATA.elements();
    private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
    private static final DoubleVector IDENTITY = DoubleVector.broadcast(SPECIES, DATA.identity());
    private static final int LANES = SPECIES.length();
    private static final int STEP = 4 * LANES;

    /** Fewer elements than this fold faster one by one. */
    private static final int FEW = 7;

    private static final long SIZE = Double.BYTES;
    private static final long VECTOR = SPECIES.vectorByteSize();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    // Lane i of a vector rotated by r is lane (i + r) mod LANES of the vector.
    private static final VectorShuffle<Double> ROTATE_8 = rotation(8);
    private static final VectorShuffle<Double> ROTATE_4 = rotation(4);
    private static final VectorShuffle<Double> ROTATE_2 = rotation(2);
    private static final VectorShuffle<Double> ROTATE_1 = rotation(1);

    private static VectorShuffle<Double> rotation(int by) {
        return VectorShuffle.fromOp(SPECIES, i -> (i + by) % LANES);
    }

    @Override
    public void row(long in, long n, long out) {
        Ram.putDouble(out, fold(in, n));
    }

    private static double fold(long in, long n) {
        if (n <= BLOCK) {
            return block(in, (int) n);
        }
        long left = FoldKernel.split(n, BLOCK);
        return ONE.apply(fold(in, left), fold(in + SIZE * left, n - left));
    }

    private static double block(long in, int n) {
        if (n < FEW) {
            return few(in, n);
        }
        int i = 0;
        // Made afresh: a vector from a static field would keep the loop's vector on the heap.
        DoubleVector v = DoubleVector.broadcast(SPECIES, DATA.identity());
        if (n >= STEP) {
            DoubleVector a = load(in);
            DoubleVector b = load(in + VECTOR);
            DoubleVector c = load(in + 2 * VECTOR);
            DoubleVector d = load(in + 3 * VECTOR);
            for (i = STEP; i <= n - STEP; i += STEP) {
                long at = in + SIZE * i;
                a = FN.apply(a, load(at));
                b = FN.apply(b, load(at + VECTOR));
                c = FN.apply(c, load(at + 2 * VECTOR));
                d = FN.apply(d, load(at + 3 * VECTOR));
            }
            v = FN.apply(FN.apply(a, b), FN.apply(c, d));
        }
        for (; i <= n - LANES; i += LANES) {
            v = FN.apply(v, load(in + SIZE * i));
        }
        if (i < n) {
            VectorMask<Double> rest = SPECIES.indexInRange(i, n);
            v = FN.apply(
                    v,
                    IDENTITY.blend(DoubleVector.fromMemorySegment(SPECIES, Ram.ALL, in + SIZE * i, ORDER, rest), rest));
        }
        return lanes(v);
    }

    private static double few(long in, int n) {
        double x = Ram.getDouble(in);
        for (int i = 1; i < n; i++) {
            x = ONE.apply(x, Ram.getDouble(in + SIZE * i));
        }
        return x;
    }

    /** Folds the lanes in a fixed order, which {@link DoubleVector#reduceLanes} does not promise. */
    private static double lanes(DoubleVector v) {
        DoubleVector w = v;
        if (LANES > 8) {
            w = FN.apply(w, w.rearrange(ROTATE_8));
        }
        if (LANES > 4) {
            w = FN.apply(w, w.rearrange(ROTATE_4));
        }
        if (LANES > 2) {
            w = FN.apply(w, w.rearrange(ROTATE_2));
        }
        return FN.apply(w, w.rearrange(ROTATE_1)).lane(0);
    }

    @Override
    public void columns(long in, int rows, long stride, int width, long out) {
        int quads = rows & -4;
        if (quads > 0) {
            first(in, stride, width, out);
        } else {
            Ram.copy(in, out, SIZE * width);
        }
        for (int r = 4; r < quads; r += 4) {
            quad(in + r * stride, stride, width, out);
        }
        for (int r = Math.max(quads, 1); r < rows; r++) {
            single(in + r * stride, width, out);
        }
    }

    /** The fold of four rows. */
    private static void first(long in, long stride, int width, long out) {
        int j = 0;
        for (; j <= width - LANES; j += LANES) {
            four(in + SIZE * j, stride).intoMemorySegment(Ram.ALL, out + SIZE * j, ORDER);
        }
        for (; j < width; j++) {
            Ram.putDouble(out + SIZE * j, fourElements(in + SIZE * j, stride));
        }
    }

    /** Folds four rows into the result. */
    private static void quad(long in, long stride, int width, long out) {
        int j = 0;
        for (; j <= width - LANES; j += LANES) {
            FN.apply(load(out + SIZE * j), four(in + SIZE * j, stride))
                    .intoMemorySegment(Ram.ALL, out + SIZE * j, ORDER);
        }
        for (; j < width; j++) {
            long to = out + SIZE * j;
            Ram.putDouble(to, ONE.apply(Ram.getDouble(to), fourElements(in + SIZE * j, stride)));
        }
    }

    /** Folds one row into the result. */
    private static void single(long in, int width, long out) {
        int j = 0;
        for (; j <= width - LANES; j += LANES) {
            FN.apply(load(out + SIZE * j), load(in + SIZE * j)).intoMemorySegment(Ram.ALL, out + SIZE * j, ORDER);
        }
        for (; j < width; j++) {
            long to = out + SIZE * j;
            Ram.putDouble(to, ONE.apply(Ram.getDouble(to), Ram.getDouble(in + SIZE * j)));
        }
    }

    private static DoubleVector four(long at, long stride) {
        return FN.apply(FN.apply(load(at), load(at + stride)), FN.apply(load(at + 2 * stride), load(at + 3 * stride)));
    }

    private static double fourElements(long at, long stride) {
        return ONE.apply(
                ONE.apply(Ram.getDouble(at), Ram.getDouble(at + stride)),
                ONE.apply(Ram.getDouble(at + 2 * stride), Ram.getDouble(at + 3 * stride)));
    }

    private static DoubleVector load(long address) {
        return DoubleVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER);
    }
}
