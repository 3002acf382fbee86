package org.gatun.tensor.composite;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.gatun.tensor.DType;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.Functional;
import org.gatun.tensor.FusedActivation;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.cpu.LinearKernel;
import org.gatun.tensor.cpu.Widening;
import org.gatun.tensor.cuda.CudaLinear;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.TensorType;
import org.jspecify.annotations.Nullable;

/**
 * {@code f(z)} with {@code z = x w' + b}, of the operands of {@link Linear}. The derivative of ReLU needs the result only; that of the others
 * needs z, which is a second result.
 *
 * @param bias whether there is a bias
 * @param activation f
 */
public record LinearActivation(boolean bias, FusedActivation activation) implements Composite {
    /** {@code g f'(z)} of ReLU from its result: 0 at the kink, and where the result is NaN g, as {@link Tensor#relu} has it. */
    private static final Region RELU_SLOPE =
            Elementwise.region((y, g) -> y.le(0).where(g.fullLike(0), g));

    /** {@code g f'(z)} of {@link Functional#geluTanh} from z, and what flows into z besides. */
    private static final Region GELU_TANH_SLOPE = Elementwise.region((z, g, besides) -> {
        DType wide = z.dtype().arithmetic();
        return geluTanhSlope(z.to(wide)).mul(g.to(wide)).add(besides.to(wide)).to(z.dtype());
    });

    /** {@code t f'(z)} of {@link Functional#geluTanh} from z. */
    private static final Region GELU_TANH_TANGENT = Elementwise.region((z, t) -> {
        DType wide = z.dtype().arithmetic();
        return geluTanhSlope(z.to(wide)).mul(t.to(wide)).to(z.dtype());
    });

    /** The derivative of {@code z s(u(z))}, with s the sigmoid: {@code s + z s (1 - s) u'}. */
    private static Tensor geluTanhSlope(Tensor z) {
        double factor = 2 * Math.sqrt(2 / Math.PI);
        Tensor square = z.square();
        Tensor s = z.add(square.mul(z).mul(0.044715)).mul(factor).sigmoid();
        Tensor inner = square.mul(3 * 0.044715).add(1.0).mul(factor);
        return s.add(z.mul(s).mul(s.neg().add(1.0)).mul(inner));
    }

    @Override
    public String name() {
        return switch (activation) {
            case RELU -> "linearRelu";
            case GELU_TANH -> "linearGeluTanh";
        };
    }

    @Override
    public int arity() {
        return bias ? 3 : 2;
    }

    @Override
    public int results() {
        return switch (activation) {
            case RELU -> 1;
            case GELU_TANH -> 2;
        };
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        Tensor z = Functional.linear(inputs.get(0), inputs.get(1), bias ? inputs.get(2) : null);
        return switch (activation) {
            case RELU -> List.of(z.relu());
            case GELU_TANH -> List.of(Functional.geluTanh(z), z);
        };
    }

    @Override
    public Optional<Kernel> cpuKernel(List<TensorType> inputs) {
        return switch (activation) {
            case RELU -> Optional.of(Widening.around(LinearKernel::relu));
            // A region in any case, which runs at the memory's speed once it is compiled.
            case GELU_TANH -> Optional.empty();
        };
    }

    @Override
    public Optional<Kernel> cudaKernel(List<TensorType> inputs) {
        return CudaLinear.kernel(inputs, activation);
    }

    @Override
    public Optional<Derivative> derivative() {
        return Optional.of(new Rule(this));
    }

    private record Rule(LinearActivation of) implements SelectiveDerivative {
        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs,
                List<@Nullable Tensor> results,
                List<Tensor> cotangents,
                IntPredicate wanted) {
            Tensor g = switch (of.activation) {
                case RELU -> RELU_SLOPE.apply(Saved.at(results, 0), cotangents.get(0));
                case GELU_TANH -> GELU_TANH_SLOPE.apply(Saved.at(results, 1), cotangents.get(0), cotangents.get(1));
            };
            return Linear.vjp(of.bias, inputs, g, wanted);
        }

        @Override
        public List<Tensor> jvp(
                List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents, IntPredicate present) {
            Tensor t = Linear.jvp(of.bias, inputs, results.get(0).shape(), tangents, present);
            return switch (of.activation) {
                case RELU -> List.of(RELU_SLOPE.apply(results.get(0), t));
                case GELU_TANH -> Arrays.asList(GELU_TANH_TANGENT.apply(results.get(1), t), t);
            };
        }

        @Override
        public boolean usesInput(int i) {
            return i < 2;
        }

        @Override
        public boolean usesResult(int i) {
            return switch (of.activation) {
                case RELU -> i == 0;
                case GELU_TANH -> i == 1;
            };
        }
    }
}
