package org.gatun.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;

/** Tensors put together from others. */
final class Joining {
    private Joining() {}

    static Tensor cat(String name, int axis, Tensor... tensors) {
        requireSome(name, tensors);
        Shape first = tensors[0].shape();
        if (first.rank() == 0) {
            throw new ShapeException(name + ": a scalar, of shape [], has no axis to join along: use stack");
        }
        int a = Axes.normalise(name, axis, first.rank());
        DType dtype = tensors[0].dtype();
        for (int i = 1; i < tensors.length; i++) {
            Shape shape = tensors[i].shape();
            if (shape.rank() != first.rank()
                    || !shape.withSize(a, first.size(a)).equals(first)) {
                throw new ShapeException(name + ": shapes " + first + " (first) and " + shape + " (number " + (i + 1)
                        + ") differ outside axis " + axis
                        + ", along which they are joined: all other sizes must be equal");
            }
            dtype = DType.promote(dtype, tensors[i].dtype());
        }
        Tensor[] operands = new Tensor[tensors.length];
        for (int i = 0; i < operands.length; i++) {
            operands[i] = Arithmetic.cast(tensors[i], dtype);
        }
        return Dispatch.bind(new Op.Concat(a), operands);
    }

    static Tensor stack(int axis, Tensor... tensors) {
        requireSome("stack", tensors);
        Shape first = tensors[0].shape();
        int a = Axes.insertion("stack", axis, first.rank());
        Tensor[] rows = new Tensor[tensors.length];
        for (int i = 0; i < rows.length; i++) {
            if (!tensors[i].shape().equals(first)) {
                throw new ShapeException(
                        "stack: shapes " + first + " (first) and " + tensors[i].shape() + " (number " + (i + 1)
                                + ") differ: tensors that are stacked must have one shape; use cat to join along an"
                                + " axis");
            }
            rows[i] = tensors[i].unsqueeze(a);
        }
        return cat("stack", a, rows);
    }

    static Tensor vstack(String name, Tensor... tensors) {
        requireAll(name, tensors);
        Tensor[] rows = new Tensor[tensors.length];
        for (int i = 0; i < rows.length; i++) {
            Tensor x = tensors[i];
            rows[i] = x.rank() < 2 ? x.reshape(1, x.elements()) : x;
        }
        return cat(name, 0, rows);
    }

    static Tensor hstack(Tensor... tensors) {
        requireAll("hstack", tensors);
        Tensor[] columns = new Tensor[tensors.length];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = tensors[i].rank() == 0 ? tensors[i].reshape(1) : tensors[i];
        }
        requireSome("hstack", columns);
        return cat("hstack", columns[0].rank() == 1 ? 0 : 1, columns);
    }

    static List<Tensor> meshgrid(Tensor... vectors) {
        requireSome("meshgrid", vectors);
        long[] sizes = new long[vectors.length];
        for (int i = 0; i < sizes.length; i++) {
            if (vectors[i].rank() > 1) {
                throw new ShapeException("meshgrid: number " + (i + 1) + " has shape " + vectors[i].shape()
                        + ": takes vectors; flatten it");
            }
            sizes[i] = vectors[i].elements();
        }
        Shape shape = Shape.of(sizes);
        List<Tensor> grid = new ArrayList<>();
        for (int i = 0; i < sizes.length; i++) {
            long[] alone = new long[sizes.length];
            Arrays.fill(alone, 1);
            alone[i] = sizes[i];
            grid.add(vectors[i].reshape(alone).broadcastTo(shape));
        }
        return List.copyOf(grid);
    }

    /** The tensors of a list. */
    static Tensor[] array(String name, List<Tensor> tensors) {
        return Objects.requireNonNull(tensors, name + ": the list of tensors is null: give a list")
                .toArray(Tensor[]::new);
    }

    static void requireSome(String name, Tensor... tensors) {
        requireAll(name, tensors);
        if (tensors.length == 0) {
            throw new ShapeException(name + ": no tensors were given: give at least one");
        }
    }

    /** Refuses tensors that are null. */
    static void requireAll(String name, Tensor... tensors) {
        Objects.requireNonNull(tensors, () -> name + ": the array of tensors is null: give an array");
        for (int i = 0; i < tensors.length; i++) {
            int number = i + 1;
            Objects.requireNonNull(
                    tensors[i], () -> name + ": tensor number " + number + " is null: give tensors only");
        }
    }
}
