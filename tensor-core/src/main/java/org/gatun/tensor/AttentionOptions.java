package org.gatun.tensor;

import org.jspecify.annotations.Nullable;

/**
 * What {@link Functional#scaledDotProductAttention(Tensor, Tensor, Tensor, AttentionOptions)} does besides; the defaults are PyTorch's.
 *
 * <pre>{@code
 * Functional.scaledDotProductAttention(q, k, v, AttentionOptions.DEFAULT.withCausal(true));
 * }</pre>
 *
 * @param mask which keys a query sees, of a shape that broadcasts to (..., L, S): truth values, true where it does, or numbers of the queries' dtype,
 *     which are added to the scores; null for all
 * @param causal whether query i sees the keys 0 to i only; not together with a mask
 * @param scale what the products of queries and keys are multiplied by, or null for {@code 1 / sqrt(E)}
 * @param groupedQueries whether each head of keys and values serves as many neighbouring heads of queries as there are more of these; heads are the third axis from
 *     the end
 */
public record AttentionOptions(
        @Nullable Tensor mask, boolean causal, @Nullable Double scale, boolean groupedQueries) {
    /** Every query sees all keys, scores are divided by the square root of E, and the numbers of heads are equal. */
    public static final AttentionOptions DEFAULT = new AttentionOptions(null, false, null, false);

    /** Refuses a mask together with the causal one. */
    public AttentionOptions {
        if (causal && mask != null) {
            throw new IllegalArgumentException("scaledDotProductAttention: a mask of shape " + mask.shape()
                    + " and causal: give one of them, or a mask that is false behind each query, such as"
                    + " mask.tril()");
        }
    }

    /** These options with a mask. */
    public AttentionOptions withMask(@Nullable Tensor other) {
        return new AttentionOptions(other, causal, scale, groupedQueries);
    }

    /** These options, causal or not. */
    public AttentionOptions withCausal(boolean whether) {
        return new AttentionOptions(mask, whether, scale, groupedQueries);
    }

    /** These options with another scale. */
    public AttentionOptions withScale(double factor) {
        return new AttentionOptions(mask, causal, factor, groupedQueries);
    }

    /** These options, with several heads of queries for one of keys and values or not. */
    public AttentionOptions withGroupedQueries(boolean whether) {
        return new AttentionOptions(mask, causal, scale, whether);
    }
}
