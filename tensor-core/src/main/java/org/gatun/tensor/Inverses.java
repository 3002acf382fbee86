package org.gatun.tensor;

import org.gatun.tensor.composite.IncompleteBeta;
import org.gatun.tensor.composite.InverseIncompleteBeta;
import org.gatun.tensor.composite.InverseIncompleteGamma;
import org.gatun.tensor.composite.TruncatedNormalQuantile;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;

/** Inverse distribution functions and what they invert, by composites that compute in F64. */
final class Inverses {
    private Inverses() {}

    /** A composite of F64 operands on operands of any dtypes, which broadcast; the result has their common floating dtype. */
    private static Tensor inDoubles(String name, Composite composite, Tensor... operands) {
        Shape shape = operands[0].shape();
        for (Tensor x : operands) {
            shape = Broadcasting.common(name, shape, x.shape());
        }
        DType dtype = Arithmetic.common(operands).toFloating();
        Tensor[] converted = new Tensor[operands.length];
        for (int i = 0; i < converted.length; i++) {
            // first to the common dtype, so that a number of F32 is the same in both forms
            Tensor x = Arithmetic.cast(Arithmetic.cast(operands[i], dtype), DType.F64);
            converted[i] = Arithmetic.expand(x, shape);
        }
        return Arithmetic.cast(Dispatch.bind(new Op.Call(composite), converted), dtype);
    }

    static Tensor truncatedNdtri(Tensor low, Tensor high, Tensor p) {
        return inDoubles("truncatedNdtri", new TruncatedNormalQuantile(), low, high, p);
    }

    static Tensor betainc(Tensor a, Tensor b, Tensor x) {
        return inDoubles("betainc", new IncompleteBeta(), a, b, x);
    }

    static Tensor gammaincinv(Tensor a, Tensor p) {
        return inDoubles("gammaincinv", new InverseIncompleteGamma(false), a, p);
    }

    static Tensor gammainccinv(Tensor a, Tensor q) {
        return inDoubles("gammainccinv", new InverseIncompleteGamma(true), a, q);
    }

    static Tensor betaincinv(Tensor a, Tensor b, Tensor p) {
        return inDoubles("betaincinv", new InverseIncompleteBeta(), a, b, p);
    }
}
