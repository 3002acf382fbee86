package org.gatun.bench.suites;

import static org.gatun.bench.Input.normal;
import static org.gatun.bench.Input.positive;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.gatun.bench.Input;
import org.gatun.bench.Problem;
import org.gatun.bench.Work;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.shape.Shape;

/** Suite {@code reduce}: matrices of 64 x 64 and 1024 x 1024 floats, along rows and along columns. */
final class Reductions {
    private static final String SUITE = "reduce";
    private static final double EPSILON = 1e-5;

    /** From here on an operation has work for several threads. */
    private static final int PARALLEL_SIDE = 1024;

    private Reductions() {}

    static List<Problem> all() {
        var all = new ArrayList<Problem>();
        for (int n : new int[] {64, 1024}) {
            all.addAll(whole(n));
            for (int axis : new int[] {1, 0}) {
                all.addAll(along(axis, n));
            }
            all.addAll(norms(n));
        }
        return all;
    }

    private static List<Problem> whole(int n) {
        Input x = normal(n, n);
        return List.of(
                small("sum", n, "torch.sum(a)", a -> a.sum(), x),
                small("mean", n, "torch.mean(a)", a -> a.mean(), x),
                small("max", n, "torch.max(a)", a -> a.max(), x),
                small("argmax", n, "torch.argmax(a)", a -> a.argmax(), Input.distinct(n, n))
                        .within(0));
    }

    private static List<Problem> along(int axis, int n) {
        String way = axis == 1 ? "-rows" : "-columns";
        Input x = normal(n, n);
        // All numbers differ, so that sides agree in where they are.
        Input distinct = Input.distinct(n, n);
        return List.of(
                small("sum" + way, n, "torch.sum(a, [" + axis + "])", a -> a.sum(axis), x),
                small("mean" + way, n, "torch.mean(a, [" + axis + "])", a -> a.mean(axis), x),
                small("max" + way, n, "torch.amax(a, [" + axis + "])", a -> a.amax(axis), x),
                small("argmax" + way, n, "torch.argmax(a, " + axis + ")", a -> a.argmax(axis), distinct)
                        .within(0),
                large("softmax" + way, n, "torch.softmax(a, " + axis + ")", a -> a.softmax(axis), x),
                large("log-softmax" + way, n, "torch.log_softmax(a, " + axis + ")", a -> a.logSoftmax(axis), x),
                large("cumsum" + way, n, "torch.cumsum(a, " + axis + ")", a -> a.cumsum(axis), positive(n, n)),
                large(
                        "sort" + way,
                        n,
                        "(torch.sort(a, " + axis + "))[0]",
                        a -> a.sort(axis).values(),
                        x));
    }

    private static List<Problem> norms(int n) {
        Input x = normal(n, n);
        Input scale = positive(n);
        Input shift = normal(n);
        // Weighed: the sum of what is normalised alone is always the same.
        Input weights = normal(n, n);
        Problem layer = problem(
                "layer-norm",
                n,
                "torch.layer_norm(a, [" + n + "], b, c, 1.0000000000000001e-05, False)",
                a -> Functional.layerNorm(a.get(0), Shape.of(n), a.get(1), a.get(2), EPSILON),
                2,
                x,
                scale,
                shift);
        Problem batch = problem(
                "batch-norm",
                n,
                "torch.batch_norm(a, b, c, None, None, True, 0.10000000000000001, 1.0000000000000001e-05, False)",
                a -> Functional.batchNorm(a.get(0), a.get(1), a.get(2), EPSILON),
                2,
                x,
                scale,
                shift);
        Problem layerOfColumns = problem(
                "layer-norm-columns",
                n,
                "torch.layer_norm(torch.t(a), [" + n + "], b, c, 1.0000000000000001e-05, False)",
                a -> Functional.layerNorm(a.get(0).t(), Shape.of(n), a.get(1), a.get(2), EPSILON),
                2,
                x,
                scale,
                shift);
        // One image whose rows are its channels.
        Problem batchOfRows = problem(
                "batch-norm-rows",
                n,
                "torch.batch_norm(torch.unsqueeze(a, 0), b, c, None, None, True, 0.10000000000000001, 1.0000000000000001e-05, False)",
                a -> Functional.batchNorm(a.get(0).unsqueeze(0), a.get(1), a.get(2), EPSILON),
                2,
                x,
                scale,
                shift);
        Problem weighedLayer = problem(
                "weighed-layer-norm",
                n,
                "torch.mul(torch.layer_norm(a, [" + n + "], b, c, 1.0000000000000001e-05, False), d)",
                a -> Functional.layerNorm(a.get(0), Shape.of(n), a.get(1), a.get(2), EPSILON)
                        .mul(a.get(3)),
                3,
                x,
                scale,
                shift,
                weights);
        Problem weighedBatch = problem(
                "weighed-batch-norm",
                n,
                "torch.mul(torch.batch_norm(a, b, c, None, None, True, 0.10000000000000001, 1.0000000000000001e-05, False), d)",
                a -> Functional.batchNorm(a.get(0), a.get(1), a.get(2), EPSILON).mul(a.get(3)),
                3,
                x,
                scale,
                shift,
                weights);
        return List.of(layer, layerOfColumns, weighedLayer.asGradient(), batch, batchOfRows, weighedBatch.asGradient());
    }

    /** A result that is small beside its operand. */
    private static Problem small(String operation, int n, String torch, Function<Tensor, Tensor> gatun, Input x) {
        return problem(operation, n, torch, a -> gatun.apply(a.getFirst()), 1, x);
    }

    /** A result as large as its operand. */
    private static Problem large(String operation, int n, String torch, Function<Tensor, Tensor> gatun, Input x) {
        return problem(operation, n, torch, a -> gatun.apply(a.getFirst()), 2, x);
    }

    private static Problem problem(
            String operation,
            int n,
            String torch,
            Function<List<Tensor>, Tensor> gatun,
            int passes,
            Input... operands) {
        Problem problem = Problem.of(SUITE, operation, n + "x" + n, torch, gatun, operands)
                .working(Work.ofBytes((double) passes * operands[0].bytes()));
        return n >= PARALLEL_SIDE ? problem.onThreads() : problem;
    }
}
