package org.gatun.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the benchmarks and writes JMH's JSON: {@code Benchmarks [FOLDER [REGEX [REGEX]]]}. Each runs on one thread and on all, as far as it has
 * parallel work; results go to {@code FOLDER/NAME-tTHREADS.json}. Of {@link PeerBenchmark} the ratios are printed.
 */
public final class Benchmarks {
    /** Benchmarks, the numbers of threads to run them on, and the seconds until the JIT compiler is done with them. */
    private record Suite(Class<?> type, List<Integer> threads, int warmup) {}

    private Benchmarks() {}

    /**
     * Runs the benchmarks.
     *
     * @param args the folder for results, by default {@code bench/results}; a pattern that names benchmarks, by default all; a pattern that
     *     the names of the {@link Problems} have a match of, by default all
     */
    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args.length > 0 ? args[0] : "bench/results");
        String pattern = args.length > 1 ? args[1] : ".*";
        String problems = args.length > 2 ? args[2] : "";
        Files.createDirectories(folder);
        int all = Runtime.getRuntime().availableProcessors();
        List<Integer> both = all == 1 ? List.of(1) : List.of(1, all);
        for (Suite suite : List.of(
                new Suite(OverheadBenchmark.class, List.of(1), 5),
                new Suite(ElementwiseBenchmark.class, both, 4),
                new Suite(GemmBenchmark.class, both, 3),
                new Suite(MlpStepBenchmark.class, both, 20))) {
            if (suite.type.getSimpleName().matches(pattern)) {
                for (int threads : suite.threads) {
                    var options = options(suite.type, threads)
                            .warmupIterations(suite.warmup)
                            .warmupTime(TimeValue.seconds(1))
                            .measurementIterations(5)
                            .measurementTime(TimeValue.milliseconds(500))
                            .resultFormat(ResultFormatType.JSON)
                            .result(file(folder, suite.type, threads).toString());
                    new Runner(options.build()).run();
                }
            }
        }
        if (PeerBenchmark.class.getSimpleName().matches(pattern)) {
            for (int threads : both) {
                peers(folder, threads, Pattern.compile(problems).asPredicate());
            }
        }
    }

    private static ChainedOptionsBuilder options(Class<?> type, int threads, String... flags) {
        List<String> all = new ArrayList<>(List.of(
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Dgatun.threads=" + threads));
        all.addAll(List.of(flags));
        return new OptionsBuilder()
                .include("\\." + type.getSimpleName() + "\\.")
                .forks(1)
                .jvmArgsAppend(all.toArray(String[]::new));
    }

    private static Path file(Path folder, Class<?> type, int threads) {
        return folder.resolve(type.getSimpleName() + "-t" + threads + ".json");
    }

    /** Both sides of a problem run one after the other, so that what else the machine does falls on both. */
    private static void peers(Path folder, int threads, Predicate<String> chosen) throws RunnerException, IOException {
        List<RunResult> results = new ArrayList<>();
        System.out.printf("%-50s %12s %12s %10s%n", "us, threads: " + threads, "Gatun", "PyTorch", "PyTorch/Gatun");
        for (Problem problem : Problems.all()) {
            if (chosen.test(problem.name()) && (threads == 1 || problem.parallel())) {
                var options = options(
                                PeerBenchmark.class,
                                threads,
                                "-Dai.djl.pytorch.num_threads=" + threads,
                                "-Dai.djl.pytorch.num_interop_threads=1",
                                "-Dai.djl.offline=true",
                                "-DOPT_OUT_TRACKING=true")
                        .param("problem", problem.name())
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT);
                List<RunResult> sides = List.copyOf(new Runner(options.build()).run());
                results.addAll(sides);
                double gatun = time(sides, "gatun");
                double pytorch = time(sides, "pytorch");
                System.out.printf("%-50s %12.1f %12.1f %10.2f%n", problem.name(), gatun, pytorch, pytorch / gatun);
            }
        }
        if (!results.isEmpty()) {
            ResultFormatFactory.getInstance(
                            ResultFormatType.JSON,
                            file(folder, PeerBenchmark.class, threads).toString())
                    .writeOut(results);
        }
    }

    private static double time(List<RunResult> results, String side) {
        return results.stream()
                .filter(r -> r.getPrimaryResult().getLabel().equals(side))
                .findFirst()
                .orElseThrow()
                .getPrimaryResult()
                .getScore();
    }
}
