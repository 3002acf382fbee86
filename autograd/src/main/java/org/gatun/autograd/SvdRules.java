package org.gatun.autograd;

import static org.gatun.autograd.LinearAlgebraRules.transpose;

import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

/**
 * The derivative of {@code A = U diag(s) V'} in both modes. With {@code K = U' dA V} and division by {@code s_j^2 - s_i^2} off the
 * diagonal, {@code ds = diag(K)}, {@code U' dU = (K S + S K') / ..} and {@code V' dV = (S K + K' S) / ..}; what of dA lies outside the span of U
 * or V moves them by {@code 1 / s}.
 */
final class SvdRules {
    private SvdRules() {}

    static Tensor[] jvp(Tensor u, Tensor s, Tensor vh, Tensor t) {
        long k = s.size(-1);
        Tensor u1 = u.slice(-1, 0, k);
        Tensor v = transpose(vh);
        Tensor v1 = v.slice(-1, 0, k);
        Tensor row = s.unsqueeze(-2);
        Tensor column = s.unsqueeze(-1);
        Tensor inner = transpose(u1).matmul(t).matmul(v1);
        Tensor gaps = gaps(s);
        Tensor scaled = inner.mul(row);
        Tensor dU = u1.matmul(scaled.add(transpose(scaled)).div(gaps));
        Tensor left = inner.mul(column);
        Tensor dV = v1.matmul(left.add(transpose(left)).div(gaps));
        if (u.size(-2) > k) {
            dU = dU.add(outside(u1, t.matmul(v1)).div(row));
        }
        if (v.size(-2) > k) {
            dV = dV.add(outside(v1, transpose(t).matmul(u1)).div(row));
        }
        return new Tensor[] {whole(u, k, dU), inner.diagonal(0, -2, -1), transpose(whole(v, k, dV))};
    }

    static @Nullable Tensor vjp(Tensor u, Tensor s, Tensor vh, @Nullable Tensor[] g) {
        long k = s.size(-1);
        Tensor u1 = u.slice(-1, 0, k);
        Tensor v = transpose(vh);
        Tensor v1 = v.slice(-1, 0, k);
        Tensor row = s.unsqueeze(-2);
        Tensor gS = g[1];
        Tensor gU = g[0] == null ? null : QrRules.completed(u, k, LinearAlgebraRules.present(g[0]));
        Tensor gV = g[2] == null ? null : QrRules.completed(v, k, transpose(LinearAlgebraRules.present(g[2])));
        Tensor inner = gS == null ? null : gS.diagEmbed();
        if (gU != null) {
            inner = LinearAlgebraRules.sum(inner, skew(u1, gU).div(gaps(s)).mul(row));
        }
        if (gV != null) {
            inner = LinearAlgebraRules.sum(inner, skew(v1, gV).div(gaps(s)).mul(s.unsqueeze(-1)));
        }
        if (inner == null) {
            return null;
        }
        Tensor sum = u1.matmul(inner).matmul(transpose(v1));
        if (gU != null && u.size(-2) > k) {
            sum = sum.add(outside(u1, gU).div(row).matmul(transpose(v1)));
        }
        if (gV != null && v.size(-2) > k) {
            sum = sum.add(u1.matmul(transpose(outside(v1, gV).div(row))));
        }
        return sum;
    }

    /** (i, j) holds {@code s_j^2 - s_i^2}, as a product so that close values keep their digits, and the diagonal infinity. */
    private static Tensor gaps(Tensor s) {
        return s.unsqueeze(-2)
                .sub(s.unsqueeze(-1))
                .mul(s.unsqueeze(-2).add(s.unsqueeze(-1)))
                .maskedFill(LinearAlgebraRules.diagonal(s), Double.POSITIVE_INFINITY);
    }

    private static Tensor skew(Tensor vectors, Tensor g) {
        Tensor inner = transpose(vectors).matmul(g);
        return inner.sub(transpose(inner));
    }

    /** The part of x that is orthogonal to some orthonormal columns. */
    private static Tensor outside(Tensor columns, Tensor x) {
        return x.sub(columns.matmul(transpose(columns).matmul(x)));
    }

    private static Tensor whole(Tensor vectors, long k, Tensor tangent) {
        return vectors.size(-1) == k
                ? tangent
                : Dispatch.bind(new Op.Concat(vectors.rank() - 1), tangent, QrRules.completion(vectors, k, tangent));
    }
}
