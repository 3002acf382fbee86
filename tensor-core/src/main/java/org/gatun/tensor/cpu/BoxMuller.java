package org.gatun.tensor.cpu;

/**
 * Pairs of standard normal numbers from pairs of uniform bits: {@code r = sqrt(-2 log u)}, {@code (r cos t, r sin t)}.
 *
 * <p>Logarithm, sine and cosine are written out here in operations that IEEE 754 rounds correctly (additions, multiplications, fused
 * multiply-adds, divisions, square roots), in a fixed order. The same source therefore gives the same bits in plain Java, in the
 * Vector API and on a GPU; library functions, which differ in the last place from one platform to the next, would not. The polynomials
 * are those of Cephes (single precision) and fdlibm (double precision).
 *
 * <p>Single precision takes 32 bits for each uniform, so that the tails reach 6.7 standard deviations; double precision takes 53, and
 * reaches 8.5.
 */
final class BoxMuller {
    /** The bits of the single-precision square root of one half: mantissas are taken from [sqrt(1/2), sqrt(2)). */
    static final int HALF_ROOT = 0x3F3504F3;

    /** From a signed 32-bit fraction of a quarter turn to radians: pi / 2 * 2^-32. */
    static final float RADIANS = 0x1.921fb6p-32f;

    // log(1 + m) = m - m^2/2 + m^3 * polynomial, |m| < 0.42
    static final float L0 = 3.3333331174E-1f;
    static final float L1 = -2.4999993993E-1f;
    static final float L2 = 2.0000714765E-1f;
    static final float L3 = -1.6668057665E-1f;
    static final float L4 = 1.4249322787E-1f;
    static final float L5 = -1.2420140846E-1f;
    static final float L6 = 1.1676998740E-1f;
    static final float L7 = -1.1514610310E-1f;
    static final float L8 = 7.0376836292E-2f;
    static final float LN2_HIGH = 0.693359375f;
    static final float LN2_LOW = -2.12194440E-4f;

    static final float S1 = -1.6666654611E-1f;
    static final float S2 = 8.3321608736E-3f;
    static final float S3 = -1.9515295891E-4f;
    static final float C1 = 4.166664568298827E-2f;
    static final float C2 = -1.388731625493765E-3f;
    static final float C3 = 2.443315711809948E-5f;

    private static final long HALF_ROOT_F64 = 0x3FE6A09E667F3BCDL;
    private static final double LN2_HIGH_F64 = 6.93147180369123816490e-01;
    private static final double LN2_LOW_F64 = 1.90821492927058770002e-10;

    private BoxMuller() {}

    /** The radius from 32 random bits: {@code sqrt(-2 log((bits + 1/2) / 2^32))}. */
    static float radius(int bits) {
        float u = Math.fma((float) (bits >>> 16), 0x1p-16f, Math.fma((float) (bits & 0xFFFF), 0x1p-32f, 0x1p-33f));
        int raw = Float.floatToRawIntBits(u);
        int exponent = (raw - HALF_ROOT) >> 23;
        float m = Float.intBitsToFloat(raw - (exponent << 23)) - 1f;
        float e = exponent;
        float z = m * m;
        float p = Math.fma(L8, m, L7);
        p = Math.fma(p, m, L6);
        p = Math.fma(p, m, L5);
        p = Math.fma(p, m, L4);
        p = Math.fma(p, m, L3);
        p = Math.fma(p, m, L2);
        p = Math.fma(p, m, L1);
        p = Math.fma(p, m, L0);
        float y = (p * m) * z;
        y = Math.fma(e, LN2_LOW, y);
        y = Math.fma(-0.5f, z, y);
        float log = Math.fma(e, LN2_HIGH, m + y);
        // The largest u rounds to 1, whose logarithm is +0 here; |.| keeps the root of -2 * 0 from being -0.
        return (float) Math.sqrt(Math.abs(-2f * log));
    }

    /** The sine of the angle whose fraction of a full turn is {@code bits / 2^32}. */
    static float sine(int bits) {
        int quadrant = (bits + 0x20000000) >>> 30;
        float a = (float) (bits << 2) * RADIANS;
        float value = (quadrant & 1) == 0 ? sineNearZero(a) : cosineNearZero(a);
        return (quadrant & 2) == 0 ? value : -value;
    }

    /** The cosine of the angle whose fraction of a full turn is {@code bits / 2^32}. */
    static float cosine(int bits) {
        int quadrant = (bits + 0x20000000) >>> 30;
        float a = (float) (bits << 2) * RADIANS;
        float value = (quadrant & 1) == 0 ? cosineNearZero(a) : sineNearZero(a);
        return ((quadrant + 1) & 2) == 0 ? value : -value;
    }

    private static float sineNearZero(float a) {
        float z = a * a;
        float p = Math.fma(S3, z, S2);
        p = Math.fma(p, z, S1);
        return Math.fma(p * z, a, a);
    }

    private static float cosineNearZero(float a) {
        float z = a * a;
        float p = Math.fma(C3, z, C2);
        p = Math.fma(p, z, C1);
        return Math.fma(p * z, z, Math.fma(-0.5f, z, 1f));
    }

    /** The radius from 64 random bits, of which it uses the upper 53: {@code sqrt(-2 log(1 - (bits >>> 11) / 2^53))}. */
    static double radius(long bits) {
        double u = 1.0 - (bits >>> 11) * 0x1p-53;
        long raw = Double.doubleToRawLongBits(u);
        long exponent = (raw - HALF_ROOT_F64) >> 52;
        double f = Double.longBitsToDouble(raw - (exponent << 52)) - 1.0;
        double k = exponent;
        double s = f / (2.0 + f);
        double z = s * s;
        double r = Math.fma(z, 1.479819860511658591e-01, 1.531383769920937332e-01);
        r = Math.fma(z, r, 1.818357216161805012e-01);
        r = Math.fma(z, r, 2.222219843214978396e-01);
        r = Math.fma(z, r, 2.857142874366239149e-01);
        r = Math.fma(z, r, 3.999999999940941908e-01);
        r = Math.fma(z, r, 6.666666666666735130e-01);
        r = z * r;
        double half = 0.5 * f * f;
        double log = Math.fma(k, LN2_HIGH_F64, f - (half - Math.fma(s, half + r, k * LN2_LOW_F64)));
        return Math.sqrt(Math.abs(-2.0 * log));
    }

    /** The sine of the angle whose fraction of a full turn is {@code bits / 2^64}. */
    static double sine(long bits) {
        long quadrant = (bits + (1L << 61)) >>> 62;
        double a = (double) (bits << 2) * (0x1.921fb54442d18p0 * 0x1p-64);
        double value = (quadrant & 1) == 0 ? sineNearZero(a) : cosineNearZero(a);
        return (quadrant & 2) == 0 ? value : -value;
    }

    /** The cosine of the angle whose fraction of a full turn is {@code bits / 2^64}. */
    static double cosine(long bits) {
        long quadrant = (bits + (1L << 61)) >>> 62;
        double a = (double) (bits << 2) * (0x1.921fb54442d18p0 * 0x1p-64);
        double value = (quadrant & 1) == 0 ? cosineNearZero(a) : sineNearZero(a);
        return ((quadrant + 1) & 2) == 0 ? value : -value;
    }

    private static double sineNearZero(double a) {
        double z = a * a;
        double p = Math.fma(z, 1.58969099521155010221e-10, -2.50507602534068634195e-08);
        p = Math.fma(z, p, 2.75573137070700676789e-06);
        p = Math.fma(z, p, -1.98412698298579493134e-04);
        p = Math.fma(z, p, 8.33333333332248946124e-03);
        p = Math.fma(z, p, -1.66666666666666324348e-01);
        return Math.fma(p * z, a, a);
    }

    private static double cosineNearZero(double a) {
        double z = a * a;
        double p = Math.fma(z, -1.13596475577881948265e-11, 2.08757232129817482790e-09);
        p = Math.fma(z, p, -2.75573143513906633035e-07);
        p = Math.fma(z, p, 2.48015872894767294178e-05);
        p = Math.fma(z, p, -1.38888888888741095749e-03);
        p = Math.fma(z, p, 4.16666666666666019037e-02);
        return Math.fma(p * z, z, Math.fma(-0.5, z, 1.0));
    }
}
