package org.gatun.tensor;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/**
 * One format for all numbers of a printed tensor, chosen as NumPy does: digits behind the point as many as the number that needs
 * most of them, up to the precision, and an exponent when a magnitude is 1e8 or more, below 1e-4, or the largest is more than
 * 1000 times the smallest.
 */
final class NumberFormat {
    private final DType dtype;
    private final int digits;
    private final boolean exponent;

    private NumberFormat(DType dtype, int digits, boolean exponent) {
        this.dtype = dtype;
        this.digits = digits;
        this.exponent = exponent;
    }

    /** The format for the given values, of a tensor of a dtype. */
    static NumberFormat of(DType dtype, double[] values, PrintOptions options) {
        if (!dtype.isFloating()) {
            return new NumberFormat(dtype, 0, false);
        }
        double largest = 0;
        double smallest = Double.POSITIVE_INFINITY;
        for (double v : values) {
            double m = Math.abs(v);
            if (m != 0 && m < Double.POSITIVE_INFINITY) {
                largest = Math.max(largest, m);
                smallest = Math.min(smallest, m);
            }
        }
        // Where the number nearest to 1e-4 lies below it, it still counts as 1e-4.
        double least = Math.min(Scalars.nearest(dtype, 1e-4), 1e-4);
        boolean exponent = options.scientific()
                || (largest > 0 && (largest >= 1e8 || smallest < least || largest / smallest > 1000));
        int digits = 0;
        for (double v : values) {
            if (Double.isFinite(v)) {
                digits = Math.max(digits, needed(dtype, v, exponent, options.precision()));
            }
        }
        return new NumberFormat(dtype, digits, exponent);
    }

    /** The shortest decimal that is read back as the same number of the dtype. */
    private static BigDecimal shortest(DType dtype, double v) {
        return switch (dtype) {
            case F32 -> new BigDecimal(Float.toString((float) v));
            case BF16, F16 -> fewestDigits(dtype, v);
            case F64, I64, I32, I16, I8, U8, BOOL -> new BigDecimal(Double.toString(v));
        };
    }

    /** The shortest decimal of a number of few bits, but whole numbers in full: 65504 would be 65500. */
    private static BigDecimal fewestDigits(DType dtype, double v) {
        BigDecimal exact = new BigDecimal(v);
        if (v == Math.rint(v) && Math.abs(v) < 1e8) {
            return exact;
        }
        int digits = 1;
        BigDecimal rounded = exact.round(new MathContext(digits));
        // Five digits tell all numbers of 11 bits apart.
        while (Scalars.nearest(dtype, rounded.doubleValue()) != v) {
            digits++;
            rounded = exact.round(new MathContext(digits));
        }
        return rounded;
    }

    /** A number to so many decimals: its shortest form if that has no more, otherwise its exact value rounded. */
    private static BigDecimal rounded(DType dtype, double v, int decimals) {
        BigDecimal s = shortest(dtype, v);
        return (s.scale() <= decimals ? s : new BigDecimal(v)).setScale(decimals, RoundingMode.HALF_EVEN);
    }

    /** The number of digits behind the point that a number needs, at most {@code precision}. */
    private static int needed(DType dtype, double v, boolean exponent, int precision) {
        if (v == 0) {
            return 0;
        }
        BigDecimal d = shortest(dtype, v);
        int shift = exponent ? d.precision() - d.scale() - 1 : 0;
        BigDecimal rounded =
                rounded(dtype, v, precision - shift).movePointLeft(shift).setScale(precision, RoundingMode.UNNECESSARY);
        return rounded.signum() == 0
                ? precision
                : Math.max(rounded.stripTrailingZeros().scale(), 0);
    }

    String format(double v) {
        if (dtype == DType.BOOL) {
            return v != 0 ? "true" : "false";
        }
        if (Double.isNaN(v)) {
            return "nan";
        }
        if (Double.isInfinite(v)) {
            return v > 0 ? "inf" : "-inf";
        }
        boolean negative = v < 0 || (v == 0 && 1 / v < 0);
        String s;
        if (exponent) {
            BigDecimal d = shortest(dtype, v);
            int e = v == 0 ? 0 : d.precision() - d.scale() - 1;
            BigDecimal m = rounded(dtype, Math.abs(v), digits - e).movePointLeft(e);
            if (m.compareTo(BigDecimal.TEN) >= 0) {
                e++;
                m = m.movePointLeft(1).setScale(digits, RoundingMode.HALF_EVEN);
            }
            s = pointed(m) + String.format(Locale.ROOT, "e%s%02d", e < 0 ? "-" : "+", Math.abs(e));
        } else {
            s = blanked(pointed(rounded(dtype, Math.abs(v), digits)));
        }
        return negative ? "-" + s : s;
    }

    private static String pointed(BigDecimal d) {
        String s = d.toPlainString();
        return s.indexOf('.') < 0 ? s + "." : s;
    }

    /** Zeros at the end as spaces: the points stay below each other, and a number shows the digits that it has. */
    private static String blanked(String s) {
        int end = s.length();
        while (s.charAt(end - 1) == '0') {
            end--;
        }
        return s.substring(0, end) + " ".repeat(s.length() - end);
    }
}
