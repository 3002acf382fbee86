package org.gatun.tensor;

import org.gatun.tensor.cpu.IndexCheck;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;
import org.gatun.tensor.trace.Traced;
import org.jspecify.annotations.Nullable;

/** Checks of tensors that hold indices or class numbers. */
final class Indices {
    private Indices() {}

    /** An index tensor as I64. */
    static Tensor checked(String name, Tensor index) {
        if (!index.dtype().isInteger()) {
            throw new DTypeException(name + ": the index is " + index.dtype()
                    + " and must be an integer dtype: convert it" + " with to(DType.I64)");
        }
        return Arithmetic.cast(index, DType.I64);
    }

    /** A 1-d index tensor as I64. */
    static Tensor vector(String name, Tensor index) {
        if (index.rank() > 1) {
            throw new ShapeException(name + ": the index has shape " + index.shape()
                    + " and must be a vector: flatten it," + " or use get(Index.of(index))");
        }
        Tensor i = checked(name, index);
        return i.rank() == 0 ? i.reshape(1) : i;
    }

    /** Refuses class numbers outside 0 to {@code classes - 1}. */
    static void requireClasses(String name, Tensor index, long classes) {
        requireClasses(name, index, classes, null);
    }

    /**
     * Refuses class numbers outside 0 to {@code classes - 1} other than {@code ignored}.
     *
     * @return whether some are ignored
     */
    static boolean requireClasses(String name, Tensor index, long classes, @Nullable Long ignored) {
        long[] values = Values.longs(Traced.beneath(index));
        boolean some = false;
        for (int i = 0; i < values.length; i++) {
            long c = values[i];
            if (ignored != null && c == ignored) {
                some = true;
                continue;
            }
            if (c < 0 || c >= classes) {
                throw IndexCheck.noClass(name, c, i, index.shape(), classes, ignored);
            }
        }
        return some;
    }

    /** Whether class numbers lie on a GPU, whose kernels check them: reading them here would wait for all its work. */
    static boolean areCheckedByKernels(Tensor index) {
        ConcreteTensor beneath = Traced.beneath(index);
        // Under vmap composites may run as their fallbacks, which take negative numbers from the end.
        return !beneath.device().equals(Device.CPU) && beneath.shape().equals(index.shape());
    }

    /**
     * What to throw for a kernel that found an index out of range, but does not know the method and the axis that the user named.
     *
     * @param where the axis or elements that are indexed, for the message
     * @param size how many there are
     */
    static IndexOutOfBoundsException outside(
            String name, Tensor index, String where, long size, IndexOutOfBoundsException cause) {
        long[] values = Values.longs(Traced.beneath(index));
        int i = 0;
        while (i < values.length - 1 && values[i] >= -size && values[i] < size) {
            i++;
        }
        String remedy = size == 0 ? "give no index" : "give " + -size + " to " + (size - 1);
        var e = new IndexOutOfBoundsException(name + ": index " + values[i] + " at position " + i
                + " of an index of shape " + index.shape() + " is out of range for " + where + ": " + remedy);
        e.initCause(cause);
        return e;
    }

    /** Applies an operation to indices, whose kernel checks them, for a method that has another name. */
    static Tensor bind(String name, Op op, Tensor... inputs) {
        try {
            return Dispatch.bind(op, inputs);
        } catch (IndexOutOfBoundsException e) {
            String message = String.valueOf(e.getMessage());
            var named = new IndexOutOfBoundsException(name + message.substring(Math.max(message.indexOf(':'), 0)));
            named.initCause(e);
            throw named;
        }
    }

    /** The shape of a gather or scatter: {@code index} may be smaller than {@code x} along other axes than {@code axis}. */
    static void requireWithin(String name, Shape index, Shape x, int axis) {
        boolean fits = index.rank() == x.rank();
        for (int a = 0; fits && a < x.rank(); a++) {
            fits = a == axis || index.size(a) <= x.size(a);
        }
        if (!fits) {
            throw new ShapeException(name + ": an index of shape " + index + " does not fit a tensor of shape " + x
                    + ": it must have the same rank and, along every axis but " + axis + ", at most the same size");
        }
    }
}
