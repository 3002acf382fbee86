package org.gatun.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.gatun.tensor.memory.Storage;
import org.gatun.tensor.shape.Shape;

/** New tensors from values that lie in host memory, in bulk copies. */
final class HostCopies {
    private HostCopies() {}

    /** A tensor whose elements, row by row, are the bytes of {@code source}, which has exactly as many as they take. */
    static ConcreteTensor upload(DType dtype, Shape shape, Device device, MemorySegment source) {
        ConcreteTensor t = ConcreteTensor.allocate(dtype, shape, device);
        Storage held = t.acquire();
        try {
            t.segment().copyFrom(source);
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
            t.segment().fill((byte) 0);
            return t;
        } finally {
            held.release();
        }
    }

    static ConcreteTensor of(Shape shape, float... values) {
        check(shape, values.length);
        return upload(DType.F32, shape, Device.CPU, MemorySegment.ofArray(values));
    }

    static ConcreteTensor of(Shape shape, double... values) {
        check(shape, values.length);
        return upload(DType.F64, shape, Device.CPU, MemorySegment.ofArray(values));
    }

    static ConcreteTensor of(Shape shape, long... values) {
        check(shape, values.length);
        return upload(DType.I64, shape, Device.CPU, MemorySegment.ofArray(values));
    }

    static ConcreteTensor of(Shape shape, int... values) {
        check(shape, values.length);
        return upload(DType.I32, shape, Device.CPU, MemorySegment.ofArray(values));
    }

    static ConcreteTensor of(Shape shape, short... values) {
        check(shape, values.length);
        return upload(DType.I16, shape, Device.CPU, MemorySegment.ofArray(values));
    }

    /** A tensor of I8 or U8. */
    static ConcreteTensor of(DType dtype, Shape shape, byte... values) {
        check(shape, values.length);
        return upload(dtype, shape, Device.CPU, MemorySegment.ofArray(values));
    }

    static ConcreteTensor of(Shape shape, boolean... values) {
        check(shape, values.length);
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

    private static void check(Shape shape, long count) {
        if (shape.elements() != count) {
            throw new ShapeException("of: shape " + shape + " has " + shape.elements() + " elements, but " + count
                    + (count == 1 ? " value was" : " values were") + " given: the counts must be equal");
        }
    }
}
