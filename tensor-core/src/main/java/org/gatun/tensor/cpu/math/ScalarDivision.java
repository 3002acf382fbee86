package org.gatun.tensor.cpu.math;

/** Division with remainder of single integers. A divisor of 0 is an error that says what to do instead. */
public final class ScalarDivision {
    private ScalarDivision() {}

    /** {@code a / b} rounded to minus infinity. */
    public static long floorDivide(long a, long b) {
        return Math.floorDiv(a, nonZero(b, "floorDivide"));
    }

    /** {@code a / b} rounded to zero. */
    public static long truncDivide(long a, long b) {
        return a / nonZero(b, "truncDivide");
    }

    /** {@code a - b floor(a / b)}: the sign of the divisor. */
    public static long remainder(long a, long b) {
        return Math.floorMod(a, nonZero(b, "remainder"));
    }

    /** {@code a - b trunc(a / b)}: the sign of the dividend. */
    public static long fmod(long a, long b) {
        return a % nonZero(b, "fmod");
    }

    /** The greatest common divisor by Euclid's algorithm; of the least number of the dtype, which has no opposite, that number. */
    public static long gcd(long a, long b) {
        long x = a;
        long y = b;
        while (y != 0) {
            // the least number over -1 has the remainder 0 too
            long rest = x % y;
            x = y;
            y = rest;
        }
        return Math.abs(x);
    }

    /** What an integer power throws whose exponent is negative. */
    public static ArithmeticException negativeExponent(long exponent) {
        return new ArithmeticException("pow: an element of the integer exponent is negative (" + exponent
                + "); cast the operands to a floating dtype for negative powers");
    }

    private static long nonZero(long divisor, String operation) {
        if (divisor == 0) {
            throw byZero(operation);
        }
        return divisor;
    }

    /** What an operation throws whose divisor is 0. */
    public static ArithmeticException byZero(String operation) {
        return new ArithmeticException(operation + ": an element of the integer divisor is 0; mask the zeros first"
                + " (where), or cast to a floating dtype, whose division by zero gives an infinity or NaN");
    }
}
