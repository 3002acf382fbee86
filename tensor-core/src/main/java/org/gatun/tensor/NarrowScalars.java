package org.gatun.tensor;

import java.util.List;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.Expr;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.trace.Dispatch;

/**
 * Arithmetic of BF16 and F16 tensors with Java numbers. A number takes part as an F32, as in PyTorch, and not as what the narrow dtype
 * makes of it: 0.999 would be 1 in BF16.
 */
final class NarrowScalars {
    private static final Op.Fused[] BF16 = ops(DType.BF16);
    private static final Op.Fused[] F16 = ops(DType.F16);

    private NarrowScalars() {}

    /** The functions of a narrow tensor and an F32 number, in one pass. */
    private static Op.Fused[] ops(DType dtype) {
        Op.Fused[] ops = new Op.Fused[BinaryFn.values().length];
        for (BinaryFn fn : BinaryFn.values()) {
            List<Expr.Node> nodes = List.of(
                    new Expr.Apply(new Op.Cast(DType.F32), 0, -1, -1, DType.F32),
                    new Expr.Apply(new Op.Binary(fn), 2, 1, -1, DType.F32),
                    new Expr.Apply(new Op.Cast(dtype), 3, -1, -1, dtype));
            ops[fn.ordinal()] = new Op.Fused(new Expr(List.of(dtype, DType.F32), nodes, List.of(4)));
        }
        return ops;
    }

    static boolean applies(DType dtype) {
        return dtype == DType.BF16 || dtype == DType.F16;
    }

    /** The operation on a tensor of a dtype that {@link #applies} and an F32 tensor of its shape. */
    static Op.Fused op(BinaryFn fn, DType dtype) {
        return (dtype == DType.BF16 ? BF16 : F16)[fn.ordinal()];
    }

    static Tensor binary(BinaryFn fn, Tensor a, double b) {
        Tensor number = Arithmetic.constant(a, DType.F32, b);
        return Dispatch.bind(op(fn, a.dtype()), a, Arithmetic.expand(number, a.shape()));
    }
}
