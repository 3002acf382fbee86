package org.gatun.tensor.conformance;

import static org.gatun.tensor.conformance.CompositeSample.any;
import static org.gatun.tensor.conformance.CompositeSample.distinct;
import static org.gatun.tensor.conformance.CompositeSample.of;
import static org.gatun.tensor.conformance.CompositeSample.truth;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ValuesIndices;
import org.gatun.tensor.VarMean;
import org.gatun.tensor.conformance.CompositeSample.Slot;

/** Samples of reductions, statistics, norms, running sums, sorting and softmax. */
final class ReductionSamples {
    private static final List<CompositeSample> SAMPLES = new ArrayList<>();

    static {
        folded("sum", x -> x.sum(), x -> x.sum(1), x -> x.sum(true, 0));
        folded("mean", x -> x.mean(), x -> x.mean(1), x -> x.mean(true, 0));
        folded("prod", x -> x.prod(), x -> x.prod(1), x -> x.prod(true, 0));
        folded("amax", x -> x.amax(), x -> x.amax(1), x -> x.amax(true, 0));
        folded("amin", x -> x.amin(), x -> x.amin(1), x -> x.amin(true, 0));
        folded("logsumexp", x -> x.logsumexp(), x -> x.logsumexp(1), x -> x.logsumexp(true, 0));
        add("sum", x -> x.sum(), any(0));
        add("sum", x -> x.sum(0), any(0, 3));
        add("prod", x -> x.prod(1), any(2, 0));
        folded("var", x -> x.var(), x -> x.var(1), x -> x.var(0, true, 0));
        folded("std", x -> x.std(), x -> x.std(1), x -> x.std(0, true, 0));
        both("varMean", x -> x.varMean(1, false, 1), distinct(2, 3));
        both("varMean", x -> x.varMean(0, true), distinct(2, 3));
        for (double p : new double[] {1, 2, 3, 0.5, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            add("norm", x -> x.norm(p), distinct(2, 3));
            add("norm", x -> x.norm(p, 1), distinct(2, 3));
            add("norm", x -> x.norm(p, true, 0), distinct(2, 3));
        }
        add("norm", Tensor::norm, distinct(2, 3));
        add("norm", Tensor::norm, distinct());
        constant("norm", x -> x.norm(0), any(2, 3));
        add("max", Tensor::max, distinct(2, 3));
        add("min", Tensor::min, distinct(2, 3));
        pick("max", x -> x.max(1));
        pick("max", x -> x.max(true, 0));
        pick("min", x -> x.min(1));
        pick("min", x -> x.min(true, 0));
        pick("sort", x -> x.sort(1));
        pick("sort", x -> x.sort(0, true));
        pick("topk", x -> x.topk(2, 1));
        pick("topk", x -> x.topk(1, 0, false));
        add("cumsum", x -> x.cumsum(1), any(2, 3));
        add("cumprod", x -> x.cumprod(0), any(3, 2));
        for (long[] sizes : new long[][] {{2, 3}, {0, 3}}) {
            add("softmax", x -> x.softmax(1), any(sizes));
            add("logSoftmax", x -> x.logSoftmax(1), any(sizes));
        }
        add("softmax", x -> x.softmax(0), any(2, 3));
        add("softmax", x -> x.softmax(1), any(2, 3, 2));
        add("softmax", x -> x.softmax(0), any());
        add("logSoftmax", x -> x.logSoftmax(0), any(2, 3));
        add("logSoftmax", x -> x.logSoftmax(1), any(2, 3, 2));
        add("logsumexp", x -> x.logsumexp(0, 2), any(2, 3, 2));
        constant("argmax", x -> x.argmax(1), distinct(2, 3));
        constant("argmax", Tensor::argmax, distinct(2, 3));
        constant("argmax", x -> x.argmax(true, 0), distinct(2, 3));
        constant("argmin", x -> x.argmin(1), distinct(2, 3));
        constant("argmin", Tensor::argmin, distinct(2, 3));
        constant("argmin", x -> x.argmin(true, 0), distinct(2, 3));
        constant("argsort", x -> x.argsort(1), distinct(2, 3));
        constant("argsort", x -> x.argsort(0, true), distinct(2, 3));
        constant("any", x -> x.any(1), truth(2, 3));
        constant("any", x -> x.any(true, 0), truth(2, 3));
        constant("all", x -> x.all(1), truth(2, 3));
        constant("all", x -> x.all(true, 0), truth(2, 3));
    }

    private ReductionSamples() {}

    static List<CompositeSample> all() {
        return SAMPLES;
    }

    private static void add(String method, UnaryOperator<Tensor> body, Slot slot) {
        SAMPLES.add(of("Tensor." + method, body, slot));
    }

    private static void constant(String method, UnaryOperator<Tensor> body, Slot slot) {
        SAMPLES.add(of("Tensor." + method, body, slot).withoutDerivative());
    }

    private static void folded(
            String method, UnaryOperator<Tensor> all, UnaryOperator<Tensor> last, UnaryOperator<Tensor> firstKept) {
        add(method, all, distinct(2, 3));
        add(method, last, distinct(2, 3));
        add(method, firstKept, distinct(2, 3));
        add(method, last, distinct(0, 3));
    }

    private static void pick(String method, Function<Tensor, ValuesIndices> body) {
        SAMPLES.add(CompositeSample.several(
                "Tensor." + method,
                in -> {
                    ValuesIndices pair = body.apply(in.get(0));
                    return List.of(pair.values(), pair.indices());
                },
                distinct(2, 3)));
    }

    private static void both(String method, Function<Tensor, VarMean> body, Slot slot) {
        SAMPLES.add(CompositeSample.several(
                "Tensor." + method,
                in -> {
                    VarMean pair = body.apply(in.get(0));
                    return List.of(pair.variance(), pair.mean());
                },
                slot));
    }
}
