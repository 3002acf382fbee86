package org.gatun.tensor.cpu.math;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.DoubleVector;

/** Signs, rounding to integers and roots on vectors of doubles: all exact or correctly rounded but {@link #rsqrt}. */
public final class F64Arithmetic {
    /** From here on every double is an integer. */
    private static final DoubleVector INTEGERS = F64.of(0x1p52);

    private F64Arithmetic() {}

    /** -1, 0 or 1; 0 for NaN. */
    public static DoubleVector sign(DoubleVector x) {
        return F64.ZERO.blend(F64.ONE, x.compare(GT, F64.ZERO)).blend(F64.MINUS_ONE, x.compare(LT, F64.ZERO));
    }

    /** {@code x * x}. */
    public static DoubleVector square(DoubleVector x) {
        return x.mul(x);
    }

    /** {@code max(x, 0)}; NaN stays NaN. */
    public static DoubleVector relu(DoubleVector x) {
        return x.blend(F64.ZERO, x.compare(LE, F64.ZERO));
    }

    /** {@code 1 / sqrt(x)}, at most 1.5 ulp. */
    public static DoubleVector rsqrt(DoubleVector x) {
        return F64.ONE.div(x.sqrt());
    }

    /** {@code 1 / x}. */
    public static DoubleVector reciprocal(DoubleVector x) {
        return F64.ONE.div(x);
    }

    /** The nearest integer, halves to even. */
    public static DoubleVector round(DoubleVector x) {
        DoubleVector a = x.abs();
        DoubleVector r = a.add(INTEGERS).sub(INTEGERS);
        return F64.withSign(r, x).blend(x, a.compare(LT, INTEGERS).not());
    }

    /** The integer part, towards 0. */
    public static DoubleVector trunc(DoubleVector x) {
        DoubleVector a = x.abs();
        DoubleVector r = a.add(INTEGERS).sub(INTEGERS);
        r = r.sub(F64.ZERO.blend(F64.ONE, r.compare(GT, a)));
        return F64.withSign(r, x).blend(x, a.compare(LT, INTEGERS).not());
    }

    /** The largest integer not above x. */
    public static DoubleVector floor(DoubleVector x) {
        DoubleVector r = round(x);
        return r.blend(r.sub(F64.ONE), r.compare(GT, x));
    }

    /** The smallest integer not below x. */
    public static DoubleVector ceil(DoubleVector x) {
        DoubleVector r = round(x);
        return r.blend(F64.withSign(r.add(F64.ONE).abs(), x), r.compare(LT, x));
    }

    /** {@code a / b} rounded to zero. */
    public static DoubleVector truncDivide(DoubleVector a, DoubleVector b) {
        return trunc(a.div(b));
    }

    /** {@code |a|} with the sign of b. */
    public static DoubleVector copySign(DoubleVector a, DoubleVector b) {
        return F64.withSign(a.abs(), b);
    }
}
