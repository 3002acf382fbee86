package org.gatun.examples.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.gatun.examples.ReportFile;
import org.gatun.examples.Version;
import org.gatun.examples.bench.peers.PeerRun;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatun bench}: the suites on the CPU, and as a command of its own the comparison with a GPU. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Measures how fast this machine computes: suites on the CPU, beside peers if asked for.",
        subcommands = CpuGpuCommand.class)
public final class BenchCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(
            paramLabel = "SUITE",
            arity = "0..*",
            description =
                    "Which suites: overhead, elementwise, reduce, gemm, conv, train, forward-mode, operations, or all.")
    private List<String> suites = new ArrayList<>();

    @Option(
            names = "--peers",
            arity = "0..1",
            fallbackValue = "djl,libtorch,nd4j",
            split = ",",
            paramLabel = "PEER",
            description =
                    "Run the same in peers too: djl (PyTorch), libtorch, nd4j, or several with commas; all three if"
                            + " none is named. Maven fetches them the first time, about 500 MB.")
    private List<String> peers = new ArrayList<>();

    @Option(
            names = "--threads",
            split = ",",
            paramLabel = "N",
            description = "On how many threads, several with commas. Default: 1 and one for each processor.")
    private List<Integer> threads = new ArrayList<>();

    @Option(names = "--only", paramLabel = "REGEX", description = "The problems whose names have a match.")
    private @Nullable String only;

    @Option(names = "--quick", description = "Fewer and shorter samples: a look, not a result.")
    private boolean quick;

    @Option(names = "--check", description = "Compare the results of all sides and take no times.")
    private boolean check;

    @Option(
            names = "--endurance",
            paramLabel = "STEPS",
            description = "Also train the MLP so many steps at batch 32, and look whether anything grows.")
    private long endurance;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description =
                    "Write all numbers to this file, and the page with charts beside it, unless --html says where.")
    private @Nullable Path json;

    @Option(names = "--html", paramLabel = "FILE", description = "Write tables and charts to this file.")
    private @Nullable Path html;

    /** The command, made by picocli. */
    public BenchCommand() {}

    /** Without a suite: the usage. */
    @Override
    public Integer call() throws Exception {
        if (suites.isEmpty() && endurance == 0) {
            if (!spec.commandLine().getParseResult().matchedOptions().isEmpty()) {
                throw new ParameterException(
                        spec.commandLine(),
                        "no suite is named: name some, or all, before the options"
                                + " (what follows --peers is taken for a peer)");
            }
            spec.commandLine().usage(spec.commandLine().getOut());
            return CommandLine.ExitCode.OK;
        }
        PeerRun run = run();
        Path page = page();
        for (Path file : new Path[] {json, page}) {
            if (file != null) {
                ReportFile.prepare(file);
            }
        }
        try {
            run.measure(() -> save(run, page));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        spec.commandLine().getOut().print(run.text());
        spec.commandLine().getOut().flush();
        String disagreement = run.disagreement();
        if (disagreement.isEmpty()) {
            return CommandLine.ExitCode.OK;
        }
        spec.commandLine().getErr().println(disagreement);
        return CommandLine.ExitCode.SOFTWARE;
    }

    private void save(PeerRun run, @Nullable Path page) throws IOException {
        if (json != null) {
            ReportFile.write(json, run.json());
        }
        if (page != null) {
            ReportFile.write(page, run.page());
        }
    }

    private PeerRun run() throws IOException {
        String regex = only == null ? "" : only;
        try {
            Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw new ParameterException(spec.commandLine(), "--only: '" + regex + "': " + e.getDescription(), e);
        }
        try {
            return new PeerRun(suites, peers, threads, regex, quick, check, endurance, this::progress);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private @Nullable Path page() {
        if (html != null || json == null) {
            if (html != null && json != null && json.toAbsolutePath().equals(html.toAbsolutePath())) {
                throw new ParameterException(
                        spec.commandLine(), "--html: " + html + " is where --json goes: name another file");
            }
            return html;
        }
        Path name = json.getFileName();
        if (name == null) {
            throw new ParameterException(spec.commandLine(), "--json: " + json + " is a folder: name a file");
        }
        return json.resolveSibling(name.toString().replaceFirst("\\.json$", "") + ".html");
    }

    private void progress(String what) {
        spec.commandLine().getErr().println("measuring " + what);
        spec.commandLine().getErr().flush();
    }
}
