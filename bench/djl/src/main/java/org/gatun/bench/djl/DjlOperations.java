package org.gatun.bench.djl;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Single operations by DJL's own methods. */
final class DjlOperations {
    private static final NDIndex ROWS = new NDIndex("8:24");

    private DjlOperations() {}

    /** The operation of that name, or null. */
    static @Nullable Function<NDList, NDArray> of(String operation) {
        return switch (operation) {
            case "add" -> x -> x.get(0).add(x.get(1));
            case "mul" -> x -> x.get(0).mul(x.get(1));
            case "tanh" -> x -> x.get(0).tanh();
            case "sum" -> x -> x.get(0).sum();
            case "matmul" -> x -> x.get(0).matMul(x.get(1));
            case "reshape" -> x -> x.get(0).reshape(new Shape(1024));
            case "transpose" -> x -> x.get(0).transpose();
            case "slice" -> x -> x.get(0).get(ROWS);
            case "add-backward" -> x -> backward(x, a -> a.get(0).add(a.get(1)));
            case "mul-backward" -> x -> backward(x, a -> a.get(0).mul(a.get(1)));
            case "mul-tanh-backward" -> x -> backward(x, DjlOperations::mulTanh);
            default -> null;
        };
    }

    private static NDArray mulTanh(NDList x) {
        try (NDArray product = x.get(0).mul(x.get(1))) {
            return product.tanh();
        }
    }

    private static NDArray backward(NDList x, Function<NDList, NDArray> f) {
        try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            try (NDArray y = f.apply(x);
                    NDArray sum = y.sum()) {
                collector.backward(sum);
            }
        }
        return x.get(0).getGradient();
    }
}
