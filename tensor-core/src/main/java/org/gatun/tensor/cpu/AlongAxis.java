package org.gatun.tensor.cpu;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.memory.Allocators;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/** Runs a loop over each line along an axis of operands of one shape, where a line is a row of contiguous elements. */
final class AlongAxis {
    /** The fewest elements worth a thread. */
    private static final long GRAIN = 1 << 13;

    private AlongAxis() {}

    /** What is done with the lines at one place of all operands. */
    @FunctionalInterface
    interface Body {
        /**
         * Runs over a line.
         *
         * @param in the addresses of the operands' lines
         * @param n the number of elements of each, at least 1
         * @param out where as many results go
         */
        void run(long[] in, long n, long out);
    }

    /** The results of a loop over all lines. They lie in memory with the axis last. */
    static ConcreteTensor apply(int axis, DType result, Body body, ConcreteTensor... operands) {
        Shape shape = operands[0].shape();
        Axes order = Rows.last(Axes.listed("axis", shape.rank(), axis), shape.rank());
        long bytes = result.bytes();
        ConcreteTensor out = ConcreteTensor.over(
                Allocators.of(operands[0].device()).allocate(shape.elements() * bytes),
                Layout.contiguous(shape.permuted(order)).permuted(order.inverse()),
                result);
        if (shape.isEmpty()) {
            return out;
        }
        long n = shape.size(axis);
        long to = out.address();
        try (Scratch scratch = Scratch.open()) {
            long[] at = new long[operands.length];
            for (int i = 0; i < at.length; i++) {
                ConcreteTensor x = operands[i];
                at[i] = Rows.of(x.address(), x.layout().permuted(order), x.dtype(), scratch);
            }
            WorkerPool.parallelFor(shape.elements() / n, Math.max(1, GRAIN / n), (from, end) -> {
                long[] row = new long[at.length];
                for (long r = from; r < end; r++) {
                    for (int i = 0; i < row.length; i++) {
                        row[i] = at[i] + r * n * operands[i].dtype().bytes();
                    }
                    body.run(row, n, to + r * n * bytes);
                }
            });
        }
        return out;
    }
}
