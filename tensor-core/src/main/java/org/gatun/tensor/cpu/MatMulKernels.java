package org.gatun.tensor.cpu;

import java.util.Arrays;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/** {@code Op.MatMul} on tensors. */
final class MatMulKernels {

    private MatMulKernels() {}

    /**
     * The product of (batch.., m, k) and (batch.., k, n) with equal batch axes, for any strides. Transposed operands and
     * batch axes of stride 0 cost no copy.
     */
    static ConcreteTensor matMul(ConcreteTensor left, ConcreteTensor right) {
        Shape shape = left.shape().withSize(-1, right.shape().size(-1));
        ConcreteTensor result = ConcreteTensor.allocate(left.dtype(), shape, left.device());
        int batchAxes = shape.rank() - 2;
        BatchedGemm.multiply(
                left.dtype(),
                Arrays.copyOf(shape.toArray(), batchAxes),
                Arrays.copyOf(left.layout().strides(), batchAxes),
                Arrays.copyOf(right.layout().strides(), batchAxes),
                Arrays.copyOf(result.layout().strides(), batchAxes),
                matrix(left),
                matrix(right),
                Matrix.contiguous(result.address(), shape.size(-2), shape.size(-1)));
        return result;
    }

    /** The matrix of the last two axes at the beginning of a tensor. */
    private static Matrix matrix(ConcreteTensor tensor) {
        Layout layout = tensor.layout();
        Shape shape = layout.shape();
        int rank = shape.rank();
        return new Matrix(
                tensor.address(), shape.size(-2), shape.size(-1), layout.stride(rank - 2), layout.stride(rank - 1));
    }
}
