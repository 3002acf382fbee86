package org.gatun.examples.mnist;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.gatun.examples.ReportFile;
import org.gatun.examples.Version;
import org.gatun.examples.doctor.Fonts;
import org.gatun.nn.Checkpoint;
import org.gatun.nn.data.Batch;
import org.gatun.nn.data.Dataset;
import org.gatun.nn.data.GeneratedDigits;
import org.gatun.nn.data.Mnist;
import org.gatun.nn.data.TensorDataset;
import org.gatun.tensor.Device;
import org.gatun.tensor.DeviceException;
import org.gatun.tensor.memory.MemoryScope;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code gatun mnist}. */
@Command(
        name = "mnist",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Trains a network on the MNIST digits, evaluates it, and writes a checkpoint and pictures.")
public final class MnistCommand implements Callable<Integer> {
    private static final int GENERATED_TRAIN = 20_000;
    private static final int GENERATED_TEST = 4_000;
    private static final int PICTURED = 50;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The folder of the MNIST files. Default: the usual places.")
    private @Nullable Path data;

    @Option(names = "--model", description = "The network: ${COMPLETION-CANDIDATES}. Default: mlp.")
    private @Nullable Network model;

    @Option(
            names = "--device",
            description = "Where to run: cpu, or cuda, the first GPU. Default: ${DEFAULT-VALUE}.",
            defaultValue = "cpu")
    private String device = "cpu";

    @Option(
            names = "--graph",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Capture the step on a GPU once and launch it as a whole (the default), or don't.")
    private boolean graph = true;

    @Option(names = "--batch", paramLabel = "N", description = "Samples in a mini-batch. Default: 128.")
    private @Nullable Integer batch;

    @Option(names = "--epochs", paramLabel = "N", description = "Passes over the training set. Default: 5.")
    private @Nullable Integer epochs;

    @Option(
            names = "--learning-rate",
            paramLabel = "RATE",
            description = "The first learning rate, which falls to 0 along half a cosine. Default: 0.001 for mlp,"
                    + " 0.002 for lenet.")
    private @Nullable Double learningRate;

    @Option(names = "--seed", paramLabel = "N", description = "The seed of parameters and order. Default: 1.")
    private @Nullable Long seed;

    @Option(names = "--limit", paramLabel = "N", description = "Use the first N training samples only.")
    private @Nullable Long limit;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            description = "The folder for checkpoint and pictures. Default: runs/mnist-MODEL.")
    private @Nullable Path output;

    @Option(
            names = "--resume",
            arity = "0..1",
            fallbackValue = "",
            paramLabel = "FILE",
            description = "Continue an interrupted run from its checkpoint. Default: the one in the output folder.")
    private @Nullable String resume;

    @Option(names = "--json", paramLabel = "FILE", description = "Write what happened to this file.")
    private @Nullable Path json;

    /** The command, made by picocli. */
    public MnistCommand() {}

    @Override
    public Integer call() throws IOException {
        check();
        PrintWriter out = spec.commandLine().getOut();
        Device where = Device.CPU;
        if (device.equals("cuda")) {
            try {
                where = Device.cuda(0);
            } catch (DeviceException e) {
                spec.commandLine()
                        .getErr()
                        .println("gatun mnist: --device " + e.getMessage() + " ('gatun doctor' says more)");
                return CommandLine.ExitCode.SOFTWARE;
            }
        }
        Path source = resume == null ? null : resumeFile(resume);
        Path files = data == null ? Mnist.find() : Mnist.within(data);
        if (files == null && data != null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--data: " + data + " does not hold the four MNIST files, itself or in a folder mnist");
        }
        try (Checkpoint checkpoint = source == null ? null : Checkpoint.load(source)) {
            return train(settings(checkpoint, files), checkpoint, files, where, out);
        }
    }

    private int train(
            Settings settings, @Nullable Checkpoint checkpoint, @Nullable Path where, Device device, PrintWriter out)
            throws IOException {
        Path folder = output != null ? output : Path.of("runs", "mnist-" + settings.model());
        if (where == null) {
            out.println("No MNIST data in " + Mnist.places()
                    + ": training on generated digits instead. Give the folder of the files with --data.");
        }
        try (TensorDataset all = where == null ? GeneratedDigits.of(GENERATED_TRAIN, 1) : Mnist.train(where);
                TensorDataset test = where == null ? GeneratedDigits.of(GENERATED_TEST, 2) : Mnist.test(where);
                Trainer trainer = new Trainer(settings, limited(all, settings), test, device, graph)) {
            List<EpochResult> results = new ArrayList<>();
            if (checkpoint != null) {
                results.addAll(EpochResult.parse(checkpoint.metadata("results")));
                if (results.size() > settings.epochs()) {
                    throw new IllegalArgumentException("checkpoint: the metadata 'results' lists " + results.size()
                            + " epochs of " + settings.epochs());
                }
                trainer.restore(checkpoint, results.size());
                checkpoint.close(); // or its copy of all parameters would stay for the whole run
            }
            if (json != null) {
                requireOther(json, folder);
            }
            prepare(folder, json);
            if (checkpoint != null) {
                out.printf("Resuming after epoch %d of %d.%n", results.size(), settings.epochs());
            }
            out.printf(
                    Locale.ROOT,
                    "%s, %,d parameters, %,d training and %,d test samples, batches of %d, on %s%n",
                    settings.model(),
                    trainer.model().parameterCount(),
                    limited(all, settings).size(),
                    test.size(),
                    settings.batch(),
                    device);
            out.flush();
            for (int e = results.size() + 1; e <= settings.epochs(); e++) {
                EpochResult r = epoch(trainer, e, limited(all, settings).size());
                out.printf(
                        Locale.ROOT,
                        "epoch %d/%d  loss %.4f  test loss %.4f  test accuracy %.2f %%  %,.0f samples/s  peak %,.1f"
                                + " MB%n",
                        e,
                        settings.epochs(),
                        r.trainLoss(),
                        r.testLoss(),
                        100 * r.testAccuracy(),
                        r.samplesPerSecond(),
                        r.peakNativeBytes() / 1e6);
                out.flush();
                if (!Double.isFinite(r.trainLoss())) {
                    throw new ArithmeticException("the loss became " + r.trainLoss() + " in epoch " + e
                            + ": start again with a --learning-rate below " + settings.learningRate());
                }
                results.add(r);
                Map<String, String> metadata = settings.metadata();
                metadata.put("results", EpochResult.format(results));
                trainer.save(folder.resolve("checkpoint.safetensors"), metadata);
            }
            if (json != null) {
                write(json, settings, device, results); // first: a picture that fails must not take the results with it
            }
            String noFonts = Fonts.missing();
            if (noFonts == null) {
                Charts.curves(folder.resolve("curves.png"), results);
                Charts.mistakes(folder.resolve("misclassified.png"), mistakes(trainer, test));
                out.println("Wrote checkpoint.safetensors, curves.png and misclassified.png to " + folder);
            } else {
                out.println("Wrote checkpoint.safetensors to " + folder);
                spec.commandLine().getErr().println("gatun mnist: no pictures: " + noFonts);
            }
        }
        return CommandLine.ExitCode.OK;
    }

    private static Dataset limited(Dataset all, Settings settings) {
        Long count = settings.limit();
        return count == null ? all : all.first(count);
    }

    @SuppressWarnings("SystemConsoleNull") // its contract still allows null
    private static EpochResult epoch(Trainer trainer, int number, long samples) {
        var console = System.console();
        if (console == null || !console.isTerminal()) {
            return trainer.epoch(number, n -> {});
        }
        try (ProgressBar bar = new ProgressBarBuilder()
                .setTaskName("epoch " + number)
                .setInitialMax(samples)
                .setStyle(ProgressBarStyle.ASCII)
                .setUnit(" samples", 1)
                .showSpeed()
                .setUpdateIntervalMillis(200)
                .clearDisplayOnFinish()
                .build()) {
            return trainer.epoch(number, bar::stepBy);
        }
    }

    private static List<Charts.Mistake> mistakes(Trainer trainer, TensorDataset test) {
        var out = new ArrayList<Charts.Mistake>();
        long chunk = 1000;
        for (long from = 0; from < test.size() && out.size() < PICTURED; from += chunk) {
            long[] indices = new long[(int) Math.min(chunk, test.size() - from)];
            long first = from;
            Arrays.setAll(indices, i -> first + i);
            try (Batch batch = test.batch(indices)) {
                List<Long> answers = trainer.predict(batch);
                long[] labels = batch.targets().toLongArray();
                for (int i = 0; i < labels.length && out.size() < PICTURED; i++) {
                    if (answers.get(i) != labels[i]) {
                        out.add(new Charts.Mistake(pixels(batch, i), labels[i], answers.get(i)));
                    }
                }
            }
        }
        return out;
    }

    /** The pixels of one image from 0 to 255, whatever its normalisation. */
    private static double[] pixels(Batch batch, int i) {
        double[] x;
        try (var scope = MemoryScope.open("pixels")) {
            x = batch.inputs().select(0, i).toDoubleArray();
        }
        double low = Arrays.stream(x).min().orElse(0);
        double high = Math.max(Arrays.stream(x).max().orElse(1), low + 1e-9);
        return Arrays.stream(x).map(v -> 255 * (v - low) / (high - low)).toArray();
    }

    /** Makes sure, before hours of training, that their results can be written, and leaves no empty file behind. */
    private static void prepare(Path folder, @Nullable Path report) throws IOException {
        Files.createDirectories(folder);
        try {
            Files.delete(Files.createTempFile(folder, ".gatun", null));
        } catch (IOException e) {
            throw new IOException(folder + ": no files can be made in this folder", e);
        }
        if (report != null) {
            ReportFile.prepare(report);
        }
    }

    /** Refuses a report that would replace another result of the run. */
    private void requireOther(Path report, Path folder) {
        for (String result : List.of("checkpoint.safetensors", "curves.png", "misclassified.png")) {
            if (report.toAbsolutePath()
                    .normalize()
                    .equals(folder.resolve(result).toAbsolutePath().normalize())) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--json: " + report + " is where the run's " + result + " goes: name another file");
            }
        }
    }

    private void write(Path file, Settings settings, Device where, List<EpochResult> results) throws IOException {
        var report = new LinkedHashMap<String, Object>();
        report.put("settings", settings);
        report.put("device", where.toString());
        report.put("java", Runtime.version().toString());
        report.put("processors", Runtime.getRuntime().availableProcessors());
        report.put("epochs", results);
        report.put("testAccuracy", results.getLast().testAccuracy());
        String text =
                new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(report) + "\n";
        ReportFile.write(file, text);
    }

    private void check() {
        positive("--batch", batch);
        positive("--epochs", epochs);
        positive("--limit", limit);
        positive("--learning-rate", learningRate);
        if (!device.equals("cpu") && !device.equals("cuda")) {
            throw new ParameterException(spec.commandLine(), "--device: '" + device + "' is neither cpu nor cuda");
        }
    }

    private void positive(String option, @Nullable Number value) {
        if (value != null && !(value.doubleValue() > 0 && value.doubleValue() < Double.POSITIVE_INFINITY)) {
            throw new ParameterException(spec.commandLine(), option + ": " + value + " must be more than 0");
        }
    }

    private Path resumeFile(String named) throws NoSuchFileException {
        Path folder = output != null ? output : Path.of("runs", "mnist-" + or(model, Network.mlp));
        Path file = named.isEmpty() ? folder.resolve("checkpoint.safetensors") : Path.of(named);
        if (!Files.exists(file)) {
            throw new NoSuchFileException(
                    file.toString(), null, "there is no checkpoint to --resume; name it, or its folder with --output");
        }
        return file;
    }

    /** The settings of the options; of a run that is resumed, those of its checkpoint, which options must not contradict. */
    private Settings settings(@Nullable Checkpoint checkpoint, @Nullable Path where) {
        String kind = where == null ? "generated" : "mnist";
        if (checkpoint == null) {
            Network network = or(model, Network.mlp);
            return new Settings(
                    network,
                    or(batch, 128),
                    or(epochs, 5),
                    or(learningRate, network.learningRate()),
                    or(seed, 1L),
                    limit,
                    kind);
        }
        Settings saved = Settings.of(checkpoint);
        Settings asked = new Settings(
                or(model, saved.model()),
                or(batch, saved.batch()),
                or(epochs, saved.epochs()),
                or(learningRate, saved.learningRate()),
                or(seed, saved.seed()),
                limit == null ? saved.limit() : limit,
                kind);
        if (!asked.equals(saved)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--resume: the checkpoint was made with " + saved + ", the options say " + asked);
        }
        return saved;
    }

    private static <T> T or(@Nullable T value, T otherwise) {
        return value == null ? otherwise : value;
    }
}
