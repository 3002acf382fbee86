package org.gatun.tensor.cpu;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;
import org.jspecify.annotations.Nullable;

/** The scores of attention by blocks of queries and keys, in scratch memory: what {@link AttentionKernels} computes with forward and backward. */
final class AttentionBlocks {
    /** Queries of a block: few, so that little of a causal block is computed in vain. */
    static final long QUERIES = 64;

    /** Keys of a block: many, so that results are rarely rescaled, and few enough for the scores to stay in the cache. */
    static final long KEYS = 512;

    final DType dtype;
    final int size;
    final AttentionRows rows;
    final Heads q;
    final Heads k;
    final Heads v;
    private final @Nullable Heads mask;
    private final boolean causal;
    private final double scale;

    /** Of operands q, k, v and, if there is one, the mask, in one dtype that is computed in, but for a mask of truth values. */
    AttentionBlocks(
            boolean causal,
            double scale,
            ConcreteTensor q,
            ConcreteTensor k,
            ConcreteTensor v,
            @Nullable ConcreteTensor mask) {
        this.dtype = q.dtype();
        this.size = dtype.bytes();
        this.rows = AttentionRows.of(dtype);
        this.q = new Heads(q);
        this.k = new Heads(k);
        this.v = new Heads(v);
        this.mask = mask == null ? null : new Heads(mask);
        this.causal = causal;
        this.scale = scale;
    }

    /** The number of blocks of queries. */
    long queryBlocks() {
        return (q.rows() + QUERIES - 1) / QUERIES;
    }

    /** The most keys of a block. */
    long mostKeys() {
        return Math.min(KEYS, k.rows());
    }

    /** Roughly how many multiplications a block of queries takes. */
    double work() {
        return (double) Math.min(QUERIES, q.rows()) * k.rows() * (q.columns() + v.columns() + 16);
    }

    /** How many keys some query before {@code end} sees. */
    long keysBefore(long end) {
        return causal ? Math.min(k.rows(), end) : k.rows();
    }

    /** How many of the {@code n} keys from {@code key} on a query sees, all but for the mask. */
    int seen(long query, long key, long n) {
        return (int) (causal ? Math.clamp(query + 1 - key, 0, n) : n);
    }

    /** Some queries, scaled, in scratch memory. */
    Matrix queries(long head, long first, long count, Scratch scratch) {
        Matrix block = q.rows(head, first, count);
        Matrix rowMajor = block.columnStride() == 1 ? block : block.packed(dtype, scratch);
        long width = q.columns();
        long to = scratch.allocate(count * width * size);
        for (long r = 0; r < count; r++) {
            long from = rowMajor.address() + r * rowMajor.rowStride() * size;
            rows.scale(from, (int) width, scale, to + r * width * size);
        }
        return Matrix.contiguous(to, count, width);
    }

    /** Multiplies rows of cotangents of queries by the scale. */
    void scale(long x, long count) {
        for (long r = 0; r < count; r++) {
            long row = x + r * q.columns() * size;
            rows.scale(row, (int) q.columns(), scale, row);
        }
    }

    /** Writes the scores of scaled queries and {@code n} keys, and -infinity where the mask hides a key; not what {@link #seen} tells. */
    void scores(long head, Matrix queries, long first, long key, long n, long to) {
        Matrix keys = k.rows(head, key, n);
        Gemm.multiply(dtype, queries, keys.transposed(), to, n, false, null);
        if (mask == null) {
            return;
        }
        Matrix block = mask.at(head)
                .part(first, first + queries.rows(), key, key + n, mask.dtype().bytes());
        try (Scratch scratch = Scratch.open()) {
            Matrix all = block.columnStride() == 1 ? block : block.packed(mask.dtype(), scratch);
            if (mask.dtype() == DType.BOOL) {
                hide(all, to, scratch);
            } else {
                BinaryKernel add = ElementwiseKernels.binary(BinaryFn.ADD, dtype);
                for (long r = 0; r < all.rows(); r++) {
                    long row = to + r * n * size;
                    add.apply(row, all.address() + r * all.rowStride() * size, row, n);
                }
            }
        }
    }

    private void hide(Matrix seen, long to, Scratch scratch) {
        long n = seen.columns();
        long one = scratch.allocate(size);
        put(one, Double.NEGATIVE_INFINITY);
        long infinity = scratch.allocate(n * size);
        Fill.fill(one, infinity, n, dtype);
        SelectKernel select = ElementwiseKernels.select(dtype);
        for (long r = 0; r < seen.rows(); r++) {
            long row = to + r * n * size;
            select.apply(seen.address() + r * seen.rowStride(), row, infinity, row, n);
        }
    }

    double get(long at) {
        return dtype == DType.F32 ? Ram.getFloat(at) : Ram.getDouble(at);
    }

    void put(long at, double value) {
        if (dtype == DType.F32) {
            Ram.putFloat(at, (float) value);
        } else {
            Ram.putDouble(at, value);
        }
    }
}
