package org.gatun.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.MemoryStats;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class SafetensorsTest {
    @TempDir
    Path folder;

    /** A file with the given header and as many bytes of data. */
    private Path file(String header, int dataBytes) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer b = ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        b.putLong(json.length).put(json);
        return bytes(b.array());
    }

    private Path bytes(byte... content) {
        try {
            return Files.write(folder.resolve("case.safetensors"), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whatIsSavedComesBack() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("f32", Tensors.of(Shape.of(2, 2), 1f, Float.NaN, Float.NEGATIVE_INFINITY, -0f));
        tensors.put("bool", Tensors.of(true, false, true));
        tensors.put("f64", Tensors.of(Math.PI));
        tensors.put("i64", Tensors.of(Long.MIN_VALUE, Long.MAX_VALUE));
        tensors.put("i32", Tensors.scalar(-7));
        tensors.put("u8", Tensors.ofUnsigned((byte) 255, (byte) 0, (byte) 7));
        tensors.put("empty", Tensors.zeros(2, 0, 3));
        tensors.put(
                "transposed \"ü\"",
                Tensors.of(new int[][] {{1, 2, 3}, {4, 5, 6}}).t());
        Path path = folder.resolve("all.safetensors");
        Safetensors.save(path, tensors, Map.of("epoch", "5", "note", "a\nb"));

        Map<String, Tensor> back = Safetensors.load(path);
        assertThat(back.keySet()).containsExactlyInAnyOrderElementsOf(tensors.keySet());
        tensors.forEach((name, t) -> {
            Tensor b = back.get(name);
            assertThat(b.dtype()).as(name).isEqualTo(t.dtype());
            assertThat(b.shape()).as(name).isEqualTo(t.shape());
            assertThat(b.toDoubleArray()).as(name).containsExactly(t.toDoubleArray());
            assertThat(b.toLongArray()).as(name).containsExactly(t.toLongArray());
        });
        try (Safetensors open = Safetensors.open(path)) {
            assertThat(open.metadata()).containsOnly(Map.entry("epoch", "5"), Map.entry("note", "a\nb"));
            assertThat(open.entry("f64")).satisfies(e -> {
                assertThat(e.dtype()).isEqualTo(DType.F64);
                assertThat(e.end() - e.begin()).isEqualTo(8);
            });
            assertThatThrownBy(() -> open.tensor("w"))
                    .hasMessageContaining("no tensor 'w'")
                    .hasMessageContaining("f64");
        }
    }

    @Test
    void theBytesAreThoseOfTheFormat() throws IOException {
        Path path = folder.resolve("bytes.safetensors");
        Safetensors.save(path, Map.of("a", Tensors.of(Shape.of(1, 2), 1f, -2f)));
        ByteBuffer b = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
        int length = (int) b.getLong();
        assertThat(length % 8).isZero();
        byte[] json = new byte[length];
        b.get(json);
        assertThat(new String(json, StandardCharsets.UTF_8).stripTrailing())
                .isEqualTo("{\"a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}");
        assertThat(b.getFloat()).isEqualTo(1f);
        assertThat(b.getFloat()).isEqualTo(-2f);
        assertThat(b.hasRemaining()).isFalse();
    }

    @Test
    void everyTensorIsAlignedToItsElements() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("byte", Tensors.of(true));
        tensors.put("double", Tensors.of(1.0));
        tensors.put("float", Tensors.of(1f));
        Path path = folder.resolve("aligned.safetensors");
        Safetensors.save(path, tensors);
        try (Safetensors open = Safetensors.open(path)) {
            for (String name : open.names()) {
                TensorEntry e = open.entry(name);
                assertThat(e.begin() % e.dtype().bytes()).as(name).isZero();
            }
        }
    }

    @Test
    void aFileWrittenByOthersIsRead() throws IOException {
        Path path = file(
                "{\"__metadata__\":{\"format\":\"pt\"},\"w\":{\"shape\":[2],\"data_offsets\":[0,2],\"dtype\":\"U8\"}}  ",
                2);
        try (Safetensors open = Safetensors.open(path)) {
            assertThat(open.metadata()).containsEntry("format", "pt");
            assertThat(open.tensor("w").toLongArray()).containsExactly(0, 0);
        }
        assertThat(Safetensors.load(file("{}", 0))).isEmpty();
    }

    static Stream<Arguments> damaged() {
        return Stream.of(
                Arguments.of("[1]", 0, "header", "begin with '{'"),
                Arguments.of("{\"a\":", 0, "header", "not valid JSON"),
                Arguments.of("{} {}", 0, "header", "more behind the JSON object"),
                Arguments.of("{\"a\":1}", 0, "a", "an object with dtype, shape and data_offsets"),
                Arguments.of(
                        entry("F8_E4M3", "[1]", "[0,1]"), 1, "a.dtype", "\"F8_E4M3\" is not a dtype that can be read"),
                Arguments.of(entry("f32", "[1]", "[0,4]"), 4, "a.dtype", "\"f32\" is not a dtype"),
                Arguments.of("{\"a\":{\"dtype\":32,\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "a.dtype", "a string"),
                Arguments.of(entry("F32", "[1]", "[0,8]"), 4, "a.data_offsets", "does not lie within the 4 bytes"),
                Arguments.of(entry("F32", "[1]", "[4,0]"), 4, "a.data_offsets", "does not lie within"),
                Arguments.of(entry("F32", "[1]", "[-4,0]"), 4, "a.data_offsets", "-4 is not a whole number"),
                Arguments.of(entry("F32", "[1]", "[-0,4]"), 4, "a.data_offsets", "-0 is not a whole number"),
                Arguments.of(entry("F32", "[-0]", "[0,0]"), 0, "a.shape", "-0 is not a whole number"),
                Arguments.of("{}\n", 0, "header", "only spaces may follow"),
                Arguments.of("{} \t ", 0, "header", "only spaces may follow"),
                Arguments.of(entry("F32", "[1]", "[0]"), 4, "a.data_offsets", "two numbers"),
                Arguments.of(entry("F32", "[1]", "[0,4.0]"), 4, "a.data_offsets", "4.0 is not a whole number"),
                Arguments.of(
                        entry("F32", "[1]", "[0,99999999999999999999]"), 4, "a.data_offsets", "is not a whole number"),
                Arguments.of(
                        entry("F32", "[2]", "[0,4]"), 4, "a.data_offsets", "is 4 bytes, but shape [2] of F32 takes 8"),
                Arguments.of(entry("F32", "[-1]", "[0,4]"), 4, "a.shape", "-1 is not a whole number"),
                Arguments.of(entry("F32", "\"1\"", "[0,4]"), 4, "a.shape", "an array"),
                Arguments.of(entry("F32", "[4611686018427387904,4]", "[0,4]"), 4, "a.shape", "is not a shape"),
                Arguments.of(entry("F64", "[4611686018427387904]", "[0,4]"), 4, "a.shape", "more than 2^63 - 1 bytes"),
                Arguments.of("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "a.data_offsets", "missing"),
                // Stopped where there are too many, before what follows is read.
                Arguments.of(entry("F32", "[" + "1,".repeat(64) + "1,\"x\"]", "[0,4]"), 4, "a.shape", "more than 64"),
                Arguments.of(entry("F32", "[1]", "[0,4,4,\"x\"]"), 4, "a.data_offsets", "more than 2"),
                Arguments.of("{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "a.dtype", "missing"),
                Arguments.of(
                        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"x\":0}}",
                        4,
                        "a.x",
                        "no such field"),
                Arguments.of("{\"__metadata__\":{\"k\":1}}", 0, "__metadata__.k", "a string"),
                Arguments.of("{\"__metadata__\":[]}", 0, "__metadata__", "an object of strings"),
                Arguments.of(two("[0,4]", "[0,4]"), 8, "b.data_offsets", "overlaps a, which ends at 4"),
                Arguments.of(two("[0,4]", "[8,12]"), 12, "b.data_offsets", "leaves a hole"),
                Arguments.of(two("[0,4]", "[4,8]"), 12, "data", "12 bytes of data and its tensors take 8"),
                Arguments.of(
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},"
                                + "\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}",
                        0,
                        "header",
                        "Duplicate field 'a'"));
    }

    private static String entry(String dtype, String shape, String offsets) {
        return "{\"a\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}";
    }

    private static String two(String first, String second) {
        return "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":" + first
                + "},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":" + second + "}}";
    }

    @ParameterizedTest
    @MethodSource
    void damaged(String header, int dataBytes, String field, String problem) {
        Path path = file(header, dataBytes);
        long live = MemoryStats.of(Device.CPU).allocations();
        assertThatThrownBy(() -> Safetensors.load(path))
                .isInstanceOfSatisfying(TensorFileException.class, e -> {
                    assertThat(e.field()).isEqualTo(field);
                    assertThat(e.file()).isEqualTo(path);
                })
                .hasMessageStartingWith(path + ": " + field + ": ")
                .hasMessageContaining(problem);
        assertThat(MemoryStats.of(Device.CPU).allocations())
                .as("nothing is allocated")
                .isEqualTo(live);
    }

    @Test
    void aForeignDtypeFailsOnlyItsOwnTensor() throws IOException {
        for (String dtype : List.of("F8_E4M3", "F8_E5M2", "U16", "U32", "U64", "C64")) {
            Path path = file(
                    "{\"x\":{\"dtype\":\"" + dtype + "\",\"shape\":[1],\"data_offsets\":[0,8]},"
                            + "\"w\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[8,10]}}",
                    10);
            for (boolean mapped : new boolean[] {false, true}) {
                try (Safetensors open = mapped ? Safetensors.map(path) : Safetensors.open(path)) {
                    assertThat(open.names()).containsExactly("x", "w");
                    assertThat(open.tensor("w").shape()).isEqualTo(Shape.of(2));
                    assertThatThrownBy(() -> open.tensor("x"))
                            .isInstanceOf(TensorFileException.class)
                            .hasMessageContainingAll("x.dtype", "\"" + dtype + "\"", "convert the file");
                    assertThatThrownBy(() -> open.entry("x"))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContainingAll("x.dtype", "\"" + dtype + "\"", "convert the file");
                }
            }
        }
    }

    @Test
    void aHeaderLongerThanTheFileIsRefusedBeforeItIsAllocated() {
        for (long length : List.of(3L, 1L << 40, Long.MAX_VALUE, -1L, Long.MIN_VALUE)) {
            byte[] content = ByteBuffer.allocate(10)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(length)
                    .put("{}".getBytes(StandardCharsets.UTF_8))
                    .array();
            assertThatThrownBy(() -> Safetensors.open(bytes(content)))
                    .isInstanceOf(TensorFileException.class)
                    .hasMessageContaining(
                            "header length: " + Long.toUnsignedString(length) + " bytes are more than the 2");
        }
    }

    @Test
    void filesTooShortOrNotUtf8AreRefused() {
        assertThatThrownBy(() -> Safetensors.open(bytes())).hasMessageContaining("the file has 0 bytes");
        assertThatThrownBy(() -> Safetensors.open(bytes((byte) 1, (byte) 0)))
                .hasMessageContaining("the file has 2 bytes");
        byte[] latin = "{\"\u00fc\":1}".getBytes(StandardCharsets.ISO_8859_1);
        byte[] content = ByteBuffer.allocate(8 + latin.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(latin.length)
                .put(latin)
                .array();
        assertThatThrownBy(() -> Safetensors.open(bytes(content)))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("not valid UTF-8");
        byte[] wide = "{}".getBytes(StandardCharsets.UTF_16LE);
        byte[] utf16 = ByteBuffer.allocate(8 + wide.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(wide.length)
                .put(wide)
                .array();
        assertThatThrownBy(() -> Safetensors.open(bytes(utf16))).isInstanceOf(TensorFileException.class);
    }

    @Test
    void everyCutOfAGoodFileIsRefused() throws IOException {
        Path whole = folder.resolve("whole.safetensors");
        Safetensors.save(whole, Map.of("w", Tensors.of(1f, 2f), "b", Tensors.of(true)));
        byte[] content = Files.readAllBytes(whole);
        for (int n = 0; n < content.length; n++) {
            byte[] cut = java.util.Arrays.copyOf(content, n);
            assertThatThrownBy(() -> Safetensors.load(bytes(cut)))
                    .as("the first %d bytes", n)
                    .isInstanceOf(TensorFileException.class);
        }
    }

    @Test
    void truthValuesOtherThanZeroAndOneAreRefused() throws IOException {
        Path path = file(entry("BOOL", "[3]", "[0,3]"), 3);
        byte[] content = Files.readAllBytes(path);
        content[content.length - 2] = 2;
        assertThatThrownBy(() -> Safetensors.load(bytes(content)))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("element 1 is 2");
    }

    @Test
    void aFolderAnEmptyFileAndAMissingOneAreNamed() throws IOException {
        assertThatThrownBy(() -> Safetensors.open(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining("is a folder");
        Path empty = bytes(new byte[0]);
        assertThatThrownBy(() -> Safetensors.open(empty))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining(empty.toString())
                .hasMessageContaining("0 bytes");
        Path missing = folder.resolve("missing.safetensors");
        assertThatThrownBy(() -> Safetensors.open(missing))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining(missing.toString());
    }

    @Test
    void aFailedSaveLeavesTheOldFile() throws IOException {
        Path path = folder.resolve("model.safetensors");
        Safetensors.save(path, Map.of("w", Tensors.of(1f)));
        byte[] before = Files.readAllBytes(path);
        Tensor closed = Tensors.of(2f);
        closed.close();
        assertThatThrownBy(() -> Safetensors.save(path, Map.of("w", closed))).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> Safetensors.save(path, Map.of("__metadata__", Tensors.of(1f))))
                .isInstanceOf(IllegalArgumentException.class);
        Map<String, String> noText = new HashMap<>();
        noText.put("epoch", null);
        assertThatThrownBy(() -> Safetensors.save(path, Map.of("w", Tensors.of(2f)), noText))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining(path.toString())
                .hasMessageContaining("'epoch' is null");
        assertThat(Files.readAllBytes(path)).isEqualTo(before);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(path);
        }
    }
}
