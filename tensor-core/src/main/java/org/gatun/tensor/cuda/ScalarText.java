package org.gatun.tensor.cuda;

import java.util.Set;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.CompareFn;
import org.gatun.tensor.ir.LogicFn;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.UnaryFn;

/**
 * Scalar operations as expressions of CUDA C, calls of the functions in {@code elementwise.cuh} and the files of special functions. Operands
 * and results have the {@linkplain DType#arithmetic arithmetic type} of their dtype; the result of a narrow dtype is rounded to it.
 */
final class ScalarText {
    private ScalarText() {}

    /**
     * The expression of an operation.
     *
     * @param op the operation
     * @param operand the dtype of its operands; of a choice, that of the alternatives
     * @param result the dtype of its result
     * @param x the operands' names; a variable {@code faults} is in scope
     */
    static String expression(Op.Scalar op, DType operand, DType result, String... x) {
        String value = switch (op) {
            case Op.Unary u -> function(name(u.fn()), x);
            case Op.Binary b -> binary(b.fn(), operand, x);
            case Op.Select s -> x[0] + " ? " + x[1] + " : " + x[2];
            case Op.Compare c -> x[0] + sign(c.fn()) + x[1];
            case Op.Logic l -> logic(l.fn(), operand, x);
            case Op.Not n -> operand == DType.BOOL ? "!" + x[0] : "~" + x[0];
            case Op.Cast c -> cast(operand, c.to(), x[0]);
        };
        return op instanceof Op.Select ? value : rounded(result, value);
    }

    /** What the value of an operation becomes in a dtype. */
    private static String rounded(DType dtype, String value) {
        String type = CType.of(dtype);
        return switch (dtype) {
            case BF16, F16, I16, I8 -> "rounded<" + type + ">(" + value + ")";
            case F32, F64, I64, I32, U8, BOOL -> "(" + type + ")(" + value + ")";
        };
    }

    /** The files that hold an operation's functions, besides {@code elementwise.cuh}. */
    static Set<String> includes(Op.Scalar op) {
        return switch (op) {
            case Op.Unary u ->
                switch (u.fn()) {
                    case ERF, ERFC, ERFCX, ERFINV, NDTR, NDTRI -> Set.of("erf.cuh");
                    case I0, I0E, I1, I1E -> Set.of("bessel.cuh");
                    case LGAMMA, DIGAMMA -> Set.of("gamma.cuh");
                    case NEG, ABS, SIGN, SQUARE, RELU, SQRT, RSQRT, CBRT, RECIPROCAL, EXP, EXP2, EXPM1 -> Set.of();
                    case LOG, LOG2, LOG10, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH -> Set.of();
                    case ASINH, ACOSH, ATANH, SIGMOID, SOFTPLUS, FLOOR, CEIL, ROUND, TRUNC -> Set.of();
                };
            case Op.Binary b ->
                switch (b.fn()) {
                    case ZETA -> Set.of("zeta.cuh");
                    case GAMMAINC, GAMMAINCC -> Set.of("gammainc.cuh");
                    case ADD, SUB, MUL, DIV, FLOOR_DIVIDE, TRUNC_DIVIDE, REMAINDER, FMOD, POW -> Set.of();
                    case MAXIMUM, MINIMUM, ATAN2, HYPOT, COPYSIGN, NEXTAFTER -> Set.of();
                };
            case Op.Select s -> Set.of();
            case Op.Compare c -> Set.of();
            case Op.Logic l -> Set.of();
            case Op.Not n -> Set.of();
            case Op.Cast c -> Set.of();
        };
    }

    /** Whether an operation on operands of a dtype has no result for some of them: a divisor of 0, a negative exponent. */
    static boolean canFault(Op.Scalar op, DType operand) {
        return op instanceof Op.Binary b && !operand.isFloating() && isPartial(b.fn());
    }

    /** Whether the function of integers has no value for some of them. */
    private static boolean isPartial(BinaryFn fn) {
        return switch (fn) {
            case FLOOR_DIVIDE, TRUNC_DIVIDE, REMAINDER, FMOD, POW -> true;
            case ADD, SUB, MUL, DIV, MAXIMUM, MINIMUM, ATAN2, HYPOT, COPYSIGN, NEXTAFTER -> false;
            case ZETA, GAMMAINC, GAMMAINCC -> false;
        };
    }

    private static String function(String name, String... x) {
        return name + "(" + String.join(", ", x) + ")";
    }

    private static String name(UnaryFn fn) {
        return switch (fn) {
            case NEG -> "negOf";
            case ABS -> "absOf";
            case SIGN -> "signOf";
            case SQUARE -> "squareOf";
            case RELU -> "reluOf";
            case SQRT -> "sqrtOf";
            case RSQRT -> "rsqrtOf";
            case CBRT -> "cbrtOf";
            case RECIPROCAL -> "reciprocalOf";
            case EXP -> "expOf";
            case EXP2 -> "exp2Of";
            case EXPM1 -> "expm1Of";
            case LOG -> "logOf";
            case LOG2 -> "log2Of";
            case LOG10 -> "log10Of";
            case LOG1P -> "log1pOf";
            case SIN -> "sinOf";
            case COS -> "cosOf";
            case TAN -> "tanOf";
            case ASIN -> "asinOf";
            case ACOS -> "acosOf";
            case ATAN -> "atanOf";
            case SINH -> "sinhOf";
            case COSH -> "coshOf";
            case TANH -> "tanhOf";
            case ASINH -> "asinhOf";
            case ACOSH -> "acoshOf";
            case ATANH -> "atanhOf";
            case SIGMOID -> "sigmoidOf";
            case SOFTPLUS -> "softplusOf";
            case ERF -> "erfOf";
            case ERFC -> "erfcOf";
            case ERFCX -> "erfcxOf";
            case ERFINV -> "erfinvOf";
            case NDTR -> "ndtrOf";
            case NDTRI -> "ndtriOf";
            case LGAMMA -> "lgammaOf";
            case DIGAMMA -> "digammaOf";
            case I0 -> "i0Of";
            case I0E -> "i0eOf";
            case I1 -> "i1Of";
            case I1E -> "i1eOf";
            case FLOOR -> "floorOf";
            case CEIL -> "ceilOf";
            case ROUND -> "roundOf";
            case TRUNC -> "truncOf";
        };
    }

    private static String binary(BinaryFn fn, DType operand, String... x) {
        String name = switch (fn) {
            case ADD -> "addOf";
            case SUB -> "subOf";
            case MUL -> "mulOf";
            case DIV -> "divOf";
            case FLOOR_DIVIDE -> "floorDivideOf";
            case TRUNC_DIVIDE -> "truncDivideOf";
            case REMAINDER -> "remainderOf";
            case FMOD -> "fmodOf";
            case POW -> "powOf";
            case MAXIMUM -> "maximumOf";
            case MINIMUM -> "minimumOf";
            case ATAN2 -> "atan2Of";
            case HYPOT -> "hypotOf";
            case COPYSIGN -> "copysignOf";
            case NEXTAFTER -> "nextafterOf";
            case ZETA -> "zetaOf";
            case GAMMAINC -> "gammaincOf";
            case GAMMAINCC -> "gammainccOf";
        };
        if (fn == BinaryFn.NEXTAFTER && operand.isNarrow()) {
            return "nextafterOf<" + CType.of(operand) + ">(" + x[0] + ", " + x[1] + ")";
        }
        return !operand.isFloating() && isPartial(fn) ? function(name, x[0], x[1], "faults") : function(name, x);
    }

    private static String sign(CompareFn fn) {
        return switch (fn) {
            case EQ -> " == ";
            case NE -> " != ";
            case LT -> " < ";
            case LE -> " <= ";
            case GT -> " > ";
            case GE -> " >= ";
        };
    }

    private static String logic(LogicFn fn, DType operand, String... x) {
        return switch (fn) {
            case AND -> x[0] + " & " + x[1];
            case OR -> x[0] + " | " + x[1];
            case XOR -> x[0] + " ^ " + x[1];
            case SHIFT_LEFT -> function("shiftLeftOf<" + Byte.SIZE * operand.bytes() + ">", x);
            case SHIFT_RIGHT -> function("shiftRightOf<" + Byte.SIZE * operand.bytes() + ">", x);
            case GCD -> function("gcdOf", x);
        };
    }

    /** A conversion; the 16-bit floating types are reached by way of F32, the short integers by way of the long. */
    private static String cast(DType from, DType to, String x) {
        return switch (to) {
            case BOOL -> x + " != 0";
            case F32, F64 -> x;
            case BF16, F16 -> "(float)" + x;
            case I32 -> from.isFloating() ? "saturated32(" + x + ")" : "(i32)" + x;
            // Shorter integers are the low bits of the long one.
            case I64, U8, I16, I8 ->
                "(" + CType.arithmetic(to) + ")" + (from.isFloating() ? "saturated(" + x + ")" : x);
        };
    }
}
