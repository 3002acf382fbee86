package org.gatun.tensor.linalg;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;

/** Least squares by QR or by the pseudo-inverse. */
final class LeastSquares {
    private LeastSquares() {}

    static Lstsq solve(Tensor a, Tensor b, double rcond, LstsqDriver driver) {
        Tensor x = Systems.apply("lstsq", a, b, true, true, (left, right) -> switch (driver) {
            case GELS -> byQr(left, right);
            case GELSD -> Spectra.pinv(left, 0, rcond, false).matmul(right);
        });
        DType dtype = x.dtype();
        return switch (driver) {
            case GELS -> new Lstsq(x, residuals(a, b, x), empty(DType.I64, a), empty(dtype, a));
            case GELSD -> {
                Tensor s = Spectra.singularValues(a);
                Tensor rank = s.size(-1) == 0
                        ? s.detach().to(DType.I64).sum(-1)
                        : s.detach()
                                .gt(Spectra.limit(s.detach(), 0, rcond))
                                .to(DType.I64)
                                .sum(-1);
                yield new Lstsq(x, residuals(a, b, x), rank, s);
            }
        };
    }

    /** Tall: {@code R X = Q' B}. Wide, from the QR of A': {@code X = Q R'^-1 B}, the least of the solutions. */
    private static Tensor byQr(Tensor a, Tensor b) {
        boolean tall = a.size(-2) >= a.size(-1);
        Tensor[] qr = Dispatch.bindAll(new Op.Qr(false), tall ? a : Matrices.transpose(a));
        return tall
                ? Systems.triangular(
                        true, false, qr[1], Matrices.transpose(qr[0]).matmul(b))
                : qr[0].matmul(Systems.triangular(false, false, Matrices.transpose(qr[1]), b));
    }

    private static Tensor residuals(Tensor a, Tensor b, Tensor x) {
        if (a.size(-2) <= a.size(-1)) {
            return empty(x.dtype(), a);
        }
        return Systems.isVector(a, b)
                ? a.matmul(x.unsqueeze(-1)).squeeze(-1).sub(b).square().sum(-1)
                : a.matmul(x).sub(b).square().sum(-2);
    }

    private static Tensor empty(DType dtype, Tensor like) {
        return ConcreteTensor.allocate(dtype, Shape.of(0), like.device());
    }
}
