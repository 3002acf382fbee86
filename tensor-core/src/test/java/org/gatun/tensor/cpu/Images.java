package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.fail;

import java.util.Random;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Shape;

/** Tensors of rank 4 for the tests of convolution and pooling. */
final class Images {

    private Images() {}

    static ConcreteTensor of(DType dtype, Shape shape, double... values) {
        ConcreteTensor tensor = ConcreteTensor.allocate(dtype, shape, Device.CPU);
        for (int i = 0; i < values.length; i++) {
            Elements.put(dtype, tensor.address() + (long) i * dtype.bytes(), values[i]);
        }
        return tensor;
    }

    /** Integers from -4 to 4 (0 to 8 for U8), so that sums of products are exact in every dtype and order. */
    static ConcreteTensor random(Random random, DType dtype, Shape shape) {
        double[] values = new double[(int) shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(9) - (dtype == DType.U8 ? 0 : 4);
        }
        return of(dtype, shape, values);
    }

    /** The same elements with the axes in another order in memory. */
    static ConcreteTensor scattered(ConcreteTensor tensor) {
        Axes back = Axes.listed("scattered", 4, 3, 1, 0, 2);
        Axes there = Axes.listed("scattered", 4, 2, 1, 3, 0);
        ConcreteTensor moved = of(
                tensor.dtype(),
                tensor.shape().permuted(there),
                values(tensor.view(tensor.layout().permuted(there))));
        return moved.view(moved.layout().permuted(back));
    }

    /** The elements, row by row. */
    static double[] values(ConcreteTensor tensor) {
        Shape shape = tensor.shape();
        double[] values = new double[(int) shape.elements()];
        for (int i = 0; i < values.length; i++) {
            long rest = i;
            long position = 0;
            for (int axis = shape.rank() - 1; axis >= 0; axis--) {
                position += rest % shape.size(axis) * tensor.layout().stride(axis);
                rest /= shape.size(axis);
            }
            values[i] = tensor.read(position);
        }
        return values;
    }

    static void assertEqual(ConcreteTensor actual, Shape shape, double[] expected, double tolerance, String what) {
        if (!actual.shape().equals(shape)) {
            fail("%s: shape %s, expected %s", what, actual.shape(), shape);
        }
        double[] values = values(actual);
        for (int i = 0; i < values.length; i++) {
            boolean same = Double.compare(values[i], expected[i]) == 0
                    || Math.abs(values[i] - expected[i]) <= tolerance * Math.max(1, Math.abs(expected[i]));
            if (!same) {
                fail("%s: element %d is %s, expected %s", what, i, values[i], expected[i]);
            }
        }
    }
}
