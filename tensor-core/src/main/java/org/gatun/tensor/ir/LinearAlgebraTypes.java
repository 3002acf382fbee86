package org.gatun.tensor.ir;

import static org.gatun.tensor.ir.TypeRules.requireDType;
import static org.gatun.tensor.ir.TypeRules.requireShape;

import java.util.Arrays;
import java.util.List;
import org.gatun.tensor.DType;
import org.gatun.tensor.shape.Shape;

/** The type rules of linear algebra: matrices in the last two axes, batches before them. */
final class LinearAlgebraTypes {
    private LinearAlgebraTypes() {}

    static List<TensorType> infer(Op.LinearAlgebra op, List<TensorType> inputs) {
        TensorType a = inputs.get(0);
        requireDType(
                a.dtype() == DType.F32 || a.dtype() == DType.F64,
                op,
                inputs,
                "LAPACK takes F32 and F64: convert with to(DType.F32) or to(DType.F64)");
        requireShape(a.shape().rank() >= 2, op, inputs, "takes matrices, of two axes or more: unsqueeze a vector");
        long m = a.shape().size(-2);
        long n = a.shape().size(-1);
        requireShape(
                m <= Integer.MAX_VALUE && n <= Integer.MAX_VALUE,
                op,
                inputs,
                "LAPACK counts rows and columns by 32 bits: none may be more than 2^31 - 1");
        long k = Math.min(m, n);
        return switch (op) {
            case Op.Cholesky cholesky -> List.of(square(op, a));
            case Op.Lu lu -> List.of(a, new TensorType(DType.I64, batch(a, m)), new TensorType(DType.I64, batch(a)));
            case Op.Qr qr -> {
                long columns = qr.complete() ? m : k;
                yield List.of(typed(a, m, columns), typed(a, columns, n));
            }
            case Op.Eigh eigh -> List.of(typed(square(op, a), n), a);
            case Op.Svd svd -> List.of(typed(a, m, svd.full() ? m : k), typed(a, k), typed(a, svd.full() ? n : k, n));
            case Op.TriangularSolve solve -> List.of(solved(op, square(op, a), inputs.get(1), inputs));
        };
    }

    private static TensorType solved(Op op, TensorType a, TensorType b, List<TensorType> inputs) {
        requireDType(a.dtype() == b.dtype(), op, inputs, "operands must have one dtype: convert one of them");
        requireShape(
                b.shape().rank() == a.shape().rank()
                        && b.shape().withSize(-1, a.shape().size(-1)).equals(a.shape()),
                op,
                inputs,
                "the right side must have the rows and the leading sizes of the matrix: broadcast them first");
        return b;
    }

    private static TensorType square(Op op, TensorType a) {
        requireShape(
                a.shape().size(-2) == a.shape().size(-1),
                op,
                List.of(a),
                "the matrix must be square; the last two sizes are " + a.shape().size(-2) + " and "
                        + a.shape().size(-1));
        return a;
    }

    /** The batch axes of matrices, followed by the given sizes, in their dtype. */
    private static TensorType typed(TensorType a, long... sizes) {
        return new TensorType(a.dtype(), batch(a, sizes));
    }

    private static Shape batch(TensorType a, long... sizes) {
        int leading = a.shape().rank() - 2;
        long[] all = Arrays.copyOf(a.shape().toArray(), leading + sizes.length);
        System.arraycopy(sizes, 0, all, leading, sizes.length);
        return Shape.of(all);
    }
}
