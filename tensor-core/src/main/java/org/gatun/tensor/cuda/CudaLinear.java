package org.gatun.tensor.cuda;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.gatun.bindings.cuda.CuBlasLt;
import org.gatun.bindings.cuda.CudaType;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/** {@code x w' + b} by cuBLASLt, which adds the bias on the way to the result. */
public final class CudaLinear {
    /** In 16-byte steps the library has its fastest ways; addresses of fresh memory are multiples of more. */
    private static final int ALIGNMENT = 256;

    private CudaLinear() {}

    /** The kernel for operands x (rows, in), weight (out, in) and, if given, bias (out). */
    public static Optional<Composite.Kernel> kernel(List<TensorType> inputs) {
        return inputs.get(0).dtype().isFloating()
                        && inputs.stream().noneMatch(t -> t.shape().isEmpty())
                ? Optional.of(CudaLinear::run)
                : Optional.empty();
    }

    private static ConcreteTensor[] run(ConcreteTensor... in) {
        CudaDevice gpu = CudaDevice.of((Device.Cuda) in[0].device());
        ConcreteTensor x = rows(gpu, in[0]);
        ConcreteTensor w = rows(gpu, in[1]);
        ConcreteTensor bias = in.length < 3 ? null : gpu.contiguous(in[2]);
        long count = x.shape().size(0);
        long out = w.shape().size(0);
        ConcreteTensor result = gpu.allocate(x.dtype(), Shape.of(count, out));
        boolean done = false;
        try {
            CudaType type = Objects.requireNonNull(CudaGemm.type(x.dtype()));
            long at = bias == null ? 0 : bias.address();
            var product = new LinearPlans.Product(
                    CudaGemm.compute(type),
                    type,
                    out,
                    count,
                    x.shape().size(1),
                    distance(w),
                    distance(x),
                    alignment(x.address() | w.address() | at),
                    bias == null ? CuBlasLt.Epilogue.NONE : CuBlasLt.Epilogue.BIAS);
            Lane lane = gpu.lane();
            LinearPlans.Plan plan = lane.linearPlans().plan(product, at);
            CuBlasLt.Algorithm algorithm = plan.algorithm();
            if (algorithm == null) {
                return byParts(in);
            }
            try (Temporary workspace = gpu.temporary(algorithm.workspace())) {
                CuBlasLt.multiply(
                        lane.linearPlans().handle(),
                        product.compute(),
                        plan.product(),
                        1,
                        w.address(),
                        plan.a(),
                        x.address(),
                        plan.b(),
                        0,
                        result.address(),
                        plan.d(),
                        result.address(),
                        plan.d(),
                        algorithm,
                        workspace.address(),
                        algorithm.workspace(),
                        lane.stream().handle());
            }
            done = true;
            return new ConcreteTensor[] {result};
        } finally {
            if (!done) {
                result.close();
            }
            closeCopy(x, in[0]);
            closeCopy(w, in[1]);
            if (bias != null) {
                closeCopy(bias, in[2]);
            }
        }
    }

    private static void closeCopy(ConcreteTensor used, ConcreteTensor given) {
        if (used != given) {
            used.close();
        }
    }

    /** The matrix itself if its rows lie without gaps between their elements, otherwise a copy. */
    private static ConcreteTensor rows(CudaDevice gpu, ConcreteTensor x) {
        Layout layout = x.layout();
        boolean suits = (layout.stride(1) == 1 || x.shape().size(1) == 1)
                && (layout.stride(0) >= x.shape().size(1) || x.shape().size(0) == 1);
        return suits ? x : CudaCopies.copy(gpu, x);
    }

    private static long distance(ConcreteTensor rows) {
        long width = rows.shape().size(1);
        return rows.shape().size(0) == 1 ? width : Math.max(width, rows.layout().stride(0));
    }

    private static int alignment(long addresses) {
        return (int) Math.min(ALIGNMENT, Long.lowestOneBit(addresses | ALIGNMENT));
    }

    /** The product, then the sum with the bias. */
    private static ConcreteTensor[] byParts(ConcreteTensor[] in) {
        try (Tensor transposed = in[1].t()) {
            Tensor product = in[0].matmul(transposed);
            if (in.length < 3) {
                return new ConcreteTensor[] {product.concrete()};
            }
            try (product) {
                return new ConcreteTensor[] {product.add(in[2]).concrete()};
            }
        }
    }
}
