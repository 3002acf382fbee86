package org.gatun.tensor;

import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.gatun.tensor.composite.BinomialSample;
import org.gatun.tensor.composite.LogGammaSample;
import org.gatun.tensor.composite.PoissonSample;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Distribution;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;
import org.gatun.tensor.trace.Traced;

/**
 * Random numbers with tensors as parameters: checks of the parameters, the noise, and the functions of noise. Noise but for the normal one is made in F64 and
 * rounded once to the dtype of the parameters, so that the tails are as long as 53 random bits make them.
 */
final class ParametricDraws {
    private static final Elementwise.Region OPEN = Elementwise.region(u -> u.maximum(0x1p-54));
    private static final Elementwise.Region EXPONENTIAL =
            Elementwise.region(u -> u.maximum(0x1p-54).neg().log1p().neg());
    private static final Elementwise.Region GUMBEL =
            Elementwise.region(u -> u.maximum(0x1p-54).neg().log1p().neg().log().neg());
    private static final Elementwise.Region LAPLACE = Elementwise.region(u -> {
        Tensor centred = u.maximum(0x1p-54).sub(0.5);
        return centred.sign().mul(centred.abs().mul(-2).log1p()).neg();
    });
    private static final Elementwise.Region CAUCHY =
            Elementwise.region(u -> u.maximum(0x1p-54).sub(0.5).mul(Math.PI).tan());
    private static final Elementwise.Region GEOMETRIC = Elementwise.region(
            (u, p) -> u.maximum(0x1p-54).log().div(p.neg().log1p()).floor().abs());

    private ParametricDraws() {}

    // ---- parameters ----

    /** The parameters in one floating dtype and one shape. */
    static Tensor[] parameters(String name, Tensor... parameters) {
        DType dtype = parameters[0].dtype();
        Shape shape = parameters[0].shape();
        Device device = Device.CPU;
        for (Tensor p : parameters) {
            device = p.device().equals(Device.CPU) ? device : p.device();
            dtype = DType.promote(dtype, p.dtype());
            shape = Broadcasting.common(name, shape, p.shape());
        }
        Tensor[] out = new Tensor[parameters.length];
        for (int i = 0; i < out.length; i++) {
            // A single number goes along with tensors on a GPU.
            Tensor p = parameters[i].rank() == 0 ? parameters[i].to(device) : parameters[i];
            out[i] = Arithmetic.expand(Arithmetic.cast(p, dtype.toFloating()), shape);
        }
        return out;
    }

    /**
     * Refuses a parameter of which an element does not hold up, for instance because it is NaN.
     *
     * @throws IllegalArgumentException when {@code holds} is false for an element
     */
    static void require(String name, String parameter, Tensor x, String must, UnaryOperator<Tensor> holds) {
        try (var scope = MemoryScope.open("parameters")) {
            if (holds.apply(Traced.beneath(x)).all().item() == 0) {
                throw new IllegalArgumentException(
                        name + ": every element of the " + parameter + " of shape " + x.shape() + " must be " + must);
            }
        }
    }

    static void requirePositive(String name, String parameter, Tensor x) {
        require(name, parameter, x, "above 0 and finite", v -> v.gt(0).and(v.lt(Double.POSITIVE_INFINITY)));
    }

    static void requireScale(String name, String parameter, Tensor x) {
        require(name, parameter, x, "0 or more and finite", v -> v.ge(0).and(v.lt(Double.POSITIVE_INFINITY)));
    }

    static void requireFinite(String name, String parameter, Tensor x) {
        require(name, parameter, x, "finite", Tensor::isFinite);
    }

    // ---- noise ----

    private static Tensor uniform(Generator generator, Shape shape, Device device) {
        return Draws.rand("rand", generator, DType.F64, shape, device);
    }

    private static Tensor noise(Elementwise.Region region, Generator generator, Tensor like) {
        try (Tensor u = uniform(generator, like.shape(), like.device())) {
            Tensor noise = region.apply(u);
            return Arithmetic.cast(noise, like.dtype());
        }
    }

    /** {@code location + scale * noise}. */
    static Tensor locationScale(
            String name, Elementwise.Region noise, Generator generator, Tensor location, Tensor scale) {
        Tensor[] p = parameters(name, location, scale);
        requireFinite(name, "location", location);
        requireScale(name, "scale", scale);
        return p[1].mul(noise(noise, generator, p[0])).add(p[0]);
    }

    static Tensor laplace(Generator generator, Tensor location, Tensor scale) {
        return locationScale("laplace", LAPLACE, generator, location, scale);
    }

    static Tensor cauchy(Generator generator, Tensor location, Tensor scale) {
        return locationScale("cauchy", CAUCHY, generator, location, scale);
    }

    static Tensor gumbel(Generator generator, Tensor location, Tensor scale) {
        return locationScale("gumbel", GUMBEL, generator, location, scale);
    }

    static Tensor uniform(Generator generator, Tensor low, Tensor high) {
        Tensor[] p = parameters("uniform", low, high);
        requireFinite("uniform", "lower bound", low);
        requireFinite("uniform", "upper bound", high);
        requireScale("uniform", "difference upper - lower bound", p[1].detach().sub(p[0].detach()));
        return p[1].sub(p[0]).mul(noise(OPEN, generator, p[0])).add(p[0]);
    }

    static Tensor normal(Generator generator, Tensor mean, Tensor deviation) {
        Tensor[] p = parameters("normal", mean, deviation);
        requireFinite("normal", "mean", mean);
        requireScale("normal", "standard deviation", deviation);
        return p[1].mul(Draws.randn("normal", generator, p[0].dtype(), p[0].shape(), p[0].device()))
                .add(p[0]);
    }

    static Tensor truncatedNormal(Generator generator, Tensor mean, Tensor deviation, Tensor low, Tensor high) {
        String name = "truncatedNormal";
        Tensor[] p = parameters(name, mean, deviation, low, high);
        requireFinite(name, "mean", mean);
        requirePositive(name, "standard deviation", deviation);
        require(name, "lower bound", low, "below infinity, and not NaN", v -> v.lt(Double.POSITIVE_INFINITY));
        require(name, "upper bound", high, "above -infinity, and not NaN", v -> v.gt(Double.NEGATIVE_INFINITY));
        require(name, "difference upper - lower bound", p[3].detach().sub(p[2].detach()), "above 0", d -> d.gt(0));
        DType dtype = p[0].dtype();
        for (int i = 0; i < p.length; i++) {
            p[i] = Arithmetic.cast(p[i], DType.F64);
        }
        Tensor u = OPEN.apply(uniform(generator, p[0].shape(), p[0].device()));
        Tensor z = Special.truncatedNdtri(standard(p[2], p), standard(p[3], p), u);
        return Arithmetic.cast(z.mul(p[1]).add(p[0]).clamp(p[2], p[3]), dtype);
    }

    /** {@code (bound - mean) / deviation}; an infinite bound stays, and depends on nothing. */
    private static Tensor standard(Tensor bound, Tensor... p) {
        Tensor finite = bound.isFinite();
        Tensor at = finite.where(bound, p[0]);
        return finite.where(at.sub(p[0]).div(p[1]), bound.detach());
    }

    static Tensor exponential(Generator generator, Tensor rate) {
        Tensor r = parameters("exponential", rate)[0];
        requirePositive("exponential", "rate", rate);
        return noise(EXPONENTIAL, generator, r).div(r);
    }

    static Tensor geometric(Generator generator, Tensor p) {
        if (!p.dtype().isFloating()) {
            throw new DTypeException("geometric: the probabilities are " + p.dtype()
                    + " and must be of a floating dtype: convert them, for instance to(DType.F32)");
        }
        Tensor probability = p.detach();
        require(
                "geometric",
                "probability",
                p,
                "above 0 and at most 1",
                v -> v.gt(0).and(v.le(1)));
        Tensor u = uniform(generator, probability.shape(), probability.device());
        return Arithmetic.cast(GEOMETRIC.apply(u, probability.to(DType.F64)), probability.dtype());
    }

    // ---- by rejection ----

    /** A composite of parameters in F64 and of a key for each element's own stream. */
    private static Tensor variate(Composite composite, Generator generator, Tensor... parameters) {
        Tensor first = parameters[0];
        Tensor[] operands = Arrays.copyOf(parameters, parameters.length + 1);
        for (int i = 0; i < parameters.length; i++) {
            operands[i] = Arithmetic.cast(parameters[i], DType.F64);
        }
        operands[parameters.length] =
                Draws.draw(Distribution.BITS, generator, DType.I64, first.shape(), first.device());
        return Dispatch.bind(new Op.Call(composite), operands);
    }

    /** In F64, whatever the dtype of the concentration. */
    private static Tensor logGamma64(String name, String parameter, Generator generator, Tensor concentration) {
        requirePositive(name, parameter, concentration);
        return variate(new LogGammaSample(), generator, concentration);
    }

    static Tensor logGamma(Generator generator, Tensor concentration) {
        Tensor a = parameters("logGamma", concentration)[0];
        return Arithmetic.cast(logGamma64("logGamma", "concentration", generator, a), a.dtype());
    }

    static Tensor gamma(Generator generator, Tensor concentration) {
        Tensor a = parameters("gamma", concentration)[0];
        return Arithmetic.cast(
                logGamma64("gamma", "concentration", generator, a).exp(), a.dtype());
    }

    static Tensor gamma(Generator generator, Tensor concentration, Tensor rate) {
        Tensor[] p = parameters("gamma", concentration, rate);
        requirePositive("gamma", "rate", rate);
        Tensor log = logGamma64("gamma", "concentration", generator, p[0]);
        return Arithmetic.cast(log.sub(p[1].to(DType.F64).log()).exp(), p[0].dtype());
    }

    static Tensor chi2(Generator generator, Tensor df) {
        Tensor k = parameters("chi2", df)[0];
        Tensor log = logGamma64("chi2", "degrees of freedom", generator, k.mul(0.5));
        return Arithmetic.cast(log.exp().mul(2), k.dtype());
    }

    static Tensor studentT(Generator generator, Tensor df) {
        Tensor k = parameters("studentT", df)[0];
        Tensor half = k.to(DType.F64).mul(0.5);
        Tensor log = logGamma64("studentT", "degrees of freedom", generator, half);
        Tensor z = Draws.randn("studentT", generator, DType.F64, k.shape(), k.device());
        return Arithmetic.cast(z.mul(half.log().sub(log).mul(0.5).exp()), k.dtype());
    }

    static Tensor beta(Generator generator, Tensor a, Tensor b) {
        Tensor[] p = parameters("beta", a, b);
        Tensor x = logGamma64("beta", "first concentration", generator, p[0]);
        Tensor y = logGamma64("beta", "second concentration", generator, p[1]);
        return Arithmetic.cast(x.sub(y).sigmoid(), p[0].dtype());
    }

    static Tensor dirichlet(Generator generator, Tensor concentration) {
        Tensor a = parameters("dirichlet", concentration)[0];
        requireRow("dirichlet", "concentrations", a);
        return Arithmetic.cast(
                logGamma64("dirichlet", "concentrations", generator, a).softmax(-1), a.dtype());
    }

    static Tensor poisson(Generator generator, Tensor rate) {
        Tensor r = parameters("poisson", rate)[0].detach();
        require("poisson", "rate", rate, "0 or more and finite", v -> v.ge(0).and(v.lt(Double.POSITIVE_INFINITY)));
        return Arithmetic.cast(variate(new PoissonSample(), generator, r), r.dtype());
    }

    static Tensor binomial(Generator generator, Tensor count, Tensor p) {
        Tensor[] q = parameters("binomial", count, p);
        require(
                "binomial",
                "count",
                count,
                "an integer of 0 or more",
                v -> v.ge(0).and(v.lt(Double.POSITIVE_INFINITY)).and(v.eq(v.floor())));
        require("binomial", "probability", p, "from 0 to 1", v -> v.ge(0).and(v.le(1)));
        return Arithmetic.cast(variate(new BinomialSample(), generator, q[0].detach(), q[1].detach()), q[0].dtype());
    }

    // ---- of classes ----

    private static void requireRow(String name, String parameter, Tensor x) {
        if (x.rank() == 0 || x.size(-1) == 0) {
            throw new ShapeException(name + ": the " + parameter + " have shape " + x.shape()
                    + ": give at least one along the last axis");
        }
    }

    static Tensor categorical(Generator generator, Tensor logits) {
        Tensor scores = parameters("categorical", logits)[0].detach();
        requireRow("categorical", "logits", scores);
        require("categorical", "logits", scores, "below infinity, and not NaN", v -> v.lt(Double.POSITIVE_INFINITY));
        require(
                "categorical",
                "logits",
                scores,
                "above -infinity in one place of each row at least",
                v -> v.amax(-1).gt(Double.NEGATIVE_INFINITY));
        return scores.to(DType.F64).add(gumbels(generator, scores)).argmax(-1);
    }

    private static Tensor gumbels(Generator generator, Tensor like) {
        return GUMBEL.apply(uniform(generator, like.shape(), like.device()));
    }

    static Tensor multinomial(Generator generator, Tensor weights, long count, boolean replacement) {
        Tensor w = parameters("multinomial", weights)[0].detach().to(DType.F64);
        requireRow("multinomial", "weights", w);
        if (count < 1) {
            throw new IllegalArgumentException("multinomial: the count " + count + " must be 1 or more");
        }
        long[] sizes = w.shape().toArray();
        sizes[sizes.length - 1] = count;
        var _ = Creation.shape("multinomial", DType.F64, sizes);
        if (!replacement && count > w.size(-1)) {
            throw new IllegalArgumentException("multinomial: can't draw " + count + " of the " + w.size(-1)
                    + " classes of weights of shape " + w.shape() + " without replacement: draw fewer, or with it");
        }
        require(
                "multinomial",
                "weights",
                w,
                "0 or more and finite",
                v -> v.ge(0).and(v.lt(Double.POSITIVE_INFINITY)));
        Tensor total = w.sum(true, -1);
        require(
                "multinomial",
                "sums of the weights along the last axis",
                total,
                "above 0 and finite",
                v -> v.gt(0).and(v.lt(Double.POSITIVE_INFINITY)));
        if (replacement) {
            return byInversion(generator, w, count);
        }
        require(
                "multinomial",
                "number of weights above 0 in a row",
                w.gt(0).to(DType.F64).sum(-1),
                count + " or more, for as many draws without replacement",
                v -> v.ge(count));
        return w.log().add(gumbels(generator, w)).topk(count, -1).indices();
    }

    /** How many of the running sums are at most a uniform number below the last of them, by bisection. */
    private static Tensor byInversion(Generator generator, Tensor weights, long count) {
        Tensor sums = weights.cumsum(-1);
        long n = weights.size(-1);
        Tensor total = sums.narrow(-1, n - 1, 1);
        Shape shape = weights.shape().withSize(weights.rank() - 1, count);
        Tensor u = uniform(generator, shape, weights.device()).mul(total).minimum(total.nextafter(total.fullLike(0)));
        Tensor found = Creation.full(DType.I64, 0, shape, weights.device());
        for (long step = Long.highestOneBit(n); step > 0; step >>= 1) {
            Tensor next = found.add(step);
            Tensor sum = sums.gather(-1, next.sub(1L).clamp(0L, n - 1));
            found = next.le(n).and(sum.le(u)).where(next, found);
        }
        return found;
    }
}
