package org.gatun.bench.suites;

import static org.gatun.bench.Input.normal;

import java.util.ArrayList;
import java.util.List;
import org.gatun.bench.Input;
import org.gatun.bench.Problem;
import org.gatun.bench.Work;

/** Suite {@code gemm}: matrix products of squares, of the layers of a 784-512-256-10 network, and of attention. */
final class Products {
    private static final String SUITE = "gemm";
    private static final int[] LAYERS = {784, 512, 256, 10};

    /** Multiplications from which on a product has work for several threads. */
    private static final double PARALLEL = 1e6;

    private Products() {}

    static List<Problem> all() {
        var all = new ArrayList<Problem>();
        for (int n : new int[] {64, 128, 256, 512, 1024, 2048}) {
            all.add(product("square", n, n, n, false, false, Input.Type.F32));
        }
        for (int n : new int[] {64, 256, 1024}) {
            all.add(product("square", n, n, n, false, false, Input.Type.F64));
        }
        for (int batch : new int[] {1, 8, 32, 128, 1024, 4096}) {
            for (int layer = 1; layer < LAYERS.length; layer++) {
                for (boolean left : new boolean[] {false, true}) {
                    for (boolean right : new boolean[] {false, true}) {
                        all.add(product("layer", batch, LAYERS[layer], LAYERS[layer - 1], left, right, Input.Type.F32));
                    }
                }
            }
        }
        // The gradients of weights: the batch is summed over.
        for (int batch : new int[] {32, 128, 1024}) {
            for (int layer = 1; layer < LAYERS.length; layer++) {
                all.add(product("weights", LAYERS[layer], LAYERS[layer - 1], batch, true, false, Input.Type.F32));
            }
        }
        all.addAll(attention(64, 128, 32));
        all.addAll(attention(96, 64, 64));
        return all;
    }

    /** The product of m x k and k x n, stored so or transposed. */
    private static Problem product(
            String operation, int m, int n, int k, boolean left, boolean right, Input.Type type) {
        Input a = left ? normal(k, m) : normal(m, k);
        Input b = right ? normal(n, k) : normal(k, n);
        double bytes = type.bytes() * ((double) m * k + (double) k * n + (double) m * n);
        Work work = Work.of(2.0 * m * n * k, bytes);
        Problem problem = Problem.of(
                        SUITE,
                        operation + (left ? "-T" : "-N") + (right ? "T" : "N"),
                        (type == Input.Type.F32 ? "" : type + " ") + m + "x" + n + "x" + k,
                        "torch.matmul(" + (left ? "torch.t(a)" : "a") + ", " + (right ? "torch.t(b)" : "b") + ")",
                        x -> (left ? x.get(0).t() : x.get(0))
                                .matmul(right ? x.get(1).t() : x.get(1)),
                        a.as(type),
                        b.as(type))
                .working(type == Input.Type.F64 ? work.asWide() : work);
        return (double) m * n * k >= PARALLEL ? problem.onThreads() : problem;
    }

    /** Scores and weighted sums of so many heads, and the gradients of both with respect to queries and keys. */
    private static List<Problem> attention(int heads, int length, int width) {
        Input rows = normal(heads, length, width);
        Input scores = normal(heads, length, length);
        String size = heads + " of " + length + "x" + width;
        Work work = Work.of(2.0 * heads * length * length * width, 4.0 * heads * length * (2.0 * width + length));
        return List.of(
                Problem.of(
                                SUITE,
                                "scores",
                                size,
                                "torch.matmul(a, torch.transpose(b, -2, -1))",
                                x -> x.get(0).matmul(x.get(1).transpose(-2, -1)),
                                rows,
                                rows.times(0.5))
                        .working(work)
                        .onThreads(),
                Problem.of(
                                SUITE,
                                "weighted",
                                size,
                                "torch.matmul(a, b)",
                                x -> x.get(0).matmul(x.get(1)),
                                scores,
                                rows)
                        .working(work)
                        .onThreads(),
                Problem.of(
                                SUITE,
                                "weighted-T",
                                size,
                                "torch.matmul(torch.transpose(a, -2, -1), b)",
                                x -> x.get(0).transpose(-2, -1).matmul(x.get(1)),
                                scores,
                                rows)
                        .working(work)
                        .onThreads());
    }
}
