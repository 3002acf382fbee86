package org.gatun.tensor;

import java.util.List;
import org.gatun.tensor.Elementwise.Region;
import org.gatun.tensor.composite.Gelu;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.trace.Dispatch;

/**
 * Activation functions as regions: one pass over memory, forward and backward. Conditions choose the branch's argument before the
 * function that could overflow, so that no infinite derivative meets a zero.
 */
final class Activations {
    static final Region GELU_TANH = Widened.region(x -> {
        // (1 + tanh(u / 2)) / 2 without that sum, which cancels for negative x
        Tensor inner = x.add(x.square().mul(x).mul(0.044715)).mul(2 * Math.sqrt(2 / Math.PI));
        return x.mul(inner.sigmoid());
    });

    static final Region SILU = Widened.region(x -> x.mul(x.sigmoid()));

    static final Region LOG_SIGMOID = Widened.region(x -> x.neg().softplus().neg());

    static final Region MISH = Widened.region(x -> x.mul(x.softplus().tanh()));

    /** {@code x / (1 + |x|)}; beyond 1 in a form whose derivative is no difference. */
    static final Region SOFTSIGN = Widened.region(x -> {
        Tensor near = x.abs().le(1);
        Tensor inner = near.where(x, x.fullLike(0));
        Tensor outer = near.where(x.fullLike(2), x);
        Tensor rest = outer.abs().add(1.0).reciprocal().neg().add(1.0);
        return near.where(inner.div(inner.abs().add(1.0)), outer.sign().mul(rest));
    });

    /** Up to 1 as {@code (x cosh x - sinh x) / cosh x} with the series of the difference, {@code 2k x^(2k + 1) / (2k + 1)!}. */
    static final Region TANHSHRINK = Widened.region(x -> {
        Tensor near = x.abs().le(1);
        Tensor inner = near.where(x, x.fullLike(0));
        Tensor z = inner.square();
        Tensor series = z.fullLike(1);
        for (int k = 9; k > 1; k--) {
            // a term over the one before: z / ((2k - 2) (2k + 1))
            series = series.mul(z).mul(1.0 / ((2 * k - 2) * (2 * k + 1))).add(1.0);
        }
        Tensor small = series.mul(z).mul(inner).mul(1.0 / 3).div(inner.cosh());
        return near.where(small, x.sub(x.tanh()));
    });

    /** Derivative 0 at -3 and 3. */
    static final Region HARD_SIGMOID = Widened.region(x -> {
        Tensor low = x.maskedFill(x.le(-3), -3);
        return low.maskedFill(low.ge(3), 3).add(3.0).div(6.0);
    });

    /** Derivative x / 3 + 1/2 from -3 to 3, both included. */
    static final Region HARD_SWISH = Widened.region(x -> {
        Tensor outside = x.lt(-3).or(x.gt(3));
        Tensor parabola = x.maskedFill(outside, 0);
        return x.gt(3).where(x, parabola.mul(parabola.add(3.0)).div(6.0));
    });

    /** Operands x, low, high; derivative 0 at the bounds. */
    static final Region HARD_TANH =
            Widened.region((x, low, high) -> x.le(low).where(low, x.ge(high).where(high, x)));

    /** Operands x, slope; derivative slope at 0. */
    static final Region LEAKY_RELU = Widened.region((x, slope) -> x.gt(0).where(x, x.mul(slope)));

    /** Operands x, alpha, scale; derivative alpha * scale at 0. */
    static final Region ELU = Widened.region((x, alpha, scale) -> {
        Tensor positive = x.gt(0);
        Tensor below = x.maskedFill(positive, 0).expm1().mul(alpha);
        return positive.where(x, below).mul(scale);
    });

    /** Operands x, alpha. */
    static final Region CELU = Elementwise.region((x, alpha) -> {
        Tensor positive = x.gt(0);
        Tensor below = positive.where(x.fullLike(0), x).div(alpha).expm1().mul(alpha);
        return positive.where(x, below);
    });

    /** Operands x, beta, threshold: {@code log(1 + e^(beta x)) / beta}, linear where beta x is above the threshold. */
    static final Region SOFTPLUS = Widened.region((x, beta, threshold) -> {
        Tensor scaled = x.mul(beta);
        return scaled.gt(threshold).where(x, scaled.softplus().div(beta));
    });

    /** Operands x, threshold, value. */
    static final Region THRESHOLD =
            Widened.region((x, threshold, value) -> x.le(threshold).where(value, x));

    /** Operands x, lambda; derivative 0 within [-lambda, lambda]. */
    static final Region SOFT_SHRINK = Widened.region((x, lambda) -> {
        // Conditions that NaN does not meet come last, so that it passes.
        Tensor outside = x.gt(lambda).where(x.sub(lambda), x.add(lambda));
        return x.abs().le(lambda).where(x.fullLike(0), outside);
    });

    /** Operands x, lambda; derivative 0 within [-lambda, lambda]. */
    static final Region HARD_SHRINK =
            Widened.region((x, lambda) -> x.abs().le(lambda).where(x.fullLike(0), x));

    /** Operands x, uniform numbers on [0, 1), the probability of keeping, its reciprocal. */
    static final Region DROPOUT = Elementwise.region(4, in -> {
        Tensor x = Widened.of(in.get(0));
        Tensor kept = in.get(1).lt(in.get(2)).where(x.mul(in.get(3)), x.fullLike(0));
        return List.of(Arithmetic.cast(kept, in.get(0).dtype()));
    });

    /** Operands: the two halves. */
    static final Region GLU = Elementwise.region((a, b) -> a.mul(b.sigmoid()));

    private Activations() {}

    /** A region of a tensor and parameters, which become scalars of the dtype of arithmetic on it. */
    static Tensor apply(String name, Region region, Tensor x, double... parameters) {
        Reductions.requireFloating(name, x);
        Tensor[] operands = new Tensor[parameters.length + 1];
        DType[] dtypes = new DType[operands.length];
        operands[0] = x;
        dtypes[0] = x.dtype();
        for (int i = 0; i < parameters.length; i++) {
            operands[i + 1] = Arithmetic.constant(x, x.dtype().arithmetic(), parameters[i]);
            dtypes[i + 1] = x.dtype().arithmetic();
        }
        return region.applyAs(dtypes, operands)[0];
    }

    static Tensor gelu(Tensor x) {
        Reductions.requireFloating("gelu", x);
        return Dispatch.bind(new Op.Call(new Gelu()), x);
    }

    static Tensor glu(Tensor x, int axis) {
        Reductions.requireFloating("glu", x);
        if (x.rank() == 0) {
            throw new ShapeException("glu: a scalar has no axis to halve: give a tensor with axes");
        }
        int a = Axes.normalise("glu", axis, x.rank());
        long size = x.size(a);
        if (size % 2 != 0) {
            throw new ShapeException("glu: axis " + a + " of shape " + x.shape() + " has the odd size " + size
                    + " and can't be halved: choose another axis, or pad it");
        }
        return GLU.apply(x.narrow(a, 0, size / 2), x.narrow(a, size / 2, size / 2));
    }
}
