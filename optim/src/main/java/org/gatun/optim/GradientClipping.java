package org.gatun.optim;

import java.util.Collection;
import org.gatun.autograd.Parameter;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.CudaGraph;
import org.gatun.tensor.DeviceException;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryScope;

/** Limits on gradients before an update. */
public final class GradientClipping {
    private GradientClipping() {}

    private static final Elementwise.Region FACTOR =
            Elementwise.region((norm, maximum) -> maximum.div(norm.add(1e-6)).clampMax(1));

    /**
     * Scales all gradients together so that their Euclidean norm is at most {@code maximum}: by {@code min(1, maximum / (norm +
     * 1e-6))}, as {@code torch.nn.utils.clip_grad_norm_}. A norm that is NaN makes every gradient NaN.
     *
     * <p>Waits for the norm; {@link #totalNorm} and {@link #byNorm(Collection, double, Tensor)} together do the same and don't wait for a GPU.
     *
     * @return the norm before
     * @throws DeviceException in a step that is being captured, which can't wait
     */
    public static double byNorm(Collection<Parameter> parameters, double maximum) {
        requireMaximum(maximum);
        if (CudaGraph.isCapturing()) {
            throw new DeviceException(
                    "clip by norm: gives the norm as a number of the host, which a captured step can't read:"
                            + " use byNorm(parameters, maximum, totalNorm(parameters)), which waits for nothing");
        }
        try (var scope = MemoryScope.open("clip")) {
            Gradients gradients = Gradients.of(parameters);
            double squares = 0;
            for (double square : gradients.squares()) {
                squares += square;
            }
            double norm = Math.sqrt(squares);
            double factor = maximum / (norm + 1e-6);
            if (!(factor >= 1)) { // also NaN
                gradients.scale(factor);
            }
            return norm;
        }
    }

    /**
     * The Euclidean norm of all gradients together, as {@code torch.nn.utils.get_total_norm}: a 0-d tensor of F32, or of F64 if a gradient is, on
     * the device of the first gradient, which is not waited for. 0 if there is no gradient.
     */
    public static Tensor totalNorm(Collection<Parameter> parameters) {
        try (var scope = MemoryScope.open("clip")) {
            Tensor norm = Gradients.of(parameters).norm();
            norm.keep();
            return norm;
        }
    }

    /**
     * Scales all gradients together by {@code min(1, maximum / (norm + 1e-6))}, as {@code torch.nn.utils.clip_grads_with_norm_}. No device is
     * waited for, if all gradients lie on that of the norm.
     *
     * @param norm their norm as {@link #totalNorm} gives it
     * @throws ShapeException when the norm is not 0-d
     */
    public static void byNorm(Collection<Parameter> parameters, double maximum, Tensor norm) {
        requireMaximum(maximum);
        if (norm.rank() != 0) {
            throw new ShapeException("clip by norm: the norm has the shape " + norm.shape()
                    + " and must be 0-d, of all gradients together");
        }
        try (var scope = MemoryScope.open("clip")) {
            Tensor factor = FACTOR.apply(norm, ConcreteTensor.scalar(norm.dtype(), maximum, norm.device()));
            Gradients.of(parameters).scale(factor);
        }
    }

    private static void requireMaximum(double maximum) {
        if (!(maximum >= 0)) {
            throw new IllegalArgumentException("clip by norm: the maximum " + maximum + " must be 0 or more");
        }
    }
}
