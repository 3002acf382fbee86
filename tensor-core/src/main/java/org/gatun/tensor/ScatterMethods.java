package org.gatun.tensor;

import java.util.List;
import org.gatun.tensor.trace.CastPolicy;

/**
 * The methods of {@link Tensor} that replace or combine elements by position. They return copies. Where several sources have one
 * target, the last one wins unless a reduction says otherwise. Indices are as {@link IndexingMethods} has them.
 */
public abstract sealed class ScatterMethods extends IndexingMethods permits ProductMethods {
    ScatterMethods() {}

    // ---- picking ----

    /**
     * {@link #gather} with an index that is repeated along the other axes, as this is along those where the index is larger, as {@code
     * torch.take_along_dim}.
     *
     * @throws ShapeException when the ranks differ, or sizes of other axes do not broadcast
     */
    public final Tensor takeAlongAxis(Tensor index, int axis) {
        return Picking.takeAlongAxis(self(), index, axis);
    }

    /** The elements at positions counted row by row, as a vector, as {@code torch.take_along_dim} without an axis. */
    public final Tensor takeAlongAxis(Tensor index) {
        return Picking.take("takeAlongAxis", self(), index).flatten();
    }

    /** {@link #nonzero} by the name that {@code torch.argwhere} has. */
    public final Tensor argwhere() {
        return nonzero();
    }

    // ---- combining ----

    /**
     * {@code out[.., index[.., i, ..], ..] = reduce(src[.., i, ..])} along an axis, as {@code torch.scatter_reduce}. Derivatives are those of
     * the reduction: right at zeros for products, shared evenly by ties for the largest and smallest. Without {@code includeSelf}
     * the elements of this do not count as ties where the index names their place, though PyTorch lets them take a share of the gradient.
     *
     * @param axis the axis that the index points along
     * @param index I64 or another integer dtype, of this rank and, along other axes, at most this size
     * @param src at least as large as the index, of this dtype
     * @param reduction how elements of one target are made one
     * @param includeSelf whether the element of this takes part; if not, it stays only where the index does not name its place
     * @throws ShapeException when index and source do not fit, naming both shapes
     * @throws DTypeException when the dtypes differ, or truth values are averaged
     */
    public final Tensor scatterReduce(
            int axis, Tensor index, Tensor src, ScatterReduction reduction, boolean includeSelf) {
        return ScatterReductions.scatterReduce("scatterReduce", self(), axis, index, src, reduction, includeSelf);
    }

    /** {@link #scatterReduce(int, Tensor, Tensor, ScatterReduction, boolean)} with the elements of this taking part. */
    public final Tensor scatterReduce(int axis, Tensor index, Tensor src, ScatterReduction reduction) {
        return scatterReduce(axis, index, src, reduction, true);
    }

    /**
     * The slices along an axis, at the positions of a vector, reduced with those of {@code src}, as {@code torch.index_reduce}; the rest as
     * {@link #scatterReduce(int, Tensor, Tensor, ScatterReduction, boolean)}.
     */
    public final Tensor indexReduce(
            int axis, Tensor index, Tensor src, ScatterReduction reduction, boolean includeSelf) {
        return ScatterReductions.indexReduce(self(), axis, index, src, reduction, includeSelf);
    }

    // ---- replacing ----

    /** A copy whose slices along an axis, at the positions of a vector, are those of {@code src}, as {@code torch.index_copy}. */
    public final Tensor indexCopy(int axis, Tensor index, Tensor src) {
        return Picking.indexCopy(self(), axis, index, src);
    }

    /**
     * A copy whose slices along an axis, at the positions of a vector, are filled with {@code value}, as {@code torch.index_fill}.
     *
     * @throws DTypeException when the value is outside this integer dtype's range
     */
    public final Tensor indexFill(int axis, Tensor index, double value) {
        return Picking.indexFill(self(), axis, index, Arithmetic.constant("indexFill", self(), value));
    }

    /** As {@link #indexFill(int, Tensor, double)}, exact for I64. */
    public final Tensor indexFill(int axis, Tensor index, long value) {
        return Picking.indexFill(self(), axis, index, Arithmetic.constant("indexFill", self(), value));
    }

    /**
     * As {@link #indexFill(int, Tensor, double)} with a 0-d tensor, through which gradients flow.
     *
     * @throws ShapeException when the value has an axis
     * @throws DTypeException when the value is of a higher category than this
     */
    public final Tensor indexFill(int axis, Tensor index, Tensor value) {
        return Picking.indexFill(self(), axis, index, Picking.element("indexFill", self(), value));
    }

    /**
     * A copy with {@code src} at positions counted row by row over all of this, as {@code torch.put}; added to what is there if {@code
     * accumulate}.
     *
     * @throws ShapeException when index and source have not equally many elements
     */
    public final Tensor put(Tensor index, Tensor src, boolean accumulate) {
        return Picking.put(self(), index, src, accumulate);
    }

    /**
     * A copy with {@code values}, repeated to its shape, in the place of what an indexing expression names (see {@link #get}), as
     * {@code x.at[...].set(values)} in JAX.
     *
     * @throws ShapeException when the values can't be repeated to the shape of what is indexed
     */
    public final Tensor setAt(Tensor values, Index first, Index... more) {
        return Picking.set("setAt", self(), values, false, first, more);
    }

    /** A copy with {@code values} added at what an indexing expression names, once for each time, as {@code x.at[...].add(values)} in JAX. */
    public final Tensor addAt(Tensor values, Index first, Index... more) {
        return Picking.set("addAt", self(), values, true, first, more);
    }

    /**
     * {@link #setAt} or, if {@code accumulate}, {@link #addAt} with tensors of positions or masks for the first axes, as {@code
     * torch.index_put}.
     *
     * @throws ShapeException when no index is given, or the values can't be repeated to the shape of what is indexed
     */
    public final Tensor indexPut(List<Tensor> indices, Tensor values, boolean accumulate) {
        return CastPolicy.PROMOTE.apply(self(), values, (x, y) -> Picking.indexPut(x, indices, y, accumulate));
    }

    /**
     * As {@link #maskedFill(Tensor, double)} with a 0-d tensor, through which gradients flow.
     *
     * @throws ShapeException when the value has an axis
     * @throws DTypeException when the value is of a higher category than this
     */
    public final Tensor maskedFill(Tensor mask, Tensor value) {
        Arithmetic.requireMask("maskedFill", mask);
        return Arithmetic.where(mask, Picking.element("maskedFill", self(), value), self());
    }

    /**
     * A copy in which the places where {@code mask} (BOOL, broadcast with this) is true hold the elements of {@code src} in row-by-row
     * order, as {@code torch.masked_scatter}.
     *
     * @throws ShapeException when {@code src} has fewer elements than there are places
     * @throws DTypeException when the mask is not BOOL, or the source of another dtype
     */
    public final Tensor maskedScatter(Tensor mask, Tensor src) {
        return Picking.maskedScatter(self(), mask, src);
    }

    // ---- the opposites of views ----

    /**
     * A copy with {@code src} at one position of an axis, as {@code torch.select_scatter}.
     *
     * @throws ShapeException when {@code src} has not the shape of that {@link Tensor#select}
     */
    public final Tensor selectScatter(Tensor src, int axis, long index) {
        return Patching.select(self(), src, axis, index);
    }

    /**
     * A copy with {@code src} in the place of {@link Tensor#slice(int, long, long, long)}, as {@code torch.slice_scatter}.
     *
     * @throws ShapeException when {@code src} has not the shape of that slice
     */
    public final Tensor sliceScatter(Tensor src, int axis, long from, long to, long step) {
        return Patching.slice(self(), src, axis, from, to, step);
    }

    /**
     * A copy with {@code src} on a diagonal, as {@code torch.diagonal_scatter}.
     *
     * @throws ShapeException when {@code src} has not the shape of that {@link #diagonal(long, int, int)}
     */
    public final Tensor diagonalScatter(Tensor src, long offset, int rows, int columns) {
        return Patching.diagonal(self(), src, offset, rows, columns);
    }
}
