package org.gatun.tensor.conformance;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.gatun.bindings.Memory;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.cuda.Transfers;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/** Ways in which an operand can lie in memory. The gaps that a layout leaves hold NaN, or another number that would show. */
public enum LayoutVariant {
    /** Row by row from the start of the memory. */
    CONTIGUOUS,
    /** Row by row from the second element on, so that nothing is aligned. */
    OFFSET,
    /** The last two axes exchanged. */
    TRANSPOSED,
    /** All axes in the reverse order. */
    REVERSED_AXES,
    /** Rows cut out of longer rows. */
    NARROWED,
    /** Every second element along every axis. */
    STEPPED,
    /** Backwards along every axis. */
    FLIPPED,
    /** Stride 0 along the first axis. */
    BROADCAST_FIRST,
    /** Stride 0 along the last axis. */
    BROADCAST_LAST,
    /** Stride 0 along every axis. */
    BROADCAST_ALL;

    private static final long POISON = 0x5A5A5A5A5A5A5A5AL;

    /** Whether the layout exists for a shape and differs there from {@link #CONTIGUOUS}. */
    public boolean applies(Shape shape) {
        return switch (this) {
            case CONTIGUOUS, OFFSET -> true;
            case TRANSPOSED -> shape.rank() >= 2;
            case REVERSED_AXES -> shape.rank() >= 3;
            case NARROWED, BROADCAST_FIRST -> shape.rank() >= 2;
            case STEPPED, FLIPPED, BROADCAST_LAST -> shape.rank() >= 1;
            case BROADCAST_ALL -> shape.rank() >= 2;
        };
    }

    /** Whether {@code axis} of a shape has stride 0 in this layout. */
    public boolean repeats(int axis, Shape shape) {
        return switch (this) {
            case CONTIGUOUS, OFFSET, TRANSPOSED, REVERSED_AXES, NARROWED, STEPPED, FLIPPED -> false;
            case BROADCAST_FIRST -> axis == 0;
            case BROADCAST_LAST -> axis == shape.rank() - 1;
            case BROADCAST_ALL -> true;
        };
    }

    /** The array that this layout can hold: {@code array}, but along repeated axes the first slice again and again. */
    public HostArray adapt(HostArray array) {
        Shape shape = array.shape();
        return array.pick(shape, i -> {
            long[] index = HostArray.index(shape, i);
            for (int a = 0; a < index.length; a++) {
                if (repeats(a, shape)) {
                    index[a] = 0;
                }
            }
            return HostArray.flat(shape, index);
        });
    }

    /** A tensor in this layout that holds {@link #adapt adapt(array)}. */
    public ConcreteTensor place(HostArray array, Device device) {
        Shape shape = array.shape();
        int rank = shape.rank();
        long[] box = shape.toArray();
        long[] step = new long[rank];
        long[] start = new long[rank];
        Arrays.fill(step, 1);
        int[] order = new int[rank];
        Arrays.setAll(order, a -> a);
        long before = 0;
        switch (this) {
            case CONTIGUOUS -> {}
            case OFFSET -> before = 1;
            case TRANSPOSED -> {
                order[rank - 1] = rank - 2;
                order[rank - 2] = rank - 1;
            }
            case REVERSED_AXES -> Arrays.setAll(order, a -> rank - 1 - a);
            case NARROWED -> {
                box[rank - 1] += 3;
                start[rank - 1] = 2;
            }
            case STEPPED -> {
                for (int a = 0; a < rank; a++) {
                    box[a] = 2 * box[a] + 1;
                    start[a] = 1;
                    step[a] = 2;
                }
            }
            case FLIPPED -> {
                for (int a = 0; a < rank; a++) {
                    start[a] = Math.max(box[a] - 1, 0);
                    step[a] = -1;
                }
            }
            case BROADCAST_FIRST, BROADCAST_LAST, BROADCAST_ALL -> {
                for (int a = 0; a < rank; a++) {
                    if (repeats(a, shape)) {
                        box[a] = 1;
                        step[a] = 0;
                    }
                }
            }
        }
        // The strides of the box, whose axes lie in memory in the given order, then those of the steps taken in it.
        long[] strides = new long[rank];
        long total = 1;
        for (int k = rank - 1; k >= 0; k--) {
            strides[order[k]] = total;
            total *= Math.max(box[order[k]], 1);
        }
        long offset = before;
        for (int a = 0; a < rank; a++) {
            offset += start[a] * strides[a];
            strides[a] *= step[a];
        }
        return fill(array, device, Layout.strided(shape, strides, offset), total + before);
    }

    /** The shape of a tensor of which {@link #view} makes a tensor of the given shape in this layout. */
    Shape base(Shape shape) {
        int rank = shape.rank();
        return switch (this) {
            case CONTIGUOUS, FLIPPED -> shape;
            case OFFSET -> Shape.of(shape.elements() + 1);
            case TRANSPOSED -> shape.withSize(-1, shape.size(-2)).withSize(-2, shape.size(-1));
            case REVERSED_AXES -> {
                long[] sizes = new long[rank];
                Arrays.setAll(sizes, a -> shape.size(rank - 1 - a));
                yield Shape.of(sizes);
            }
            case NARROWED -> shape.withSize(-1, shape.size(-1) + 1);
            case STEPPED -> {
                long[] sizes = shape.toArray();
                Arrays.setAll(sizes, a -> 2 * shape.size(a));
                yield Shape.of(sizes);
            }
            case BROADCAST_FIRST, BROADCAST_LAST, BROADCAST_ALL -> {
                long[] sizes = shape.toArray();
                Arrays.setAll(sizes, a -> repeats(a, shape) ? 1 : shape.size(a));
                yield Shape.of(sizes);
            }
        };
    }

    /** The view of a tensor of shape {@link #base base(shape)} in this layout, by differentiable operations. */
    Tensor view(Tensor base, Shape shape) {
        return switch (this) {
            case CONTIGUOUS -> base;
            case OFFSET -> base.slice(0, 1, base.size(0)).reshape(shape);
            case TRANSPOSED -> base.transpose(-2, -1);
            case REVERSED_AXES -> {
                int[] order = new int[shape.rank()];
                Arrays.setAll(order, a -> shape.rank() - 1 - a);
                yield base.permute(order);
            }
            case NARROWED -> base.slice(-1, 1, base.size(-1));
            case STEPPED -> {
                Tensor view = base;
                for (int a = 0; a < shape.rank(); a++) {
                    view = view.slice(a, 1, view.size(a), 2);
                }
                yield view;
            }
            case FLIPPED -> base.flip();
            case BROADCAST_FIRST, BROADCAST_LAST, BROADCAST_ALL -> base.broadcastTo(shape);
        };
    }

    /** An array of which {@link #view} makes {@link #adapt adapt(array)}; what the view leaves out is 1. */
    HostArray unview(HostArray array) {
        Shape shape = array.shape();
        Shape base = base(shape);
        var out = new Accumulator(array.dtype(), base);
        out.fill(1);
        HostArray adapted = adapt(array);
        for (int i = 0; i < array.size(); i++) {
            out.set(HostArray.flat(base, origin(HostArray.index(shape, i), i, shape)), adapted, i);
        }
        return out.array();
    }

    private long[] origin(long[] index, int i, Shape shape) {
        int rank = index.length;
        long[] at = index.clone();
        switch (this) {
            case CONTIGUOUS -> {}
            case OFFSET -> at = new long[] {i + 1L};
            case TRANSPOSED -> {
                at[rank - 1] = index[rank - 2];
                at[rank - 2] = index[rank - 1];
            }
            case REVERSED_AXES -> Arrays.setAll(at, a -> index[rank - 1 - a]);
            case NARROWED -> at[rank - 1]++;
            case STEPPED -> Arrays.setAll(at, a -> 2 * index[a] + 1);
            case FLIPPED -> Arrays.setAll(at, a -> shape.size(a) - 1 - index[a]);
            case BROADCAST_FIRST, BROADCAST_LAST, BROADCAST_ALL ->
                Arrays.setAll(at, a -> repeats(a, shape) ? 0 : index[a]);
        }
        return at;
    }

    private ConcreteTensor fill(HostArray array, Device device, Layout layout, long elements) {
        DType dtype = array.dtype();
        try (ConcreteTensor base = ConcreteTensor.allocate(dtype, Shape.of(elements), Device.CPU)) {
            for (long i = 0; i < elements; i++) {
                write(dtype, base.address() + i * dtype.bytes(), Double.NaN, POISON);
            }
            ConcreteTensor view = base.view(layout);
            for (int i = 0; i < array.size(); i++) {
                long[] index = HostArray.index(array.shape(), i);
                long position = layout.offset();
                boolean first = true;
                for (int a = 0; a < index.length; a++) {
                    position += index[a] * layout.stride(a);
                    first &= index[a] == 0 || !repeats(a, array.shape());
                }
                if (first) {
                    write(
                            dtype,
                            base.address() + position * dtype.bytes(),
                            dtype.isFloating() ? array.real(i) : 0,
                            dtype.isFloating() ? 0 : array.whole(i));
                }
            }
            if (device instanceof Device.Cuda gpu) {
                try (view;
                        ConcreteTensor there = Transfers.toDevice(gpu, base)) {
                    return there.view(layout);
                }
            }
            return view;
        }
    }

    private static void write(DType dtype, long address, double real, long whole) {
        switch (dtype) {
            case F32 -> Memory.ALL.set(ValueLayout.JAVA_FLOAT_UNALIGNED, address, (float) real);
            case F64 -> Memory.ALL.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, address, real);
            case BF16 ->
                Memory.ALL.set(ValueLayout.JAVA_SHORT_UNALIGNED, address, (short)
                        (Float.floatToRawIntBits((float) real) >>> 16));
            case F16 -> Memory.ALL.set(ValueLayout.JAVA_SHORT_UNALIGNED, address, Float.floatToFloat16((float) real));
            case I64 -> Memory.ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, address, whole);
            case I32 -> Memory.ALL.set(ValueLayout.JAVA_INT_UNALIGNED, address, (int) whole);
            case I16 -> Memory.ALL.set(ValueLayout.JAVA_SHORT_UNALIGNED, address, (short) whole);
            case I8, U8 -> Memory.ALL.set(ValueLayout.JAVA_BYTE, address, (byte) whole);
            case BOOL -> Memory.ALL.set(ValueLayout.JAVA_BYTE, address, (byte) (whole & 1));
        }
    }
}
