package org.gatun.autograd;

import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.gatun.tensor.DType;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Losses;
import org.gatun.tensor.Reduction;
import org.gatun.tensor.Special;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.linalg.Linalg;

/** Elementwise steps of random functions beyond the elementary ones: special functions, activations, losses, mixtures of two operands. */
final class RandomElementwise {
    private RandomElementwise() {}

    static void addTo(Map<String, UnaryOperator<Tensor>> unary, Map<String, BinaryOperator<Tensor>> binary) {
        special(unary);
        activations(unary);
        pairs(binary);
        losses(binary);
    }

    /** Numbers from 1/2 on. */
    private static Tensor positive(Tensor x) {
        return x.square().add(0.5);
    }

    /** Numbers from 0.05 to 0.95. */
    private static Tensor probability(Tensor x) {
        return x.sigmoid().mul(0.9).add(0.05);
    }

    private static void special(Map<String, UnaryOperator<Tensor>> unary) {
        unary.put("erfinv of 0.9 tanh", x -> x.tanh().mul(0.9).erfinv());
        unary.put("erfcx of tanh", x -> Special.erfcx(x.tanh()));
        unary.put("ndtr", Special::ndtr);
        unary.put("ndtri of a probability", x -> Special.ndtri(probability(x)));
        unary.put("logNdtr", Special::logNdtr);
        unary.put("lgamma of 1/2 + x^2", x -> positive(x).lgamma());
        unary.put("digamma of 1/2 + x^2", x -> positive(x).digamma());
        unary.put("polygamma 1 of 1/2 + x^2", x -> positive(x).polygamma(1));
        unary.put("polygamma 2 of 1 + x^2", x -> positive(x).add(0.5).polygamma(2));
        unary.put("mvlgamma 2 of 3/2 + x^2", x -> positive(x).add(1).mvlgamma(2));
        unary.put("zeta 5/2 of 1/2 + x^2", x -> Special.zeta(2.5, positive(x)));
        unary.put("gammainc 3/2 of 1/2 + x^2", x -> Special.gammainc(x.fullLike(1.5), positive(x)));
        unary.put("gammaincc 4 of 1/2 + x^2", x -> Special.gammaincc(x.fullLike(4.0), positive(x)));
        unary.put(
                "betainc 3/2, 5/2 of a probability",
                x -> Special.betainc(x.fullLike(1.5), x.fullLike(2.5), probability(x)));
        unary.put("betainc of 1/2 + x^2", x -> Special.betainc(positive(x), x.fullLike(2.0), x.fullLike(0.3)));
        unary.put(
                "truncatedNdtri -1, 2", x -> Special.truncatedNdtri(x.fullLike(-1.0), x.fullLike(2.0), probability(x)));
        // Counts are constants, and these do not jump; sums of weights are linear in them.
        unary.put("times the count of its elements", x -> x.mul(x.tanh().histc(1, -1, 1)));
        unary.put("times the halves of its order", x -> {
            Tensor order = x.flatten().argsort(0).to(x.dtype());
            return x.sum().mul(order.histc(2, 0, x.elements()));
        });
        unary.put("bincount with weights", x -> {
            Tensor remainder = Tensors.arange(DType.I64, 0, x.elements(), 1).remainder(2);
            return remainder.bincount(x.flatten(), 3);
        });
        unary.put("i0 of tanh", x -> Special.i0(x.tanh()));
        unary.put("i1 of tanh", x -> Special.i1(x.tanh()));
        unary.put("i0e", Special::i0e);
        unary.put("i1e", Special::i1e);
        unary.put("logit of a probability", x -> probability(x).logit());
        unary.put("logit between 0.2 and 0.8", x -> probability(x).logit(0.2));
        unary.put("entr of 1/2 + x^2", x -> Special.entr(positive(x)));
        unary.put("sinc", Tensor::sinc);
        unary.put("cbrt of 1/2 + x^2", x -> positive(x).cbrt());
        unary.put("exp2 of tanh", x -> x.tanh().exp2());
        unary.put("log10 of 1/2 + x^2", x -> positive(x).log10());
        unary.put("deg2rad", Tensor::deg2rad);
        unary.put("rad2deg of x / 10", x -> x.mul(0.1).rad2deg());
        unary.put("nanToNum", x -> x.nanToNum(0, 1, -1));
        unary.put("floatPower of 1/2 + x^2", x -> positive(x).floatPower(1.7));
        unary.put("pow -3/2 of 1/2 + x^2", x -> positive(x).pow(-1.5));
        unary.put("ldexp", x -> x.ldexp(Tensors.of(-1L).squeeze()));
        unary.put("remainder as a triangle wave", x -> x.remainder(2.0).sub(1).abs());
        unary.put("fmod as a triangle wave", x -> x.fmod(2.0).abs().sub(1).abs());
        unary.put("vander of tanh", x -> Linalg.vander(x.tanh().flatten(), 3));
    }

    private static void activations(Map<String, UnaryOperator<Tensor>> unary) {
        unary.put("geluTanh", Functional::geluTanh);
        unary.put("leakyRelu", x -> Functional.leakyRelu(x, 0.2));
        unary.put("elu 1/2", x -> Functional.elu(x, 0.5));
        unary.put("selu", Functional::selu);
        unary.put("celu", x -> Functional.celu(x, 0.7));
        unary.put("glu", x -> Functional.glu(Tensors.stack(0, x, x.sin()), 0));
        unary.put("softplus", Tensor::softplus);
        unary.put("softplus 2", x -> Functional.softplus(x, 2, 20));
        unary.put("hardtanh", x -> Functional.hardtanh(x, -0.8, 0.6));
        unary.put("relu6", Functional::relu6);
        unary.put("hardsigmoid", Functional::hardsigmoid);
        unary.put("hardswish", Functional::hardswish);
        unary.put("softsign", Functional::softsign);
        unary.put("tanhshrink", Functional::tanhshrink);
        unary.put("softshrink", x -> Functional.softshrink(x, 0.3));
        unary.put("threshold", x -> Functional.threshold(x, 0.2, 0.2));
        unary.put("dropout in evaluation", x -> Functional.dropout(x, 0.5, false));
    }

    private static void pairs(Map<String, BinaryOperator<Tensor>> binary) {
        binary.put("xlogy with 1/2 + b^2", (a, b) -> a.xlogy(positive(b)));
        binary.put("xlog1py with b^2", (a, b) -> Special.xlog1py(a, b.square()));
        binary.put("logaddexp", Tensor::logaddexp);
        binary.put("logaddexp2", Tensor::logaddexp2);
        binary.put("lerp 0.3", (a, b) -> a.lerp(b, 0.3));
        binary.put("lerp by sigmoid b", (a, b) -> a.lerp(b, b.sigmoid()));
        binary.put(
                "clamp between functions of b",
                (a, b) -> a.clamp(b.sin().sub(0.8), b.cos().add(0.8)));
        binary.put("clampMin", (a, b) -> a.clampMin(b));
        binary.put("clampMax", (a, b) -> a.clampMax(b));
        // The jump of the sign is where the product is 0.
        binary.put("copysign of a b", (a, b) -> a.mul(b).copysign(b));
        binary.put("fmax", Tensor::fmax);
        binary.put("fmin", Tensor::fmin);
        binary.put("addcmul", (a, b) -> a.addcmul(b.sin(), b, 0.5));
        binary.put("addcdiv", (a, b) -> a.addcdiv(b, positive(b), 0.5));
        binary.put("betaln", (a, b) -> Special.betaln(positive(a), positive(b)));
        binary.put("gammainc", (a, b) -> Special.gammainc(positive(a), positive(b)));
        binary.put("gammaincc", (a, b) -> Special.gammaincc(positive(a), positive(b)));
        binary.put("betainc", (a, b) -> Special.betainc(positive(a), positive(b), probability(a.sub(b))));
        binary.put(
                "betainc at a probability", (a, b) -> Special.betainc(positive(a), positive(a.add(1)), probability(b)));
        binary.put(
                "truncatedNdtri",
                (a, b) -> Special.truncatedNdtri(a.tanh().sub(1.5), a.tanh().add(b.sigmoid()), probability(b)));
        binary.put(
                "truncatedNdtri to infinity",
                (a, b) -> Special.truncatedNdtri(a, a.fullLike(Double.POSITIVE_INFINITY), probability(b)));
        binary.put("prelu", (a, b) -> Functional.prelu(a, b.mean().reshape(1)));
        binary.put("floatPower of 1/2 + a^2 and tanh b", (a, b) -> positive(a).floatPower(b.tanh()));
        binary.put("dist 3", (a, b) -> a.dist(b.add(3), 3));
        binary.put("pairwiseDistance", (a, b) -> Functional.pairwiseDistance(a, b.add(3)));
        binary.put("vecdot", Linalg::vecdot);
        binary.put("inner", Linalg::inner);
        binary.put("addmm", (a, b) -> a.sum().addmm(a, b, 0.5, 2));
        binary.put("addmv", (a, b) -> a.sum().addmv(a, b));
        binary.put("addr", (a, b) -> b.mean().addr(a, b));
        binary.put("baddbmm", (a, b) -> b.mean().baddbmm(a, b, 2, 0.5));
        binary.put("addbmm", (a, b) -> b.mean().addbmm(a, b));
        binary.put("multiDot", (a, b) -> Linalg.multiDot(a, b, b.transpose(-2, -1)));
        binary.put("cross", (a, b) -> Linalg.cross(three(a), three(b)));
        binary.put("blockDiag", (a, b) -> Tensors.blockDiag(a, b));
        binary.put("cartesianProd", (a, b) -> Tensors.cartesianProd(a.flatten().slice(0, 0, 1), three(b)));
    }

    /** A vector of three elements. */
    private static Tensor three(Tensor x) {
        return x.flatten().repeat(3).slice(0, 0, 3);
    }

    private static void losses(Map<String, BinaryOperator<Tensor>> binary) {
        binary.put("mseLoss", (a, b) -> Losses.mseLoss(a, b));
        binary.put("l1Loss", (a, b) -> Losses.l1Loss(a, b));
        binary.put("smoothL1Loss", (a, b) -> Losses.smoothL1Loss(a, b, 0.5, Reduction.NONE));
        binary.put("huberLoss", (a, b) -> Losses.huberLoss(a, b, 0.7, Reduction.SUM));
        binary.put("gaussianNllLoss", (a, b) -> Losses.gaussianNllLoss(a, b, positive(b), 1e-6, Reduction.MEAN));
        binary.put("binaryCrossEntropy", (a, b) -> Losses.binaryCrossEntropy(probability(a), probability(b)));
        binary.put("binaryCrossEntropyWithLogits", (a, b) -> Losses.binaryCrossEntropyWithLogits(a, probability(b)));
        binary.put("klDiv", (a, b) -> Losses.klDiv(a, probability(b), Reduction.SUM));
        binary.put("klDivLogTarget", (a, b) -> Losses.klDivLogTarget(a, b.tanh(), Reduction.NONE));
        binary.put(
                "crossEntropy with probabilities",
                (a, b) -> Losses.crossEntropy(a.flatten(), b.flatten().softmax(0)));
    }
}
