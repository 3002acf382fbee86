package org.gatun.tensor.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.gatun.bindings.cuda.CuBlasLt;
import org.gatun.bindings.cuda.CuBlasLt.Epilogue;
import org.gatun.bindings.cuda.CudaType;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.Device;
import org.gatun.tensor.Functional;
import org.gatun.tensor.FusedActivation;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.ir.UnaryFn;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * {@code f(x w' + b)} and its gradients by cuBLASLt, which adds the bias and applies f on the way to the result, and sums the bias's gradient
 * on the way to the weight's. It takes matrices column by column, which for ours, row by row, are their transposes.
 */
public final class CudaLinear {
    /** In 16-byte steps the library has its fastest ways; addresses of fresh memory are multiples of more. */
    private static final int ALIGNMENT = 256;

    private static final int BIAS_ALIGNMENT = 16;

    /** The distance between columns of the matrix that GELU's argument is written to is a multiple of this. */
    private static final long AUXILIARY_STEP = 8;

    private CudaLinear() {}

    /** The kernel for operands x (rows, in), weight (out, in) and, if given, bias (out). */
    public static Optional<Composite.Kernel> kernel(List<TensorType> inputs) {
        return isTaken(inputs) ? Optional.of(CudaLinear::linear) : Optional.empty();
    }

    /**
     * The kernel for the same operands and an activation; for GELU with its argument as a second result. The library's GELU is good to
     * the digits of BF16 and F16, not to those of F32 where it is small.
     */
    public static Optional<Composite.Kernel> kernel(List<TensorType> inputs, FusedActivation activation) {
        if (!isTaken(inputs)) {
            return Optional.empty();
        }
        return switch (activation) {
            case RELU -> Optional.of(CudaLinear::relu);
            case GELU_TANH -> inputs.get(0).dtype().isNarrow() ? Optional.of(CudaLinear::geluTanh) : Optional.empty();
        };
    }

    /** The kernel for operands g (rows, out) and x (rows, in): {@code g' x} and the sum of g's rows. */
    public static Optional<Composite.Kernel> gradientKernel(List<TensorType> inputs) {
        // Releases before 12.3 don't sum over a single row.
        return isTaken(inputs) && inputs.get(0).shape().size(0) > 1
                ? Optional.of(CudaLinear::gradient)
                : Optional.empty();
    }

    private static boolean isTaken(List<TensorType> inputs) {
        return inputs.get(0).dtype().isFloating()
                && inputs.stream().noneMatch(t -> t.shape().isEmpty())
                && inputs.stream()
                        .allMatch(t -> Arrays.stream(t.shape().toArray()).allMatch(CudaGemm::fits));
    }

    private static CudaDevice gpu(ConcreteTensor x) {
        return CudaDevice.of((Device.Cuda) x.device());
    }

    private static ConcreteTensor[] linear(ConcreteTensor... in) {
        CudaDevice gpu = gpu(in[0]);
        try (var call = new Forward(gpu, in)) {
            if (!call.run(in.length < 3 ? Epilogue.NONE : Epilogue.BIAS, null)) {
                return new ConcreteTensor[] {byParts(in)};
            }
            return new ConcreteTensor[] {call.finished()};
        }
    }

    private static ConcreteTensor[] relu(ConcreteTensor... in) {
        CudaDevice gpu = gpu(in[0]);
        try (var call = new Forward(gpu, in)) {
            if (call.run(in.length < 3 ? Epilogue.RELU : Epilogue.RELU_BIAS, null)) {
                return new ConcreteTensor[] {call.finished()};
            }
        }
        ConcreteTensor z = linear(in)[0];
        boolean done = false;
        try {
            CudaRegions.runInto(gpu, new Op.Unary(UnaryFn.RELU), new ConcreteTensor[] {z}, z);
            done = true;
            return new ConcreteTensor[] {z};
        } finally {
            if (!done) {
                z.close();
            }
        }
    }

    private static ConcreteTensor[] geluTanh(ConcreteTensor... in) {
        CudaDevice gpu = gpu(in[0]);
        long count = in[0].shape().size(0);
        long out = in[1].shape().size(0);
        long step = Math.ceilDiv(out, AUXILIARY_STEP) * AUXILIARY_STEP;
        try (ConcreteTensor argument = gpu.allocate(in[0].dtype(), Shape.of(count, step));
                var call = new Forward(gpu, in)) {
            if (call.run(in.length < 3 ? Epilogue.GELU_AUX : Epilogue.GELU_AUX_BIAS, argument)) {
                return new ConcreteTensor[] {
                    call.finished(),
                    argument.view(Layout.strided(
                            Shape.of(count, out),
                            new long[] {step, 1},
                            argument.layout().offset()))
                };
            }
        }
        ConcreteTensor z = linear(in)[0];
        boolean done = false;
        try {
            ConcreteTensor y = Functional.geluTanh(z).concrete();
            done = true;
            return new ConcreteTensor[] {y, z};
        } finally {
            if (!done) {
                z.close();
            }
        }
    }

    /** {@code (w x')' = x w'}: the weight is the library's first operand, x its second. */
    private static final class Forward implements AutoCloseable {
        private final CudaDevice gpu;
        private final Stored w;
        private final Stored x;
        private final @Nullable ConcreteTensor givenBias;
        private final @Nullable ConcreteTensor bias;
        private final ConcreteTensor result;
        private boolean done;

        Forward(CudaDevice gpu, ConcreteTensor[] in) {
            this.gpu = gpu;
            x = Stored.of(gpu, in[0]);
            w = Stored.of(gpu, in[1]);
            givenBias = in.length < 3 ? null : in[2];
            bias = givenBias == null ? null : gpu.contiguous(givenBias);
            result = gpu.allocate(
                    in[0].dtype(), Shape.of(in[0].shape().size(0), in[1].shape().size(0)));
        }

        /**
         * Computes the product.
         *
         * @param argument where the epilogue writes what its function is applied to, if it does
         * @return whether the library can compute it
         */
        boolean run(Epilogue epilogue, @Nullable ConcreteTensor argument) {
            CudaType type = Objects.requireNonNull(CudaGemm.type(result.dtype()));
            long biasAddress = bias == null ? 0 : bias.address();
            long auxiliary = argument == null ? 0 : argument.address();
            var product = new LinearPlans.Product(
                    CudaGemm.compute(type),
                    type,
                    w.byRows(),
                    !x.byRows(),
                    result.shape().size(1),
                    result.shape().size(0),
                    x.tensor().shape().size(1),
                    w.leading(),
                    x.leading(),
                    alignment(x.address() | w.address()),
                    biasAlignment(biasAddress),
                    epilogue,
                    argument == null ? 0 : argument.shape().size(1));
            LinearPlans plans = gpu.lane().linearPlans();
            LinearPlans.Plan plan = plans.plan(product, biasAddress, auxiliary);
            if (plan.algorithm() == null || (mayDropNan(epilogue) && !keepsNan(plans, product, plan))) {
                return false;
            }
            multiply(gpu, product, plan, w.address(), x.address(), result.address());
            done = true;
            return true;
        }

        private static boolean mayDropNan(Epilogue epilogue) {
            return epilogue == Epilogue.RELU || epilogue == Epilogue.RELU_BIAS;
        }

        /**
         * Whether the library's linear unit makes NaN of NaN, as ours does. Its documentation leaves that open, and its algorithms may differ:
         * each is asked once, by a product with a weight of NaNs.
         */
        private boolean keepsNan(LinearPlans plans, LinearPlans.Product product, LinearPlans.Plan plan) {
            Boolean known = plans.keepsNan(product);
            if (known != null) {
                return known;
            }
            if (gpu.recording() != null) {
                return false; // nothing can be read while work only goes into a graph
            }
            long bytes = w.extent() * result.dtype().bytes();
            try (Temporary nan = gpu.temporary(bytes);
                    Arena arena = Arena.ofConfined()) {
                gpu.fill(nan.address(), (byte) 0xff, bytes);
                multiply(gpu, product, plan, nan.address(), x.address(), result.address());
                MemorySegment element = arena.allocate(result.dtype().bytes());
                Transfers.read(result, 0, element);
                boolean keeps = false;
                for (long i = 0; i < element.byteSize(); i++) {
                    keeps |= element.get(ValueLayout.JAVA_BYTE, i) != 0;
                }
                plans.keepsNan(product, keeps);
                return keeps;
            }
        }

        /** The result, which {@link #run} computed. */
        ConcreteTensor finished() {
            return result;
        }

        @Override
        public void close() {
            if (!done) {
                result.close();
            }
            x.close();
            w.close();
            if (bias != null && bias != givenBias) {
                bias.close();
            }
        }
    }

    private static ConcreteTensor[] gradient(ConcreteTensor... in) {
        CudaDevice gpu = gpu(in[0]);
        long out = in[0].shape().size(1);
        long width = in[1].shape().size(1);
        CudaType type = Objects.requireNonNull(CudaGemm.type(in[0].dtype()));
        ConcreteTensor weight = gpu.allocate(in[0].dtype(), Shape.of(out, width));
        ConcreteTensor bias = null;
        boolean done = false;
        try (Stored g = Stored.of(gpu, in[0]);
                Stored x = Stored.of(gpu, in[1])) {
            bias = gpu.allocate(in[0].dtype(), Shape.of(out));
            // (g' x)' = x' g: the sums of the second operand's columns are the bias's gradient.
            var product = new LinearPlans.Product(
                    CudaGemm.compute(type),
                    type,
                    !x.byRows(),
                    g.byRows(),
                    width,
                    out,
                    in[0].shape().size(0),
                    x.leading(),
                    g.leading(),
                    alignment(x.address() | g.address()),
                    biasAlignment(bias.address()),
                    Epilogue.BIAS_GRADIENT_B,
                    0);
            LinearPlans.Plan plan = gpu.lane().linearPlans().plan(product, bias.address(), 0);
            if (plan.algorithm() != null) {
                multiply(gpu, product, plan, x.address(), g.address(), weight.address());
                done = true;
            }
        } finally {
            if (!done) {
                weight.close();
                if (bias != null) {
                    bias.close();
                }
            }
        }
        return done ? new ConcreteTensor[] {weight, Objects.requireNonNull(bias)} : gradientByParts(in);
    }

    /** Starts a product that has an algorithm. */
    private static void multiply(
            CudaDevice gpu, LinearPlans.Product product, LinearPlans.Plan plan, long a, long b, long d) {
        CuBlasLt.Algorithm algorithm = Objects.requireNonNull(plan.algorithm());
        Lane lane = gpu.lane();
        try (Temporary workspace = gpu.temporary(algorithm.workspace())) {
            CuBlasLt.multiply(
                    lane.linearPlans().handle(),
                    product.compute(),
                    plan.product(),
                    1,
                    a,
                    plan.a(),
                    b,
                    plan.b(),
                    0,
                    d,
                    plan.d(),
                    d,
                    plan.d(),
                    algorithm,
                    workspace.address(),
                    algorithm.workspace(),
                    lane.stream().handle());
        }
    }

    /**
     * A matrix in whose rows, or in whose columns, elements lie without gaps: an operand, or a copy that is closed with this.
     *
     * @param byRows whether it is the rows; the library then sees the transpose
     * @param leading elements from row to row, or from column to column
     * @param copied whether it is a copy
     */
    private record Stored(ConcreteTensor tensor, boolean byRows, long leading, boolean copied)
            implements AutoCloseable {
        static Stored of(CudaDevice gpu, ConcreteTensor x) {
            long rows = x.shape().size(0);
            long columns = x.shape().size(1);
            long rowStride = x.layout().stride(0);
            long columnStride = x.layout().stride(1);
            if (lies(rows, columns, rowStride, columnStride)) {
                return new Stored(x, true, rows == 1 ? columns : rowStride, false);
            }
            if (lies(columns, rows, columnStride, rowStride)) {
                return new Stored(x, false, columns == 1 ? rows : columnStride, false);
            }
            return new Stored(CudaCopies.copy(gpu, x), true, columns, true);
        }

        private static boolean lies(long lines, long length, long lineStride, long step) {
            return (step == 1 || length == 1) && (lines == 1 || (lineStride >= length && CudaGemm.fits(lineStride)));
        }

        long address() {
            return tensor.address();
        }

        /** The elements from the first to the last. */
        long extent() {
            long lines = tensor.shape().size(byRows ? 0 : 1);
            return (lines - 1) * leading + tensor.shape().size(byRows ? 1 : 0);
        }

        @Override
        public void close() {
            if (copied) {
                tensor.close();
            }
        }
    }

    private static int alignment(long addresses) {
        return (int) Math.min(ALIGNMENT, Long.lowestOneBit(addresses | ALIGNMENT));
    }

    /** The library looks at the bias's alignment, to 16 bytes, when it chooses. */
    private static int biasAlignment(long address) {
        return (int) Math.min(BIAS_ALIGNMENT, Long.lowestOneBit(address | BIAS_ALIGNMENT));
    }

    /** The product, then the sum with the bias. */
    private static ConcreteTensor byParts(ConcreteTensor[] in) {
        try (Tensor transposed = in[1].t()) {
            Tensor product = in[0].matmul(transposed);
            if (in.length < 3) {
                return product.concrete();
            }
            try (product) {
                return product.add(in[2]).concrete();
            }
        }
    }

    /** The product, and the sum. */
    private static ConcreteTensor[] gradientByParts(ConcreteTensor[] in) {
        try (Tensor transposed = in[0].t()) {
            Tensor weight = transposed.matmul(in[1]);
            boolean done = false;
            try {
                ConcreteTensor bias = in[0].sum(0).concrete();
                done = true;
                return new ConcreteTensor[] {weight.concrete(), bias};
            } finally {
                if (!done) {
                    weight.close();
                }
            }
        }
    }
}
