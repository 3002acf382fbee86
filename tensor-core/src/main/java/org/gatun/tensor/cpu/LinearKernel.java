package org.gatun.tensor.cpu;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.UnaryFn;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/** {@code x w' + b} in one pass: the bias is added, and an activation applied, to each block of the product while it is in the cache. */
public final class LinearKernel {
    private LinearKernel() {}

    /**
     * Runs on x (rows, in), weight (out, in) and, if given, bias (out).
     *
     * @return the product (rows, out)
     */
    public static ConcreteTensor[] run(ConcreteTensor... in) {
        return run(null, in);
    }

    /** {@link #run}, then the rectified linear unit. */
    public static ConcreteTensor[] relu(ConcreteTensor... in) {
        return run(UnaryFn.RELU, in);
    }

    private static ConcreteTensor[] run(@Nullable UnaryFn activation, ConcreteTensor... in) {
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
                    epilogue(dtype, in.length < 3 ? 0 : Rows.of(in[2], scratch), activation));
        }
        return new ConcreteTensor[] {result};
    }

    /**
     * What remains to be done.
     *
     * @param bias the bias's address, or 0
     */
    private static @Nullable Epilogue epilogue(DType dtype, long bias, @Nullable UnaryFn activation) {
        if (bias == 0 && activation == null) {
            return null;
        }
        BinaryKernel add = bias == 0 ? null : ElementwiseKernels.binary(BinaryFn.ADD, dtype);
        UnaryKernel function = activation == null ? null : ElementwiseKernels.unary(activation, dtype);
        int bytes = dtype.bytes();
        return (address, rows, columns, ldc, firstRow, firstColumn) -> {
            for (long r = 0; r < rows; r++) {
                long c = address + r * ldc * bytes;
                if (add != null) {
                    add.apply(c, bias + firstColumn * bytes, c, columns);
                }
                if (function != null) {
                    function.apply(c, c, columns);
                }
            }
        };
    }

    private static Matrix matrix(ConcreteTensor t) {
        Layout layout = t.layout();
        return new Matrix(t.address(), t.shape().size(0), t.shape().size(1), layout.stride(0), layout.stride(1));
    }
}
