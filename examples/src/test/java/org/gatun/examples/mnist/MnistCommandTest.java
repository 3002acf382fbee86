package org.gatun.examples.mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import org.gatun.examples.CommandLineRun;
import org.gatun.examples.Gatun;
import org.gatun.examples.OtherJvm;
import org.gatun.examples.doctor.Fonts;
import org.gatun.nn.data.Mnist;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.io.Safetensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Training from the command line on a few small images: what it writes, repeats, resumes and refuses. */
@ExtendWith(NativeMemoryBalance.class)
class MnistCommandTest {
    private static final int TRAIN = 60;
    private static final int TEST = 30;

    /** Says that the small files of these tests are not the originals, as it should; nobody wants to read that here. */
    private static final Logger LOGGER = Logger.getLogger(Mnist.class.getPackageName());

    @TempDir
    private Path folder;

    private Path data;

    @BeforeAll
    static void beQuiet() {
        LOGGER.setLevel(Level.OFF);
    }

    @AfterAll
    static void speakAgain() {
        LOGGER.setLevel(null);
    }

    @BeforeEach
    void writeData() throws IOException {
        data = folder.resolve("data");
        MnistFiles.write(data, TRAIN, TEST);
    }

    private Path run(String name) {
        return folder.resolve(name);
    }

    /** Trains for three epochs of four batches into the folder {@code name}. */
    private CommandLineRun train(StringWriter out, String name, Object... more) {
        Object[] common = {
            "mnist", "--data", data, "--batch", 16, "--epochs", 3, "--output", run(name), "--json", run(name + ".json")
        };
        return CommandLineRun.of(
                out, Stream.concat(Arrays.stream(common), Arrays.stream(more)).toArray());
    }

    private JsonNode trained(String name, Object... more) throws IOException {
        CommandLineRun run = train(new StringWriter(), name, more);
        assertNoError(run);
        assertThat(run.status()).isZero();
        return report(name);
    }

    /** Nothing on standard error, but on a machine without fonts that it has none. */
    private static void assertNoError(CommandLineRun run) {
        String noFonts = Fonts.missing();
        assertThat(run.err().strip()).isEqualTo(noFonts == null ? "" : "gatun mnist: no pictures: " + noFonts);
    }

    private JsonNode report(String name) throws IOException {
        return new ObjectMapper().readTree(Files.readString(run(name + ".json")));
    }

    private static List<List<Double>> losses(JsonNode report) {
        return StreamSupport.stream(report.get("epochs").spliterator(), false)
                .map(e -> List.of(
                        e.get("trainLoss").asDouble(),
                        e.get("testLoss").asDouble(),
                        e.get("testAccuracy").asDouble()))
                .toList();
    }

    private Path checkpoint(String name) {
        return run(name).resolve("checkpoint.safetensors");
    }

    @ParameterizedTest
    @EnumSource
    void aRunWritesWhatHappened(Network model) throws IOException {
        JsonNode report = trained("run", "--model", model, "--seed", 7, "--limit", 50, "--learning-rate", 0.003);
        JsonNode settings = report.get("settings");
        assertThat(settings.get("model").asText()).isEqualTo(model.name());
        assertThat(settings.get("batch").asInt()).isEqualTo(16);
        assertThat(settings.get("epochs").asInt()).isEqualTo(3);
        assertThat(settings.get("seed").asLong()).isEqualTo(7);
        assertThat(settings.get("limit").asLong()).isEqualTo(50);
        assertThat(settings.get("learningRate").asDouble()).isEqualTo(0.003);
        assertThat(settings.get("data").asText()).isEqualTo("mnist");
        assertThat(report.get("device").asText()).isEqualTo("cpu");
        assertThat(report.get("epochs")).hasSize(3);
        int number = 1;
        for (JsonNode e : report.get("epochs")) {
            assertThat(e.get("epoch").asInt()).isEqualTo(number++);
            assertThat(e.get("trainLoss").asDouble()).isBetween(1e-9, 10.0);
            assertThat(e.get("testLoss").asDouble()).isBetween(1e-9, 10.0);
            double right = e.get("testAccuracy").asDouble() * TEST;
            assertThat(right).isBetween(0.0, (double) TEST);
            assertThat(right).isCloseTo(Math.rint(right), org.assertj.core.api.Assertions.within(1e-9));
            double seconds = e.get("seconds").asDouble();
            assertThat(e.get("samplesPerSecond").asDouble() * seconds)
                    .isCloseTo(50, org.assertj.core.api.Assertions.within(1e-6));
            assertThat(e.get("peakNativeBytes").asLong()).isPositive();
        }
        List<List<Double>> losses = losses(report);
        assertThat(losses.get(2).get(0))
                .as("it learns")
                .isLessThan(losses.get(0).get(0));
        assertThat(report.get("testAccuracy").asDouble())
                .isEqualTo(losses.get(2).get(2));
        List<String> pictures = Fonts.missing() == null ? List.of("curves.png", "misclassified.png") : List.of();
        for (String picture : pictures) {
            BufferedImage image = ImageIO.read(run("run").resolve(picture).toFile());
            assertThat(image).as(picture).isNotNull();
            assertThat(image.getWidth()).isGreaterThan(100);
        }
        try (Stream<Path> files = Files.list(run("run"))) {
            assertThat(files.map(Path::getFileName).map(Path::toString))
                    .containsExactlyInAnyOrderElementsOf(
                            Stream.concat(Stream.of("checkpoint.safetensors"), pictures.stream())
                                    .toList());
        }
    }

    @Test
    void theSeedDecidesTheLosses() throws IOException {
        List<List<Double>> first = losses(trained("a", "--seed", 3));
        assertThat(losses(trained("b", "--seed", 3))).isEqualTo(first);
        assertThat(losses(trained("c", "--seed", 4))).isNotEqualTo(first);
        assertThat(tensors("a")).isEqualTo(tensors("b"));
    }

    private Map<String, List<Double>> tensors(String name) throws IOException {
        var out = new HashMap<String, List<Double>>();
        for (Map.Entry<String, Tensor> e : Safetensors.load(checkpoint(name)).entrySet()) {
            try (Tensor t = e.getValue()) {
                out.put(e.getKey(), Arrays.stream(t.toDoubleArray()).boxed().toList());
            }
        }
        return out;
    }

    /** Throws when the epoch's result is printed: after its updates, before its checkpoint. */
    private static StringWriter interruptedIn(int epoch) {
        return new StringWriter() {
            @Override
            public void write(String text, int from, int length) {
                super.write(text, from, length);
                if (toString().contains("epoch " + epoch + "/")) {
                    throw new IllegalStateException("interrupted");
                }
            }
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void anInterruptedRunContinuesToTheSameLossesAndParameters(int epoch) throws IOException {
        List<List<Double>> whole = losses(trained("whole", "--seed", 5, "--limit", 55));
        CommandLineRun interrupted = train(interruptedIn(epoch), "part", "--seed", 5, "--limit", 55);
        assertThat(interrupted.status()).isEqualTo(1);
        assertThat(interrupted.err()).contains("interrupted");
        assertThat(run("part").resolve("curves.png")).doesNotExist();

        CommandLineRun resumed = train(new StringWriter(), "part", "--resume");
        assertNoError(resumed);
        assertThat(resumed.status()).isZero();
        assertThat(resumed.out()).contains("Resuming after epoch " + (epoch - 1) + " of 3");
        assertThat(losses(report("part"))).isEqualTo(whole);
        assertThat(report("part").get("settings").get("seed").asLong())
                .as("from the checkpoint")
                .isEqualTo(5);
        assertThat(tensors("part")).isEqualTo(tensors("whole"));
        assertThat(Files.exists(run("part").resolve("curves.png"))).isEqualTo(Fonts.missing() == null);
    }

    @Test
    void aFinishedRunIsResumedToItsResultsAndAFileMayBeNamed() throws IOException {
        List<List<Double>> whole = losses(trained("whole", "--seed", 5));
        CommandLineRun again =
                train(new StringWriter(), "copy", "--resume", checkpoint("whole"), "--seed", 5, "--model", "mlp");
        assertThat(again.status()).isZero();
        assertThat(losses(report("copy"))).isEqualTo(whole);
    }

    @ParameterizedTest
    @CsvSource({"--seed, 6", "--batch, 8", "--epochs, 4", "--model, lenet", "--learning-rate, 0.5", "--limit, 10"})
    void resumingWithOtherSettingsIsAMistake(String option, String value) throws IOException {
        train(interruptedIn(2), "part", "--seed", 5);
        byte[] before = Files.readAllBytes(checkpoint("part"));
        CommandLineRun run =
                CommandLineRun.of("mnist", "--data", data, "--output", run("part"), "--resume", option, value);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.errorLines().get(0)).startsWith("gatun mnist: --resume").contains(option.substring(2, 5), value);
        assertThat(run.errorLines().get(1)).startsWith("Usage: gatun mnist");
        assertThat(Files.readAllBytes(checkpoint("part"))).isEqualTo(before);
    }

    @Test
    void theGeneratorContinuesWhereItWas() throws IOException {
        train(interruptedIn(2), "part");
        change("part", metadata -> {
            metadata.put("generator.position", "123456789");
            return metadata;
        });
        assertThat(train(new StringWriter(), "part", "--resume").status()).isZero();
        try (Safetensors file = Safetensors.open(checkpoint("part"))) {
            // Neither network draws while it trains.
            assertThat(file.metadata()).containsEntry("generator.position", "123456789");
        }
    }

    private void change(String name, UnaryOperator<Map<String, String>> change) throws IOException {
        Map<String, Tensor> tensors = Safetensors.load(checkpoint(name));
        Map<String, String> metadata;
        try (Safetensors file = Safetensors.open(checkpoint(name))) {
            metadata = new HashMap<>(file.metadata());
        }
        Safetensors.save(checkpoint(name), tensors, change.apply(metadata));
        tensors.values().forEach(Tensor::close);
    }

    @Test
    void resumingWithOtherDataIsRefused() throws IOException {
        assertThat(train(interruptedIn(2), "part").status()).isEqualTo(1);
        MnistFiles.write(data, "train", TRAIN + 40);
        fails(train(new StringWriter(), "part", "--resume"), "checkpoint", "4 updates", "this data");
    }

    /** Runs that fail before they train: status 1 and one line. */
    private static void fails(CommandLineRun run, String... words) {
        assertThat(run.errorLines()).as(run.err()).hasSize(1);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).startsWith("gatun: ").contains(words);
        assertThat(run.out()).doesNotContain("epoch 1/");
    }

    @ParameterizedTest
    @CsvSource({
        "results, null, results",
        "results, [], epochs",
        "results, [{}], results",
        "results, [null], results",
        "results, nonsense, results",
        "epochs, 0, epochs",
        "epochs, 1, results",
        "epochs, x, epochs",
        "batch, -1, batch",
        "learningRate, NaN, learningRate",
        "limit, 0, limit",
        "model, resnet, model",
        "generator.position, x, generator"
    })
    void aCheckpointWithDamagedEntriesIsNamed(String key, String value, String word) throws IOException {
        assertThat(train(interruptedIn(3), "part").status()).isEqualTo(1);
        change("part", metadata -> {
            metadata.put(key, value);
            if (value.equals("[]")) {
                metadata.put("epochs", "0");
            }
            return metadata;
        });
        fails(CommandLineRun.of("mnist", "--data", data, "--output", run("part"), "--resume"), "checkpoint", word);
    }

    @Test
    void aDamagedCheckpointIsNamed() throws IOException {
        train(interruptedIn(2), "part");
        byte[] whole = Files.readAllBytes(checkpoint("part"));
        Files.write(checkpoint("part"), Arrays.copyOf(whole, whole.length - 5));
        fails(train(new StringWriter(), "part", "--resume"), checkpoint("part").toString());
        Files.write(checkpoint("part"), new byte[0]);
        fails(train(new StringWriter(), "part", "--resume"), checkpoint("part").toString(), "0 bytes");
    }

    @Test
    void nothingToResumeSaysWhatWasLookedFor() {
        CommandLineRun run = train(new StringWriter(), "nowhere", "--resume");
        fails(run, checkpoint("nowhere").toString(), "--resume");
        assertThat(run("nowhere")).as("nothing is left behind").doesNotExist();
        assertThat(run("nowhere.json")).doesNotExist();
    }

    @Test
    void withoutAGpuCudaIsOneClearLine() {
        assumeTrue(Device.available().isEmpty(), "there is a GPU");
        CommandLineRun run = train(new StringWriter(), "run", "--device", "cuda");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.errorLines()).hasSize(1);
        assertThat(run.err()).contains("--device cuda", "gatun doctor");
        assertThat(run("run")).doesNotExist();
    }

    @Test
    void damagedDataIsNamed() throws IOException {
        Path images = data.resolve("train-images-idx3-ubyte");
        byte[] whole = Files.readAllBytes(images);
        Files.write(images, Arrays.copyOf(whole, whole.length / 2));
        fails(train(new StringWriter(), "run"), images.toString(), "elements");
        Files.write(images, "hello".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        fails(train(new StringWriter(), "run"), images.toString(), "magic number");
        Files.delete(images);
        CommandLineRun missing = train(new StringWriter(), "run");
        assertThat(missing.status()).isEqualTo(2);
        assertThat(missing.errorLines().get(0)).contains("--data", data.toString());
    }

    @Test
    void whatCanNotBeWrittenIsFoundBeforeTraining() throws IOException {
        Path taken = Files.writeString(folder.resolve("taken"), "a file");
        fails(CommandLineRun.of("mnist", "--data", data, "--output", taken), taken.toString(), "no folder");
        fails(CommandLineRun.of("mnist", "--data", data, "--output", taken.resolve("below")), taken.toString());
        fails(CommandLineRun.of("mnist", "--data", data, "--output", run("x"), "--json", folder), folder.toString());
        assertThat(Files.readString(taken)).isEqualTo("a file");
    }

    @Test
    void aReportReplacesNoOtherResultAndKeepsLinks() throws IOException {
        CommandLineRun run = CommandLineRun.of(
                "mnist", "--data", data, "--output", run("x"), "--json", run("x").resolve("checkpoint.safetensors"));
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("gatun mnist: --json: ").contains("name another file");
        Path link = Files.createSymbolicLink(run("run.json"), run("target.json"));
        trained("run");
        assertThat(link).isSymbolicLink();
        assertThat(run("target.json")).isRegularFile();
    }

    @Test
    void aFolderThatTakesNoFilesIsFoundBeforeTraining() {
        Path proc = Path.of("/proc");
        assumeThat(proc).exists(); // no one can make files there, not even root
        fails(CommandLineRun.of("mnist", "--data", data, "--output", proc), "/proc");
    }

    @Test
    void aPictureThatCanNotBeWrittenDoesNotTakeTheResultsWithIt() throws IOException {
        assumeThat(Fonts.missing()).isNull();
        Path picture = Files.createDirectories(run("run").resolve("curves.png"));
        CommandLineRun run = train(new StringWriter(), "run");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.errorLines()).hasSize(1);
        assertThat(run.err()).startsWith("gatun: ").contains(picture.toString());
        assertThat(losses(report("run"))).hasSize(3);
    }

    /** A bare server or container has no fonts: fontconfig with an empty configuration and a new home, without caches, finds none. */
    @Test
    void withoutFontsARunKeepsItsResultsAndSaysWhyThereAreNoPictures() throws IOException, InterruptedException {
        assumeThat(System.getProperty("os.name")).isEqualTo("Linux");
        Path home = Files.createDirectories(folder.resolve("home"));
        Path configuration = Files.writeString(
                home.resolve("fonts.conf"),
                "<?xml version='1.0'?><!DOCTYPE fontconfig SYSTEM 'fonts.dtd'><fontconfig></fontconfig>");
        Process process = OtherJvm.start(
                Map.of("FONTCONFIG_FILE", configuration.toString()),
                List.of("-Duser.home=" + home, "-Djava.awt.headless=true"),
                Gatun.class,
                "mnist",
                "--data",
                data.toString(),
                "--epochs",
                "1",
                "--output",
                run("run").toString(),
                "--json",
                run("run.json").toString());
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains("gatun mnist: no pictures: Java finds no fonts here", "fonts-dejavu-core");
        assertThat(losses(report("run"))).hasSize(1);
        try (Stream<Path> files = Files.list(run("run"))) {
            assertThat(files).containsExactly(checkpoint("run"));
        }
    }

    @Test
    void aMistakeLeavesNothingBehind() throws IOException {
        Files.write(data.resolve("t10k-labels-idx1-ubyte"), new byte[3]);
        fails(train(new StringWriter(), "run"), "t10k-labels-idx1-ubyte");
        assertThat(run("run")).doesNotExist();
        assertThat(run("run.json")).doesNotExist();
        Path kept = Files.writeString(run("kept.json"), "the results of before");
        MnistFiles.write(data, "t10k", TEST);
        CommandLineRun diverged = train(new StringWriter(), "kept", "--learning-rate", 1e30);
        assertThat(diverged.status()).isEqualTo(1);
        assertThat(Files.readString(kept)).isEqualTo("the results of before");
    }

    @Test
    void aRunThatDivergesSaysSoAndKeepsTheLastCheckpoint() {
        CommandLineRun run = train(new StringWriter(), "run", "--learning-rate", 1e30);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.errorLines()).hasSize(1);
        assertThat(run.err()).contains("the loss became", "--learning-rate");
    }

    @Test
    void debugShowsWhere() {
        CommandLineRun run = train(new StringWriter(), "nowhere", "--resume", "--debug");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("\tat ");
    }

    @Test
    void theRecordOfResultsIsChecked() {
        assertThatThrownBy(() -> EpochResult.parse("[{\"epoch\":2}]")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> EpochResult.parse("[{\"epoch\":1}]"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("trainLoss");
        assertThat(EpochResult.parse("[]")).isEmpty();
    }
}
