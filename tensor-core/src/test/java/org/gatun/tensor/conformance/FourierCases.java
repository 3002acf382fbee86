package org.gatun.tensor.conformance;

import static org.gatun.tensor.conformance.OpCase.Operand.value;

import java.util.ArrayList;
import java.util.List;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Shape;

/** Shapes for Fourier transforms, and the transform straight from its definition. */
final class FourierCases {
    private FourierCases() {}

    static List<OpCase> fft() {
        var cases = new ArrayList<OpCase>();
        for (boolean inverse : new boolean[] {false, true}) {
            // Lengths with and without passes of their own; alone, and as many as fill the lanes of vectors.
            for (long n : new long[] {1, 2, 3, 4, 5, 6, 7, 8, 12, 15, 17, 33, 45, 64, 67, 90, 128}) {
                cases.add(OpCase.of(new Op.Fft(0, inverse), value(n, 2)));
                cases.add(OpCase.of(new Op.Fft(1, inverse), value(21, n, 2)));
                cases.add(OpCase.of(new Op.Fft(0, inverse), value(n, 19, 2)));
            }
            cases.add(OpCase.of(new Op.Fft(1, inverse), value(2, 3, 2, 2)));
            cases.add(OpCase.of(new Op.Fft(1, inverse), value(2, 100, 3, 2)));
            cases.add(OpCase.of(new Op.Fft(0, inverse), value(3, 0, 2)));
            cases.add(OpCase.of(new Op.Fft(1, inverse), value(3, 0, 2)));
            cases.add(OpCase.of(new Op.Fft(0, inverse), value(1000, 2)));
            cases.add(OpCase.of(new Op.Fft(0, inverse), value(1009, 2)));
        }
        return cases;
    }

    /** Sums in double precision, with angles reduced in integers and the rounding errors of the sums carried along. */
    static HostArray transform(Op.Fft op, HostArray x) {
        Shape shape = x.shape();
        int n = (int) shape.size(op.axis());
        double sign = op.inverse() ? 1 : -1;
        return HostArray.reals(x.dtype(), shape, i -> {
            long[] index = HostArray.index(shape, i);
            int part = (int) index[shape.rank() - 1];
            long k = index[op.axis()];
            double sum = 0;
            double lost = 0;
            for (int j = 0; j < n; j++) {
                double angle = 2 * Math.PI * (j * k % n) / n;
                index[op.axis()] = j;
                index[shape.rank() - 1] = 0;
                double re = x.real(HostArray.flat(shape, index));
                index[shape.rank() - 1] = 1;
                double im = x.real(HostArray.flat(shape, index));
                double cos = Math.cos(angle);
                double sin = sign * Math.sin(angle);
                double term = part == 0 ? re * cos - im * sin : re * sin + im * cos;
                double next = sum + term;
                lost += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
                sum = next;
            }
            return sum + lost;
        });
    }

    /** The sums of the magnitudes of all parts that a result is made of. */
    static HostArray magnitudes(Op.Fft op, HostArray x) {
        Shape shape = x.shape();
        return HostArray.reals(x.dtype(), shape, i -> {
            long[] index = HostArray.index(shape, i);
            double sum = 0;
            for (int j = 0; j < shape.size(op.axis()); j++) {
                index[op.axis()] = j;
                for (int part = 0; part < 2; part++) {
                    index[shape.rank() - 1] = part;
                    sum += Math.abs(x.real(HostArray.flat(shape, index)));
                }
            }
            return sum;
        });
    }
}
