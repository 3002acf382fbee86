package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The special functions by closed forms and identities; their kernels are measured in the accuracy tests. */
@ExtendWith(ScopePerTest.class)
class SpecialTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;
    private static final double EULER = 0.5772156649015329;
    private static final double APERY = 1.2020569031595943;

    private static double at(UnaryOperator<Tensor> f, double x) {
        return f.apply(Tensors.scalar(x)).item();
    }

    private static double[] all(UnaryOperator<Tensor> f, double... x) {
        return f.apply(Tensors.of(x)).toDoubleArray();
    }

    private static void close(double got, double want) {
        assertThat(got).isCloseTo(want, offset(4e-15 * Math.max(1, Math.abs(want))));
    }

    @Test
    void gammaFunctions() {
        double factorial = 1;
        for (int n = 1; n <= 20; n++) {
            factorial *= n;
            close(at(Special::gammaln, n + 1), Math.log(factorial));
        }
        close(at(Special::gammaln, 0.5), Math.log(Math.PI) / 2);
        close(at(Special::gammaln, -0.5), Math.log(2 * Math.sqrt(Math.PI)));
        close(at(Special::psi, 1), -EULER);
        close(at(Special::digamma, 0.5), -EULER - 2 * Math.log(2));
        close(at(x -> x.polygamma(0), 1), -EULER);
        close(at(x -> Special.polygamma(1, x), 1), Math.PI * Math.PI / 6);
        close(at(x -> Special.polygamma(1, x), -0.5), Math.PI * Math.PI / 2 + 4);
        close(at(x -> x.polygamma(2), 1), -2 * APERY);
        close(at(x -> x.polygamma(3), 0.5), Math.pow(Math.PI, 4));
        close(
                at(x -> Special.multigammaln(x, 2), 3),
                Math.log(Math.PI) / 2 + Math.log(2) + Math.log(0.75 * Math.sqrt(Math.PI)));
        close(at(x -> x.mvlgamma(1), 5), Math.log(24));
        assertThat(all(Special::gammaln, 0, -1, -7, INF, -INF)).containsOnly(INF);
        assertThat(all(Special::digamma, -1, -2, -INF)).containsOnly(NAN);
        assertThat(all(Special::digamma, 0.0, -0.0, INF)).containsExactly(-INF, INF, INF);
    }

    @Test
    void zeta() {
        close(at(q -> Special.zeta(2, q), 1), Math.PI * Math.PI / 6);
        close(at(s -> Special.zeta(s, 1), 4), Math.pow(Math.PI, 4) / 90);
        // zeta(s, 1/2) = (2^s - 1) zeta(s, 1)
        Tensor s = Tensors.of(1.5, 2, 3.7, 30);
        assertThat(Special.zeta(s, 0.5).allClose(s.exp2().sub(1).mul(Special.zeta(s, 1)), 1e-14, 0))
                .isTrue();
        // zeta(s, q) = q^-s + zeta(s, q + 1)
        Tensor q = Tensors.of(0.3, 5, 77, -2.5);
        assertThat(Special.zeta(2, q).allClose(q.pow(-2).add(Special.zeta(2, q.add(1))), 1e-14, 0))
                .isTrue();
        assertThat(all(x -> Special.zeta(x, 2), 1, 0.5, NAN)).containsExactly(INF, NAN, NAN);
        assertThat(all(x -> Special.zeta(2.5, x), 0, -1, -1.5)).containsExactly(INF, INF, NAN);
        assertThat(Special.zeta(2, Tensors.of(1, 2)).dtype()).isEqualTo(DType.F32);
    }

    @Test
    void betaOfSmallAndLargeArguments() {
        Tensor a = Tensors.of(2.0, 0.5, 1, 1e6, 1, 1e-3);
        Tensor b = Tensors.of(3.0, 0.5, 1e6, 1, 1, 1e9);
        double[] got = Special.betaln(a, b).toDoubleArray();
        close(got[0], -Math.log(12));
        close(got[1], Math.log(Math.PI));
        close(got[2], -Math.log(1e6));
        close(got[3], -Math.log(1e6));
        close(got[4], 0);
        // lgamma(a) - a digamma(b) to the first order
        close(got[5], at(Special::gammaln, 1e-3) - 1e-3 * (Math.log(1e9) - 0.5e-9));
        // B(n, n) = 2 / n / (2n choose n)
        for (int n : new int[] {10, 11, 100, 2000}) {
            BigInteger choose = BigInteger.ONE;
            for (int k = 1; k <= n; k++) {
                choose = choose.multiply(BigInteger.valueOf(n + k)).divide(BigInteger.valueOf(k));
            }
            int digits = choose.toString().length();
            double log = Math.log(new BigDecimal(choose).movePointLeft(digits).doubleValue()) + digits * Math.log(10);
            double want = Math.log(2.0 / n) - log;
            close(at(x -> Special.betaln(x, x), n), want);
        }
    }

    @Test
    void normalDistribution() {
        assertThat(at(Special::ndtr, 0)).isEqualTo(0.5);
        close(at(Special::ndtr, 1), 0.8413447460685429);
        close(at(Special::ndtri, 0.975), 1.959963984540054);
        assertThat(all(Special::ndtri, 0, 0.5, 1, -0.1, 1.1)).containsExactly(-INF, 0, INF, NAN, NAN);
        Tensor x = Tensors.of(-37.5, -8, -1, -0.3, 0.2, 2, 5);
        assertThat(Special.ndtri(Special.ndtr(x)).allClose(x, 1e-9, 0)).isTrue();
        assertThat(Special.logNdtr(x).allClose(Special.ndtr(x).log(), 1e-13, 3e-16))
                .isTrue();
        close(at(Special::logNdtr, -40), -804.6084420137538);
        // -x^2/2 - log(-x sqrt(2 pi)) - 1/x^2
        close(at(Special::logNdtr, -1e4), -5e7 - Math.log(1e4 * Math.sqrt(2 * Math.PI)) - 1e-8);
        Tensor y = Tensors.of(-5.0, -1, 0, 0.3, 4, 20);
        assertThat(Special.erfcx(y).mul(y.square().neg().exp()).allClose(Special.erfc(y), 3e-13, 0))
                .isTrue();
        close(at(Special::erfcx, 1e200) * 1e200, 1 / Math.sqrt(Math.PI));
        assertThat(Special.erf(Special.erfinv(Tensors.of(-0.9, 0.1, 0.99)))
                        .allClose(Tensors.of(-0.9, 0.1, 0.99), 4e-15, 0))
                .isTrue();
        assertThat(all(Special::erfinv, 1, -1, 1.5, -0.0)).containsExactly(INF, -INF, NAN, -0.0);
    }

    @Test
    void logarithmsAndEntropies() {
        assertThat(Special.xlogy(Tensors.of(0.0, 0, 0, 2, 0), Tensors.of(0.0, -1, NAN, 0, INF))
                        .toDoubleArray())
                .containsExactly(0, 0, NAN, -INF, 0);
        assertThat(Special.xlog1py(Tensors.of(0.0, 0, 3), Tensors.of(-1.0, NAN, 0))
                        .toDoubleArray())
                .containsExactly(0, NAN, 0);
        close(at(x -> x.xlogy(4), 2), 2 * Math.log(4));
        assertThat(all(Special::entr, 0, 1, -1, NAN)).containsExactly(0, 0, -INF, NAN);
        close(at(Special::entr, 1 / Math.E), 1 / Math.E);
        Tensor x = Tensors.of(-30.0, -2, -1e-9, 0, 1e-9, 0.8, 3);
        assertThat(Special.logit(Special.expit(x)).allClose(x, 1e-14, 2e-16)).isTrue();
        // to the first order four times the distance from 1/2
        assertThat(at(Special::logit, 0.5 + 0x1p-40)).isEqualTo(0x1p-38);
        assertThat(all(Special::logit, 0, 1, -1, 2)).containsExactly(-INF, INF, NAN, NAN);
        close(at(t -> Special.logit(t, 0.25), 0), -Math.log(3));
        close(at(t -> t.logit(0.25), 1), Math.log(3));
        assertThat(Tensors.of(-INF, INF, 1e3, -1e3, NAN)
                        .logaddexp(Tensors.of(-INF, INF, 1e3, 5, 0))
                        .toDoubleArray())
                .containsExactly(-INF, INF, 1e3 + Math.log(2), 5, NAN);
        assertThat(Tensors.of(10.0, 0).logaddexp2(Tensors.of(10.0, -INF)).toDoubleArray())
                .containsExactly(11, 0);
    }

    @Test
    void sinc() {
        assertThat(all(x -> Special.sinc(x).abs(), 0, 1, -2, 3, 1e15)).containsExactly(1, 0, 0, 0, 0);
        close(at(Special::sinc, 0.5), 2 / Math.PI);
        close(at(Special::sinc, -0.25), Math.sqrt(8) / Math.PI);
        // at large arguments the sine of the exact distance to an integer
        close(at(Special::sinc, 1e6 + 0.5) * 1e6, 1e6 / (Math.PI * (1e6 + 0.5)));
        assertThat(Tensors.of(0.5f, 2.5f).sinc().allClose(Tensors.of(2f, 0.4f).div(Math.PI), 3e-7, 0))
                .isTrue();
    }
}
