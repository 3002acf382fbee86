package org.gatun.autograd;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.DTypeException;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Shape;

/**
 * Checks derivatives against finite differences and against each other, as {@code torch.autograd.gradcheck} and {@code
 * jax.test_util.check_grads}. All floating operands are packed into one vector z; for f(z), random directions v and w and a
 * random cotangent u, all in F64, it compares
 *
 * <ul>
 *   <li>forward: the JVP with the central difference {@code (f(z + hv) - f(z - hv)) / 2h};
 *   <li>reverse: the VJP with the gradient of {@code <u, f>} by central differences, element by element for small operands and
 *       along random directions for all;
 *   <li>duality: {@code <u, Jv> = <J^T u, v>};
 *   <li>second order: the four combinations forward or reverse over forward or reverse, the first derivative taking the role of f.
 * </ul>
 *
 * <p>Operands must stay away from kinks and poles by more than the step h.
 */
public final class GradCheck {
    /** A derivative that disagrees. */
    public static final class Failure extends AssertionError {
        private static final long serialVersionUID = 1L;

        Failure(String message) {
            super(message);
        }
    }

    /** A function of several tensors. */
    @FunctionalInterface
    public interface Function {
        /** The result for the given operands. */
        Tensor apply(List<Tensor> inputs);
    }

    private static final int ELEMENTWISE = 24;

    private final double step;
    private final double relative;
    private final double absolute;
    private final int order;
    private final long seed;

    private GradCheck(double step, double relative, double absolute, int order, long seed) {
        this.step = step;
        this.relative = relative;
        this.absolute = absolute;
        this.order = order;
        this.seed = seed;
    }

    /** Checks to second order with step 1e-6, relative tolerance 1e-5 and absolute tolerance 1e-7. */
    public static GradCheck standard() {
        return new GradCheck(1e-6, 1e-5, 1e-7, 2, 17);
    }

    /** This check to the given order, 1 or 2. */
    public GradCheck order(int newOrder) {
        if (newOrder < 1 || newOrder > 2) {
            throw new IllegalArgumentException("GradCheck: order " + newOrder + " must be 1 or 2");
        }
        return new GradCheck(step, relative, absolute, newOrder, seed);
    }

    /** This check with other tolerances: values a and b agree when {@code |a - b| <= absolute + relative * max(|a|, |b|)}. */
    public GradCheck tolerance(double newRelative, double newAbsolute) {
        return new GradCheck(step, newRelative, newAbsolute, order, seed);
    }

    /** This check with another step of the finite differences. */
    public GradCheck step(double newStep) {
        return new GradCheck(newStep, relative, absolute, order, seed);
    }

    /** This check with another seed for its random directions. */
    public GradCheck seed(long newSeed) {
        return new GradCheck(step, relative, absolute, order, newSeed);
    }

    /**
     * Checks a function of one tensor at x.
     *
     * @throws Failure naming the mode, the order and both values when a derivative disagrees
     */
    public void check(UnaryOperator<Tensor> f, Tensor x) {
        check(in -> f.apply(in.get(0)), List.of(x));
    }

    /**
     * Checks a function of several tensors at the given operands. Operands of floating dtype must be F64; others are constants.
     *
     * @throws Failure naming the mode, the order and both values when a derivative disagrees
     * @throws DTypeException when an operand or the result is floating but not F64
     */
    public void check(Function f, List<Tensor> inputs) {
        for (Tensor x : inputs) {
            requireDouble("operand", x);
        }
        try (var scope = MemoryScope.open("gradcheck")) {
            Packing packing = new Packing(inputs);
            UnaryOperator<Tensor> g = z -> {
                Tensor y = f.apply(packing.unpack(z));
                requireDouble("result", y);
                return y;
            };
            double[] z = packing.packed();
            Tensor y = g.apply(vector(z));
            if (!y.dtype().isFloating()) {
                throw new DTypeException(
                        "GradCheck: the result is " + y.dtype() + ": derivatives exist for F64 results only");
            }
            first("order 1", g, z, y.shape());
            if (order == 2) {
                second(g, z, y.shape());
            }
        }
    }

    private void first(String what, UnaryOperator<Tensor> f, double[] z, Shape result) {
        var random = new SplittableRandom(seed);
        double[] v = direction(random, z.length);
        double[] u = direction(random, Math.toIntExact(result.elements()));
        Tensor vt = vector(v);
        Tensor ut = vector(u).reshape(result);

        double[] forward =
                MemoryScope.tidy(() -> Grad.jvp(f, vector(z), vt).tangent().toDoubleArray());
        compare(what + ", forward mode, JVP against the central difference", forward, difference(f, z, v));

        double[] reverse = MemoryScope.tidy(() -> {
            try (VjpResult<Tensor, Tensor> vjp = Grad.vjp(f, vector(z))) {
                return vjp.pullback(ut).toDoubleArray();
            }
        });
        compare(what + ", duality <u, Jv> = <J^T u, v>", new double[] {dot(u, forward)}, new double[] {dot(reverse, v)
        });
        if (z.length <= ELEMENTWISE) {
            double[] numeric = new double[z.length];
            for (int i = 0; i < z.length; i++) {
                double[] e = new double[z.length];
                e[i] = 1;
                numeric[i] = dot(u, difference(f, z, e));
            }
            compare(what + ", reverse mode, VJP against the central difference of <u, f>", reverse, numeric);
        } else {
            for (int k = 0; k < 2; k++) {
                double[] w = direction(random, z.length);
                compare(
                        what + ", reverse mode, VJP along a direction against the central difference of <u, f>",
                        new double[] {dot(reverse, w)},
                        new double[] {dot(u, difference(f, z, w))});
            }
        }
    }

    private void second(UnaryOperator<Tensor> f, double[] z, Shape result) {
        var random = new SplittableRandom(seed + 1);
        double[] v = direction(random, z.length);
        double[] u = direction(random, Math.toIntExact(result.elements()));
        UnaryOperator<Tensor> pushforward = x -> Grad.jvp(f, x, vector(v)).tangent();
        UnaryOperator<Tensor> pullback = x -> MemoryScope.tidy(() -> {
            try (VjpResult<Tensor, Tensor> vjp = Grad.vjp(f, x)) {
                return vjp.pullback(vector(u).reshape(result));
            }
        });
        first("order 2, over forward mode", pushforward, z, result);
        first("order 2, over reverse mode", pullback, z, Shape.of(z.length));
    }

    private double[] difference(UnaryOperator<Tensor> f, double[] z, double[] v) {
        double[] plus = z.clone();
        double[] minus = z.clone();
        for (int i = 0; i < z.length; i++) {
            plus[i] += step * v[i];
            minus[i] -= step * v[i];
        }
        double[] a = MemoryScope.tidy(() -> f.apply(vector(plus)).toDoubleArray());
        double[] b = MemoryScope.tidy(() -> f.apply(vector(minus)).toDoubleArray());
        double[] out = new double[a.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (a[i] - b[i]) / (2 * step);
        }
        return out;
    }

    private void compare(String what, double[] derivative, double[] reference) {
        if (derivative.length != reference.length) {
            throw new Failure(what + ": " + derivative.length + " values against " + reference.length);
        }
        for (int i = 0; i < derivative.length; i++) {
            double a = derivative[i];
            double b = reference[i];
            double bound = absolute + relative * Math.max(Math.abs(a), Math.abs(b));
            if (!(Math.abs(a - b) <= bound)) {
                throw new Failure(String.format(
                        Locale.ROOT,
                        "%s: at element %d the values are %.10g and %.10g; the difference %.3g is more than %.3g",
                        what,
                        i,
                        a,
                        b,
                        Math.abs(a - b),
                        bound));
            }
        }
    }

    private static double[] direction(SplittableRandom random, int n) {
        double[] v = new double[n];
        Arrays.setAll(v, i -> random.nextDouble(0.25, 1) * (random.nextBoolean() ? 1 : -1));
        return v;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static void requireDouble(String what, Tensor x) {
        if (x.dtype().isFloating() && x.dtype() != DType.F64) {
            throw new DTypeException("GradCheck: an " + what + " of shape " + x.shape() + " is " + x.dtype()
                    + ", too coarse for finite differences: use F64");
        }
    }

    private static Tensor vector(double[] values) {
        ConcreteTensor t = ConcreteTensor.allocate(DType.F64, Shape.of(values.length), Device.CPU);
        t.segment().copyFrom(MemorySegment.ofArray(values));
        return t;
    }

    /** All floating operands as one vector. */
    private static final class Packing {
        private final List<Tensor> inputs;

        Packing(List<Tensor> inputs) {
            this.inputs = inputs;
        }

        double[] packed() {
            return inputs.stream()
                    .filter(x -> x.dtype().isFloating())
                    .flatMapToDouble(x -> Arrays.stream(x.toDoubleArray()))
                    .toArray();
        }

        List<Tensor> unpack(Tensor z) {
            var out = new ArrayList<Tensor>();
            long from = 0;
            for (Tensor x : inputs) {
                if (x.dtype().isFloating()) {
                    out.add(z.slice(0, from, from + x.elements()).reshape(x.shape()));
                    from += x.elements();
                } else {
                    out.add(x);
                }
            }
            return out;
        }
    }
}
