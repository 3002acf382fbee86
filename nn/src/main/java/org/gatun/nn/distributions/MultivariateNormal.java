package org.gatun.nn.distributions;

import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.linalg.Linalg;
import org.gatun.tensor.linalg.LinalgException;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.CastPolicy;

/**
 * The normal distribution of vectors N(x; mu, Sigma), as {@code torch.distributions.MultivariateNormal}: density {@code exp(-(x - mu)'
 * Sigma^-1 (x - mu) / 2) / sqrt(det(2 pi Sigma))}. Whatever it is made from, it computes with the lower triangular L of {@code Sigma = L L'}.
 */
public final class MultivariateNormal extends Distribution {
    private final Tensor loc;
    private final Tensor scaleTril;

    private MultivariateNormal(Tensor loc, Tensor scaleTril) {
        super(
                Broadcasting.common(
                        "MultivariateNormal", Shapes.allBut(loc.shape(), 1), Shapes.allBut(scaleTril.shape(), 2)),
                Shapes.last(loc.shape(), 1));
        this.loc = loc;
        this.scaleTril = scaleTril;
    }

    /**
     * By the covariance Sigma.
     *
     * @param mean of shape (..., n), finite; its batch axes broadcast with those of the matrix
     * @param covariance of shape (..., n, n), symmetric and positive definite
     * @throws IllegalArgumentException when a mean is not finite or a matrix not symmetric
     * @throws LinalgException when a matrix is not positive definite, naming it
     * @throws ShapeException when the shapes do not fit
     */
    public static MultivariateNormal ofCovariance(Tensor mean, Tensor covariance) {
        Tensor[] p = checked("covariance", mean, covariance);
        Constraint.SYMMETRIC.require("MultivariateNormal", "covariance", p[1]);
        return new MultivariateNormal(p[0], factor("covariance", p[1]));
    }

    /** By the precision, the inverse of the covariance; otherwise as {@link #ofCovariance}. */
    public static MultivariateNormal ofPrecision(Tensor mean, Tensor precision) {
        Tensor[] p = checked("precision", mean, precision);
        Constraint.SYMMETRIC.require("MultivariateNormal", "precision", p[1]);
        // With the rows and columns in reverse order, P = U U' for an upper triangular U; the inverse is L L' for L =
        // U^-1'.
        Tensor upper = factor("precision", p[1].flip(-2, -1)).flip(-2, -1);
        Tensor identity =
                Tensors.eye(p[0].dtype(), p[0].size(-1), p[0].size(-1)).to(p[0].device());
        return new MultivariateNormal(p[0], Linalg.solveTriangular(upper.transpose(-2, -1), identity, false));
    }

    /**
     * By the lower triangular factor L of the covariance, {@code Sigma = L L'}, which saves a factorisation; otherwise as {@link
     * #ofCovariance}.
     *
     * @param scaleTril of shape (..., n, n), lower triangular with a positive diagonal
     */
    public static MultivariateNormal ofScaleTril(Tensor mean, Tensor scaleTril) {
        Tensor[] p = checked("scaleTril", mean, scaleTril);
        Constraint.LOWER_CHOLESKY.require("MultivariateNormal", "scaleTril", p[1]);
        return new MultivariateNormal(p[0], p[1]);
    }

    private static Tensor factor(String name, Tensor matrix) {
        try {
            return Linalg.cholesky(matrix);
        } catch (LinalgException e) {
            var named = new LinalgException("MultivariateNormal: the " + name + " of shape " + matrix.shape()
                    + " has no Cholesky factor (add a small multiple of the identity to its diagonal): "
                    + e.getMessage());
            named.initCause(e);
            throw named;
        }
    }

    private static Tensor[] checked(String name, Tensor mean, Tensor matrix) {
        boolean fits = mean.rank() > 0
                && mean.size(-1) > 0
                && matrix.rank() > 1
                && matrix.size(-1) == mean.size(-1)
                && matrix.size(-2) == mean.size(-1);
        if (!fits) {
            throw new ShapeException("MultivariateNormal: a mean of shape " + mean.shape() + " and a " + name
                    + " of shape " + matrix.shape() + ": give (..., n) and (..., n, n) of one n, at least 1");
        }
        Constraint.FINITE.require("MultivariateNormal", "mean", mean);
        Constraint.FINITE.require("MultivariateNormal", name, matrix);
        return Parameters.floating(mean, matrix);
    }

    /** The mean as it was given, of shape (..., n). */
    public Tensor loc() {
        return loc;
    }

    /** The lower triangular factor L of the covariance, of shape (..., n, n). */
    public Tensor scaleTril() {
        return scaleTril;
    }

    /** The covariance {@code L L'}, of shape batch + (n, n). */
    public Tensor covariance() {
        return matrices(product(scaleTril, scaleTril.transpose(-2, -1)));
    }

    /** The inverse of the covariance, of shape batch + (n, n). */
    public Tensor precision() {
        return matrices(Linalg.choleskyInverse(scaleTril));
    }

    /** In the parameters' dtype inside autocast scopes too. */
    private static Tensor product(Tensor a, Tensor b) {
        return CastPolicy.AS_IS.apply(a, b, Tensor::matmul);
    }

    private Tensor matrices(Tensor x) {
        long n = loc.size(-1);
        return x.broadcastTo(Shapes.join(batchShape(), Shape.of(n, n)));
    }

    private Tensor vectors(Tensor x) {
        return x.broadcastTo(Shapes.join(batchShape(), eventShape()));
    }

    @Override
    public MultivariateNormal expand(Shape batch) {
        return new MultivariateNormal(loc.broadcastTo(Shapes.join(batch, eventShape())), scaleTril);
    }

    @Override
    public Constraint support() {
        return Constraint.REAL;
    }

    @Override
    public boolean hasRsample() {
        return true;
    }

    /** {@code mu + L z} with z standard normal. */
    @Override
    public Tensor rsample(Generator generator, Shape shape) {
        Tensor z = Tensors.randn(generator, loc.dtype(), extended(shape), loc.device());
        return rows(product(scaleTril, columns(z)), z.shape()).add(loc);
    }

    @Override
    public Tensor logProb(Tensor value) {
        Tensor x = vectors(supported("logProb", value).sub(loc), value);
        Tensor z = rows(Linalg.solveTriangular(scaleTril, columns(x), false), x.shape());
        double constant = loc.size(-1) * Normal.HALF_LOG_2_PI;
        return z.square().sum(-1).mul(-0.5).sub(constant).sub(halfLogDet());
    }

    /** {@code x} with at least the axes of the batch. */
    private Tensor vectors(Tensor x, Tensor value) {
        Shape whole = Shapes.join(batchShape(), eventShape());
        return x.broadcastTo(Broadcasting.common("MultivariateNormal.logProb", value.shape(), whole));
    }

    /** {@code log det L}, half that of the covariance. */
    Tensor halfLogDet() {
        return scaleTril.diagonal(0, -2, -1).log().sum(-1);
    }

    /**
     * Vectors of shape (samples, batch of L, n) as the columns of one matrix of shape (batch of L, n, count) for each L, so that a
     * factor meets all its samples in one product or solution.
     */
    private Tensor columns(Tensor x) {
        int own = scaleTril.rank() - 2;
        Shape inner = Shapes.last(x.shape(), own + 1);
        long count = Shapes.allBut(x.shape(), own + 1).elements();
        return x.reshape(Shapes.join(Shape.of(count), inner)).moveAxis(0, -1);
    }

    /** The way back from {@link #columns}. */
    private static Tensor rows(Tensor columns, Shape shape) {
        return columns.moveAxis(-1, 0).reshape(shape);
    }

    @Override
    public Tensor mean() {
        return vectors(loc);
    }

    @Override
    public Tensor mode() {
        return mean();
    }

    @Override
    public Tensor variance() {
        return vectors(scaleTril.square().sum(-1));
    }

    @Override
    public Tensor entropy() {
        double n = loc.size(-1);
        return halfLogDet().add(n * (0.5 + Normal.HALF_LOG_2_PI)).broadcastTo(batchShape());
    }
}
