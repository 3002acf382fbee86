package org.gatun.tensor.cpu;

import java.util.function.LongBinaryOperator;
import org.jspecify.annotations.Nullable;

/** The kernels of all folds, by function and type; made on first use and kept. */
final class FoldKernels {
    private static final int TYPES = WideType.values().length;

    // Filled without a lock: a kernel that two threads make at once is the same twice, and has no state.
    private static final @Nullable FoldKernel[] KERNELS = new FoldKernel[FoldFn.values().length * TYPES];

    private FoldKernels() {}

    static FoldKernel of(FoldFn fn, WideType type) {
        int index = fn.ordinal() * TYPES + type.ordinal();
        FoldKernel kernel = KERNELS[index];
        if (kernel == null) {
            kernel = make(fn, type, VectorSupport.ENABLED);
            KERNELS[index] = kernel;
        }
        return kernel;
    }

    /** A new kernel, with the Vector API or its twin in plain Java. */
    static FoldKernel make(FoldFn fn, WideType type, boolean vectors) {
        return switch (type) {
            case F32 ->
                vectors
                        ? VectorFolds.f32(fn)
                        : KernelTemplate.specialise(ScalarF32FoldLoop.class, FoldKernel.class, f32(fn));
            case F64 ->
                vectors
                        ? VectorFolds.f64(fn)
                        : KernelTemplate.specialise(ScalarF64FoldLoop.class, FoldKernel.class, f64(fn));
            case I64 -> integers(new IntegerFoldLoop.Of(integer(fn), Ram::getLong, Ram::putLong, 8));
            case I32 ->
                integers(new IntegerFoldLoop.Of(integer(fn), Ram::getInt, (at, v) -> Ram.putInt(at, (int) v), 4));
            case U8 ->
                integers(new IntegerFoldLoop.Of(integer(fn), Ram::getU8, (at, v) -> Ram.putByte(at, (byte) v), 1));
            case BOOL -> new BoolFoldLoop(fn == FoldFn.MIN || fn == FoldFn.PRODUCT);
        };
    }

    private static FoldKernel integers(IntegerFoldLoop.Of data) {
        return KernelTemplate.specialise(IntegerFoldLoop.class, FoldKernel.class, data);
    }

    static ScalarF32FoldLoop.Fn f32(FoldFn fn) {
        return switch (fn) {
            case SUM -> Float::sum;
            case PRODUCT -> (a, b) -> a * b;
            case MAX -> Math::max;
            case MIN -> Math::min;
        };
    }

    static ScalarF64FoldLoop.Fn f64(FoldFn fn) {
        return switch (fn) {
            case SUM -> Double::sum;
            case PRODUCT -> (a, b) -> a * b;
            case MAX -> Math::max;
            case MIN -> Math::min;
        };
    }

    static LongBinaryOperator integer(FoldFn fn) {
        return switch (fn) {
            case SUM -> Long::sum;
            case PRODUCT -> (a, b) -> a * b;
            case MAX -> Math::max;
            case MIN -> Math::min;
        };
    }
}
