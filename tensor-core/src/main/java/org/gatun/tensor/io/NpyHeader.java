package org.gatun.tensor.io;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.gatun.tensor.DType;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * What stands before the elements of an {@code .npy} array.
 *
 * @param dtype the dtype
 * @param order the order of the bytes of an element
 * @param fortran whether the first axis varies fastest
 * @param shape the shape
 * @param length the number of bytes from the file's first to the first of the elements
 * @param bytes the number of bytes that the elements take
 */
record NpyHeader(DType dtype, ByteOrder order, boolean fortran, Shape shape, long length, long bytes) {
    /** The most axes that an array of a file may have, which is NumPy's limit and PyTorch's. */
    static final int MOST_AXES = 64;

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int ALIGNMENT = 64;

    /** The longest dictionary of version 1.0. The later versions exist for structured dtypes, whose dictionaries may be longer. */
    private static final int LIMIT = 0xffff;

    /**
     * Reads a header, and nothing behind it.
     *
     * @param prefix what stands before the names of fields in messages
     * @throws TensorFileException naming the field that is damaged
     */
    static NpyHeader read(ReadableByteChannel in, Path file, String prefix) throws IOException {
        ByteBuffer start = bytes(in, MAGIC.length + 2, file, prefix + "magic");
        if (!start.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))) {
            throw new TensorFileException(
                    file, prefix + "magic", "it does not begin with the bytes 93 'NUMPY': it is no .npy array");
        }
        int major = start.get(MAGIC.length) & 0xff;
        int minor = start.get(MAGIC.length + 1) & 0xff;
        if (major < 1 || major > 3 || minor != 0) {
            throw new TensorFileException(
                    file,
                    prefix + "version",
                    major + "." + minor + " is not known: 1.0, 2.0 and 3.0 are; save it with an older NumPy");
        }
        int width = major == 1 ? Short.BYTES : Integer.BYTES;
        ByteBuffer size = bytes(in, width, file, prefix + "header length");
        long length = major == 1 ? Short.toUnsignedLong(size.getShort(0)) : Integer.toUnsignedLong(size.getInt(0));
        if (length > LIMIT) {
            throw new TensorFileException(
                    file,
                    prefix + "header length",
                    length + " bytes are more than the " + LIMIT + " that an array without fields can need");
        }
        ByteBuffer text = bytes(in, (int) length, file, prefix + "header");
        Charset charset = major == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
        String dictionary = charset.decode(text.rewind()).toString();
        return new NpyDictionary(file, prefix, dictionary).header(start.capacity() + width + length);
    }

    private static ByteBuffer bytes(ReadableByteChannel in, int n, Path file, String field) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(n).order(ByteOrder.LITTLE_ENDIAN);
        try {
            TensorBytes.readFully(in, buffer);
        } catch (EOFException e) {
            throw new TensorFileException(
                    file,
                    field,
                    "it takes " + n + " bytes and " + buffer.position() + " are there: the array is cut off",
                    e);
        }
        return buffer;
    }

    /** The header of version 1.0 for an array row by row, padded so that the elements begin at a multiple of 64 bytes. */
    static byte[] of(DType dtype, Shape shape) {
        if (shape.rank() > MOST_AXES) {
            throw new IllegalArgumentException(
                    "npy: shape " + shape + " has " + shape.rank() + " axes and an array of a file has at most "
                            + MOST_AXES + ": reshape the tensor before it is saved");
        }
        String descr = descr(dtype);
        if (descr == null) {
            throw new IllegalArgumentException("npy: NumPy has no " + dtype
                    + ": convert the tensor, for instance with to(DType.F32), or save it with Safetensors");
        }
        String sizes = LongStream.of(shape.toArray()).mapToObj(Long::toString).collect(Collectors.joining(", "));
        String dictionary = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + sizes
                + (shape.rank() == 1 ? ",), }" : "), }");
        int before = MAGIC.length + 2 + Short.BYTES;
        int total = Math.ceilDiv(before + dictionary.length() + 1, ALIGNMENT) * ALIGNMENT;
        byte[] header = new byte[total];
        Arrays.fill(header, (byte) ' ');
        header[total - 1] = '\n';
        ByteBuffer.wrap(header)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(MAGIC)
                .put((byte) 1)
                .put((byte) 0)
                .putShort((short) (total - before))
                .put(dictionary.getBytes(StandardCharsets.US_ASCII));
        return header;
    }

    /** NumPy's name of a dtype; null for the one that it does not have. */
    private static @Nullable String descr(DType dtype) {
        return switch (dtype) {
            case F32 -> "<f4";
            case F64 -> "<f8";
            case F16 -> "<f2";
            case BF16 -> null;
            case I64 -> "<i8";
            case I32 -> "<i4";
            case I16 -> "<i2";
            case I8 -> "|i1";
            case U8 -> "|u1";
            case BOOL -> "|b1";
        };
    }
}
