package org.gatun.tensor.linalg;

import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.trace.Traced;

/** Powers and the exponential of square matrices. */
final class MatrixFunctions {
    /** The coefficients of the Pade approximant of degree 13, and the norm up to which it is exact in F64 (Higham 2005, table 2.3). */
    private static final double[] PADE_13 = {
        64764752532480000.0,
        32382376266240000.0,
        7771770303897600.0,
        1187353796428800.0,
        129060195264000.0,
        10559470521600.0,
        670442572800.0,
        33522128640.0,
        1323241920.0,
        40840800.0,
        960960.0,
        16380.0,
        182.0,
        1.0
    };

    private static final double NORM_13 = 5.371920351148152;

    /** The same of degree 7, and the norm up to which it is exact in F32. */
    private static final double[] PADE_7 = {17297280, 8648640, 1995840, 277200, 25200, 1512, 56, 1};

    private static final double NORM_7 = 3.925724783138660;

    private MatrixFunctions() {}

    static Tensor power(Tensor a, long n) {
        if (n == 0) {
            return Matrices.expand(Matrices.identity(a, a.size(-1)), Matrices.batch(a))
                    .copy();
        }
        Tensor square = n < 0 ? Matrices.call(new Systems.Inverse(true), a) : a;
        Tensor product = null;
        // Unsigned: the magnitude of the least long is itself.
        for (long rest = Math.abs(n); rest != 0; rest >>>= 1) {
            if ((rest & 1) != 0) {
                product = product == null ? square : product.matmul(square);
            }
            if (rest >>> 1 != 0) {
                square = square.matmul(square);
            }
        }
        return product == null ? a : product == a ? a.view() : product;
    }

    /**
     * Scaling and squaring (Higham 2005): {@code e^A = (e^(A / 2^s))^(2^s)}, with s for each matrix the least that brings its norm into the range
     * of a Pade approximant.
     */
    static Tensor exp(Tensor a) {
        if (a.elements() == 0) {
            return a.copy();
        }
        double range = a.dtype() == DType.F32 ? NORM_7 : NORM_13;
        Tensor norm = a.abs().sum(-2).amax(true, -1).unsqueeze(-1);
        Tensor finite = norm.isFinite().where(norm, norm.fullLike(0));
        int steps = 0;
        for (double most = largest(Traced.beneath(finite)); most > range; most /= 2) {
            steps++;
        }
        Tensor scaled = a;
        for (int i = 0; i < steps; i++) {
            scaled = isLarge(norm, range, i).where(scaled.mul(0.5), scaled);
        }
        Tensor power = pade(scaled, a.dtype() == DType.F32 ? PADE_7 : PADE_13);
        for (int i = 0; i < steps; i++) {
            // Zero in place of those that are done: their squares might overflow, and infinite derivatives times 0 be
            // NaN.
            Tensor large = isLarge(norm, range, i);
            Tensor base = large.where(power, Matrices.constant(a, 0));
            power = large.where(base.matmul(base), power);
        }
        return power;
    }

    private static double largest(Tensor x) {
        return x.elements() == 0 ? 0 : x.max().item();
    }

    private static Tensor isLarge(Tensor norm, double range, int halvings) {
        return norm.gt(Math.scalb(range, halvings));
    }

    /** {@code (V - U)^-1 (V + U)} with the odd terms in U and the even ones in V. */
    private static Tensor pade(Tensor a, double[] b) {
        Tensor one = Matrices.identity(a, a.size(-1));
        Tensor a2 = a.matmul(a);
        Tensor a4 = a2.matmul(a2);
        Tensor a6 = a4.matmul(a2);
        Tensor odd = one.mul(b[1]).add(a2.mul(b[3])).add(a4.mul(b[5])).add(a6.mul(b[7]));
        Tensor even = one.mul(b[0]).add(a2.mul(b[2])).add(a4.mul(b[4])).add(a6.mul(b[6]));
        if (b.length > 8) {
            odd = odd.add(a6.matmul(a2.mul(b[9]).add(a4.mul(b[11])).add(a6.mul(b[13]))));
            even = even.add(a6.matmul(a2.mul(b[8]).add(a4.mul(b[10])).add(a6.mul(b[12]))));
        }
        Tensor u = a.matmul(odd);
        return Matrices.call(new Systems.Solve(), even.sub(u), even.add(u));
    }

    /** The product of the reflections {@code I - tau v v'}, each v a column with 1 on the diagonal and zeros above. */
    static Tensor householder(Tensor a, Tensor tau) {
        long m = a.size(-2);
        long n = a.size(-1);
        Tensor vectors = Matrices.diagonal(a, m, n).where(Matrices.constant(a, 1), a.tril(-1));
        Tensor q = Matrices.diagonal(a, m, n).to(a.dtype());
        for (long j = tau.size(-1) - 1; j >= 0; j--) {
            Tensor v = vectors.slice(-1, j, j + 1);
            Tensor along = Matrices.transpose(v).matmul(q);
            q = q.sub(v.mul(tau.slice(-1, j, j + 1).unsqueeze(-1)).matmul(along));
        }
        return q.broadcastTo(a.shape());
    }

    /** The columns 1, x, x^2, .. as a running product, whose derivative is right at 0 too. */
    static Tensor vander(Tensor x, long count) {
        Tensor column = x.unsqueeze(-1);
        if (count == 0) {
            return column.slice(-1, 0, 0);
        }
        Tensor repeated = column.broadcastTo(column.shape().withSize(-1, count - 1));
        Tensor ones = Tensors.onesLike(column);
        return Tensors.cat(-1, ones, repeated).cumprod(-1);
    }
}
