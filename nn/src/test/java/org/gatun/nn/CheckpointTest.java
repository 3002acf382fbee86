package org.gatun.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.gatun.tensor.DType;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.io.TensorFileException;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoint files: what goes in comes out, damage is named, and nothing destroys the file before. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class CheckpointTest {
    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("run.safetensors");
    }

    private static Map<String, Tensor> everyDtype() {
        var out = new LinkedHashMap<String, Tensor>();
        for (DType dtype : DType.values()) {
            out.put(
                    dtype.name().toLowerCase(java.util.Locale.ROOT),
                    Tensors.of(1.0, 0.0, 1.0).to(dtype));
        }
        out.put("scalar", Tensors.scalar(Double.MIN_VALUE));
        out.put("empty", Tensors.zeros(0, 3));
        out.put("special", Tensors.of(Float.NaN, Float.POSITIVE_INFINITY, -0f));
        out.put("transposed", Tensors.arange(6).reshape(2, 3).t());
        return out;
    }

    @Test
    void groupsAndMetadataComeBack() throws IOException {
        Map<String, Tensor> model = everyDtype();
        Map<String, Tensor> optimizer = Map.of("steps", Tensors.scalar(5L), "state.0.exp_avg", Tensors.of(0.5f));
        Checkpoint.save(
                file(),
                Map.of("model", model, "optimizer", optimizer, "nothing", Map.of()),
                Map.of("epoch", "3", "note", "à \"quoted\" line\nand another"));
        try (Checkpoint c = Checkpoint.load(file())) {
            assertThat(c.group("model")).containsOnlyKeys(model.keySet());
            model.forEach((name, t) -> {
                Tensor read = c.group("model").get(name);
                assertThat(read.dtype()).as(name).isEqualTo(t.dtype());
                assertThat(read.shape()).as(name).isEqualTo(t.shape());
                assertThat(read.toDoubleArray()).as(name).isEqualTo(t.toDoubleArray());
            });
            assertThat(c.group("optimizer")).containsOnlyKeys("steps", "state.0.exp_avg");
            assertThat(c.group("optimizer").get("steps").itemLong()).isEqualTo(5);
            assertThat(c.group("nothing")).isEmpty();
            assertThat(c.group("mod")).isEmpty();
            assertThat(c.metadata("epoch")).isEqualTo("3");
            assertThat(c.metadata())
                    .containsEntry("note", "à \"quoted\" line\nand another")
                    .hasSize(2);
            assertThatThrownBy(() -> c.metadata("seed"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(file().toString())
                    .hasMessageContaining("'seed'")
                    .hasMessageContaining("epoch");
        }
    }

    @Test
    void aModelsNamesAreThoseOfPyTorch() throws IOException {
        Sequential model = new Sequential(new Linear(3, 2, new Generator(1)), Activation.RELU);
        Sequential other = new Sequential(new Linear(3, 2, new Generator(2)), Activation.RELU);
        try {
            Checkpoint.save(file(), Map.of("model", model.stateDict()), Map.of());
            try (Checkpoint c = Checkpoint.load(file())) {
                assertThat(c.group("model")).containsOnlyKeys("0.weight", "0.bias");
                assertThat(c.group("model").get("0.weight").shape()).isEqualTo(Shape.of(2, 3));
                other.loadStateDict(c.group("model"));
            }
            Tensor x = Tensors.of(new float[][] {{1, 2, 3}});
            assertThat(other.forward(x).toDoubleArray())
                    .isEqualTo(model.forward(x).toDoubleArray());
        } finally {
            model.free();
            other.free();
        }
    }

    @Test
    void closingFreesWhatWasRead() throws IOException {
        Checkpoint.save(file(), Map.of("model", Map.of("w", Tensors.of(1f))), Map.of());
        Checkpoint c = Checkpoint.load(file());
        Tensor w = c.group("model").get("w");
        c.close();
        c.close();
        assertThat(w.isClosed()).isTrue();
    }

    @Test
    void badNamesAndValuesAreRefusedAndTheOldFileStays() throws IOException {
        Checkpoint.save(file(), Map.of("model", Map.of("w", Tensors.of(1f))), Map.of("epoch", "1"));
        byte[] before = Files.readAllBytes(file());
        for (String group : List.of("", "a.b")) {
            assertThatThrownBy(() -> Checkpoint.save(file(), Map.of(group, Map.of("w", Tensors.of(2f))), Map.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'" + group + "'");
        }
        var metadata = new HashMap<String, String>();
        metadata.put("epoch", null);
        assertThatThrownBy(() -> Checkpoint.save(file(), Map.of("model", Map.of("w", Tensors.of(2f))), metadata))
                .isInstanceOf(RuntimeException.class)
                .hasMessageContaining("'epoch'");
        Tensor closed = Tensors.of(3f);
        closed.close();
        var tensors = new LinkedHashMap<String, Tensor>();
        tensors.put("first", Tensors.zeros(1000));
        tensors.put("w", closed);
        assertThatThrownBy(() -> Checkpoint.save(file(), Map.of("model", tensors), Map.of()))
                .hasMessageContaining("closed");
        assertThat(Files.readAllBytes(file())).isEqualTo(before);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file());
        }
    }

    @Test
    void damagedFilesAreNamed() throws IOException {
        Checkpoint.save(
                file(),
                Map.of("model", Map.of("w", Tensors.zeros(3, 4), "b", Tensors.zeros(DType.F64, 4))),
                Map.of("epoch", "1"));
        byte[] good = Files.readAllBytes(file());
        for (int length = 0; length < good.length; length += length < 16 ? 1 : 23) {
            Files.write(file(), Arrays.copyOf(good, length));
            assertThatThrownBy(() -> Checkpoint.load(file()))
                    .as("cut after %d bytes", length)
                    .isInstanceOf(TensorFileException.class)
                    .isInstanceOf(IOException.class) // as every error of reading
                    .hasMessageContaining(file().toString());
        }
        byte[] garbled = good.clone();
        garbled[9] = 'x';
        Files.write(file(), garbled);
        assertThatThrownBy(() -> Checkpoint.load(file()))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining(file().toString())
                .hasMessageContaining("header");
        assertThatThrownBy(() -> Checkpoint.load(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining("folder");
        assertThatThrownBy(() -> Checkpoint.load(folder.resolve("none")))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining(folder.resolve("none").toString());
    }

    /** Saves over and over, each time another constant, in a JVM of its own that the test kills. */
    static final class Saver {
        private Saver() {}

        public static void main(String[] args) throws IOException {
            for (int i = 0; ; i++) {
                try (Tensor t = Tensors.full(i, 1000, 500)) {
                    Checkpoint.save(Path.of(args[0]), Map.of("model", Map.of("w", t)), Map.of("value", "" + i));
                }
                System.out.println(i);
            }
        }
    }

    @Test
    void aProcessThatIsKilledWhileSavingLeavesAWholeFile() throws IOException, InterruptedException {
        for (int kill = 0; kill < 3; kill++) {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "--add-modules=jdk.incubator.vector",
                            "--enable-native-access=ALL-UNNAMED",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Saver.class.getName(),
                            file().toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (var out = process.inputReader()) {
                for (int line = 0; line < 3; line++) {
                    assertThat(out.readLine()).as("the process saves").isNotNull();
                }
                Thread.sleep(7L * kill); // somewhere within a save
            } finally {
                process.destroyForcibly();
            }
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            try (Checkpoint c = Checkpoint.load(file())) {
                double value = Double.parseDouble(c.metadata("value"));
                assertThat(value).isGreaterThanOrEqualTo(2);
                assertThat(c.group("model").get("w").eq(value).all().item()).isEqualTo(1);
            }
        }
    }
}
