package org.gatun.bench.suites;

import static org.gatun.bench.Input.normal;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.gatun.autograd.Parameter;
import org.gatun.autograd.Tape;
import org.gatun.bench.Input;
import org.gatun.bench.Problem;
import org.gatun.bench.Steps;
import org.gatun.tensor.Tensor;

/**
 * Suite {@code overhead}: single operations on up to 1,024 numbers, one after the other from Java. The peers' sides call their own methods here
 * where they have them, not a script.
 */
final class Overhead {
    private static final String SUITE = "overhead";

    private Overhead() {}

    static List<Problem> all() {
        var all = new ArrayList<Problem>();
        for (int n : new int[] {1, 16, 128, 1024}) {
            Input a = normal(n);
            Input b = normal(n);
            all.add(once("add", n, "torch.add(a, b)", x -> x.get(0).add(x.get(1)), a, b));
            all.add(once("mul", n, "torch.mul(a, b)", x -> x.get(0).mul(x.get(1)), a, b));
            all.add(once("tanh", n, "torch.tanh(a)", x -> x.getFirst().tanh(), a));
            all.add(once("sum", n, "torch.sum(a)", x -> x.getFirst().sum(), a));
            all.add(taped("add-backward", n, "torch.add(a, b)", x -> x.get(0).add(x.get(1)), a, b));
            all.add(taped("mul-backward", n, "torch.mul(a, b)", x -> x.get(0).mul(x.get(1)), a, b));
            all.add(taped(
                    "mul-tanh-backward",
                    n,
                    "torch.tanh(torch.mul(a, b))",
                    x -> x.get(0).mul(x.get(1)).tanh(),
                    a,
                    b));
        }
        all.add(once("matmul", 4, "torch.matmul(a, b)", x -> x.get(0).matmul(x.get(1)), normal(4, 4), normal(4, 4)));
        Input matrix = normal(32, 32);
        all.add(once(
                "reshape", 1024, "torch.reshape(a, [1024])", x -> x.getFirst().reshape(1024), matrix));
        all.add(once("transpose", 1024, "torch.t(a)", x -> x.getFirst().t(), matrix));
        all.add(once(
                "slice", 1024, "torch.slice(a, 0, 8, 24, 1)", x -> x.getFirst().slice(0, 8, 24), matrix));
        all.add(read());
        return all;
    }

    /** One operation whose result is closed at once. */
    private static Problem once(
            String operation, int n, String torch, Function<List<Tensor>, Tensor> gatun, Input... inputs) {
        return Problem.of(SUITE, operation, String.valueOf(n), torch, gatun, inputs)
                .by(operands -> new Steps() {
                    @Override
                    public List<Tensor> results() {
                        return List.of(gatun.apply(operands));
                    }

                    @Override
                    public void run() {
                        gatun.apply(operands).close();
                    }
                });
    }

    /** A recorded operation and its backward pass into the gradient of the first operand. */
    private static Problem taped(
            String operation, int n, String torch, Function<List<Tensor>, Tensor> gatun, Input a, Input b) {
        Problem problem = Problem.of(SUITE, operation, String.valueOf(n), torch, gatun, a.asTrained(), b);
        return problem.by(operands -> {
            Parameter w = Parameter.of(operands.get(0).copy());
            List<Tensor> leaves = List.of(w, operands.get(1));
            return new Steps() {
                @Override
                public List<Tensor> results() {
                    run();
                    return List.of(Objects.requireNonNull(w.grad()).copy());
                }

                @Override
                public void run() {
                    w.zeroGrad();
                    try (Tape tape = Tape.open()) {
                        tape.backward(gatun.apply(leaves).sum());
                    }
                }

                @Override
                public void close() {
                    w.zeroGrad();
                    w.value().close();
                }
            };
        });
    }

    /** A number from a tensor to Java. */
    private static Problem read() {
        return Problem.of(
                        SUITE, "item", "1", "torch.clone(a)", x -> x.getFirst().copy(), normal(1))
                .by(operands -> new Steps() {
                    private double last;

                    @Override
                    public List<Tensor> results() {
                        return List.of(operands.getFirst().copy());
                    }

                    @Override
                    public void run() {
                        last += operands.getFirst().item();
                    }

                    @Override
                    public void close() {
                        if (Double.isNaN(last)) {
                            throw new IllegalStateException("a sum of numbers is none");
                        }
                    }
                });
    }
}
