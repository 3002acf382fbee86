package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.gatun.tensor.Autocast;
import org.gatun.tensor.ConvOptions;
import org.gatun.tensor.DType;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Losses;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Derivatives inside autocast scopes: those of the program with the conversions written out, bit by bit, and of the weights' dtype. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class AutocastGradientTest {
    private static final int SAMPLES = 6;
    private static final int IN = 5;
    private static final int HIDDEN = 7;
    private static final int CLASSES = 3;

    private record Weights(Tensor w1, Tensor b1, Tensor w2, Tensor b2) {}

    private static Tensor normal(long seed, long... sizes) {
        var random = new Random(seed);
        long n = Arrays.stream(sizes).reduce(1, Math::multiplyExact);
        float[] values = new float[(int) n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensors.of(values).reshape(sizes);
    }

    private static Weights weights() {
        return new Weights(
                normal(1, HIDDEN, IN).div(Math.sqrt(IN)),
                normal(2, HIDDEN).mul(0.1),
                normal(3, CLASSES, HIDDEN).div(Math.sqrt(HIDDEN)),
                normal(4, CLASSES).mul(0.1));
    }

    private static Tensor inputs() {
        return normal(5, SAMPLES, IN);
    }

    private static Tensor labels() {
        return Tensors.of(0L, 2, 1, 1, 0, 2);
    }

    /** Two layers as a user writes them. */
    private static Tensor loss(Weights p, Tensor x) {
        Tensor hidden = Functional.linear(x, p.w1(), p.b1()).tanh();
        return Losses.crossEntropy(Functional.linear(hidden, p.w2(), p.b2()), labels());
    }

    /** The same with the conversions that a scope makes. */
    private static Tensor written(DType dtype, Weights p, Tensor x) {
        Tensor hidden = Functional.linear(x.to(dtype), p.w1().to(dtype), p.b1().to(dtype))
                .tanh();
        Tensor logits = Functional.linear(hidden, p.w2().to(dtype), p.b2().to(dtype));
        return Losses.crossEntropy(logits.to(DType.F32), labels());
    }

    private static List<Tensor> list(Weights p) {
        return List.of(p.w1(), p.b1(), p.w2(), p.b2());
    }

    private static void same(Tensor actual, Tensor expected) {
        assertThat(actual.dtype()).isEqualTo(expected.dtype());
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.toDoubleArray()).isEqualTo(expected.toDoubleArray());
    }

    private static void same(Weights actual, Weights expected) {
        for (int i = 0; i < 4; i++) {
            same(list(actual).get(i), list(expected).get(i));
        }
    }

    private static double norm(double[] values) {
        return Math.sqrt(Arrays.stream(values).map(v -> v * v).sum());
    }

    @Test
    void gradientsOfAnMlpAreThoseOfF32WithinRounding() {
        Weights p = weights();
        Tensor x = inputs();
        var exact = Grad.valueAndGrad((Weights q) -> loss(q, x)).apply(p);
        var cast = Autocast.run(
                DType.BF16, () -> Grad.valueAndGrad((Weights q) -> loss(q, x)).apply(p));
        assertThat(cast.value().dtype()).isEqualTo(DType.F32);
        assertThat(cast.value().item()).isNotEqualTo(exact.value().item());
        for (int i = 0; i < 4; i++) {
            Tensor g = list(cast.grad()).get(i);
            double[] reference = list(exact.grad()).get(i).toDoubleArray();
            assertThat(g.dtype()).isEqualTo(DType.F32);
            double[] difference = g.sub(list(exact.grad()).get(i)).toDoubleArray();
            // A dozen roundings of half a unit, 2^-9, on the way to a first-layer weight and back.
            assertThat(norm(difference))
                    .isLessThan(12 * 0x1p-9 * norm(reference))
                    .isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"BF16", "F16"})
    void everyModeIsThatOfTheWrittenConversions(DType dtype) {
        Weights p = weights();
        Tensor x = inputs();
        Weights direction =
                new Weights(normal(6, HIDDEN, IN), normal(7, HIDDEN), normal(8, CLASSES, HIDDEN), normal(9, CLASSES));
        Supplier<Weights> gradient = () -> Grad.grad((Weights q) -> loss(q, x)).apply(p);
        Weights expected = Grad.grad((Weights q) -> written(dtype, q, x)).apply(p);
        same(Autocast.run(dtype, gradient), expected);
        // The scope around the forward pass only.
        same(Grad.grad((Weights q) -> Autocast.run(dtype, () -> loss(q, x))).apply(p), expected);

        var tangent = Autocast.run(dtype, () -> Grad.jvp((Weights q) -> loss(q, x), p, direction));
        same(
                tangent.tangent(),
                Grad.jvp((Weights q) -> written(dtype, q, x), p, direction).tangent());

        Weights twice = Autocast.run(dtype, () -> Grad.hvp((Weights q) -> loss(q, x), p, direction));
        same(twice, Grad.hvp((Weights q) -> written(dtype, q, x), p, direction));

        try (var linear = Autocast.run(dtype, () -> Grad.linearize((Weights q) -> loss(q, x), p));
                var reference = Grad.linearize((Weights q) -> written(dtype, q, x), p)) {
            same(Autocast.run(dtype, () -> linear.pushforward(direction)), reference.pushforward(direction));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"BF16", "F16"})
    void perSampleGradients(DType dtype) {
        Tensor w = normal(1, CLASSES, IN);
        UnaryOperator<Tensor> written = x -> Grad.grad((Tensor v) ->
                        v.to(dtype).matmul(x.to(dtype)).to(DType.F32).softmax(0).select(0, 1))
                .apply(w);
        UnaryOperator<Tensor> plain = x ->
                Grad.grad((Tensor v) -> v.matmul(x).softmax(0).select(0, 1)).apply(w);
        Tensor actual = Autocast.run(dtype, () -> Grad.vmap(plain).apply(inputs()));
        assertThat(actual.dtype()).isEqualTo(DType.F32);
        same(actual, Grad.vmap(written).apply(inputs()));
    }

    @Test
    void parametersOnATapeGetF32Gradients() {
        Weights p = weights();
        Tensor x = inputs();
        List<Parameter> parameters = list(p).stream().map(Parameter::of).toList();
        Weights q = new Weights(parameters.get(0), parameters.get(1), parameters.get(2), parameters.get(3));
        Weights expected = Grad.grad((Weights r) -> written(DType.BF16, r, x)).apply(p);
        try (Tape tape = Tape.open()) {
            Tensor loss = Autocast.run(DType.BF16, () -> loss(q, x));
            tape.backward(loss, true);
            for (int i = 0; i < 4; i++) {
                same(
                        Objects.requireNonNull(parameters.get(i).grad()),
                        list(expected).get(i));
                parameters.get(i).zeroGrad();
            }
            // A scope of another dtype around the backward pass changes nothing.
            try (Autocast scope = Autocast.open(DType.F16)) {
                tape.backward(loss);
            }
        }
        for (int i = 0; i < 4; i++) {
            same(
                    Objects.requireNonNull(parameters.get(i).grad()),
                    list(expected).get(i));
            parameters.get(i).close();
        }
    }

    @Test
    void aWeightThatIsUsedTwiceGetsBothGradients() {
        Tensor w = normal(1, IN, IN);
        Tensor x = inputs();
        Tensor actual = Autocast.run(
                DType.BF16,
                () -> Grad.grad((Tensor v) -> x.matmul(v).tanh().matmul(v).sum())
                        .apply(w));
        Tensor expected = Grad.grad((Tensor v) -> x.to(DType.BF16)
                        .matmul(v.to(DType.BF16))
                        .tanh()
                        .matmul(v.to(DType.BF16))
                        .to(DType.F32)
                        .sum())
                .apply(w);
        same(actual, expected);
    }

    @Test
    void checkpointsRunAgainAsAtFirst() {
        Weights p = weights();
        Tensor x = inputs();
        Weights expected = Grad.grad((Weights q) -> written(DType.BF16, q, x)).apply(p);
        var checkpointed = Grad.checkpoint((Weights q) -> loss(q, x));
        // Backward inside of the scope, outside of it, and in one of another dtype.
        same(Autocast.run(DType.BF16, () -> Grad.grad(checkpointed).apply(p)), expected);
        same(
                Grad.grad((Weights q) -> Autocast.run(DType.BF16, () -> checkpointed.apply(q)))
                        .apply(p),
                expected);
        same(
                Autocast.run(
                        DType.F16,
                        () -> Grad.grad((Weights q) -> Autocast.run(DType.BF16, () -> checkpointed.apply(q)))
                                .apply(p)),
                expected);
        // A part without conversions is run again so too.
        Weights plain = Grad.grad((Weights q) -> loss(q, x)).apply(p);
        same(
                Autocast.run(
                        DType.BF16,
                        () -> Grad.grad((Weights q) -> {
                                    try (Autocast none = Autocast.off()) {
                                        return checkpointed.apply(q);
                                    }
                                })
                                .apply(p)),
                plain);
    }

    @Test
    void customFunctionsComputeInTheScopeAndTheirRulesInWhatIsSaved() {
        CustomFunction product = CustomFunction.of("product", 2, in -> in.get(0).matmul(in.get(1)))
                .withVjp((in, y, g) -> {
                    assertThat(y.dtype()).isEqualTo(DType.BF16);
                    assertThat(g.dtype()).isEqualTo(DType.BF16);
                    Tensor wide = g.to(DType.F32);
                    Tensor byX = wide.matmul(in.get(1).t());
                    assertThat(byX.dtype()).isEqualTo(DType.F32);
                    return List.of(byX, in.get(0).t().matmul(wide));
                });
        Tensor x = inputs();
        Tensor w = normal(1, IN, HIDDEN);
        Tensor g = Autocast.run(
                DType.BF16,
                () -> Grad.grad((Tensor v) -> product.apply(x, v).sum()).apply(w));
        same(g, x.t().matmul(Tensors.ones(SAMPLES, HIDDEN)));
        assertThat(product.apply(x, w).dtype()).isEqualTo(DType.F32);
    }

    @Test
    void convolutionsAndDistances() {
        Tensor x = normal(1, 2, 3, 5, 5);
        Tensor w = normal(2, 4, 3, 3, 3);
        Tensor actual = Autocast.run(
                DType.BF16,
                () -> Grad.grad((Tensor v) -> Functional.conv2d(x, v, null, ConvOptions.DEFAULT)
                                .flatten()
                                .norm())
                        .apply(w));
        Tensor expected = Grad.grad(
                        (Tensor v) -> Functional.conv2d(x.to(DType.BF16), v.to(DType.BF16), null, ConvOptions.DEFAULT)
                                .flatten()
                                .to(DType.F32)
                                .norm())
                .apply(w);
        assertThat(actual.dtype()).isEqualTo(DType.F32);
        same(actual, expected);
    }
}
