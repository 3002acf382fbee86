package org.gatun.nn.distributions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.Function;
import org.gatun.autograd.Grad;
import org.gatun.tensor.DType;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Truncated normal distributions where closed forms and expansions are known: without bounds, at 0, far in a tail, in a narrow interval. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class TruncatedNormalTest {
    private static final double INF = Double.POSITIVE_INFINITY;

    private static TruncatedNormal of(double loc, double scale, double low, double high) {
        return new TruncatedNormal(
                Tensors.scalar(loc), Tensors.scalar(scale), Tensors.scalar(low), Tensors.scalar(high));
    }

    @Test
    void withoutBoundsItIsTheNormalDistribution() {
        TruncatedNormal d = of(1.5, 2, -INF, INF);
        Normal n = new Normal(Tensors.scalar(1.5), Tensors.scalar(2.0));
        Tensor x = Tensors.of(-30.0, -2, 1.5, 4, 9);
        Tensor q = Tensors.of(1e-300, 0.1, 0.5, 0.99);
        assertThat(d.logProb(x).toDoubleArray()).containsExactly(n.logProb(x).toDoubleArray(), within(1e-13));
        assertThat(d.cdf(x).toDoubleArray()).containsExactly(n.cdf(x).toDoubleArray(), within(1e-14));
        assertThat(d.icdf(q).toDoubleArray()).containsExactly(n.icdf(q).toDoubleArray(), within(1e-12));
        assertThat(d.mean().item()).isCloseTo(1.5, within(1e-14));
        assertThat(d.variance().item()).isCloseTo(4, within(1e-13));
        assertThat(d.entropy().item()).isCloseTo(n.entropy().item(), within(1e-14));
        assertThat(d.mode().item()).isEqualTo(1.5);
        assertThat(d.cdf(Tensors.of(-INF, INF)).toDoubleArray()).containsExactly(0, 1);
    }

    @Test
    void halfOfItIsTheHalfNormalDistribution() {
        TruncatedNormal d = of(0, 3, 0, INF);
        assertThat(d.mean().item()).isCloseTo(3 * Math.sqrt(2 / Math.PI), within(1e-14));
        assertThat(d.variance().item()).isCloseTo(9 * (1 - 2 / Math.PI), within(1e-13));
        assertThat(d.entropy().item()).isCloseTo(0.5 * Math.log(4.5 * Math.PI) + 0.5, within(1e-14));
        assertThat(of(0, 3, -INF, 0).mean().item()).isCloseTo(-3 * Math.sqrt(2 / Math.PI), within(1e-14));
    }

    /** {@code 1/a - 2/a^3 + 10/a^5} beyond a bound a is the mean, {@code 1/a^2 - 6/a^4} the variance, and nearly exponential the distribution. */
    @ParameterizedTest
    @ValueSource(doubles = {300, 1e4, 1e6})
    void farInATail(double a) {
        TruncatedNormal up = of(0, 1, a, INF);
        TruncatedNormal down = of(0, 1, -INF, -a);
        double beyond = 1 / a - 2 / (a * a * a) + 10 / Math.pow(a, 5);
        assertThat(up.mean().item()).isCloseTo(a + beyond, within(2 * Math.ulp(a)));
        assertThat(down.mean().item()).isEqualTo(-up.mean().item());
        double variance = 1 / (a * a) - 6 / Math.pow(a, 4) + 50 / Math.pow(a, 6);
        assertThat(up.variance().item()).isCloseTo(variance, within(1e-12 * variance));
        assertThat(down.variance().item()).isEqualTo(up.variance().item());
        assertThat(up.entropy().item()).isCloseTo(1 - Math.log(a) - 2 / (a * a) + 7.5 / Math.pow(a, 4), within(1e-11));
        // the density at the bound is a + 1/a
        assertThat(up.logProb(Tensors.scalar(a)).item()).isCloseTo(Math.log(a + 1 / a), within(4e-16 * a * a + 1e-9));
        // of an exponential distribution, to an order of 1/a^2
        assertThat(up.cdf(Tensors.scalar(a + 1 / a)).item())
                .isCloseTo(-Math.expm1(-1), within(1 / (a * a) + 4e-16 * a * a));
        Tensor x = up.rsample(new Generator(3), 1000);
        assertThat(x.sub(a).mul(a).mean().item()).isCloseTo(1, within(0.15));
        assertThat(x.ge(a).all().item()).isEqualTo(1);
        // d mean / d low = density(low) (mean - low) = 1 - 1/a^2 + 6/a^4
        double slope = Grad.grad((Tensor low) ->
                        new TruncatedNormal(Tensors.scalar(0.0), Tensors.scalar(1.0), low, Tensors.scalar(INF)).mean())
                .apply(Tensors.scalar(a))
                .item();
        assertThat(slope).isCloseTo(1 - 1 / (a * a), within(1e-9));
    }

    /** Over a width w the density is nearly constant. */
    @ParameterizedTest
    @ValueSource(doubles = {-3, 0, 0.5, 20})
    void inANarrowInterval(double at) {
        double width = 0x1p-30;
        TruncatedNormal d = of(0, 1, at, at + width);
        assertThat(d.variance().item()).isCloseTo(width * width / 12, within(1e-8 * width * width));
        assertThat(d.entropy().item()).isCloseTo(Math.log(width), within(1e-8));
        assertThat(d.mean().item()).isCloseTo(at + width / 2, within(1e-8 * width + 2 * Math.ulp(at)));
        Tensor x = d.icdf(Tensors.of(0, 0.25, 0.5, 1));
        assertThat(x.sub(at).div(width).toDoubleArray()).containsExactly(new double[] {0, 0.25, 0.5, 1}, within(1e-5));
    }

    @Test
    void outsideTheBounds() {
        TruncatedNormal d = of(0, 1, -1, 2);
        assertThat(d.cdf(Tensors.of(-INF, -7, -1, 2, 7, INF)).toDoubleArray()).containsExactly(0, 0, 0, 1, 1, 1);
        assertThat(d.icdf(Tensors.of(0.0, 1)).toDoubleArray()).containsExactly(-1, 2);
        assertThat(of(5, 1, -1, 2).mode().item()).isEqualTo(2);
        Tensor slope = Grad.grad((Tensor x) -> d.cdf(x).sum()).apply(Tensors.of(-7.0, 0.5, 7));
        assertThat(slope.toDoubleArray())
                .containsExactly(new double[] {0, d.prob(Tensors.scalar(0.5)).item(), 0}, within(1e-14));
    }

    /** An infinite bound has no gradient, and makes none of the others NaN. */
    @Test
    void gradientsWithInfiniteBounds() {
        Tensor x = Tensors.scalar(1.7);
        for (Function<TruncatedNormal, Tensor> f : List.<Function<TruncatedNormal, Tensor>>of(
                d -> d.logProb(x),
                d -> d.cdf(x),
                d -> d.icdf(Tensors.scalar(0.3)),
                TruncatedNormal::mean,
                TruncatedNormal::variance,
                TruncatedNormal::entropy,
                d -> d.rsample(new Generator(1)))) {
            for (double[] bounds : new double[][] {{-INF, INF}, {1, INF}, {-INF, 2}, {1, 1e300}}) {
                Tensor slopes = Grad.grad((Tensor p) -> f.apply(
                                new TruncatedNormal(p.select(0, 0), p.select(0, 1), p.select(0, 2), p.select(0, 3))))
                        .apply(Tensors.of(0.3, 1.2, bounds[0], bounds[1]));
                assertThat(slopes.isFinite().all().item()).isEqualTo(1);
                assertThat(bounds[0] == -INF ? slopes.get(2) : 0).isZero();
                assertThat(bounds[1] >= 1e300 ? slopes.get(3) : 0).isZero();
            }
        }
    }

    @Test
    void dtypesAndShapes() {
        for (DType dtype : new DType[] {DType.F64, DType.F32, DType.F16, DType.BF16}) {
            Tensor loc = Tensors.zeros(dtype, 2, 1);
            TruncatedNormal d = new TruncatedNormal(loc, loc.add(1), loc.add(0.5), Tensors.full(dtype, 2, 3));
            assertThat(d.batchShape().toString()).isEqualTo("[2, 3]");
            for (Tensor t : new Tensor[] {
                d.mean(),
                d.variance(),
                d.entropy(),
                d.logProb(loc.add(1)),
                d.cdf(loc),
                d.icdf(loc),
                d.sample(new Generator(1))
            }) {
                assertThat(t.dtype()).isEqualTo(dtype);
                assertThat(t.shape().toString()).isEqualTo("[2, 3]");
            }
            TruncatedNormal none = d.expand(Shape.of(0, 2, 3));
            assertThat(none.mean().shape().toString()).isEqualTo("[0, 2, 3]");
        }
    }
}
