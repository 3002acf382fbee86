package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Special;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The derivative of a polygamma function is that of the next order, where the zeta function of large arguments underflows too. */
@ExtendWith(ScopePerTest.class)
class PolygammaGradientTest {
    @Test
    void isTheNextOrder() {
        double[][] rows = {
            {3, 2},
            {19, 5},
            {20, 400},
            {60, 1000},
            {140, 121},
            {170, 33},
            {170, 60},
            {200, 100},
            {200, 700},
            {1000, 380}
        };
        for (double[] row : rows) {
            int n = (int) row[0];
            Tensor x = Tensors.scalar(row[1]);
            double want = Special.polygamma(n + 1, x).item();
            double slope = Grad.grad((Tensor t) -> t.polygamma(n)).apply(x).item();
            assertThat(slope).as("order %s, x %s", n, row[1]).isCloseTo(want, within(1e-11 * Math.abs(want)));
            double second = Special.polygamma(n + 2, x).item();
            double curvature =
                    Grad.grad(Grad.grad((Tensor t) -> t.polygamma(n))).apply(x).item();
            assertThat(curvature).as("order %s, x %s", n, row[1]).isCloseTo(second, within(1e-11 * Math.abs(second)));
        }
    }
}
