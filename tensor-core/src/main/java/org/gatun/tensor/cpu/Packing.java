package org.gatun.tensor.cpu;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/** Copies matrices and images with arbitrary strides into row-major scratch memory, for kernels that need them so. */
final class Packing {

    /** Elements worth handing to another thread. */
    private static final long GRAIN = 32 * 1024;

    /** The side of the square blocks that are copied at a time, so that both reads and writes stay in the cache. */
    private static final int BLOCK = 32;

    private Packing() {}

    /** A contiguous copy of a matrix. */
    static Matrix pack(Matrix source, DType dtype, Scratch scratch) {
        Matrix target = Matrix.contiguous(
                scratch.allocate(source.rows() * source.columns() * dtype.bytes()), source.rows(), source.columns());
        copy(source, target, dtype);
        return target;
    }

    /** The address of the elements of a tensor of rank 4 row by row: its own, or that of a copy in scratch memory. */
    static long images(ConcreteTensor tensor, Scratch scratch) {
        if (tensor.isContiguous()) {
            return tensor.address();
        }
        Layout layout = tensor.layout();
        Shape shape = layout.shape();
        int bytes = tensor.dtype().bytes();
        long address = tensor.address();
        long target = scratch.allocate(shape.elements() * bytes);
        long channels = shape.size(1);
        long plane = shape.size(2) * shape.size(3);
        long grain = Math.max(1, GRAIN / Math.max(1, plane));
        WorkerPool.parallelFor(shape.size(0) * channels, grain, (begin, end) -> {
            for (long p = begin; p < end; p++) {
                long from = address + (p / channels * layout.stride(0) + p % channels * layout.stride(1)) * bytes;
                Matrix source = new Matrix(from, shape.size(2), shape.size(3), layout.stride(2), layout.stride(3));
                copy(
                        source,
                        Matrix.contiguous(target + p * plane * bytes, shape.size(2), shape.size(3)),
                        tensor.dtype());
            }
        });
        return target;
    }

    private static void copy(Matrix source, Matrix target, DType dtype) {
        if (source.rows() == 0 || source.columns() == 0) {
            return;
        }
        long bands = Math.ceilDiv(source.rows(), BLOCK);
        long grain = Math.max(1, GRAIN / (BLOCK * source.columns()));
        WorkerPool.parallelFor(bands, grain, (begin, end) -> {
            for (long row = begin * BLOCK; row < Math.min(end * BLOCK, source.rows()); row += BLOCK) {
                for (long column = 0; column < source.columns(); column += BLOCK) {
                    block(source, target, row, column, dtype);
                }
            }
        });
    }

    private static void block(Matrix source, Matrix target, long row, long column, DType dtype) {
        int bytes = dtype.bytes();
        int columns = (int) Math.min(BLOCK, source.columns() - column);
        long rows = Math.min(BLOCK, source.rows() - row);
        long step = source.columnStride() * bytes;
        for (long i = row; i < row + rows; i++) {
            long from = source.address() + (i * source.rowStride() + column * source.columnStride()) * bytes;
            long to = target.address() + (i * target.rowStride() + column) * bytes;
            switch (dtype) {
                case F32, I32 -> copyInts(from, step, to, columns);
                case F64, I64 -> copyLongs(from, step, to, columns);
                case U8, BOOL -> copyBytes(from, step, to, columns);
            }
        }
    }

    private static void copyInts(long from, long step, long to, int count) {
        for (int j = 0; j < count; j++) {
            Ram.putInt(to + 4L * j, Ram.getInt(from + step * j));
        }
    }

    private static void copyLongs(long from, long step, long to, int count) {
        for (int j = 0; j < count; j++) {
            Ram.putLong(to + 8L * j, Ram.getLong(from + step * j));
        }
    }

    private static void copyBytes(long from, long step, long to, int count) {
        for (int j = 0; j < count; j++) {
            Ram.putByte(to + j, Ram.getByte(from + step * j));
        }
    }
}
