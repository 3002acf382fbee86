package org.gatun.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Traced;

/** Views under other shapes and orders of axes, and elements that move along axes. */
final class Arranging {
    private Arranging() {}

    static Tensor view(String name, Tensor x, Shape shape) {
        if (shape.elements() != x.elements()) {
            throw new ShapeException(name + ": shape " + x.shape() + " has " + x.elements() + " elements and " + shape
                    + " has " + shape.elements() + ": the counts must be equal");
        }
        boolean contiguous = x instanceof Traced traced
                ? traced.isContiguous()
                : x.concrete().isContiguous();
        if (!contiguous) {
            // Beneath vmap lie batches, in front.
            ConcreteTensor below = Traced.beneath(x);
            int lead = below.rank() - x.rank();
            long[] whole = Arrays.copyOf(below.shape().toArray(), lead + shape.rank());
            System.arraycopy(shape.toArray(), 0, whole, lead, shape.rank());
            if (below.layout().reshaped(Shape.of(whole)) == null) {
                throw new ShapeException(name + ": the elements of shape " + x.shape()
                        + " do not lie in memory so that they can be seen as " + shape
                        + ": use reshape, which copies them");
            }
        }
        return Shaping.reshape(x, shape);
    }

    static Tensor unflatten(Tensor x, int axis, long... sizes) {
        int a = Axes.normalise("unflatten", axis, x.rank());
        if (sizes.length == 0) {
            throw new ShapeException("unflatten: no sizes were given for axis " + axis + " of shape " + x.shape()
                    + ": give at least one");
        }
        Shape parts = Shaping.inferred("unflatten", x, x.size(a), sizes);
        if (parts.elements() != x.size(a)) {
            throw new ShapeException("unflatten: the sizes " + parts + " hold " + parts.elements()
                    + " elements, but axis " + axis + " of shape " + x.shape() + " has " + x.size(a)
                    + ": the product of the sizes must be equal to that");
        }
        long[] whole = x.shape().toArray();
        long[] s = new long[whole.length - 1 + sizes.length];
        System.arraycopy(whole, 0, s, 0, a);
        System.arraycopy(parts.toArray(), 0, s, a, sizes.length);
        System.arraycopy(whole, a + 1, s, a + sizes.length, whole.length - 1 - a);
        return Shaping.reshape(x, Shape.of(s));
    }

    static Tensor expandDims(Tensor x, int... axes) {
        int rank = x.rank() + axes.length;
        Axes added = Axes.listed("expandDims", rank, axes);
        long[] s = new long[rank];
        int k = 0;
        for (int a = 0; a < rank; a++) {
            s[a] = added.contains(a) ? 1 : x.size(k++);
        }
        return Shaping.reshape(x, Shape.of(s));
    }

    static Tensor moveAxis(Tensor x, int[] from, int[] to) {
        if (from.length != to.length) {
            throw new ShapeException("moveAxis: " + Arrays.toString(from) + " and " + Arrays.toString(to)
                    + " differ in length: give each axis one place");
        }
        Axes f = Axes.listed("moveAxis", x.rank(), from);
        Axes t = Axes.listed("moveAxis", x.rank(), to);
        int[] order = new int[x.rank()];
        Arrays.fill(order, -1);
        for (int i = 0; i < from.length; i++) {
            order[t.get(i)] = f.get(i);
        }
        int k = 0;
        for (int a = 0; a < order.length; a++) {
            if (order[a] < 0) {
                while (f.contains(k)) {
                    k++;
                }
                order[a] = k++;
            }
        }
        return Shaping.permute(x, order);
    }

    static Tensor matrixTranspose(String name, Tensor x) {
        if (x.rank() < 2) {
            throw new ShapeException(
                    name + ": takes matrices, of two axes or more, not a tensor of shape " + x.shape());
        }
        return Shaping.transpose(name, x, -2, -1);
    }

    static Tensor roll(Tensor x, long[] shifts, int[] axes) {
        if (shifts.length != axes.length || axes.length == 0) {
            throw new ShapeException("roll: shifts " + Arrays.toString(shifts) + " along axes " + Arrays.toString(axes)
                    + ": give one shift for each axis, and one axis at least");
        }
        for (int axis : axes) {
            Axes.normalise("roll", axis, x.rank());
        }
        Tensor t = x;
        for (int i = 0; i < axes.length; i++) {
            t = Parts.roll(t, shifts[i], axes[i]);
        }
        return t;
    }

    static Tensor rot90(Tensor x, long times, int from, int to) {
        if (x.rank() < 2) {
            throw new ShapeException(
                    "rot90: takes a tensor of two axes or more, not one of shape " + x.shape() + ": a plane has two");
        }
        Axes plane = Axes.listed("rot90", x.rank(), from, to);
        int a = plane.get(0);
        int b = plane.get(1);
        return switch (Math.floorMod(times, 4)) {
            case 1 -> x.flip(b).transpose(a, b);
            case 2 -> x.flip(a, b);
            case 3 -> x.flip(a).transpose(a, b);
            default -> x.view();
        };
    }

    static Tensor mirrored(String name, Tensor x, int axis) {
        if (x.rank() <= axis) {
            throw new ShapeException(
                    name + ": takes a tensor of " + (axis + 1) + " axes or more, not one of shape " + x.shape());
        }
        return x.flip(axis);
    }

    // ---- parts ----

    static List<Tensor> tensorSplit(String name, Tensor x, long sections, int axis) {
        int a = Axes.normalise(name, axis, x.rank());
        if (sections < 1) {
            throw new ShapeException(name + ": the number of parts " + sections + " must be 1 or more");
        }
        if (sections > Integer.MAX_VALUE - 8) {
            throw new ShapeException(name + ": " + sections + " parts of shape " + x.shape()
                    + " do not fit a list: give at most " + (Integer.MAX_VALUE - 8));
        }
        long n = x.size(a);
        List<Tensor> parts = new ArrayList<>();
        long at = 0;
        for (long i = 0; i < sections; i++) {
            long to = at + n / sections + (i < n % sections ? 1 : 0);
            parts.add(Shaping.slice(x, a, at, to, 1));
            at = to;
        }
        return List.copyOf(parts);
    }

    static List<Tensor> tensorSplit(String name, Tensor x, long[] places, int axis) {
        int a = Axes.normalise(name, axis, x.rank());
        List<Tensor> parts = new ArrayList<>();
        long at = 0;
        for (long place : places) {
            parts.add(Shaping.slice(x, a, at, place, 1));
            at = place;
        }
        parts.add(Shaping.slice(x, a, at, x.size(a), 1));
        return List.copyOf(parts);
    }

    /** The axis along which hsplit, vsplit and dsplit cut a tensor of {@code least} axes or more. */
    static int splitAxis(String name, Tensor x, int least, int axis) {
        if (x.rank() < least) {
            throw new ShapeException(
                    name + ": takes a tensor of " + least + " axes or more, not one of shape " + x.shape());
        }
        return Math.min(axis, x.rank() - 1);
    }

    static List<Tensor> equalSplit(String name, Tensor x, long sections, int axis) {
        if (sections < 1 || x.size(axis) % sections != 0) {
            throw new ShapeException(name + ": axis " + axis + " of shape " + x.shape() + " can't be cut into "
                    + sections + " equal parts: give a number that divides " + x.size(axis) + ", or use tensorSplit");
        }
        return tensorSplit(name, x, sections, axis);
    }

    // ---- repeats ----

    static Tensor repeatInterleave(Tensor x, Tensor times, int axis) {
        int a = Axes.normalise("repeatInterleave", axis, x.rank());
        Tensor counts = Indices.vector("repeatInterleave", times);
        long n = x.size(a);
        if (counts.elements() != n && counts.elements() != 1) {
            throw new ShapeException("repeatInterleave: numbers of times of shape " + times.shape()
                    + " do not fit axis " + axis + " of shape " + x.shape() + ": give one, or one for each of the " + n
                    + " elements");
        }
        long[] each = Values.longs(counts.concrete());
        if (each.length == 1) {
            return Parts.repeatInterleave(x, each[0], a);
        }
        int total = 0;
        for (int i = 0; i < each.length; i++) {
            if (each[i] < 0 || each[i] > Integer.MAX_VALUE - 8 - total) {
                throw new ShapeException("repeatInterleave: the number of times " + each[i] + " at position " + i
                        + " must be 0 or more, and the sum of all at most " + (Integer.MAX_VALUE - 8));
            }
            total += (int) each[i];
        }
        long[] places = new long[total];
        int k = 0;
        for (int i = 0; i < each.length; i++) {
            Arrays.fill(places, k, k + (int) each[i], i);
            k += (int) each[i];
        }
        return Picking.indexSelect(x, a, HostCopies.of(Shape.of(total), places).to(x.device()));
    }
}
