package org.gatun.tensor.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/**
 * One tensor in NumPy's {@code .npy} format, as {@code numpy.save} and {@code numpy.load}.
 *
 * <pre>{@code
 * Npy.save(Path.of("x.npy"), x);          // numpy.load("x.npy") reads it
 * Tensor y = Npy.load(Path.of("y.npy"));  // written by numpy.save("y.npy", y)
 * }</pre>
 *
 * <p>F32, F64, F16, I64, I32, I16, I8, U8 and BOOL are {@code <f4}, {@code <f8}, {@code <f2}, {@code <i8}, {@code <i4}, {@code <i2},
 * {@code |i1}, {@code |u1} and {@code |b1}; BF16, which NumPy does not have, is refused. Versions 1.0, 2.0 and 3.0 are read, row by row or in Fortran's order, with the lowest or the highest byte first; what is written is
 * version 1.0, row by row, the lowest byte first. Pickled objects are never read. The header and the file's size are checked before
 * memory is allocated, and a {@link TensorFileException} names the file and the field.
 */
public final class Npy {
    private Npy() {}

    /**
     * Reads a tensor into memory of its own, on the CPU. An array in Fortran's order gives a tensor whose first axis has stride 1, as
     * it does in NumPy; {@link Tensor#contiguous()} brings it row by row.
     *
     * @throws TensorFileException when the file is damaged, or its dtype is none of a tensor's
     * @throws IOException when it can't be read
     */
    public static Tensor load(Path file) throws IOException {
        requireNoFolder(file, "npy");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            NpyHeader header = NpyHeader.read(channel, file, "");
            checkSize(header, channel.size() - header.length(), file, "");
            return read(header, channel, file, "");
        }
    }

    /**
     * Saves a tensor, whatever its layout, in the order of its indices. The file is replaced in one step; when anything fails, it
     * is as it was.
     *
     * @throws IllegalArgumentException when the tensor has more than 64 axes, or is BF16
     * @throws IOException when the file can't be written
     */
    public static void save(Path file, Tensor tensor) throws IOException {
        FileReplacement.write(file, channel -> write(channel, tensor));
    }

    /** Refuses a folder: Linux opens it and then refuses to read, without its name. */
    static void requireNoFolder(Path file, String format) throws IOException {
        if (Files.isDirectory(file)) {
            throw new FileSystemException(file.toString(), null, "is a folder, not an " + format + " file");
        }
    }

    /** Refuses an array of which {@code there} bytes are there behind the header unless they are as many as it takes. */
    static void checkSize(NpyHeader header, long there, Path file, String prefix) throws TensorFileException {
        if (there != header.bytes()) {
            throw new TensorFileException(
                    file,
                    prefix + "data",
                    "shape " + header.shape() + " of " + header.dtype() + " takes " + header.bytes() + " bytes and "
                            + (there < header.bytes()
                                    ? "only " + there + " are there: it is cut off"
                                    : "there are more: something else follows"));
        }
    }

    /** Reads the elements behind a header. The caller has made sure that so many bytes are there. */
    static Tensor read(NpyHeader header, ReadableByteChannel in, Path file, String prefix) throws IOException {
        if (!header.fortran()) {
            return TensorBytes.read(in, file, prefix + "data", header.dtype(), header.shape(), header.order());
        }
        // Fortran's order is that of the transposed array row by row.
        int rank = header.shape().rank();
        int[] reversed = new int[rank];
        long[] sizes = new long[rank];
        for (int i = 0; i < rank; i++) {
            reversed[i] = rank - 1 - i;
            sizes[i] = header.shape().size(rank - 1 - i);
        }
        Shape transposed = Shape.of(sizes);
        try (ConcreteTensor t =
                TensorBytes.read(in, file, prefix + "data", header.dtype(), transposed, header.order())) {
            Layout layout = t.layout().permuted(Axes.listed("npy", rank, reversed));
            return ConcreteTensor.over(t.acquire(), layout, t.dtype());
        }
    }

    /** Writes a header and the elements. */
    static void write(WritableByteChannel out, Tensor tensor) throws IOException {
        TensorBytes.writeFully(out, ByteBuffer.wrap(NpyHeader.of(tensor.dtype(), tensor.shape())));
        TensorBytes.write(out, tensor);
    }
}
