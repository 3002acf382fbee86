package org.gatun.tensor;

import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.ir.ExtremumFn;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.trace.Dispatch;
import org.gatun.tensor.trace.Traced;
import org.jspecify.annotations.Nullable;

/**
 * What to divide elements by before sums of their powers are taken, so that neither these nor their derivatives overflow or lose digits to
 * underflow where the result has its place in the range: as the norms of BLAS do. The sums are taken without first, and looked at.
 */
final class Scaling {
    /** Magnitudes, 1 where they are of no use. */
    private static final Region USABLE =
            Elementwise.region(m -> m.gt(0).and(m.lt(Double.POSITIVE_INFINITY)).where(m, m.fullLike(1)));

    /** Operands: magnitudes, least. The power of two below each. */
    private static final Region SCALE =
            Elementwise.region((m, least) -> m.log2().floor().exp2().maximum(least));

    private static final Region WITHIN =
            Elementwise.region((x, limit) -> x.ge(limit.reciprocal()).and(x.le(limit)));

    /** So many elements are read in less time than operations take to start. */
    private static final int FEW = 2000;

    private Scaling() {}

    /**
     * The scale, a constant with the reduced axes of size 1, or null where the sums are well within the range, or where no scale would help,
     * or where there are no numbers to look at since only types are inferred. In a captured step it is never null, and 1 where it would be.
     *
     * @param sums of powers of the elements
     * @param p the power; the largest magnitudes count if it is positive, the least if it is negative
     */
    static @Nullable Tensor of(Tensor sums, Tensor x, double p, Axes over) {
        // Second derivatives take elements to the power p - 2 and sums to 1/p - 2, of which the root has only that of
        // -3/2.
        double share = p == 2 ? 2.0 / 3 : Math.abs(p) / (2 * Math.abs(p) + 2);
        double wide = Math.pow(sums.dtype() == DType.F64 ? 1e300 : 1e36, share);
        if (x.elements() == 0 || !Traced.hasNumbers(sums)) {
            return null;
        }
        // The numbers of a captured step are other ones in each run, and the device looks at them itself.
        boolean later = CudaGraph.isCapturing();
        if (!later && isWithin(sums, wide)) {
            return null;
        }
        ExtremumFn fn = p > 0 ? ExtremumFn.MAX : ExtremumFn.MIN;
        Tensor magnitude = Dispatch.bind(new Op.Extremum(fn, over), x.detach().abs());
        Tensor counted = magnitude.maskedFill(
                magnitude.eq(0).or(magnitude.lt(Double.POSITIVE_INFINITY).not()), 1);
        double narrow = Math.pow(wide, 0.5 / Math.max(2, Math.abs(p)));
        if (!later && isWithin(counted, narrow)) {
            return null;
        }
        // so that the reciprocal and the product with a derivative are normal numbers
        double least = sums.dtype() == DType.F64 ? 0x1p-1000 : 0x1p-116;
        Tensor usable = USABLE.apply(magnitude);
        // A power of two divides exactly; other powers than 2 may overflow from below 2, and get magnitudes of 1 at
        // most.
        Tensor scale = p == 2 ? SCALE.apply(usable, Arithmetic.constant(x, x.dtype(), least)) : usable;
        return later ? within(sums, wide).or(within(counted, narrow)).where(scale.fullLike(1), scale) : scale;
    }

    /** Whether all elements are between a number and its reciprocal, as a tensor. */
    private static Tensor within(Tensor x, double limit) {
        Tensor all = Traced.beneath(x);
        return WITHIN.apply(all, Arithmetic.constant(all, all.dtype(), limit)).all();
    }

    /** Whether all elements are between a number and its reciprocal; NaN is not. */
    private static boolean isWithin(Tensor x, double limit) {
        Tensor all = Traced.beneath(x);
        if (all.elements() > FEW) {
            return within(all, limit).item() != 0;
        }
        if (all.dtype() == DType.F32) {
            // read as they are, which converts nothing
            for (float value : Values.floats(all)) {
                if (!(value >= 1 / limit && value <= limit)) {
                    return false;
                }
            }
            return true;
        }
        for (double value : Values.doubles(all)) {
            if (!(value >= 1 / limit && value <= limit)) {
                return false;
            }
        }
        return true;
    }
}
