package org.gatun.tensor.ir;

import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Shape;

/**
 * A primitive operation: parameters only, never operands. The set is closed, so that every interpreter (CPU kernels, tape, dual
 * numbers, type rules) is an exhaustive {@code switch} and the compiler refuses an operation without a kernel or a derivative.
 *
 * <p>Operations are sealed a second time by how they differentiate: {@link Diagonal}, {@link Multilinear}, {@link Irregular},
 * {@link NonDifferentiable}, and the one open door {@link Call}. Operands have equal shapes and dtypes where an operation takes
 * several (the public methods insert {@link Broadcast} and {@link Cast}); index operands are I64, conditions BOOL.
 *
 * <p>Operations are values: equal parameters make equal operations, so they serve as cache keys.
 */
public sealed interface Op {
    /** The number of operands, or -1 if any number will do. */
    int arity();

    /** The number of results. */
    default int results() {
        return 1;
    }

    /** Elementwise: each element of a result depends on the elements at the same place only, so the Jacobian is diagonal. */
    sealed interface Diagonal extends Op {}

    /**
     * Linear in each differentiable operand while the others are fixed: the JVP re-applies the operation with one operand
     * replaced by its tangent, the VJP is the transpose.
     */
    sealed interface Multilinear extends Op {}

    /** A change of layout only: the result shares the operand's memory on every device. */
    sealed interface View extends Multilinear {}

    /** Differentiable, with both rules written out. */
    sealed interface Irregular extends Op {}

    /**
     * Factorisations and solvers of F32 or F64 matrices, which are the last two axes of the operands; equal leading axes are
     * batches. Irregular, with a derivative for each floating result.
     */
    sealed interface LinearAlgebra extends Op {}

    /** Piecewise constant, or without real operands: no derivative by type. */
    sealed interface NonDifferentiable extends Op {}

    /** An operation whose results have the shape of its operands and may take the place of one of them in memory. */
    sealed interface Elementwise extends Op {}

    /** An operation on single elements: the nodes of an {@link Expr}. */
    sealed interface Scalar extends Elementwise {}

    // ---- elementwise ----

    /** {@code fn(x)}. */
    record Unary(UnaryFn fn) implements Diagonal, Scalar {
        @Override
        public int arity() {
            return 1;
        }
    }

    /** {@code fn(a, b)}. */
    record Binary(BinaryFn fn) implements Diagonal, Scalar {
        @Override
        public int arity() {
            return 2;
        }
    }

    /** {@code condition ? a : b}, operands (condition, a, b). */
    record Select() implements Diagonal, Scalar {
        @Override
        public int arity() {
            return 3;
        }
    }

    /** An elementwise region: a program of scalar operations run in one pass over memory. */
    record Fused(Expr expr) implements Diagonal, Elementwise {
        @Override
        public int arity() {
            return expr.inputs().size();
        }

        @Override
        public int results() {
            return expr.outputs().size();
        }
    }

    /** {@code fn(a, b)} as BOOL. */
    record Compare(CompareFn fn) implements NonDifferentiable, Scalar {
        @Override
        public int arity() {
            return 2;
        }
    }

    /** {@code fn(a, b)}: logical on BOOL, bit by bit on integers. */
    record Logic(LogicFn fn) implements NonDifferentiable, Scalar {
        @Override
        public int arity() {
            return 2;
        }
    }

    /** Logical not on BOOL, the complement of all bits on integers. */
    record Not() implements NonDifferentiable, Scalar {
        @Override
        public int arity() {
            return 1;
        }
    }

    /**
     * Conversion to another dtype. Floating to integer truncates to zero; anything to BOOL is {@code x != 0}. Linear between
     * floating dtypes; no derivative passes through a conversion from or to any other.
     */
    record Cast(DType to) implements Multilinear, Scalar {
        @Override
        public int arity() {
            return 1;
        }
    }

    // ---- shape: a reshape is a view where the layout allows ----

    /** The same elements in row-by-row order under another shape of equal element count. */
    record Reshape(Shape shape) implements Multilinear {
        @Override
        public int arity() {
            return 1;
        }
    }

    /** Axes in another order: axis i of the result is axis {@code order[i]} of the operand. */
    record Permute(Axes order) implements View {
        @Override
        public int arity() {
            return 1;
        }
    }

    /** Repeats to a shape by NumPy's rule. */
    record Broadcast(Shape shape) implements View {
        @Override
        public int arity() {
            return 1;
        }
    }

    /** A box of elements with positive steps. */
    record Slice(SliceSpec spec) implements View {
        @Override
        public int arity() {
            return 1;
        }
    }

    /** Reverses the order along the given axes; a view. */
    record Flip(Axes axes) implements View {
        @Override
        public int arity() {
            return 1;
        }
    }

    /**
     * The windows of {@code size} elements that begin at every {@code step}-th place along an axis, as {@code
     * torch.Tensor.unfold}: the axis counts the windows, a new last axis the elements in each.
     */
    record Windows(int axis, long size, long step) implements View {
        @Override
        public int arity() {
            return 1;
        }
    }

    /** Zeros around and between the elements: the transpose of {@link Slice}. */
    record Pad(PadSpec spec) implements Multilinear {
        @Override
        public int arity() {
            return 1;
        }
    }

    /** A row-by-row copy in memory of its own. */
    record Copy() implements Multilinear {
        @Override
        public int arity() {
            return 1;
        }
    }

    /** A row-by-row copy in another device's memory; its transpose brings cotangents back. */
    record Transfer(Device from, Device to) implements Multilinear {
        @Override
        public int arity() {
            return 1;
        }
    }

    /** Joins any number of operands, one at least, along an existing axis; their other sizes are equal. */
    record Concat(int axis) implements Irregular {
        @Override
        public int arity() {
            return -1;
        }
    }

    // ---- reductions: the reduced axes stay, with size 1 ----

    /** The sum over the given axes, of a floating dtype or I64. */
    record Sum(Axes axes) implements Multilinear {
        @Override
        public int arity() {
            return 1;
        }
    }

    /** The product over the given axes, of a floating dtype or I64. */
    record Prod(Axes axes) implements Irregular {
        @Override
        public int arity() {
            return 1;
        }
    }

    /** The largest or smallest element over the given axes, NaN if there is one; the gradient is split evenly among ties. */
    record Extremum(ExtremumFn fn, Axes axes) implements Irregular {
        @Override
        public int arity() {
            return 1;
        }
    }

    /** The index (I64) of the first largest or smallest element along an axis; NaN counts as both. */
    record ArgExtremum(ExtremumFn fn, int axis) implements NonDifferentiable {
        @Override
        public int arity() {
            return 1;
        }
    }

    /** Any or all of a BOOL operand over the given axes. */
    record BoolReduce(BoolReduceFn fn, Axes axes) implements NonDifferentiable {
        @Override
        public int arity() {
            return 1;
        }
    }

    // ---- along one axis ----

    /** Running sums along an axis, from the first element or, in reverse, from the last. */
    record CumSum(int axis, boolean reverse) implements Multilinear {
        @Override
        public int arity() {
            return 1;
        }
    }

    /** Running products along an axis. */
    record CumProd(int axis) implements Irregular {
        @Override
        public int arity() {
            return 1;
        }
    }

    /** Sorted values and their indices (I64) along an axis; stable; NaN is the largest. */
    record Sort(int axis, boolean descending) implements Irregular {
        @Override
        public int arity() {
            return 1;
        }

        @Override
        public int results() {
            return 2;
        }
    }

    /** The k largest or smallest values, best first, and their indices (I64) along an axis. */
    record TopK(int axis, long k, boolean largest) implements Irregular {
        @Override
        public int arity() {
            return 1;
        }

        @Override
        public int results() {
            return 2;
        }
    }

    // ---- indexing: operands (values, index); an index may be negative, from -size to size - 1 ----

    /** {@code out[.., i, ..] = x[.., index[.., i, ..], ..]} along an axis, as {@code torch.gather}; operands (x, index). */
    record Gather(int axis) implements Multilinear {
        @Override
        public int arity() {
            return 2;
        }
    }

    /**
     * Zeros of the given shape with {@code out[.., index[.., i, ..], ..] += src[.., i, ..]}: the transpose of {@link Gather};
     * operands (src, index) of equal shape.
     */
    record ScatterAdd(int axis, Shape shape) implements Multilinear {
        @Override
        public int arity() {
            return 2;
        }
    }

    /** A copy of the first operand with elements replaced, as {@code torch.scatter}; operands (base, index, src). */
    record Scatter(int axis) implements Irregular {
        @Override
        public int arity() {
            return 3;
        }
    }

    /** Whole slices picked along an axis by a 1-d index, as {@code torch.index_select}; operands (x, index). */
    record IndexSelect(int axis) implements Multilinear {
        @Override
        public int arity() {
            return 2;
        }
    }

    /**
     * Zeros with {@code size} along an axis, to which slices of the source are added at a 1-d index: the transpose of {@link
     * IndexSelect}; operands (src, index).
     */
    record IndexAdd(int axis, long size) implements Multilinear {
        @Override
        public int arity() {
            return 2;
        }
    }

    // ---- products and windows ----

    /** {@code (batch.., m, k) x (batch.., k, n)}: both operands of rank 2 or more, with equal batch axes. */
    record MatMul() implements Multilinear {
        @Override
        public int arity() {
            return 2;
        }
    }

    /** Cross-correlation: operands x (n, c, h, w) and weight (out, c / groups, kh, kw). */
    record Conv2d(ConvSpec spec) implements Multilinear {
        @Override
        public int arity() {
            return 2;
        }
    }

    /** The transpose of {@link Conv2d} in x: operands g (n, out, oh, ow) and weight; result of shape {@code input}. */
    record Conv2dInputGrad(ConvSpec spec, Shape input) implements Multilinear {
        @Override
        public int arity() {
            return 2;
        }
    }

    /** The transpose of {@link Conv2d} in the weight: operands g (n, out, oh, ow) and x; result of shape {@code weight}. */
    record Conv2dWeightGrad(ConvSpec spec, Shape weight) implements Multilinear {
        @Override
        public int arity() {
            return 2;
        }
    }

    /** The largest element of each window of x (n, c, h, w), and its index (I64) in the h * w plane; the first wins a tie. */
    record MaxPool2d(PoolSpec spec) implements Irregular {
        @Override
        public int arity() {
            return 1;
        }

        @Override
        public int results() {
            return 2;
        }
    }

    /** The mean of each window of x (n, c, h, w). */
    record AvgPool2d(PoolSpec spec) implements Multilinear {
        @Override
        public int arity() {
            return 1;
        }
    }

    /** The transpose of {@link AvgPool2d}: operand g (n, c, oh, ow); result of shape {@code input}. */
    record AvgPool2dGrad(PoolSpec spec, Shape input) implements Multilinear {
        @Override
        public int arity() {
            return 1;
        }
    }

    /**
     * The discrete Fourier transform of complex numbers along an axis, {@code y[k] = sum over j of x[j] e^(-2 pi i j k / n)}, or with
     * +2 the inverse one times n. The last axis of the operand, of size 2, holds real and imaginary parts.
     */
    record Fft(int axis, boolean inverse) implements Multilinear {
        @Override
        public int arity() {
            return 1;
        }
    }

    // ---- linear algebra ----

    /** The lower triangular L with {@code A = L L'}; of the symmetric A the lower triangle is read. */
    record Cholesky() implements LinearAlgebra {
        @Override
        public int arity() {
            return 1;
        }
    }

    /**
     * LU factors with row exchanges of (m, n) matrices: L below the diagonal, with ones on its own, and U on and above it, in one
     * matrix; the permutation (I64, m), with {@code A[permutation] = L U}; its sign (I64, 0-d). When {@code regular}, a pivot that is
     * exactly 0 is an error.
     */
    record Lu(boolean regular) implements LinearAlgebra {
        @Override
        public int arity() {
            return 1;
        }

        @Override
        public int results() {
            return 3;
        }
    }

    /** Q with orthonormal columns and upper triangular R with {@code A = Q R}; Q is square when {@code complete}. */
    record Qr(boolean complete) implements LinearAlgebra {
        @Override
        public int arity() {
            return 1;
        }

        @Override
        public int results() {
            return 2;
        }
    }

    /** Eigenvalues of symmetric matrices, ascending, and their eigenvectors as columns; the lower triangle is read. */
    record Eigh() implements LinearAlgebra {
        @Override
        public int arity() {
            return 1;
        }

        @Override
        public int results() {
            return 2;
        }
    }

    /** U, the singular values, descending, and V' with {@code A = U diag(s) V'}; U and V' are square when {@code full}. */
    record Svd(boolean full) implements LinearAlgebra {
        @Override
        public int arity() {
            return 1;
        }

        @Override
        public int results() {
            return 3;
        }
    }

    /**
     * X with {@code A X = B} for triangular A, of which only the triangle is read, and without the diagonal, taken as 1, when {@code
     * unit}; operands (A, B). A singular A gives infinities and NaN.
     */
    record TriangularSolve(boolean upper, boolean unit) implements LinearAlgebra {
        @Override
        public int arity() {
            return 2;
        }
    }

    // ---- sources: no operands ----

    /** 0, 1, ... count - 1 as I64. */
    record Iota(long count) implements NonDifferentiable {
        @Override
        public int arity() {
            return 0;
        }
    }

    /** Counter-based random numbers: element i is a function of (key, offset, i) alone (Philox 4x32-10). */
    record Random(Distribution distribution, DType dtype, Shape shape, long key, long offset)
            implements NonDifferentiable {
        @Override
        public int arity() {
            return 0;
        }
    }

    /** The one open door: a function of primitives that may carry fused kernels and a derivative of its own. */
    record Call(Composite composite) implements Op {
        @Override
        public int arity() {
            return composite.arity();
        }

        @Override
        public int results() {
            return composite.results();
        }
    }
}
