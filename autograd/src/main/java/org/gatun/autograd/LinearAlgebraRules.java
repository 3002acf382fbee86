package org.gatun.autograd;

import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

/**
 * The derivatives of factorisations and triangular solvers, both modes in public operations, for every floating result. The formulas are
 * those of Giles (2008), Townsend (2016) and Walter and Lehmann (2018), and of PyTorch.
 *
 * <p>Symmetric operands count as symmetric: of a tangent the symmetric part is taken, and cotangents are symmetric. Eigenvectors and
 * singular vectors divide by the differences of (squared) values, so that their derivatives are infinite or NaN where two are equal; those
 * of the values alone do not. The vectors that complete Q, U or V move along the shortest way, so that functions that do not depend on the
 * choice of these vectors have the right derivatives.
 */
final class LinearAlgebraRules {
    private LinearAlgebraRules() {}

    /** Whether the pullback reads operand {@code i}. */
    static boolean readsInput(Op.LinearAlgebra op, int i) {
        return switch (op) {
            case Op.Cholesky c -> false;
            case Op.Lu l -> false;
            case Op.Qr q -> false;
            case Op.Eigh e -> false;
            case Op.Svd s -> false;
            case Op.TriangularSolve s -> i == 0;
        };
    }

    /** Whether the pullback reads result {@code i}. */
    static boolean readsResult(Op.LinearAlgebra op, int i) {
        return switch (op) {
            case Op.Cholesky c -> true;
            case Op.Lu l -> i < 2;
            case Op.Qr q -> true;
            case Op.Eigh e -> true;
            case Op.Svd s -> true;
            case Op.TriangularSolve s -> true;
        };
    }

    /** The cotangents of the operands from those of the results, null where nothing flowed in. */
    static @Nullable Tensor[] vjp(Op.LinearAlgebra op, Primal p, @Nullable Tensor[] g) {
        return switch (op) {
            case Op.Cholesky c -> new Tensor[] {choleskyVjp(p.result(0), present(g[0]))};
            case Op.Lu l -> new Tensor[] {LuRules.vjp(p.result(0), p.result(1), present(g[0]))};
            case Op.Qr q -> new Tensor[] {QrRules.vjp(p.result(0), p.result(1), g[0], g[1])};
            case Op.Eigh e -> new Tensor[] {eighVjp(p.result(0), p.result(1), g[0], g[1])};
            case Op.Svd s -> new Tensor[] {SvdRules.vjp(p.result(0), p.result(1), p.result(2), g)};
            case Op.TriangularSolve s -> triangularVjp(s, p.input(0), p.result(0), present(g[0]));
        };
    }

    /** The tangents of the floating results from those of the operands; null for other results. */
    static @Nullable Tensor[] jvp(Op.LinearAlgebra op, Primal p, @Nullable Tensor[] tangents) {
        return switch (op) {
            case Op.Cholesky c -> new Tensor[] {choleskyJvp(p.result(0), present(tangents[0]))};
            case Op.Lu l -> new Tensor[] {LuRules.jvp(p.result(0), p.result(1), present(tangents[0])), null, null};
            case Op.Qr q -> QrRules.jvp(p.result(0), p.result(1), present(tangents[0]));
            case Op.Eigh e -> eighJvp(p.result(0), p.result(1), present(tangents[0]));
            case Op.Svd s -> SvdRules.jvp(p.result(0), p.result(1), p.result(2), present(tangents[0]));
            case Op.TriangularSolve s ->
                new Tensor[] {triangularJvp(s, p.input(0), p.result(0), tangents[0], tangents[1])};
        };
    }

    // ---- Cholesky: L^-1 dA L^-T = L^-1 dL + (L^-1 dL)', of which the lower half is L^-1 dL ----

    private static Tensor choleskyJvp(Tensor l, Tensor t) {
        Tensor half = solve(false, false, l, symmetric(t));
        return l.matmul(lowerHalf(solve(false, false, l, transpose(half))));
    }

    private static Tensor choleskyVjp(Tensor l, Tensor g) {
        Tensor inner = lowerHalf(transpose(l).matmul(g));
        Tensor half = solve(true, false, transpose(l), inner);
        return symmetric(solve(true, false, transpose(l), transpose(half)));
    }

    /** The lower triangle with half of the diagonal. */
    private static Tensor lowerHalf(Tensor x) {
        return x.tril().add(x.tril(-1)).mul(0.5);
    }

    // ---- eigenvalues: dw = diag(V' dA V), and V' dV = (V' dA V) / (w_j - w_i) off the diagonal ----

    private static Tensor[] eighJvp(Tensor w, Tensor v, Tensor t) {
        Tensor inner = transpose(v).matmul(symmetric(t)).matmul(v);
        return new Tensor[] {inner.diagonal(0, -2, -1), v.matmul(inner.div(differences(w)))};
    }

    private static @Nullable Tensor eighVjp(Tensor w, Tensor v, @Nullable Tensor gw, @Nullable Tensor gv) {
        Tensor inner = sum(
                gw == null ? null : gw.diagEmbed(),
                gv == null ? null : transpose(v).matmul(gv).div(differences(w)));
        return inner == null ? null : symmetric(v.matmul(inner).matmul(transpose(v)));
    }

    /** (i, j) holds {@code w_j - w_i}, and the diagonal infinity, which divides to nothing. */
    static Tensor differences(Tensor w) {
        return w.unsqueeze(-2).sub(w.unsqueeze(-1)).maskedFill(diagonal(w), Double.POSITIVE_INFINITY);
    }

    /** Truth on the diagonal of matrices with as many rows as a vector has elements. */
    static Tensor diagonal(Tensor w) {
        Tensor i = Dispatch.source(new Op.Iota(w.size(-1)), w.device());
        return i.unsqueeze(0).eq(i.unsqueeze(1));
    }

    // ---- triangular systems: A dX + dA X = dB ----

    private static Tensor triangularJvp(
            Op.TriangularSolve op, Tensor a, Tensor x, @Nullable Tensor ta, @Nullable Tensor tb) {
        Tensor right = ta == null ? null : triangle(op, ta).matmul(x).neg();
        return Dispatch.bind(op, a, present(sum(right, tb)));
    }

    private static Tensor[] triangularVjp(Op.TriangularSolve op, Tensor a, Tensor x, Tensor g) {
        Tensor gb = solve(!op.upper(), op.unit(), transpose(a), g);
        return new Tensor[] {triangle(op, gb.matmul(transpose(x))).neg(), gb};
    }

    /** The part of a matrix that is read. */
    private static Tensor triangle(Op.TriangularSolve op, Tensor x) {
        long inside = op.unit() ? 1 : 0;
        return op.upper() ? x.triu(inside) : x.tril(-inside);
    }

    // ---- for all ----

    static Tensor solve(boolean upper, boolean unit, Tensor a, Tensor b) {
        return Dispatch.bind(new Op.TriangularSolve(upper, unit), a, b);
    }

    /** {@code B A^-1}. */
    static Tensor solveRight(boolean upper, boolean unit, Tensor a, Tensor b) {
        return transpose(solve(!upper, unit, transpose(a), transpose(b)));
    }

    static Tensor transpose(Tensor x) {
        return x.transpose(-2, -1);
    }

    static Tensor symmetric(Tensor x) {
        return x.add(transpose(x)).mul(0.5);
    }

    /** The sum of those that are there. */
    static @Nullable Tensor sum(@Nullable Tensor a, @Nullable Tensor b) {
        return a == null ? b : b == null ? a : a.add(b);
    }

    static Tensor present(@Nullable Tensor t) {
        if (t == null) {
            throw new IllegalStateException("a derivative was asked for without a tangent or cotangent");
        }
        return t;
    }
}
