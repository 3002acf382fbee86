package org.gatun.nn.distributions;

import org.gatun.tensor.DType;
import org.gatun.tensor.Sampling;
import org.gatun.tensor.Special;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;

/**
 * The normal distribution N(x; mu, sigma^2) given that x lies between two bounds, which may be infinite: its density inside, divided by the
 * probability of the interval. As {@code scipy.stats.truncnorm}, whose bounds are in units of sigma from mu, and {@code TruncatedNormal} of
 * TensorFlow Probability; PyTorch has none.
 *
 * <p>Everything is computed in F64 and holds however far the bounds are in a tail and however close to each other: quantiles, samples, moments
 * and the entropy have a relative error of a few eps; {@link #logProb} and the logarithm of {@link #cdf} have an absolute one of about eps times the
 * square of the bounds' distance from mu in units of sigma. All differentiates in the four parameters; by an infinite bound the derivative is 0.
 */
public final class TruncatedNormal extends LocationScale {
    private static final Constraint BELOW =
            new Constraint("below infinity, and not NaN", x -> x.lt(Double.POSITIVE_INFINITY));
    private static final Constraint ABOVE =
            new Constraint("above -infinity, and not NaN", x -> x.gt(Double.NEGATIVE_INFINITY));
    private static final Constraint RISING = new Constraint("above 0", x -> x.gt(0));

    private final Tensor low;
    private final Tensor high;

    /**
     * A truncated normal distribution.
     *
     * @param loc mu, the mean before truncation, finite
     * @param scale sigma, the standard deviation before truncation, positive
     * @param low finite or -infinity
     * @param high finite or infinity, above {@code low}
     * @throws IllegalArgumentException when a parameter is outside its range
     */
    public TruncatedNormal(Tensor loc, Tensor scale, Tensor low, Tensor high) {
        super("TruncatedNormal", loc, scale, low, high);
        this.low = low.to(loc().dtype()).broadcastTo(batchShape());
        this.high = high.to(loc().dtype()).broadcastTo(batchShape());
        BELOW.require("TruncatedNormal", "lower bound", this.low);
        ABOVE.require("TruncatedNormal", "upper bound", this.high);
        RISING.require("TruncatedNormal", "difference upper - lower bound", this.high.sub(this.low));
    }

    /** A truncated normal distribution in F32. */
    public TruncatedNormal(double loc, double scale, double low, double high) {
        this(number(loc), number(scale), number(low), number(high));
    }

    /** The lower bound, of the batch's shape. */
    public Tensor low() {
        return low;
    }

    /** The upper bound, of the batch's shape. */
    public Tensor high() {
        return high;
    }

    @Override
    public TruncatedNormal expand(Shape batch) {
        return new TruncatedNormal(loc().broadcastTo(batch), scale(), low, high);
    }

    /** Between the bounds, both included. */
    @Override
    public Constraint support() {
        return Constraint.interval(low, high);
    }

    /** By {@link Sampling#truncatedNormal}: quantiles of uniform fractions, never outside the bounds. */
    @Override
    public Tensor rsample(Generator generator, Shape shape) {
        return Sampling.truncatedNormal(generator, loc().broadcastTo(extended(shape)), scale(), low, high);
    }

    /** {@code (x - mu) / sigma} in F64; what is infinite stays, and depends on nothing. */
    private Tensor standardised(Tensor x) {
        Tensor mu = loc().to(DType.F64);
        Tensor wide = x.to(DType.F64);
        Tensor finite = wide.isFinite();
        Tensor z = finite.where(wide, mu).sub(mu).div(scale().to(DType.F64));
        return finite.where(z, wide.detach());
    }

    private Tensor logMass() {
        return Special.logNormalMass(standardised(low), standardised(high));
    }

    private DType resultOf(Tensor argument) {
        return DType.promote(argument.dtype(), loc().dtype());
    }

    @Override
    public Tensor logProb(Tensor value) {
        Tensor z = standardised(supported("logProb", value));
        return z.square()
                .mul(-0.5)
                .sub(scale().to(DType.F64).log())
                .sub(Normal.HALF_LOG_2_PI)
                .sub(logMass())
                .to(resultOf(value));
    }

    /** 0 below the bounds and 1 above. */
    @Override
    public Tensor cdf(Tensor value) {
        Tensor z = standardised(real("cdf", value));
        Tensor from = standardised(low);
        Tensor above = z.ge(standardised(high));
        Tensor inside = z.gt(from).and(above.not());
        Tensor part = Special.logNormalMass(inside.where(from, z.fullLike(0.0)), inside.where(z, z.fullLike(1.0)));
        Tensor fraction = inside.where(part.sub(logMass()), part.fullLike(0.0)).exp();
        return inside.where(fraction, above.to(DType.F64)).to(resultOf(value));
    }

    @Override
    public Tensor icdf(Tensor q) {
        Tensor z = Special.truncatedNdtri(
                standardised(low), standardised(high), fraction(q).to(DType.F64));
        Tensor x = z.mul(scale().to(DType.F64)).add(loc().to(DType.F64));
        return x.maximum(low.to(DType.F64)).minimum(high.to(DType.F64)).to(resultOf(q));
    }

    private TruncatedMoments moments() {
        return TruncatedMoments.of(standardised(low), standardised(high));
    }

    @Override
    public Tensor mean() {
        Tensor x = moments().mean().mul(scale().to(DType.F64)).add(loc().to(DType.F64));
        return x.to(loc().dtype());
    }

    /** mu, or the bound next to it. */
    @Override
    public Tensor mode() {
        return loc().maximum(low).minimum(high);
    }

    @Override
    public Tensor variance() {
        return moments().variance().mul(scale().to(DType.F64).square()).to(loc().dtype());
    }

    @Override
    public Tensor entropy() {
        return moments().entropy().add(scale().to(DType.F64).log()).to(loc().dtype());
    }
}
