package org.gatun.bench;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Times a computation with JMH, in this very process: all problems of a side share it, as the operations of a program do, and a side is
 * asked for one problem after the other, in turn with the others.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Timing {
    /** What is timed next: JMH makes the objects that it calls itself. */
    private static volatile Computation next = new Nothing();

    private Computation computation = new Nothing();

    /** Made by JMH. */
    public Timing() {}

    private static final class Nothing implements Computation {
        @Override
        public void run() {
            throw new IllegalStateException("nothing is to be timed");
        }

        @Override
        public List<Output> results() {
            return List.of();
        }

        @Override
        public void close() {}
    }

    /** Takes what is timed next. */
    @Setup
    public void setUp(BenchmarkParams parameters) {
        computation = next;
        computation.enter();
    }

    /** One run. */
    @Benchmark
    public void run() {
        computation.run();
    }

    /**
     * Times a computation.
     *
     * @param warmup seconds before anything counts
     * @param samples how many times to take
     * @param seconds how long each is taken for, at least one run
     * @return seconds of a computation, one number for each sample
     */
    static List<Double> seconds(Computation computation, double warmup, int samples, double seconds)
            throws RunnerException {
        next = computation;
        var options = new OptionsBuilder()
                .include("\\." + Timing.class.getSimpleName() + "\\.run$")
                .forks(0)
                .warmupIterations(warmup > 0 ? 1 : 0)
                .warmupTime(millis(warmup))
                .measurementIterations(samples)
                .measurementTime(millis(seconds))
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .build();
        var result = new ArrayList<Double>();
        PrintStream out = System.out;
        System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        try {
            var run = new Runner(options).runSingle();
            for (var trial : run.getBenchmarkResults()) {
                for (IterationResult iteration : trial.getIterationResults()) {
                    result.add(iteration.getPrimaryResult().getScore() * 1e-9 / computation.repeats());
                }
            }
        } finally {
            System.setOut(out);
            next = new Nothing();
        }
        return result;
    }

    private static TimeValue millis(double seconds) {
        return TimeValue.milliseconds(Math.max(1, Math.round(seconds * 1000)));
    }
}
