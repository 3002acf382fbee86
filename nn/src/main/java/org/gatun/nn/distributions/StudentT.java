package org.gatun.nn.distributions;

import org.gatun.tensor.DType;
import org.gatun.tensor.Sampling;
import org.gatun.tensor.Special;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;

/**
 * Student's t, as {@code torch.distributions.StudentT}: {@code location + scale t} with t a standard normal number divided by the root of a
 * chi-square variate per degree of freedom.
 */
public final class StudentT extends LocationScale {
    private final Tensor df;

    /**
     * A Student's t distribution.
     *
     * @param df the degrees of freedom, positive
     * @param loc finite
     * @param scale positive
     * @throws IllegalArgumentException when a parameter is outside its range
     */
    public StudentT(Tensor df, Tensor loc, Tensor scale) {
        super("StudentT", loc, scale, checked(df));
        this.df = df.to(loc().dtype()).broadcastTo(batchShape());
    }

    private static Tensor checked(Tensor df) {
        Constraint.POSITIVE.require("StudentT", "degrees of freedom", df);
        return df;
    }

    /** A Student's t distribution in F32. */
    public StudentT(double df, double loc, double scale) {
        this(number(df), number(loc), number(scale));
    }

    /** The degrees of freedom, of the batch's shape. */
    public Tensor df() {
        return df;
    }

    @Override
    public StudentT expand(Shape batch) {
        return new StudentT(df.broadcastTo(batch), loc(), scale());
    }

    /** The gradient to {@code df} is implicit. */
    @Override
    public Tensor rsample(Generator generator, Shape shape) {
        return placed(Sampling.studentT(generator, df.broadcastTo(extended(shape))));
    }

    @Override
    public Tensor logProb(Tensor value) {
        Tensor z = standard("logProb", value);
        Tensor half = df.mul(0.5);
        return z.square()
                .div(df)
                .log1p()
                .mul(half.add(0.5))
                .add(logNormaliser())
                .add(scale().log())
                .neg();
    }

    /**
     * With t = (value - location) / scale, below 0 {@code I_s(df / 2, df / 2)}, {@link Special#betainc}, at {@code s = 1/2 + t / (2 sqrt(t^2 + df))},
     * which is smooth at 0; above, 1 minus that of -t. PyTorch has none.
     */
    @Override
    public Tensor cdf(Tensor value) {
        Tensor z = standard("cdf", value);
        // in F64 throughout: for many degrees of freedom s is close to 1/2
        Tensor t = z.to(DType.F64);
        Tensor endless = t.abs().eq(Double.POSITIVE_INFINITY);
        Tensor negative = t.lt(0);
        Tensor lower = endless.where(t.fullLike(-1.0), negative.where(t, t.neg()));
        Tensor root = df.to(DType.F64).sqrt();
        Tensor radius = lower.hypot(root);
        // s without the difference, which cancels
        Tensor s = root.div(radius).mul(root.div(radius.sub(lower))).mul(0.5);
        Tensor half = root.square().mul(0.5);
        Tensor tail = Special.betainc(half, half, s);
        Tensor below = endless.where(tail.fullLike(0.0), tail);
        return negative.where(below, below.neg().add(1)).to(z.dtype());
    }

    /**
     * Of the smaller of q and 1 - q, {@code sqrt(df) (s - 1/2) / sqrt(s (1 - s))} with s the {@link Special#betaincinv} of it for df / 2 and df / 2; the
     * other half mirrored. The error is a few eps of the larger of the quantile and {@code scale sqrt(df)}. PyTorch has none.
     */
    @Override
    public Tensor icdf(Tensor q) {
        DType dtype = DType.promote(fraction(q).dtype(), loc().dtype());
        Tensor below = q.to(DType.F64);
        Tensor upper = below.gt(0.5);
        Tensor freedom = df.to(DType.F64);
        Tensor half = freedom.mul(0.5);
        Tensor s = Special.betaincinv(half, half, upper.where(below.neg().add(1), below));
        Tensor t = s.sub(0.5).mul(freedom.sqrt()).div(s.mul(s.neg().add(1)).sqrt());
        Tensor x = upper.where(t.neg(), t).mul(scale().to(DType.F64)).add(loc().to(DType.F64));
        return x.to(dtype);
    }

    /** {@code log(sqrt(df) B(1/2, df / 2))}. */
    private Tensor logNormaliser() {
        Tensor half = df.mul(0.5);
        return Special.betaln(half.fullLike(0.5), half).add(df.log().mul(0.5));
    }

    /** NaN for 1 degree of freedom or fewer. */
    @Override
    public Tensor mean() {
        return df.gt(1).where(loc(), loc().fullLike(Double.NaN));
    }

    @Override
    public Tensor mode() {
        return loc();
    }

    /** Infinite for 2 degrees of freedom or fewer, NaN for 1 or fewer. */
    @Override
    public Tensor variance() {
        Tensor finite = df.gt(2);
        Tensor safe = finite.where(df, df.fullLike(3.0));
        Tensor variance = scale().square().mul(safe.div(safe.sub(2)));
        Tensor none = df.gt(1).where(df.fullLike(Double.POSITIVE_INFINITY), df.fullLike(Double.NaN));
        return finite.where(variance, none);
    }

    @Override
    public Tensor entropy() {
        Tensor half = df.mul(0.5);
        Tensor upper = half.add(0.5);
        return upper.mul(upper.digamma().sub(half.digamma()))
                .add(logNormaliser())
                .add(scale().log());
    }
}
