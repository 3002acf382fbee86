package org.gatun.tensor.io;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.Storage;
import org.gatun.tensor.shape.Shape;

/** The elements of tensors as the bytes of files: row by row, each element's lowest byte first unless said otherwise. */
final class TensorBytes {
    /** The most bytes that are read or written in one step: a {@link ByteBuffer} holds less than 2^31. */
    static final int CHUNK = 1 << 26;

    private TensorBytes() {}

    /**
     * Reads a tensor into memory of its own, on the CPU. The caller has made sure that so many bytes are there.
     *
     * @param field names the tensor in messages
     * @throws TensorFileException when the bytes end early or are not values of the dtype
     */
    static ConcreteTensor read(
            ReadableByteChannel in, Path file, String field, DType dtype, Shape shape, ByteOrder order)
            throws IOException {
        ConcreteTensor t = ConcreteTensor.allocate(dtype, shape, Device.CPU);
        Storage held = t.acquire();
        try {
            MemorySegment memory = t.segment();
            for (long at = 0; at < memory.byteSize(); at += CHUNK) {
                long n = Math.min(CHUNK, memory.byteSize() - at);
                readFully(in, memory.asSlice(at, n).asByteBuffer());
            }
            toNativeOrder(memory, dtype, order);
            requireTruth(file, field, memory, dtype);
            return t;
        } catch (EOFException e) {
            t.close();
            throw new TensorFileException(file, field, "the file was cut off while it was read", e);
        } catch (Throwable e) {
            t.close();
            throw e;
        } finally {
            held.release();
        }
    }

    /** Writes the elements of a tensor in their logical order, row by row, whatever its layout. */
    static void write(WritableByteChannel out, Tensor t) throws IOException {
        ConcreteTensor given = t.concrete();
        if (given.device() != Device.CPU) {
            try (Tensor host = given.cpu()) {
                write(out, host);
            }
            return;
        }
        ConcreteTensor source = given;
        boolean inPlace = source.isContiguous() && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
        ConcreteTensor rows = inPlace ? source : (ConcreteTensor) source.copy();
        Storage held = rows.acquire();
        try {
            MemorySegment memory = rows.segment();
            toNativeOrder(memory, rows.dtype(), ByteOrder.LITTLE_ENDIAN);
            for (long at = 0; at < memory.byteSize(); at += CHUNK) {
                writeFully(
                        out,
                        memory.asSlice(at, Math.min(CHUNK, memory.byteSize() - at))
                                .asByteBuffer());
            }
        } finally {
            held.release();
            if (rows != source) {
                rows.close();
            }
        }
    }

    /** Turns the bytes of each element round where {@code order} is not the machine's. */
    static void toNativeOrder(MemorySegment memory, DType dtype, ByteOrder order) {
        int n = dtype.bytes();
        if (order == ByteOrder.nativeOrder() || n == 1) {
            return;
        }
        for (long at = 0; at < memory.byteSize(); at += n) {
            for (int i = 0; i < n / 2; i++) {
                byte low = memory.get(ValueLayout.JAVA_BYTE, at + i);
                memory.set(ValueLayout.JAVA_BYTE, at + i, memory.get(ValueLayout.JAVA_BYTE, at + n - 1 - i));
                memory.set(ValueLayout.JAVA_BYTE, at + n - 1 - i, low);
            }
        }
    }

    /** Refuses a BOOL that is stored as anything but 0 or 1; other dtypes hold whatever their bytes say. */
    static void requireTruth(Path file, String field, MemorySegment memory, DType dtype) throws TensorFileException {
        if (dtype != DType.BOOL) {
            return;
        }
        for (long i = 0; i < memory.byteSize(); i++) {
            byte b = memory.get(ValueLayout.JAVA_BYTE, i);
            if (b != 0 && b != 1) {
                throw new TensorFileException(
                        file, field, "element " + i + " is " + (b & 0xff) + ", but a BOOL is stored as 0 or 1");
            }
        }
    }

    /** Fills the buffer. */
    static void readFully(ReadableByteChannel in, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (in.read(buffer) < 0) {
                throw new EOFException(buffer.remaining() + " bytes are missing");
            }
        }
    }

    /** Writes all of the buffer. */
    static void writeFully(WritableByteChannel out, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            int written = out.write(buffer);
            assert written >= 0;
        }
    }
}
