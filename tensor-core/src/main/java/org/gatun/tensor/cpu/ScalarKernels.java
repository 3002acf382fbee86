package org.gatun.tensor.cpu;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongToDoubleFunction;
import java.util.function.LongUnaryOperator;
import org.gatun.tensor.DType;
import org.gatun.tensor.cpu.math.ScalarDivision;
import org.gatun.tensor.cpu.math.ScalarMath;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.CompareFn;
import org.gatun.tensor.ir.LogicFn;
import org.gatun.tensor.ir.UnaryFn;
import org.jspecify.annotations.Nullable;

/** Elementwise kernels in plain Java, one element at a time: for a JVM without the Vector API, and for what it has no vectors for. */
final class ScalarKernels implements KernelProvider {
    @Override
    public @Nullable UnaryKernel unary(UnaryFn fn, WideType type) {
        LongUnaryOperator integer = ScalarFunctions.integer(fn);
        return switch (type) {
            case F32 -> unaryLoop(f32(ScalarFunctions.floating(fn)), 4, 4);
            case F64 -> unaryLoop(f64(ScalarFunctions.floating(fn)), 8, 8);
            case I64 -> integer == null ? null : unaryLoop(i64(integer), 8, 8);
            case I32 -> integer == null ? null : unaryLoop(i32(integer), 4, 4);
            case U8 -> integer == null ? null : unaryLoop(u8(integer), 1, 1);
            case BOOL -> null;
        };
    }

    private static ScalarUnary f32(DoubleUnaryOperator f) {
        return (x, out) -> Ram.putFloat(out, (float) f.applyAsDouble(Ram.getFloat(x)));
    }

    private static ScalarUnary f64(DoubleUnaryOperator f) {
        return (x, out) -> Ram.putDouble(out, f.applyAsDouble(Ram.getDouble(x)));
    }

    private static ScalarUnary i64(LongUnaryOperator f) {
        return (x, out) -> Ram.putLong(out, f.applyAsLong(Ram.getLong(x)));
    }

    private static ScalarUnary i32(LongUnaryOperator f) {
        return (x, out) -> Ram.putInt(out, (int) f.applyAsLong(Ram.getInt(x)));
    }

    private static ScalarUnary u8(LongUnaryOperator f) {
        return (x, out) -> Ram.putByte(out, (byte) f.applyAsLong(Ram.getU8(x)));
    }

    @Override
    public @Nullable BinaryKernel binary(BinaryFn fn, WideType type) {
        LongBinaryOperator integer = ScalarFunctions.integer(fn);
        return switch (type) {
            case F32 -> binaryLoop(f32(fn), 4, 4);
            case F64 -> binaryLoop(f64(ScalarFunctions.floating(fn)), 8, 8);
            case I64 -> integer == null ? null : binaryLoop(i64(integer), 8, 8);
            case I32 -> integer == null ? null : binaryLoop(i32(integer), 4, 4);
            case U8 -> integer == null ? null : binaryLoop(u8(integer), 1, 1);
            case BOOL -> null;
        };
    }

    private static ScalarBinary f32(BinaryFn fn) {
        if (fn == BinaryFn.TRUNC_DIVIDE) {
            // A float quotient, as everywhere else: one in double precision could lie just below the integer it rounds
            // to.
            return f32((a, b) -> ScalarMath.truncate((float) (a / b)));
        }
        if (fn == BinaryFn.NEXTAFTER) {
            return (a, b, out) -> Ram.putFloat(out, Math.nextAfter(Ram.getFloat(a), (double) Ram.getFloat(b)));
        }
        return f32(ScalarFunctions.floating(fn));
    }

    /** The neighbours of BF16 and F16 numbers: both store a sign and bits that count up with the magnitude. */
    static BinaryKernel narrowNextafter(DType dtype) {
        LongToDoubleFunction value = DoubleElements.reader(dtype);
        return binaryLoop(
                (a, b, out) -> Ram.putShort(
                        out,
                        neighbour(value.applyAsDouble(a), value.applyAsDouble(b), Ram.getShort(a), Ram.getShort(b))),
                2,
                2);
    }

    private static short neighbour(double a, double b, short aBits, short bBits) {
        if (Double.isNaN(a) || a == b) {
            return Double.isNaN(a) ? aBits : bBits;
        }
        if (Double.isNaN(b)) {
            return bBits;
        }
        if (a == 0) {
            return (short) (b > 0 ? 1 : 0x8001);
        }
        return (short) (a < b == a > 0 ? aBits + 1 : aBits - 1);
    }

    private static ScalarBinary f32(DoubleBinaryOperator f) {
        return (a, b, out) -> Ram.putFloat(out, (float) f.applyAsDouble(Ram.getFloat(a), Ram.getFloat(b)));
    }

    private static ScalarBinary f64(DoubleBinaryOperator f) {
        return (a, b, out) -> Ram.putDouble(out, f.applyAsDouble(Ram.getDouble(a), Ram.getDouble(b)));
    }

    private static ScalarBinary i64(LongBinaryOperator f) {
        return (a, b, out) -> Ram.putLong(out, f.applyAsLong(Ram.getLong(a), Ram.getLong(b)));
    }

    private static ScalarBinary i32(LongBinaryOperator f) {
        return (a, b, out) -> Ram.putInt(out, (int) f.applyAsLong(Ram.getInt(a), Ram.getInt(b)));
    }

    private static ScalarBinary u8(LongBinaryOperator f) {
        return (a, b, out) -> Ram.putByte(out, (byte) f.applyAsLong(Ram.getU8(a), Ram.getU8(b)));
    }

    @Override
    public BinaryKernel compare(CompareFn fn, WideType type) {
        var floating = ScalarFunctions.floating(fn);
        var integer = ScalarFunctions.integer(fn);
        ScalarBinary element = switch (type) {
            case F32 -> (a, b, out) -> Ram.putBool(out, floating.test(Ram.getFloat(a), Ram.getFloat(b)));
            case F64 -> (a, b, out) -> Ram.putBool(out, floating.test(Ram.getDouble(a), Ram.getDouble(b)));
            case I64 -> (a, b, out) -> Ram.putBool(out, integer.test(Ram.getLong(a), Ram.getLong(b)));
            case I32 -> (a, b, out) -> Ram.putBool(out, integer.test(Ram.getInt(a), Ram.getInt(b)));
            case U8, BOOL -> (a, b, out) -> Ram.putBool(out, integer.test(Ram.getU8(a), Ram.getU8(b)));
        };
        return binaryLoop(element, type.bytes(), 1);
    }

    @Override
    public @Nullable BinaryKernel logic(LogicFn fn, WideType type) {
        LongBinaryOperator bits = switch (fn) {
            case AND -> (a, b) -> a & b;
            case OR -> (a, b) -> a | b;
            case XOR -> (a, b) -> a ^ b;
            // on operands that are widened to longs; the result is cut to their size
            case SHIFT_LEFT -> (a, b) -> b < 0 || b > 63 ? 0 : a << b;
            case GCD -> ScalarDivision::gcd;
            case SHIFT_RIGHT -> (a, b) -> a >> (b < 0 || b > 63 ? 63 : b);
        };
        if (!fn.isLogical() && (type == WideType.U8 || type == WideType.BOOL)) {
            return type == WideType.U8 ? binaryLoop(u8(bits), 1, 1) : null;
        }
        return switch (type) {
            case F32, F64 -> null;
            case I64 -> binaryLoop(i64(bits), 8, 8);
            case I32 -> binaryLoop(i32(bits), 4, 4);
            case U8, BOOL -> KernelTemplate.specialise(ByteLogicLoop.class, BinaryKernel.class, bits);
        };
    }

    @Override
    public @Nullable UnaryKernel not(WideType type) {
        ScalarUnary element = switch (type) {
            case F32, F64 -> null;
            case I64 -> i64(x -> ~x);
            case I32 -> i32(x -> ~x);
            case U8 -> u8(x -> ~x);
            case BOOL -> u8(x -> x ^ 1);
        };
        return element == null ? null : unaryLoop(element, type.bytes(), type.bytes());
    }

    @Override
    public SelectKernel select(Word word) {
        return switch (word) {
            case SHORT ->
                (cond, a, b, out, n) -> {
                    for (long i = 0; i < n; i++) {
                        Ram.putShort(out + 2 * i, Ram.getShort((Ram.getByte(cond + i) != 0 ? a : b) + 2 * i));
                    }
                };
            case INT ->
                (cond, a, b, out, n) -> {
                    for (long i = 0; i < n; i++) {
                        Ram.putInt(out + 4 * i, Ram.getInt((Ram.getByte(cond + i) != 0 ? a : b) + 4 * i));
                    }
                };
            case LONG ->
                (cond, a, b, out, n) -> {
                    for (long i = 0; i < n; i++) {
                        Ram.putLong(out + 8 * i, Ram.getLong((Ram.getByte(cond + i) != 0 ? a : b) + 8 * i));
                    }
                };
            case BYTE -> new ByteSelectLoop();
        };
    }

    @Override
    public UnaryKernel cast(DType from, DType to) {
        return unaryLoop(ScalarCasts.element(from, to), from.bytes(), to.bytes());
    }

    private static UnaryKernel unaryLoop(ScalarUnary fn, int inBytes, int outBytes) {
        return KernelTemplate.specialise(
                ScalarUnaryLoop.class, UnaryKernel.class, new ScalarUnary.Of(fn, inBytes, outBytes));
    }

    private static BinaryKernel binaryLoop(ScalarBinary fn, int inBytes, int outBytes) {
        return KernelTemplate.specialise(
                ScalarBinaryLoop.class, BinaryKernel.class, new ScalarBinary.Of(fn, inBytes, outBytes));
    }
}
