package org.gatun.tensor.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.CompareFn;
import org.gatun.tensor.ir.Expr;
import org.gatun.tensor.ir.LogicFn;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.ScalarTypes;
import org.gatun.tensor.ir.UnaryFn;
import org.jspecify.annotations.Nullable;

/** Random elementwise regions over all dtypes, the same for the same seed. */
final class RandomPrograms {
    private final SplittableRandom random;
    private final boolean rounded;
    private final List<DType> inputs = new ArrayList<>();
    private final List<Expr.Node> nodes = new ArrayList<>();

    private RandomPrograms(int seed, boolean rounded) {
        this.random = new SplittableRandom(seed);
        this.rounded = rounded;
    }

    /** The region {@code x -> x * x} on F32. */
    static Expr square() {
        return new Expr(
                List.of(DType.F32),
                List.of(new Expr.Apply(new Op.Binary(BinaryFn.MUL), 0, 0, -1, DType.F32)),
                List.of(1));
    }

    /** A region of functions whose results are correctly rounded, so that every backend must give the same bits. */
    static Expr program(int seed) {
        return new RandomPrograms(seed, true).write();
    }

    /** A region of any functions. */
    static Expr anyProgram(int seed) {
        return new RandomPrograms(seed, false).write();
    }

    private Expr write() {
        int arguments = 1 + random.nextInt(4);
        for (int i = 0; i < arguments; i++) {
            inputs.add(random.nextInt(3) > 0 ? DType.F32 : pick(DType.values()));
        }
        int length = 3 + random.nextInt(18);
        while (nodes.size() < length) {
            Expr.Node node = node();
            if (node != null) {
                nodes.add(node);
            }
        }
        var outputs = new ArrayList<Integer>();
        outputs.add(arguments + length - 1);
        for (int more = random.nextInt(3); more > 0; more--) {
            outputs.add(random.nextInt(arguments + length));
        }
        return new Expr(inputs, nodes, outputs);
    }

    private Expr.@Nullable Node node() {
        int a = random.nextInt(inputs.size() + nodes.size());
        DType dtype = dtype(a);
        int b = partner(dtype);
        return switch (random.nextInt(10)) {
            case 0, 1, 2 -> {
                UnaryFn fn = pick(UnaryFn.values());
                yield fn.accepts(dtype) && (!rounded || isRounded(fn)) ? apply(new Op.Unary(fn), a, -1, -1) : null;
            }
            case 3, 4, 5 -> {
                BinaryFn fn = pick(BinaryFn.values());
                boolean safe = dtype.isFloating() || isTotal(fn);
                yield fn.accepts(dtype) && safe && (!rounded || isRounded(fn))
                        ? apply(new Op.Binary(fn), a, b, -1)
                        : null;
            }
            case 6 -> apply(new Op.Compare(pick(CompareFn.values())), a, b, -1);
            case 7 -> {
                int condition = partner(DType.BOOL);
                yield condition < 0 ? null : apply(new Op.Select(), condition, a, b);
            }
            case 8 -> apply(new Op.Cast(pick(DType.values())), a, -1, -1);
            default -> {
                if (dtype.isFloating()) {
                    yield Expr.Constant.of(dtype, (float) random.nextDouble(-3, 3));
                }
                LogicFn fn = pick(LogicFn.values());
                yield random.nextBoolean() || !fn.accepts(dtype)
                        ? apply(new Op.Not(), a, -1, -1)
                        : apply(new Op.Logic(fn), a, b, -1);
            }
        };
    }

    private Expr.Apply apply(Op.Scalar op, int a, int b, int c) {
        var types = new ArrayList<DType>();
        for (int value : new int[] {a, b, c}) {
            if (value >= 0) {
                types.add(dtype(value));
            }
        }
        return new Expr.Apply(op, a, b, c, ScalarTypes.result(op, types.toArray(DType[]::new)));
    }

    /** A value of a dtype, chosen at random, or -1 if there is none. */
    private int partner(DType dtype) {
        var candidates = new ArrayList<Integer>();
        for (int value = 0; value < inputs.size() + nodes.size(); value++) {
            if (dtype(value) == dtype) {
                candidates.add(value);
            }
        }
        return candidates.isEmpty() ? -1 : candidates.get(random.nextInt(candidates.size()));
    }

    private DType dtype(int value) {
        return value < inputs.size()
                ? inputs.get(value)
                : nodes.get(value - inputs.size()).dtype();
    }

    private <T> T pick(T[] choices) {
        return choices[random.nextInt(choices.length)];
    }

    /** Whether IEEE 754 leaves no choice in the result. */
    static boolean isRounded(UnaryFn fn) {
        return switch (fn) {
            case NEG, ABS, SIGN, SQUARE, RELU, SQRT, RECIPROCAL, FLOOR, CEIL, ROUND, TRUNC -> true;
            case RSQRT,
                    EXP,
                    EXP2,
                    EXPM1,
                    LOG,
                    LOG2,
                    LOG10,
                    LOG1P,
                    SIN,
                    COS,
                    TAN,
                    ASIN,
                    ACOS,
                    ATAN,
                    SINH,
                    COSH,
                    TANH,
                    ASINH,
                    ACOSH,
                    ATANH,
                    SIGMOID,
                    SOFTPLUS,
                    ERF,
                    ERFC,
                    CBRT,
                    ERFCX,
                    ERFINV,
                    NDTR,
                    NDTRI,
                    LGAMMA,
                    DIGAMMA,
                    I0,
                    I0E,
                    I1,
                    I1E -> false;
        };
    }

    /** Whether IEEE 754 or the function's definition leaves no choice in the result. */
    static boolean isRounded(BinaryFn fn) {
        return switch (fn) {
            case ADD, SUB, MUL, DIV, MAXIMUM, MINIMUM, FMOD, COPYSIGN, NEXTAFTER -> true;
            case FLOOR_DIVIDE, TRUNC_DIVIDE, REMAINDER, POW, ATAN2, HYPOT, ZETA, GAMMAINC, GAMMAINCC -> false;
        };
    }

    /** Whether the function is defined for all integers. */
    static boolean isTotal(BinaryFn fn) {
        return switch (fn) {
            case ADD, SUB, MUL, MAXIMUM, MINIMUM -> true;
            case DIV,
                    FLOOR_DIVIDE,
                    TRUNC_DIVIDE,
                    REMAINDER,
                    FMOD,
                    POW,
                    ATAN2,
                    HYPOT,
                    COPYSIGN,
                    NEXTAFTER,
                    ZETA,
                    GAMMAINC,
                    GAMMAINCC -> false;
        };
    }
}
