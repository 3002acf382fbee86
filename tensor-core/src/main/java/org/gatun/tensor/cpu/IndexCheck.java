package org.gatun.tensor.cpu;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAccumulator;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/** Checks indices before anything is written, so that a wrong one changes nothing. */
public final class IndexCheck {
    private static final long GRAIN = 1 << 16;

    private IndexCheck() {}

    /**
     * Checks that contiguous indices name elements along an axis, from {@code -size} to {@code size - 1}.
     *
     * @param name the operation, for the message
     * @param at the address of the indices
     * @param index the tensor they come from, for the message
     * @param axis the axis they point along
     * @param size its size
     * @throws IndexOutOfBoundsException naming the first wrong index, its place, the axis and its size
     */
    static void check(String name, long at, ConcreteTensor index, int axis, long size) {
        long n = index.shape().elements();
        var first = new LongAccumulator(Math::min, n);
        WorkerPool.parallelFor(n, GRAIN, (from, to) -> {
            if (!areInside(at, from, to, size)) {
                first.accumulate(firstOutside(at, from, size));
            }
        });
        if (first.get() < n) {
            throw outside(name, Ram.getLong(at + 8 * first.get()), first.get(), index.shape(), axis, size);
        }
    }

    @SuppressWarnings("ShortCircuitBoolean") // no branch for each element
    private static boolean areInside(long at, long from, long to, long size) {
        boolean inside = true;
        for (long i = from; i < to; i++) {
            long v = Ram.getLong(at + 8 * i);
            inside &= v >= -size & v < size;
        }
        return inside;
    }

    private static long firstOutside(long at, long from, long size) {
        long i = from;
        while (areInside(at, i, i + 1, size)) {
            i++;
        }
        return i;
    }

    /**
     * The error of an index that names no element.
     *
     * @param name the operation
     * @param value the index
     * @param i its number, row by row, among the indices
     * @param shape the shape of the indices
     * @param axis the axis that they point along
     * @param size its size
     */
    public static IndexOutOfBoundsException outside(String name, long value, long i, Shape shape, int axis, long size) {
        String remedy = size == 0
                ? ": the axis has no elements, so the index must have none"
                : ": give indices from " + -size + " to " + (size - 1);
        return new IndexOutOfBoundsException(name + ": index " + value + " at position "
                + Arrays.toString(place(i, shape)) + " of the index of shape " + shape + " is out of range for axis "
                + axis + " of size " + size + remedy);
    }

    /**
     * The error of a class number that names no class.
     *
     * @param name the operation
     * @param value the number
     * @param i its number, row by row, among the class numbers
     * @param shape their shape
     * @param classes how many classes there are
     * @param ignored the number that stands for none and is taken, or null
     */
    public static IndexOutOfBoundsException noClass(
            String name, long value, long i, Shape shape, long classes, @Nullable Long ignored) {
        return new IndexOutOfBoundsException(name + ": class " + value + " at position " + i + " of a tensor of shape "
                + shape + " is out of range for " + classes + " classes: give 0 to " + (classes - 1)
                + (ignored == null ? "" : ", or " + ignored + " for a target to ignore"));
    }

    private static long[] place(long flat, Shape shape) {
        long[] place = new long[shape.rank()];
        long rest = flat;
        for (int a = place.length - 1; a >= 0; a--) {
            place[a] = rest % shape.size(a);
            rest /= shape.size(a);
        }
        return place;
    }
}
