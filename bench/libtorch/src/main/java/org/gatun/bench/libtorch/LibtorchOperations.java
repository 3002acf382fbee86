package org.gatun.bench.libtorch;

import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Single operations by libtorch's own methods. */
final class LibtorchOperations {
    private static final LongOptional FIRST = new LongOptional(8);
    private static final LongOptional END = new LongOptional(24);

    private LibtorchOperations() {}

    /** The operation of that name, or null. */
    static @Nullable Function<List<Tensor>, Tensor> of(String operation) {
        return switch (operation) {
            case "add" -> x -> x.get(0).add(x.get(1));
            case "mul" -> x -> x.get(0).mul(x.get(1));
            case "tanh" -> x -> x.get(0).tanh();
            case "sum" -> x -> x.get(0).sum();
            case "matmul" -> x -> x.get(0).matmul(x.get(1));
            case "reshape" -> x -> x.get(0).reshape(1024);
            case "transpose" -> x -> x.get(0).t();
            case "slice" -> x -> x.get(0).slice(0, FIRST, END, 1);
            case "add-backward" -> x -> backward(x, a -> a.get(0).add(a.get(1)));
            case "mul-backward" -> x -> backward(x, a -> a.get(0).mul(a.get(1)));
            case "mul-tanh-backward" -> x -> backward(x, LibtorchOperations::mulTanh);
            default -> null;
        };
    }

    private static Tensor mulTanh(List<Tensor> x) {
        try (Tensor product = x.get(0).mul(x.get(1))) {
            return product.tanh();
        }
    }

    private static Tensor backward(List<Tensor> x, Function<List<Tensor>, Tensor> f) {
        x.get(0).mutable_grad().reset();
        try (Tensor y = f.apply(x);
                Tensor sum = y.sum()) {
            sum.backward();
        }
        return x.get(0).grad();
    }
}
