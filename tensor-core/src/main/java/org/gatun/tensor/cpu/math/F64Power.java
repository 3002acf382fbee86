package org.gatun.tensor.cpu.math;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;

/** Functions of two operands in double precision that are right to the last bit or so of a float: how F32 computes them. */
public final class F64Power {
    private F64Power() {}

    /** {@code a^b = 2^(b log2 |a|)}; its error, up to 2^-42, is far below a float's precision and far above a double's. */
    public static DoubleVector powForFloats(DoubleVector a, DoubleVector b) {
        DoubleVector magnitude = F64Exp.exp2(b.mul(F64Log.log2(a.abs())));
        return signed(magnitude, a, b);
    }

    /** The sign and the special values of a power, as IEEE 754 has them. */
    private static DoubleVector signed(DoubleVector magnitude, DoubleVector a, DoubleVector b) {
        VectorMask<Double> integer = F64Arithmetic.round(b).compare(EQ, b);
        DoubleVector half = b.mul(F64.HALF);
        VectorMask<Double> odd = integer.and(F64Arithmetic.round(half).compare(NE, half));
        DoubleVector y = magnitude.blend(F64.withSign(magnitude, a), odd);
        VectorMask<Double> negative = a.compare(LT, F64.ZERO).and(a.compare(GT, F64.MINUS_INFINITY));
        y = y.blend(F64.NAN, negative.and(integer.not()));
        // 1^b and a^0 are 1 even with NaN, and so is (-1)^inf
        VectorMask<Double> one = b.compare(EQ, F64.ZERO).or(a.compare(EQ, F64.ONE));
        VectorMask<Double> infinite = b.abs().compare(EQ, F64.INFINITY).and(a.compare(EQ, F64.MINUS_ONE));
        return y.blend(F64.ONE, one.or(infinite));
    }

    /** {@code sqrt(a^2 + b^2)} of floats, whose squares neither overflow nor underflow. */
    public static DoubleVector hypotOfFloats(DoubleVector a, DoubleVector b) {
        DoubleVector y = a.fma(a, b.mul(b)).sqrt();
        VectorMask<Double> infinite =
                a.abs().compare(EQ, F64.INFINITY).or(b.abs().compare(EQ, F64.INFINITY));
        return y.blend(F64.INFINITY, infinite);
    }
}
