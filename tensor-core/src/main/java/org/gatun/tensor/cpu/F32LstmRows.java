package org.gatun.tensor.cpu;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;
import org.gatun.tensor.DType;
import org.gatun.tensor.cpu.math.F32Exp;
import org.gatun.tensor.cpu.math.F32Hyperbolic;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.UnaryFn;

/**
 * {@link LstmRows} of F32 with the Vector API, in loops that the JIT compiler inlines whole. A template for {@link KernelTemplate#outOfLine}.
 */
final class F32LstmRows implements LstmRows {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final FloatVector ONE = FloatVector.broadcast(SPECIES, 1);
    private static final UnaryKernel TANH = ElementwiseKernels.unary(UnaryFn.TANH, DType.F32);
    private static final BinaryKernel SIGMOID_OF_SUM = KernelTemplate.specialise(
            F32BinaryLoop.class, BinaryKernel.class, (F32Binary) (a, b) -> F32Exp.sigmoid(a.add(b)));
    private static final BinaryKernel TANH_OF_SUM = KernelTemplate.specialise(
            F32BinaryLoop.class, BinaryKernel.class, (F32Binary) (a, b) -> F32Hyperbolic.tanh(a.add(b)));
    private static final BinaryKernel MUL = ElementwiseKernels.binary(BinaryFn.MUL, DType.F32);

    @Override
    public void cell(long x, long z, long before, long gates, long c, long h, int n) {
        long size = 4L * n;
        SIGMOID_OF_SUM.apply(x, z, gates, 2L * n);
        TANH_OF_SUM.apply(x + 2 * size, z + 2 * size, gates + 2 * size, n);
        SIGMOID_OF_SUM.apply(x + 3 * size, z + 3 * size, gates + 3 * size, n);
        carry(gates, before, c, n);
        TANH.apply(c, h, n);
        MUL.apply(h, gates + 3 * size, h, n);
    }

    /** {@code c = f before + i g}. */
    private static void carry(long gates, long before, long c, int n) {
        int j = 0;
        for (; j <= n - LANES; j += LANES) {
            FloatVector ig = load(gates + 4L * j).mul(load(gates + 4L * (2 * n + j)));
            load(gates + 4L * (n + j)).fma(load(before + 4L * j), ig).intoMemorySegment(Ram.ALL, c + 4L * j, ORDER);
        }
        if (j < n) {
            VectorMask<Float> rest = SPECIES.indexInRange(j, n);
            FloatVector ig = load(gates + 4L * j, rest).mul(load(gates + 4L * (2 * n + j), rest));
            load(gates + 4L * (n + j), rest)
                    .fma(load(before + 4L * j, rest), ig)
                    .intoMemorySegment(Ram.ALL, c + 4L * j, ORDER, rest);
        }
    }

    @Override
    public void flow(long outside, long inside, long cell, long gates, long c, long before, long out, int n) {
        // tanh(c) stands where the cotangent of the last gate is to stand.
        TANH.apply(c, out + 12L * n, n);
        int whole = SPECIES.loopBound(n);
        vectors(outside, inside, cell, gates, before, out, n, whole);
        if (whole < n) {
            tail(outside, inside, cell, gates, before, out, n, whole);
        }
    }

    private static void vectors(
            long outside, long inside, long cell, long gates, long before, long out, int n, int whole) {
        for (int j = 0; j < whole; j += LANES) {
            FloatVector d = load(outside + 4L * j).add(load(inside + 4L * j));
            FloatVector o = load(gates + 4L * (3 * n + j));
            FloatVector tanh = load(out + 4L * (3 * n + j));
            FloatVector further = d.mul(o).mul(tanh.mul(tanh.neg()).add(ONE)).add(load(cell + 4L * j));
            d.mul(tanh).mul(o.mul(ONE.sub(o))).intoMemorySegment(Ram.ALL, out + 4L * (3 * n + j), ORDER);
            FloatVector i = load(gates + 4L * j);
            FloatVector g = load(gates + 4L * (2 * n + j));
            further.mul(g).mul(i.mul(ONE.sub(i))).intoMemorySegment(Ram.ALL, out + 4L * j, ORDER);
            further.mul(i).mul(g.mul(g.neg()).add(ONE)).intoMemorySegment(Ram.ALL, out + 4L * (2 * n + j), ORDER);
            FloatVector f = load(gates + 4L * (n + j));
            further.mul(load(before + 4L * j))
                    .mul(f.mul(ONE.sub(f)))
                    .intoMemorySegment(Ram.ALL, out + 4L * (n + j), ORDER);
            further.mul(f).intoMemorySegment(Ram.ALL, cell + 4L * j, ORDER);
        }
    }

    private static void tail(long outside, long inside, long cell, long gates, long before, long out, int n, int j) {
        VectorMask<Float> rest = SPECIES.indexInRange(j, n);
        FloatVector d = load(outside + 4L * j, rest).add(load(inside + 4L * j, rest));
        FloatVector o = load(gates + 4L * (3 * n + j), rest);
        FloatVector tanh = load(out + 4L * (3 * n + j), rest);
        FloatVector further = d.mul(o).mul(tanh.mul(tanh.neg()).add(ONE)).add(load(cell + 4L * j, rest));
        d.mul(tanh).mul(o.mul(ONE.sub(o))).intoMemorySegment(Ram.ALL, out + 4L * (3 * n + j), ORDER, rest);
        FloatVector i = load(gates + 4L * j, rest);
        FloatVector g = load(gates + 4L * (2 * n + j), rest);
        further.mul(g).mul(i.mul(ONE.sub(i))).intoMemorySegment(Ram.ALL, out + 4L * j, ORDER, rest);
        further.mul(i).mul(g.mul(g.neg()).add(ONE)).intoMemorySegment(Ram.ALL, out + 4L * (2 * n + j), ORDER, rest);
        FloatVector f = load(gates + 4L * (n + j), rest);
        further.mul(load(before + 4L * j, rest))
                .mul(f.mul(ONE.sub(f)))
                .intoMemorySegment(Ram.ALL, out + 4L * (n + j), ORDER, rest);
        further.mul(f).intoMemorySegment(Ram.ALL, cell + 4L * j, ORDER, rest);
    }

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER);
    }

    private static FloatVector load(long address, VectorMask<Float> mask) {
        return FloatVector.fromMemorySegment(SPECIES, Ram.ALL, address, ORDER, mask);
    }
}
