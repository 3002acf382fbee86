package org.gatun.tensor.cpu.math;

/** Lane by lane evaluation where a vector function has left its range: replaces the results of the lanes concerned. */
final class Lanes {
    private Lanes() {}

    /** The sine where the argument is not below {@code bound} in magnitude. */
    static void sin(float[] x, float[] y, float bound) {
        for (int i = 0; i < x.length; i++) {
            if (!(Math.abs(x[i]) < bound)) {
                y[i] = (float) Math.sin(x[i]);
            }
        }
    }

    /** The cosine where the argument is not below {@code bound} in magnitude. */
    static void cos(float[] x, float[] y, float bound) {
        for (int i = 0; i < x.length; i++) {
            if (!(Math.abs(x[i]) < bound)) {
                y[i] = (float) Math.cos(x[i]);
            }
        }
    }

    /** The sine where the argument is not below {@code bound} in magnitude. */
    static void sin(double[] x, double[] y, double bound) {
        for (int i = 0; i < x.length; i++) {
            if (!(Math.abs(x[i]) < bound)) {
                y[i] = Math.sin(x[i]);
            }
        }
    }

    /** The cosine where the argument is not below {@code bound} in magnitude. */
    static void cos(double[] x, double[] y, double bound) {
        for (int i = 0; i < x.length; i++) {
            if (!(Math.abs(x[i]) < bound)) {
                y[i] = Math.cos(x[i]);
            }
        }
    }

    /** The tangent where the argument is not below {@code bound} in magnitude. */
    static void tan(double[] x, double[] y, double bound) {
        for (int i = 0; i < x.length; i++) {
            if (!(Math.abs(x[i]) < bound)) {
                y[i] = Math.tan(x[i]);
            }
        }
    }

    /** The angle of points whose larger coordinate is not between the bounds, or not a number. */
    static void atan2(double[] y, double[] x, double[] angle, double smallest, double largest) {
        for (int i = 0; i < x.length; i++) {
            double larger = Math.max(Math.abs(y[i]), Math.abs(x[i]));
            if (!(larger > smallest && larger < largest)) {
                angle[i] = Math.atan2(y[i], x[i]);
            }
        }
    }

    /** {@link ScalarMath#floorDivide} where the quotient is not below {@code bound} in magnitude or b is infinite. */
    static void floorDivide(float[] a, float[] b, float[] y, float bound) {
        for (int i = 0; i < a.length; i++) {
            if (isHard(a[i], b[i], bound)) {
                y[i] = (float) ScalarMath.floorDivide(a[i], b[i]);
            }
        }
    }

    /** {@link ScalarMath#remainder} where the quotient is not below {@code bound} in magnitude or b is infinite. */
    static void remainder(float[] a, float[] b, float[] y, float bound) {
        for (int i = 0; i < a.length; i++) {
            if (isHard(a[i], b[i], bound)) {
                y[i] = (float) ScalarMath.remainder(a[i], b[i]);
            }
        }
    }

    /** Java's {@code %} where the quotient is not below {@code bound} in magnitude or b is infinite. */
    static void fmod(float[] a, float[] b, float[] y, float bound) {
        for (int i = 0; i < a.length; i++) {
            if (isHard(a[i], b[i], bound)) {
                y[i] = a[i] % b[i];
            }
        }
    }

    /** {@link ScalarMath#floorDivide} where the quotient is not below {@code bound} in magnitude or b is infinite. */
    static void floorDivide(double[] a, double[] b, double[] y, double bound) {
        for (int i = 0; i < a.length; i++) {
            if (isHard(a[i], b[i], bound)) {
                y[i] = ScalarMath.floorDivide(a[i], b[i]);
            }
        }
    }

    /** {@link ScalarMath#remainder} where the quotient is not below {@code bound} in magnitude or b is infinite. */
    static void remainder(double[] a, double[] b, double[] y, double bound) {
        for (int i = 0; i < a.length; i++) {
            if (isHard(a[i], b[i], bound)) {
                y[i] = ScalarMath.remainder(a[i], b[i]);
            }
        }
    }

    /** Java's {@code %} where the quotient is not below {@code bound} in magnitude or b is infinite. */
    static void fmod(double[] a, double[] b, double[] y, double bound) {
        for (int i = 0; i < a.length; i++) {
            if (isHard(a[i], b[i], bound)) {
                y[i] = a[i] % b[i];
            }
        }
    }

    private static boolean isHard(float a, float b, float bound) {
        return !(Math.abs(a / b) < bound) || Float.isInfinite(b);
    }

    private static boolean isHard(double a, double b, double bound) {
        return !(Math.abs(a / b) < bound) || Double.isInfinite(b);
    }
}
