package org.gatun.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Traced;

/** Tensors put together from several: at least so many axes, grids, products of sets, blocks, and positions of grids. */
final class Combining {
    private Combining() {}

    // ---- joined ----

    static Tensor atLeast2d(Tensor x) {
        return x.rank() >= 2 ? x.view() : x.reshape(1, x.elements());
    }

    static Tensor atLeast3d(Tensor x) {
        return switch (x.rank()) {
            case 0, 1 -> x.reshape(1, x.elements(), 1);
            case 2 -> x.unsqueeze(2);
            default -> x.view();
        };
    }

    static Tensor dstack(Tensor... tensors) {
        Joining.requireAll("dstack", tensors);
        return Joining.cat(
                "dstack", 2, Arrays.stream(tensors).map(Combining::atLeast3d).toArray(Tensor[]::new));
    }

    static Tensor columnStack(Tensor... tensors) {
        Joining.requireAll("columnStack", tensors);
        return Joining.cat(
                "columnStack",
                1,
                Arrays.stream(tensors)
                        .map(x -> x.rank() < 2 ? x.reshape(x.elements(), 1) : x)
                        .toArray(Tensor[]::new));
    }

    static Tensor blockDiag(Tensor... tensors) {
        Joining.requireSome("blockDiag", tensors);
        long columns = 0;
        for (int i = 0; i < tensors.length; i++) {
            if (tensors[i].rank() > 2) {
                throw new ShapeException("blockDiag: number " + (i + 1) + " has shape " + tensors[i].shape()
                        + ": takes matrices, vectors as rows, and scalars");
            }
            columns = Math.addExact(columns, atLeast2d(tensors[i]).size(1));
        }
        Tensor[] rows = new Tensor[tensors.length];
        long left = 0;
        for (int i = 0; i < rows.length; i++) {
            Tensor block = atLeast2d(tensors[i]);
            long right = columns - left - block.size(1);
            rows[i] = block.pad(new long[] {0, left}, new long[] {0, right});
            left += block.size(1);
        }
        return Joining.cat("blockDiag", 0, rows);
    }

    // ---- broadcast ----

    static Shape common(String name, Shape... shapes) {
        Shape common = Shape.SCALAR;
        for (Shape shape : shapes) {
            common = Broadcasting.common(name, common, shape);
        }
        return common;
    }

    static List<Tensor> broadcast(Tensor... tensors) {
        Joining.requireAll("broadcastTensors", tensors);
        Shape common = common(
                "broadcastTensors", Arrays.stream(tensors).map(Tensor::shape).toArray(Shape[]::new));
        return Arrays.stream(tensors).map(x -> x.broadcastTo(common)).toList();
    }

    // ---- grids and sets ----

    static List<Tensor> meshgrid(GridIndexing indexing, Tensor... vectors) {
        List<Tensor> grid = Joining.meshgrid(vectors);
        return switch (indexing) {
            case IJ -> grid;
            case XY -> {
                if (vectors.length < 2) {
                    yield grid;
                }
                // The first two vectors exchanged, and in the result their axes, too.
                yield grid.stream().map(x -> x.transpose(0, 1)).toList();
            }
        };
    }

    static Tensor cartesianProd(Tensor... vectors) {
        Joining.requireSome("cartesianProd", vectors);
        for (int i = 0; i < vectors.length; i++) {
            if (vectors[i].rank() != 1) {
                throw new ShapeException("cartesianProd: number " + (i + 1) + " has shape " + vectors[i].shape()
                        + ": takes vectors; flatten it");
            }
        }
        if (vectors.length == 1) {
            return vectors[0].view();
        }
        Tensor[] columns =
                Joining.meshgrid(vectors).stream().map(x -> x.reshape(-1, 1)).toArray(Tensor[]::new);
        return Joining.cat("cartesianProd", 1, columns);
    }

    static Tensor combinations(Tensor x, int size, boolean withReplacement) {
        if (x.rank() != 1) {
            throw new ShapeException(
                    "combinations: takes a vector, not a tensor of shape " + x.shape() + ": flatten it");
        }
        if (size < 0) {
            throw new ShapeException("combinations: of " + size + " elements: give a number of 0 or more");
        }
        if (size == 0) {
            // PyTorch's: not the one empty choice, but nothing.
            return x.slice(0, 0, 0);
        }
        long[] choices = choices(x.size(0), size, withReplacement);
        Tensor index = HostCopies.of(Shape.of(choices.length), choices).to(x.device());
        return x.indexSelect(0, index).reshape(choices.length / size, size);
    }

    /** The choices of {@code size} of n positions in lexicographic order, one after the other. */
    private static long[] choices(long n, int size, boolean withReplacement) {
        long pool = withReplacement ? n + size - 1 : n;
        // pool over size, or what is the same, over the rest, by factors each of which leaves a whole number.
        long count = pool < size || n == 0 ? 0 : 1;
        long factors = Math.min(size, pool - size);
        for (int i = 0; i < factors && count > 0; i++) {
            requireArray((double) count * (pool - i) / (i + 1), n, size);
            count = Math.multiplyExact(count, pool - i) / (i + 1);
        }
        if (count == 0) {
            return new long[0];
        }
        requireArray(count, n, size);
        long[] all = new long[Math.toIntExact(count * size)];
        long[] choice = new long[size];
        for (int i = 0; i < size; i++) {
            choice[i] = withReplacement ? 0 : i;
        }
        for (int k = 0; k < count; k++) {
            System.arraycopy(choice, 0, all, k * size, size);
            int i = size - 1;
            while (i >= 0 && choice[i] == (withReplacement ? n - 1 : n - size + i)) {
                i--;
            }
            if (i >= 0) {
                choice[i]++;
                for (int j = i + 1; j < size; j++) {
                    choice[j] = choice[j - 1] + (withReplacement ? 0 : 1);
                }
            }
        }
        return all;
    }

    private static void requireArray(double choices, long n, int size) {
        if (choices * size > Integer.MAX_VALUE - 8) {
            throw new ShapeException("combinations: the choices of " + size + " of " + n
                    + " elements have more elements than a Java array holds: choose from fewer");
        }
    }

    // ---- positions ----

    static List<Tensor> unravelIndex(Tensor index, Shape shape) {
        Tensor i = Indices.checked("unravelIndex", index);
        requirePositions("unravelIndex", i, shape.elements(), "a tensor of shape " + shape);
        long[] strides = shape.rowMajorStrides();
        List<Tensor> positions = new ArrayList<>();
        for (int a = 0; a < strides.length; a++) {
            positions.add(i.floorDivide(strides[a]).remainder(Math.max(shape.size(a), 1)));
        }
        return List.copyOf(positions);
    }

    static Tensor ravelMultiIndex(List<Tensor> positions, Shape shape) {
        Joining.requireAll("ravelMultiIndex", Joining.array("ravelMultiIndex", positions));
        if (positions.size() != shape.rank() || positions.isEmpty()) {
            throw new ShapeException("ravelMultiIndex: " + positions.size() + " tensors of positions for a shape "
                    + shape + ": give one for each axis, and an axis at least");
        }
        var _ = common("ravelMultiIndex", positions.stream().map(Tensor::shape).toArray(Shape[]::new));
        long[] strides = shape.rowMajorStrides();
        Tensor sum = null;
        for (int a = 0; a < strides.length; a++) {
            Tensor i = Indices.checked("ravelMultiIndex", positions.get(a));
            requirePositions("ravelMultiIndex", i, shape.size(a), "axis " + a + " of shape " + shape);
            Tensor part = i.mul(strides[a]);
            sum = sum == null ? part : sum.add(part);
        }
        return Objects.requireNonNull(sum);
    }

    private static void requirePositions(String name, Tensor index, long size, String what) {
        long[] values = Values.longs(Traced.beneath(index));
        for (int i = 0; i < values.length; i++) {
            if (values[i] < 0 || values[i] >= size) {
                throw new IndexOutOfBoundsException(name + ": position " + values[i] + " at place " + i
                        + " of a tensor of shape " + index.shape() + " is out of range for " + what + ": "
                        + (size == 0 ? "it has no elements" : "give 0 to " + (size - 1)));
            }
        }
    }

    // ---- choices ----

    static List<Tensor> where(Tensor condition) {
        return condition.nonzero().unbind(1);
    }

    static Tensor where(Tensor condition, Tensor a, double b) {
        DType dtype = a.dtype().promoteWithScalar(DType.Kind.FLOATING);
        Tensor x = Arithmetic.cast(a, dtype);
        return Arithmetic.where(condition, x, Arithmetic.constant(x, dtype, b));
    }

    static Tensor where(Tensor condition, double a, Tensor b) {
        DType dtype = b.dtype().promoteWithScalar(DType.Kind.FLOATING);
        Tensor x = Arithmetic.cast(b, dtype);
        return Arithmetic.where(condition, Arithmetic.constant(x, dtype, a), x);
    }
}
