package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.gatun.tensor.DType;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Losses;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Derivatives of functions of BF16 and F16: of that dtype, and those of F64 within its few digits. */
@ExtendWith(NativeMemoryBalance.class)
class NarrowGradientTest {
    private record Function(String name, UnaryOperator<Tensor> f) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<Function> FUNCTIONS = List.of(
            new Function("tanh", x -> x.tanh().square()),
            new Function("matmul", x -> x.matmul(x.t())),
            new Function("softmax", x -> x.softmax(1).mul(x)),
            new Function("logSoftmax", x -> x.logSoftmax(0)),
            new Function("logsumexp", x -> x.logsumexp(1).square()),
            new Function("mean", x -> x.mean(0).mul(x)),
            new Function("var", x -> x.var(1)),
            new Function("norm", x -> x.norm()),
            new Function("cumsum", x -> x.cumsum(1).sin()),
            new Function("prod", x -> x.prod(1)),
            new Function("amax", x -> x.amax(1).mul(x.sum())),
            new Function(
                    "sort", x -> x.sort(1, false).values().mul(Tensors.arange(3).to(x.dtype()))),
            new Function(
                    "gather",
                    x -> x.gather(1, Tensors.of(new long[][] {{0, 2}, {1, 1}})).exp()),
            new Function("linear", x -> Functional.linear(x, x, null).exp()),
            new Function("mse", x -> Losses.mseLoss(x, x.detach().mul(0.5))),
            new Function("crossEntropy", x -> Losses.crossEntropy(x, Tensors.of(2L, 0))),
            new Function("through F32", x -> x.to(DType.F32).exp().to(x.dtype()).mul(x)));

    private static Stream<Arguments> cases() {
        return Stream.of(DType.BF16, DType.F16).flatMap(d -> FUNCTIONS.stream().map(f -> Arguments.of(d, f)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("cases")
    void agreeWithF64InBothModesAndSecondOrder(DType dtype, Function function) {
        double epsilon = dtype == DType.BF16 ? 0x1p-8 : 0x1p-11;
        try (MemoryScope scope = MemoryScope.open()) {
            Tensor x = Tensors.of(new double[][] {{0.5, -0.75, 1.25}, {-0.25, 1, 0.375}});
            Tensor narrow = x.to(dtype); // exact
            UnaryOperator<Tensor> loss = t -> function.f().apply(t).sum();
            UnaryOperator<Tensor> slope = t -> Grad.grad(loss).apply(t).square().sum();
            check("gradient", Grad.grad(loss).apply(narrow), Grad.grad(loss).apply(x), dtype, 16 * epsilon);
            Tensor tangent = Tensors.of(new double[][] {{1, -0.5, 0.25}, {0.5, 2, -1}});
            check(
                    "tangent",
                    Grad.jvp(loss, narrow, tangent.to(dtype)).tangent(),
                    Grad.jvp(loss, x, tangent).tangent(),
                    dtype,
                    32 * epsilon);
            check(
                    "second order",
                    Grad.grad(slope).apply(narrow),
                    Grad.grad(slope).apply(x),
                    dtype,
                    64 * epsilon);
        }
    }

    private static void check(String what, Tensor actual, Tensor expected, DType dtype, double tolerance) {
        assertThat(actual.dtype()).as(what).isEqualTo(dtype);
        double[] want = expected.toDoubleArray();
        double[] got = actual.toDoubleArray();
        double size = 1;
        for (double w : want) {
            size = Math.max(size, Math.abs(w));
        }
        for (int i = 0; i < want.length; i++) {
            assertThat(got[i]).as("%s at %d", what, i).isCloseTo(want[i], within(tolerance * size));
        }
    }

    @Test
    void aModelInBf16Learns() {
        try (MemoryScope scope = MemoryScope.open()) {
            var generator = new Generator(1);
            Tensor x = Tensors.randn(generator, 64, 4).to(DType.BF16);
            Tensor t =
                    x.matmul(Tensors.of(new float[][] {{1}, {-2}, {0.5f}, {3}}).to(DType.BF16));
            Parameter w = Parameter.of(Tensors.zeros(DType.BF16, 4, 1));
            double first = 0;
            double last = 0;
            for (int step = 0; step < 100; step++) {
                try (Tape tape = Tape.open()) {
                    Tensor loss = Losses.mseLoss(x.matmul(w), t);
                    tape.backward(loss);
                    last = loss.item();
                    first = step == 0 ? last : first;
                }
                assertThat(w.grad().dtype()).isEqualTo(DType.BF16);
                w.assign(w.detach().sub(w.grad().mul(0.1)));
                w.zeroGrad();
            }
            assertThat(last).isLessThan(first / 1000);
            w.close();
        }
    }

    @Test
    void gradCheckAsksForF64() {
        try (MemoryScope scope = MemoryScope.open()) {
            Tensor x = Tensors.ones(DType.BF16, 2);
            assertThatThrownBy(() -> GradCheck.standard().check(Tensor::exp, x))
                    .isInstanceOf(DTypeException.class)
                    .hasMessageContaining("BF16, too coarse");
        }
    }

    /** A conversion is linear: derivatives pass it, with numbers that the narrow dtype holds exactly. */
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"BF16", "F16"})
    void conversionsPassDerivatives(DType dtype) {
        Tensor x = Tensors.of(0.3, -1.7, 2.9);
        Tensor slopes = Tensors.of(1.0, 2, -4);
        Tensor tangent = Tensors.of(0.5, -2.0, 3);
        UnaryOperator<Tensor> f = z -> z.to(dtype).to(DType.F64).mul(slopes);
        assertThat(Grad.grad(z -> f.apply(z).sum()).apply(x).toDoubleArray()).containsExactly(1, 2, -4);
        assertThat(Grad.jvp(f, x, tangent).tangent().toDoubleArray()).containsExactly(0.5, -4, -12);
    }
}
