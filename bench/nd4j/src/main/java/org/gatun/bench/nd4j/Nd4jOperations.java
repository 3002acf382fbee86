package org.gatun.bench.nd4j;

import java.util.List;
import java.util.function.Function;
import org.gatun.bench.Problem;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Erf;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The problems that ND4J has an operation for, each in the way its documentation names. Left out are those whose results were wrong when they were
 * tried: {@code where}, the logarithm of a softmax along columns, and layer norm, which fails.
 */
final class Nd4jOperations {
    private Nd4jOperations() {}

    /** The operation of a problem, or null. */
    static @Nullable Function<List<INDArray>, INDArray> of(Problem problem) {
        return switch (problem.suite()) {
            case "overhead" -> overhead(problem.operation());
            case "elementwise" -> elementwise(problem.operation());
            case "reduce" -> reduce(problem.operation());
            case "gemm" -> product(problem.operation());
            default -> null;
        };
    }

    private static @Nullable Function<List<INDArray>, INDArray> overhead(String operation) {
        return switch (operation) {
            case "matmul" -> x -> x.get(0).mmul(x.get(1));
            case "sum" -> x -> x.get(0).sum();
            case "reshape" -> x -> x.get(0).reshape(1024);
            case "transpose" -> x -> x.get(0).transpose();
            case "slice" -> x -> x.get(0).get(NDArrayIndex.interval(8, 24), NDArrayIndex.all());
            default -> elementwise(operation);
        };
    }

    private static @Nullable Function<List<INDArray>, INDArray> elementwise(String operation) {
        return switch (operation) {
            case "copy" -> x -> x.get(0).dup();
            case "add", "add-row", "add-column" -> x -> x.get(0).add(x.get(1));
            case "add-transposed" -> x -> x.get(0).add(x.get(1).transpose());
            case "copy-transposed" -> x -> x.get(0).transpose().dup('c');
            case "mul" -> x -> x.get(0).mul(x.get(1));
            case "div" -> x -> x.get(0).div(x.get(1));
            case "sqrt" -> x -> Transforms.sqrt(x.get(0));
            case "exp" -> x -> Transforms.exp(x.get(0));
            case "log" -> x -> Transforms.log(x.get(0));
            case "tanh" -> x -> Transforms.tanh(x.get(0));
            case "sigmoid" -> x -> Transforms.sigmoid(x.get(0));
            case "erf" ->
                x -> Nd4j.getExecutioner().exec(new Erf(x.get(0), x.get(0).ulike()));
            case "cast-to-other-float" ->
                x -> x.get(0).castTo(x.get(0).dataType() == DataType.FLOAT ? DataType.DOUBLE : DataType.FLOAT);
            case "cast-to-I64" -> x -> x.get(0).castTo(DataType.INT64);
            case "add-mul-tanh" ->
                x -> {
                    INDArray y = x.get(0).add(x.get(1));
                    return Transforms.tanh(y.muli(x.get(2)), false);
                };
            default -> null;
        };
    }

    private static @Nullable Function<List<INDArray>, INDArray> reduce(String operation) {
        return switch (operation) {
            case "sum" -> x -> x.get(0).sum();
            case "sum-rows" -> x -> x.get(0).sum(1);
            case "sum-columns" -> x -> x.get(0).sum(0);
            case "mean-rows" -> x -> x.get(0).mean(1);
            case "mean-columns" -> x -> x.get(0).mean(0);
            case "max-rows" -> x -> x.get(0).max(1);
            case "max-columns" -> x -> x.get(0).max(0);
            case "argmax-rows" -> x -> x.get(0).argMax(1);
            case "argmax-columns" -> x -> x.get(0).argMax(0);
            case "softmax-rows" -> x -> Nd4j.nn().softmax(x.get(0), 1);
            case "softmax-columns" -> x -> Nd4j.nn().softmax(x.get(0), 0);
            case "log-softmax-rows" -> x -> Nd4j.nn().logSoftmax(x.get(0), 1);
            case "cumsum-rows" -> x -> x.get(0).cumsum(1);
            case "cumsum-columns" -> x -> x.get(0).cumsum(0);
            default -> null;
        };
    }

    private static @Nullable Function<List<INDArray>, INDArray> product(String operation) {
        return switch (operation) {
            case "scores" -> x -> Nd4j.matmul(x.get(0), x.get(1), false, true, false);
            case "weighted" -> x -> Nd4j.matmul(x.get(0), x.get(1), false, false, false);
            case "weighted-T" -> x -> Nd4j.matmul(x.get(0), x.get(1), true, false, false);
            default -> {
                boolean left = operation.endsWith("TN") || operation.endsWith("TT");
                boolean right = operation.endsWith("NT") || operation.endsWith("TT");
                yield x -> (left ? x.get(0).transpose() : x.get(0))
                        .mmul(right ? x.get(1).transpose() : x.get(1));
            }
        };
    }
}
