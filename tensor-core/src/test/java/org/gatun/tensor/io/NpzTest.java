package org.gatun.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.gatun.tensor.Device;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.MemoryStats;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class NpzTest {
    private static final byte[] U8 = NpyTest.array(
            1, "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }\n", (byte) 1, (byte) 2, (byte) 3);

    @TempDir
    Path folder;

    /** A zip file of one stored entry, byte by byte as its description lays it out. */
    private static byte[] stored(String name, byte... content) {
        byte[] text = name.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(content);
        ByteBuffer b = ByteBuffer.allocate(30 + 46 + 22 + 2 * text.length + content.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        b.putInt(0x04034b50)
                .putShort((short) 20)
                .putShort((short) 0)
                .putShort((short) 0)
                .putInt(0x210000);
        b.putInt((int) crc.getValue()).putInt(content.length).putInt(content.length);
        b.putShort((short) text.length).putShort((short) 0).put(text).put(content);
        int directory = b.position();
        b.putInt(0x02014b50)
                .putShort((short) 20)
                .putShort((short) 20)
                .putShort((short) 0)
                .putShort((short) 0);
        b.putInt(0x210000).putInt((int) crc.getValue()).putInt(content.length).putInt(content.length);
        b.putShort((short) text.length).putShort((short) 0).putShort((short) 0).putShort((short) 0);
        b.putShort((short) 0).putInt(0).putInt(0).put(text);
        int size = b.position() - directory;
        b.putInt(0x06054b50)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) 1)
                .putShort((short) 1);
        return b.putInt(size).putInt(directory).putShort((short) 0).array();
    }

    private static byte[] deflated(String name, byte... content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry(name));
            zip.write(content);
        }
        return out.toByteArray();
    }

    private Path file(byte... content) throws IOException {
        return Files.write(folder.resolve("case.npz"), content);
    }

    private Map<String, Tensor> load(byte... content) throws IOException {
        return Npz.load(file(content));
    }

    private static Map<String, Tensor> tensors() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        NpyTest.tensors().forEach(t -> tensors.put("layer." + (99 - tensors.size()) + "/ü", t));
        tensors.put("x.npy", Tensors.of(1f));
        tensors.put("", Tensors.of(2f));
        return tensors;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsSavedComesBackInOrder(boolean compressed) throws IOException {
        Map<String, Tensor> tensors = tensors();
        Path path = folder.resolve("all.npz");
        if (compressed) {
            Npz.saveCompressed(path, tensors);
        } else {
            Npz.save(path, tensors);
        }
        Map<String, Tensor> back = Npz.load(path);
        assertThat(back.keySet()).containsExactlyElementsOf(tensors.keySet());
        tensors.forEach((name, t) -> NpyTest.assertSame(back.get(name), t));
        try (ZipFile zip = new ZipFile(path.toFile())) {
            assertThat(zip.stream())
                    .hasSize(tensors.size())
                    .allMatch(e -> e.getMethod() == (compressed ? ZipEntry.DEFLATED : ZipEntry.STORED));
        }
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(path);
        }
    }

    @Test
    void filesWrittenByOthersAreRead() throws IOException {
        Tensor expected = Tensors.ofUnsigned((byte) 1, (byte) 2, (byte) 3);
        NpyTest.assertSame(load(stored("a.npy", U8)).get("a"), expected);
        NpyTest.assertSame(load(deflated("a.npy", U8)).get("a"), expected);
        Path none = folder.resolve("none.npz");
        Npz.save(none, Map.of());
        assertThat(Npz.load(none)).isEmpty();
    }

    @Test
    void whatIsNoArrayIsRefused() throws IOException {
        for (byte[] damaged : List.of(stored("a.txt", U8), deflated("a/", new byte[0]))) {
            assertThatThrownBy(() -> load(damaged))
                    .isInstanceOf(TensorFileException.class)
                    .hasMessageContaining("it is no array, whose name would end with .npy");
        }
        assertThatThrownBy(() -> load(deflated("a.npy", (byte) 1)))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("case.npz: a.magic: it takes 8 bytes and 1 are there");
        byte[] complex = NpyTest.array(1, "{'descr': '<c8', 'fortran_order': False, 'shape': (0,), }\n");
        assertThatThrownBy(() -> load(stored("a.npy", complex)))
                .hasMessageContaining("a.descr: '<c8' is complex: save a.real and a.imag");
        assertThatThrownBy(() -> load((byte) 'P', (byte) 'K'))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("case.npz: zip: it is no zip file, or damaged");
        assertThatThrownBy(() -> Npz.load(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is a folder");
        assertThatThrownBy(() -> Npz.load(folder.resolve("none.npz"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void twoArraysOfOneNameAreRefused() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (String name : List.of("a.npy", "b.npy")) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(U8);
            }
        }
        String twice = out.toString(StandardCharsets.ISO_8859_1).replace("b.npy", "a.npy");
        assertThatThrownBy(() -> load(twice.getBytes(StandardCharsets.ISO_8859_1)))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("a: two arrays have this name");
    }

    @Test
    void sizesThatAreOnlyClaimedAreRefusedBeforeAnythingIsAllocated() throws IOException {
        byte[] huge = NpyTest.array(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (1099511627776,), }\n", U8);
        byte[] small = NpyTest.array(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }\n", U8);
        for (byte[] zip : List.of(stored("a.npy", huge), deflated("a.npy", huge))) {
            long live = MemoryStats.of(Device.CPU).allocations();
            assertThatThrownBy(() -> load(zip))
                    .isInstanceOf(TensorFileException.class)
                    .hasMessageContaining("a.data: shape [1099511627776] of F64 takes 8796093022208 bytes and only "
                            + U8.length + " are there");
            assertThat(MemoryStats.of(Device.CPU).allocations()).isEqualTo(live);
        }
        assertThatThrownBy(() -> load(stored("a.npy", small))).hasMessageContaining("takes 2 bytes and there are more");
    }

    @Test
    void aWrongCrcIsRefused() throws IOException {
        byte[] zip = stored("a.npy", U8);
        zip[30 + "a.npy".length() + U8.length - 1] ^= 1; // the last element
        assertThatThrownBy(() -> load(zip))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("a: its CRC is not the one of the zip file");
    }

    @Test
    void everyCutIsRefused() throws IOException {
        for (byte[] good : List.of(stored("a.npy", U8), deflated("a.npy", U8))) {
            for (int n = 0; n < good.length; n++) {
                byte[] cut = Arrays.copyOf(good, n);
                assertThatThrownBy(() -> load(cut)).as("%d bytes", n).isInstanceOf(TensorFileException.class);
            }
        }
    }

    @Test
    void aMutatedFileGivesTheSameDataOrIsRefused() throws IOException {
        Path path = folder.resolve("good.npz");
        Map<String, Tensor> tensors = tensors();
        for (boolean compressed : new boolean[] {false, true}) {
            if (compressed) {
                Npz.saveCompressed(path, tensors);
            } else {
                Npz.save(path, tensors);
            }
            byte[] good = Files.readAllBytes(path);
            Random random = new Random(21);
            int read = 0;
            for (int k = 0; k < 1500; k++) {
                byte[] mutated = good.clone();
                for (int n = 1 + random.nextInt(2); n > 0; n--) {
                    mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
                }
                Map<String, Tensor> back;
                try {
                    back = load(mutated);
                } catch (TensorFileException e) {
                    continue;
                }
                // Names have no CRC in a zip file; the arrays have.
                List<Tensor> values = new ArrayList<>(back.values());
                assertThat(values).hasSize(tensors.size());
                int i = 0;
                for (Tensor t : tensors.values()) {
                    NpyTest.assertSame(values.get(i), t);
                    values.get(i++).close();
                }
                read++;
            }
            assertThat(read).isBetween(20, 1480);
        }
    }
}
