package org.gatun.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.LongConsumer;
import org.gatun.bindings.Memory;
import org.gatun.tensor.cuda.Transfers;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.memory.Allocators;
import org.gatun.tensor.memory.Lease;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.Storage;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/**
 * A tensor with values in a device's memory: a claim on a {@link Storage} and a {@link Layout} over it. Views share the storage.
 * Its methods beyond {@link Tensor}'s are for kernels.
 */
public final class ConcreteTensor extends Tensor {
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE_UNALIGNED;
    private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED;

    private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED;

    private final Lease lease;
    private final Layout layout;
    private final DType dtype;
    private final Device device;

    private ConcreteTensor(Storage storage, Layout layout, DType dtype, boolean manual) {
        this.layout = layout;
        this.dtype = dtype;
        this.device = storage.device();
        this.lease = manual ? Lease.manual(storage) : Lease.of(this, storage);
    }

    /** A tensor in fresh memory, row by row, whose values are whatever the memory holds: for kernels that write all of it. */
    public static ConcreteTensor allocate(DType dtype, Shape shape, Device device) {
        long bytes = bytes(dtype, shape);
        return new ConcreteTensor(Allocators.of(device).allocate(bytes), Layout.contiguous(shape), dtype, false);
    }

    /** The number of bytes that the elements take, row by row. */
    static long bytes(DType dtype, Shape shape) {
        try {
            return Math.multiplyExact(shape.elements(), dtype.bytes());
        } catch (ArithmeticException e) {
            throw new ShapeException(
                    "a tensor of shape " + shape + " and dtype " + dtype
                            + " has more than 2^63 - 1 bytes: compute it in parts, or give smaller sizes",
                    e);
        }
    }

    /** A tensor over a storage, taking over one reference to it. The caller vouches that the layout stays inside it. */
    public static ConcreteTensor over(Storage storage, Layout layout, DType dtype) {
        return new ConcreteTensor(storage, layout, dtype, false);
    }

    /**
     * A 0-d tensor holding {@code value} converted to {@code dtype}.
     *
     * @throws DTypeException when the value is outside an integer dtype's range
     */
    public static ConcreteTensor scalar(DType dtype, double value, Device device) {
        return repeated(dtype, Shape.SCALAR, value, device);
    }

    /**
     * A 0-d tensor holding {@code value} converted to {@code dtype}, exact for I64.
     *
     * @throws DTypeException when the value is outside an integer dtype's range
     */
    public static ConcreteTensor scalar(DType dtype, long value, Device device) {
        return repeated(dtype, Shape.SCALAR, value, device);
    }

    /**
     * One element, {@code value} converted to {@code dtype}, repeated in a shape by stride 0.
     *
     * @throws DTypeException when the value is outside an integer dtype's range
     */
    static ConcreteTensor repeated(DType dtype, Shape shape, double value, Device device) {
        Scalars.checked("scalar", dtype, value);
        return repeated(dtype, shape, device, at -> write(dtype, at, value));
    }

    /**
     * As {@link #repeated(DType, Shape, double, Device)}, exact for I64.
     *
     * @throws DTypeException when the value is outside an integer dtype's range
     */
    static ConcreteTensor repeated(DType dtype, Shape shape, long value, Device device) {
        Scalars.checked("scalar", dtype, value);
        return repeated(dtype, shape, device, at -> write(dtype, at, value));
    }

    /** One element, written at an address of the host. */
    private static ConcreteTensor repeated(DType dtype, Shape shape, Device device, LongConsumer write) {
        bytes(dtype, shape); // so that kernels can count the bytes of any tensor
        ConcreteTensor t = new ConcreteTensor(
                Allocators.of(device).allocate(dtype.bytes()),
                Layout.contiguous(Shape.SCALAR).broadcast(shape),
                dtype,
                false);
        switch (device) {
            case Device.Cpu cpu -> write.accept(t.address());
            case Device.Cuda cuda -> {
                try (var arena = Arena.ofConfined()) {
                    MemorySegment element = arena.allocate(dtype.bytes(), dtype.bytes());
                    write.accept(element.address());
                    Transfers.set(element, t);
                } catch (Throwable e) {
                    t.close();
                    throw e;
                }
            }
        }
        return t;
    }

    @Override
    public Shape shape() {
        return layout.shape();
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    @Override
    public Device device() {
        return device;
    }

    @Override
    public ConcreteTensor concrete() {
        return this;
    }

    /** The dtype and shape. */
    public TensorType type() {
        return new TensorType(dtype, layout.shape());
    }

    /** Where the elements lie in the storage. */
    public Layout layout() {
        return layout;
    }

    /** Whether the elements lie row by row without gaps. */
    public boolean isContiguous() {
        return layout.isContiguous();
    }

    /** The storage. Throws if this tensor was closed. */
    public Storage storage() {
        return lease.storage();
    }

    /** The address of the first element. It is valid while the storage is held: inside a kernel, or between acquire and release. */
    public long address() {
        return lease.storage().address() + layout.offset() * dtype.bytes();
    }

    /** Holds the memory for the time of an operation; pair it with {@link Storage#release}. */
    public Storage acquire() {
        return lease.acquire();
    }

    /**
     * Another view of the same memory, with a claim of its own on it.
     *
     * @throws ShapeException when its elements, written out, would take more bytes than the longs count
     * @throws IndexOutOfBoundsException when the layout reaches beyond the memory
     */
    public ConcreteTensor view(Layout newLayout) {
        bytes(dtype, newLayout.shape()); // so that kernels can count the bytes of any tensor
        if (!newLayout.fits(storage().bytes() / dtype.bytes())) {
            throw new IndexOutOfBoundsException("view: the layout " + newLayout + " of " + dtype
                    + " reaches beyond memory of " + storage().bytes() + " bytes");
        }
        return new ConcreteTensor(lease.acquire(), newLayout, dtype, false);
    }

    /**
     * The same view with a claim of its own that no scope and no collector ends: whoever asked for it closes it. The tape saves
     * values so.
     */
    public ConcreteTensor saved() {
        return new ConcreteTensor(lease.acquire(), layout, dtype, true);
    }

    /** A segment over the memory of a contiguous tensor on the host, for bulk copies inside an operation. */
    public MemorySegment segment() {
        if (device != Device.CPU) {
            throw new IllegalStateException("segment: the tensor of shape " + shape() + " lies on " + device
                    + ", whose memory the host can't address: copy it with to(Device.CPU) first");
        }
        if (!layout.isContiguous()) {
            throw new IllegalStateException("segment: the layout " + layout + " is not contiguous: copy it first");
        }
        return Memory.ALL.asSlice(address(), layout.shape().elements() * dtype.bytes());
    }

    /** The element at a position counted in elements from the first one, as a double. */
    public double read(long position) {
        return switch (device) {
            case Device.Cpu cpu -> read(address() + position * dtype.bytes(), dtype);
            case Device.Cuda cuda -> {
                try (var arena = Arena.ofConfined()) {
                    yield read(fetched(position, arena), dtype);
                }
            }
        };
    }

    /** The host's address of a copy of the element at a position of a tensor on a GPU. */
    private long fetched(long position, Arena arena) {
        MemorySegment element = arena.allocate(dtype.bytes(), dtype.bytes());
        Transfers.read(this, position * dtype.bytes(), element);
        return element.address();
    }

    private static double read(long at, DType dtype) {
        return switch (dtype) {
            case F32 -> Memory.ALL.get(F32, at);
            case F64 -> Memory.ALL.get(F64, at);
            case BF16 -> BFloat16.toFloat(Memory.ALL.get(I16, at));
            case F16 -> Float.float16ToFloat(Memory.ALL.get(I16, at));
            case I64 -> Memory.ALL.get(I64, at);
            case I32 -> Memory.ALL.get(I32, at);
            case I16 -> Memory.ALL.get(I16, at);
            case I8 -> Memory.ALL.get(ValueLayout.JAVA_BYTE, at);
            case U8, BOOL -> Memory.ALL.get(ValueLayout.JAVA_BYTE, at) & 0xff;
        };
    }

    /** The element at a position counted in elements from the first one, as a long; floating values are truncated. */
    public long readLong(long position) {
        if (dtype != DType.I64) {
            return (long) read(position);
        }
        return switch (device) {
            case Device.Cpu cpu -> Memory.ALL.get(I64, address() + position * 8);
            case Device.Cuda cuda -> {
                try (var arena = Arena.ofConfined()) {
                    yield Memory.ALL.get(I64, fetched(position, arena));
                }
            }
        };
    }

    /** Writes a number, converted to the dtype, to an address of the host. */
    static void write(DType dtype, long at, double value) {
        switch (dtype) {
            case F32 -> Memory.ALL.set(F32, at, (float) value);
            case F64 -> Memory.ALL.set(F64, at, value);
            case BF16 -> Memory.ALL.set(I16, at, BFloat16.of((float) value));
            case F16 -> Memory.ALL.set(I16, at, Float.floatToFloat16((float) value));
            case I64 -> Memory.ALL.set(I64, at, (long) value);
            case I32 -> Memory.ALL.set(I32, at, (int) (long) value);
            case I16 -> Memory.ALL.set(I16, at, (short) (long) value);
            case I8, U8 -> Memory.ALL.set(ValueLayout.JAVA_BYTE, at, (byte) (long) value);
            case BOOL -> Memory.ALL.set(ValueLayout.JAVA_BYTE, at, (byte) (value != 0 ? 1 : 0));
        }
    }

    private static void write(DType dtype, long at, long value) {
        switch (dtype) {
            case F32 -> Memory.ALL.set(F32, at, (float) value);
            case F64 -> Memory.ALL.set(F64, at, (double) value);
            case BF16 -> Memory.ALL.set(I16, at, BFloat16.of((float) value));
            case F16 -> Memory.ALL.set(I16, at, Float.floatToFloat16((float) value));
            case I64 -> Memory.ALL.set(I64, at, value);
            case I32 -> Memory.ALL.set(I32, at, (int) value);
            case I16 -> Memory.ALL.set(I16, at, (short) value);
            case I8, U8 -> Memory.ALL.set(ValueLayout.JAVA_BYTE, at, (byte) value);
            case BOOL -> Memory.ALL.set(ValueLayout.JAVA_BYTE, at, (byte) (value != 0 ? 1 : 0));
        }
    }

    @Override
    public boolean isClosed() {
        return lease.isClosed();
    }

    @Override
    public void close() {
        lease.close();
    }

    @Override
    public void keep() {
        lease.keep(this);
    }

    @Override
    public void keepFrom(MemoryScope scope) {
        lease.keepFrom(scope, this);
    }

    @Override
    public void unscope() {
        lease.unscope(this);
    }
}
