package org.gatun.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs the benchmarks and writes JMH's JSON: {@code Benchmarks [FOLDER [REGEX]]}. Each runs on one thread and on all, as far as it has parallel
 * work; results go to {@code FOLDER/NAME-tTHREADS.json}.
 */
public final class Benchmarks {
    /** Benchmarks, the numbers of threads to run them on, and the seconds until the JIT compiler is done with them. */
    private record Suite(Class<?> type, List<Integer> threads, int warmup) {}

    private Benchmarks() {}

    /**
     * Runs the benchmarks.
     *
     * @param args the folder for results, by default {@code bench/results}; a pattern that names benchmarks, by default all
     */
    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args.length > 0 ? args[0] : "bench/results");
        String pattern = args.length > 1 ? args[1] : ".*";
        Files.createDirectories(folder);
        int all = Runtime.getRuntime().availableProcessors();
        List<Integer> both = all == 1 ? List.of(1) : List.of(1, all);
        for (Suite suite : List.of(
                new Suite(OverheadBenchmark.class, List.of(1), 5),
                new Suite(ElementwiseBenchmark.class, both, 4),
                new Suite(GemmBenchmark.class, both, 3),
                new Suite(MlpStepBenchmark.class, both, 20))) {
            String name = suite.type.getSimpleName();
            if (name.matches(pattern)) {
                for (int threads : suite.threads) {
                    new Runner(new OptionsBuilder()
                                    .include("\\." + name + "\\.")
                                    .forks(1)
                                    .warmupIterations(suite.warmup)
                                    .warmupTime(TimeValue.seconds(1))
                                    .measurementIterations(5)
                                    .measurementTime(TimeValue.milliseconds(500))
                                    .jvmArgsAppend(
                                            "--add-modules=jdk.incubator.vector",
                                            "--enable-native-access=ALL-UNNAMED",
                                            "-Dgatun.threads=" + threads)
                                    .resultFormat(ResultFormatType.JSON)
                                    .result(folder.resolve(name + "-t" + threads + ".json")
                                            .toString())
                                    .build())
                            .run();
                }
            }
        }
    }
}
