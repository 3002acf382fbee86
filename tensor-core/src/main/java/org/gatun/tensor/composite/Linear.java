package org.gatun.tensor.composite;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.cpu.LinearKernel;
import org.gatun.tensor.cpu.Widening;
import org.gatun.tensor.cuda.CudaLinear;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

/**
 * {@code x w' + b}: operands x (rows, in), weight (out, in) and, if there is one, bias (out).
 *
 * @param bias whether there is a bias
 */
public record Linear(boolean bias) implements Composite {
    @Override
    public String name() {
        return "linear";
    }

    @Override
    public int arity() {
        return bias ? 3 : 2;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        Tensor product = inputs.get(0).matmul(inputs.get(1).t());
        return List.of(bias ? product.add(inputs.get(2)) : product);
    }

    @Override
    public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
        return Optional.of(Widening.around(LinearKernel::run));
    }

    @Override
    public Optional<Kernel> cudaKernel(List<TensorType> inputs) {
        return CudaLinear.kernel(inputs);
    }

    @Override
    public Optional<Derivative> derivative() {
        return Optional.of(new Rule(bias));
    }

    /**
     * The cotangents of the operands for a cotangent g of the result. Written out so that the weight's comes out row by row, {@code g' x}, and
     * not as a transposed view.
     */
    static List<@Nullable Tensor> vjp(boolean bias, List<@Nullable Tensor> inputs, Tensor g, IntPredicate wanted) {
        Tensor x = wanted.test(0) ? g.matmul(Saved.at(inputs, 1)) : null;
        if (bias && wanted.test(1) && wanted.test(2)) {
            Tensor[] both = Dispatch.bindAll(new Op.Call(new LinearWeightGradient()), g, Saved.at(inputs, 0));
            return Arrays.asList(x, both[0], both[1]);
        }
        Tensor w = wanted.test(1) ? g.t().matmul(Saved.at(inputs, 0)) : null;
        return bias ? Arrays.asList(x, w, wanted.test(2) ? g.sum(0) : null) : Arrays.asList(x, w);
    }

    /** The tangent of the result, which has the given shape. */
    static Tensor jvp(boolean bias, List<Tensor> inputs, Shape shape, List<Tensor> tangents, IntPredicate present) {
        return Stream.of(
                        present.test(0) ? tangents.get(0).matmul(inputs.get(1).t()) : null,
                        present.test(1) ? inputs.get(0).matmul(tangents.get(1).t()) : null,
                        bias && present.test(2) ? tangents.get(2).broadcastTo(shape) : null)
                .filter(Objects::nonNull)
                .reduce(Tensor::add)
                .orElseThrow();
    }

    private record Rule(boolean bias) implements SelectiveDerivative {
        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs,
                List<@Nullable Tensor> results,
                List<Tensor> cotangents,
                IntPredicate wanted) {
            return Linear.vjp(bias, inputs, cotangents.get(0), wanted);
        }

        @Override
        public List<Tensor> jvp(
                List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents, IntPredicate present) {
            return List.of(Linear.jvp(bias, inputs, results.get(0).shape(), tangents, present));
        }

        @Override
        public boolean usesInput(int i) {
            return i < 2;
        }

        @Override
        public boolean usesResult(int i) {
            return false;
        }
    }
}
