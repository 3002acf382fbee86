package org.gatun.tensor;

import java.util.List;
import org.gatun.tensor.trace.CastPolicy;

/**
 * The rarer methods of {@link Tensor} that take tensors apart and arrange their elements anew. Everything is differentiable; what
 * can be a view is one.
 */
public abstract sealed class ShapeMethods extends CountingMethods permits ViewMethods {
    ShapeMethods() {}

    // ---- parts ----

    /** {@code length} elements from {@code start} along an axis, as {@code torch.narrow}. A view. */
    public final Tensor narrow(int axis, long start, long length) {
        return Parts.narrow("narrow", self(), axis, start, length);
    }

    /** Parts of {@code size} along an axis, the last one perhaps smaller, as {@code torch.split}. Views. */
    public final List<Tensor> split(long size, int axis) {
        return Parts.split(self(), size, axis);
    }

    /**
     * Parts of the given sizes along an axis, as {@code torch.split}. Views.
     *
     * @throws ShapeException when the sizes do not add up to the axis's
     */
    public final List<Tensor> split(long[] sizes, int axis) {
        return Parts.split(self(), sizes, axis);
    }

    /** At most {@code count} parts of equal size along an axis, the last one perhaps smaller, as {@code torch.chunk}. Views. */
    public final List<Tensor> chunk(long count, int axis) {
        return Parts.chunk(self(), count, axis);
    }

    /** The slices along an axis, which is removed, as {@code torch.unbind}. Views. */
    public final List<Tensor> unbind(int axis) {
        return Parts.unbind(self(), axis);
    }

    /**
     * All windows of {@code size} elements along an axis, {@code step} apart, as {@code torch.Tensor.unfold}: the axis counts the
     * windows, {@code (n - size) / step + 1} of them, and a new last axis the elements in each. A view, whose elements overlap where
     * the step is smaller than the size; gradients of an element that lies in several windows add up.
     *
     * @throws ShapeException when the size is negative or larger than the axis, or the step is below 1
     */
    public final Tensor unfold(int axis, long size, long step) {
        return Strides.unfold(self(), axis, size, step);
    }

    /**
     * The elements at {@code offset + i strides[0] + j strides[1] + ...} of the row-by-row order of this, as {@code
     * torch.as_strided}. A view of this tensor, or of a copy of it when its elements do not lie row by row; PyTorch counts in the memory
     * behind the tensor instead, so that there views of it can reach other elements. Several indices may mean one element: gradients add
     * up.
     *
     * @throws ShapeException when there is not one stride for each size, something is negative, or an element would lie outside
     */
    public final Tensor asStrided(long[] sizes, long[] strides, long offset) {
        return Strides.asStrided(self(), sizes, strides, offset);
    }

    // ---- order ----

    /** An axis moved to another place, the others keeping their order, as {@code torch.movedim}. A view. */
    public final Tensor moveAxis(int from, int to) {
        return Parts.moveAxis(self(), from, to);
    }

    /**
     * The elements shifted along an axis, those pushed out at one end coming in at the other, as {@code torch.roll}; a negative
     * shift goes towards the start.
     */
    public final Tensor roll(long shift, int axis) {
        return Parts.roll(self(), shift, axis);
    }

    // ---- more elements ----

    /** A copy with zeros around, or cropped, as {@link #pad(long[], long[], double)}. */
    public final Tensor pad(long[] before, long[] after) {
        return Padding.pad(self(), before, after, null);
    }

    /**
     * A copy with {@code before[a]} and {@code after[a]} elements equal to {@code value} added at the two ends of each axis {@code a};
     * negative numbers take elements away. As {@code torch.nn.functional.pad} in mode "constant", but with one entry for every
     * axis, first axis first.
     *
     * @throws ShapeException when there is not one entry for each axis, or more is cropped than there is
     * @throws DTypeException when the value is outside this integer dtype's range
     */
    public final Tensor pad(long[] before, long[] after, double value) {
        return Padding.pad(self(), before, after, value == 0 ? null : Arithmetic.constant("pad", self(), value));
    }

    /** As {@link #pad(long[], long[], double)}, exact for I64. */
    public final Tensor pad(long[] before, long[] after, long value) {
        return Padding.pad(self(), before, after, value == 0 ? null : Arithmetic.constant("pad", self(), value));
    }

    /**
     * The whole repeated along each axis, as {@code torch.Tensor.repeat}: {@code times} has an entry for every axis and may have
     * more, in front, for new axes.
     */
    public final Tensor repeat(long... times) {
        return Parts.repeat("repeat", self(), times);
    }

    /** As {@link #repeat}; with fewer entries than axes, the leading axes are not repeated. As {@code torch.tile}. */
    public final Tensor tile(long... times) {
        return Parts.tile(self(), times);
    }

    /** Each element repeated {@code times} times in a row along an axis, as {@code torch.repeat_interleave}. */
    public final Tensor repeatInterleave(long times, int axis) {
        return Parts.repeatInterleave(self(), times, axis);
    }

    // ---- diagonals, of the last two axes ----

    /** The lower triangle of the matrices of the last two axes, zeros above the {@code offset}-th diagonal, as {@code torch.tril}. */
    public final Tensor tril(long offset) {
        return Diagonals.triangle("tril", self(), offset, true);
    }

    /** The lower triangle with the diagonal. */
    public final Tensor tril() {
        return tril(0);
    }

    /** The upper triangle of the matrices of the last two axes, zeros below the {@code offset}-th diagonal, as {@code torch.triu}. */
    public final Tensor triu(long offset) {
        return Diagonals.triangle("triu", self(), offset, false);
    }

    /** The upper triangle with the diagonal. */
    public final Tensor triu() {
        return triu(0);
    }

    /**
     * The {@code offset}-th diagonal (above the main one if positive) of the matrices of axes {@code rows} and {@code columns}, as
     * a new last axis, as {@code torch.diagonal}. A view where the layout allows.
     */
    public final Tensor diagonal(long offset, int rows, int columns) {
        return Diagonals.diagonal(self(), offset, rows, columns);
    }

    /** The main diagonal of the matrices of the last two axes. */
    public final Tensor diagonal() {
        return Diagonals.diagonal(self(), 0, -2, -1);
    }

    /** The last axis written on the main diagonal of matrices of zeros, as {@code torch.diag_embed}. */
    public final Tensor diagEmbed() {
        return Diagonals.embed(self());
    }

    /** The sum of the main diagonal of a matrix, as {@code torch.trace}. */
    public final Tensor matrixTrace() {
        return CastPolicy.AS_IS.apply(self(), Diagonals::trace);
    }
}
