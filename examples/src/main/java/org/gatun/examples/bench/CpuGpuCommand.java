package org.gatun.examples.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.gatun.bindings.NativeLibraries;
import org.gatun.examples.ReportFile;
import org.gatun.examples.Version;
import org.gatun.tensor.Device;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code gatun bench cpu-gpu}. */
@Command(
        name = "cpu-gpu",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description =
                "Runs the same work on the CPU and on a GPU at many sizes, and says from which size on the GPU is faster.")
public final class CpuGpuCommand implements Callable<Integer> {
    private static final double BUDGET = 300;
    private static final double QUICK_BUDGET = 45;
    private static final long QUICK_LARGEST = 1 << 24;

    /** PyTorch runs at most this part of the budget on top. */
    private static final double PYTORCH_PART = 1;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(names = "--quick", description = "At most 16 million elements, in 45 seconds.")
    private boolean quick;

    @Option(
            names = "--budget",
            paramLabel = "SECONDS",
            description = "About how long it may take, PyTorch not counted. Default: 300.")
    private @Nullable Double budget;

    @Option(names = "--largest", paramLabel = "N", description = "Leave away sizes with more elements than this.")
    private @Nullable Long largest;

    @Option(
            names = "--only",
            paramLabel = "REGEX",
            description =
                    "The problems whose names have a match: gemm, add, chain, sum, softmax, conv2d, mlp, lenet, transformer.")
    private @Nullable String only;

    @Option(names = "--gpu", paramLabel = "N", description = "The GPU's number. Default: 0.")
    private int gpu;

    @Option(
            names = "--pytorch",
            arity = "0..1",
            fallbackValue = "python3",
            paramLabel = "PYTHON",
            description = "Run the same work in PyTorch too, by this Python. Default: python3.")
    private @Nullable String python;

    @Option(names = "--json", paramLabel = "FILE", description = "Write all numbers to this file.")
    private @Nullable Path json;

    @Option(names = "--html", paramLabel = "FILE", description = "Write tables and charts to this file.")
    private @Nullable Path html;

    /** The command, made by picocli. */
    public CpuGpuCommand() {}

    @Override
    public Integer call() throws Exception {
        List<Problem> problems = problems();
        positive("--budget", budget);
        positive("--largest", largest);
        if (gpu < 0) {
            throw new ParameterException(spec.commandLine(), "--gpu: " + gpu + " must be 0 or more");
        }
        if (json != null && html != null && json.toAbsolutePath().equals(html.toAbsolutePath())) {
            throw new ParameterException(
                    spec.commandLine(), "--html: " + html + " is where --json goes: name another file");
        }
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        String missing = NativeLibraries.cuda().problem();
        if (missing != null) {
            err.println("gatun bench cpu-gpu: " + missing);
            return CommandLine.ExitCode.SOFTWARE;
        }
        Machine there = Machine.gpu(Device.cuda(gpu));
        PyTorch pytorch = python == null ? null : PyTorch.find(python);
        for (Path file : new Path[] {json, html}) {
            if (file != null) {
                ReportFile.prepare(file);
            }
        }
        double seconds = budget != null ? budget : quick ? QUICK_BUDGET : BUDGET;
        var suite = new Suite(
                List.of(Machine.cpu(), there),
                problems,
                largest != null ? largest : quick ? QUICK_LARGEST : Long.MAX_VALUE,
                seconds,
                what -> progress(err, what));
        Suite.Found found = suite.run();
        Results results = Results.of(
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                Map.of(
                        "gatun", spec.root().versionProvider().getVersion()[0].replace("gatun ", ""),
                        "java", Runtime.version().toString(),
                        "cuda", String.valueOf(NativeLibraries.cuda().driverVersion())),
                found.limits(),
                found.measurements());
        if (pytorch == null) {
            report(results, out);
        } else {
            progress(err, "PyTorch " + pytorch.version());
            reportBeside(pytorch, PYTORCH_PART * seconds, results, out);
        }
        return CommandLine.ExitCode.OK;
    }

    /** Reports results with PyTorch's; where it fails, without: they took minutes to find. */
    void reportBeside(PyTorch pytorch, double seconds, Results results, PrintWriter out) throws IOException {
        Results all;
        try {
            all = pytorch.run(results, seconds);
        } catch (IOException e) {
            report(results, out);
            throw e;
        }
        report(all, out);
    }

    private void report(Results results, PrintWriter out) throws IOException {
        out.print(TextReport.of(results));
        out.flush();
        if (json != null) {
            ReportFile.write(json, results.json());
        }
        if (html != null) {
            ReportFile.write(html, HtmlReport.of(results));
        }
    }

    private static void progress(PrintWriter err, String what) {
        err.println("measuring " + what);
        err.flush();
    }

    private List<Problem> problems() {
        String regex = only == null ? "." : only;
        Pattern pattern;
        try {
            pattern = Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw new ParameterException(spec.commandLine(), "--only: '" + regex + "': " + e.getDescription(), e);
        }
        List<Problem> wanted = Problems.all().stream()
                .filter(p -> pattern.matcher(p.name()).find())
                .toList();
        if (wanted.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "--only: no problem's name has a match of '" + regex + "'");
        }
        return wanted;
    }

    private void positive(String option, @Nullable Number value) {
        if (value != null && !(value.doubleValue() > 0 && value.doubleValue() < Double.POSITIVE_INFINITY)) {
            throw new ParameterException(spec.commandLine(), option + ": " + value + " must be more than 0");
        }
    }
}
