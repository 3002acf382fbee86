package org.gatun.tensor.cpu;

import java.util.Random;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/** Layouts of all kinds, with the storage they need. */
final class RandomLayouts {
    /** A layout and the number of elements its storage must have. */
    record Placed(Layout layout, long storage) {}

    private RandomLayouts() {}

    static Shape shape(Random random, int maxRank, int maxSize) {
        long[] sizes = new long[random.nextInt(maxRank + 1)];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = 1L + random.nextInt(maxSize);
        }
        return Shape.of(sizes);
    }

    /** A layout of {@code shape} without two elements at one place: in any order of axes, with gaps, flipped. */
    static Placed injective(Random random, Shape shape) {
        int rank = shape.rank();
        int[] order = permutation(random, rank);
        long[] padded = new long[rank];
        long[] step = new long[rank];
        long[] start = new long[rank];
        for (int i = 0; i < rank; i++) {
            int axis = order[i];
            step[axis] = random.nextInt(4) == 0 ? 2 : 1;
            start[axis] = random.nextInt(3) == 0 ? 1 : 0;
            padded[i] = start[axis] + shape.size(axis) * step[axis];
        }
        Shape base = Shape.of(padded);
        int[] inverse = new int[rank];
        for (int i = 0; i < rank; i++) {
            inverse[order[i]] = i;
        }
        Layout layout = Layout.contiguous(base)
                .permuted(Axes.listed("test", rank, inverse))
                .sliced(start, step, shape);
        for (int axis = 0; axis < rank; axis++) {
            if (random.nextInt(4) == 0) {
                layout = layout.flipped(Axes.listed("test", rank, axis));
            }
        }
        return new Placed(layout, base.elements());
    }

    /** A layout for reading: contiguous, injective, or with some axes repeated. */
    static Placed readable(Random random, Shape shape) {
        if (random.nextInt(4) == 0) {
            return new Placed(Layout.contiguous(shape), shape.elements());
        }
        if (random.nextBoolean()) {
            return injective(random, shape);
        }
        long[] sizes = shape.toArray();
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = random.nextBoolean() ? 1 : sizes[i];
        }
        Placed base = injective(random, Shape.of(sizes));
        return new Placed(base.layout().broadcast(shape), base.storage());
    }

    private static int[] permutation(Random random, int rank) {
        int[] order = new int[rank];
        for (int i = 0; i < rank; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    /** The position, relative to the storage's start, of the element with a row-by-row number. */
    static long position(Layout layout, long number) {
        long at = layout.offset();
        long rest = number;
        for (int i = layout.shape().rank() - 1; i >= 0; i--) {
            at += rest % layout.shape().size(i) * layout.stride(i);
            rest /= layout.shape().size(i);
        }
        return at;
    }
}
