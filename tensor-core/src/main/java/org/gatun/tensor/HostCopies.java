package org.gatun.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.LongToDoubleFunction;
import java.util.function.LongUnaryOperator;
import org.gatun.tensor.cuda.Transfers;
import org.gatun.tensor.memory.OutOfNativeMemoryException;
import org.gatun.tensor.memory.Storage;
import org.gatun.tensor.shape.Shape;

/** New tensors from values that lie in host memory, in bulk copies. */
final class HostCopies {
    /** Results of fewer elements are made without asking for room first. */
    private static final long LARGE = 1 << 28;

    private HostCopies() {}

    /** A tensor whose elements, row by row, are the bytes of {@code source}, which has exactly as many as they take. */
    static ConcreteTensor upload(DType dtype, Shape shape, Device device, MemorySegment source) {
        ConcreteTensor t = ConcreteTensor.allocate(dtype, shape, device);
        Storage held = t.acquire();
        try {
            switch (device) {
                case Device.Cpu cpu -> t.segment().copyFrom(source);
                case Device.Cuda cuda -> Transfers.upload(source, t);
            }
            return t;
        } catch (Throwable e) {
            t.close();
            throw e;
        } finally {
            held.release();
        }
    }

    /** A tensor whose bytes are all 0: zeros of any dtype. */
    static ConcreteTensor zeros(DType dtype, Shape shape, Device device) {
        ConcreteTensor t = ConcreteTensor.allocate(dtype, shape, device);
        Storage held = t.acquire();
        try {
            switch (device) {
                case Device.Cpu cpu -> t.segment().fill((byte) 0);
                case Device.Cuda cuda -> Transfers.fill(t, (byte) 0);
            }
            return t;
        } finally {
            held.release();
        }
    }

    /** I64 elements by their numbers, row by row; as many as memory holds, not only as many as a Java array does. */
    static ConcreteTensor wholes(Shape shape, LongUnaryOperator element) {
        return filled(DType.I64, shape, (s, i) -> s.setAtIndex(ValueLayout.JAVA_LONG, i, element.applyAsLong(i)));
    }

    /** F64 elements by their numbers, as {@link #wholes}. */
    static ConcreteTensor reals(Shape shape, LongToDoubleFunction element) {
        return filled(DType.F64, shape, (s, i) -> s.setAtIndex(ValueLayout.JAVA_DOUBLE, i, element.applyAsDouble(i)));
    }

    /** Sets one element. */
    @FunctionalInterface
    private interface Setter {
        void set(MemorySegment segment, long element);
    }

    private static ConcreteTensor filled(DType dtype, Shape shape, Setter setter) {
        ConcreteTensor t = ConcreteTensor.allocate(dtype, shape, Device.CPU);
        Storage held = t.acquire();
        try {
            MemorySegment segment = t.segment();
            for (long i = 0; i < shape.elements(); i++) {
                setter.set(segment, i);
            }
            return t;
        } finally {
            held.release();
        }
    }

    /**
     * Fails if there is no memory for a large result, before tables for it are made.
     *
     * @throws ShapeException when the elements or bytes of the result are more than can be counted
     * @throws OutOfNativeMemoryException when there is no memory
     */
    static void requireRoom(String name, DType dtype, long[] sizes, Device device) {
        try {
            Shape result = Shape.of(sizes);
            if (result.elements() > LARGE) {
                ConcreteTensor.allocate(dtype, result, device).close();
            }
        } catch (ShapeException e) {
            throw new ShapeException(name + ": " + e.getMessage(), e);
        }
    }

    static ConcreteTensor of(Shape shape, float... values) {
        check("of", shape, values.length);
        return upload(DType.F32, shape, Device.CPU, MemorySegment.ofArray(values));
    }

    static ConcreteTensor of(Shape shape, double... values) {
        check("of", shape, values.length);
        return upload(DType.F64, shape, Device.CPU, MemorySegment.ofArray(values));
    }

    static ConcreteTensor of(Shape shape, long... values) {
        check("of", shape, values.length);
        return upload(DType.I64, shape, Device.CPU, MemorySegment.ofArray(values));
    }

    static ConcreteTensor of(Shape shape, int... values) {
        check("of", shape, values.length);
        return upload(DType.I32, shape, Device.CPU, MemorySegment.ofArray(values));
    }

    static ConcreteTensor of(Shape shape, short... values) {
        check("of", shape, values.length);
        return upload(DType.I16, shape, Device.CPU, MemorySegment.ofArray(values));
    }

    /** A tensor of I8 or U8. */
    static ConcreteTensor of(DType dtype, Shape shape, byte... values) {
        check(dtype == DType.U8 ? "ofUnsigned" : "of", shape, values.length);
        return upload(dtype, shape, Device.CPU, MemorySegment.ofArray(values));
    }

    static ConcreteTensor of(Shape shape, boolean... values) {
        check("of", shape, values.length);
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (values[i] ? 1 : 0);
        }
        return upload(DType.BOOL, shape, Device.CPU, MemorySegment.ofArray(bytes));
    }

    static ConcreteTensor of(MemorySegment source, DType dtype, Shape shape) {
        long bytes = ConcreteTensor.bytes(dtype, shape);
        if (source.byteSize() != bytes) {
            throw new ShapeException("fromSegment: the segment has " + source.byteSize() + " bytes and shape " + shape
                    + " of " + dtype + " takes " + bytes + ": give a slice of exactly that size");
        }
        if (dtype == DType.BOOL) {
            for (long i = 0; i < bytes; i++) {
                byte b = source.get(ValueLayout.JAVA_BYTE, i);
                if (b != 0 && b != 1) {
                    throw new DTypeException("fromSegment: byte " + i + " is " + (b & 0xff)
                            + ", but a BOOL is stored as 0 or 1: read it as U8 and compare, for instance x.ne(0)");
                }
            }
        }
        return upload(dtype, shape, Device.CPU, source);
    }

    private static void check(String name, Shape shape, long count) {
        if (shape.elements() != count) {
            throw new ShapeException(name + ": shape " + shape + " has " + shape.elements() + " elements, but " + count
                    + (count == 1 ? " value was" : " values were") + " given: the counts must be equal");
        }
    }
}
