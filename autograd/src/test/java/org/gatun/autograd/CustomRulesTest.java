package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.gatun.autograd.DeviceUnderTest.on;

import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.gatun.tensor.Losses;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A rule for one mode serves the other by transposition. Rules are wrong on purpose where that shows which one was used. */
@ExtendWith(NativeMemoryBalance.class)
class CustomRulesTest {
    private static Tensor at(double... x) {
        return on(Tensors.of(x));
    }

    private static void close(Tensor t, double... expected) {
        double[] actual = t.toDoubleArray();
        assertThat(actual).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(1e-12));
        }
    }

    @Test
    void aRuleForTangentsServesBothModes() {
        UnaryOperator<Tensor> f =
                Grad.customJvp(x -> x.square(), (x, y, t) -> t.mul(x).mul(10));
        close(f.apply(at(2)), 4);
        close(Grad.jvp(f, at(2, 3), at(1, 2)).tangent(), 20, 60);
        close(Grad.grad(x -> f.apply(x).sum()).apply(at(2, 3)), 20, 30);
        // The rule is differentiated for the second order: d/dx 10 x t = 10 t.
        close(Grad.hvp(x -> f.apply(x).sum(), at(2, 3), at(1, 2)), 10, 20);
        close(Grad.grad(x -> Grad.jvp(f, x, at(1, 2)).tangent().sum()).apply(at(2, 3)), 10, 20);
        close(Grad.vmap(Grad.grad(f)).apply(at(2, 3)), 20, 30);
        close(Grad.grad(x -> Grad.vmap(f).apply(x).sum()).apply(at(2, 3)), 20, 30);
    }

    @Test
    void aRuleForCotangentsServesBothModes() {
        UnaryOperator<Tensor> f =
                Grad.customVjp(x -> x.square(), (x, y, g) -> g.mul(x).mul(10));
        close(Grad.grad(x -> f.apply(x).sum()).apply(at(2, 3)), 20, 30);
        close(Grad.jvp(f, at(2, 3), at(1, 2)).tangent(), 20, 60);
        close(Grad.hvp(x -> f.apply(x).sum(), at(2, 3), at(1, 2)), 10, 20);
        close(Grad.jacobianForward(f).apply(at(2, 3)), 20, 0, 0, 30);
        close(Grad.vmap(x -> Grad.jvp(f, x, x).tangent()).apply(at(2, 3)), 40, 90);
    }

    @Test
    void severalOperandsAndOnesWithoutADerivative() {
        CustomFunction f = CustomFunction.of(
                        "f", 3, in -> in.get(0).mul(in.get(1)).gather(0, in.get(2)))
                .withVjp((in, y, g) -> Arrays.asList(in.get(1).mul(7).mul(g.sum()), null, null));
        Tensor i = on(Tensors.of(new long[] {1}));
        Tensor a = at(2, 3);
        Tensor b = at(5, 11);
        close(Grad.jvp(z -> f.apply(z, b, i), a, at(1, 1)).tangent(), 7 * 16);
        close(Grad.jvp(z -> f.apply(a, z, i), b, at(1, 1)).tangent(), 0);
        CustomFunction g = CustomFunction.of(
                        "g", 3, in -> in.get(0).mul(in.get(1)).gather(0, in.get(2)))
                .withJvp((in, y, t) -> t.get(0).mul(3).add(t.get(1).mul(4)).gather(0, in.get(2)));
        close(Grad.grad(z -> g.apply(z, b, i).sum()).apply(a), 0, 3);
        close(Grad.grad(z -> g.apply(a, z, i).sum()).apply(b), 0, 4);
        close(Grad.grad(z -> g.apply(z, z, i).sum()).apply(b), 0, 7);
    }

    @Test
    void hooksSeeAndReplaceGradients() {
        double[] seen = new double[1];
        Tensor g = Grad.grad(x -> Grad.hook(x.square(), t -> {
                            seen[0] = t.item();
                            return t.mul(100);
                        })
                        .mul(3))
                .apply(at(2).reshape());
        assertThat(seen[0]).isEqualTo(3);
        close(g, 3 * 100 * 4);
        close(Grad.jvp(x -> Grad.hook(x, t -> t.mul(0)), at(2), at(5)).tangent(), 5);
    }

    @Test
    void crossEntropyOfProbabilitiesIgnoresTargetsThatDoNotMove() {
        // At p = 0 the derivative by the target is infinite, and must not be multiplied with a tangent of 0.
        Tensor p = at(0.25);
        Tensor target = at(1);
        close(Grad.jvp(z -> Losses.binaryCrossEntropy(z, target), p, at(1)).tangent(), -4);
        Tensor edge = at(1);
        Tensor t =
                Grad.jvp(z -> Losses.binaryCrossEntropy(z, target), edge, at(1)).tangent();
        assertThat(t.item()).isFinite();
    }
}
