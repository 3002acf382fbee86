package org.gatun.tensor.cpu;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.ExtremumFn;
import org.jspecify.annotations.Nullable;

/** The fused kernels of recurrences along an axis, one pass over memory each. Operands of several have one shape and dtype. */
public final class ScanKernels {
    private static final int DTYPES = DType.values().length;

    // Filled without a lock: a loop that two threads make at once is the same twice, and has no state.
    private static final AlongAxis.@Nullable Body[] RECURRENCES = new AlongAxis.Body[2 * DTYPES];
    private static final AlongAxis.@Nullable Body[] EXTREMA = new AlongAxis.Body[2 * DTYPES];
    private static final AlongAxis.@Nullable Body[] LOG_SUMS = new AlongAxis.Body[DTYPES];

    private ScanKernels() {}

    /** {@code y[t] = a[t] * y[t - 1] + b[t]} along an axis, or with {@code y[t + 1]} in reverse; the first y is the first b. */
    public static ConcreteTensor linearRecurrence(int axis, boolean reverse, ConcreteTensor a, ConcreteTensor b) {
        DType dtype = b.dtype();
        int at = 2 * dtype.ordinal() + (reverse ? 1 : 0);
        AlongAxis.Body loop = RECURRENCES[at];
        if (loop == null) {
            loop = KernelTemplate.specialise(
                    RecurrenceLoop.class,
                    AlongAxis.Body.class,
                    new RecurrenceLoop.Of(
                            DoubleElements.reader(dtype), DoubleElements.writer(dtype), dtype.bytes(), reverse));
            RECURRENCES[at] = loop;
        }
        return AlongAxis.apply(axis, dtype, loop, a, b);
    }

    /** The index (I64) of the largest or smallest element so far along an axis, of equal ones the last; NaN is both. */
    public static ConcreteTensor runningExtremum(ExtremumFn fn, int axis, ConcreteTensor x) {
        DType dtype = x.dtype();
        int at = 2 * dtype.ordinal() + fn.ordinal();
        AlongAxis.Body loop = EXTREMA[at];
        if (loop == null) {
            var key = switch (fn) {
                case MAX -> OrderKeys.ascending(dtype);
                case MIN -> OrderKeys.descendingNanFirst(dtype);
            };
            loop = KernelTemplate.specialise(
                    RunningExtremumLoop.class, AlongAxis.Body.class, new RunningExtremumLoop.Of(key, dtype.bytes()));
            EXTREMA[at] = loop;
        }
        return AlongAxis.apply(axis, DType.I64, loop, x);
    }

    /** {@code log(sum(e^x))} of all elements so far along an axis. */
    public static ConcreteTensor runningLogSumExp(int axis, ConcreteTensor x) {
        DType dtype = x.dtype();
        AlongAxis.Body loop = LOG_SUMS[dtype.ordinal()];
        if (loop == null) {
            loop = KernelTemplate.specialise(
                    RunningLogSumExpLoop.class,
                    AlongAxis.Body.class,
                    new RunningLogSumExpLoop.Of(
                            DoubleElements.reader(dtype), DoubleElements.writer(dtype), dtype.bytes()));
            LOG_SUMS[dtype.ordinal()] = loop;
        }
        return AlongAxis.apply(axis, dtype, loop, x);
    }
}
