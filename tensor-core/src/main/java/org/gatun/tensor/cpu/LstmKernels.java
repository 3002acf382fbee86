package org.gatun.tensor.cpu;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * The kernels of {@link org.gatun.tensor.composite.Lstm} and its gradient: a product and one pass over the gates for each step, the weight's cotangent
 * in one product over all steps. Samples do not depend on each other, so that each thread goes through all steps with its own.
 */
public final class LstmKernels {
    /** The fewest samples worth a thread: a product of fewer rows reads the weight for little. */
    private static final long GRAIN = 8;

    private LstmKernels() {}

    /** The kernel of the function. */
    public static Composite.Kernel forward() {
        return Widening.around(2, LstmKernels::forward);
    }

    /** The kernel of the cotangents of the operands. */
    public static Composite.Kernel gradient() {
        return Widening.around(LstmKernels::gradient);
    }

    private static ConcreteTensor[] forward(ConcreteTensor[] in) {
        ConcreteTensor x = in[0];
        DType dtype = x.dtype();
        long steps = x.shape().size(0);
        long batch = x.shape().size(1);
        long width = in[1].shape().size(1);
        Shape[] shapes = {
            Shape.of(steps, batch, width), Shape.of(batch, width), Shape.of(steps, batch, width), x.shape()
        };
        try (Scratch scratch = Scratch.open()) {
            var inputs = new Heads(x);
            boolean inPlace = width == 0 || x.layout().stride(2) == 1;
            long copy = inPlace ? 0 : Rows.of(x, scratch);
            var weight = new StateProduct(dtype, matrix(in[1]).transposed(), scratch);
            long h0 = Rows.of(in[2], scratch);
            long c0 = Rows.of(in[3], scratch);
            ConcreteTensor[] out = Results.allocate(4, i -> ConcreteTensor.allocate(dtype, shapes[i], x.device()));
            long h = out[0].address();
            long c = out[2].address();
            long gates = out[3].address();
            LstmRows rows = LstmRows.of(dtype);
            long row = width * dtype.bytes();
            PartBody body = (part, begin, end) -> {
                try (Scratch own = Scratch.open()) {
                    long z = own.allocate((end - begin) * 4 * row);
                    for (long t = 0; t < steps; t++) {
                        Matrix given = inPlace
                                ? inputs.at(t)
                                : Matrix.contiguous(copy + t * batch * 4 * row, batch, 4 * width);
                        long last = t == 0 ? h0 : h + (t - 1) * batch * row;
                        long before = t == 0 ? c0 : c + (t - 1) * batch * row;
                        weight.multiply(last + begin * row, end - begin, z);
                        for (long b = begin; b < end; b++) {
                            long at = t * batch + b;
                            rows.cell(
                                    given.address() + b * given.rowStride() * dtype.bytes(),
                                    z + (b - begin) * 4 * row,
                                    before + b * row,
                                    gates + at * 4 * row,
                                    c + at * row,
                                    h + at * row,
                                    (int) width);
                        }
                    }
                }
            };
            return Results.filled(out, () -> {
                WorkerPool.forParts(WorkerPool.parts(batch, GRAIN), batch, body);
                Ram.copy(c + (steps - 1) * batch * row, out[1].address(), batch * row);
            });
        }
    }

    private static ConcreteTensor[] gradient(ConcreteTensor[] in) {
        ConcreteTensor[] out =
                Results.allocate(4, i -> ConcreteTensor.allocate(in[0].dtype(), in[i].shape(), in[0].device()));
        return Results.filled(out, () -> gradient(in, out));
    }

    private static void gradient(ConcreteTensor[] in, ConcreteTensor[] out) {
        ConcreteTensor x = in[0];
        DType dtype = x.dtype();
        long steps = x.shape().size(0);
        long batch = x.shape().size(1);
        long width = in[1].shape().size(1);
        try (Scratch scratch = Scratch.open()) {
            var weight = new StateProduct(dtype, matrix(in[1]), scratch);
            long h0 = Rows.of(in[2], scratch);
            long c0 = Rows.of(in[3], scratch);
            long h = Rows.of(in[4], scratch);
            long c = Rows.of(in[5], scratch);
            long gates = Rows.of(in[6], scratch);
            long outside = Rows.of(in[7], scratch);
            long toGates = out[0].address();
            long hidden = out[2].address();
            long cell = out[3].address();
            LstmRows rows = LstmRows.of(dtype);
            long row = width * dtype.bytes();
            StridedCopy.copy(in[8].address(), in[8].layout(), cell, Layout.contiguous(in[8].shape()), dtype);
            Ram.zero(hidden, batch * row);
            WorkerPool.forParts(WorkerPool.parts(batch, GRAIN), batch, (part, begin, end) -> {
                for (long t = steps - 1; t >= 0; t--) {
                    long before = t == 0 ? c0 : c + (t - 1) * batch * row;
                    for (long b = begin; b < end; b++) {
                        long at = t * batch + b;
                        rows.flow(
                                outside + at * row,
                                hidden + b * row,
                                cell + b * row,
                                gates + at * 4 * row,
                                c + at * row,
                                before + b * row,
                                toGates + at * 4 * row,
                                (int) width);
                    }
                    long flow = toGates + (t * batch + begin) * 4 * row;
                    weight.multiply(flow, end - begin, hidden + begin * row);
                }
            });
            // Of the first step, whose h stands apart, and of all others.
            long toWeight = out[1].address();
            Matrix first = Matrix.contiguous(toGates, batch, 4 * width);
            Gemm.multiply(dtype, first.transposed(), Matrix.contiguous(h0, batch, width), toWeight, width, false, null);
            long rest = (steps - 1) * batch;
            Matrix others = Matrix.contiguous(toGates + batch * 4 * row, rest, 4 * width);
            Gemm.multiply(dtype, others.transposed(), Matrix.contiguous(h, rest, width), toWeight, width, true, null);
        }
    }

    /** The product of the states of a step, a few rows, by the weight, which stays the same for all steps. */
    private static final class StateProduct {
        private final DType dtype;
        private final Matrix weight;
        private final @Nullable PackedMatrix packed;

        StateProduct(DType dtype, Matrix weight, Scratch scratch) {
            this.dtype = dtype;
            this.weight = weight;
            this.packed = VectorSupport.ENABLED && dtype == DType.F32 ? new PackedMatrix(weight, scratch) : null;
        }

        /** Contiguous rows by the weight, into contiguous rows. */
        void multiply(long rows, long count, long out) {
            if (packed != null) {
                packed.multiply(rows, (int) count, out);
            } else {
                Matrix states = Matrix.contiguous(rows, count, weight.rows());
                Gemm.multiply(dtype, states, weight, out, weight.columns(), false, null);
            }
        }
    }

    private static Matrix matrix(ConcreteTensor t) {
        Layout layout = t.layout();
        return new Matrix(t.address(), t.shape().size(0), t.shape().size(1), layout.stride(0), layout.stride(1));
    }
}
