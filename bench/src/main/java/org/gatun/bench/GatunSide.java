package org.gatun.bench;

import java.util.List;
import org.gatun.bindings.OpenBlas;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Shape;

/** Gatun itself. */
public final class GatunSide implements Side {
    /** The side. */
    public GatunSide() {}

    /** Runs this side's process. */
    public static void main(String[] args) throws Exception {
        SideProgram.run(new GatunSide(), args);
    }

    @Override
    public String version() {
        return "Java " + Runtime.version() + ", " + OpenBlas.config();
    }

    @Override
    public void threads(int threads) {
        System.setProperty("gatun.threads", String.valueOf(threads)); // read at the first use
    }

    @Override
    public Computation prepare(Problem problem) {
        List<Tensor> operands = operands(problem);
        Steps steps = problem.gatun().apply(operands);
        return new Computation() {
            @Override
            public void run() {
                steps.run();
            }

            @Override
            public List<Output> results() {
                try (var scope = MemoryScope.open()) {
                    return steps.results().stream().map(GatunSide::output).toList();
                }
            }

            @Override
            public void close() {
                steps.close();
                operands.forEach(Tensor::close);
            }
        };
    }

    private static List<Tensor> operands(Problem problem) {
        return problem.inputs().stream()
                .map(input -> {
                    Shape shape = Shape.of(input.sizes());
                    return switch (input.type()) {
                        case F32 -> Tensors.of(shape, input.values());
                        case F64 -> Tensors.of(shape, input.doubles());
                        case I64 -> Tensors.of(shape, input.longs());
                        case BOOL -> Tensors.of(shape, input.booleans());
                    };
                })
                .toList();
    }

    private static Output output(Tensor result) {
        return new Output(
                result.shape().toArray(), result.to(DType.F64).contiguous().toDoubleArray());
    }

    /**
     * By how much another side's results differ from Gatun's.
     *
     * @return the largest difference of two elements, of the largest element
     * @throws IllegalArgumentException when their number or shapes differ
     */
    static double difference(Problem problem, List<Output> ours, List<Output> theirs) {
        try (var scope = MemoryScope.open()) {
            List<Tensor> mine = problem.unique().apply(tensors(ours));
            List<Tensor> others = problem.unique().apply(tensors(theirs));
            if (mine.size() != others.size()) {
                throw new IllegalArgumentException(others.size() + " results in place of " + mine.size());
            }
            double largest = 0;
            for (int i = 0; i < mine.size(); i++) {
                Tensor a = mine.get(i);
                Tensor b = others.get(i);
                if (!a.shape().equals(b.shape())) {
                    throw new IllegalArgumentException(
                            "result " + i + " has the shape " + b.shape() + " in place of " + a.shape());
                }
                if (a.elements() > 0) {
                    double scale = a.abs().amax().item();
                    double difference = a.sub(b).abs().amax().item();
                    largest = Math.max(largest, difference == 0 ? 0 : difference / scale);
                }
            }
            return largest;
        }
    }

    private static List<Tensor> tensors(List<Output> outputs) {
        return outputs.stream()
                .map(o -> Tensors.of(Shape.of(o.sizes()), o.values()))
                .toList();
    }
}
