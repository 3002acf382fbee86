package org.gatun.bench;

import java.util.List;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.MemoryScope;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A problem and its operands in Gatun. */
@State(Scope.Thread)
public class GatunSide {
    /** The problem's name; {@link Benchmarks} names them all. */
    @Param("")
    private String problem = "";

    private Runnable computation = () -> {};
    private List<Tensor> operands = List.of();

    /** The operands. */
    @Setup(Level.Trial)
    public void setUp() {
        Problem p = Problems.named(problem);
        operands = operands(p);
        computation = () -> p.run(operands);
    }

    static List<Tensor> operands(Problem p) {
        return p.inputs().stream().map(i -> Tensors.of(i.shape(), i.values())).toList();
    }

    /** One computation; its results are freed. */
    public void run() {
        try (var scope = MemoryScope.open()) {
            computation.run();
        }
    }

    /** Frees the operands. */
    @TearDown(Level.Trial)
    public void tearDown() {
        operands.forEach(Tensor::close);
    }
}
