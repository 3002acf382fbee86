package org.gatun.tensor.trace;

import java.util.Arrays;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.UnaryFn;
import org.jspecify.annotations.Nullable;

/**
 * What a public method does to operands of F32, BF16 and F16 inside an autocast scope: the lists that PyTorch has for CUDA. Other dtypes stay
 * as they are, and so do all operands where one is F64. Whatever the method calls then runs outside of the scope.
 */
public enum CastPolicy {
    /** To the 16-bit dtype of the scope: matrix products and convolutions. */
    LOWER,
    /** To F32: what loses its digits, or the range, in 16 bits. */
    F32,
    /** To the widest among them: what needs one dtype. */
    PROMOTE,
    /** As outside of the scope: for methods on none of the lists that are made of some that are. */
    AS_IS;

    /** The policy of a function of one tensor; a square is a power. */
    public static CastPolicy of(UnaryFn fn) {
        return switch (fn) {
            case ACOS,
                    ASIN,
                    COSH,
                    ERFINV,
                    EXP,
                    EXPM1,
                    LOG,
                    LOG10,
                    LOG1P,
                    LOG2,
                    RECIPROCAL,
                    RSQRT,
                    SINH,
                    SOFTPLUS,
                    SQUARE,
                    TAN -> F32;
            case NEG,
                    ABS,
                    SIGN,
                    RELU,
                    SQRT,
                    CBRT,
                    EXP2,
                    SIN,
                    COS,
                    ATAN,
                    TANH,
                    ASINH,
                    ACOSH,
                    ATANH,
                    SIGMOID,
                    ERF,
                    ERFC,
                    ERFCX,
                    NDTR,
                    NDTRI,
                    LGAMMA,
                    DIGAMMA,
                    I0,
                    I0E,
                    I1,
                    I1E,
                    FLOOR,
                    CEIL,
                    ROUND,
                    TRUNC -> AS_IS;
        };
    }

    /** The policy of a function of two tensors. */
    public static CastPolicy of(BinaryFn fn) {
        return switch (fn) {
            case POW -> F32;
            case ATAN2 -> PROMOTE;
            case ADD,
                    SUB,
                    MUL,
                    DIV,
                    FLOOR_DIVIDE,
                    TRUNC_DIVIDE,
                    REMAINDER,
                    FMOD,
                    MAXIMUM,
                    MINIMUM,
                    HYPOT,
                    COPYSIGN,
                    NEXTAFTER,
                    ZETA,
                    GAMMAINC,
                    GAMMAINCC -> AS_IS;
        };
    }

    /** The operand that a single operation gets. */
    public Tensor cast(Tensor x) {
        DType scope = this == AS_IS ? null : ActiveCast.dtype();
        return scope == null ? x : cast(scope, x)[0];
    }

    /** A method of one tensor. */
    public Tensor apply(Tensor x, UnaryOperator<Tensor> method) {
        return apply(in -> method.apply(in[0]), x);
    }

    /** A method of two tensors. */
    public Tensor apply(Tensor x, Tensor y, BinaryOperator<Tensor> method) {
        return apply(in -> method.apply(in[0], in[1]), x, y);
    }

    /** A method of any number of tensors; those that are left out are null and stay so. */
    @SuppressWarnings("NullAway") // the method knows which of its operands may be null
    public <R> R apply(Function<Tensor[], R> method, @Nullable Tensor... operands) {
        DType scope = ActiveCast.dtype();
        return scope == null
                ? method.apply(operands)
                : ActiveCast.within(null, () -> method.apply(cast(scope, operands)));
    }

    private @Nullable Tensor[] cast(DType scope, @Nullable Tensor... operands) {
        DType widest = null;
        for (Tensor x : operands) {
            if (x != null && x.dtype().isFloating()) {
                widest = widest == null ? x.dtype() : DType.promote(widest, x.dtype());
            }
        }
        if (widest == null || widest == DType.F64) {
            return operands;
        }
        DType to = switch (this) {
            case LOWER -> scope;
            case F32 -> DType.F32;
            case PROMOTE -> widest;
            case AS_IS -> null;
        };
        @Nullable Tensor[] converted = Arrays.copyOf(operands, operands.length, Tensor[].class);
        for (int i = 0; i < converted.length; i++) {
            Tensor x = converted[i];
            if (to != null && x != null && x.dtype().isFloating() && x.dtype() != to) {
                converted[i] = Dispatch.bind(new Op.Cast(to), x);
            }
        }
        return converted;
    }
}
