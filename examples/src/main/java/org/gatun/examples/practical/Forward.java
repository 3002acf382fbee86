package org.gatun.examples.practical;

import org.gatun.autograd.Grad;
import org.gatun.autograd.JvpResult;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;

/** Section 4: forward accumulation, norms, softplus and the KL divergence. */
final class Forward {
    private static final int OUTPUTS = 1000;

    private Forward() {}

    static void run(Sheet sheet) {
        forward(sheet);
        norms(sheet);
        softplus(sheet);
        divergence(sheet);
    }

    /** One input, a thousand outputs: one forward pass gives the whole Jacobian. */
    private static void forward(Sheet sheet) {
        sheet.section("4.1 Forward accumulation: f(x) = (sin x, sin 2x, .., sin 1000x)");
        double x = 0.37;
        Tensor k = Tensors.arange(1, OUTPUTS + 1).to(DType.F64);
        JvpResult<Tensor> r = Grad.jvp(t -> t.mul(k).sin(), Tensors.scalar(x), Tensors.scalar(1.0));
        double[] analytic = new double[OUTPUTS];
        for (int i = 0; i < OUTPUTS; i++) {
            analytic[i] = (i + 1) * Math.cos((i + 1) * x);
        }
        sheet.answer("df_k/dx = k cos kx, all by one JVP", analytic, r.tangent());
        sheet.answer(
                "the same by the Jacobian, which chooses forward mode",
                analytic,
                Grad.jacobian(t -> t.mul(k).sin()).apply(Tensors.scalar(x)));
    }

    private static void norms(Sheet sheet) {
        sheet.section("4.2 The L^p norm");
        double[] v = {1, -2, 3};
        for (double p : new double[] {1.5, 2, 3}) {
            double sum = 0;
            for (double e : v) {
                sum += Math.pow(Math.abs(e), p);
            }
            double norm = Math.pow(sum, 1 / p);
            double[] gradient = new double[v.length];
            for (int i = 0; i < v.length; i++) {
                gradient[i] = Math.signum(v[i]) * Math.pow(Math.abs(v[i]) / norm, p - 1);
            }
            sheet.answer("||x||_" + p, norm, Tensors.of(v).norm(p).item());
            sheet.answer(
                    "grad ||x||_" + p + " = sign(x) (|x| / ||x||)^(p - 1)",
                    gradient,
                    Grad.grad(t -> t.abs().pow(p).sum().pow(1 / p)).apply(Tensors.of(v)));
            sheet.answer(
                    "the same by norm(p)", gradient, Grad.grad(t -> t.norm(p)).apply(Tensors.of(v)));
        }
    }

    private static void softplus(Sheet sheet) {
        sheet.section("4.3 Softplus: log(1 + e^x)");
        double[] x = {-800, -2, 0, 2, 800};
        double[] value = {0, Math.log1p(Math.exp(-2)), Math.log(2), 2 + Math.log1p(Math.exp(-2)), 800};
        sheet.answer("softplus, without overflow", value, Tensors.of(x).softplus());
        double[] slope = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            slope[i] = Derivatives.sigmoid(x[i]);
        }
        sheet.answer(
                "its derivative is the sigmoid",
                slope,
                Grad.grad(t -> t.softplus().sum()).apply(Tensors.of(x)));
    }

    /** {@code KL(p || q) = sum p log(p / q)}; with p = softmax(z), its gradient by z has a closed form. */
    private static void divergence(Sheet sheet) {
        sheet.section("4.4 The KL divergence");
        double[] p = {0.5, 0.3, 0.2};
        double[] q = {0.2, 0.5, 0.3};
        double kl = 0;
        double[] gradient = new double[3];
        for (int i = 0; i < 3; i++) {
            kl += p[i] * Math.log(p[i] / q[i]);
            gradient[i] = -p[i] / q[i];
        }
        Tensor pt = Tensors.of(p);
        sheet.answer(
                "KL(p || q) = sum p log(p / q)",
                kl,
                divergence(pt, Tensors.of(q)).item());
        sheet.answer("KL(p || p) = 0", 0, divergence(pt, pt).item());
        sheet.answer(
                "d KL(p || q) / dq = -p / q",
                gradient,
                Grad.grad(t -> divergence(pt, t)).apply(Tensors.of(q)));
        double[] z = {1, 0, -1};
        double sum = Math.exp(1) + 1 + Math.exp(-1);
        double[] byLogits = new double[3];
        for (int i = 0; i < 3; i++) {
            byLogits[i] = Math.exp(z[i]) / sum - p[i];
        }
        sheet.answer(
                "d KL(p || softmax z) / dz = softmax z - p",
                byLogits,
                Grad.grad(t -> divergence(pt, t.softmax(-1))).apply(Tensors.of(z)));
    }

    private static Tensor divergence(Tensor p, Tensor q) {
        return p.mul(p.log().sub(q.log())).sum();
    }
}
