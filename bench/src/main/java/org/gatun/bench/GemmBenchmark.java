package org.gatun.bench;

import java.util.concurrent.TimeUnit;
import org.gatun.bindings.OpenBlas;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.random.Generator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The products of an MLP's training step at mini-batches, by Gatun's partition over its workers, and by OpenBLAS with threads of its
 * own, on as many threads as {@code -Dgatun.threads} says. A shape is m x k x n and which operands are stored transposed.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class GemmBenchmark {
    /** The shape: forward (x W^T), gradient of the input (g W), gradient of the weight (g^T x), of three layers. */
    @Param({
        "32x784x512:NT", "32x512x784:NN", "512x32x784:TN",
        "128x784x512:NT", "128x512x784:NN", "512x128x784:TN",
        "128x512x256:NT", "128x256x512:NN", "256x128x512:TN",
        "128x256x10:NT", "128x10x256:NN", "10x128x256:TN",
        "1024x784x512:NT", "1024x512x784:NN", "512x1024x784:TN"
    })
    private String shape = "";

    private int m;
    private int k;
    private int n;
    private boolean transposeA;
    private boolean transposeB;
    private Tensor storedA = Tensors.zeros(1);
    private Tensor storedB = storedA;
    private Tensor result = storedA;
    private Tensor a = storedA;
    private Tensor b = storedA;

    /** The operands, stored as the shape says. */
    @Setup(Level.Trial)
    public void setUp() {
        String[] parts = shape.split("[x:]");
        m = Integer.parseInt(parts[0]);
        k = Integer.parseInt(parts[1]);
        n = Integer.parseInt(parts[2]);
        transposeA = parts[3].charAt(0) == 'T';
        transposeB = parts[3].charAt(1) == 'T';
        var generator = new Generator(1);
        storedA = transposeA ? Tensors.randn(generator, k, m) : Tensors.randn(generator, m, k);
        storedB = transposeB ? Tensors.randn(generator, n, k) : Tensors.randn(generator, k, n);
        a = transposeA ? storedA.t() : storedA;
        b = transposeB ? storedB.t() : storedB;
        result = Tensors.zeros(m, n);
    }

    /** Frees the operands. */
    @TearDown(Level.Trial)
    public void tearDown() {
        a.close();
        b.close();
        storedA.close();
        storedB.close();
        result.close();
    }

    /** Gatun's partition. */
    @Benchmark
    public void gatun() {
        a.matmul(b).close();
    }

    /** One call of OpenBLAS, which uses its own threads. */
    @Benchmark
    public void openblas(OwnThreads threads) {
        OpenBlas.sgemm(
                transposeA,
                transposeB,
                m,
                n,
                k,
                1,
                address(storedA),
                transposeA ? m : k,
                address(storedB),
                transposeB ? k : n,
                0,
                address(result),
                n);
    }

    private static long address(Tensor t) {
        return ((ConcreteTensor) t).address();
    }

    /** Gives OpenBLAS its own threads; Gatun sets them to one. */
    @State(Scope.Benchmark)
    public static class OwnThreads {
        /** Sets the number of threads. */
        @Setup(Level.Trial)
        public void setUp() {
            // The first product makes Gatun set one thread, so it has to come before.
            Tensors.zeros(64, 64).matmul(Tensors.zeros(64, 64)).close();
            OpenBlas.setThreads(
                    Integer.getInteger("gatun.threads", Runtime.getRuntime().availableProcessors()));
        }
    }
}
