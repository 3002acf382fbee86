package org.gatun.autograd;

import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.gatun.tensor.ConvOptions;
import org.gatun.tensor.Fft;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Special;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;

/** Steps of random functions: special functions on parts of their domains that are far from poles, scans and convolutions over planes. */
final class RandomPointwise {
    private RandomPointwise() {}

    static void addTo(Map<String, UnaryOperator<Tensor>> unary, Map<String, BinaryOperator<Tensor>> binary) {
        unary.put("cbrt of 1/2 + x^2", x -> positive(x).cbrt());
        unary.put("exp2 of tanh", x -> x.tanh().exp2());
        unary.put("log10 of 1/2 + x^2", x -> positive(x).log10());
        unary.put("sinc", Tensor::sinc);
        unary.put("erfinv of tanh / 2", x -> x.tanh().mul(0.5).erfinv());
        unary.put("erfcx of tanh", x -> Special.erfcx(x.tanh()));
        unary.put("ndtr", Special::ndtr);
        unary.put("ndtri of a probability", x -> Special.ndtri(probability(x)));
        unary.put("logNdtr", Special::logNdtr);
        unary.put("lgamma of 1/2 + x^2", x -> positive(x).lgamma());
        unary.put("digamma of 1/2 + x^2", x -> positive(x).digamma());
        unary.put("polygamma 1 of 1/2 + x^2", x -> Special.polygamma(1, positive(x)));
        unary.put(
                "multigammaln of 3/2 + x^2",
                x -> Special.multigammaln(positive(x).add(1), 2));
        unary.put("zeta 2.5 of 1/2 + x^2", x -> Special.zeta(2.5, positive(x)));
        unary.put("gammainc 1.5 of 1/2 + x^2", x -> Special.gammainc(Tensors.scalar(1.5), positive(x)));
        unary.put("gammaincc 2.5 of 1/2 + x^2", x -> Special.gammaincc(Tensors.scalar(2.5), positive(x)));
        unary.put("i0 of tanh", x -> Special.i0(x.tanh()));
        unary.put("i0e of 1/2 + x^2", x -> Special.i0e(positive(x)));
        unary.put("i1 of tanh", x -> Special.i1(x.tanh()));
        unary.put("i1e of 1/2 + x^2", x -> Special.i1e(positive(x)));
        unary.put("logit of a probability", x -> probability(x).logit());
        unary.put("entr of 1/2 + x^2", x -> Special.entr(positive(x)));
        unary.put("celu", x -> Functional.celu(x, 0.7));
        unary.put("selu", Functional::selu);
        unary.put("softplus", x -> x.softplus());
        unary.put("softsign", Functional::softsign);
        unary.put("hardtanh", Functional::hardtanh);
        unary.put("gelu by tanh", Functional::geluTanh);
        unary.put("frac of a probability", x -> probability(x).frac());
        unary.put("nanToNum", Tensor::nanToNum);
        unary.put("cummax of the flattened", x -> x.flatten().cummax(0).values());
        unary.put("logcumsumexp of the flattened", x -> x.flatten().logcumsumexp(0));
        unary.put(
                "linearRecurrence of the flattened",
                x -> Functional.linearRecurrence(x.flatten().tanh(), x.flatten().sin(), 0, false));
        unary.put("complex spectrum there and back", x -> {
            Tensor pairs = Tensors.stack(-1, x.flatten(), x.flatten().cos());
            return Fft.ifft(Fft.fft(pairs).sin());
        });

        binary.put("xlogy of 1/2 + b^2", (a, b) -> a.xlogy(positive(b)));
        binary.put("xlog1py of 1/2 + b^2", (a, b) -> Special.xlog1py(a, positive(b)));
        binary.put("logaddexp", Tensor::logaddexp);
        binary.put("logaddexp2", Tensor::logaddexp2);
        binary.put("betaln of 1/2 + a^2 and 1/2 + b^2", (a, b) -> Special.betaln(positive(a), positive(b)));
        binary.put("lerp to b by sin a", (a, b) -> a.lerp(b, a.sin()));
        binary.put("clamp from b to b + 1", (a, b) -> a.clamp(b, b.add(1)));
        binary.put("copysign of 1/2 + a^2 and 1/2 + b^2", (a, b) -> positive(a).copysign(positive(b)));
        binary.put("addcmul", (a, b) -> a.addcmul(b, a.sin(), 0.3));
        binary.put("addcdiv by 1/2 + b^2", (a, b) -> a.addcdiv(b, positive(b), 0.3));
        binary.put("fmax", Tensor::fmax);
        binary.put("fmin", Tensor::fmin);
        binary.put("conv2d", (a, b) -> Functional.conv2d(plane(a), plane(b)));
        binary.put(
                "convTranspose1d",
                (a, b) -> Functional.convTranspose1d(
                        a.reshape(1, 1, -1), b.reshape(1, 1, -1), null, ConvOptions.DEFAULT));
        binary.put(
                "convTranspose2d", (a, b) -> Functional.convTranspose2d(plane(a), plane(b), null, ConvOptions.DEFAULT));
    }

    private static Tensor positive(Tensor x) {
        return x.square().add(0.5);
    }

    private static Tensor probability(Tensor x) {
        return x.sigmoid().mul(0.8).add(0.1);
    }

    private static Tensor plane(Tensor x) {
        return x.rank() < 2 ? x.reshape(1, 1, 1, -1) : x.reshape(1, 1, x.size(-2), -1);
    }
}
