package org.gatun.tensor;

import java.util.Locale;
import java.util.Objects;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.CompareFn;
import org.gatun.tensor.ir.LogicFn;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.UnaryFn;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.CastPolicy;
import org.gatun.tensor.trace.Dispatch;
import org.gatun.tensor.trace.Traced;

/** What the elementwise methods have in common: dtype promotion, broadcasting, and the operations of the IR, made once each. */
final class Arithmetic {
    private static final Op.Unary[] UNARY = new Op.Unary[UnaryFn.values().length];
    private static final Op.Binary[] BINARY = new Op.Binary[BinaryFn.values().length];
    private static final Op.Compare[] COMPARE = new Op.Compare[CompareFn.values().length];
    private static final Op.Logic[] LOGIC = new Op.Logic[LogicFn.values().length];
    private static final Op.Cast[] CAST = new Op.Cast[DType.values().length];
    private static final Op.Not NOT = new Op.Not();
    private static final Op.Select SELECT = new Op.Select();

    static {
        for (UnaryFn fn : UnaryFn.values()) {
            UNARY[fn.ordinal()] = new Op.Unary(fn);
        }
        for (BinaryFn fn : BinaryFn.values()) {
            BINARY[fn.ordinal()] = new Op.Binary(fn);
        }
        for (CompareFn fn : CompareFn.values()) {
            COMPARE[fn.ordinal()] = new Op.Compare(fn);
        }
        for (LogicFn fn : LogicFn.values()) {
            LOGIC[fn.ordinal()] = new Op.Logic(fn);
        }
        for (DType dtype : DType.values()) {
            CAST[dtype.ordinal()] = new Op.Cast(dtype);
        }
    }

    private Arithmetic() {}

    static Tensor unary(UnaryFn fn, Tensor given) {
        Tensor x = CastPolicy.of(fn).cast(given);
        if (fn.accepts(x.dtype())) {
            return Dispatch.bind(UNARY[fn.ordinal()], x);
        }
        requireArithmetic(name(fn), fn, x);
        return Dispatch.bind(UNARY[fn.ordinal()], cast(x, x.dtype().toFloating()));
    }

    /** Refuses truth values where numbers are needed. */
    static void requireArithmetic(String name, UnaryFn fn, Tensor x) {
        if (fn.isArithmetic() && x.dtype() == DType.BOOL) {
            throw new DTypeException(name + ": not defined on BOOL: convert first, for instance to(DType.I64)");
        }
    }

    static Tensor rounding(UnaryFn fn, Tensor x) {
        return x.dtype().isFloating() ? unary(fn, x) : x.view();
    }

    static Tensor binary(String name, BinaryFn fn, Tensor a, Tensor b) {
        CastPolicy policy = CastPolicy.of(fn);
        return policy == CastPolicy.AS_IS
                ? promoted(name, fn, a, b)
                : policy.apply(a, b, (x, y) -> promoted(name, fn, x, y));
    }

    private static Tensor promoted(String name, BinaryFn fn, Tensor a, Tensor b) {
        DType dtype = promote(a, b);
        if (!fn.accepts(dtype)) {
            if (dtype == DType.BOOL && fn.isArithmetic()) {
                return logic(name, truth(name, fn), a, b);
            }
            dtype = dtype.toFloating();
        }
        return apply(name, BINARY[fn.ordinal()], dtype, a, b);
    }

    static Tensor binary(String name, BinaryFn fn, Tensor given, double b) {
        Tensor a = CastPolicy.of(fn).cast(given);
        DType dtype = a.dtype().promoteWithScalar(DType.Kind.FLOATING);
        if (NarrowScalars.applies(dtype)) {
            return NarrowScalars.binary(fn, a, b);
        }
        Tensor left = cast(a, dtype);
        return apply(name, BINARY[fn.ordinal()], left, repeated(left, dtype, b));
    }

    static Tensor binary(String name, BinaryFn fn, Tensor given, long b) {
        Tensor a = CastPolicy.of(fn).cast(given);
        DType dtype = a.dtype().promoteWithScalar(DType.Kind.INTEGER);
        if (!fn.accepts(dtype)) {
            dtype = dtype.toFloating();
        }
        if (NarrowScalars.applies(dtype)) {
            return NarrowScalars.binary(fn, a, (double) b);
        }
        Tensor left = cast(a, dtype);
        return apply(name, BINARY[fn.ordinal()], left, repeated(left, dtype, operand(name, fn, dtype, b)));
    }

    /**
     * A number as an operand of the given dtype. Bytes are summed and multiplied modulo 256, where -1 is 255: as in PyTorch, a
     * negative number is taken for what it is equal to.
     *
     * @throws DTypeException when the dtype can't hold it
     */
    static long operand(String name, BinaryFn fn, DType dtype, long b) {
        boolean modular = fn == BinaryFn.ADD || fn == BinaryFn.SUB || fn == BinaryFn.MUL;
        return dtype == DType.U8 && modular && b < 0 && b > -256 ? b + 256 : Scalars.checked(name, dtype, b);
    }

    /**
     * The arithmetic of truth values that PyTorch defines: + and max are or, * and min are and.
     *
     * @throws DTypeException when the function is none of these
     */
    static LogicFn truth(String name, BinaryFn fn) {
        return switch (fn) {
            case ADD, MAXIMUM -> LogicFn.OR;
            case MUL, MINIMUM -> LogicFn.AND;
            case SUB,
                    FLOOR_DIVIDE,
                    TRUNC_DIVIDE,
                    REMAINDER,
                    FMOD,
                    POW,
                    DIV,
                    ATAN2,
                    HYPOT,
                    COPYSIGN,
                    NEXTAFTER,
                    ZETA,
                    GAMMAINC,
                    GAMMAINCC ->
                throw new DTypeException(name
                        + ": not defined on two BOOL tensors: convert one, for instance to(DType.I64), or use xor");
        };
    }

    static Tensor compare(String name, CompareFn fn, Tensor a, Tensor b) {
        DType dtype = promote(a, b);
        return apply(name, COMPARE[fn.ordinal()], dtype, a, b);
    }

    static Tensor compare(String name, CompareFn fn, Tensor a, double b) {
        DType dtype = a.dtype();
        return dtype.isFloating()
                ? apply(name, COMPARE[fn.ordinal()], a, constant(a, dtype, b))
                : compareWhole(name, fn, a, b);
    }

    /** Integers compared with a real number, exactly: in place of the number comes a long on the same side of every integer. */
    private static Tensor compareWhole(String name, CompareFn fn, Tensor a, double b) {
        double bound = switch (fn) {
            case EQ, NE -> b;
            case LT, GE -> Math.ceil(b);
            case LE, GT -> Math.floor(b);
        };
        if (bound != Math.rint(bound)) {
            // A fraction, which no integer equals, or NaN, which is unequal to all and otherwise compares as false.
            return compare(name, fn == CompareFn.NE ? CompareFn.GE : CompareFn.LT, a, Long.MIN_VALUE);
        }
        if (bound >= 0x1p63) {
            boolean below = fn == CompareFn.LT || fn == CompareFn.LE || fn == CompareFn.NE;
            return compare(name, below ? CompareFn.LE : CompareFn.GT, a, Long.MAX_VALUE);
        }
        if (bound < -0x1p63) {
            boolean above = fn == CompareFn.GT || fn == CompareFn.GE || fn == CompareFn.NE;
            return compare(name, above ? CompareFn.GE : CompareFn.LT, a, Long.MIN_VALUE);
        }
        return compare(name, fn, a, (long) bound);
    }

    static Tensor compare(String name, CompareFn fn, Tensor a, long b) {
        DType dtype = a.dtype().promoteWithScalar(DType.Kind.INTEGER);
        Tensor left = cast(a, Scalars.fits(dtype, b) ? dtype : DType.I64);
        return apply(name, COMPARE[fn.ordinal()], left, constant(left, left.dtype(), b));
    }

    static Tensor logic(String name, LogicFn fn, Tensor a, Tensor b) {
        DType dtype = promote(a, b);
        if (dtype.isFloating()) {
            throw new DTypeException(name + ": takes BOOL or integer tensors, not " + a.dtype() + " and " + b.dtype()
                    + ": compare first, for instance x.ne(0)");
        }
        requireBits(name, fn, dtype);
        return apply(name, LOGIC[fn.ordinal()], dtype, a, b);
    }

    static Tensor logic(String name, LogicFn fn, Tensor a, long b) {
        if (!a.dtype().isInteger()) {
            throw new DTypeException(name + ": takes an integer tensor and a number, not " + a.dtype()
                    + ": convert it, for instance with to(DType.I64)");
        }
        return apply(name, LOGIC[fn.ordinal()], a, constant(name, a, b));
    }

    private static void requireBits(String name, LogicFn fn, DType dtype) {
        if (!fn.accepts(dtype)) {
            throw new DTypeException(
                    name + ": takes integer tensors, not " + dtype + ": convert it, for instance with to(DType.I64)");
        }
    }

    /** The division that rounds so. */
    static BinaryFn rounded(RoundingMode mode) {
        return switch (mode) {
            case TRUNC -> BinaryFn.TRUNC_DIVIDE;
            case FLOOR -> BinaryFn.FLOOR_DIVIDE;
        };
    }

    static Tensor not(Tensor x) {
        if (x.dtype().isFloating()) {
            throw new DTypeException("not: takes a BOOL or integer tensor, not " + x.dtype() + ": compare first, for"
                    + " instance x.eq(0)");
        }
        return Dispatch.bind(NOT, x);
    }

    static Tensor where(Tensor condition, Tensor a, Tensor b) {
        if (condition.dtype() != DType.BOOL) {
            throw new DTypeException("where: the condition is " + condition.dtype()
                    + " and must be BOOL: compare first," + " for instance x.ne(0)");
        }
        DType dtype = promote(a, b);
        Shape shape =
                Broadcasting.common("where", condition.shape(), Broadcasting.common("where", a.shape(), b.shape()));
        return Dispatch.bind(
                SELECT, expand(condition, shape), expand(cast(a, dtype), shape), expand(cast(b, dtype), shape));
    }

    static Tensor maskedFill(Tensor x, Tensor mask, double value) {
        requireMaskFor(x, mask);
        return where(mask, constant("maskedFill", x, value), x);
    }

    static Tensor maskedFill(Tensor x, Tensor mask, long value) {
        requireMaskFor(x, mask);
        return where(mask, constant("maskedFill", x, value), x);
    }

    /** Checked before the constant is made, which would stay when the mask is refused. */
    private static void requireMaskFor(Tensor x, Tensor mask) {
        requireMask("maskedFill", mask);
        Broadcasting.common("maskedFill", x.shape(), mask.shape());
    }

    static void requireMask(String name, Tensor mask) {
        if (mask.dtype() != DType.BOOL) {
            throw new DTypeException(
                    name + ": the mask is " + mask.dtype() + " and must be BOOL: compare first, for instance x.gt(0)");
        }
    }

    /** The dtype of an operation on two tensors, as {@code torch.result_type}. */
    static DType promote(Tensor a, Tensor b) {
        if (a.dtype() == b.dtype()) {
            return a.dtype();
        }
        boolean left = a.rank() == 0;
        if (left == (b.rank() == 0)) {
            return DType.promote(a.dtype(), b.dtype());
        }
        return left ? b.dtype().promoteWithZeroDim(a.dtype()) : a.dtype().promoteWithZeroDim(b.dtype());
    }

    /** The dtype of an operation on any number of tensors, as {@code torch.result_type}: 0-d ones count only by their kind. */
    static DType common(Tensor... operands) {
        DType axes = null;
        DType scalars = null;
        for (Tensor x : operands) {
            if (x.rank() == 0) {
                scalars = scalars == null ? x.dtype() : DType.promote(scalars, x.dtype());
            } else {
                axes = axes == null ? x.dtype() : DType.promote(axes, x.dtype());
            }
        }
        if (axes == null || scalars == null) {
            return Objects.requireNonNull(axes == null ? scalars : axes);
        }
        return axes.promoteWithZeroDim(scalars);
    }

    /** Checks, before anything is computed, that operands broadcast to one shape. */
    static void requireCommonShape(String name, Tensor... operands) {
        Shape shape = operands[0].shape();
        for (int i = 1; i < operands.length; i++) {
            shape = Broadcasting.common(name, shape, operands[i].shape());
        }
    }

    /** The logic of numbers and truth values: of whether they are not 0. */
    static Tensor truths(String name, LogicFn fn, Tensor a, Tensor b) {
        requireCommonShape(name, a, b);
        return logic(name, fn, cast(a, DType.BOOL), cast(b, DType.BOOL));
    }

    static Tensor cast(Tensor x, DType dtype) {
        return x.dtype() == dtype ? x : Dispatch.bind(CAST[dtype.ordinal()], x);
    }

    static Tensor expand(Tensor x, Shape shape) {
        return x.shape().equals(shape) ? x : Dispatch.bind(new Op.Broadcast(shape), x);
    }

    /** A 0-d constant of the dtype of {@code like}, which must be able to hold it. */
    static Tensor constant(String name, Tensor like, double value) {
        return constant(like, like.dtype(), Scalars.checked(name, like.dtype(), value));
    }

    /** A 0-d constant of the dtype of {@code like}, which must be able to hold it. */
    static Tensor constant(String name, Tensor like, long value) {
        return constant(like, like.dtype(), Scalars.checked(name, like.dtype(), value));
    }

    /** A 0-d constant that goes with {@code like}: on its device, or in its region. */
    static Tensor constant(Tensor like, DType dtype, double value) {
        return like instanceof Traced traced
                ? traced.constant(dtype, value)
                : ConcreteTensor.scalar(dtype, value, like.device());
    }

    /** A 0-d constant that goes with {@code like}, exact for every {@code long}. */
    static Tensor constant(Tensor like, DType dtype, long value) {
        return like instanceof Traced traced
                ? traced.constant(dtype, value)
                : ConcreteTensor.scalar(dtype, value, like.device());
    }

    /** A constant in the shape of {@code like}. */
    private static Tensor repeated(Tensor like, DType dtype, double value) {
        return like instanceof Traced traced
                ? expand(traced.constant(dtype, value), like.shape())
                : ConcreteTensor.repeated(dtype, like.shape(), value, like.device());
    }

    /** A constant in the shape of {@code like}, exact for every {@code long}. */
    private static Tensor repeated(Tensor like, DType dtype, long value) {
        return like instanceof Traced traced
                ? expand(traced.constant(dtype, value), like.shape())
                : ConcreteTensor.repeated(dtype, like.shape(), value, like.device());
    }

    private static Tensor apply(String name, Op op, Tensor a, Tensor b) {
        return apply(name, op, a.dtype(), a, b);
    }

    /** The operation on two tensors of the given dtype and one shape; the shapes are checked before anything is converted. */
    private static Tensor apply(String name, Op op, DType dtype, Tensor a, Tensor b) {
        Shape left = a.shape();
        Shape right = b.shape();
        if (left.equals(right)) {
            return Dispatch.bind(op, cast(a, dtype), cast(b, dtype));
        }
        Shape shape = Broadcasting.common(name, left, right);
        return Dispatch.bind(op, expand(cast(a, dtype), shape), expand(cast(b, dtype), shape));
    }

    static String name(UnaryFn fn) {
        return fn.name().toLowerCase(Locale.ROOT);
    }
}
