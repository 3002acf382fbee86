package org.gatun.tensor.composite;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.Special;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.cpu.math.ScalarMath;
import org.gatun.tensor.ir.Composite;
import org.jspecify.annotations.Nullable;

/**
 * The inverse z of the distribution function of a standard normal variable that lies between two bounds: operands (low, high, fraction p) of one
 * shape, F64, with low below high, which may be infinite, and p from 0 to 1; NaN elsewhere.
 *
 * <p>An interval whose middle is below 0 is mirrored. If it begins at 1 or below, z is {@code ndtri(ndtr(low) + p mass)}, or from above, whichever
 * is the smaller probability. Beyond, both probabilities may underflow; there {@code t = z - low} solves {@code log(Q(low + t) / Q(low)) = log(1
 * - p (1 - Q(high) / Q(low)))}, with Q the upper tail, by Newton's method on scaled complementary error functions. The left side is
 * concave and falls, so no step goes astray.
 *
 * <p>The derivatives are those of {@code (ndtr(z) - ndtr(low)) / (ndtr(high) - ndtr(low)) = p}.
 */
public record TruncatedNormalQuantile() implements Composite {
    private static final double SQRT_HALF = Math.sqrt(0.5);
    private static final double SQRT_HALF_PI = Math.sqrt(0.5 * Math.PI);
    private static final int STEPS = 6;

    private static final Region QUANTILE = Elementwise.region((low, high, p) -> {
        Tensor mirrored = low.add(high).lt(0);
        Tensor a = mirrored.where(high.neg(), low);
        Tensor b = mirrored.where(low.neg(), high);
        Tensor below = mirrored.where(p.neg().add(1), p);
        Tensor above = mirrored.where(p, p.neg().add(1));
        Tensor deep = a.gt(1);
        Tensor z = deep.where(far(a, b, below), near(a, b, below, above));
        Tensor inside = below.le(0).where(a, above.le(0).where(b, z.maximum(a).minimum(b)));
        Tensor valid = low.lt(high).and(p.ge(0)).and(p.le(1));
        return valid.where(mirrored.where(inside.neg(), inside), z.fullLike(Double.NaN));
    });

    private static Tensor near(Tensor a, Tensor b, Tensor below, Tensor above) {
        Tensor mass = b.mul(SQRT_HALF).erf().sub(a.mul(SQRT_HALF).erf()).mul(0.5);
        Tensor lower = Special.ndtr(a).add(below.mul(mass));
        Tensor upper = Special.ndtr(b.neg()).add(above.mul(mass));
        return lower.lt(upper).where(Special.ndtri(lower), Special.ndtri(upper).neg());
    }

    private static Tensor far(Tensor a, Tensor b, Tensor p) {
        Tensor first = Special.erfcx(a.mul(SQRT_HALF));
        Tensor fall = Special.erfcx(b.mul(SQRT_HALF))
                .div(first)
                .log()
                .sub(b.sub(a).mul(b.add(a)).mul(0.5));
        Tensor s = p.mul(fall.expm1()).log1p().neg();
        Tensor t = s.mul(2).div(a.add(a.square().add(s.mul(2)).sqrt()));
        for (int i = 0; i < STEPS; i++) {
            Tensor scaled = Special.erfcx(a.add(t).mul(SQRT_HALF));
            Tensor excess =
                    scaled.div(first).log().add(s).sub(t.mul(a.mul(2).add(t)).mul(0.5));
            t = t.add(excess.mul(scaled).mul(SQRT_HALF_PI));
        }
        return a.add(t);
    }

    @Override
    public String name() {
        return "truncatedNdtri";
    }

    @Override
    public int arity() {
        return 3;
    }

    @Override
    public List<Tensor> fallback(List<Tensor> inputs) {
        return List.of(QUANTILE.apply(inputs.get(0), inputs.get(1), inputs.get(2)));
    }

    @Override
    public Optional<Derivative> derivative() {
        return Optional.of(new Rule());
    }

    private record Rule() implements Derivative {
        @Override
        public List<@Nullable Tensor> vjp(
                List<@Nullable Tensor> inputs, List<@Nullable Tensor> results, List<Tensor> cotangents) {
            Tensor v = cotangents.get(0);
            Tensor[] slopes =
                    slopes(Saved.at(inputs, 0), Saved.at(inputs, 1), Saved.at(inputs, 2), Saved.at(results, 0));
            return Arrays.asList(v.mul(slopes[0]), v.mul(slopes[1]), v.mul(slopes[2]));
        }

        @Override
        public List<Tensor> jvp(List<Tensor> inputs, List<Tensor> results, List<Tensor> tangents) {
            Tensor[] slopes = slopes(inputs.get(0), inputs.get(1), inputs.get(2), results.get(0));
            return List.of(tangents.get(0)
                    .mul(slopes[0])
                    .add(tangents.get(1).mul(slopes[1]))
                    .add(tangents.get(2).mul(slopes[2])));
        }

        /** By low, {@code (1 - p) n(low) / n(z)}; by high, {@code p n(high) / n(z)}; by p, {@code mass / n(z)}, with n the density. */
        private static Tensor[] slopes(Tensor low, Tensor high, Tensor p, Tensor z) {
            Tensor mass =
                    Special.logNormalMass(low, high).add(z.square().mul(0.5)).add(ScalarMath.HALF_LOG_2_PI);
            return new Tensor[] {p.neg().add(1).mul(ratio(low, z)), p.mul(ratio(high, z)), mass.exp()};
        }

        /** {@code n(bound) / n(z)}, 0 with all derivatives for an infinite bound. */
        private static Tensor ratio(Tensor bound, Tensor z) {
            Tensor finite = bound.isFinite();
            Tensor at = finite.where(bound, bound.fullLike(0.0));
            Tensor ratio = z.sub(at).mul(z.add(at)).mul(0.5).exp();
            return finite.where(ratio, ratio.fullLike(0.0));
        }
    }
}
