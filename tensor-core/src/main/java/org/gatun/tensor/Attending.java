package org.gatun.tensor;

import java.util.Arrays;
import org.gatun.tensor.composite.Attention;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.CastPolicy;
import org.gatun.tensor.trace.Dispatch;
import org.jspecify.annotations.Nullable;

/** The arguments of attention, checked, broadcast and turned into a call of its composite. */
final class Attending {
    private static final String NAME = "scaledDotProductAttention";

    private Attending() {}

    static Tensor attend(Tensor q, Tensor k, Tensor v, AttentionOptions options) {
        return CastPolicy.LOWER.apply(in -> attend(in[0], in[1], in[2], in[3], options), q, k, v, options.mask());
    }

    private static Tensor attend(Tensor q, Tensor k, Tensor v, @Nullable Tensor mask, AttentionOptions options) {
        requireTypes(q, k, v, mask);
        requireSizes(q, k, v);
        double scale = options.scale() == null ? 1 / Math.sqrt(q.size(-1)) : options.scale();
        if (options.groupedQueries()) {
            return grouped(q, k, v, mask, options.causal(), scale);
        }
        Shape batch = common(q, k, v);
        return call(
                Products.batched(q, batch),
                Products.batched(k, batch),
                Products.batched(v, batch),
                mask == null ? null : expanded(mask, matrices(batch, q.size(-2), k.size(-2))),
                options.causal(),
                scale);
    }

    /** Heads of keys and values are repeated along an axis of their own, which costs no copy. */
    private static Tensor grouped(Tensor q, Tensor k, Tensor v, @Nullable Tensor mask, boolean causal, double scale) {
        long heads = q.rank() < 3 || k.rank() < 3 || v.rank() < 3 ? 0 : k.size(-3);
        if (heads == 0 || v.size(-3) != heads || q.size(-3) % heads != 0) {
            throw new ShapeException(NAME + ": " + shapes(q, k, v) + " have no groups of heads: keys and values need"
                    + " the same number at the third axis from the end, and queries a multiple of it");
        }
        long group = q.size(-3) / heads;
        Tensor seen = null;
        if (mask != null) {
            Shape batch = Broadcasting.common(NAME, outer(q), Broadcasting.common(NAME, outer(k), outer(v)));
            Shape all = matrices(matrices(batch, q.size(-3)), q.size(-2), k.size(-2));
            seen = split(expanded(mask, all), heads, group);
        }
        Tensor queries = split(q, heads, group);
        Tensor keys = k.unsqueeze(-3);
        Tensor values = v.unsqueeze(-3);
        Shape batch = common(queries, keys, values);
        Tensor out = call(
                Products.batched(queries, batch),
                Products.batched(keys, batch),
                Products.batched(values, batch),
                seen,
                causal,
                scale);
        return out.flatten(-4, -3);
    }

    private static Tensor split(Tensor x, long heads, long group) {
        return x.reshape(matrices(matrices(outer(x), heads, group), x.size(-2), x.size(-1)));
    }

    /** All axes but the last three. */
    private static Shape outer(Tensor x) {
        return Shape.of(Arrays.copyOf(x.shape().toArray(), x.rank() - 3));
    }

    private static Shape matrices(Shape batch, long... sizes) {
        long[] all = Arrays.copyOf(batch.toArray(), batch.rank() + sizes.length);
        System.arraycopy(sizes, 0, all, batch.rank(), sizes.length);
        return Shape.of(NAME, all);
    }

    private static Shape common(Tensor q, Tensor k, Tensor v) {
        try {
            return Broadcasting.common(
                    NAME, Products.batch(q), Broadcasting.common(NAME, Products.batch(k), Products.batch(v)));
        } catch (ShapeException e) {
            throw new ShapeException(
                    NAME + ": " + shapes(q, k, v) + ": the axes before the last two do not broadcast; make them equal,"
                            + " or one of them 1",
                    e);
        }
    }

    private static Tensor call(Tensor q, Tensor k, Tensor v, @Nullable Tensor mask, boolean causal, double scale) {
        if (k.size(-2) == 0) {
            // A sum over no keys.
            return q.matmul(k.transpose(-2, -1)).matmul(v);
        }
        Attention.Mask kind = mask == null
                ? Attention.Mask.NONE
                : mask.dtype() == DType.BOOL ? Attention.Mask.BOOLEAN : Attention.Mask.ADDITIVE;
        Op.Call op = new Op.Call(new Attention(kind, causal, scale));
        Tensor[] results = mask == null ? Dispatch.bindAll(op, q, k, v) : Dispatch.bindAll(op, q, k, v, mask);
        return results[0];
    }

    private static Tensor expanded(Tensor mask, Shape scores) {
        if (!Broadcasting.fits(mask.shape(), scores)) {
            throw new ShapeException(
                    NAME + ": a mask of shape " + mask.shape() + " does not broadcast to scores of shape " + scores
                            + ": its last sizes must be those of queries and keys, or 1, and it has no more axes");
        }
        return Arithmetic.expand(mask, scores);
    }

    private static void requireTypes(Tensor q, Tensor k, Tensor v, @Nullable Tensor mask) {
        Reductions.requireFloating(NAME, q);
        if (k.dtype() != q.dtype() || v.dtype() != q.dtype()) {
            throw new DTypeException(NAME + ": the queries are " + q.dtype() + ", the keys " + k.dtype()
                    + " and the values " + v.dtype() + ": convert them to one dtype with to(dtype)");
        }
        if (mask != null && mask.dtype() != DType.BOOL && mask.dtype() != q.dtype()) {
            throw new DTypeException(NAME + ": the mask is " + mask.dtype() + " and the queries " + q.dtype()
                    + ": give truth values (BOOL), or numbers of the queries' dtype with to(dtype)");
        }
    }

    private static void requireSizes(Tensor q, Tensor k, Tensor v) {
        if (q.rank() < 2 || k.rank() < 2 || v.rank() < 2) {
            throw new ShapeException(NAME + ": " + shapes(q, k, v)
                    + ": each must be (..., number, width): unsqueeze where an axis is missing");
        }
        if (q.size(-1) != k.size(-1)) {
            throw new ShapeException(NAME + ": " + shapes(q, k, v) + ": queries and keys have widths " + q.size(-1)
                    + " and " + k.size(-1) + " as their last sizes, which must be equal; transpose one of them?");
        }
        if (k.size(-2) != v.size(-2)) {
            throw new ShapeException(NAME + ": " + shapes(q, k, v) + ": there are " + k.size(-2) + " keys and "
                    + v.size(-2) + " values, the last but one sizes, which must be equal; transpose one of them?");
        }
    }

    private static String shapes(Tensor q, Tensor k, Tensor v) {
        return "queries of shape " + q.shape() + ", keys of " + k.shape() + " and values of " + v.shape();
    }
}
