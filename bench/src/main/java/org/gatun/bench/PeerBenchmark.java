package org.gatun.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/**
 * {@link Problems} in Gatun and in DJL's PyTorch, each in a process of its own, one after the other, on the same number of threads. The time
 * of a call from Java to the end, results freed.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class PeerBenchmark {
    /** By Gatun. The JIT compiler needs the longer warm-up. */
    @Benchmark
    @Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
    public void gatun(GatunSide side) {
        side.run();
    }

    /** By PyTorch. */
    @Benchmark
    @Warmup(iterations = 3, time = 200, timeUnit = TimeUnit.MILLISECONDS)
    public void pytorch(PyTorchSide side) {
        side.run();
    }
}
