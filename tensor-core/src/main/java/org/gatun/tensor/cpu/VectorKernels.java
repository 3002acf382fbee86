package org.gatun.tensor.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.CompareFn;
import org.gatun.tensor.ir.LogicFn;
import org.gatun.tensor.ir.UnaryFn;
import org.jspecify.annotations.Nullable;

/** Elementwise kernels on the Vector API; what has no vector form comes from {@link ScalarKernels}. */
final class VectorKernels implements KernelProvider {
    /** An element of any dtype that is 0. */
    private static final MemorySegment ZERO = Arena.global().allocate(8, 8);

    private final ScalarKernels scalar = new ScalarKernels();

    @Override
    public @Nullable UnaryKernel unary(UnaryFn fn, WideType type) {
        UnaryKernel kernel = switch (type) {
            case F32 -> f32(fn);
            case F64 -> f64(fn);
            case I64 -> unary(I64UnaryLoop.class, I64Functions.of(fn));
            case I32 -> unary(I32UnaryLoop.class, I32Functions.of(fn));
            case U8, BOOL -> null;
        };
        return kernel == null ? scalar.unary(fn, type) : kernel;
    }

    private static @Nullable UnaryKernel f32(UnaryFn fn) {
        UnaryKernel kernel = unary(F32UnaryLoop.class, F32Functions.of(fn));
        if (kernel == null) {
            kernel = unary(F32WideUnaryLoop.class, F32Functions.wide(fn));
        }
        UnaryKernel passes = kernel == null ? F64Passes.of(fn) : null;
        return passes == null ? kernel : F64Passes.ofFloats(passes);
    }

    private static @Nullable UnaryKernel f64(UnaryFn fn) {
        UnaryKernel kernel = unary(F64UnaryLoop.class, F64Functions.of(fn));
        return kernel == null ? F64Passes.of(fn) : kernel;
    }

    private static @Nullable UnaryKernel unary(Class<? extends UnaryKernel> template, @Nullable Object function) {
        return function == null ? null : KernelTemplate.specialise(template, UnaryKernel.class, function);
    }

    @Override
    public @Nullable BinaryKernel binary(BinaryFn fn, WideType type) {
        BinaryKernel kernel = switch (type) {
            case F32 -> f32(fn);
            case F64 -> binary(F64BinaryLoop.class, F64Functions.of(fn));
            case I64 -> binary(I64BinaryLoop.class, I64Functions.of(fn));
            case I32 -> i32(fn);
            case U8, BOOL -> null;
        };
        return kernel == null ? scalar.binary(fn, type) : kernel;
    }

    private static @Nullable BinaryKernel f32(BinaryFn fn) {
        BinaryKernel kernel = binary(F32BinaryLoop.class, F32Functions.of(fn));
        return kernel == null ? binary(F32WideBinaryLoop.class, F32Functions.wide(fn)) : kernel;
    }

    private static @Nullable BinaryKernel i32(BinaryFn fn) {
        BinaryKernel kernel = binary(I32BinaryLoop.class, I32Functions.of(fn));
        return kernel == null ? binary(I32WideBinaryLoop.class, I32Functions.wide(fn)) : kernel;
    }

    private static @Nullable BinaryKernel binary(Class<? extends BinaryKernel> template, @Nullable Object function) {
        return function == null ? null : KernelTemplate.specialise(template, BinaryKernel.class, function);
    }

    @Override
    public BinaryKernel compare(CompareFn fn, WideType type) {
        BinaryKernel kernel = switch (type) {
            case F32 -> binary(F32CompareLoop.class, F32Functions.of(fn));
            case F64 -> binary(F64CompareLoop.class, F64Functions.of(fn));
            case I64 -> binary(I64CompareLoop.class, I64Functions.of(fn));
            case I32 -> binary(I32CompareLoop.class, I32Functions.of(fn));
            case U8, BOOL -> null;
        };
        return kernel == null ? scalar.compare(fn, type) : kernel;
    }

    @Override
    public @Nullable BinaryKernel logic(LogicFn fn, WideType type) {
        return scalar.logic(fn, type);
    }

    @Override
    public @Nullable UnaryKernel not(WideType type) {
        return scalar.not(type);
    }

    @Override
    public SelectKernel select(Word word) {
        return switch (word) {
            case INT -> KernelTemplate.outOfLine(I32SelectLoop.class, SelectKernel.class);
            case LONG -> KernelTemplate.outOfLine(I64SelectLoop.class, SelectKernel.class);
            case SHORT, BYTE -> scalar.select(word);
        };
    }

    @Override
    public UnaryKernel cast(DType from, DType to) {
        UnaryKernel kernel = VectorCasts.of(from, to);
        if (kernel == null && from == DType.BOOL) {
            kernel = fromBool(to);
        }
        if (kernel == null && to == DType.BOOL && from.bytes() > 1 && !from.isNarrow()) {
            BinaryKernel differs = compare(CompareFn.NE, WideType.of(from));
            kernel = (x, out, n) -> differs.applyScalarRight(x, ZERO.address(), out, n);
        }
        return kernel == null ? scalar.cast(from, to) : kernel;
    }

    private static @Nullable UnaryKernel fromBool(DType to) {
        return switch (to) {
            case F32 -> unary(I32BoolCastLoop.class, Float.floatToRawIntBits(1));
            case F64 -> unary(I64BoolCastLoop.class, Double.doubleToRawLongBits(1));
            case I64 -> unary(I64BoolCastLoop.class, 1L);
            case I32 -> unary(I32BoolCastLoop.class, 1);
            case BF16, F16, I16, I8, U8, BOOL -> null;
        };
    }
}
