package org.gatun.bench;

import java.util.concurrent.TimeUnit;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.random.Generator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Elementwise throughput at 4 M floats, beside a copy of as much memory as the machine's limit. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ElementwiseBenchmark {
    private static final long ELEMENTS = 4 << 20;
    private static final Elementwise.Region ADD_MUL_TANH =
            Elementwise.region((Tensor x, Tensor y, Tensor z) -> x.add(y).mul(z).tanh());

    private Tensor a = Tensors.zeros(1);
    private Tensor b = a;
    private Tensor c = a;
    private Tensor column = a;

    /** The operands. */
    @Setup(Level.Trial)
    public void setUp() {
        var generator = new Generator(1);
        a = Tensors.randn(generator, 2048, 2048);
        b = Tensors.randn(generator, 2048, 2048);
        c = Tensors.randn(generator, 2048, 2048);
        column = Tensors.randn(generator, 2048, 1);
        if (a.elements() != ELEMENTS) {
            throw new IllegalStateException("4 M elements are meant, not " + a.elements());
        }
    }

    /** Frees the operands. */
    @TearDown(Level.Trial)
    public void tearDown() {
        a.close();
        b.close();
        c.close();
        column.close();
    }

    /** The limit: one read and one write of each element. */
    @Benchmark
    public void copy() {
        a.copy().close();
    }

    /** {@code a + b}. */
    @Benchmark
    public void add() {
        a.add(b).close();
    }

    /** {@code a * column}, broadcast along rows. */
    @Benchmark
    public void mulColumn() {
        a.mul(column).close();
    }

    /** {@code a + b^T}. */
    @Benchmark
    public void addTransposed() {
        a.add(b.t()).close();
    }

    /** {@code exp(a)}. */
    @Benchmark
    public void exp() {
        a.exp().close();
    }

    /** {@code tanh(a)}. */
    @Benchmark
    public void tanh() {
        a.tanh().close();
    }

    /** {@code tanh((a + b) * c)} in one pass. */
    @Benchmark
    public void addMulTanhRegion() {
        ADD_MUL_TANH.apply(a, b, c).close();
    }

    /** The sum of all elements. */
    @Benchmark
    public double sum() {
        try (Tensor s = a.sum()) {
            return s.item();
        }
    }
}
