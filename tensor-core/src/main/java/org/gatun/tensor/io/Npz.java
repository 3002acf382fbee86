package org.gatun.tensor.io;

import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.gatun.tensor.Tensor;

/**
 * Named tensors in NumPy's {@code .npz} format, as {@code numpy.savez}, {@code numpy.savez_compressed} and {@code numpy.load}: a zip
 * file with an {@code .npy} array per tensor; see {@link Npy} for the arrays.
 *
 * <pre>{@code
 * Npz.save(path, Map.of("x", x, "y", y));
 * Tensor x = Npz.load(path).get("x");
 * }</pre>
 *
 * <p>What the zip file claims of an array's size is not believed: an array is decompressed once to count its bytes and check its
 * CRC, and once more into memory of the size that was counted.
 */
public final class Npz {
    private static final String SUFFIX = ".npy";

    /** The date of every entry, the earliest that a zip file knows: the same tensors give the same bytes. */
    private static final LocalDateTime DATE = LocalDateTime.of(1980, 1, 1, 0, 0);

    private static final int BUFFER = 1 << 16;

    private Npz() {}

    /**
     * Reads all tensors of a file, stored or deflated, in the file's order; the names are those given to {@code numpy.savez}.
     *
     * @throws TensorFileException when the file is damaged, or holds something else than arrays of a tensor's dtypes
     * @throws IOException when it can't be read
     */
    public static Map<String, Tensor> load(Path file) throws IOException {
        Npy.requireNoFolder(file, "npz");
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        // A zip file is read by the directory at its end: without that, arrays cut off behind the last whole one would
        // not be missed.
        try (ZipFile zip = new ZipFile(file.toFile())) {
            for (Iterator<? extends ZipEntry> entries = zip.entries().asIterator(); entries.hasNext(); ) {
                ZipEntry entry = entries.next();
                String name = name(file, entry);
                if (tensors.containsKey(name)) {
                    throw new TensorFileException(file, name, "two arrays have this name");
                }
                tensors.put(name, read(file, zip, entry, name));
            }
            return tensors;
        } catch (EOFException | ZipException e) {
            closeAll(tensors);
            throw new TensorFileException(file, "zip", "it is no zip file, or damaged: " + e.getMessage(), e);
        } catch (Throwable e) {
            closeAll(tensors);
            throw e;
        }
    }

    private static void closeAll(Map<String, Tensor> tensors) {
        tensors.values().forEach(Tensor::close);
    }

    private static String name(Path file, ZipEntry entry) throws TensorFileException {
        String name = entry.getName();
        if (!name.endsWith(SUFFIX)) {
            throw new TensorFileException(
                    file, name, "it is no array, whose name would end with .npy: take it out of the file");
        }
        return name.substring(0, name.length() - SUFFIX.length());
    }

    private static Tensor read(Path file, ZipFile zip, ZipEntry entry, String name) throws IOException {
        String prefix = name + ".";
        NpyHeader header;
        try (CheckedInputStream in = new CheckedInputStream(zip.getInputStream(entry), new CRC32())) {
            header = NpyHeader.read(Channels.newChannel(in), file, prefix);
            Npy.checkSize(header, count(in, header.bytes()), file, prefix);
            if (in.getChecksum().getValue() != entry.getCrc()) {
                throw new TensorFileException(file, name, "its CRC is not the one of the zip file: it is damaged");
            }
        } catch (EOFException | ZipException e) {
            throw new TensorFileException(file, name, "it can't be decompressed: " + e.getMessage(), e);
        }
        try (ReadableByteChannel in = Channels.newChannel(zip.getInputStream(entry))) {
            return Npy.read(NpyHeader.read(in, file, prefix), in, file, prefix);
        }
    }

    /** The number of bytes that follow, counted to one more than {@code enough} at most. */
    private static long count(CheckedInputStream in, long enough) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long n = 0;
        while (n <= enough) {
            int read = in.read(buffer);
            if (read < 0) {
                return n;
            }
            n += read;
        }
        return n;
    }

    /**
     * Saves tensors in the map's order without compressing them, as {@code numpy.savez}. The file is replaced in one step; when
     * anything fails, it is as it was.
     *
     * @throws IllegalArgumentException when a tensor has more than 64 axes, or a name more bytes than a zip file's can have
     * @throws IOException when the file can't be written
     */
    public static void save(Path file, Map<String, ? extends Tensor> tensors) throws IOException {
        FileReplacement.write(file, channel -> write(channel, tensors, ZipEntry.STORED));
    }

    /**
     * Saves tensors in the map's order, each deflated, as {@code numpy.savez_compressed}; otherwise as {@link #save(Path, Map)}.
     *
     * @throws IllegalArgumentException when a tensor has more than 64 axes, or a name more bytes than a zip file's can have
     * @throws IOException when the file can't be written
     */
    public static void saveCompressed(Path file, Map<String, ? extends Tensor> tensors) throws IOException {
        FileReplacement.write(file, channel -> write(channel, tensors, ZipEntry.DEFLATED));
    }

    private static void write(FileChannel channel, Map<String, ? extends Tensor> tensors, int method)
            throws IOException {
        // Closing the zip file leaves the channel open, for the file is still to be forced to the disk.
        OutputStream buffered = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER) {
            @Override
            public void close() throws IOException {
                flush();
            }
        };
        try (ZipOutputStream zip = new ZipOutputStream(buffered)) {
            WritableByteChannel out = Channels.newChannel(zip);
            for (Map.Entry<String, ? extends Tensor> e : tensors.entrySet()) {
                zip.putNextEntry(entry(e.getKey() + SUFFIX, e.getValue(), method));
                Npy.write(out, e.getValue());
                zip.closeEntry();
            }
        }
    }

    /** The entry of a tensor; one that is not compressed states its size and its CRC before its bytes. */
    private static ZipEntry entry(String name, Tensor t, int method) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(DATE);
        entry.setMethod(method);
        if (method == ZipEntry.STORED) {
            CheckedOutputStream sum = new CheckedOutputStream(OutputStream.nullOutputStream(), new CRC32());
            Npy.write(Channels.newChannel(sum), t);
            entry.setCrc(sum.getChecksum().getValue());
            entry.setSize(NpyHeader.of(t.dtype(), t.shape()).length
                    + t.elements() * t.dtype().bytes());
        }
        return entry;
    }
}
