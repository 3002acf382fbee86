package org.gatun.examples.practical;

import static java.lang.Math.cos;
import static java.lang.Math.pow;
import static java.lang.Math.sin;

import org.gatun.autograd.Grad;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;

/** Section 2: partial derivatives, gradients and Jacobians. */
final class Partials {
    private record Xy(Tensor x, Tensor y) {}

    private record Xyz(Tensor x, Tensor y, Tensor z) {}

    private Partials() {}

    static void run(Sheet sheet) {
        double x = 0.7;
        double y = -1.3;
        double z = 1.9;
        sheet.section("2.1 Partial derivatives at x = 0.7, y = -1.3, z = 1.9");
        Xy xy = Grad.grad((Xy p) -> p.x().mul(4).add(p.y().square().mul(7)))
                .apply(new Xy(Tensors.scalar(x), Tensors.scalar(y)));
        sheet.answer("d/dx (4x + 7y^2) = 4", 4, xy.x().item());
        sheet.answer("d/dy (4x + 7y^2) = 14y", 14 * y, xy.y().item());

        var at = new Xyz(Tensors.scalar(x), Tensors.scalar(y), Tensors.scalar(z));
        Xyz a = Grad.grad((Xyz p) ->
                        p.x().cos().add(p.z().pow(3)).sub(p.x().square().mul(p.y())))
                .apply(at);
        sheet.answer("d/dx (cos x + z^3 - x^2 y) = -sin x - 2xy", -sin(x) - 2 * x * y, a.x().item());
        sheet.answer("d/dy (cos x + z^3 - x^2 y) = -x^2", -x * x, a.y().item());
        sheet.answer("d/dz (cos x + z^3 - x^2 y) = 3z^2", 3 * z * z, a.z().item());

        Xyz b = Grad.grad((Xyz p) -> p.z().pow(4).sub(p.y().square().add(p.x()).sin()))
                .apply(at);
        sheet.answer("d/dx (z^4 - sin(y^2 + x)) = -cos(y^2 + x)", -cos(y * y + x), b.x().item());
        sheet.answer("d/dy (z^4 - sin(y^2 + x)) = -2y cos(y^2 + x)", -2 * y * cos(y * y + x), b.y().item());
        sheet.answer("d/dz (z^4 - sin(y^2 + x)) = 4z^3", 4 * pow(z, 3), b.z().item());

        sheet.section("2.2 The Jacobian of the helix r(t) = (cos t, sin t, t)");
        double t = 0.8;
        double[] tangent = {-sin(t), cos(t), 1};
        sheet.answer(
                "Jacobian, forward mode (3 outputs, 1 input)",
                tangent,
                Grad.jacobianForward(Partials::helix).apply(Tensors.scalar(t)));
        sheet.answer(
                "Jacobian, reverse mode",
                tangent,
                Grad.jacobianReverse(Partials::helix).apply(Tensors.scalar(t)));
        sheet.answer(
                "speed |r'(t)| = sqrt 2",
                Math.sqrt(2),
                Grad.jacobian(Partials::helix)
                        .apply(Tensors.scalar(t))
                        .square()
                        .sum()
                        .sqrt()
                        .item());

        sheet.section("2.3 Gradients of vectors");
        double[] v = {1, -2, 3, 0.5};
        sheet.answer(
                "grad sum(x) = (1, .., 1)",
                new double[] {1, 1, 1, 1},
                Grad.grad(p -> p.sum()).apply(Tensors.of(v)));
        sheet.answer(
                "grad ||x||^2 = 2x",
                new double[] {2, -4, 6, 1},
                Grad.grad(p -> p.square().sum()).apply(Tensors.of(v)));
        double norm = Math.sqrt(1 + 4 + 9 + 0.25);
        sheet.answer(
                "grad ||x|| = x / ||x||",
                new double[] {1 / norm, -2 / norm, 3 / norm, 0.5 / norm},
                Grad.grad(p -> p.square().sum().sqrt()).apply(Tensors.of(v)));
        double[] hessian = new double[16];
        for (int i = 0; i < 4; i++) {
            hessian[5 * i] = 2;
        }
        sheet.answer(
                "Hessian of ||x||^2 = 2I",
                hessian,
                Grad.hessian(p -> p.square().sum()).apply(Tensors.of(v)));

        sheet.section("2.4 The Jacobian of Wx + b");
        Tensor w = Tensors.of(new double[][] {{1, 2, 3}, {4, 5, 6}});
        Tensor bias = Tensors.of(0.5, -0.5);
        Tensor input = Tensors.of(1.0, -1.0, 2.0);
        sheet.answer(
                "Wx + b",
                new double[] {1 - 2 + 6 + 0.5, 4 - 5 + 12 - 0.5},
                w.matmul(input).add(bias));
        sheet.answer(
                "d(Wx + b)/dx = W",
                new double[] {1, 2, 3, 4, 5, 6},
                Grad.jacobian(p -> w.matmul(p).add(bias)).apply(input));
        sheet.answer(
                "d(Wx + b)/db = I",
                new double[] {1, 0, 0, 1},
                Grad.jacobian(p -> w.matmul(input).add(p)).apply(bias));
        sheet.answer(
                "d(Wx + b)_i/dW_ij = x_j, 0 in other rows",
                new double[] {1, -1, 2, 0, 0, 0, 0, 0, 0, 1, -1, 2},
                Grad.jacobian(p -> p.matmul(input).add(bias)).apply(w));
    }

    private static Tensor helix(Tensor t) {
        return Tensors.stack(0, t.cos(), t.sin(), t);
    }
}
