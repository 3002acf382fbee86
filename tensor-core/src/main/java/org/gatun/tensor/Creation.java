package org.gatun.tensor;

import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;

/** Filled and numbered tensors. */
final class Creation {
    private Creation() {}

    /**
     * The shape of a new tensor.
     *
     * @throws ShapeException naming the method when a size is negative, or the elements or their bytes are more than a long counts
     */
    static Shape shape(String name, DType dtype, long... sizes) {
        return countable(name, dtype, Shape.of(name, sizes));
    }

    /** Refuses, in the name of the method, a new tensor with more bytes than a long counts. */
    static Shape countable(String name, DType dtype, Shape shape) {
        if (shape.elements() > Long.MAX_VALUE / dtype.bytes()) {
            throw new ShapeException(name + ": a tensor of shape " + shape + " and dtype " + dtype
                    + " has more than 2^63 - 1 bytes: give smaller sizes");
        }
        return shape;
    }

    static Tensor full(DType dtype, double value, Shape shape, Device device) {
        if (Double.doubleToRawLongBits(value) == 0) {
            return HostCopies.zeros(dtype, shape, device);
        }
        return repeated(ConcreteTensor.scalar(dtype, value, device), shape);
    }

    static Tensor full(DType dtype, long value, Shape shape, Device device) {
        return value == 0
                ? HostCopies.zeros(dtype, shape, device)
                : repeated(ConcreteTensor.scalar(dtype, value, device), shape);
    }

    private static Tensor repeated(ConcreteTensor one, Shape shape) {
        if (shape.rank() == 0) {
            return one;
        }
        try (one;
                Tensor repeated = one.broadcastTo(shape)) {
            return repeated.copy();
        }
    }

    static Tensor eye(DType dtype, long rows, long columns, Device device) {
        if (rows < 0 || columns < 0) {
            throw new ShapeException("eye: " + rows + " rows and " + columns + " columns: both must be 0 or more");
        }
        var _ = shape("eye", dtype, rows, columns);
        var _ = shape("eye", DType.I64, Math.max(rows, columns));
        try (Tensor i = arange(0, rows, 1, device);
                Tensor j = arange(0, columns, 1, device);
                Tensor column = i.unsqueeze(1);
                Tensor ones = column.eq(j)) {
            return dtype == DType.BOOL ? ones.copy() : ones.to(dtype);
        }
    }

    static Tensor arange(long start, long end, long step) {
        return arange(start, end, step, Device.CPU);
    }

    static Tensor arange(long start, long end, long step, Device device) {
        if (step == 0) {
            throw new ShapeException("arange: the step is 0: from " + start + " to " + end
                    + " would never end, give 1 or more, or -1 or less to count down");
        }
        requireDirection(step > 0 ? start <= end : start >= end, start, end, step);
        boolean none = step > 0 ? start >= end : start <= end;
        long count;
        try {
            count = none ? 0 : Math.ceilDiv(Math.subtractExact(end, start), step);
        } catch (ArithmeticException e) {
            throw new ShapeException("arange: from " + start + " to " + end + " are more than 2^63 - 1 numbers", e);
        }
        var _ = countable("arange", DType.I64, Shape.of(count));
        Tensor numbers = Dispatch.source(new Op.Iota(count), device);
        if (step == 1 && start == 0) {
            return numbers;
        }
        try (numbers;
                Tensor scaled = numbers.mul(step)) {
            return scaled.add(start);
        }
    }

    static Tensor arange(DType dtype, double start, double end, double step) {
        double count = Math.ceil((end - start) / step);
        if (step == 0 || !Double.isFinite(start) || !Double.isFinite(step) || !Double.isFinite(count)) {
            throw new ShapeException("arange: from " + start + " to " + end + " in steps of " + step
                    + ": the bounds must be finite and the step not 0");
        }
        requireDirection(step > 0 ? start <= end : start >= end, start, end, step);
        if (count > Integer.MAX_VALUE - 8) {
            throw new ShapeException("arange: from " + start + " to " + end + " in steps of " + step + " are " + count
                    + " numbers, more than a Java array holds: use arange of integers and scale it");
        }
        double[] values = new double[(int) Math.max(count, 0)];
        for (int i = 0; i < values.length; i++) {
            values[i] = start + i * step;
        }
        if (values.length > 0) {
            Scalars.checked("arange", dtype, values[0]);
            Scalars.checked("arange", dtype, values[values.length - 1]);
        }
        return converted(dtype, values);
    }

    private static void requireDirection(boolean holds, Number start, Number end, Number step) {
        if (!holds) {
            throw new ShapeException("arange: from " + start + " to " + end + " in steps of " + step
                    + ": the steps lead away from the end: exchange the bounds, or negate the step");
        }
    }

    static Tensor linspace(DType dtype, double start, double end, long count) {
        if (!dtype.isFloating()) {
            throw new DTypeException("linspace: makes floating dtypes, not " + dtype + ": use arange for integers");
        }
        if (count < 0 || count > Integer.MAX_VALUE - 8) {
            throw new ShapeException("linspace: the count " + count + " must be from 0 to " + (Integer.MAX_VALUE - 8));
        }
        double[] values = new double[(int) count];
        double step = count > 1 ? (end - start) / (count - 1) : 0;
        for (int i = 0; i < values.length; i++) {
            // Counted from the nearer end, so that both ends are exact and the points symmetric.
            values[i] = i < values.length - 1 - i ? start + i * step : end - (values.length - 1 - i) * step;
        }
        if (count == 1) {
            values[0] = start;
        }
        return converted(dtype, values);
    }

    static Tensor converted(DType dtype, double... values) {
        Tensor exact = HostCopies.of(Shape.of(values.length), values);
        if (dtype == DType.F64) {
            return exact;
        }
        try (exact) {
            return exact.to(dtype);
        }
    }

    static Tensor oneHot(DType dtype, Tensor index, long classes) {
        Tensor i = Indices.checked("oneHot", index);
        if (classes < 0) {
            throw new ShapeException(
                    "oneHot: the number of classes " + classes + " must be 0 or more: give the largest index plus 1");
        }
        var _ = shape("oneHot", DType.I64, classes);
        Indices.requireClasses("oneHot", i, classes);
        try (Tensor numbers = arange(0, classes, 1, i.device());
                Tensor rows = i.unsqueeze(-1);
                Tensor ones = rows.eq(numbers)) {
            return dtype == DType.BOOL ? ones.copy() : ones.to(dtype);
        }
    }
}
