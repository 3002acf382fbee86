package org.gatun.tensor.cpu;

import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.CompareFn;
import org.gatun.tensor.ir.LogicFn;
import org.gatun.tensor.ir.UnaryFn;
import org.jspecify.annotations.Nullable;

/**
 * Makes elementwise kernels. There are two: {@code VectorKernels} on the Vector API and its twin {@link ScalarKernels} in
 * plain Java. Null means that the function does not take operands of the dtype.
 */
interface KernelProvider {
    @Nullable
    UnaryKernel unary(UnaryFn fn, DType dtype);

    @Nullable
    BinaryKernel binary(BinaryFn fn, DType dtype);

    BinaryKernel compare(CompareFn fn, DType dtype);

    @Nullable
    BinaryKernel logic(LogicFn fn, DType dtype);

    @Nullable
    UnaryKernel not(DType dtype);

    /** The choice between two elements of the dtype. */
    SelectKernel select(DType dtype);

    UnaryKernel cast(DType from, DType to);
}
