package org.gatun.tensor.linalg;

import java.util.Arrays;
import java.util.function.Supplier;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.ActiveCast;
import org.gatun.tensor.trace.Dispatch;

/** What the functions of linear algebra ask of their operands, and how they are brought to the operations. */
final class Matrices {
    private Matrices() {}

    /** Checks that x is a batch of F32 or F64 matrices. */
    static void require(String name, Tensor x) {
        requireFloating(name, x);
        requireMatrices(name, x);
    }

    /** Checks that x is a batch of matrices of any dtype. */
    static void requireMatrices(String name, Tensor x) {
        if (x.rank() < 2) {
            throw new ShapeException(name + ": takes matrices, of two axes or more, not a tensor of shape " + x.shape()
                    + ": unsqueeze a vector to one row or column");
        }
        if (x.size(-1) > Integer.MAX_VALUE || x.size(-2) > Integer.MAX_VALUE) {
            throw new ShapeException(name + ": a matrix of shape " + x.shape()
                    + " has more than 2^31 - 1 rows or columns, which LAPACK cannot count");
        }
    }

    static void requireFloating(String name, Tensor x) {
        if (x.dtype() != DType.F32 && x.dtype() != DType.F64) {
            throw new DTypeException(
                    name + ": takes F32 or F64, not " + x.dtype() + ": convert first, for instance to(DType.F32)");
        }
    }

    static void requireSquare(String name, Tensor x) {
        requireFloating(name, x);
        requireSquareOfAny(name, x);
    }

    /** Checks that x is a batch of square matrices of any dtype. */
    static void requireSquareOfAny(String name, Tensor x) {
        requireMatrices(name, x);
        if (x.size(-1) != x.size(-2)) {
            throw new ShapeException(name + ": takes square matrices; the last two sizes of " + x.shape() + " are "
                    + x.size(-2) + " and " + x.size(-1)
                    + (name.equals("solve") || name.equals("inv") ? ": use lstsq or pinv" : ""));
        }
    }

    /** The wider of the two dtypes. */
    static DType common(Tensor a, Tensor b) {
        return DType.promote(a.dtype(), b.dtype());
    }

    /** The leading sizes of a batch of matrices. */
    static Shape batch(Tensor x) {
        return Shape.of(Arrays.copyOf(x.shape().toArray(), x.rank() - 2));
    }

    /** The leading sizes that the batches of two operands broadcast to. */
    static Shape batch(String name, Tensor a, Tensor b) {
        try {
            return Broadcasting.common(name, batch(a), batch(b));
        } catch (ShapeException e) {
            throw new ShapeException(
                    name + ": shapes " + a.shape() + " and " + b.shape() + ": their batches " + batch(a) + " and "
                            + batch(b) + " do not broadcast; make them equal, or one of them 1",
                    e);
        }
    }

    /** The matrices of x, repeated to a batch. */
    static Tensor expand(Tensor x, Shape batch) {
        return x.broadcastTo(with(batch, x.size(-2), x.size(-1)));
    }

    static Shape with(Shape batch, long... sizes) {
        long[] all = Arrays.copyOf(batch.toArray(), batch.rank() + sizes.length);
        System.arraycopy(sizes, 0, all, batch.rank(), sizes.length);
        return Shape.of(all);
    }

    static Tensor transpose(Tensor x) {
        return x.transpose(-2, -1);
    }

    /** Truth on the main diagonal of an (m, n) matrix. */
    static Tensor diagonal(Tensor like, long m, long n) {
        Tensor row = Dispatch.source(new Op.Iota(m), like.device());
        Tensor column = Dispatch.source(new Op.Iota(n), like.device());
        return row.unsqueeze(1).eq(column);
    }

    /** The identity of n rows with the dtype of a tensor. */
    static Tensor identity(Tensor like, long n) {
        return diagonal(like, n, n).to(like.dtype());
    }

    static Tensor constant(Tensor like, double value) {
        return ConcreteTensor.scalar(like.dtype(), value, like.device());
    }

    static double epsilon(DType dtype) {
        return dtype == DType.F32 ? Math.ulp(1f) : Math.ulp(1.0);
    }

    static Tensor call(Composite composite, Tensor... inputs) {
        return Dispatch.bind(new Op.Call(composite), inputs);
    }

    /** Runs a function whose failures shall carry its name. */
    static <T> T named(String name, Supplier<T> function) {
        try {
            return ActiveCast.within(null, function);
        } catch (LinalgException e) {
            var named = new LinalgException(name + ": " + e.getMessage());
            named.initCause(e);
            throw named;
        }
    }
}
