package org.gatun.nn;

import org.gatun.autograd.Parameter;
import org.gatun.tensor.DType;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * {@code y = x / sqrt(mean(x^2) + eps) weight} over the last axes (Zhang and Sennrich 2019), as {@code torch.nn.RMSNorm}: the weight has the
 * shape of those axes and starts at 1.
 */
public final class RmsNorm implements Module {
    private final Shape normalizedShape;
    private final @Nullable Double eps;
    private final @Nullable Parameter weight;

    /** A layer with a weight over the last axis, with the eps of the input's dtype. */
    public RmsNorm(long size) {
        this(Shape.of(size), null, true, DType.F32);
    }

    /**
     * A layer.
     *
     * @param normalizedShape the sizes of the last axes of inputs, at least one
     * @param eps what is added to the mean square, or null for the distance from 1 to the next number of the input's dtype
     * @param elementwiseAffine whether there is a weight
     * @param dtype a floating dtype
     * @throws IllegalArgumentException when there are no sizes, or the dtype is not floating
     */
    public RmsNorm(Shape normalizedShape, @Nullable Double eps, boolean elementwiseAffine, DType dtype) {
        LayerNorm.requireAxes("rmsNorm", normalizedShape);
        Linear.requireFloating("rmsNorm", dtype);
        this.normalizedShape = normalizedShape;
        this.eps = eps;
        this.weight = elementwiseAffine ? LayerNorm.filled(1, dtype, normalizedShape) : null;
    }

    /** The sizes of the axes that are normalised. */
    public Shape normalizedShape() {
        return normalizedShape;
    }

    /** What is added to the mean square, or null for the distance from 1 to the next number of the input's dtype. */
    public @Nullable Double eps() {
        return eps;
    }

    /** The weight, or null. */
    public @Nullable Parameter weight() {
        return weight;
    }

    /** Normalises the last axes of x, which have the sizes of the layer; the result has x's shape. */
    @Override
    public Tensor forward(Tensor x) {
        return eps == null
                ? Functional.rmsNorm(x, normalizedShape, weight)
                : Functional.rmsNorm(x, normalizedShape, weight, eps);
    }
}
