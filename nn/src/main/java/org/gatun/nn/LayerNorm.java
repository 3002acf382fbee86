package org.gatun.nn;

import org.gatun.autograd.Parameter;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * {@code y = (x - mean) / sqrt(variance + eps) weight + bias} over the last axes (Ba et al. 2016), as {@code torch.nn.LayerNorm}: weight and
 * bias have the shape of those axes and start at 1 and 0.
 */
public final class LayerNorm implements Module {
    private final Shape normalizedShape;
    private final double eps;
    private final @Nullable Parameter weight;
    private final @Nullable Parameter bias;

    /** A layer with weight and bias over the last axis, with eps 1e-5. */
    public LayerNorm(long size) {
        this(Shape.of(size), 1e-5, true, true, DType.F32);
    }

    /**
     * A layer.
     *
     * @param normalizedShape the sizes of the last axes of inputs, at least one
     * @param eps what is added to the variance
     * @param elementwiseAffine whether there is a weight
     * @param bias whether there is a bias too, if there is a weight
     * @param dtype a floating dtype
     * @throws IllegalArgumentException when there are no sizes, or the dtype is not floating
     */
    public LayerNorm(Shape normalizedShape, double eps, boolean elementwiseAffine, boolean bias, DType dtype) {
        requireAxes("layerNorm", normalizedShape);
        Linear.requireFloating("layerNorm", dtype);
        this.normalizedShape = normalizedShape;
        this.eps = eps;
        this.weight = elementwiseAffine ? filled(1, dtype, normalizedShape) : null;
        this.bias = elementwiseAffine && bias ? filled(0, dtype, normalizedShape) : null;
    }

    static void requireAxes(String layer, Shape normalizedShape) {
        if (normalizedShape.rank() == 0) {
            throw new IllegalArgumentException(layer + ": no axes to normalise: give the sizes of the last ones");
        }
    }

    static Parameter filled(double value, DType dtype, Shape shape) {
        try (Tensor initial = Tensors.full(dtype, value, shape, Device.CPU)) {
            return Parameter.of(initial);
        }
    }

    /** The sizes of the axes that are normalised. */
    public Shape normalizedShape() {
        return normalizedShape;
    }

    /** What is added to the variance. */
    public double eps() {
        return eps;
    }

    /** The weight, or null. */
    public @Nullable Parameter weight() {
        return weight;
    }

    /** The bias, or null. */
    public @Nullable Parameter bias() {
        return bias;
    }

    /** Normalises the last axes of x, which have the sizes of the layer; the result has x's shape. */
    @Override
    public Tensor forward(Tensor x) {
        return Functional.layerNorm(x, normalizedShape, weight, bias, eps);
    }
}
