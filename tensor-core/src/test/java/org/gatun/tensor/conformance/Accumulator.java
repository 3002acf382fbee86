package org.gatun.tensor.conformance;

import java.util.Arrays;
import org.gatun.tensor.DType;
import org.gatun.tensor.shape.Shape;

/**
 * An array under construction, zero at first. Sums of F32 are rounded at the end only; sums carry what each addition
 * rounds off (Neumaier), so that they are as good as exact.
 */
final class Accumulator {
    private final DType dtype;
    private final Shape shape;
    private final double[] reals;
    private final double[] lost;
    private final long[] wholes;

    Accumulator(DType dtype, Shape shape) {
        this.dtype = dtype;
        this.shape = shape;
        this.reals = new double[(int) shape.elements()];
        this.lost = new double[reals.length];
        this.wholes = new long[(int) shape.elements()];
    }

    void set(int to, HostArray from, int i) {
        if (dtype.isFloating()) {
            reals[to] = from.real(i);
        } else {
            wholes[to] = from.whole(i);
        }
    }

    void add(int to, HostArray from, int i) {
        if (dtype.isFloating()) {
            add(to, from.real(i));
        } else {
            wholes[to] += from.whole(i);
        }
    }

    void add(int to, double value) {
        double sum = reals[to] + value;
        lost[to] += Math.abs(reals[to]) >= Math.abs(value) ? reals[to] - sum + value : value - sum + reals[to];
        reals[to] = sum;
    }

    /** Adds a product of two elements. */
    void addProduct(int to, HostArray a, int i, HostArray b, int j) {
        if (dtype.isFloating()) {
            add(to, a.real(i) * b.real(j));
        } else {
            wholes[to] += a.whole(i) * b.whole(j);
        }
    }

    void multiply(int to, HostArray from, int i) {
        if (dtype.isFloating()) {
            reals[to] *= from.real(i);
        } else {
            wholes[to] *= from.whole(i);
        }
    }

    void fill(double value) {
        Arrays.fill(reals, value);
        Arrays.fill(wholes, (long) value);
    }

    /** The finished array. */
    HostArray array() {
        return dtype.isFloating()
                ? HostArray.reals(
                        dtype, shape, i -> Double.isFinite(lost[i]) && lost[i] != 0 ? reals[i] + lost[i] : reals[i])
                : HostArray.wholes(dtype, shape, i -> wholes[i]);
    }
}
