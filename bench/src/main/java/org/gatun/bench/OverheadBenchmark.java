package org.gatun.bench;

import java.util.concurrent.TimeUnit;
import org.gatun.autograd.Parameter;
import org.gatun.autograd.Tape;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.random.Generator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The time of one operation on 16 floats, which is all overhead: untaped, and taped with its share of the backward pass. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class OverheadBenchmark {
    private static final int ELEMENTS = 16;
    private static final int CHAIN = 100;

    private Tensor a = Tensors.zeros(ELEMENTS);
    private Tensor b = Tensors.zeros(ELEMENTS);
    private Parameter w = Parameter.of(a);

    /** The operands. */
    @Setup(Level.Trial)
    public void setUp() {
        var generator = new Generator(1);
        a = Tensors.randn(generator, ELEMENTS);
        b = Tensors.randn(generator, ELEMENTS);
        w = Parameter.of(a);
    }

    /** Frees the operands. */
    @TearDown(Level.Trial)
    public void tearDown() {
        a.close();
        b.close();
        w.close();
    }

    /** One add in a chain of a hundred, inside a memory scope. */
    @Benchmark
    @OperationsPerInvocation(CHAIN)
    public double add() {
        try (var scope = MemoryScope.open()) {
            Tensor x = a;
            for (int i = 0; i < CHAIN; i++) {
                x = x.add(b);
            }
            return x.get(0);
        }
    }

    /** One add that is closed at once, without a scope. */
    @Benchmark
    public double addClosed() {
        try (Tensor x = a.add(b)) {
            return x.get(0);
        }
    }

    /** One add that is left to the collector. */
    @Benchmark
    public Tensor addCollected() {
        return a.add(b);
    }

    /** One multiplication in a chain of a hundred, recorded, with its share of the backward pass. */
    @Benchmark
    @OperationsPerInvocation(CHAIN)
    public double mulTapedWithBackward() {
        w.zeroGrad();
        try (Tape tape = Tape.open()) {
            Tensor x = w;
            for (int i = 0; i < CHAIN; i++) {
                x = x.mul(b);
            }
            tape.backward(x, b, false);
            return x.get(0);
        }
    }
}
