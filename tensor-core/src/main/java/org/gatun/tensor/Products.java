package org.gatun.tensor;

import java.util.Arrays;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;

/** Matrix products of every combination of ranks, brought to the one operation of the IR. */
final class Products {
    private static final Op.MatMul MATMUL = new Op.MatMul();

    private Products() {}

    static Tensor matmul(Tensor left, Tensor right) {
        return matmul("matmul", left, right);
    }

    static Tensor matmul(String name, Tensor left, Tensor right) {
        Shape l = left.shape();
        Shape r = right.shape();
        if (l.rank() == 0 || r.rank() == 0) {
            throw new ShapeException(
                    name + ": shapes " + l + " and " + r + ": a scalar has no matrix product; use mul");
        }
        DType dtype = DType.promote(left.dtype(), right.dtype());
        if (dtype == DType.BOOL) {
            throw new DTypeException(
                    name + ": not defined on two BOOL tensors: convert one, for instance to(DType.F32)");
        }
        long k = l.size(-1);
        long other = r.rank() == 1 ? r.size(0) : r.size(-2);
        if (k != other) {
            throw new ShapeException(name + ": shapes " + l + " and " + r + " do not fit: the last size of the left, "
                    + k
                    + ", must equal " + (r.rank() == 1 ? "the size" : "the last but one size") + " of the right, "
                    + other + "; transpose one of them?");
        }
        if (l.rank() > 2 && r.rank() > 2) {
            requireBatches(left, right);
        }
        Tensor a = Arithmetic.cast(left, dtype);
        Tensor b = Arithmetic.cast(right, dtype);
        if (l.rank() == 2 && r.rank() == 2) {
            return Dispatch.bind(MATMUL, a, b);
        }
        boolean row = l.rank() == 1;
        boolean column = r.rank() == 1;
        a = row ? a.unsqueeze(0) : a;
        b = column ? b.unsqueeze(1) : b;
        Tensor product;
        if (b.rank() == 2 && a.rank() > 2) {
            // One matrix on the right: all batches are rows of one product.
            long rows = a.elements() == 0 ? rows(a) : -1;
            Tensor flat = a.reshape(rows, k);
            long[] sizes = a.shape().toArray();
            sizes[sizes.length - 1] = b.size(1);
            product = Dispatch.bind(MATMUL, flat, b).reshape(Shape.of(sizes));
        } else {
            Shape batch = Broadcasting.common(name, batch(a), batch(b));
            product = Dispatch.bind(MATMUL, batched(a, batch), batched(b, batch));
        }
        product = row ? product.squeeze(-2) : product;
        return column ? product.squeeze(-1) : product;
    }

    static Tensor dot(Tensor a, Tensor b) {
        if (a.rank() != 1 || b.rank() != 1) {
            throw new ShapeException(
                    "dot: shapes " + a.shape() + " and " + b.shape() + ": takes two vectors; use matmul for matrices");
        }
        if (a.size(0) != b.size(0)) {
            throw new ShapeException(
                    "dot: shapes " + a.shape() + " and " + b.shape() + ": the vectors must have one size");
        }
        return matmul(a, b);
    }

    static Tensor outer(Tensor a, Tensor b) {
        if (a.rank() != 1 || b.rank() != 1) {
            throw new ShapeException(
                    "outer: shapes " + a.shape() + " and " + b.shape() + ": takes two vectors; flatten them");
        }
        return a.unsqueeze(1).mul(b);
    }

    private static long rows(Tensor a) {
        long rows = 1;
        for (int i = 0; i < a.rank() - 1; i++) {
            rows *= a.size(i);
        }
        return rows;
    }

    private static void requireBatches(Tensor left, Tensor right) {
        Shape a = batch(left);
        Shape b = batch(right);
        try {
            var _ = Broadcasting.common("matmul", a, b);
        } catch (ShapeException e) {
            throw new ShapeException(
                    "matmul: shapes " + left.shape() + " and " + right.shape() + ": their batches " + a + " and " + b
                            + " do not broadcast; make them equal, or one of them 1",
                    e);
        }
    }

    /** All axes but the last two. */
    static Shape batch(Tensor x) {
        long[] sizes = new long[x.rank() - 2];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = x.size(i);
        }
        return Shape.of(sizes);
    }

    /** The matrices of a batch, repeated to another that they broadcast to. */
    static Tensor batched(Tensor x, Shape batch) {
        long[] sizes = Arrays.copyOf(batch.toArray(), batch.rank() + 2);
        sizes[batch.rank()] = x.size(-2);
        sizes[batch.rank() + 1] = x.size(-1);
        return Arithmetic.expand(x, Shape.of(sizes));
    }
}
