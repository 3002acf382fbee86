package org.gatun.bench.suites;

import static org.gatun.bench.Input.normal;

import java.util.ArrayList;
import java.util.List;
import org.gatun.autograd.Grad;
import org.gatun.bench.Input;
import org.gatun.bench.Problem;
import org.gatun.bench.TorchScript;
import org.gatun.bench.Work;
import org.gatun.tensor.Tensor;

/**
 * Suite {@code forward-mode}: of {@code x -> Z tanh(W x)}, tall, wide and square, the derivative along a direction by JVP, the pullback of a
 * cotangent by VJP, and Hessian-vector products of the sum of its squares.
 */
final class ForwardMode {
    private static final String SUITE = "forward-mode";
    private static final int HIDDEN = 256;
    private static final List<String> NAMES = List.of("x", "v", "u", "w", "z");
    private static final String FUNCTION = "y = torch.matmul(z, torch.tanh(torch.matmul(w, x)))\n";

    private ForwardMode() {}

    static List<Problem> all() {
        var all = new ArrayList<Problem>();
        for (int[] sizes : new int[][] {{4, 4096}, {4096, 4}, {256, 256}}) {
            all.addAll(of(sizes[0], sizes[1]));
        }
        return all;
    }

    private static Tensor f(Tensor x, List<Tensor> operands) {
        return operands.get(4).matmul(operands.get(3).matmul(x).tanh());
    }

    private static List<Problem> of(int in, int out) {
        String size = in + "->" + out;
        Input x = normal(in).asTrained();
        Input v = normal(in);
        Input w = normal(HIDDEN, in).times(1 / Math.sqrt(in));
        Input z = normal(out, HIDDEN).times(1 / Math.sqrt(HIDDEN));
        Input u = normal(out);
        List<Input> forward = List.of(normal(in), v, u, w, z);
        List<Input> reverse = List.of(x, v, u, w, z);
        double products = (double) HIDDEN * (in + out);
        // A function and its derivative: each product twice. Hessian-vector products are the derivative of those.
        Work once = Work.of(4 * products, 4 * products);
        return List.of(
                Problem.of(
                                SUITE,
                                "jvp",
                                size,
                                new TorchScript(
                                        NAMES,
                                        "d = torch._make_dual(x, v, 0)\n"
                                                + FUNCTION.replace("w, x)", "w, d)")
                                                + "p, j = torch._unpack_dual(y, 0)\n",
                                        List.of("p", "j")),
                                t -> {
                                    var result = Grad.jvp(a -> f(a, t), t.get(0), t.get(1));
                                    return List.of(result.value(), result.tangent());
                                },
                                forward)
                        .working(once),
                Problem.of(
                                SUITE,
                                "vjp",
                                size,
                                new TorchScript(NAMES, FUNCTION + gradient("g", "y", "x", "u"), List.of("y", "g")),
                                t -> {
                                    try (var result = Grad.vjp(a -> f(a, t), t.get(0))) {
                                        return List.of(result.value(), result.pullback(t.get(2)));
                                    }
                                },
                                reverse)
                        .working(once),
                Problem.of(
                                SUITE,
                                "hvp",
                                size,
                                new TorchScript(
                                        NAMES,
                                        FUNCTION
                                                + "s = torch.sum(torch.mul(y, y))\n"
                                                + "first = torch.grad([s], [x], None, None, True)\n"
                                                + "g = unchecked_cast(Tensor, first[0])\n"
                                                + gradient("h", "g", "x", "v"),
                                        List.of("h")),
                                t -> List.of(Grad.hvp(a -> f(a, t).square().sum(), t.get(0), t.get(1))),
                                reverse)
                        .working(Work.of(8 * products, 4 * products)));
    }

    /** The gradient of one vector, weighted by a cotangent, with respect to another. */
    private static String gradient(String name, String of, String to, String cotangent) {
        return name + "s = torch.grad([" + of + "], [" + to + "], annotate(List[Optional[Tensor]], [" + cotangent
                + "]))\n" + name + " = unchecked_cast(Tensor, " + name + "s[0])\n";
    }
}
