package org.gatun.tensor;

import java.util.Arrays;
import java.util.List;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;

/** The functions of {@link Tensors} that join, broadcast and combine tensors, and that number the positions of grids. */
abstract sealed class CombiningFunctions permits Tensors {
    CombiningFunctions() {}

    // ---- joined ----

    /** {@link Tensors#cat(int, Tensor...)} by the name that {@code torch.concat} has. */
    public static Tensor concat(int axis, Tensor... tensors) {
        return Joining.cat("concat", axis, tensors);
    }

    /** {@link Tensors#vstack} by the name that {@code torch.row_stack} has. */
    public static Tensor rowStack(Tensor... tensors) {
        return Joining.vstack("rowStack", tensors);
    }

    /** Vectors and scalars as columns beside each other and beside matrices, as {@code torch.column_stack}. */
    public static Tensor columnStack(Tensor... tensors) {
        return Combining.columnStack(tensors);
    }

    /** Tensors joined along axis 2 after making each at least 3-d by {@link #atLeast3d}, as {@code torch.dstack}. */
    public static Tensor dstack(Tensor... tensors) {
        return Combining.dstack(tensors);
    }

    /** With one axis at least: a scalar becomes a vector of one element. As {@code torch.atleast_1d}. A view. */
    public static Tensor atLeast1d(Tensor x) {
        return x.rank() == 0 ? x.reshape(1) : x.view();
    }

    /** With two axes at least: a vector becomes a row. As {@code torch.atleast_2d}. A view. */
    public static Tensor atLeast2d(Tensor x) {
        return Combining.atLeast2d(x);
    }

    /**
     * With three axes at least: a vector of n elements becomes (1, n, 1), a matrix (m, n, 1). As {@code torch.atleast_3d}. A view where
     * the layout allows.
     */
    public static Tensor atLeast3d(Tensor x) {
        return Combining.atLeast3d(x);
    }

    /**
     * Matrices along the diagonal of a matrix of zeros, as {@code torch.block_diag}: vectors count as rows, scalars as one element; dtypes
     * are promoted.
     *
     * @throws ShapeException when there is none, or one has more than two axes
     */
    public static Tensor blockDiag(Tensor... tensors) {
        return Combining.blockDiag(tensors);
    }

    // ---- broadcast ----

    /**
     * Each tensor repeated to the shape that all of them broadcast to, as {@code torch.broadcast_tensors}. Views.
     *
     * @throws ShapeException when there is no such shape
     */
    public static List<Tensor> broadcastTensors(Tensor... tensors) {
        return Combining.broadcast(tensors);
    }

    /**
     * The shape that tensors of the given shapes broadcast to, as {@code torch.broadcast_shapes}; that of a scalar for none.
     *
     * @throws ShapeException when there is no such shape
     */
    public static Shape broadcastShapes(Shape... shapes) {
        return Combining.common("broadcastShapes", shapes);
    }

    // ---- grids and sets ----

    /** {@link Tensors#meshgrid(Tensor...)}, whose first vector runs along the axis that {@code indexing} says, as {@code torch.meshgrid}. */
    public static List<Tensor> meshgrid(GridIndexing indexing, Tensor... vectors) {
        return Combining.meshgrid(indexing, vectors);
    }

    /**
     * All choices of one element from each vector, as rows, the last vector running fastest, as {@code torch.cartesian_prod}; a single
     * vector stays as it is.
     *
     * @throws ShapeException when there is none, or one is no vector
     */
    public static Tensor cartesianProd(Tensor... vectors) {
        return Combining.cartesianProd(vectors);
    }

    /**
     * All choices of {@code size} elements of a vector as rows, in order of their positions, as {@code torch.combinations}; of no elements
     * there is, as in PyTorch, an empty vector.
     *
     * @param withReplacement whether an element may be chosen again
     * @throws ShapeException when {@code x} is no vector, the size negative, or there are more choices than can be numbered
     */
    public static Tensor combinations(Tensor x, int size, boolean withReplacement) {
        return Combining.combinations(x, size, withReplacement);
    }

    /** All pairs of elements of a vector. */
    public static Tensor combinations(Tensor x) {
        return Combining.combinations(x, 2, false);
    }

    // ---- choices ----

    /** The positions of the elements that are not 0, a vector for each axis, as {@code torch.where} of a condition alone. */
    public static List<Tensor> where(Tensor condition) {
        return Combining.where(condition);
    }

    /** {@code condition ? a : b} with a number, as {@code torch.where}; integers beside a {@code double} become F32. */
    public static Tensor where(Tensor condition, Tensor a, double b) {
        return Combining.where(condition, a, b);
    }

    /** {@code condition ? a : b} with a number, as {@code torch.where}; integers beside a {@code double} become F32. */
    public static Tensor where(Tensor condition, double a, Tensor b) {
        return Combining.where(condition, a, b);
    }

    // ---- positions ----

    /**
     * The positions along the axes of a shape that numbers counted row by row stand for, one tensor for each axis, as {@code
     * torch.unravel_index}. Reads the numbers.
     *
     * @throws IndexOutOfBoundsException when a number is negative or not below the number of elements
     */
    public static List<Tensor> unravelIndex(Tensor index, Shape shape) {
        return Combining.unravelIndex(index, shape);
    }

    /**
     * The numbers, counted row by row in a shape, of positions along its axes, as {@code jax.numpy.ravel_multi_index}; the tensors
     * broadcast. Reads the positions.
     *
     * @throws IndexOutOfBoundsException when a position is negative or not below the size of its axis
     * @throws ShapeException when there is not one tensor for each axis
     */
    public static Tensor ravelMultiIndex(List<Tensor> positions, Shape shape) {
        return Combining.ravelMultiIndex(positions, shape);
    }

    /** The rows and columns (I64, 2 by n) of the lower triangle of a matrix up to a diagonal, row by row, as {@code torch.tril_indices}. */
    public static Tensor trilIndices(long rows, long columns, long offset) {
        return Triangles.indices("trilIndices", rows, columns, offset, true);
    }

    /** The rows and columns (I64, 2 by n) of the upper triangle of a matrix from a diagonal, row by row, as {@code torch.triu_indices}. */
    public static Tensor triuIndices(long rows, long columns, long offset) {
        return Triangles.indices("triuIndices", rows, columns, offset, false);
    }

    /**
     * A matrix with ones on and below the {@code offset}-th diagonal and zeros above, as {@code jax.numpy.tri}.
     *
     * @throws ShapeException when a number of rows or columns is negative
     */
    public static Tensor tri(DType dtype, long rows, long columns, long offset) {
        return Triangles.tri(dtype, rows, columns, offset);
    }

    /** The positions along each axis of a shape, as tensors (I64) of that shape, as {@code jax.numpy.indices}. */
    public static List<Tensor> indices(Shape shape) {
        Tensor[] ranges =
                Arrays.stream(shape.toArray()).mapToObj(Tensors::arange).toArray(Tensor[]::new);
        return ranges.length == 0 ? List.of() : Joining.meshgrid(ranges);
    }

    // ---- numbered ----

    /** {@code count} F32 numbers {@code base^start} to {@code base^end}, whose exponents are evenly spaced, as {@code torch.logspace}. */
    public static Tensor logspace(double start, double end, long count, double base) {
        return Triangles.logspace(DType.F32, start, end, count, base);
    }

    /** {@link #logspace(double, double, long, double)} with base 10. */
    public static Tensor logspace(double start, double end, long count) {
        return Triangles.logspace(DType.F32, start, end, count, 10);
    }

    /** As {@link #logspace(double, double, long, double)} in another floating dtype. */
    public static Tensor logspace(DType dtype, double start, double end, long count, double base) {
        return Triangles.logspace(dtype, start, end, count, base);
    }

    /**
     * {@code count} numbers from {@code start} to {@code end}, both included, each the same multiple of the one before, as {@code
     * jax.numpy.geomspace}.
     *
     * @throws IllegalArgumentException when the ends differ in sign, or one is 0
     */
    public static Tensor geomspace(DType dtype, double start, double end, long count) {
        return Triangles.geomspace(dtype, start, end, count);
    }

    // ---- like others ----

    /** A tensor of zeros of a dtype, with the shape and device of {@code x}. */
    public static Tensor zerosLike(Tensor x, DType dtype) {
        return Creation.full(dtype, 0L, x.shape(), x.device());
    }

    /** A tensor of ones of a dtype, with the shape and device of {@code x}. */
    public static Tensor onesLike(Tensor x, DType dtype) {
        return Creation.full(dtype, 1L, x.shape(), x.device());
    }

    /**
     * A tensor of equal elements of a dtype, with the shape and device of {@code x}.
     *
     * @throws DTypeException when the value is outside the integer dtype's range
     */
    public static Tensor fullLike(Tensor x, DType dtype, double value) {
        return Creation.full(dtype, Scalars.checked("fullLike", dtype, value), x.shape(), x.device());
    }

    /** A tensor of a dtype with the shape and device of {@code x}, whose values are whatever its memory holds. */
    public static Tensor emptyLike(Tensor x, DType dtype) {
        return ConcreteTensor.allocate(dtype, x.shape(), x.device());
    }

    /** {@link Tensors#randLike(Tensor, Generator)} from the default generator. */
    public static Tensor randLike(Tensor x) {
        return Tensors.randLike(x, Tensors.defaultGenerator());
    }

    /** {@link Tensors#randnLike(Tensor, Generator)} from the default generator. */
    public static Tensor randnLike(Tensor x) {
        return Tensors.randnLike(x, Tensors.defaultGenerator());
    }

    /**
     * Integers uniform on {@code low} to {@code high - 1} with the shape and dtype of {@code x}, as {@code torch.randint_like}.
     *
     * @throws IllegalArgumentException when there is no integer between
     * @throws DTypeException when one is outside the range of this dtype
     */
    public static Tensor randintLike(Tensor x, long low, long high, Generator generator) {
        Draws.requireRange("randintLike", low, high);
        Scalars.checked("randintLike", x.dtype(), low);
        Scalars.checked("randintLike", x.dtype(), high - 1);
        Tensor whole = Draws.randint("randintLike", generator, low, high, x.shape(), x.device());
        if (x.dtype() == DType.I64) {
            return whole;
        }
        try (whole) {
            return whole.to(x.dtype());
        }
    }
}
