package org.gatun.tensor;

import org.gatun.tensor.ir.Op;
import org.gatun.tensor.memory.Keepable;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.CastPolicy;
import org.gatun.tensor.trace.Dispatch;
import org.gatun.tensor.trace.Traced;

/**
 * An array of numbers or truth values of one dtype with any number of axes, on a device: the value that all of Gatun works on.
 *
 * <p>A tensor is either concrete (memory and a layout over it) or followed by an interpreter such as a tape; the methods are
 * the same. Operations return new tensors and change none of their operands; views (reshape where possible, permute, slice,
 * broadcast) share memory. Methods ending in an underscore change a tensor in place.
 *
 * <p>Memory belongs to the {@link org.gatun.tensor.memory.MemoryScope} that is open on the thread when a tensor is made, and is
 * freed when it closes; without one, when the tensor becomes unreachable. {@link #close} frees it at once.
 *
 * <p>Where a Java number meets a tensor, a {@code long} is exact and a {@code double} makes floating numbers of integers, as in
 * PyTorch; comparisons alone are exact with either. A number that becomes an element loses its fraction in an integer dtype, and
 * is refused where it is outside the dtype's range: numbers are never wrapped. Bytes (U8) alone take negative numbers down to
 * -255 in sums, differences and products, which are modulo 256.
 *
 * <p>Axis arguments may be negative and then count from the end. Errors are {@link ShapeException}, {@link DTypeException} and
 * {@link IndexOutOfBoundsException}, which name the operation, the operands' shapes or dtypes, and the remedy.
 */
public abstract sealed class Tensor extends InPlaceMethods implements AutoCloseable, Keepable
        permits ConcreteTensor, Traced {
    /** For the two kinds of tensors. */
    protected Tensor() {}

    // ---- what it is ----

    /** The sizes along the axes. */
    public abstract Shape shape();

    /** The element type. */
    public abstract DType dtype();

    /** Where the memory lies and operations run. */
    public abstract Device device();

    /** The values behind this tensor, without any interpreter: itself when concrete. */
    public abstract ConcreteTensor concrete();

    /** The number of axes. */
    public final int rank() {
        return shape().rank();
    }

    /** The size along an axis. */
    public final long size(int axis) {
        return shape().size(axis);
    }

    /** The number of elements. */
    public final long elements() {
        return shape().elements();
    }

    // ---- memory ----

    /** Whether {@link #close} was called or the scope that owned this tensor has ended. */
    public boolean isClosed() {
        return concrete().isClosed();
    }

    /** Gives up this tensor's claim on its memory at once. Closing twice does no harm; any other use afterwards is an error. */
    @Override
    public void close() {
        concrete().close();
    }

    /** Hands this tensor from the memory scope that owns it to the one around that; without one, to the collector. */
    public void keep() {
        concrete().keep();
    }

    @Override
    public void keepFrom(MemoryScope scope) {
        concrete().keepFrom(scope);
    }

    /** Takes this tensor out of every memory scope: it lives until it is closed or becomes unreachable. */
    public void unscope() {
        concrete().unscope();
    }

    // ---- values ----

    /**
     * The only element, as a double.
     *
     * @throws ShapeException when there is not exactly one element
     */
    public final double item() {
        return Values.item(this);
    }

    /**
     * The only element, as a long; floating values are truncated.
     *
     * @throws ShapeException when there is not exactly one element
     */
    public final long itemLong() {
        return Values.itemLong(this);
    }

    /** The element at an index, one number for each axis; negative numbers count from the end. */
    public final double get(long... index) {
        return Values.at(this, index);
    }

    /** All elements row by row, converted to float. */
    public final float[] toFloatArray() {
        return Values.floats(this);
    }

    /** All elements row by row, converted to double. */
    public final double[] toDoubleArray() {
        return Values.doubles(this);
    }

    /** All elements row by row, converted to long; floating values are truncated. */
    public final long[] toLongArray() {
        return Values.longs(this);
    }

    /** All elements row by row as truth values: whether each is not 0. */
    public final boolean[] toBooleanArray() {
        return Values.booleans(this);
    }

    // ---- dtype and copies ----

    /**
     * The values without any derivative, as {@code torch.Tensor.detach}: a view through which no gradient flows. Inside {@code vmap} it
     * stays a tensor of the batch.
     */
    public final Tensor detach() {
        return switch (this) {
            case ConcreteTensor concrete -> concrete.view(concrete.layout());
            case Traced traced -> traced.detached();
        };
    }

    /**
     * A tensor of this shape, dtype and device with every element {@code value}; one element in memory, repeated by stride 0.
     *
     * @throws DTypeException when the value is outside this integer dtype's range
     */
    public final Tensor fullLike(double value) {
        return Arithmetic.expand(Arithmetic.constant("fullLike", this, value), shape());
    }

    /** As {@link #fullLike(double)}, exact for I64. */
    public final Tensor fullLike(long value) {
        return Arithmetic.expand(Arithmetic.constant("fullLike", this, value), shape());
    }

    /**
     * This tensor on a device, as {@code torch.Tensor.to}: itself when it is there already, otherwise a copy, row by row. Derivatives pass; a
     * cotangent is brought back to the device that this tensor is on.
     *
     * @throws DeviceException when the device can't be used
     */
    public final Tensor to(Device device) {
        Device here = device();
        return here.equals(device) ? this : Dispatch.bind(new Op.Transfer(here, device), this);
    }

    /** This tensor on the host, as {@code torch.Tensor.cpu}: {@link #to(Device) to(Device.CPU)}. */
    public final Tensor cpu() {
        return to(Device.CPU);
    }

    /**
     * This tensor on the first GPU, as {@code torch.Tensor.cuda}: {@link #to(Device) to(Device.cuda(0))}; itself when it is on a GPU already.
     *
     * @throws DeviceException when there is no GPU that can be used; the message says what to do
     */
    public final Tensor cuda() {
        return switch (device()) {
            case Device.Cuda cuda -> this;
            case Device.Cpu cpu -> to(Device.cuda(0));
        };
    }

    /**
     * This tensor on a device and in a dtype, as {@code torch.Tensor.to}: {@link #to(Device)} and {@link #to(DType)}; itself when both fit
     * already. Between the host and a GPU, the GPU converts.
     *
     * @throws DeviceException when the device can't be used
     */
    public final Tensor to(Device device, DType dtype) {
        Tensor between = switch (device) {
            case Device.Cuda cuda -> to(device);
            case Device.Cpu cpu -> to(dtype);
        };
        Tensor out = between.to(device).to(dtype);
        if (between instanceof ConcreteTensor && between != this && between != out) {
            between.close();
        }
        return out;
    }

    /** This tensor converted to a dtype; itself when it has that dtype already. Floating to integer truncates to zero. */
    public final Tensor to(DType dtype) {
        return Arithmetic.cast(this, dtype);
    }

    /** A row-by-row copy in memory of its own, as {@code torch.clone}; differentiable. */
    public final Tensor copy() {
        return Shaping.copy(this);
    }

    /** This tensor when its elements lie row by row, otherwise a copy that does, as {@code torch.Tensor.contiguous}. */
    public final Tensor contiguous() {
        return Shaping.contiguous(this);
    }

    /** Another view of all of this tensor; closing one leaves the other. */
    public final Tensor view() {
        return Shaping.reshape(this, shape());
    }

    // ---- shape ----

    /**
     * The same elements under another shape; one size may be -1 and is then inferred. A view where the layout allows, otherwise
     * a copy, as {@code torch.reshape}.
     *
     * @throws ShapeException when the element counts differ
     */
    public final Tensor reshape(long... sizes) {
        return Shaping.reshape(this, Shaping.inferred(this, sizes));
    }

    /** The same elements under another shape of equal element count. */
    public final Tensor reshape(Shape shape) {
        return Shaping.reshape(this, shape);
    }

    /** Axes {@code from} to {@code to}, both included, joined into one, as {@code torch.flatten}. */
    public final Tensor flatten(int from, int to) {
        return Shaping.flatten(this, from, to);
    }

    /** All elements as one axis. */
    public final Tensor flatten() {
        return reshape(-1);
    }

    /** The axes in another order: axis i of the result is axis {@code order[i]} of this one. A view. */
    public final Tensor permute(int... order) {
        return Shaping.permute(this, order);
    }

    /** Two axes exchanged. A view. */
    public final Tensor transpose(int a, int b) {
        return Shaping.transpose("transpose", this, a, b);
    }

    /** The transpose of a matrix, a view; a tensor of rank 0 or 1 stays as it is. As {@code torch.t}. */
    public final Tensor t() {
        return Shaping.t(this);
    }

    /** Repeated to a shape by stride 0, as {@code torch.broadcast_to}. A view. */
    public final Tensor broadcastTo(long... sizes) {
        return Shaping.broadcast("broadcastTo", this, Shape.of("broadcastTo", sizes));
    }

    /** Repeated to a shape by stride 0, as {@code torch.broadcast_to}. A view. */
    public final Tensor broadcastTo(Shape shape) {
        return Shaping.broadcast("broadcastTo", this, shape);
    }

    /** Repeated to a shape, where -1 leaves a size as it is, as {@code torch.Tensor.expand}. A view. */
    public final Tensor expand(long... sizes) {
        return Shaping.expand(this, sizes);
    }

    /** An axis of size 1 inserted before {@code axis} (-rank - 1 to rank). A view. */
    public final Tensor unsqueeze(int axis) {
        return Shaping.unsqueeze(this, axis);
    }

    /** The given axes removed where their size is 1; without arguments, all such axes. As {@code torch.squeeze}. A view. */
    public final Tensor squeeze(int... axes) {
        return Shaping.squeeze(this, axes);
    }

    /** The order reversed along the given axes; without arguments, along all. A view. */
    public final Tensor flip(int... axes) {
        return Shaping.flip(this, axes);
    }

    /** Elements {@code from} to {@code to - 1} along an axis. Bounds may be negative and are cut to the size. A view. */
    public final Tensor slice(int axis, long from, long to) {
        return Shaping.slice(this, axis, from, to, 1);
    }

    /** Every {@code step}-th element along an axis, as Python's {@code from:to:step} with a positive step. A view. */
    public final Tensor slice(int axis, long from, long to, long step) {
        return Shaping.slice(this, axis, from, to, step);
    }

    /** The slice at one position of an axis, which is removed; a negative index counts from the end. A view. */
    public final Tensor select(int axis, long index) {
        return Shaping.select(this, axis, index);
    }

    // ---- products ----

    /**
     * The matrix product over the last axis of this and the last but one of {@code other}, with the other axes as batches that
     * broadcast; vectors are taken as a row on the left and a column on the right. As {@code torch.matmul}, for every
     * combination of ranks from 1.
     *
     * @throws ShapeException when the inner sizes differ, naming both shapes
     */
    public final Tensor matmul(Tensor other) {
        return CastPolicy.LOWER.apply(this, other, Products::matmul);
    }

    /** The sum of the products of the elements of two vectors of one size, as {@code torch.dot}; 0-d. */
    public final Tensor dot(Tensor other) {
        return CastPolicy.PROMOTE.apply(this, other, Products::dot);
    }

    /** All products of an element of this vector (rows) and one of another (columns), as {@code torch.outer}. */
    public final Tensor outer(Tensor other) {
        return Products.outer(this, other);
    }

    // ---- printing ----

    /**
     * The values as nested rows like NumPy's, in aligned columns, with four decimals where they are needed and an exponent where
     * sizes differ too much; a large tensor shows the ends of each axis and its shape. The device follows when it is a GPU, and
     * the dtype when it is not F32.
     */
    @Override
    public String toString() {
        return Printing.format(this, PrintOptions.DEFAULT);
    }

    /** The values as {@link #toString()} writes them, by other options. */
    public final String toString(PrintOptions options) {
        return Printing.format(this, options);
    }
}
