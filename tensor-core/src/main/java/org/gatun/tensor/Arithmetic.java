package org.gatun.tensor;

import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.CompareFn;
import org.gatun.tensor.ir.LogicFn;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.UnaryFn;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;
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

    static Tensor unary(UnaryFn fn, Tensor x) {
        if (fn.accepts(x.dtype())) {
            return Dispatch.bind(UNARY[fn.ordinal()], x);
        }
        if (fn.isArithmetic()) {
            throw new DTypeException(name(fn) + ": not defined on BOOL: convert first, for instance to(DType.I64)");
        }
        return Dispatch.bind(UNARY[fn.ordinal()], cast(x, x.dtype().toFloating()));
    }

    static Tensor rounding(UnaryFn fn, Tensor x) {
        return x.dtype().isFloating() ? unary(fn, x) : x.view();
    }

    static Tensor binary(String name, BinaryFn fn, Tensor a, Tensor b) {
        DType dtype = promote(a, b);
        if (!fn.accepts(dtype)) {
            if (dtype == DType.BOOL && fn.isArithmetic()) {
                return truth(name, fn, a, b);
            }
            dtype = dtype.toFloating();
        }
        return apply(name, BINARY[fn.ordinal()], cast(a, dtype), cast(b, dtype));
    }

    static Tensor binary(String name, BinaryFn fn, Tensor a, double b) {
        DType dtype = a.dtype().promoteWithScalar(DType.Kind.FLOATING);
        Tensor left = cast(a, dtype);
        return apply(name, BINARY[fn.ordinal()], left, constant(left, dtype, b));
    }

    static Tensor binary(String name, BinaryFn fn, Tensor a, long b) {
        DType dtype = a.dtype().promoteWithScalar(DType.Kind.INTEGER);
        if (!fn.accepts(dtype)) {
            dtype = dtype.toFloating();
        }
        Tensor left = cast(a, dtype);
        return apply(name, BINARY[fn.ordinal()], left, constant(left, dtype, b));
    }

    /** The arithmetic of truth values that PyTorch defines: + and max are or, * and min are and. */
    private static Tensor truth(String name, BinaryFn fn, Tensor a, Tensor b) {
        LogicFn logic = switch (fn) {
            case ADD, MAXIMUM -> LogicFn.OR;
            case MUL, MINIMUM -> LogicFn.AND;
            case SUB, FLOOR_DIVIDE, TRUNC_DIVIDE, REMAINDER, FMOD, POW, DIV, ATAN2, HYPOT ->
                throw new DTypeException(name
                        + ": not defined on two BOOL tensors: convert one, for instance to(DType.I64), or use xor");
        };
        return logic(name, logic, a, b);
    }

    static Tensor compare(String name, CompareFn fn, Tensor a, Tensor b) {
        DType dtype = promote(a, b);
        return apply(name, COMPARE[fn.ordinal()], cast(a, dtype), cast(b, dtype));
    }

    static Tensor compare(String name, CompareFn fn, Tensor a, double b) {
        // A whole number compares as an integer with integers; anything else as a floating number.
        boolean whole = b == Math.rint(b) && Math.abs(b) < 0x1p53;
        DType dtype = a.dtype().promoteWithScalar(whole ? DType.Kind.INTEGER : DType.Kind.FLOATING);
        if (dtype == DType.U8 && (b < 0 || b > 255)) {
            dtype = DType.I64;
        } else if (dtype == DType.I32 && Math.abs(b) > Integer.MAX_VALUE) {
            dtype = DType.I64;
        }
        Tensor left = cast(a, dtype);
        return apply(name, COMPARE[fn.ordinal()], left, constant(left, dtype, b));
    }

    static Tensor logic(String name, LogicFn fn, Tensor a, Tensor b) {
        DType dtype = promote(a, b);
        if (dtype.isFloating()) {
            throw new DTypeException(name + ": takes BOOL or integer tensors, not " + a.dtype() + " and " + b.dtype()
                    + ": compare first, for instance x.ne(0)");
        }
        return apply(name, LOGIC[fn.ordinal()], cast(a, dtype), cast(b, dtype));
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

    static Tensor clamp(Tensor x, double min, double max) {
        if (Double.isNaN(min) || Double.isNaN(max)) {
            throw new IllegalArgumentException("clamp: the bounds " + min + " and " + max
                    + " must be numbers; use -infinity or infinity for none");
        }
        // Written with conditions, not with maximum and minimum, so that the gradient passes in full at the bounds.
        Tensor t = x;
        if (min != Double.NEGATIVE_INFINITY) {
            t = t.lt(min).where(constant(t, clampType(t, min), min), t);
        }
        // The maximum last: it wins where min > max, as in PyTorch.
        if (max != Double.POSITIVE_INFINITY) {
            t = t.gt(max).where(constant(t, clampType(t, max), max), t);
        }
        return t == x ? x.view() : t;
    }

    private static DType clampType(Tensor x, double bound) {
        return x.dtype().promoteWithScalar(bound == Math.rint(bound) ? DType.Kind.INTEGER : DType.Kind.FLOATING);
    }

    /** The dtype of an operation on two tensors, as {@code torch.result_type}. */
    private static DType promote(Tensor a, Tensor b) {
        if (a.dtype() == b.dtype()) {
            return a.dtype();
        }
        boolean left = a.rank() == 0;
        if (left == (b.rank() == 0)) {
            return DType.promote(a.dtype(), b.dtype());
        }
        return left ? b.dtype().promoteWithZeroDim(a.dtype()) : a.dtype().promoteWithZeroDim(b.dtype());
    }

    static Tensor cast(Tensor x, DType dtype) {
        return x.dtype() == dtype ? x : Dispatch.bind(CAST[dtype.ordinal()], x);
    }

    static Tensor expand(Tensor x, Shape shape) {
        return x.shape().equals(shape) ? x : Dispatch.bind(new Op.Broadcast(shape), x);
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

    private static Tensor apply(String name, Op op, Tensor a, Tensor b) {
        Shape left = a.shape();
        Shape right = b.shape();
        if (left.equals(right)) {
            return Dispatch.bind(op, a, b);
        }
        Shape shape = Broadcasting.common(name, left, right);
        return Dispatch.bind(op, expand(a, shape), expand(b, shape));
    }

    static String name(UnaryFn fn) {
        return fn.name().toLowerCase(java.util.Locale.ROOT);
    }
}
