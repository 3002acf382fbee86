package org.gatun.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryStats;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** IDX files of every element type, and each way in which one can be damaged. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class IdxFileTest {
    @TempDir
    private Path folder;

    /** The bytes of a file, written down field by field. */
    private interface Content {
        void write(DataOutputStream out) throws IOException;
    }

    private static byte[] bytes(Content content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        content.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private Path file(Content content) throws IOException {
        return Files.write(folder.resolve("data.idx"), bytes(content));
    }

    private static void header(DataOutputStream out, int type, int... sizes) throws IOException {
        out.writeShort(0);
        out.writeByte(type);
        out.writeByte(sizes.length);
        for (int size : sizes) {
            out.writeInt(size);
        }
    }

    private static void holds(Tensor t, DType dtype, long[] sizes, double... values) {
        assertThat(t.dtype()).isEqualTo(dtype);
        assertThat(t.shape().toArray()).isEqualTo(sizes);
        assertThat(t.toDoubleArray()).containsExactly(values);
    }

    @Test
    void everyElementTypeIsReadBigEndian() throws IOException {
        holds(
                IdxFile.read(file(out -> {
                    header(out, 0x08, 2, 2);
                    out.write(new byte[] {0, 1, (byte) 128, (byte) 255});
                })),
                DType.U8,
                new long[] {2, 2},
                0,
                1,
                128,
                255);
        holds(
                IdxFile.read(file(out -> {
                    header(out, 0x09, 3);
                    out.write(new byte[] {-128, 0, 127});
                })),
                DType.I32,
                new long[] {3},
                -128,
                0,
                127);
        holds(
                IdxFile.read(file(out -> {
                    header(out, 0x0B, 2);
                    out.writeShort(-2);
                    out.writeShort(258);
                })),
                DType.I32,
                new long[] {2},
                -2,
                258);
        holds(
                IdxFile.read(file(out -> {
                    header(out, 0x0C, 1, 2);
                    out.writeInt(-70_000);
                    out.writeInt(16_909_060);
                })),
                DType.I32,
                new long[] {1, 2},
                -70_000,
                16_909_060);
        holds(
                IdxFile.read(file(out -> {
                    header(out, 0x0D, 2);
                    out.writeFloat(-1.5f);
                    out.writeFloat(0.25f);
                })),
                DType.F32,
                new long[] {2},
                -1.5,
                0.25);
        holds(
                IdxFile.read(file(out -> {
                    header(out, 0x0E, 1);
                    out.writeDouble(Math.PI);
                })),
                DType.F64,
                new long[] {1},
                Math.PI);
    }

    @Test
    void aScalarAndAnEmptyAxisAreFine() throws IOException {
        holds(
                IdxFile.read(file(out -> {
                    header(out, 0x08);
                    out.writeByte(7);
                })),
                DType.U8,
                new long[0],
                7);
        holds(IdxFile.read(file(out -> header(out, 0x08, 0, 5))), DType.U8, new long[] {0, 5});
    }

    @Test
    void gzippedFilesAreReadAsPlainOnes() throws IOException {
        Path file = folder.resolve("data.gz");
        Files.write(file, gzipped(bytes(out -> {
            header(out, 0x08, 3);
            out.write(new byte[] {4, 5, 6});
        })));
        holds(IdxFile.read(file), DType.U8, new long[] {3}, 4, 5, 6);
    }

    private static byte[] gzipped(byte[] content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new GZIPOutputStream(bytes)) {
            zip.write(content);
        }
        return bytes.toByteArray();
    }

    private void damaged(String field, String problem, Content content) throws IOException {
        damaged(field, problem, file(content));
    }

    private static void damaged(String field, String problem, Path file) {
        assertThatThrownBy(() -> IdxFile.read(file))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining(file.toString() + ": " + field)
                .hasMessageContaining(problem);
    }

    @Test
    void eachDamagedFieldIsNamed() throws IOException {
        damaged("magic number", "ends after 0 of its 4 bytes", out -> {});
        damaged("magic number", "ends after 3 of its 4 bytes", out -> out.write(new byte[] {0, 0, 8}));
        damaged("magic number", "starts with bytes 01 00", out -> out.write(new byte[] {1, 0, 8, 1, 0, 0, 0, 0}));
        damaged("type", "0a is none", out -> header(out, 0x0A, 1));
        damaged("sizes", "ends after 5 of its 8 bytes", out -> out.write(new byte[] {0, 0, 8, 2, 0, 0, 0, 1, 0}));
        damaged("size of axis 1", "-1 is negative", out -> header(out, 0x08, 2, -1));
        damaged("sizes", "overflow", out -> header(out, 0x0E, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE));
        damaged("sizes", "2 GiB", out -> header(out, 0x08, Integer.MAX_VALUE, 2));
        damaged("elements", "ends after 5 of the 6 bytes", out -> {
            header(out, 0x08, 2, 3);
            out.write(new byte[5]);
        });
        damaged("elements", "goes on after the 6 bytes", out -> {
            header(out, 0x08, 2, 3);
            out.write(new byte[7]);
        });
    }

    @Test
    void aDamagedGzipStreamIsNamed() throws IOException {
        byte[] whole = gzipped(bytes(out -> {
            header(out, 0x08, 5000);
            for (int i = 0; i < 5000; i++) {
                out.writeByte(i * i);
            }
        }));
        Path file = folder.resolve("data.gz");
        for (int length : new int[] {3, 15, whole.length / 2, whole.length - 4}) {
            damaged("compression", "damaged or truncated", Files.write(file, Arrays.copyOf(whole, length)));
        }
        byte[] flipped = whole.clone();
        flipped[flipped.length - 8] ^= 1; // the checksum
        damaged("compression", "damaged or truncated", Files.write(file, flipped));
    }

    /** A header of 12 bytes that announces almost 2 GiB must not make the reader take them. */
    @Test
    void aFolderAnEmptyFileAndAMissingOneAreNamed() throws IOException {
        assertThatThrownBy(() -> IdxFile.read(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining("is a folder");
        damaged("magic number", "ends after 0 of its 4 bytes", out -> {});
        Path missing = folder.resolve("missing.idx");
        assertThatThrownBy(() -> IdxFile.read(missing))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining(missing.toString());
    }

    @Test
    void nothingIsAllocatedForElementsThatAreNotThere() throws IOException {
        Path file = file(out -> header(out, 0x08, 2000, 1_000_000));
        long allocations = MemoryStats.of(Device.CPU).allocations();
        var threads = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        damaged("elements", "ends after 0 of the 2000000000 bytes", file);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(8 << 20);
        assertThat(MemoryStats.of(Device.CPU).allocations()).isEqualTo(allocations);
    }

    @Test
    void asManyAxesAsTheFormatAllowsAreRead() throws IOException {
        int[] ones = IntStream.generate(() -> 1).limit(255).toArray();
        Path file = file(out -> {
            header(out, 0x08, ones);
            out.writeByte(1);
        });
        Tensor t = IdxFile.read(file);
        assertThat(t.rank()).isEqualTo(255);
    }
}
