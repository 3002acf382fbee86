package org.gatun.tensor;

/**
 * Java numbers as elements of a dtype. A number becomes the nearest floating one, and an integer after its fraction is cut off;
 * one outside an integer dtype's range is refused, as in PyTorch, rather than wrapped. BOOL is whether the number is not 0.
 */
final class Scalars {
    private Scalars() {}

    /** The smallest long that the dtype can hold. */
    static long least(DType dtype) {
        return switch (dtype) {
            case F32, F64, BF16, F16, I64, BOOL -> Long.MIN_VALUE;
            case I32 -> Integer.MIN_VALUE;
            case I16 -> Short.MIN_VALUE;
            case I8 -> Byte.MIN_VALUE;
            case U8 -> 0;
        };
    }

    /** The largest long that the dtype can hold. */
    static long greatest(DType dtype) {
        return switch (dtype) {
            case F32, F64, BF16, F16, I64, BOOL -> Long.MAX_VALUE;
            case I32 -> Integer.MAX_VALUE;
            case I16 -> Short.MAX_VALUE;
            case I8 -> Byte.MAX_VALUE;
            case U8 -> 255;
        };
    }

    /** The number of a floating dtype nearest to {@code value}, of BF16 and F16 by way of F32; for others, {@code value}. */
    static double nearest(DType dtype, double value) {
        return switch (dtype) {
            case F32 -> (float) value;
            case BF16 -> BFloat16.toFloat(BFloat16.of((float) value));
            case F16 -> Float.float16ToFloat(Float.floatToFloat16((float) value));
            case F64, I64, I32, I16, I8, U8, BOOL -> value;
        };
    }

    /** The largest finite number of the dtype. */
    static double largest(DType dtype) {
        return switch (dtype) {
            case F32 -> Float.MAX_VALUE;
            case F64 -> Double.MAX_VALUE;
            case BF16 -> 0x1.FEp127;
            case F16 -> 65504;
            case I64, I32, I16, I8, U8, BOOL -> greatest(dtype);
        };
    }

    static boolean fits(DType dtype, long value) {
        return value >= least(dtype) && value <= greatest(dtype);
    }

    static boolean fits(DType dtype, double value) {
        // The bounds of I64 as doubles: the lower is exact, the upper is one more than the largest long.
        return !dtype.isInteger()
                || (value >= least(dtype) && (dtype == DType.I64 ? value < 0x1p63 : value <= greatest(dtype)));
    }

    /**
     * @return the value
     * @throws DTypeException naming the method when the dtype can't hold the value
     */
    static long checked(String name, DType dtype, long value) {
        if (!fits(dtype, value)) {
            throw outside(name, dtype, Long.toString(value));
        }
        return value;
    }

    /**
     * @return the value
     * @throws DTypeException naming the method when the dtype can't hold the value
     */
    static double checked(String name, DType dtype, double value) {
        if (!fits(dtype, value)) {
            throw outside(name, dtype, Double.toString(value));
        }
        return value;
    }

    static DTypeException outside(String name, DType dtype, String value) {
        boolean whole = dtype != DType.I64 && !"NaN".equals(value) && !value.endsWith("Infinity");
        String wider = whole ? "I64" : "F64";
        return new DTypeException(
                name + ": " + value + " is outside the range of " + dtype + ", " + least(dtype) + " to "
                        + greatest(dtype)
                        + ": give a number inside it, or convert to a wider dtype, for instance with to(DType." + wider
                        + ")");
    }
}
