package org.gatun.nn.data;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Reads IDX files, the format of MNIST (LeCun, Cortes and Burges), plain or gzipped: two zero bytes, a type, the number of axes, the
 * sizes as big-endian 32-bit integers, and the elements row by row, big-endian.
 */
public final class IdxFile {
    private static final int CHUNK = 1 << 16;

    private IdxFile() {}

    /**
     * Reads a file into a tensor: unsigned bytes as U8, signed bytes, shorts and ints as I32, floats as F32, doubles as F64.
     *
     * @throws DataFileException naming the file and the field when the header or the length is wrong; no more memory is taken than
     *     the file holds
     * @throws IOException when it can't be read
     */
    public static Tensor read(Path file) throws IOException {
        return read(file, null);
    }

    /** As above; the unpacked content goes through {@code digest} on the way. */
    static Tensor read(Path file, @Nullable MessageDigest digest) throws IOException {
        try (InputStream raw = open(file);
                InputStream in = digest == null ? raw : new DigestInputStream(raw, digest)) {
            byte[] magic = header(file, in, 4, "magic number");
            if (magic[0] != 0 || magic[1] != 0) {
                throw new DataFileException(
                        file,
                        "magic number",
                        String.format("starts with bytes %02x %02x, an IDX file with 00 00", magic[0], magic[1]));
            }
            int bytes = bytes(file, magic[2]);
            int rank = magic[3] & 0xff;
            long[] sizes = new long[rank];
            byte[] axes = header(file, in, 4 * rank, "sizes");
            for (int a = 0; a < rank; a++) {
                sizes[a] = ByteBuffer.wrap(axes).getInt(4 * a);
            }
            long total = bytes;
            for (int a = 0; a < rank; a++) {
                if (sizes[a] < 0) {
                    throw new DataFileException(file, "size of axis " + a, sizes[a] + " is negative");
                }
                try {
                    total = Math.multiplyExact(total, sizes[a]);
                } catch (ArithmeticException e) {
                    throw new DataFileException(file, "sizes", Arrays.toString(sizes) + " overflow 64 bits", e);
                }
            }
            if (total > Integer.MAX_VALUE - 8) {
                throw new DataFileException(
                        file,
                        "sizes",
                        Arrays.toString(sizes) + " need " + total
                                + " bytes, more than the 2 GiB that are read at once");
            }
            return tensor(magic[2], Shape.of(sizes), elements(file, in, (int) total, sizes));
        } catch (EOFException | ZipException e) {
            throw new DataFileException(
                    file,
                    "compression",
                    "the gzip stream is damaged or truncated" + (e.getMessage() == null ? "" : ": " + e.getMessage()),
                    e);
        }
    }

    private static InputStream open(Path file) throws IOException {
        if (Files.isDirectory(file)) { // Linux opens it and then refuses to read, without its name
            throw new FileSystemException(file.toString(), null, "is a folder, not an IDX file");
        }
        InputStream in = new BufferedInputStream(Files.newInputStream(file), CHUNK);
        in.mark(2);
        boolean zipped = in.read() == 0x1f && in.read() == 0x8b;
        in.reset();
        try {
            return zipped ? new GZIPInputStream(in, CHUNK) : in;
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    private static int bytes(Path file, byte type) throws DataFileException {
        return switch (type) {
            case 0x08, 0x09 -> 1;
            case 0x0B -> 2;
            case 0x0C, 0x0D -> 4;
            case 0x0E -> 8;
            default ->
                throw new DataFileException(
                        file, "type", String.format("%02x is none of the element types 08, 09, 0b, 0c, 0d, 0e", type));
        };
    }

    private static byte[] header(Path file, InputStream in, int count, String field) throws IOException {
        byte[] out = in.readNBytes(count);
        if (out.length < count) {
            throw new DataFileException(
                    file, field, "the file ends after " + out.length + " of its " + count + " bytes");
        }
        return out;
    }

    /** Reads exactly {@code total} bytes, taking memory only as they arrive. */
    private static byte[] elements(Path file, InputStream in, int total, long[] sizes) throws IOException {
        var out = new ByteArrayOutputStream(Math.min(total, CHUNK));
        byte[] chunk = new byte[CHUNK];
        int left = total;
        while (left > 0) {
            int n = in.read(chunk, 0, Math.min(left, CHUNK));
            if (n < 0) {
                throw new DataFileException(
                        file,
                        "elements",
                        "the file ends after " + out.size() + " of the " + total + " bytes that its sizes "
                                + Arrays.toString(sizes) + " announce");
            }
            out.write(chunk, 0, n);
            left -= n;
        }
        if (in.read() >= 0) {
            throw new DataFileException(
                    file,
                    "elements",
                    "the file goes on after the " + total + " bytes that its sizes " + Arrays.toString(sizes)
                            + " announce");
        }
        return out.toByteArray();
    }

    private static Tensor tensor(byte type, Shape shape, byte[] elements) {
        ByteBuffer data = ByteBuffer.wrap(elements).order(ByteOrder.BIG_ENDIAN);
        int n = (int) shape.elements();
        return switch (type) {
            case 0x09 -> {
                int[] out = new int[n];
                Arrays.setAll(out, i -> elements[i]);
                yield Tensors.of(shape, out);
            }
            case 0x0B -> {
                int[] out = new int[n];
                Arrays.setAll(out, i -> data.getShort(2 * i));
                yield Tensors.of(shape, out);
            }
            case 0x0C -> {
                int[] out = new int[n];
                data.asIntBuffer().get(out);
                yield Tensors.of(shape, out);
            }
            case 0x0D -> {
                float[] out = new float[n];
                data.asFloatBuffer().get(out);
                yield Tensors.of(shape, out);
            }
            case 0x0E -> {
                double[] out = new double[n];
                data.asDoubleBuffer().get(out);
                yield Tensors.of(shape, out);
            }
            default -> Tensors.ofUnsigned(shape, elements);
        };
    }
}
