package org.gatun.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
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
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class NpyTest {
    @TempDir
    Path folder;

    /** An array as NumPy's description of the format lays it out: magic, version, length of the dictionary, dictionary, elements. */
    static byte[] array(int version, String dictionary, byte... elements) {
        byte[] text = dictionary.getBytes(StandardCharsets.UTF_8);
        int width = version == 1 ? 2 : 4;
        ByteBuffer b = ByteBuffer.allocate(8 + width + text.length + elements.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) version)
                .put((byte) 0);
        if (version == 1) {
            b.putShort((short) text.length);
        } else {
            b.putInt(text.length);
        }
        return b.put(text).put(elements).array();
    }

    private static String dictionary(String descr, boolean fortran, String shape) {
        return "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape
                + ", }   \n";
    }

    private Path file(byte... content) throws IOException {
        return Files.write(folder.resolve("case.npy"), content);
    }

    private Tensor load(byte... content) throws IOException {
        return Npy.load(file(content));
    }

    /** Tensors of every dtype with their extremes, 0-d, empty and of layouts that are not row by row. */
    static Stream<Tensor> tensors() {
        Tensor cube = Tensors.of(Shape.of(2, 3, 2), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        return Stream.of(
                Tensors.of(Shape.of(2, 2), 1f, Float.NaN, Float.NEGATIVE_INFINITY, -0f),
                Tensors.of(Math.PI, Double.MIN_VALUE, Double.POSITIVE_INFINITY),
                Tensors.of(Long.MIN_VALUE, Long.MAX_VALUE),
                Tensors.of(Integer.MIN_VALUE, 7),
                Tensors.of(65504f, 0x1p-24f, -0f, Float.NaN).to(DType.F16),
                Tensors.of(Short.MIN_VALUE, (short) 7),
                Tensors.of(Byte.MIN_VALUE, (byte) 7),
                Tensors.ofUnsigned((byte) 255, (byte) 0, (byte) 7),
                Tensors.of(true, false, true),
                Tensors.scalar(-7),
                Tensors.zeros(2, 0, 3),
                cube,
                cube.permute(2, 0, 1),
                cube.flip(1),
                cube.slice(1, 0, 3, 2),
                Tensors.scalar(2.5f).broadcastTo(3, 2));
    }

    @Test
    void whatIsSavedComesBack() throws IOException {
        for (Tensor t : tensors().toList()) {
            Path path = folder.resolve("t.npy");
            Npy.save(path, t);
            assertSame(Npy.load(path), t);
        }
    }

    static void assertSame(Tensor actual, Tensor expected) {
        assertThat(actual.dtype()).isEqualTo(expected.dtype());
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.toDoubleArray()).containsExactly(expected.toDoubleArray());
        assertThat(actual.toLongArray()).containsExactly(expected.toLongArray());
    }

    @Test
    void theBytesAreThoseOfTheFormat() throws IOException {
        Path path = folder.resolve("bytes.npy");
        Npy.save(path, Tensors.of(new int[][] {{1, 2, 3}, {4, 5, 6}}).t());
        String text = "{'descr': '<i4', 'fortran_order': False, 'shape': (3, 2), }";
        byte[] elements = {1, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0, 3, 0, 0, 0, 6, 0, 0, 0};
        // 10 bytes stand before the dictionary and its end; 128 is the next multiple of 64.
        assertThat(Files.readAllBytes(path))
                .containsExactly(array(1, text + " ".repeat(128 - 10 - text.length() - 1) + "\n", elements));
        for (DType dtype : DType.values()) {
            if (dtype == DType.BF16) {
                assertThatThrownBy(() -> Npy.save(path, Tensors.zeros(dtype, 5)))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("NumPy has no BF16")
                        .hasMessageContaining("to(DType.F32)");
                continue;
            }
            Npy.save(path, Tensors.zeros(5).to(dtype));
            String descr = switch (dtype) {
                case F32 -> "<f4";
                case F64 -> "<f8";
                case F16 -> "<f2";
                case BF16 -> "none";
                case I64 -> "<i8";
                case I32 -> "<i4";
                case I16 -> "<i2";
                case I8 -> "|i1";
                case U8 -> "|u1";
                case BOOL -> "|b1";
            };
            assertThat(new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1))
                    .contains("{'descr': '" + descr + "', 'fortran_order': False, 'shape': (5,), }");
        }
        Npy.save(path, Tensors.scalar(1f));
        assertThat(new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1))
                .contains("'shape': (), }");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void everyVersionAndBothOrdersAreRead(int version) throws IOException {
        byte[] low = {1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 6, 0, 0, 0};
        byte[] high = {0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 6};
        Tensor rows = Tensors.of(new int[][] {{1, 2, 3}, {4, 5, 6}});
        Tensor columns = Tensors.of(new int[][] {{1, 3, 5}, {2, 4, 6}});
        assertSame(load(array(version, dictionary("<i4", false, "(2, 3)"), low)), rows);
        assertSame(load(array(version, dictionary(">i4", false, "(2, 3)"), high)), rows);
        assertSame(load(array(version, dictionary("<i4", true, "(2, 3)"), low)), columns);
        assertSame(load(array(version, dictionary(">i4", true, "(2, 3)"), high)), columns);
        assertSame(
                load(array(version, dictionary("<f8", true, "(3, 0)"))),
                Tensors.zeros(3, 0).to(DType.F64));
        assertSame(
                load(array(version, dictionary(">f4", true, "()"), (byte) 0x3f, (byte) 0x80, (byte) 0, (byte) 0)),
                Tensors.scalar(1f));
        byte[] pi = ByteBuffer.allocate(8).putDouble(Math.PI).array();
        assertSame(load(array(version, dictionary(">f8", false, "(1,)"), pi)), Tensors.of(Math.PI));
        byte[] least = ByteBuffer.allocate(8).putLong(Long.MIN_VALUE + 1).array();
        assertSame(load(array(version, dictionary(">i8", false, "(1,)"), least)), Tensors.of(Long.MIN_VALUE + 1));
        assertSame(
                load(array(version, dictionary("|u1", false, "(2,)"), (byte) -1, (byte) 3)),
                Tensors.ofUnsigned((byte) -1, (byte) 3));
        assertSame(load(array(version, dictionary("|b1", false, "(2,)"), (byte) 1, (byte) 0)), Tensors.of(true, false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'shape':(2,),'fortran_order':False,'descr':'|u1'}",
                "{\"descr\": \"|u1\", \"shape\": (2,), 'fortran_order': False}\n",
                " {  'descr' : '<u1' , 'fortran_order':True,\t'shape' : ( 2 , ) , } \n",
                "{'descr': '>u1', 'fortran_order': False, 'shape': (2L,), }"
            })
    void theDictionaryMayBeWrittenInManyWays(String text) throws IOException {
        assertSame(load(array(1, text, (byte) 5, (byte) 6)), Tensors.ofUnsigned((byte) 5, (byte) 6));
    }

    static Stream<Arguments> damaged() {
        String good = dictionary("<f4", false, "(1,)");
        return Stream.of(
                Arguments.of(good, 3, "data", "takes 4 bytes and only 3 are there"),
                Arguments.of(good, 5, "data", "takes 4 bytes and there are more"),
                descr("<f16", "save a.astype(numpy.float32)"),
                descr("<u2", "save a.astype(numpy.int32)"),
                descr("<u4", "numpy.int64"),
                descr("<c8", "is complex: save a.real and a.imag"),
                descr("|O", "pickled Python objects, which are never read"),
                descr("|V8", "structured"),
                descr("<U3", "is text"),
                descr("|S3", "is text"),
                descr("<M8[ns]", "a date or a duration: save a.astype(numpy.int64)"),
                descr("", "no dtype"),
                descr("=f4", "does not say in which order"),
                descr("|f4", "does not say in which order"),
                descr("f4", "no dtype"),
                Arguments.of(
                        "{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,)}",
                        4,
                        "descr",
                        "[('x', '<f4')], 'fortran_order': False, 'shape': (1,)} is a structured dtype"),
                Arguments.of("{'descr': 4, 'fortran_order': False, 'shape': (1,)}", 4, "descr", "a string in quotes"),
                Arguments.of("{'descr': '<f\\x34', 'fortran_order': False, 'shape': (1,)}", 4, "descr", "'\\'"),
                Arguments.of("{'descr': '<f4, }", 4, "descr", "does not end"),
                Arguments.of(good.replace("False", "0"), 4, "fortran_order", "True or False"),
                Arguments.of(good.replace("False", "Falsely"), 4, "header", "'}' must stand"),
                shape("(1)", "(1) is a number"),
                shape("[1]", "a '(' must stand"),
                shape("(-1,)", "'-' begins no whole number"),
                shape("(1.0,)", "must follow 1"),
                shape("(01,)", "begins no whole number"),
                shape("(,)", "begins no whole number"),
                shape("(1,,)", "begins no whole number"),
                shape("(1 1)", "must follow 1"),
                shape("(9223372036854775808,)", "9223372036854775808 is not a whole number"),
                shape("(4611686018427387904, 4)", "is not a shape"),
                shape("(4611686018427387904,)", "more than 2^63 - 1 bytes"),
                shape("(" + "1,".repeat(65) + ")", "more than 64"),
                Arguments.of(dictionary("<f4", false, "(1099511627776,)"), 4, "data", "only 4 are there"),
                Arguments.of("{'fortran_order': False, 'shape': (1,)}", 4, "descr", "missing"),
                Arguments.of("{'descr': '<f4', 'shape': (1,)}", 4, "fortran_order", "missing"),
                Arguments.of("{'descr': '<f4', 'fortran_order': False}", 4, "shape", "missing"),
                Arguments.of("{'descr': '<f4', 'descr': '<f4'}", 4, "descr", "twice"),
                Arguments.of("{'shape': (1,), 'shape': (1,)}", 4, "shape", "twice"),
                Arguments.of("{'fortran_order': True, 'fortran_order': True}", 4, "fortran_order", "twice"),
                Arguments.of("{'x': 1}", 4, "x", "no such key"),
                Arguments.of("{descr: '<f4'}", 4, "header", "a string in quotes"),
                Arguments.of("{'descr' '<f4'}", 4, "descr", "a ':' must stand"),
                Arguments.of("", 4, "header", "a '{' must stand at character 0"),
                Arguments.of(good.strip() + " x", 4, "header", "more behind the dictionary"),
                Arguments.of(good.replace("}", ""), 4, "header", "a string in quotes"));
    }

    private static Arguments descr(String descr, String problem) {
        return Arguments.of(dictionary(descr, false, "(1,)"), 4, "descr", "'" + descr + "' ", problem);
    }

    private static Arguments shape(String shape, String problem) {
        return Arguments.of(dictionary("<f4", false, shape), 4, "shape", problem);
    }

    @Test
    void damagedFilesAreRefusedBeforeAnythingIsAllocated() throws IOException {
        for (Arguments damaged : damaged().toList()) {
            Object[] a = damaged.get();
            Path path = file(array(1, (String) a[0], new byte[(Integer) a[1]]));
            long live = MemoryStats.of(Device.CPU).allocations();
            var problems = assertThatThrownBy(() -> Npy.load(path))
                    .as((String) a[0])
                    .isInstanceOfSatisfying(
                            TensorFileException.class,
                            e -> assertThat(e.field()).isEqualTo(a[2]))
                    .hasMessageStartingWith(path + ": " + a[2] + ": ");
            for (Object problem : Arrays.asList(a).subList(3, a.length)) {
                problems.hasMessageContaining((String) problem);
            }
            assertThat(MemoryStats.of(Device.CPU).allocations()).isEqualTo(live);
        }
    }

    @Test
    void otherMagicVersionsAndLengthsAreRefused() throws IOException {
        byte[] good = array(1, dictionary("<f4", false, "(1,)"), new byte[4]);
        byte[] magic = good.clone();
        magic[0] = 'P';
        assertThatThrownBy(() -> load(magic))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("no .npy");
        byte[] version = good.clone();
        version[6] = 4;
        assertThatThrownBy(() -> load(version)).hasMessageContaining("version: 4.0 is not known");
        version[6] = 1;
        version[7] = 1;
        assertThatThrownBy(() -> load(version)).hasMessageContaining("version: 1.1 is not known");
        byte[] longer = array(2, dictionary("<f4", false, "(1,)"), new byte[4]);
        Arrays.fill(longer, 8, 12, (byte) 0xff);
        assertThatThrownBy(() -> load(longer)).hasMessageContaining("4294967295 bytes are more than the 65535");
        assertThatThrownBy(() -> load((byte) 2)).hasMessageContaining("takes 8 bytes and 1 are there");
        assertThatThrownBy(() -> load(array(1, dictionary("|b1", false, "(3,)"), (byte) 1, (byte) 2, (byte) 0)))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("data: element 1 is 2, but a BOOL is stored as 0 or 1");
    }

    @Test
    void everyCutAndEveryLongerFileIsRefused() throws IOException {
        byte[] good = array(1, dictionary(">i8", true, "(2, 1)"), new byte[16]);
        for (int n = 0; n <= good.length + 3; n++) {
            byte[] other = Arrays.copyOf(good, n);
            if (n != good.length) {
                assertThatThrownBy(() -> load(other)).as("%d bytes", n).isInstanceOf(TensorFileException.class);
            }
        }
    }

    @Test
    void foldersMissingFilesAndTooManyAxesAreNamed() throws IOException {
        assertThatThrownBy(() -> Npy.load(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is a folder");
        assertThatThrownBy(() -> Npy.load(folder.resolve("none.npy"))).isInstanceOf(NoSuchFileException.class);
        Path path = folder.resolve("old.npy");
        Npy.save(path, Tensors.of(1f));
        byte[] before = Files.readAllBytes(path);
        long[] ones =
                Collections.nCopies(65, 1L).stream().mapToLong(Long::longValue).toArray();
        Tensor deep = Tensors.zeros(ones);
        assertThatThrownBy(() -> Npy.save(path, deep))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("65 axes")
                .hasMessageContaining("reshape");
        assertThat(Files.readAllBytes(path)).isEqualTo(before);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(path);
        }
    }

    @Test
    void noMutationDoesMoreThanBeRefusedOrChangeValues() throws IOException {
        Random random = new Random(20);
        int read = 0;
        for (int k = 0; k < 3000; k++) {
            byte[] good = array(
                    1 + k % 3,
                    dictionary(k % 2 == 0 ? ">i4" : "|b1", k % 4 < 2, "(2, 3)"),
                    new byte[k % 2 == 0 ? 24 : 6]);
            byte[] mutated = good.clone();
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                mutated[random.nextInt(mutated.length)] =
                        random.nextBoolean() ? (byte) random.nextInt(256) : good[random.nextInt(good.length)];
            }
            try (Tensor t = load(mutated)) {
                // What is read accounts for each byte behind the header.
                int width = mutated[6] == 1 ? 2 : 4;
                ByteBuffer b = ByteBuffer.wrap(mutated).order(ByteOrder.LITTLE_ENDIAN);
                int length = width == 2 ? b.getShort(8) : b.getInt(8);
                assertThat(t.elements() * t.dtype().bytes()).isEqualTo(mutated.length - 8 - width - length);
                read++;
            } catch (IOException e) {
                assertThat(e).isInstanceOf(TensorFileException.class);
            }
        }
        assertThat(read).isBetween(100, 2900);
    }
}
