package org.gatun.tensor.cpu;

import java.util.Arrays;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/**
 * The operations on {@linkplain DType#isNarrow narrow} dtypes that compute with many elements at a time: the operands are widened,
 * the operation runs in the wide type, and its results are rounded, or wrapped around, once. Elementwise operations widen block by
 * block in their own kernels, and those that only move elements move their bits.
 */
public final class Widening {
    private Widening() {}

    /** Whether an operation on these operands must be widened. */
    static boolean applies(Op op, ConcreteTensor[] in) {
        return in.length > 0 && in[0].dtype().isNarrow() && computes(op, in[0].dtype());
    }

    private static boolean computes(Op op, DType dtype) {
        return switch (op) {
            case Op.Sum o -> true;
            case Op.Prod o -> true;
            case Op.Extremum o -> true;
            case Op.CumSum o -> true;
            case Op.CumProd o -> true;
            case Op.ScatterAdd o -> true;
            case Op.IndexAdd o -> true;
            case Op.MatMul o -> true;
            case Op.Conv2d o -> true;
            case Op.Conv2dInputGrad o -> true;
            case Op.Conv2dWeightGrad o -> true;
            // A window without an element gives the least value of the integers' own dtype.
            case Op.MaxPool2d o -> dtype.isFloating();
            case Op.AvgPool2d o -> true;
            case Op.AvgPool2dGrad o -> true;
            case Op.Elementwise o -> false;
            // These two refuse narrow dtypes, as PyTorch does on the CPU.
            case Op.Fft o -> false;
            case Op.LinearAlgebra o -> false;
            case Op.View o -> false;
            case Op.Reshape o -> false;
            case Op.Pad o -> false;
            case Op.Copy o -> false;
            case Op.Transfer o -> false;
            case Op.Concat o -> false;
            case Op.ArgExtremum o -> false;
            case Op.BoolReduce o -> false;
            case Op.Sort o -> false;
            case Op.TopK o -> false;
            case Op.Gather o -> false;
            case Op.Scatter o -> false;
            case Op.IndexSelect o -> false;
            case Op.Iota o -> false;
            case Op.Random o -> false;
            case Op.Call o -> false;
        };
    }

    /** A kernel of wide operands for operands of any dtype; which of them are narrow, the first decides. */
    public static Composite.Kernel around(Composite.Kernel kernel) {
        return in -> in[0].dtype().isNarrow() ? run(kernel, in) : kernel.run(in);
    }

    /** As {@link #around}, of a kernel whose results stay wide. */
    public static Composite.Kernel of(Composite.Kernel kernel) {
        return in -> in[0].dtype().isNarrow() ? wide(kernel, in) : kernel.run(in);
    }

    /** As {@link #around}, of a kernel of which only the first {@code count} results take the operands' dtype: the others stay wide. */
    static Composite.Kernel around(int count, Composite.Kernel kernel) {
        return in -> in[0].dtype().isNarrow() ? narrowed(wide(kernel, in), count, in[0].dtype()) : kernel.run(in);
    }

    /** Runs a kernel in the wide type of its first operand. */
    static ConcreteTensor[] run(Composite.Kernel kernel, ConcreteTensor... in) {
        return narrowed(wide(kernel, in), Integer.MAX_VALUE, in[0].dtype());
    }

    private static ConcreteTensor[] wide(Composite.Kernel kernel, ConcreteTensor... in) {
        DType dtype = in[0].dtype();
        ConcreteTensor[] wide = in.clone();
        try {
            for (int i = 0; i < in.length; i++) {
                if (in[i].dtype() == dtype) {
                    wide[i] = widened(in[i]);
                }
            }
            return kernel.run(wide);
        } finally {
            for (int i = 0; i < in.length; i++) {
                if (wide[i] != in[i]) {
                    wide[i].close();
                }
            }
        }
    }

    private static ConcreteTensor[] narrowed(ConcreteTensor[] results, int count, DType dtype) {
        try {
            return Results.allocate(
                    results.length,
                    r -> r < count && results[r].dtype() == dtype.arithmetic()
                            ? cast(results[r], dtype)
                            : results[r].view(results[r].layout()));
        } finally {
            for (ConcreteTensor result : results) {
                result.close();
            }
        }
    }

    /** The elements in the wide type; what lies at one place for all indices of an axis still does. */
    private static ConcreteTensor widened(ConcreteTensor x) {
        Layout layout = x.layout();
        long[] sizes = layout.shape().toArray();
        Arrays.setAll(sizes, a -> layout.stride(a) == 0 ? Math.min(sizes[a], 1) : sizes[a]);
        Shape distinct = Shape.of(sizes);
        if (distinct.equals(x.shape())) {
            return cast(x, x.dtype().arithmetic());
        }
        try (ConcreteTensor once = x.view(Layout.strided(distinct, layout.strides(), layout.offset()));
                ConcreteTensor wide = cast(once, x.dtype().arithmetic())) {
            return wide.view(wide.layout().broadcast(x.shape()));
        }
    }

    private static ConcreteTensor cast(ConcreteTensor x, DType to) {
        return RegionRunner.run(new Op.Cast(to), new ConcreteTensor[] {x})[0];
    }
}
