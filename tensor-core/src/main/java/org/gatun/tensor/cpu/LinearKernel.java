package org.gatun.tensor.cpu;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/** {@code x w' + b} in one pass: the bias is added to each block of the product while it is in the cache. */
public final class LinearKernel {
    private LinearKernel() {}

    /**
     * Runs on x (rows, in), weight (out, in) and, if given, bias (out).
     *
     * @return the product (rows, out)
     */
    public static ConcreteTensor[] run(ConcreteTensor... in) {
        ConcreteTensor x = in[0];
        ConcreteTensor weight = in[1];
        DType dtype = x.dtype();
        long out = weight.shape().size(0);
        ConcreteTensor result =
                ConcreteTensor.allocate(dtype, Shape.of(x.shape().size(0), out), x.device());
        try (Scratch scratch = Scratch.open()) {
            Gemm.multiply(
                    dtype,
                    matrix(x),
                    matrix(weight).transposed(),
                    result.address(),
                    out,
                    false,
                    in.length < 3 ? null : bias(dtype, Rows.of(in[2], scratch)));
        }
        return new ConcreteTensor[] {result};
    }

    private static Epilogue bias(DType dtype, long bias) {
        BinaryKernel add = ElementwiseKernels.binary(BinaryFn.ADD, dtype);
        int bytes = dtype.bytes();
        return (address, rows, columns, ldc, firstRow, firstColumn) -> {
            long b = bias + firstColumn * bytes;
            for (long r = 0; r < rows; r++) {
                long c = address + r * ldc * bytes;
                add.apply(c, b, c, columns);
            }
        };
    }

    private static Matrix matrix(ConcreteTensor t) {
        Layout layout = t.layout();
        return new Matrix(t.address(), t.shape().size(0), t.shape().size(1), layout.stride(0), layout.stride(1));
    }
}
