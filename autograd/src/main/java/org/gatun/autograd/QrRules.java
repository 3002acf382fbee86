package org.gatun.autograd;

import static org.gatun.autograd.LinearAlgebraRules.solveRight;
import static org.gatun.autograd.LinearAlgebraRules.transpose;

import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

/**
 * The derivative of {@code A = Q R} in both modes. For the leading k by k block R1 of R and the columns Q1 that it combines, {@code Q1'
 * dA R1^-1} is the sum of the skew {@code Q1' dQ1} and the upper triangular {@code dR1 R1^-1}. Columns of R to the right follow from {@code R =
 * Q' A}, and columns that complete Q stay orthogonal.
 */
final class QrRules {
    private QrRules() {}

    static Tensor[] jvp(Tensor q, Tensor r, Tensor t) {
        long k = Math.min(q.size(-2), r.size(-1));
        long n = r.size(-1);
        Tensor q1 = q.slice(-1, 0, k);
        Tensor r1 = r.slice(-2, 0, k).slice(-1, 0, k);
        Tensor b = solveRight(true, false, r1, t.slice(-1, 0, k));
        Tensor c = transpose(q1).matmul(b);
        Tensor skew = c.tril(-1).sub(transpose(c.tril(-1)));
        Tensor upper = c.sub(skew);
        Tensor dQ = b.sub(q1.matmul(upper));
        Tensor dR = upper.matmul(r1);
        if (n > k) {
            Tensor rest = r.slice(-1, k, n);
            Tensor right =
                    transpose(q1).matmul(t.slice(-1, k, n)).add(transpose(dQ).matmul(q1.matmul(rest)));
            dR = Dispatch.bind(new Op.Concat(r.rank() - 1), dR, right);
        }
        if (q.size(-1) > k) {
            dQ = Dispatch.bind(new Op.Concat(q.rank() - 1), dQ, completion(q, k, dQ));
            Tensor zeros = r.slice(-2, k, r.size(-2)).fullLike(0);
            dR = Dispatch.bind(new Op.Concat(r.rank() - 2), dR, zeros);
        }
        return new Tensor[] {dQ, dR};
    }

    static @Nullable Tensor vjp(Tensor q, Tensor r, @Nullable Tensor gq, @Nullable Tensor gr) {
        long k = Math.min(q.size(-2), r.size(-1));
        long n = r.size(-1);
        Tensor q1 = q.slice(-1, 0, k);
        Tensor r1 = r.slice(-2, 0, k).slice(-1, 0, k);
        Tensor gQ = gq == null ? null : completed(q, k, gq);
        Tensor gR = gr == null ? null : gr.slice(-2, 0, k);
        Tensor right = null;
        if (n > k && gR != null) {
            Tensor g2 = gR.slice(-1, k, n);
            right = q1.matmul(g2);
            gQ = LinearAlgebraRules.sum(
                    gQ, q1.matmul(r.slice(-2, 0, k).slice(-1, k, n)).matmul(transpose(g2)));
        }
        Tensor inner = LinearAlgebraRules.sum(
                gR == null ? null : r1.matmul(transpose(gR.slice(-1, 0, k))),
                gQ == null ? null : transpose(gQ).matmul(q1).neg());
        if (inner == null) {
            return null;
        }
        Tensor mirrored = inner.tril().add(transpose(inner.tril(-1)));
        Tensor sum = LinearAlgebraRules.present(LinearAlgebraRules.sum(gQ, q1.matmul(mirrored)));
        Tensor left = solveRight(false, false, transpose(r1), sum);
        if (n == k) {
            return left;
        }
        // Then R has the rows of A.
        Tensor rest = right == null ? r.slice(-1, k, n).fullLike(0) : right;
        return Dispatch.bind(new Op.Concat(r.rank() - 1), left, rest);
    }

    /** The tangent of the columns from k on, which stay orthogonal to the others: {@code -Q1 dQ1' Q2}. */
    static Tensor completion(Tensor q, long k, Tensor tangent) {
        return q.slice(-1, 0, k)
                .matmul(transpose(tangent).matmul(q.slice(-1, k, q.size(-1))))
                .neg();
    }

    /** The cotangent of the first k columns, with what flows to them through those that complete Q. */
    static Tensor completed(Tensor q, long k, Tensor g) {
        Tensor first = g.slice(-1, 0, k);
        if (q.size(-1) == k) {
            return first;
        }
        Tensor rest = q.slice(-1, k, q.size(-1));
        Tensor inner = transpose(g.slice(-1, k, q.size(-1))).matmul(q.slice(-1, 0, k));
        return first.sub(rest.matmul(inner));
    }
}
