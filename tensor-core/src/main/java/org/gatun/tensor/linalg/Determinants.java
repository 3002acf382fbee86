package org.gatun.tensor.linalg;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.trace.Dispatch;
import org.gatun.tensor.trace.Traced;
import org.jspecify.annotations.Nullable;

/**
 * Determinants. The derivative of the determinant is the matrix of cofactors, {@code det(A) A^-T} where A is regular, and the derivative
 * of that is a symmetric form in two directions. Both are polynomials in the elements, and where A is singular, or close to it,
 * they come from the SVD without a division, so that they hold for any rank.
 */
final class Determinants {
    private Determinants() {}

    static Tensor det(Tensor a) {
        return Matrices.call(new Determinant(), a);
    }

    static SlogDet slogdet(Tensor a) {
        Tensor[] factors = Dispatch.bindAll(new Op.Lu(false), a);
        Tensor pivots = factors[0].diagonal();
        // The sign of NaN is 0, but that of a determinant that is NaN is not.
        Tensor signs = pivots.isNan().where(Matrices.constant(a, Double.NaN), pivots.sign());
        Tensor sign = factors[2].to(a.dtype()).mul(signs.prod(-1));
        return new SlogDet(sign, pivots.abs().log().sum(-1));
    }

    static Tensor logdet(Tensor a) {
        SlogDet parts = slogdet(a);
        return parts.sign().lt(0).where(Matrices.constant(a, Double.NaN), parts.logAbsDet());
    }

    /** The determinant from LU factors. */
    record Determinant() implements Composite {
        @Override
        public String name() {
            return "det";
        }

        @Override
        public int arity() {
            return 1;
        }

        @Override
        public List<Tensor> fallback(List<Tensor> inputs) {
            Tensor[] factors = Dispatch.bindAll(new Op.Lu(false), inputs.get(0));
            Tensor sign = factors[2].to(inputs.get(0).dtype());
            return List.of(sign.mul(factors[0].diagonal().prod(-1)));
        }

        @Override
        public Optional<Derivative> derivative() {
            return Optional.of(new DeterminantRule());
        }
    }

    private record DeterminantRule() implements Composite.Derivative {
        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs, List<@Nullable Tensor> results, List<Tensor> cotangents) {
            Tensor cofactors = Matrices.call(new Cofactors(), Systems.at(inputs, 0));
            return Arrays.asList(cofactors.mul(scalar(cotangents.get(0))));
        }

        @Override
        public List<Tensor> jvp(List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents) {
            return List.of(inner(Matrices.call(new Cofactors(), inputs.get(0)), tangents.get(0)));
        }

        @Override
        public boolean usesResult(int i) {
            return false;
        }
    }

    /** The matrix of cofactors: the gradient of the determinant. */
    record Cofactors() implements Composite {
        @Override
        public String name() {
            return "cofactors";
        }

        @Override
        public int arity() {
            return 1;
        }

        @Override
        public List<Tensor> fallback(List<Tensor> inputs) {
            Tensor a = inputs.get(0);
            if (!isSingular(a, a.size(-1) * Matrices.epsilon(a.dtype()))) {
                Tensor inverse = Matrices.call(new Systems.Inverse(false), a);
                return List.of(Matrices.transpose(inverse).mul(scalar(det(a))));
            }
            Tensor[] usv = Dispatch.bindAll(new Op.Svd(true), a);
            // With U and V' reflected so that both are rotations, the cofactors of U S V' are U C(S) V'.
            Tensor others = without(usv[1], Matrices.diagonal(a, a.size(-1), a.size(-1)));
            return List.of(scaled(usv, others.diagEmbed()));
        }

        @Override
        public Optional<Derivative> derivative() {
            return Optional.of(new CofactorsRule());
        }
    }

    /** A second derivative of a real function: tangents and cotangents go through one symmetric form. */
    private record CofactorsRule() implements Composite.Derivative {
        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs, List<@Nullable Tensor> results, List<Tensor> cotangents) {
            return Arrays.asList(second(Systems.at(inputs, 0), cotangents.get(0)));
        }

        @Override
        public List<Tensor> jvp(List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents) {
            return List.of(second(inputs.get(0), tangents.get(0)));
        }

        @Override
        public boolean usesResult(int i) {
            return false;
        }
    }

    /**
     * The derivative of the cofactors in the direction h: {@code (<C, h> C - C h' C) / det}. For a diagonal matrix S it holds, on the
     * diagonal, the sums of the h[k, k] times the products of all but s[i] and s[k], and elsewhere {@code -h[j, i]} times the product of all
     * but s[i] and s[j].
     */
    private static Tensor second(Tensor a, Tensor h) {
        // For a rank of n - 1 the difference of the two terms vanishes: the less regular a matrix is, the more digits
        // it loses.
        if (!isSingular(a, Math.cbrt(Matrices.epsilon(a.dtype())))) {
            Tensor c = Matrices.call(new Cofactors(), a);
            Tensor inverse = Matrices.call(new Systems.Inverse(false), a);
            Tensor whole = c.mul(scalar(inner(Matrices.transpose(inverse), h)));
            return whole.sub(c.matmul(Matrices.transpose(h)).matmul(Matrices.transpose(inverse)));
        }
        long n = a.size(-1);
        Tensor[] usv = Dispatch.bindAll(new Op.Svd(true), a);
        Tensor diagonal = Matrices.diagonal(a, n, n);
        Tensor pairs = without(usv[1], diagonal.unsqueeze(1).or(diagonal.unsqueeze(0)));
        Tensor turned = Matrices.transpose(usv[0]).matmul(h).matmul(Matrices.transpose(usv[2]));
        Tensor apart = pairs.maskedFill(diagonal, 0);
        Tensor onDiagonal = apart.matmul(turned.diagonal().unsqueeze(-1)).squeeze(-1);
        Tensor inside = onDiagonal.diagEmbed().sub(apart.mul(Matrices.transpose(turned)));
        return scaled(usv, inside);
    }

    /** For masks of the values to leave out, along the last axis: the products of the others. */
    private static Tensor without(Tensor s, Tensor masks) {
        Tensor rows = masks.rank() == 2 ? s.unsqueeze(-2) : s.unsqueeze(-2).unsqueeze(-2);
        return masks.where(Matrices.constant(s, 1), rows).prod(-1);
    }

    /** {@code det(U) det(V') U inside V'}; the determinants are 1 or -1. */
    private static Tensor scaled(Tensor[] usv, Tensor inside) {
        Tensor sign = slogdet(usv[0].detach().matmul(usv[2].detach())).sign();
        return usv[0].matmul(inside).matmul(usv[2]).mul(scalar(sign));
    }

    /** Whether the least pivot of some matrix of a batch is below a bound relative to the largest. */
    private static boolean isSingular(Tensor a, double bound) {
        if (a.elements() == 0) {
            return false;
        }
        Tensor pivots = Dispatch.bindAll(new Op.Lu(false), Traced.beneath(a))[0]
                .diagonal()
                .abs();
        return pivots.amin(-1).le(pivots.amax(-1).mul(bound)).any().toBooleanArray()[0];
    }

    private static Tensor scalar(Tensor batch) {
        return batch.unsqueeze(-1).unsqueeze(-1);
    }

    private static Tensor inner(Tensor a, Tensor b) {
        return a.mul(b).sum(-2, -1);
    }
}
