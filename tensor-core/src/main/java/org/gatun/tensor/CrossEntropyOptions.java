package org.gatun.tensor;

import org.jspecify.annotations.Nullable;

/**
 * How cross-entropy weighs classes and targets; the names and defaults are PyTorch's.
 *
 * @param weight a weight for each class (a vector of the logits' dtype), or null for 1
 * @param ignoreIndex targets that count nothing; class targets only
 * @param labelSmoothing how much of the target distribution, from 0 to 1, is spread evenly over all classes
 * @param reduction how the losses become one number
 */
public record CrossEntropyOptions(
        @Nullable Tensor weight, long ignoreIndex, double labelSmoothing, Reduction reduction) {
    /** No weights, -100 ignored, no smoothing, the mean. */
    public static final CrossEntropyOptions DEFAULT = new CrossEntropyOptions(null, -100, 0, Reduction.MEAN);

    /** Checks the range of the smoothing. */
    public CrossEntropyOptions {
        if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
            throw new IllegalArgumentException(
                    "crossEntropy: label smoothing " + labelSmoothing + " must be from 0 to 1");
        }
    }

    /** These options with class weights. */
    public CrossEntropyOptions withWeight(Tensor classWeights) {
        return new CrossEntropyOptions(classWeights, ignoreIndex, labelSmoothing, reduction);
    }

    /** These options with another target that counts nothing. */
    public CrossEntropyOptions withIgnoreIndex(long index) {
        return new CrossEntropyOptions(weight, index, labelSmoothing, reduction);
    }

    /** These options with label smoothing. */
    public CrossEntropyOptions withLabelSmoothing(double smoothing) {
        return new CrossEntropyOptions(weight, ignoreIndex, smoothing, reduction);
    }

    /** These options with another reduction. */
    public CrossEntropyOptions withReduction(Reduction other) {
        return new CrossEntropyOptions(weight, ignoreIndex, labelSmoothing, other);
    }
}
