package org.gatun.tensor.cuda;

import java.util.function.LongToDoubleFunction;
import java.util.function.LongUnaryOperator;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.shape.Shape;

/** Tensors on the first GPU whose elements are functions of their positions. */
final class OnDevice {
    private OnDevice() {}

    /** A contiguous tensor whose element at each position, row by row, is a function of the position. */
    static ConcreteTensor of(DType dtype, Shape shape, LongUnaryOperator element) {
        long[] values = new long[(int) shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = element.applyAsLong(i);
        }
        try (var wholes = Tensors.of(shape, values);
                var host = wholes.to(dtype).concrete()) {
            return Transfers.toDevice(Device.cuda(0), host);
        }
    }

    /** A contiguous tensor whose element at each position, row by row, is a function of the position, rounded to the dtype. */
    static ConcreteTensor ofReals(DType dtype, Shape shape, LongToDoubleFunction element) {
        double[] values = new double[(int) shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = element.applyAsDouble(i);
        }
        try (var wide = Tensors.of(shape, values);
                var host = wide.to(dtype).concrete()) {
            return Transfers.toDevice(Device.cuda(0), host);
        }
    }

    /** Small whole numbers in no apparent order, the same for the same position: from -2 to 2. */
    static long small(long position) {
        return Math.floorMod((position * 0x9E3779B97F4A7C15L) >>> 40, 5) - 2;
    }
}
