package org.gatun.bench.suites;

import static org.gatun.bench.Input.constant;
import static org.gatun.bench.Input.normal;
import static org.gatun.bench.Input.positive;
import static org.gatun.bench.Input.uniform;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.gatun.bench.Input;
import org.gatun.bench.Problem;
import org.gatun.bench.Work;
import org.gatun.tensor.DType;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;

/** Suite {@code elementwise}: square matrices of 1 K, 64 K and 4 M elements, in F32 and in F64. */
final class Elements {
    private static final String SUITE = "elementwise";
    private static final int[] SIDES = {32, 256, 2048};

    /** From here on an operation has work for several threads. */
    private static final int PARALLEL_SIDE = 256;

    /** What results of doubles may differ by: results of floats differ by more. */
    private static final double DOUBLES = 1e-12;

    private static final Elementwise.Region ADD_MUL_TANH =
            Elementwise.region((Tensor x, Tensor y, Tensor z) -> x.add(y).mul(z).tanh());

    private Elements() {}

    static List<Problem> all() {
        var all = new ArrayList<Problem>();
        for (Input.Type type : List.of(Input.Type.F32, Input.Type.F64)) {
            for (int side : SIDES) {
                all.addAll(of(type, side));
            }
        }
        return all;
    }

    private static List<Problem> of(Input.Type type, int n) {
        Input x = normal(n, n);
        Input y = normal(n, n).times(0.5);
        Input above = positive(n, n);
        Input row = normal(1, n);
        Input column = normal(n, 1);
        var of = new Case(type, n);
        return List.of(
                of.problem("copy", "torch.clone(a)", a -> a.getFirst().copy(), x),
                of.problem("add", "torch.add(a, b)", a -> a.get(0).add(a.get(1)), x, y),
                of.problem("mul", "torch.mul(a, b)", a -> a.get(0).mul(a.get(1)), x, y),
                of.problem("div", "torch.div(a, b)", a -> a.get(0).div(a.get(1)), x, above),
                of.problem("sqrt", "torch.sqrt(a)", a -> a.getFirst().sqrt(), above),
                of.problem("exp", "torch.exp(a)", a -> a.getFirst().exp(), x),
                of.problem("log", "torch.log(a)", a -> a.getFirst().log(), above),
                of.problem("tanh", "torch.tanh(a)", a -> a.getFirst().tanh(), x),
                of.problem("sigmoid", "torch.sigmoid(a)", a -> a.getFirst().sigmoid(), x),
                of.problem("gelu", "torch.gelu(a)", a -> Functional.gelu(a.getFirst()), x),
                of.problem("erf", "torch.erf(a)", a -> a.getFirst().erf(), x),
                of.problem(
                        "where",
                        "torch.where(c, a, b)",
                        a -> Tensors.where(a.get(2), a.get(0), a.get(1)),
                        x,
                        y,
                        uniform(n, n).as(Input.Type.BOOL)),
                of.cast("cast-to-other-float", type == Input.Type.F32 ? DType.F64 : DType.F32, x),
                of.cast("cast-to-I64", DType.I64, constant(3, n, n)),
                of.problem("add-row", "torch.add(a, b)", a -> a.get(0).add(a.get(1)), x, row),
                of.problem("add-column", "torch.add(a, b)", a -> a.get(0).add(a.get(1)), x, column),
                of.problem(
                        "add-transposed",
                        "torch.add(a, torch.t(b))",
                        a -> a.get(0).add(a.get(1).t()),
                        x,
                        y),
                of.problem(
                        "copy-transposed",
                        "torch.contiguous(torch.t(a))",
                        a -> a.getFirst().t().contiguous(),
                        x),
                of.problem(
                        "add-mul-tanh",
                        "torch.tanh(torch.mul(torch.add(a, b), c))",
                        a -> ADD_MUL_TANH.apply(a.get(0), a.get(1), a.get(2)),
                        x,
                        y,
                        above));
    }

    /** What all problems of a type and a size share. */
    private record Case(Input.Type type, int n) {
        Problem problem(String operation, String torch, Function<List<Tensor>, Tensor> gatun, Input... operands) {
            Input[] typed = new Input[operands.length];
            double bytes = (double) n * n * type.bytes();
            for (int i = 0; i < typed.length; i++) {
                typed[i] = operands[i].type() == Input.Type.F32 ? operands[i].as(type) : operands[i];
                bytes += typed[i].bytes();
            }
            return sized(
                    Problem.of(SUITE, operation, size(), torch, gatun, typed).working(Work.ofBytes(bytes)));
        }

        Problem cast(String operation, DType to, Input operand) {
            Input typed = operand.as(type);
            String name = to == DType.F32 ? "6" : to == DType.F64 ? "7" : "4"; // PyTorch's numbers of the types
            return sized(Problem.of(
                            SUITE,
                            operation,
                            size(),
                            "torch.to(a, " + name + ")",
                            a -> a.getFirst().to(to),
                            typed)
                    .working(Work.ofBytes(typed.bytes() + (double) n * n * to.bytes())));
        }

        private String size() {
            return type + " " + String.format(Locale.ROOT, "%,d", n * n);
        }

        private Problem sized(Problem problem) {
            Problem close = type == Input.Type.F64 ? problem.within(DOUBLES) : problem;
            return n >= PARALLEL_SIDE ? close.onThreads() : close;
        }
    }
}
