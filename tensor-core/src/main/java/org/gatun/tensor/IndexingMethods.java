package org.gatun.tensor;

import org.gatun.tensor.trace.CastPolicy;

/**
 * The methods of {@link Tensor} that pick elements by position. Indices are of an integer dtype, may be negative and then count
 * from the end, and are checked: one out of range is an {@link IndexOutOfBoundsException}. Picking is differentiable in the
 * values: gradients of elements that were picked several times add up.
 */
public abstract sealed class IndexingMethods extends ViewMethods permits ScatterMethods {
    IndexingMethods() {}

    /**
     * The elements that an indexing expression names, as NumPy's and PyTorch's {@code x[...]}; see {@link Index}. Axes that it
     * does not mention stay whole. A view unless tensors of positions or masks take part.
     *
     * @throws IndexOutOfBoundsException when a position does not exist
     * @throws ShapeException when there are more entries than axes, or a mask's shape is not that of its axes
     */
    public final Tensor get(Index first, Index... more) {
        return Indexing.get(self(), first, more);
    }

    /**
     * {@code out[.., i, ..] = x[.., index[.., i, ..], ..]} along an axis, as {@code torch.gather}: the result has the index's
     * shape, which along the other axes may be smaller than this.
     */
    public final Tensor gather(int axis, Tensor index) {
        return Picking.gather(self(), axis, index);
    }

    /**
     * A copy with {@code out[.., index[.., i, ..], ..] = src[.., i, ..]} along an axis, as {@code torch.scatter}. Where several
     * sources have one target, the last one wins.
     */
    public final Tensor scatter(int axis, Tensor index, Tensor src) {
        return Picking.scatter(self(), axis, index, src);
    }

    /**
     * A copy with the elements at the index along an axis set to {@code value}, as {@code torch.scatter}.
     *
     * @throws DTypeException when the value is outside this integer dtype's range
     */
    public final Tensor scatter(int axis, Tensor index, double value) {
        return Picking.scatterValue(self(), axis, index, Arithmetic.constant("scatter", self(), value));
    }

    /** As {@link #scatter(int, Tensor, double)}, exact for I64. */
    public final Tensor scatter(int axis, Tensor index, long value) {
        return Picking.scatterValue(self(), axis, index, Arithmetic.constant("scatter", self(), value));
    }

    /** A copy with {@code out[.., index[.., i, ..], ..] += src[.., i, ..]} along an axis, as {@code torch.scatter_add}. */
    public final Tensor scatterAdd(int axis, Tensor index, Tensor src) {
        return CastPolicy.PROMOTE.apply(self(), src, (x, y) -> Picking.scatterAdd("scatterAdd", x, axis, index, y));
    }

    /** The slices along an axis at the positions of a vector, as {@code torch.index_select}. */
    public final Tensor indexSelect(int axis, Tensor index) {
        return Picking.indexSelect(self(), axis, index);
    }

    /** A copy to whose slices along an axis, at the positions of a vector, those of {@code src} are added, as {@code torch.index_add}. */
    public final Tensor indexAdd(int axis, Tensor index, Tensor src) {
        return Picking.indexAdd(self(), axis, index, src);
    }

    /** The elements at positions counted row by row over all of this, in the index's shape, as {@code torch.take}. */
    public final Tensor take(Tensor index) {
        return Picking.take("take", self(), index);
    }

    /**
     * The positions of the elements that are not 0, one row of indices (I64) for each, in row-by-row order, as {@code
     * torch.nonzero}. Reads the values: the result's shape depends on them.
     */
    public final Tensor nonzero() {
        return Picking.nonzero(self());
    }

    /** The elements where {@code mask} (BOOL, broadcast with this) is true, as a vector, as {@code torch.masked_select}. */
    public final Tensor maskedSelect(Tensor mask) {
        return Picking.maskedSelect(self(), mask);
    }

    /**
     * {@code mask ? value : this}, elementwise with broadcasting, as {@code torch.masked_fill}; {@code mask} is BOOL.
     *
     * @throws DTypeException when the mask is not BOOL, or the value outside this integer dtype's range
     */
    public final Tensor maskedFill(Tensor mask, double value) {
        return Arithmetic.maskedFill(self(), mask, value);
    }

    /** As {@link #maskedFill(Tensor, double)}, exact for I64. */
    public final Tensor maskedFill(Tensor mask, long value) {
        return Arithmetic.maskedFill(self(), mask, value);
    }
}
