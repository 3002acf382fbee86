package org.gatun.nn.distributions;

import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;

/**
 * Mean, variance and entropy of a standard normal variable between two bounds. Their closed forms are differences that lose all digits in a tail and
 * in a narrow interval; these are means over the density, relative to its largest value, by the double exponential rule.
 *
 * @param mean of the bounds' shape
 * @param variance of the bounds' shape
 * @param entropy of the bounds' shape
 */
record TruncatedMoments(Tensor mean, Tensor variance, Tensor entropy) {
    /** The density is left out where it is below {@code e^-40} of its largest value. */
    private static final double FALL = 40;

    private static final double STEP = 1.0 / 32;
    private static final int HALF = 106;
    private static final double[] AT = new double[2 * HALF + 1];
    private static final double[] WEIGHT = new double[2 * HALF + 1];

    static {
        for (int i = 0; i < AT.length; i++) {
            double t = STEP * (i - HALF);
            double u = 0.5 * Math.PI * Math.sinh(t);
            AT[i] = 1 / (1 + Math.exp(-2 * u));
            WEIGHT[i] = 0.25 * Math.PI * STEP * Math.cosh(t) / Math.pow(Math.cosh(u), 2);
        }
    }

    /** Of F64 bounds of one shape, the lower one below the upper one; both may be infinite. */
    static TruncatedMoments of(Tensor low, Tensor high) {
        Tensor mirrored = low.add(high).lt(0);
        Tensor a = mirrored.where(high.neg(), low);
        Tensor b = mirrored.where(low.neg(), high);
        // the density is largest at the peak, and counts from a distance `back` below it on
        Tensor peak = a.maximum(0.0);
        Tensor back = peak.sub(a.maximum(-Math.sqrt(2 * FALL)));
        Tensor fixed = peak.detach();
        Tensor reach =
                fixed.add(fixed.square().add(2 * FALL).sqrt()).reciprocal().mul(2 * FALL);
        Tensor cut = b.sub(peak).detach().gt(reach);
        Tensor ahead = cut.where(reach, cut.where(peak, b).sub(peak));
        Tensor width = back.add(ahead);

        Tensor distance =
                width.unsqueeze(-1).mul(Tensors.of(AT).to(width.device())).sub(back.unsqueeze(-1));
        Tensor exponent = distance.mul(distance.add(peak.unsqueeze(-1).mul(2))).mul(0.5);
        Tensor weights = exponent.neg().exp().mul(Tensors.of(WEIGHT).to(width.device()));
        Tensor sum = weights.sum(-1);
        Tensor share = weights.div(sum.unsqueeze(-1));
        Tensor mean = share.mul(distance).sum(-1);
        Tensor variance = share.mul(distance.sub(mean.unsqueeze(-1)).square()).sum(-1);
        Tensor entropy = width.mul(sum).log().add(share.mul(exponent).sum(-1));
        Tensor z = peak.add(mean);
        return new TruncatedMoments(mirrored.where(z.neg(), z), variance, entropy);
    }
}
