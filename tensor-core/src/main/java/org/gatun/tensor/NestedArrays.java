package org.gatun.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import org.gatun.tensor.memory.Storage;
import org.gatun.tensor.shape.Shape;

/** Tensors from arrays of arrays: one bulk copy for each innermost row. */
final class NestedArrays {
    private NestedArrays() {}

    /** A tensor of the shape of {@code array}, an array of arrays ... of float, double, long or int, at least two deep. */
    static ConcreteTensor of(DType dtype, Object[] array) {
        Shape shape = shape(array);
        check(shape, 0, array, "");
        ConcreteTensor t = ConcreteTensor.allocate(dtype, shape, Device.CPU);
        Storage held = t.acquire();
        try {
            if (!shape.isEmpty()) {
                copy(array, t.segment(), 0);
            }
            return t;
        } catch (Throwable e) {
            t.close();
            throw e;
        } finally {
            held.release();
        }
    }

    /** The lengths of the first array at each depth. */
    private static Shape shape(Object array) {
        List<Long> sizes = new ArrayList<>();
        Object level = array;
        Class<?> type = array.getClass();
        while (type.isArray()) {
            int n = level == null ? 0 : Array.getLength(level);
            sizes.add((long) n);
            level = level instanceof Object[] rows && n > 0 ? rows[0] : null;
            type = type.getComponentType();
        }
        return Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
    }

    private static void check(Shape shape, int depth, Object array, String at) {
        if (Array.getLength(array) != shape.size(depth)) {
            throw new ShapeException("of: the nested array is ragged: row " + at + " has " + Array.getLength(array)
                    + " entries and the first one of that depth " + shape.size(depth)
                    + ": a tensor needs rows of equal length");
        }
        if (array instanceof Object[] rows) {
            for (int i = 0; i < rows.length; i++) {
                if (rows[i] == null) {
                    throw new ShapeException("of: row " + at + "[" + i + "] of the nested array is null");
                }
                check(shape, depth + 1, rows[i], at + "[" + i + "]");
            }
        }
    }

    private static long copy(Object array, MemorySegment out, long at) {
        if (array instanceof Object[] rows) {
            long next = at;
            for (Object row : rows) {
                next = copy(row, out, next);
            }
            return next;
        }
        MemorySegment row = switch (array) {
            case float[] a -> MemorySegment.ofArray(a);
            case double[] a -> MemorySegment.ofArray(a);
            case long[] a -> MemorySegment.ofArray(a);
            case int[] a -> MemorySegment.ofArray(a);
            default ->
                throw new IllegalArgumentException(
                        "of: an array of " + array.getClass().getSimpleName());
        };
        MemorySegment.copy(row, 0, out, at, row.byteSize());
        return at + row.byteSize();
    }
}
