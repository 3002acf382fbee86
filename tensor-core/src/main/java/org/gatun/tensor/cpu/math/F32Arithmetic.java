package org.gatun.tensor.cpu.math;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;

/** Signs, rounding to integers and roots on vectors of floats: all exact or correctly rounded but {@link #rsqrt}. */
public final class F32Arithmetic {
    /** From here on every float is an integer. */
    private static final FloatVector INTEGERS = F32.of(0x1p23f);

    private F32Arithmetic() {}

    /** -1, 0 or 1; 0 for NaN. */
    public static FloatVector sign(FloatVector x) {
        return F32.ZERO.blend(F32.ONE, x.compare(GT, F32.ZERO)).blend(F32.MINUS_ONE, x.compare(LT, F32.ZERO));
    }

    /** {@code x * x}. */
    public static FloatVector square(FloatVector x) {
        return x.mul(x);
    }

    /** {@code max(x, 0)}; NaN stays NaN. */
    public static FloatVector relu(FloatVector x) {
        return x.blend(F32.ZERO, x.compare(LE, F32.ZERO));
    }

    /** {@code 1 / sqrt(x)}, at most 1.5 ulp. */
    public static FloatVector rsqrt(FloatVector x) {
        return F32.ONE.div(x.sqrt());
    }

    /** {@code 1 / x}. */
    public static FloatVector reciprocal(FloatVector x) {
        return F32.ONE.div(x);
    }

    /** The nearest integer, halves to even. */
    public static FloatVector round(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector r = a.add(INTEGERS).sub(INTEGERS);
        return F32.withSign(r, x).blend(x, a.compare(LT, INTEGERS).not());
    }

    /** The integer part, towards 0. */
    public static FloatVector trunc(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector r = a.add(INTEGERS).sub(INTEGERS);
        r = r.sub(F32.ZERO.blend(F32.ONE, r.compare(GT, a)));
        return F32.withSign(r, x).blend(x, a.compare(LT, INTEGERS).not());
    }

    /** The largest integer not above x. */
    public static FloatVector floor(FloatVector x) {
        FloatVector r = round(x);
        return r.blend(r.sub(F32.ONE), r.compare(GT, x));
    }

    /** The smallest integer not below x. */
    public static FloatVector ceil(FloatVector x) {
        FloatVector r = round(x);
        return r.blend(F32.withSign(r.add(F32.ONE).abs(), x), r.compare(LT, x));
    }

    /** {@code a / b} rounded to zero. */
    public static FloatVector truncDivide(FloatVector a, FloatVector b) {
        return trunc(a.div(b));
    }

    /** {@code |a|} with the sign of b. */
    public static FloatVector copySign(FloatVector a, FloatVector b) {
        return F32.withSign(a.abs(), b);
    }
}
