package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.CompareFn;
import org.gatun.tensor.ir.LogicFn;
import org.gatun.tensor.ir.UnaryFn;
import org.jspecify.annotations.Nullable;

/**
 * Makes elementwise kernels. There are two: {@code VectorKernels} on the Vector API and its twin {@link ScalarKernels} in
 * plain Java. Null means that the function does not take operands of the type.
 */
interface KernelProvider {
    @Nullable
    UnaryKernel unary(UnaryFn fn, WideType type);

    @Nullable
    BinaryKernel binary(BinaryFn fn, WideType type);

    BinaryKernel compare(CompareFn fn, WideType type);

    @Nullable
    BinaryKernel logic(LogicFn fn, WideType type);

    @Nullable
    UnaryKernel not(WideType type);

    /** The choice between two elements. */
    SelectKernel select(Word word);

    UnaryKernel cast(DType from, DType to);
}
