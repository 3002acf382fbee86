package org.gatun.tensor;

import java.util.List;
import org.gatun.tensor.shape.Shape;

/**
 * The methods of {@link Tensor} that complete those of {@link ShapeMethods} to PyTorch's and {@code jax.numpy}'s. What takes an axis
 * apart or moves elements along it refuses 0-d tensors, as in PyTorch: they have no axis. Everything is differentiable.
 */
public abstract sealed class ViewMethods extends ShapeMethods permits IndexingMethods {
    ViewMethods() {}

    // ---- shapes ----

    /**
     * The same elements under another shape, of which one size may be -1, never copied, as {@code torch.Tensor.view}.
     *
     * @throws ShapeException when the element counts differ, or the elements do not lie in memory so that a view is possible; {@link
     *     Tensor#reshape(long...)} copies them then
     */
    public final Tensor view(long... sizes) {
        return Arranging.view("view", self(), Shaping.inferred("view", self(), self().elements(), sizes));
    }

    /** {@link #view(long...)} under the shape of another tensor, as {@code torch.Tensor.view_as}. */
    public final Tensor viewAs(Tensor other) {
        return Arranging.view("viewAs", self(), other.shape());
    }

    /** {@link Tensor#reshape(Shape)} to the shape of another tensor, as {@code torch.Tensor.reshape_as}. */
    public final Tensor reshapeAs(Tensor other) {
        return Shaping.reshape("reshapeAs", self(), other.shape());
    }

    /** Repeated to the shape of another tensor by stride 0, as {@code torch.Tensor.expand_as}. A view. */
    public final Tensor expandAs(Tensor other) {
        return Shaping.broadcast("expandAs", self(), other.shape());
    }

    /** All elements as one axis, as {@code torch.ravel}: a view where the layout allows. */
    public final Tensor ravel() {
        return self().reshape(-1);
    }

    /** The axes from {@code from} to the last joined into one, as {@code torch.flatten} with {@code start_dim}. */
    public final Tensor flatten(int from) {
        return Shaping.flatten(self(), from, -1);
    }

    /**
     * An axis taken apart into axes of the given sizes, of which one may be -1, as {@code torch.unflatten}. A view.
     *
     * @throws ShapeException when the sizes do not multiply to that of the axis, or there is none
     */
    public final Tensor unflatten(int axis, long... sizes) {
        return Arranging.unflatten(self(), axis, sizes);
    }

    /** New axes of size 1 that lie at the given places of the result, as {@code jax.numpy.expand_dims}. A view. */
    public final Tensor expandDims(int... axes) {
        return Arranging.expandDims(self(), axes);
    }

    // ---- order of axes ----

    /** Two axes exchanged, as {@code torch.swapaxes}: {@link Tensor#transpose(int, int)}. A view. */
    public final Tensor swapAxes(int a, int b) {
        return Shaping.transpose("swapAxes", self(), a, b);
    }

    /**
     * Axes moved to other places, {@code from[i]} to {@code to[i]}, the others keeping their order, as {@code torch.movedim}. A view.
     *
     * @throws ShapeException when there are not as many places as axes, or one is named twice
     */
    public final Tensor moveAxis(int[] from, int[] to) {
        return Arranging.moveAxis(self(), from, to);
    }

    /** The matrices of the last two axes transposed, as {@code torch.Tensor.mT}. A view. */
    public final Tensor mT() {
        return Arranging.matrixTranspose("mT", self());
    }

    /** The conjugate transpose of the matrices of the last two axes, as {@code torch.adjoint}; of real numbers it is {@link #mT}. */
    public final Tensor adjoint() {
        return Arranging.matrixTranspose("adjoint", self());
    }

    // ---- order of elements ----

    /**
     * {@link #roll(long, int)} along several axes one after the other, as {@code torch.roll}; an axis may be named several times.
     *
     * @throws ShapeException when there is not one shift for each axis, or none at all
     */
    public final Tensor roll(long[] shifts, int... axes) {
        return Arranging.roll(self(), shifts, axes);
    }

    /** All elements shifted in row-by-row order, over the ends of rows, as {@code torch.roll} without axes. */
    public final Tensor roll(long shift) {
        return Parts.roll(self().flatten(), shift, 0).reshape(self().shape());
    }

    /**
     * The planes of two axes turned by {@code times} right angles from axis {@code from} towards axis {@code to}, as {@code torch.rot90}; a
     * negative number turns the other way. A view.
     */
    public final Tensor rot90(long times, int from, int to) {
        return Arranging.rot90(self(), times, from, to);
    }

    /** The first two axes turned by one right angle, anticlockwise as matrices are printed. A view. */
    public final Tensor rot90() {
        return Arranging.rot90(self(), 1, 0, 1);
    }

    /** The columns in reverse order: axis 1 of a tensor of two axes or more, as {@code torch.fliplr}. A view. */
    public final Tensor fliplr() {
        return Arranging.mirrored("fliplr", self(), 1);
    }

    /** The rows in reverse order: axis 0 of a tensor of one axis or more, as {@code torch.flipud}. A view. */
    public final Tensor flipud() {
        return Arranging.mirrored("flipud", self(), 0);
    }

    // ---- parts ----

    /** A copy of {@link #narrow}, as {@code torch.narrow_copy}. */
    public final Tensor narrowCopy(int axis, long start, long length) {
        return Parts.narrow("narrowCopy", self(), axis, start, length).copy();
    }

    /**
     * {@code sections} parts along an axis, the first ones larger by one where its size is no multiple, as {@code torch.tensor_split}.
     * Views.
     */
    public final List<Tensor> tensorSplit(long sections, int axis) {
        return Arranging.tensorSplit("tensorSplit", self(), sections, axis);
    }

    /**
     * The parts of an axis between the given places, as {@code torch.tensor_split}: for places a and b those of Python's {@code :a}, {@code
     * a:b} and {@code b:}, so negative ones count from the end, and there may be empty parts. Views.
     */
    public final List<Tensor> tensorSplit(long[] places, int axis) {
        return Arranging.tensorSplit("tensorSplit", self(), places, axis);
    }

    /** Equal parts of the columns, as {@code torch.hsplit}: along axis 1, of vectors along axis 0. Views. */
    public final List<Tensor> hsplit(long sections) {
        return Arranging.equalSplit("hsplit", self(), sections, Arranging.splitAxis("hsplit", self(), 1, 1));
    }

    /** The columns between places, as {@link #tensorSplit(long[], int)} has them. Views. */
    public final List<Tensor> hsplit(long[] places) {
        return Arranging.tensorSplit("hsplit", self(), places, Arranging.splitAxis("hsplit", self(), 1, 1));
    }

    /** Equal parts of the rows of a tensor of two axes or more, as {@code torch.vsplit}. Views. */
    public final List<Tensor> vsplit(long sections) {
        return Arranging.equalSplit("vsplit", self(), sections, Arranging.splitAxis("vsplit", self(), 2, 0));
    }

    /** The rows between places, as {@link #tensorSplit(long[], int)} has them. Views. */
    public final List<Tensor> vsplit(long[] places) {
        return Arranging.tensorSplit("vsplit", self(), places, Arranging.splitAxis("vsplit", self(), 2, 0));
    }

    /** Equal parts along axis 2 of a tensor of three axes or more, as {@code torch.dsplit}. Views. */
    public final List<Tensor> dsplit(long sections) {
        return Arranging.equalSplit("dsplit", self(), sections, Arranging.splitAxis("dsplit", self(), 3, 2));
    }

    /** The parts of axis 2 between places, as {@link #tensorSplit(long[], int)} has them. Views. */
    public final List<Tensor> dsplit(long[] places) {
        return Arranging.tensorSplit("dsplit", self(), places, Arranging.splitAxis("dsplit", self(), 3, 2));
    }

    // ---- more elements ----

    /**
     * A copy with {@code before[a]} and {@code after[a]} elements added at the two ends of each axis {@code a}, taken from the axis itself
     * in the way of {@code mode}; negative numbers take elements away. As {@code torch.nn.functional.pad}, but of tensors of any rank, along
     * any of the axes, and with one entry for every axis, first axis first; see {@link Functional#pad(Tensor, long[], PadMode)} for
     * PyTorch's order.
     *
     * @throws ShapeException when there is not one entry for each axis, more is cropped than there is, or more is added than the axis
     *     can give: its size less 1 for REFLECT, its size for SYMMETRIC and CIRCULAR, any number for REPLICATE if it is not empty
     */
    public final Tensor pad(long[] before, long[] after, PadMode mode) {
        return EdgePadding.pad(self(), before, after, mode);
    }

    /** All elements in row-by-row order, each {@code times} times in a row, as {@code torch.repeat_interleave} without an axis. */
    public final Tensor repeatInterleave(long times) {
        return Parts.repeatInterleave(self().flatten(), times, 0);
    }

    /**
     * The i-th element along an axis {@code times[i]} times in a row, as {@code torch.repeat_interleave}; {@code times} is a vector of
     * integers, one or as many as the axis has elements. Reads them: the result's shape depends on them.
     *
     * @throws ShapeException when a number is negative, or there are not as many as elements
     */
    public final Tensor repeatInterleave(Tensor times, int axis) {
        return Arranging.repeatInterleave(self(), times, axis);
    }

    // ---- diagonals ----

    /** A vector as the {@code offset}-th diagonal of a matrix of zeros, or that diagonal of a matrix (a view), as {@code torch.diag}. */
    public final Tensor diag(long offset) {
        return Diagonals.diag(self(), offset);
    }

    /** {@link #diag(long)} of the main diagonal. */
    public final Tensor diag() {
        return Diagonals.diag(self(), 0);
    }

    /** All elements, row by row, as the {@code offset}-th diagonal of a matrix of zeros, as {@code torch.diagflat}. */
    public final Tensor diagflat(long offset) {
        return Diagonals.embed("diagflat", self().flatten(), offset, 0, 1);
    }

    /** {@link #diagflat(long)} on the main diagonal. */
    public final Tensor diagflat() {
        return diagflat(0);
    }

    /**
     * The last axis written on the {@code offset}-th diagonal of square matrices of zeros, whose rows and columns are the axes {@code rows}
     * and {@code columns} of the result, as {@code torch.diag_embed}.
     *
     * @throws ShapeException when this is a scalar, or both axes are one
     */
    public final Tensor diagEmbed(long offset, int rows, int columns) {
        return Diagonals.embed("diagEmbed", self(), offset, rows, columns);
    }
}
