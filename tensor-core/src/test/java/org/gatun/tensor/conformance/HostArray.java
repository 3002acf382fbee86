package org.gatun.tensor.conformance;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntToLongFunction;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.cuda.Transfers;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.shape.Shape;

/**
 * An array of the reference: elements row by row in a Java array, floating ones as doubles that the dtype can represent, others
 * as longs in the dtype's range.
 */
public final class HostArray {
    private final DType dtype;
    private final Shape shape;
    private final double[] reals;
    private final long[] wholes;

    private HostArray(DType dtype, Shape shape, double[] reals, long[] wholes) {
        this.dtype = dtype;
        this.shape = shape;
        this.reals = reals;
        this.wholes = wholes;
    }

    /** A floating array whose element {@code i}, counted row by row, is {@code value(i)} rounded to the dtype. */
    public static HostArray reals(DType dtype, Shape shape, IntToDoubleFunction value) {
        double[] reals = new double[Math.toIntExact(shape.elements())];
        Arrays.setAll(reals, i -> round(dtype, value.applyAsDouble(i)));
        return new HostArray(dtype, shape, reals, new long[0]);
    }

    /** An array of integers or truth values whose element {@code i} is {@code value(i)}, wrapped around to the dtype's range. */
    public static HostArray wholes(DType dtype, Shape shape, IntToLongFunction value) {
        long[] wholes = new long[Math.toIntExact(shape.elements())];
        Arrays.setAll(wholes, i -> wrap(dtype, value.applyAsLong(i)));
        return new HostArray(dtype, shape, new double[0], wholes);
    }

    /** Indices: an I64 array with the given elements. */
    public static HostArray indices(Shape shape, long... values) {
        return wholes(DType.I64, shape, i -> values[i]);
    }

    /** The elements of a tensor of any layout, read one by one. */
    public static HostArray of(Tensor tensor) {
        ConcreteTensor t = tensor.concrete();
        if (t.device() != Device.CPU) {
            try (ConcreteTensor host = Transfers.toHost(t)) {
                return of(host);
            }
        }
        return t.dtype().isFloating()
                ? reals(t.dtype(), t.shape(), i -> t.read(position(t, i)))
                : wholes(t.dtype(), t.shape(), i -> t.readLong(position(t, i)));
    }

    private static long position(ConcreteTensor t, int i) {
        long[] index = index(t.shape(), i);
        long position = 0;
        for (int a = 0; a < index.length; a++) {
            position += index[a] * t.layout().stride(a);
        }
        return position;
    }

    /** The value nearest to {@code x} that a floating dtype can represent. */
    static double round(DType dtype, double x) {
        return switch (dtype) {
            case F64 -> x;
            case F32 -> (float) x;
            // By way of F32, in which backends compute.
            case BF16 -> round((float) x, ulp(dtype, (float) x), 0x1.fep127);
            case F16 -> round((float) x, ulp(dtype, (float) x), 65504);
            case I64, I32, I16, I8, U8, BOOL -> throw new IllegalArgumentException(dtype + " is not a floating type");
        };
    }

    /** A number to the nearest multiple of a power of two, of two the even one; beyond the largest, an infinity. */
    private static double round(double x, double unit, double largest) {
        if (Double.isNaN(x) || Double.isInfinite(x)) {
            return x;
        }
        double rounded = Math.rint(x / unit) * unit;
        return Math.abs(rounded) > largest ? Math.copySign(Double.POSITIVE_INFINITY, x) : rounded;
    }

    /** The distance from a number of a floating dtype to the next, as {@link Math#ulp}. */
    static double ulp(DType dtype, double x) {
        return switch (dtype) {
            case F64 -> Math.ulp(x);
            case F32 -> Math.ulp((float) x);
            case BF16 -> Math.scalb(1.0, Math.max(Math.getExponent(x), Float.MIN_EXPONENT) - 7);
            case F16 -> Math.scalb(1.0, Math.max(Math.getExponent(x), -14) - 10);
            case I64, I32, I16, I8, U8, BOOL -> throw new IllegalArgumentException(dtype + " is not a floating type");
        };
    }

    /** The low bits of {@code x} that an integer dtype stores; for BOOL, whether it is not 0. */
    static long wrap(DType dtype, long x) {
        return switch (dtype) {
            case I64 -> x;
            case I32 -> (int) x;
            case I16 -> (short) x;
            case I8 -> (byte) x;
            case U8 -> x & 0xff;
            case BOOL -> x == 0 ? 0 : 1;
            case F32, F64, BF16, F16 -> throw new IllegalArgumentException(dtype + " is not an integer type");
        };
    }

    /** The index of the {@code i}-th element of a shape, row by row. */
    static long[] index(Shape shape, int i) {
        long[] index = new long[shape.rank()];
        long rest = i;
        for (int a = index.length - 1; a >= 0; a--) {
            index[a] = rest % shape.size(a);
            rest /= shape.size(a);
        }
        return index;
    }

    /** The place, row by row, of an index. */
    static int flat(Shape shape, long... index) {
        long flat = 0;
        for (int a = 0; a < index.length; a++) {
            flat = flat * shape.size(a) + index[a];
        }
        return (int) flat;
    }

    /** The dtype. */
    public DType dtype() {
        return dtype;
    }

    /** The shape. */
    public Shape shape() {
        return shape;
    }

    /** Dtype and shape. */
    public TensorType type() {
        return new TensorType(dtype, shape);
    }

    /** The number of elements. */
    public int size() {
        return (int) shape.elements();
    }

    /** Element {@code i} of a floating array. */
    public double real(int i) {
        return reals[i];
    }

    /** Element {@code i} of an array of integers or truth values. */
    public long whole(int i) {
        return wholes[i];
    }

    /** Element {@code i} of an array of any dtype, as a double. */
    public double number(int i) {
        return dtype.isFloating() ? reals[i] : wholes[i];
    }

    /** An array of this dtype whose element {@code i} is element {@code source(i)} of this one. */
    HostArray pick(Shape newShape, IntToLongFunction source) {
        return dtype.isFloating()
                ? reals(dtype, newShape, i -> reals[(int) source.applyAsLong(i)])
                : wholes(dtype, newShape, i -> wholes[(int) source.applyAsLong(i)]);
    }

    /** This array with every element replaced by its absolute value. */
    HostArray magnitudes() {
        return dtype.isFloating() ? reals(dtype, shape, i -> Math.abs(reals[i])) : this;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof HostArray other
                && dtype == other.dtype
                && shape.equals(other.shape)
                && Arrays.equals(reals, other.reals)
                && Arrays.equals(wholes, other.wholes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(reals) * 31 + Arrays.hashCode(wholes);
    }

    @Override
    public String toString() {
        return type() + (dtype.isFloating() ? Arrays.toString(reals) : Arrays.toString(wholes));
    }
}
