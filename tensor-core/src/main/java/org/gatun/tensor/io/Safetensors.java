package org.gatun.tensor.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.Storage;
import org.gatun.tensor.shape.Layout;
import org.jspecify.annotations.Nullable;

/**
 * Tensor files in the safetensors format, which PyTorch's ecosystem shares: named tensors of all dtypes, and
 * free text.
 *
 * <pre>{@code
 * Safetensors.save(path, Map.of("weight", w, "bias", b), Map.of("epoch", "5"));
 * try (Safetensors file = Safetensors.open(path)) {
 *     Tensor w = file.tensor("weight");          // only this one is read
 * }
 * }</pre>
 *
 * <p>Opening a file checks all of its header: names that stand twice, sizes that disagree, parts that overlap, leave
 * holes or lie outside the file. A {@link TensorFileException} names the file and the field, and nothing is allocated beyond
 * the file's own size. Saving writes beside the file and then moves it into place, so that a reader sees the old or the
 * new file whole.
 */
public final class Safetensors implements AutoCloseable {
    /** The longest header that the format allows. */
    private static final long HEADER_LIMIT = 100_000_000;

    private static final int ALIGNMENT = 8;

    private final Path file;
    private final FileChannel channel;
    private final SafetensorsHeader header;
    private final long start;
    private final @Nullable Mapping mapping;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Safetensors(
            Path file, FileChannel channel, SafetensorsHeader header, long start, @Nullable Mapping mapping) {
        this.file = file;
        this.channel = channel;
        this.header = header;
        this.start = start;
        this.mapping = mapping;
    }

    /**
     * Opens a file and checks its header; tensors are read when they are asked for.
     *
     * @throws TensorFileException when the file is damaged
     * @throws IOException when it can't be read
     */
    public static Safetensors open(Path file) throws IOException {
        return open(file, false);
    }

    /**
     * Maps a file into memory and checks its header; tensors lie in the file's own pages, which the system reads when they are
     * first used and shares between processes. They can't be changed in place: that is an {@link IllegalStateException}, and
     * {@link Tensor#copy()} gives one that can. A tensor that is empty, not aligned to its elements, or so near the file's end that
     * kernels would read beyond its last page is read into memory of its own, as {@link #open} does; so is every one on a machine whose
     * bytes are in the other order. BOOL is checked, and therefore read, when the tensor is asked for.
     *
     * <p>Closing this while tensors live is safe: the file stays mapped until the last of them and their views is freed.
     * {@link #save} over a mapped file is safe, too, where the system allows it, for it puts a new file in the old one's place. But
     * <b>nobody may shorten a file that is mapped</b>, nor write into it: the values change under the tensors, and to
     * read a page that is gone is an {@link InternalError} or, inside a native library, the end of the process.
     *
     * @throws TensorFileException when the file is damaged
     * @throws IOException when it can't be read or mapped
     */
    public static Safetensors map(Path file) throws IOException {
        return open(file, true);
    }

    private static Safetensors open(Path file, boolean mapped) throws IOException {
        if (Files.isDirectory(file)) { // Linux opens it and then refuses to read, without its name
            throw new FileSystemException(file.toString(), null, "is a folder, not a safetensors file");
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            long size = channel.size();
            if (size < Long.BYTES) {
                throw new TensorFileException(
                        file,
                        "header length",
                        "the file has " + size + " bytes: too short for the 8 of the header's length");
            }
            ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            readFully(channel, length, 0);
            long bytes = length.getLong(0);
            if (bytes < 0 || bytes > size - Long.BYTES) {
                throw new TensorFileException(
                        file,
                        "header length",
                        Long.toUnsignedString(bytes) + " bytes are more than the " + (size - Long.BYTES)
                                + " that follow: the file is cut off, or no safetensors file");
            }
            if (bytes > HEADER_LIMIT) {
                throw new TensorFileException(
                        file,
                        "header length",
                        bytes + " bytes are more than the " + HEADER_LIMIT + " that the format allows");
            }
            ByteBuffer json = ByteBuffer.allocate((int) bytes);
            readFully(channel, json, Long.BYTES);
            long start = Long.BYTES + bytes;
            SafetensorsHeader header = SafetensorsHeader.parse(file, json.array(), size - start);
            boolean usable = mapped && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
            return new Safetensors(file, channel, header, start, usable ? new Mapping(channel, size) : null);
        } catch (Throwable e) {
            channel.close();
            throw e;
        }
    }

    /**
     * All tensors of a file, in the order of its header.
     *
     * @throws TensorFileException when the file is damaged
     * @throws IOException when it can't be read
     */
    public static Map<String, Tensor> load(Path file) throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try (Safetensors open = open(file)) {
            for (String name : open.names()) {
                tensors.put(name, open.tensor(name));
            }
            return tensors;
        } catch (Throwable e) {
            tensors.values().forEach(Tensor::close);
            throw e;
        }
    }

    /** The names of the tensors, in the order of the header. */
    public Set<String> names() {
        return header.names();
    }

    /** The free text of the file by key. */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /**
     * The dtype, shape and place of a tensor.
     *
     * @throws IllegalArgumentException when there is none of that name, or its dtype is none of {@link DType}
     */
    public TensorEntry entry(String name) {
        TensorEntry entry = header.entries().get(name);
        if (entry == null) {
            SafetensorsHeader.Foreign foreign = header.foreign().get(name);
            throw new IllegalArgumentException(
                    foreign == null
                            ? file + ": there is no tensor '" + name + "'; it has " + header.names()
                            : file + ": " + name + ".dtype: " + unreadable(foreign));
        }
        return entry;
    }

    private static String unreadable(SafetensorsHeader.Foreign foreign) {
        return "\"" + foreign.dtype() + "\" is not a dtype that can be read: one of " + List.of(DType.values())
                + " can; convert the file";
    }

    /**
     * Reads a tensor into memory of its own, on the CPU; or gives the one in a {@linkplain #map mapped} file.
     *
     * @throws IllegalArgumentException when there is none of that name
     * @throws TensorFileException when its dtype is none of {@link DType}, or its bytes are not values of it
     * @throws IOException when the file can't be read
     */
    public Tensor tensor(String name) throws IOException {
        SafetensorsHeader.Foreign foreign = header.foreign().get(name);
        if (foreign != null) {
            throw new TensorFileException(file, name + ".dtype", unreadable(foreign));
        }
        TensorEntry entry = entry(name);
        long bytes = entry.end() - entry.begin();
        if (mapping != null
                && mapping.canHold(start + entry.begin(), bytes, entry.dtype().bytes())) {
            return mapped(mapping, entry, bytes);
        }
        ConcreteTensor t = ConcreteTensor.allocate(entry.dtype(), entry.shape(), Device.CPU);
        Storage held = t.acquire();
        try {
            MemorySegment memory = t.segment();
            for (long at = 0; at < memory.byteSize(); at += TensorBytes.CHUNK) {
                long n = Math.min(TensorBytes.CHUNK, memory.byteSize() - at);
                readFully(channel, memory.asSlice(at, n).asByteBuffer(), start + entry.begin() + at);
            }
            TensorBytes.toNativeOrder(memory, entry.dtype(), ByteOrder.LITTLE_ENDIAN);
            TensorBytes.requireTruth(file, name, memory, entry.dtype());
            return t;
        } catch (EOFException e) {
            t.close();
            throw new TensorFileException(file, name, "the file was cut off while it was read", e);
        } catch (Throwable e) {
            t.close();
            throw e;
        } finally {
            held.release();
        }
    }

    private Tensor mapped(Mapping mapping, TensorEntry entry, long bytes) throws IOException {
        Storage storage = mapping.storage(start + entry.begin(), bytes);
        ConcreteTensor t = ConcreteTensor.over(storage, Layout.contiguous(entry.shape()), entry.dtype());
        try {
            TensorBytes.requireTruth(file, entry.name(), t.segment(), entry.dtype());
            return t;
        } catch (Throwable e) {
            t.close();
            throw e;
        }
    }

    /** Closes the file; tensors that were read or lie in its mapping stay. Closing again does nothing. */
    @Override
    public void close() throws IOException {
        if (mapping != null && closed.compareAndSet(false, true)) {
            mapping.release();
        }
        channel.close();
    }

    /** Saves tensors without free text; see {@link #save(Path, Map, Map)}. */
    public static void save(Path file, Map<String, ? extends Tensor> tensors) throws IOException {
        save(file, tensors, Map.of());
    }

    /**
     * Saves tensors, larger element types first as the format wants for alignment and otherwise in the map's order, and free
     * text. The file is replaced in one step; when anything fails, it is as it was.
     *
     * @throws IllegalArgumentException when a tensor is named {@code __metadata__}
     * @throws NullPointerException when a text is null
     * @throws IOException when the file can't be written
     */
    public static void save(Path file, Map<String, ? extends Tensor> tensors, Map<String, String> metadata)
            throws IOException {
        if (tensors.containsKey("__metadata__")) {
            throw new IllegalArgumentException(
                    file + ": a tensor can't be named __metadata__: that is the free text's name");
        }
        metadata.forEach((key, text) ->
                Objects.requireNonNull(text, () -> file + ": the metadata '" + key + "' is null: leave the entry out"));
        Map<String, Tensor> ordered = new LinkedHashMap<>();
        tensors.entrySet().stream()
                .sorted(Comparator.comparingInt(
                        entry -> -entry.getValue().dtype().bytes()))
                .forEach(entry -> ordered.put(entry.getKey(), entry.getValue()));
        FileReplacement.write(file, channel -> write(channel, ordered, metadata));
    }

    private static void write(FileChannel channel, Map<String, Tensor> tensors, Map<String, String> metadata)
            throws IOException {
        byte[] json = header(tensors, metadata);
        byte[] padded = Arrays.copyOf(json, Math.ceilDiv(json.length, ALIGNMENT) * ALIGNMENT);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        length.putLong(padded.length).flip();
        TensorBytes.writeFully(channel, length);
        TensorBytes.writeFully(channel, ByteBuffer.wrap(padded));
        for (Tensor t : tensors.values()) {
            TensorBytes.write(channel, t);
        }
    }

    private static byte[] header(Map<String, Tensor> tensors, Map<String, String> metadata) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart("__metadata__");
                for (Map.Entry<String, String> e : metadata.entrySet()) {
                    json.writeStringField(e.getKey(), e.getValue());
                }
                json.writeEndObject();
            }
            long at = 0;
            for (Map.Entry<String, Tensor> e : tensors.entrySet()) {
                Tensor t = e.getValue();
                long end = at + t.elements() * t.dtype().bytes();
                json.writeObjectFieldStart(e.getKey());
                json.writeStringField("dtype", t.dtype().name());
                json.writeFieldName("shape");
                long[] sizes = t.shape().toArray();
                json.writeArray(sizes, 0, sizes.length);
                json.writeFieldName("data_offsets");
                json.writeArray(new long[] {at, end}, 0, 2);
                json.writeEndObject();
                at = end;
            }
            json.writeEndObject();
        }
        return out.toByteArray();
    }

    private static void readFully(FileChannel channel, ByteBuffer buffer, long position) throws IOException {
        long at = position;
        while (buffer.hasRemaining()) {
            int n = channel.read(buffer, at);
            if (n < 0) {
                throw new EOFException("the file ends at byte " + at);
            }
            at += n;
        }
    }
}
