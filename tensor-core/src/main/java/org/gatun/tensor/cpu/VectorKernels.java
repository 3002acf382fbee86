package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.CompareFn;
import org.gatun.tensor.ir.LogicFn;
import org.gatun.tensor.ir.UnaryFn;
import org.jspecify.annotations.Nullable;

/** Elementwise kernels on the Vector API; what has no vector form comes from {@link ScalarKernels}. */
final class VectorKernels implements KernelProvider {
    private final ScalarKernels scalar = new ScalarKernels();

    @Override
    public @Nullable UnaryKernel unary(UnaryFn fn, DType dtype) {
        return switch (dtype) {
            case F32 -> {
                F32Unary f = F32Functions.of(fn);
                yield f == null
                        ? scalar.unary(fn, dtype)
                        : KernelTemplate.specialise(F32UnaryLoop.class, UnaryKernel.class, f);
            }
            case F64 -> {
                F64Unary f = F64Functions.of(fn);
                yield f == null
                        ? scalar.unary(fn, dtype)
                        : KernelTemplate.specialise(F64UnaryLoop.class, UnaryKernel.class, f);
            }
            case I64, I32, U8, BOOL -> scalar.unary(fn, dtype);
        };
    }

    @Override
    public @Nullable BinaryKernel binary(BinaryFn fn, DType dtype) {
        return switch (dtype) {
            case F32 -> {
                F32Binary f = F32Functions.of(fn);
                yield f == null
                        ? scalar.binary(fn, dtype)
                        : KernelTemplate.specialise(F32BinaryLoop.class, BinaryKernel.class, f);
            }
            case F64 -> {
                F64Binary f = F64Functions.of(fn);
                yield f == null
                        ? scalar.binary(fn, dtype)
                        : KernelTemplate.specialise(F64BinaryLoop.class, BinaryKernel.class, f);
            }
            case I64, I32, U8, BOOL -> scalar.binary(fn, dtype);
        };
    }

    @Override
    public BinaryKernel compare(CompareFn fn, DType dtype) {
        return scalar.compare(fn, dtype);
    }

    @Override
    public @Nullable BinaryKernel logic(LogicFn fn, DType dtype) {
        return scalar.logic(fn, dtype);
    }

    @Override
    public @Nullable UnaryKernel not(DType dtype) {
        return scalar.not(dtype);
    }

    @Override
    public SelectKernel select(DType dtype) {
        return scalar.select(dtype);
    }

    @Override
    public UnaryKernel cast(DType from, DType to) {
        return scalar.cast(from, to);
    }
}
