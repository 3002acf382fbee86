package org.gatun.nn.distributions;

import java.util.List;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;

/** The common bijectors, as {@code torch.distributions.transforms}. */
public final class Bijectors {
    private Bijectors() {}

    /**
     * {@code loc + scale * x}, as {@code AffineTransform}.
     *
     * @param scale not 0
     * @throws IllegalArgumentException when an element of the scale is 0, infinite or NaN
     */
    public static Bijector affine(Tensor loc, Tensor scale) {
        new Constraint("finite and not 0", s -> s.ne(0).and(s.isFinite())).require("affine", "scale", scale);
        return new Affine(loc, scale);
    }

    /** {@code e^x}. */
    public static Bijector exp() {
        return new Exp();
    }

    /**
     * {@code 1 / (1 + e^-x)}, onto (0, 1). As in PyTorch, results that round to an end, and arguments of the inverse there, are moved to the
     * dtype's smallest normal number and to 1 less its eps, so that samples have finite inverses and densities.
     */
    public static Bijector sigmoid() {
        return new Sigmoid();
    }

    /**
     * The hyperbolic tangent, onto (-1, 1). Results may round to an end, in F32 from 9 on; the inverse takes the nearest number inside
     * there, so that samples have finite inverses and densities (PyTorch's is infinite unless it keeps x in a cache).
     */
    public static Bijector tanh() {
        return new Tanh();
    }

    /** {@code log(1 + e^x)}, onto the positive numbers. */
    public static Bijector softplus() {
        return new Softplus();
    }

    /** From K - 1 numbers along the last axis to K parts of sum 1, as {@code StickBreakingTransform}. */
    public static Bijector stickBreaking() {
        return new StickBreaking();
    }

    /** One after the other, the first given first, as {@code ComposeTransform}. */
    public static Bijector compose(Bijector... parts) {
        return new Composed(List.of(parts));
    }

    /** The inverse function of a bijector whose values are any numbers, or of one that a distribution's support fits. */
    public static Bijector inverse(Bijector f, Constraint codomain) {
        return new Inverse(f, codomain);
    }

    private record Affine(Tensor loc, Tensor scale) implements Bijector {
        @Override
        public Tensor forward(Tensor x) {
            return x.mul(scale).add(loc);
        }

        @Override
        public Tensor inverse(Tensor y) {
            return y.sub(loc).div(scale);
        }

        @Override
        public Tensor logDetJacobian(Tensor x, Tensor y) {
            return scale.abs().log().to(y.dtype()).broadcastTo(Broadcasting.common("affine", x.shape(), scale.shape()));
        }

        @Override
        public Constraint codomain() {
            return Constraint.REAL;
        }

        @Override
        public Shape forwardShape(Shape x) {
            return Broadcasting.common("affine", x, Broadcasting.common("affine", loc.shape(), scale.shape()));
        }

        @Override
        public Shape inverseShape(Shape y) {
            return forwardShape(y);
        }

        @Override
        public Tensor sign(Tensor like) {
            return scale.detach().sign();
        }
    }

    private record Exp() implements Bijector {
        @Override
        public Tensor forward(Tensor x) {
            return x.exp();
        }

        @Override
        public Tensor inverse(Tensor y) {
            return y.log();
        }

        @Override
        public Tensor logDetJacobian(Tensor x, Tensor y) {
            return x;
        }

        @Override
        public Constraint codomain() {
            return Constraint.POSITIVE;
        }
    }

    private record Sigmoid() implements Bijector {
        private static Tensor inside(Tensor y) {
            Tensor z = Parameters.floating(y)[0];
            return z.clamp(Limits.tiny(z.dtype()), 1 - Limits.eps(z.dtype()));
        }

        @Override
        public Tensor forward(Tensor x) {
            return inside(x.sigmoid());
        }

        @Override
        public Tensor inverse(Tensor y) {
            return extendedInverse(inside(y));
        }

        @Override
        public Tensor extendedInverse(Tensor y) {
            return y.log().sub(y.neg().log1p());
        }

        @Override
        public Tensor logDetJacobian(Tensor x, Tensor y) {
            return x.softplus().add(x.neg().softplus()).neg();
        }

        @Override
        public Constraint codomain() {
            return Constraint.UNIT_INTERVAL;
        }
    }

    private record Tanh() implements Bijector {
        @Override
        public Tensor forward(Tensor x) {
            return x.tanh();
        }

        @Override
        public Tensor inverse(Tensor y) {
            Tensor z = Parameters.floating(y)[0];
            double most = 1 - Limits.eps(z.dtype()) / 2;
            return z.clamp(-most, most).atanh();
        }

        @Override
        public Tensor extendedInverse(Tensor y) {
            return y.atanh();
        }

        /** {@code log(1 - tanh(x)^2) = 2 (log 2 - x - softplus(-2 x))}, which does not cancel. */
        @Override
        public Tensor logDetJacobian(Tensor x, Tensor y) {
            return x.add(x.mul(-2).softplus()).neg().add(Math.log(2)).mul(2);
        }

        @Override
        public Constraint codomain() {
            return new Constraint("from -1 to 1", x -> x.abs().le(1));
        }
    }

    private record Softplus() implements Bijector {
        @Override
        public Tensor forward(Tensor x) {
            return x.softplus();
        }

        @Override
        public Tensor inverse(Tensor y) {
            return y.neg().expm1().neg().log().add(y);
        }

        @Override
        public Tensor logDetJacobian(Tensor x, Tensor y) {
            return x.neg().softplus().neg();
        }

        @Override
        public Constraint codomain() {
            return Constraint.POSITIVE;
        }
    }

    private record StickBreaking() implements Bijector {
        /** What each number is moved by, so that 0 gives equal parts: the logarithm of the number of parts still to break off. */
        private static Tensor shift(Tensor x) {
            long n = x.size(-1);
            return Tensors.arange(n, 0, -1).to(x.device()).to(x.dtype()).log();
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor z = x.sub(shift(x));
            Tensor rest = z.neg().sigmoid().cumprod(-1);
            Tensor first = rest.narrow(-1, 0, 1).fullLike(1.0);
            return Tensors.cat(-1, z.sigmoid(), first).mul(Tensors.cat(-1, first, rest));
        }

        @Override
        public Tensor inverse(Tensor y) {
            Tensor parts = y.narrow(-1, 0, y.size(-1) - 1);
            Tensor rest = parts.cumsum(-1).neg().add(1);
            return parts.log().sub(rest.log()).add(shift(parts));
        }

        @Override
        public Tensor logDetJacobian(Tensor x, Tensor y) {
            Tensor z = x.sub(shift(x));
            Tensor parts = y.narrow(-1, 0, y.size(-1) - 1);
            return parts.log().sub(z.softplus()).sum(-1);
        }

        @Override
        public Constraint codomain() {
            return Constraint.SIMPLEX;
        }

        @Override
        public int eventRank() {
            return 1;
        }

        @Override
        public Shape forwardShape(Shape x) {
            return x.withSize(x.rank() - 1, x.size(-1) + 1);
        }

        @Override
        public Shape inverseShape(Shape y) {
            return y.withSize(y.rank() - 1, y.size(-1) - 1);
        }
    }

    private record Composed(List<Bijector> parts) implements Bijector {
        @Override
        public Tensor forward(Tensor x) {
            Tensor y = x;
            for (Bijector f : parts) {
                y = f.forward(y);
            }
            return y;
        }

        @Override
        public Tensor inverse(Tensor y) {
            Tensor x = y;
            for (Bijector f : parts.reversed()) {
                x = f.inverse(x);
            }
            return x;
        }

        @Override
        public Tensor extendedInverse(Tensor y) {
            Tensor x = y;
            for (Bijector f : parts.reversed()) {
                x = f.extendedInverse(x);
            }
            return x;
        }

        @Override
        public Tensor logDetJacobian(Tensor x, Tensor y) {
            Tensor sum = null;
            Tensor at = x;
            for (Bijector f : parts) {
                Tensor next = f.forward(at);
                Tensor log = Shapes.sumLast(f.logDetJacobian(at, next), eventRank() - f.eventRank());
                sum = sum == null ? log : sum.add(log);
                at = next;
            }
            return sum == null ? x.fullLike(0.0) : sum;
        }

        @Override
        public Constraint codomain() {
            return parts.isEmpty() ? Constraint.REAL : parts.getLast().codomain();
        }

        @Override
        public int eventRank() {
            return parts.stream().mapToInt(Bijector::eventRank).max().orElse(0);
        }

        @Override
        public Shape forwardShape(Shape x) {
            Shape shape = x;
            for (Bijector f : parts) {
                shape = f.forwardShape(shape);
            }
            return shape;
        }

        @Override
        public Shape inverseShape(Shape y) {
            Shape shape = y;
            for (Bijector f : parts.reversed()) {
                shape = f.inverseShape(shape);
            }
            return shape;
        }

        @Override
        public Tensor sign(Tensor like) {
            Tensor sign = like.fullLike(1.0);
            for (Bijector f : parts) {
                sign = sign.mul(f.sign(like));
            }
            return sign;
        }
    }

    private record Inverse(Bijector f, Constraint codomain) implements Bijector {
        @Override
        public Tensor forward(Tensor x) {
            return f.inverse(x);
        }

        @Override
        public Tensor inverse(Tensor y) {
            return f.forward(y);
        }

        @Override
        public Tensor logDetJacobian(Tensor x, Tensor y) {
            return f.logDetJacobian(y, x).neg();
        }

        @Override
        public Shape forwardShape(Shape x) {
            return f.inverseShape(x);
        }

        @Override
        public Shape inverseShape(Shape y) {
            return f.forwardShape(y);
        }

        @Override
        public int eventRank() {
            return f.eventRank();
        }

        @Override
        public Tensor sign(Tensor like) {
            return f.sign(like);
        }
    }
}
